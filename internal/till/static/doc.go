// Package static stands in where no provider can be asked: the sticker on the counter and the cash drawer. What is
// known of such a payment is what the clerk says.
//
// A Sticker payment waits until the clerk has ticked the customer's screen or given up; both are the desk's to store.
// It has no settlement file of its own: its rows stand in the file of the sticker's Provider (a PayPay sticker's in
// PayPay's, with ids PayPay made), whose package reads them, and till.Attempt.Settles names it. The attempt's Thread
// carries that name and is left alone here. Cash is paid by the attempt's being stored at all: the clerk presses after
// the money is in the hand.
//
// The package must not call anybody, and it never says that a sticker was paid.
package static
