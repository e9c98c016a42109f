package till_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

func TestACounterOpensWithTheStickerThatWasRegistered(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	want := till.Session{
		ID: s.ID, Counter: h.counter, Day: "2026-10-01", Number: 1, State: till.SessionOpen, OpenedBy: "clerk", OpenedAt: h.clock.Now(),
		Float: 30_000, Checked: []till.Checked{{Sticker: h.sticker.ID, Same: true, At: h.clock.Now()}}, Version: s.Version,
	}
	stored, err := h.store.Session(ctx, s.ID)
	h.must(err)
	stored.Close = till.Close{}
	h.same("session", stored, want)
	if told := h.told("till.open"); len(told) != 1 || told[0].By != "clerk" || told[0].Detail["stickers"] != "1" {
		t.Errorf("%+v", told)
	}
}

func TestAStickerThatIsNotTheRegisteredOneOpensNothing(t *testing.T) {
	t.Parallel()
	h := build(t)
	swapped := payload(t, "ふつうの店")
	for name, c := range map[string]struct {
		scans  []till.Scanned
		want   error
		kept   string // misread, of the event; empty: no event
		phrase string
	}{
		"swapped":            {[]till.Scanned{{Sticker: h.sticker.ID, Payload: swapped}}, till.ErrStickerOther, "false", "張り替え"},
		"read in full width": {[]till.Scanned{{Sticker: h.sticker.ID, Payload: strings.Map(wide, h.sticker.Payload)}}, till.ErrStickers, "true", "日本語入力"},
		"read half":          {[]till.Scanned{{Sticker: h.sticker.ID, Payload: h.sticker.Payload[:40]}}, till.ErrStickers, "true", "途中"},
		"read empty":         {[]till.Scanned{{Sticker: h.sticker.ID}}, till.ErrStickers, "true", "読み取れていません"},
		"not read":           {nil, till.ErrStickers, "", "すべて"},
		"another was read":   {[]till.Scanned{{Sticker: "other", Payload: h.sticker.Payload}}, till.ErrStickers, "", "すべて"},
	} {
		h.events()
		_, err := h.desk.Open(clerk, key(), h.counter, 30_000, c.scans, false)
		var e *core.Error
		if !errors.As(err, &e) || e.Code != c.want.(*core.Error).Code || !strings.Contains(e.Message, c.phrase) {
			t.Errorf("%s: %v", name, err)
		}
		told := h.events()
		switch {
		case c.kept == "" && len(told) != 0:
			t.Errorf("%s: told %+v", name, told)
		case c.kept == "":
		case len(told) != 1 || told[0].What != "till.sticker" || told[0].Outcome != "refused" || told[0].Detail["misread"] != c.kept ||
			told[0].Target != string(h.sticker.ID) || told[0].By != "clerk":
			t.Errorf("%s: told %+v", name, told)
		}
		if all, err := h.store.Sessions(ctx, "2026-10-01", "2026-10-01"); err != nil || len(all) != 0 {
			t.Errorf("%s: opened all the same: %+v, %v", name, all, err)
		}
	}
}

// wide is what a Japanese input method makes of a key.
func wide(r rune) rune {
	if r > ' ' && r <= '~' {
		return r - '!' + '！'
	}
	return r
}

func TestEveryStickerOfTheCounterIsReadButNoRetiredOne(t *testing.T) {
	t.Parallel()
	h := build(t)
	right := h.hang(h.counter, "みほん市役所税務課")
	first := till.Scanned{Sticker: h.sticker.ID, Payload: h.sticker.Payload}
	_, err := h.desk.Open(clerk, key(), h.counter, 0, []till.Scanned{first}, false)
	h.refused(err, till.ErrStickers)
	// Both were read, but each from the place of the other.
	_, err = h.desk.Open(clerk, key(), h.counter, 0, []till.Scanned{{Sticker: h.sticker.ID, Payload: right.Payload}, {Sticker: right.ID, Payload: h.sticker.Payload}}, false)
	if core.KindOf(err) != core.KindConflict {
		t.Errorf("two stickers changed places: %v", err)
	}
	h.must(h.office.RetireSticker(accountant, key(), h.counter, right.ID))
	_, err = h.desk.Open(clerk, key(), h.counter, 0, []till.Scanned{first}, false)
	h.must(err)
}

func TestPracticeEndsWithoutASecondPersonAndNeverStandsInTheWay(t *testing.T) {
	t.Parallel()
	h := build(t)
	practise := func() till.Session {
		s, err := h.desk.Open(clerk, key(), h.counter, 0, nil, true)
		h.must(err)
		_, err = h.desk.Fix(clerk, key(), s.ID, []till.Choice{{Item: h.item, Count: 1}})
		h.must(err)
		return s
	}
	s := practise()
	ended, err := h.desk.Close(clerk, key(), s.ID)
	h.must(err)
	if ended.State != till.SessionClosed {
		t.Errorf("practice that was ended is %s", ended.State)
	}
	s = practise()
	h.clock.Advance(24 * time.Hour) // forgotten over night
	h.open()
	if left, err := h.store.Session(clerk, s.ID); err != nil || left.State != till.SessionClosed {
		t.Errorf("practice after customers were let in: %s, %v", left.State, err)
	}
	_, err = h.desk.Open(second, key(), h.counter, 0, nil, true)
	h.refused(err, till.ErrSessionOpen) // and practice does not end a day
}

func TestACounterIsOpenOnceAndYesterdayIsClosedFirst(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	scans := []till.Scanned{{Sticker: h.sticker.ID, Payload: h.sticker.Payload}}
	_, err := h.desk.Open(second, key(), h.counter, 0, scans, false)
	h.refused(err, till.ErrSessionOpen)
	sale := h.sale(s, 1)

	h.clock.Advance(24 * time.Hour)
	_, err = h.desk.Open(clerk, key(), h.counter, 0, scans, false)
	h.refused(err, till.ErrYesterday)
	_, err = h.desk.Fix(clerk, key(), s.ID, []till.Choice{{Item: h.item, Count: 1}})
	h.refused(err, till.ErrYesterday)
	_, err = h.desk.Charge(clerk, key(), sale.ID, cash())
	h.refused(err, till.ErrYesterday)
	_, err = h.desk.Drop(clerk, key(), sale.ID) // what is unfinished may still be given up
	h.must(err)

	h.close(s, "")
	again := h.open()
	if again.Day != "2026-10-02" || again.Number != 1 {
		t.Errorf("%s, opening %d", again.Day, again.Number)
	}
	h.close(again, "")
	if third := h.open(); third.Number != 2 {
		t.Errorf("the second opening of a day is number %d", third.Number)
	}
}

func TestNothingIsSoldAtACounterThatIsNotOpen(t *testing.T) {
	t.Parallel()
	h := build(t)
	_, err := h.desk.Open(clerk, key(), "no such counter", 0, nil, false)
	h.refused(err, till.ErrNoCounter)
	_, err = h.desk.Open(clerk, key(), h.counter, -1, nil, true)
	h.refused(err, till.ErrTooMuch)
	_, err = h.desk.Fix(clerk, key(), "no such session", []till.Choice{{Item: h.item, Count: 1}})
	h.refused(err, till.ErrNoSession)
	s := h.open()
	sale := h.sale(s, 1)
	_, err = h.desk.Drop(clerk, key(), sale.ID)
	h.must(err)
	h.close(s, "")
	_, err = h.desk.Fix(clerk, key(), s.ID, []till.Choice{{Item: h.item, Count: 1}})
	h.refused(err, till.ErrNotOpen)
}

func TestWhatIsFixedAddsUpAndNothingOwedIsPaid(t *testing.T) {
	t.Parallel()
	h := build(t)
	s := h.open()
	sale, err := h.desk.Fix(clerk, key(), s.ID, []till.Choice{{Item: h.item, Count: 3, Reduction: h.half}, {Item: h.hall, Count: 1}})
	h.must(err)
	if sale.Total != 1450 || sale.State != till.SaleOpen || sale.Number != 1 || sale.Name != "clerk" || sale.Label(1) != "1-0001" {
		t.Errorf("%+v", sale)
	}
	all, err := h.office.PutReduction(accountant, key(), till.Reduction{Name: "免除", Percent: 100, From: "2020-04-01"})
	h.must(err)
	nothing, err := h.desk.Fix(clerk, key(), s.ID, []till.Choice{{Item: h.item, Count: 1, Reduction: all.ID}})
	h.must(err)
	if nothing.Total != 0 || nothing.State != till.SalePaid || nothing.Number != 2 {
		t.Errorf("%+v", nothing)
	}
	_, err = h.desk.Charge(clerk, key(), nothing.ID, cash())
	h.refused(err, till.ErrSalePaid)
	h.same("books", h.balances(), map[string]core.Money{})
}
