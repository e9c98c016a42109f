// Package jpqr reads the codes of the counter: the QR sticker the merchant presents (MPM: EMVCo TLV,
// JPQR) and the number or QR the customer presents (CPM: digits, or Base64 of BER-TLV). It is a pure
// codec: text in, facts or a Problem in Japanese out.
//
// Three things it is for. Parse checks a sticker before it is registered. Compare is the defence
// against a swapped sticker: byte for byte, then in words which meaning differs. ParseConsumer lets
// only payment codes through to a provider, and hands out a keyed fingerprint and a masked form, so
// that nobody needs to keep the code itself.
//
// It must not make codes. Static JPQR are issued and printed by the council, never by an office or
// its software; test codes are made by jpqrtest, which the product does not carry. It must not decide
// the brand either: HintTable guesses, the provider's answer decides. And no error or printed value
// may contain a customer's code.
//
// Sources: EMVCo QR Code Specification (merchant- and consumer-presented mode) as used by
// mercari/go-emv-code, suzzshin/jpqr-cpm and kenmaz/JPQRReader. The council's guideline PDFs were not
// at hand; where they may be stricter, the field comment says so.
package jpqr
