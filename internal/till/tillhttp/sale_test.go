package tillhttp_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"yakusho/internal/till/paysim"
)

func TestASaleIsPaidInCashWithChange(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	session := w.open(false)
	sale := w.fix(session)
	w.refused(400, "cash_short", "clerk", "POST", "/api/till/sales/"+sale+"/attempts", map[string]any{"key": key(), "way": "cash", "tendered": 800})
	a := w.charge(sale, map[string]any{"way": "cash", "tendered": 1000})
	if a.text("state") != "paid" || a.number("change") != 100 || a.text("phase") != "paid" {
		t.Fatalf("%s", a.raw)
	}
	d := w.want(200, "clerk", "GET", "/api/till/sales/"+sale, nil)
	if d.text("sale", "state") != "paid" || d.text("sale", "label") != "1-0001" || d.number("payment", "amount") != 900 || d.number("refundable") != 900 {
		t.Fatalf("%s", d.raw)
	}
	p := w.want(200, "clerk", "GET", "/api/till/papers/sale/"+sale, nil)
	if p.text(0, "title") != "利用明細（領収書ではありません）" {
		t.Errorf("%s", p.raw)
	}
	press := map[string]any{"key": key()}
	w.want(204, "clerk", "POST", "/api/till/papers/sale/"+sale+"/print", press)
	w.want(204, "clerk", "POST", "/api/till/papers/sale/"+sale+"/print", press)
	if len(w.printed) != 1 {
		t.Errorf("a double press printed %d times", len(w.printed))
	}
	if got := <-w.printed; got != "127.0.0.1:9100 利用明細（領収書ではありません）" {
		t.Errorf("printed %q", got)
	}
	w.refused(409, "sale_paid", "clerk", "POST", "/api/till/sales/"+sale+"/attempts", map[string]any{"key": key(), "way": "cash", "tendered": 1000})
}

func TestACustomerPaysByTheCodeOnTheScreen(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.sim.SetPayPayWebhook(w.URL + "/hooks/paypay/" + hookSecret)
	session := w.open(false)
	events := w.listen("clerk", "/api/till/sessions/"+session+"/events")
	if e := w.until(events, func(event) bool { return true }); e.name != "state" || e.text("session", "state") != "open" {
		t.Fatalf("first event %+v", e)
	}
	sale := w.fix(session)
	a := w.charge(sale, map[string]any{"way": "show", "wallet": "paypay"})
	id := a.text("id")
	shown := w.until(events, func(e event) bool { return e.text("attempt", "qr") != "" })
	if shown.name != "sale" || shown.text("attempt", "id") != id || shown.text("attempt", "phase") != "waiting" || shown.text("attempt", "expires_at") == "" {
		t.Fatalf("%+v", shown)
	}
	if err := w.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: id}); err != nil {
		t.Fatal(err)
	}
	paid := w.until(events, func(e event) bool { return e.text("attempt", "state") == "paid" })
	if paid.text("sale", "state") != "paid" || paid.at("attempt", "qr") != nil {
		t.Errorf("%+v", paid)
	}
	w.refused(409, "sale_paid", "clerk", "POST", "/api/till/attempts/"+id+"/cancel", map[string]any{"key": key()})
}

func TestACustomersCodeIsReadAndRefusedTheSecondTime(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	session := w.open(false)
	sale := w.fix(session)
	code, _, err := w.sim.ShowCode("d_barai", false, false)
	if err != nil {
		t.Fatal(err)
	}
	a := w.comes(w.charge(sale, map[string]any{"way": "scan", "code": code}).text("id"), "paid")
	if a.text("wallet") != "d_barai" || a.text("provider") != "univapay" {
		t.Errorf("%s", a.raw)
	}
	again := w.refused(409, "code_reused", "clerk", "POST", "/api/till/sales/"+w.fix(session)+"/attempts", map[string]any{"key": key(), "way": "scan", "code": code})
	if strings.Contains(string(a.raw)+string(again.raw)+w.log.String(), code) {
		t.Error("the customer's code is in an answer or in the log")
	}
}

func TestAStickerIsBelievedOnlyAfterThreeComparisons(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	session := w.open(false)
	sale := w.fix(session)
	a := w.charge(sale, map[string]any{"way": "sticker", "wallet": "paypay"})
	a = w.comes(a.text("id"), "sent")
	if a.at("may_tick") != true || a.text("sticker_label") != "左のステッカー" || a.text("sticker_shop") != "みほん市役所市民課" {
		t.Fatalf("%s", a.raw)
	}
	if strings.Contains(string(a.raw), "paymentsjapan") {
		t.Error("the content of the sticker reaches a clerk's screen")
	}
	path := "/api/till/attempts/" + a.text("id") + "/shown"
	now := time.Now().UTC()
	w.refused(400, "tick_missing", "clerk", "POST", path, map[string]any{"key": key(), "amount": 901, "at": now, "tail": "1234"})
	w.refused(409, "tick_time", "clerk", "POST", path, map[string]any{"key": key(), "amount": 900, "at": now.Add(-time.Hour), "tail": "1234"})
	got := w.want(200, "clerk", "POST", path, map[string]any{"key": key(), "amount": 900, "at": now, "tail": "1234"})
	if got.text("state") != "customer_shown" || got.text("phase") != "shown" {
		t.Errorf("%s", got.raw)
	}
	d := w.want(200, "clerk", "GET", "/api/till/sessions/"+session+"/daybook", nil)
	if d.number("shown") != 900 || d.number("revenue") != 900 || d.number("cashless") != 900 {
		t.Errorf("%s", d.raw)
	}
}

func TestTheSamePressIsDoneOnceAndAnotherUnderItsKeyIsRefused(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	session := w.open(false)
	sale := w.fix(session)
	press := map[string]any{"key": key(), "way": "cash", "tendered": 1000}
	path := "/api/till/sales/" + sale + "/attempts"
	first := w.want(201, "clerk", "POST", path, press)
	again := w.want(201, "clerk", "POST", path, press)
	if first.text("id") == "" || first.text("id") != again.text("id") {
		t.Errorf("%s\n%s", first.raw, again.raw)
	}
	w.refused(409, "key_reused", "clerk", "POST", path, merge(press, map[string]any{"tendered": 2000}))
	w.refused(400, "key_malformed", "clerk", "POST", path, map[string]any{"key": "", "way": "cash", "tendered": 1000})
	if d := w.want(200, "clerk", "GET", "/api/till/sales/"+sale, nil); len(d.at("attempts").([]any)) != 1 {
		t.Errorf("%s", d.raw)
	}
}

func TestAnUnknownPaymentSaysWhatHappensNextAndTakesNoOther(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	if err := w.sim.SetFaults(paysim.Fault{Kind: "error_after", Provider: "paypay", Count: -1}); err != nil {
		t.Fatal(err)
	}
	session := w.open(false)
	sale := w.fix(session)
	a := w.comes(w.charge(sale, map[string]any{"way": "show", "wallet": "paypay"}).text("id"), "unknown")
	if a.text("phase") != "checking" || a.text("steps", 1, "kind") != "cancel" || a.text("steps", 1, "at") == "" || a.text("handover", "contact") == "" || a.text("say") == "" {
		t.Errorf("%s", a.raw)
	}
	w.refused(409, "attempt_live", "clerk", "POST", "/api/till/sales/"+sale+"/attempts", map[string]any{"key": key(), "way": "cash", "tendered": 1000})
	w.refused(409, "attempt_live", "clerk", "POST", "/api/till/sales/"+sale+"/drop", map[string]any{"key": key()})
	open := w.want(200, "office", "GET", "/api/till/unresolved", nil)
	if open.text(0, "attempt", "id") != a.text("id") || open.text(0, "clerk") != "𠮷田 千尋" {
		t.Errorf("%s", open.raw)
	}
	p := w.want(200, "clerk", "GET", "/api/till/papers/pending/"+a.text("id"), nil)
	if p.text(0, "title") != "確認中の控え" {
		t.Errorf("%s", p.raw)
	}
	// The clerk takes the next customer meanwhile.
	if got := w.charge(w.fix(session), map[string]any{"way": "cash", "tendered": 900}); got.text("state") != "paid" {
		t.Errorf("%s", got.raw)
	}
	owner := w.people["office2"].Account
	w.refused(403, "till_role", "clerk", "POST", "/api/till/attempts/"+a.text("id")+"/owner", map[string]any{"key": key(), "owner": owner, "note": "電話した"})
	w.refused(404, "owner_unknown", "office", "POST", "/api/till/attempts/"+a.text("id")+"/owner", map[string]any{"key": key(), "owner": w.people["staff"].Account, "note": "電話した"})
	got := w.want(200, "office", "POST", "/api/till/attempts/"+a.text("id")+"/owner", map[string]any{"key": key(), "owner": owner, "note": "電話した"})
	if got.text("handover", "owner_name") != "伊藤 真理" {
		t.Errorf("%s", got.raw)
	}
}

func TestPracticeNeverReachesTheBooks(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	session := w.open(true)
	sale := w.fix(session)
	a := w.comes(w.charge(sale, map[string]any{"way": "show", "wallet": "training"}).text("id"), "sent")
	if qr := a.text("qr"); !strings.HasPrefix(qr, "https://"+strings.TrimPrefix(w.URL, "http://")+"/practice/pay/") {
		t.Errorf("qr %q", qr)
	}
	path := "/api/till/practice/attempts/" + a.text("id")
	if got := w.want(200, "", "GET", path, nil); got.number("amount") != 900 || got.at("open") != true {
		t.Errorf("%s", got.raw)
	}
	if got := w.want(200, "clerk", "GET", "/api/till/practice/attempts", nil); got.text(0, "attempt") != a.text("id") {
		t.Errorf("%s", got.raw)
	}
	w.want(401, "", "GET", "/api/till/practice/attempts", nil)
	w.want(200, "", "POST", path, map[string]any{"act": "pay"})
	w.comes(a.text("id"), "paid")
	w.refused(410, "practice_over", "", "POST", path, map[string]any{"act": "pay"})

	codes := w.want(200, "", "GET", "/api/till/practice/codes", nil)
	no := w.comes(w.charge(w.fix(session), map[string]any{"way": "scan", "code": codes.text(1, "code")}).text("id"), "not_paid")
	if no.text("reason") != "insufficient_funds" || no.text("words") == "" {
		t.Errorf("%s", no.raw)
	}
	if got := w.want(200, "office", "GET", "/api/till/balances?until=2099-01-01", nil); len(got.at("accounts").([]any)) != 0 {
		t.Errorf("training is in the books: %s", got.raw)
	}
}

func TestARealPaymentIsNoPractice(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.comes(w.charge(w.fix(w.open(false)), map[string]any{"way": "show", "wallet": "paypay"}).text("id"), "sent")
	path := "/api/till/practice/attempts/" + a.text("id")
	w.refused(404, "attempt_unknown", "", "GET", path, nil)
	w.refused(404, "attempt_unknown", "", "POST", path, map[string]any{"act": "pay"})
	w.refused(404, "attempt_unknown", "", "GET", "/api/till/practice/attempts/nonsense", nil)
}

func TestOffersSayWhyAWalletCannotBeChosen(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	sale := w.fix(w.open(false))
	got := map[string]string{}
	all := w.want(200, "clerk", "GET", "/api/till/sales/"+sale+"/offers", nil)
	for i := range all.at().([]any) {
		got[all.text(i, "way")+" "+all.text(i, "wallet")] = all.text(i, "why")
		if all.text(i, "why") != "" && all.text(i, "why_words") == "" {
			t.Errorf("no words: %v", all.at(i))
		}
	}
	for offer, why := range map[string]string{
		"scan d_barai": "", "scan au_pay": "not_designated", "scan line_pay": "retired", "show paypay": "", "sticker paypay": "", "cash cash": "",
	} {
		if have, ok := got[offer]; !ok || have != why {
			t.Errorf("%s: %q (%v), want %q", offer, have, ok, why)
		}
	}
	w.refused(409, "wallet_not_designated", "clerk", "POST", "/api/till/sales/"+sale+"/attempts", map[string]any{"key": key(), "way": "show", "wallet": "rakuten_pay"})
}

func TestAnotherSitesPageCannotPressAnything(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	sale := w.fix(w.open(false))
	press := map[string]any{"key": key(), "way": "cash", "tendered": 900}
	for _, h := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		w.refused(http.StatusForbidden, "cross_origin", "clerk", "POST", "/api/till/sales/"+sale+"/attempts", press, h...)
	}
}
