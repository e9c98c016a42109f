package till_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

func TestThePriceOfWhatWasSoldStaysAndANewOneBeginsOnADay(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale := h.sale(s, 1)
	items, err := h.store.Items(ctx)
	h.must(err)
	var old till.Item
	for _, i := range items {
		if i.ID == h.item {
			old = i
		}
	}
	dearer := old
	dearer.Price = 350
	_, err = h.office.PutItem(accountant, key(), dearer)
	h.refused(err, till.ErrPriceFixed)
	twin := old
	twin.ID = ""
	_, err = h.office.PutItem(accountant, key(), twin)
	h.refused(err, till.ErrInUse)

	for name, c := range map[string]struct {
		from till.Day
		want error
	}{"yesterday": {"2026-09-30", till.ErrPriceDay}, "its own first day": {"2020-04-01", till.ErrPriceDay}} {
		if err := h.office.NewPrice(accountant, key(), old.ID, 350, c.from); !errors.Is(err, c.want) {
			t.Errorf("from %s: %v", name, err)
		}
	}
	h.refused(h.office.NewPrice(accountant, key(), "none", 350, "2026-11-01"), till.ErrNoItem)
	for range 2 { // the same press again is the same
		h.must(h.office.NewPrice(accountant, "new price", old.ID, 350, "2026-10-02"))
	}
	if err := h.office.NewPrice(accountant, "new price", old.ID, 360, "2026-10-02"); codeOf(err) != till.ErrKeyReused.Code {
		t.Errorf("another price by the same key: %v", err)
	}
	if sale.Total != 300 || h.sale(s, 1).Total != 300 {
		t.Error("today's price changed")
	}
	h.clock.Advance(24 * time.Hour)
	h.must2(h.desk.Drop(clerk, key(), sale.ID))
	book, err := h.store.Book(ctx, s.ID)
	h.must(err)
	h.must2(h.desk.Drop(clerk, key(), book.Sales[1].ID))
	h.close(s, "")
	next := h.open()
	_, err = h.desk.Fix(clerk, key(), next.ID, []till.Choice{{Item: old.ID, Count: 1}})
	h.refused(err, till.ErrItemNotSold)
	items, err = h.store.Items(ctx)
	h.must(err)
	for _, i := range items {
		if i.Code == old.Code && i.ID != old.ID {
			h.item = i.ID
		}
	}
	if got := h.sale(next, 1); got.Total != 350 {
		t.Errorf("the new price is %s", got.Total)
	}
}

func (h *house) must2(_ till.Sale, err error) {
	h.t.Helper()
	h.must(err)
}

func TestANewPriceEndsWhenTheOldOneWould(t *testing.T) {
	t.Parallel()
	h := build(t)
	i, err := h.office.PutItem(accountant, key(), till.Item{
		Code: "Y", Name: "期間限定", Unit: "通", Price: 300, Category: till.Category{Code: "13-01", Name: "戸籍手数料"}, Tax: till.TaxExempt,
		Slip: till.SlipStatement, From: "2026-04-01", To: "2027-03-31",
	})
	h.must(err)
	for range 2 {
		h.must(h.office.NewPrice(accountant, "new price", i.ID, 400, "2026-11-01"))
	}
	items, err := h.store.Items(ctx)
	h.must(err)
	var got []till.Day
	for _, x := range items {
		if x.Code == "Y" {
			got = append(got, x.From, x.To)
		}
	}
	h.same("days", got, []till.Day{"2026-04-01", "2026-10-31", "2026-11-01", "2027-03-31"})
}

func TestAStickerIsTakenAsItIsUnlessItIsABrokenCode(t *testing.T) {
	t.Parallel()
	h := build(t)
	good := till.Sticker{Counter: h.counter, Wallet: "paypay", Provider: "paypay", Label: "右", Payload: payload(t, "みほん市役所税務課")}
	put, err := h.office.PutSticker(accountant, key(), good)
	h.must(err)
	if put.Shop != "みほん市役所税務課" || put.By != "accountant" || !put.Registered.Equal(h.clock.Now()) {
		t.Errorf("%+v", put)
	}
	address := good
	address.Payload = "https://qr.example.invalid/28180104abcdEFGH"
	if put, err = h.office.PutSticker(accountant, key(), address); err != nil || put.Payload != address.Payload {
		t.Errorf("an address of a wallet: %+v, %v", put, err)
	}
	for name, spoil := range map[string]func(*till.Sticker){
		"a wrong checksum": func(s *till.Sticker) { s.Payload = s.Payload[:len(s.Payload)-4] + "0000" },
		"cut short":        func(s *till.Sticker) { s.Payload = s.Payload[:60] },
		"nothing":          func(s *till.Sticker) { s.Payload = " " },
		"too long":         func(s *till.Sticker) { s.Payload = strings.Repeat("x", 513) },
		"no name":          func(s *till.Sticker) { s.Label = "" },
		"no brand":         func(s *till.Sticker) { s.Wallet = "someday_pay" },
	} {
		s := good
		spoil(&s)
		if _, err := h.office.PutSticker(accountant, key(), s); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestAPrinterStandsInTheOffice(t *testing.T) {
	t.Parallel()
	h := build(t)
	for at, fine := range map[string]bool{
		"": true, "192.168.1.50:9100": true, "10.0.0.9:9100": true, "[fd00::9]:9100": true, "127.0.0.1:9100": true,
		"8.8.8.8:9100": false, "printer:9100": false, "192.168.1.50": false, "169.254.1.1:9100": false, "[2001:db8::1]:9100": false,
	} {
		_, err := h.office.PutCounter(admin, key(), till.Counter{ID: h.counter, Number: 1, Name: "市民課 1番窓口", Printer: at})
		if (err == nil) != fine || err != nil && core.KindOf(err) != core.KindInvalid {
			t.Errorf("%q: %v", at, err)
		}
	}
	for _, c := range []till.Counter{{Number: 0, Name: "市民課"}, {Number: 1000, Name: "市民課"}, {Number: 3}} {
		if _, err := h.office.PutCounter(admin, key(), c); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%+v: %v", c, err)
		}
	}
	_, err := h.office.PutCounter(admin, key(), till.Counter{Number: 1, Name: "同じ番号"})
	h.refused(err, till.ErrInUse)
}
