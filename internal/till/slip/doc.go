// Package slip composes what stands on the papers of the counter: 利用明細, 領収書, 受付票, 確認中の控え, 取消票 and
// 還付票. A Paper is rows of text without any idea of columns, dots or fonts, so that a thermal printer
// (till/escpos) and a browser print the same words.
//
// It decides wording and nothing else: it never reads a store, never asks a provider, and refuses to put on paper what the
// books do not say. It must not know how wide the paper is.
package slip
