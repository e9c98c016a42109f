package tillhttp_test

import (
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/paysim"
)

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	session := w.open(false)
	sale := w.fix(session)
	days := "?from=2026-01-01&to=2026-12-31"
	press := map[string]any{"key": key()}
	for _, c := range []struct {
		method, path  string
		body          any
		clerk, office int // the status for each; nobody is 401 and staff 403 everywhere
	}{
		{"GET", "/api/till/counters", nil, 200, 200},
		{"GET", "/api/till/pricelist", nil, 200, 200},
		{"GET", "/api/till/items", nil, 200, 200},
		{"GET", "/api/till/reductions", nil, 200, 200},
		{"GET", "/api/till/designations", nil, 200, 200},
		{"GET", "/api/till/accountants", nil, 200, 200},
		{"GET", "/api/till/sessions/" + session, nil, 200, 200},
		{"GET", "/api/till/sessions/" + session + "/sales", nil, 200, 200},
		{"GET", "/api/till/sessions/" + session + "/daybook", nil, 200, 200},
		{"POST", "/api/till/sessions/" + session + "/next", nil, 204, 204},
		{"GET", "/api/till/sales/" + sale, nil, 200, 200},
		{"GET", "/api/till/sales/" + sale + "/offers", nil, 200, 200},
		{"GET", "/api/till/sales" + days, nil, 200, 200},
		{"GET", "/api/till/papers/ticket/" + sale, nil, 200, 200},
		{"GET", "/api/till/refunds", nil, 200, 200},
		{"GET", "/api/till/unresolved", nil, 200, 200},
		{"GET", "/api/till/providers", nil, 200, 200},
		{"GET", "/api/till/displays", nil, 200, 200},
		{"GET", "/api/till/daybooks" + days, nil, 200, 200},
		{"GET", "/api/till/contradictions", nil, 403, 200},
		{"GET", "/api/till/settlements" + days + "&provider=paypay", nil, 403, 200},
		{"GET", "/api/till/deposits" + days + "&provider=paypay", nil, 403, 200},
		{"GET", "/api/till/match" + days + "&provider=paypay", nil, 403, 200},
		{"GET", "/api/till/balances?until=2026-12-31", nil, 403, 200},
		{"POST", "/api/till/settlements?provider=paypay&name=a&key=k", []byte("x"), 403, 400},
		{"POST", "/api/till/deposits", map[string]any{"key": key(), "provider": "paypay", "from": "2026-11-01", "to": "2026-11-30", "on": "2026-12-10", "net": 1, "fee": 0}, 403, 201},
		{"POST", "/api/till/reductions", map[string]any{"key": key(), "name": "公用", "percent": 100, "from": "2026-04-01"}, 403, 204},
		{"POST", "/api/till/stickers/decode", map[string]any{"payload": payload}, 403, 200},
		{"POST", "/api/till/counters", map[string]any{"key": key(), "number": 9, "name": "あ", "office": "い"}, 403, 403},
		{"POST", "/api/till/sales/" + sale + "/drop", press, 200, 200},
	} {
		for who, status := range map[string]int{"": 401, "staff": 403, "clerk": c.clerk, "office": c.office} {
			if c.method == "POST" && who == "office" && c.clerk < 300 { // done once by the clerk
				continue
			}
			if a := w.ask(who, c.method, c.path, c.body); a.status != status {
				t.Errorf("%s %s as %q: %d, want %d: %s", c.method, c.path, who, a.status, status, a.raw)
			}
		}
	}
	for _, path := range []string{"/api/till/sessions/" + session + "/events", "/api/till/exports/daybook?session=" + session + "&format=csv"} {
		if a := w.ask("staff", "GET", path, nil); a.status == 200 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

func TestASwappedStickerStopsTheOpening(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	all := w.want(200, "clerk", "GET", "/api/till/counters", nil)
	path := "/api/till/counters/" + w.counter + "/sessions"
	open := func(scans ...any) map[string]any {
		return map[string]any{"key": key(), "float": 0, "scans": append([]any{}, scans...), "training": false}
	}
	w.refused(409, "stickers_unchecked", "clerk", "POST", path, open())
	swapped := strings.Replace(payload, "0000010406000001", "0000010406000002", 1)
	got := w.refused(409, "sticker_differs", "clerk", "POST", path, open(map[string]any{"sticker": all.text(0, "stickers", 0, "id"), "payload": swapped}))
	if strings.Contains(string(got.raw), "paymentsjapan") {
		t.Errorf("the registered content is told: %s", got.raw)
	}
	w.open(false)
	w.refused(409, "session_open", "clerk", "POST", path, open(map[string]any{"sticker": all.text(0, "stickers", 0, "id"), "payload": payload}))
}

func TestADayIsSignedByOneAndClosedByAnother(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	session := w.open(false)
	w.charge(w.fix(session), map[string]any{"way": "cash", "tendered": 900})
	path := "/api/till/sessions/" + session
	d := w.want(200, "clerk", "GET", path+"/daybook", nil)
	if d.text("categories", 0, "name") != "手数料" || d.number("categories", 0, "amount") != 900 || d.number("categories", 0, "reduced") != 1 || d.number("expected") != 30900 {
		t.Fatalf("%s", d.raw)
	}
	w.refused(409, "session_unsigned", "office", "POST", path+"/close", map[string]any{"key": key()})
	version := d.number("session", "version")
	w.refused(409, "moved", "clerk", "POST", path+"/signature", map[string]any{"key": key(), "version": version - 1, "counted": 30900})
	signed := w.want(200, "clerk", "POST", path+"/signature", map[string]any{"key": key(), "version": version, "counted": 30890})
	if signed.number("difference") != -10 || signed.at("may_close") != false || signed.text("signed_by") != "𠮷田 千尋" {
		t.Errorf("%s", signed.raw)
	}
	w.refused(403, "second_signer", "clerk", "POST", path+"/close", map[string]any{"key": key()})
	w.charge(w.fix(session), map[string]any{"way": "cash", "tendered": 900}) // makes the signature void
	w.refused(409, "session_unsigned", "office", "POST", path+"/close", map[string]any{"key": key()})
	d = w.want(200, "clerk", "GET", path+"/daybook", nil)
	w.want(200, "clerk", "POST", path+"/signature", map[string]any{"key": key(), "version": d.number("session", "version"), "counted": 31800})
	closed := w.want(200, "office", "POST", path+"/close", map[string]any{"key": key()})
	if closed.text("session", "state") != "closed" || closed.text("closed_by") != "清水 和子" || closed.number("revenue") != 1800 {
		t.Errorf("%s", closed.raw)
	}
	if a := w.ask("clerk", "POST", path+"/sales", map[string]any{"key": key(), "choices": []any{}}); a.text("code") != "session_not_open" {
		t.Errorf("%s", a.raw)
	}
}

func TestMoneyGoesBackOnlyWithASecondPerson(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	session := w.open(false)
	sale := w.fix(session)
	a := w.comes(w.charge(sale, map[string]any{"way": "show", "wallet": "paypay"}).text("id"), "sent")
	if err := w.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: a.text("id")}); err != nil {
		t.Fatal(err)
	}
	w.comes(a.text("id"), "paid")
	path := "/api/till/sales/" + sale + "/refunds"
	w.refused(400, "refund_reason", "clerk", "POST", path, map[string]any{"key": key(), "amount": 900, "void": true, "reason": " "})
	w.refused(409, "refund_too_much", "clerk", "POST", path, map[string]any{"key": key(), "amount": 901, "void": true, "reason": "品目の選び違い"})
	r := w.want(201, "clerk", "POST", path, map[string]any{"key": key(), "amount": 900, "void": true, "reason": "品目の選び違い"})
	decide := "/api/till/refunds/" + r.text("id") + "/decision"
	w.refused(403, "second_person", "clerk", "POST", decide, map[string]any{"key": key(), "agree": true})
	if r.at("may_agree") != false || r.at("may_reject") != true || r.text("requested_by") != "𠮷田 千尋" {
		t.Errorf("%s", r.raw)
	}
	w.want(200, "clerk2", "POST", decide, map[string]any{"key": key(), "agree": true})
	var d answer
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline) && (d.text("refunds", 0, "state") != "done" || d.text("sale", "state") != "voided"); time.Sleep(20 * time.Millisecond) {
		d = w.want(200, "clerk", "GET", "/api/till/sales/"+sale, nil)
	}
	if d.text("sale", "state") != "voided" || d.number("payment", "refunded") != 900 || d.number("refundable") != 0 {
		t.Fatalf("%s\n%s", d.raw, w.trouble())
	}
	if p := w.want(200, "clerk", "GET", "/api/till/papers/refund/"+r.text("id"), nil); p.text(0, "title") != "取消票" {
		t.Errorf("%s", p.raw)
	}
	if l := w.want(200, "office", "GET", "/api/till/refunds?state=done&state=failed", nil); l.text(0, "id") != r.text("id") {
		t.Errorf("%s", l.raw)
	}
}

func TestAFileIsTakenInWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.sim.SetPayPayWebhook(w.URL + "/hooks/paypay/" + hookSecret)
	session := w.open(false)
	a := w.comes(w.charge(w.fix(session), map[string]any{"way": "show", "wallet": "paypay"}).text("id"), "sent")
	if err := w.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: a.text("id")}); err != nil {
		t.Fatal(err)
	}
	w.comes(a.text("id"), "paid")
	file := w.sim.PayPaySettlement(time.Now())
	post := func(body []byte, status int) answer {
		return w.want(status, "office", "POST", "/api/till/settlements?provider=paypay&name=11.csv&key="+key(), body)
	}
	bad := post(append(append([]byte{}, file...), []byte("1,2,3\r\n")...), 400)
	if bad.text("code") != "file_unreadable" || bad.number("problems", 0, "line") == 0 || bad.text("problems", 0, "message") == "" {
		t.Errorf("%s", bad.raw)
	}
	today := string(till.DayOf(time.Now()))
	days := "?provider=paypay&from=" + today + "&to=" + today
	if l := w.want(200, "office", "GET", "/api/till/settlements"+days, nil); len(l.at().([]any)) != 0 {
		t.Errorf("half a file: %s", l.raw)
	}
	if got := post(file, 200); got.at("again") != false || got.number("rows") != 1 || got.text("settlement", "by") != "清水 和子" {
		t.Errorf("%s", got.raw)
	}
	if got := post(file, 200); got.at("again") != true {
		t.Errorf("%s", got.raw)
	}
	w.want(201, "office", "POST", "/api/till/deposits", map[string]any{"key": key(), "provider": "paypay", "from": today, "to": today, "on": today, "net": 871, "fee": 29})
	m := w.want(200, "office", "GET", "/api/till/match"+days, nil)
	if m.number("total", "books") != 900 || m.number("total", "file") != 900 || m.number("total", "differences") != 0 || m.number("banked") != 871 || m.at("covered") != true {
		t.Errorf("%s", m.raw)
	}
	b := w.want(200, "office", "GET", "/api/till/balances?until="+today, nil)
	if b.number("sum") != 0 || len(b.at("accounts").([]any)) < 3 {
		t.Errorf("%s", b.raw)
	}
	w.refused(400, "days_invalid", "office", "GET", "/api/till/match?provider=paypay&from=2026-11-30&to=2026-11-01", nil)
}

func TestEverythingWrongWithAnInputIsListedAtOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	got := w.refused(400, "item_invalid", "office", "POST", "/api/till/items", map[string]any{
		"key": key(), "code": "A B", "name": "", "group": "", "unit": "", "price": -1, "free": false, "limit": 0, "category_code": "", "category_name": "x",
		"tax": "none", "slip": "none", "order": 0, "from": "yesterday",
	})
	fields := map[string]bool{}
	for i := range got.at("problems").([]any) {
		fields[got.text("problems", i, "field")] = true
	}
	for _, f := range []string{"name", "code", "category", "price", "tax", "slip", "from"} {
		if !fields[f] {
			t.Errorf("nothing is said about %s: %s", f, got.raw)
		}
	}
}

func TestANewPriceEndsTheOldOneTheDayBefore(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	items := w.want(200, "office", "GET", "/api/till/items", nil)
	path := "/api/till/items/" + items.text(0, "id") + "/price"
	from := till.DayOf(time.Now()).Add(30)
	press := map[string]any{"key": key(), "price": 350, "from": from}
	w.refused(409, "price_day", "office", "POST", path, merge(press, map[string]any{"from": "2020-01-01"}))
	w.want(204, "office", "POST", path, press)
	w.want(204, "office", "POST", path, press) // the same press
	var old, next int
	items = w.want(200, "office", "GET", "/api/till/items", nil)
	for i := range items.at().([]any) {
		if items.text(i, "code") != "JUMIN" {
			continue
		}
		switch {
		case items.number(i, "price") == 300 && items.text(i, "to") == string(from.Add(-1)):
			old++
		case items.number(i, "price") == 350 && items.text(i, "from") == string(from) && items.text(i, "to") == "":
			next++
		}
	}
	if old != 1 || next != 1 || len(items.at().([]any)) != 4 {
		t.Errorf("%s", items.raw)
	}
}

func TestADisplayIsPairedByItsCodeAndShowsItsCounterOnly(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.refused(404, "display_unknown", "", "GET", "/api/till/display", nil)
	offer := w.want(201, "", "POST", "/api/till/displays", nil)
	cookie, _, _ := strings.Cut(offer.header.Get("Set-Cookie"), ";")
	if set := offer.header.Get("Set-Cookie"); !strings.HasPrefix(set, "__Host-display=") || !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "Secure") {
		t.Errorf("cookie %q", set)
	}
	code := offer.text("code")
	if got := w.want(200, "", "GET", "/api/till/display", nil, "Cookie", cookie); got.text("phase") != "pairing" || got.text("code") != code {
		t.Errorf("%s", got.raw)
	}
	pair := "/api/till/counters/" + w.counter + "/display"
	w.refused(404, "code_unknown", "clerk", "POST", pair, map[string]any{"key": key(), "code": "abcdef"})
	w.want(403, "staff", "POST", pair, map[string]any{"key": key(), "code": code})
	events := w.listen("", "/api/till/display/events", "Cookie", cookie)
	d := w.want(201, "clerk", "POST", pair, map[string]any{"key": key(), "code": code})
	w.refused(404, "code_unknown", "clerk", "POST", pair, map[string]any{"key": key(), "code": code})
	w.until(events, func(e event) bool { return e.text("phase") == "closed" })
	session := w.open(false)
	w.until(events, func(e event) bool { return e.text("phase") == "idle" })
	w.fix(w.open(true)) // another counter's customer is nobody's business here
	sale := w.fix(session)
	if e := w.until(events, func(e event) bool { return e.text("phase") == "amount" }); e.number("amount") != 900 || e.text("sale") != sale {
		t.Errorf("%+v", e)
	}
	a := w.charge(sale, map[string]any{"way": "show", "wallet": "paypay"})
	if e := w.until(events, func(e event) bool { return e.text("phase") == "pay" && e.text("qr") != "" }); e.text("wallets", 0) != "PayPay" {
		t.Errorf("%+v", e)
	}
	if err := w.sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: a.text("id")}); err != nil {
		t.Fatal(err)
	}
	w.until(events, func(e event) bool { return e.text("phase") == "paid" })
	w.want(204, "clerk", "POST", "/api/till/sessions/"+session+"/next", nil)
	w.until(events, func(e event) bool { return e.text("phase") == "idle" })
	if l := w.want(200, "clerk", "GET", "/api/till/displays", nil); l.at(0, "online") != true {
		t.Errorf("%s", l.raw)
	}
	w.want(204, "clerk", "POST", "/api/till/displays/"+d.text("id")+"/retire", map[string]any{"key": key()})
	w.refused(404, "display_unknown", "", "GET", "/api/till/display", nil, "Cookie", cookie)
}

func TestAStickerIsReadBeforeItIsRegistered(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for content, want := range map[string]string{
		payload: "jpqr true みほん市役所市民課", strings.Replace(payload, "CE8E", "CE8F", 1): "jpqr false ", "https://qr.paypay.ne.jp/28180104": "opaque true ",
	} {
		got := w.want(200, "office", "POST", "/api/till/stickers/decode", map[string]any{"payload": content})
		ok := "false"
		if got.at("ok") == true {
			ok = "true"
		}
		if have := got.text("kind") + " " + ok + " " + got.text("shop"); have != want || got.text("message") == "" {
			t.Errorf("%s: %s", content, got.raw)
		}
	}
	w.want(400, "office", "POST", "/api/till/counters/"+w.counter+"/stickers", map[string]any{
		"key": key(), "wallet": "paypay", "provider": "paypay", "label": "右", "payload": strings.Replace(payload, "CE8E", "CE8F", 1),
	})
	w.refused(404, "counter_unknown", "office", "POST", "/api/till/counters/"+string(core.NewID(time.Now()))+"/stickers", map[string]any{
		"key": key(), "wallet": "paypay", "provider": "paypay", "label": "右", "payload": payload,
	})
}

func TestAStickerOfSeveralWalletsIsOfferedForEachThatHasANotice(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	session := w.open(false)
	w.want(204, "office", "POST", "/api/till/counters/"+w.counter+"/stickers", map[string]any{
		"key": key(), "wallet": "jpqr", "provider": "univapay", "label": "JPQR", "payload": payload,
	})
	sale := w.fix(session)
	all := w.want(200, "clerk", "GET", "/api/till/sales/"+sale+"/offers", nil)
	got := map[string]any{}
	for i := range all.at().([]any) {
		if all.text(i, "sticker_label") == "JPQR" {
			got[all.text(i, "wallet")] = all.at(i, "ok")
		}
	}
	if got["d_barai"] != true || got["au_pay"] != false || got["line_pay"] != nil || got["cash"] != nil || got["training"] != nil {
		t.Errorf("%v", got)
	}
	a := w.comes(w.charge(sale, map[string]any{"way": "sticker", "wallet": "d_barai"}).text("id"), "sent")
	if a.text("sticker_label") != "JPQR" {
		t.Errorf("%s", a.raw)
	}
}
