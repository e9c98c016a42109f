// Package till is the counter: what is sold, how it is paid, what is known of each payment, and the
// books that come of it.
//
// Three rules carry everything else. The id of an attempt is on disk before any provider hears of it.
// Silence is never an answer: an attempt whose end is not proven stays unknown, is asked about, then
// cancelled, and at last handed to a person; until then nothing else may be charged for the same sale. And what
// is paid enters the books in the same transaction that says so.
//
// The package holds the domain and its ports. It must not know how a provider speaks (till/paypay,
// till/univapay …), how rows are kept (till/tillsql), or what a browser sends (till/tillhttp), and it never sees
// a credential. A code shown by a customer passes through memory only.
package till
