// Package univapay takes payments through UnivaPay, an aggregator: it reads the code on a customer's phone and tells
// the wallet (CPM: PayPay, d払い, au PAY, メルペイ, 楽天ペイ, AEON Pay), and makes codes to show (MPM: PayPay,
// d払い, 楽天ペイ). It implements till.Provider, Serving, Refunder, Hinter and Statement.
//
// Three facts of the API carry the rules here. A payment takes two calls: a token (POST /tokens), which names the
// wallet and moves nothing, then a charge of that token (POST /charges), which moves money. So whatever goes wrong
// before the second call is sent is a proof that nothing was paid, and a wallet the sale may not be paid by is refused
// between the two. A token is charged at most once, and lives five minutes: with the moment up to which Start sends
// a charge at all, that bounds when a lost one can still appear (Terms.Settles). And a paid charge cannot be
// cancelled, only refunded: a cancel of ours is a refund in full, and is not called done before the provider says so.
//
// The package must not decide what becomes of an attempt (till.Patience does), believe a notification, or let a
// credential or a customer's code into an error, a log or a row. Sources: univapay-client-java-sdk doc/ (2026-08) and
// univapay-node src/, summed up in the project's reference on payments.
package univapay
