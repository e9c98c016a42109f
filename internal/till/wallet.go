package till

import (
	"fmt"

	"yakusho/internal/core"
)

// Way is how the customer pays.
type Way string

// The ways.
const (
	WayScan    Way = "scan"    // the customer shows a code, we read it (CPM)
	WayShow    Way = "show"    // we show a code that carries the amount (MPM dynamic)
	WaySticker Way = "sticker" // the customer reads the sticker and types the amount (MPM static)
	WayCash    Way = "cash"
)

// Wallet is a brand (ブランド) as people know it.
type Wallet struct {
	ID      string // paypay, d_barai …: stable, ours
	Name    string // PayPay
	Retired Day    // the first day it no longer works; empty: it lives
	Instead string // what to say about a retired one, and what to use
}

// The wallets that need a name in code. Cash is one so that counts and times compare.
const (
	WalletCash     = "cash"
	WalletTraining = "training"
)

// Wallets are the brands the product knows, in the order of screens.
func Wallets() []Wallet {
	return []Wallet{
		{ID: "paypay", Name: "PayPay"},
		{ID: "d_barai", Name: "d払い"},
		{ID: "rakuten_pay", Name: "楽天ペイ"},
		{ID: "au_pay", Name: "au PAY"},
		{ID: "merpay", Name: "メルペイ"},
		{ID: "aeon_pay", Name: "AEON Pay"},
		{
			ID: "line_pay", Name: "LINE Pay", Retired: "2025-05-01",
			Instead: "LINE Pay は 2025年4月30日に終了しました。PayPay など、ほかの方法をご案内ください。",
		},
		{ID: WalletCash, Name: "現金"},
		{ID: WalletTraining, Name: "練習用ウォレット"},
	}
}

// FindWallet returns the wallet of that id; a wallet we do not know is named by its id.
func FindWallet(id string) Wallet {
	for _, w := range Wallets() {
		if w.ID == id {
			return w
		}
	}
	return Wallet{ID: id, Name: id}
}

// Designation is a 指定納付受託者の告示: which trustee may take which revenue through which wallet, from when.
// 地方自治法 231 条の2の3.
type Designation struct {
	ID         core.ID
	Wallet     string
	Trustee    string   // 指定納付受託者の名称
	Notice     string   // 告示番号: みほん市告示第 41 号
	NoticedOn  Day      // 告示日
	Categories []string // codes of the 科目 it covers; empty: every one
	From       Day
	To         Day // last day; empty: no end
}

// Covers reports whether d lets its wallet take revenue of a category on a day.
func (d Designation) Covers(category string, on Day) bool {
	if on < d.From || d.To != "" && d.To < on {
		return false
	}
	if len(d.Categories) == 0 {
		return true
	}
	for _, c := range d.Categories {
		if c == category {
			return true
		}
	}
	return false
}

// Check names everything that is wrong with a designation.
func (d Designation) Check() error {
	var p problems
	p.when(FindWallet(d.Wallet).Name == d.Wallet || d.Wallet == WalletCash || d.Wallet == WalletTraining, "wallet", "ブランドを選んでください。")
	p.text("trustee", d.Trustee, 100, "指定納付受託者の名称")
	p.text("notice", d.Notice, 100, "告示番号")
	_, err := ParseDay(string(d.NoticedOn))
	p.when(err != nil, "noticed_on", "告示日を入れてください。")
	p.span(d.From, d.To)
	return p.err("designation_invalid", "告示の内容を直してください。")
}

// Why a wallet cannot be chosen.
type Why struct {
	Code    string // retired, not_designated, no_provider
	Message string // Japanese: the reason and what to use instead
}

// MayTake says whether a wallet may be used for lines on a day, and why not. Cash and the pretend wallet need
// no designation. A retired wallet explains itself before anything else.
func MayTake(wallet string, lines []Line, on Day, notices []Designation) *Why {
	w := FindWallet(wallet)
	if w.Retired != "" && w.Retired <= on {
		return &Why{"retired", w.Instead}
	}
	if wallet == WalletCash || wallet == WalletTraining {
		return nil
	}
	for _, l := range lines {
		if l.Amount() == 0 {
			continue
		}
		if !covered(wallet, l.Category.Code, on, notices) {
			return &Why{"not_designated", fmt.Sprintf(
				"%s は「%s」（%s）の納付を受けられる告示がありません。ほかの方法を選ぶか、会計課に確かめてください。", w.Name, l.Name, l.Category.Name)}
		}
	}
	return nil
}

func covered(wallet, category string, on Day, notices []Designation) bool {
	for _, d := range notices {
		if d.Wallet == wallet && d.Covers(category, on) {
			return true
		}
	}
	return false
}
