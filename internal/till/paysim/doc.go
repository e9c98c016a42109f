// Package paysim plays two payment providers, PayPay (Open Payment API v2, dynamic QR) and UnivaPay
// (QR by customer or by merchant), together with their customers, for tests, demonstrations and
// practice. It is one http.Handler over a store in memory: the providers' own paths, a control API
// under /_sim/ that pays, scripts faults and shows what was called, and a page at / on which a person
// can act as the customer.
//
// What it answers is what the providers' public documents and client libraries say; where those are
// silent the comment says so and the choice is the harder one for a client. The sources are the OPA
// description of 2026-05, integration.paypay.ne.jp, the PayPay SDKs' tables of codes, and the
// UnivaPay Java and Node SDKs.
//
// It must not be imported by anything an office runs with real money, knows nothing of our own till,
// keeps nothing on disk, and calls nobody but the webhook addresses it was given. Its credentials are
// fixed and public.
package paysim
