package till

import (
	"context"
	"fmt"

	"yakusho/internal/core"
)

// The refusals of the price list and of stickers.
var (
	ErrNoItem    = core.NotFound("item_unknown", "この品目は見つかりません。一覧を開き直してください。")
	ErrPriceDay  = core.Conflict("price_day", "新しい金額の始まりの日は、今日以降で、いまの金額の始まりの日より後、終わりの日より前にしてください。")
	ErrNoSticker = core.NotFound("sticker_unknown", "このステッカーは見つかりません。")
)

// NewPrice ends an item's price the day before from and begins the new one that day. After a crash in between, the same
// key again finishes it.
func (o *Office) NewPrice(ctx context.Context, key string, item core.ID, price core.Money, from Day) error {
	if err := allowed(core.ActorFrom(ctx), accounting()); err != nil {
		return err
	}
	if _, err := ParseDay(string(from)); err != nil {
		return err
	}
	items, err := o.store.Items(ctx)
	if err != nil {
		return fmt.Errorf("read the price list: %w", err)
	}
	old, ok := find(items, func(i Item) bool { return i.ID == item })
	if !ok {
		return ErrNoItem.Because("item %s", item)
	}
	begun := old.To == from.Add(-1)
	if from < DayOf(o.now()) || from <= old.From || !begun && old.To != "" && old.To < from {
		return ErrPriceDay.Because("from %s, price of %s to %q", from, old.From, old.To)
	}
	next := old
	next.ID, next.Price, next.From = "", price, from
	if begun { // the first half of this is done, or somebody ended it to the day
		next.To = ""
		if begins, ok := find(items, func(i Item) bool { return i.Code == old.Code && i.From == from }); ok {
			next.To = begins.To // the second half is done too: the same press again is the same
		}
	}
	if err := next.Check(); err != nil {
		return err
	}
	old.To = from.Add(-1)
	if _, err := o.PutItem(ctx, key+".end", old); err != nil {
		return err
	}
	_, err = o.PutItem(ctx, key+".new", next)
	return err
}

// RetireSticker takes a sticker off its counter.
func (o *Office) RetireSticker(ctx context.Context, key string, counter, id core.ID) error {
	by, err := o.may(ctx, key, "retire_sticker", accounting(), counter, id)
	if err != nil {
		return err
	}
	counters, err := o.store.Counters(ctx)
	if err != nil {
		return fmt.Errorf("read counters: %w", err)
	}
	c, _ := find(counters, func(c Counter) bool { return c.ID == counter })
	s, ok := find(c.Stickers, func(s Sticker) bool { return s.ID == id })
	if !ok {
		return ErrNoSticker.Because("sticker %s", id)
	}
	s.Retired = true
	_, err = o.store.PutSticker(ctx, by.cmd, s, by.sign(Event{
		At: o.now(), What: "till.sticker_retired", Target: string(id), Outcome: "ok", Detail: map[string]string{"counter": string(counter), "label": s.Label},
	}))
	return err
}
