// Package paypay takes payments through PayPay's Open Payment API (OPA v2, dynamic QR): we show a code that carries the
// amount, the customer scans it.
//
// The attempt's id is PayPay's merchantPaymentId, so that asking twice is asking once. What PayPay has not said in a
// whole and readable answer is not known. Two things are easy to get wrong and decided here: a cancel that PayPay
// accepts before the payment leaves the code payable, so Cancel deletes the code as well; and "no such payment" proves
// nothing as long as a late request could still make one.
//
// A notification carries no signature. Hint reads it and moves nothing; the secret path and the list of PayPay's
// addresses are for the HTTP layer. Times are PayPay's: every answer's Date header is compared with our clock, calls
// are signed by the corrected time, and a difference of 30 seconds raises an alarm.
//
// The package must not keep anything on disk, must not log, and never gives a secret to anyone but the signature. It
// goes out directly or through the proxy it was given: HTTPS_PROXY and its kin are not read, because whoever sets them
// for something else would lead payments there.
package paypay
