package till

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"

	"yakusho/internal/core"
	"yakusho/internal/till/jpqr"
)

// PutItem stores an item or its end. The price of one that was ever sold from does not change: make a new one.
func (o *Office) PutItem(ctx context.Context, key string, i Item) (Item, error) {
	by, err := o.may(ctx, key, "put_item", accounting(), i)
	if err != nil {
		return i, err
	}
	if err := i.Check(); err != nil {
		return i, err
	}
	if i.ID == "" {
		i.ID = core.NewID(o.now())
	}
	return o.store.PutItem(ctx, by.cmd, i, by.sign(Event{
		At: o.now(), What: "till.item", Target: string(i.ID), Outcome: "ok",
		Detail: map[string]string{"code": i.Code, "price": strconv.FormatInt(int64(i.Price), 10), "from": string(i.From), "to": string(i.To)},
	}))
}

// PutReduction stores a reduction.
func (o *Office) PutReduction(ctx context.Context, key string, r Reduction) (Reduction, error) {
	by, err := o.may(ctx, key, "put_reduction", accounting(), r)
	if err != nil {
		return r, err
	}
	if err := r.Check(); err != nil {
		return r, err
	}
	if r.ID == "" {
		r.ID = core.NewID(o.now())
	}
	return o.store.PutReduction(ctx, by.cmd, r, by.sign(Event{
		At: o.now(), What: "till.reduction", Target: string(r.ID), Outcome: "ok", Detail: map[string]string{"name": r.Name},
	}))
}

// PutDesignation stores a 告示.
func (o *Office) PutDesignation(ctx context.Context, key string, n Designation) (Designation, error) {
	by, err := o.may(ctx, key, "put_designation", accounting(), n)
	if err != nil {
		return n, err
	}
	if err := n.Check(); err != nil {
		return n, err
	}
	if n.ID == "" {
		n.ID = core.NewID(o.now())
	}
	return o.store.PutDesignation(ctx, by.cmd, n, by.sign(Event{
		At: o.now(), What: "till.designation", Target: string(n.ID), Outcome: "ok",
		Detail: map[string]string{"wallet": n.Wallet, "notice": n.Notice, "from": string(n.From), "to": string(n.To)},
	}))
}

// PutCounter stores a counter.
func (o *Office) PutCounter(ctx context.Context, key string, c Counter) (Counter, error) {
	by, err := o.may(ctx, key, "put_counter", ict(), c)
	if err != nil {
		return c, err
	}
	var p problems
	p.text("name", c.Name, maxName, "窓口の名前")
	p.when(c.Number < 1 || c.Number > 999, "number", "窓口の番号は 1 から 999 までで入れてください。")
	if c.Printer != "" {
		at, err := netip.ParseAddrPort(c.Printer)
		p.when(err != nil || !at.Addr().IsPrivate() && !at.Addr().IsLoopback(), "printer", "プリンターは、庁内のアドレスとポートで入れてください（例 192.168.1.50:9100）。")
	}
	if err := p.err("counter_invalid", "窓口の内容を直してください。"); err != nil {
		return c, err
	}
	if c.ID == "" {
		c.ID = core.NewID(o.now())
	}
	return o.store.PutCounter(ctx, by.cmd, c, by.sign(Event{
		At: o.now(), What: "till.counter", Target: string(c.ID), Outcome: "ok", Detail: map[string]string{"number": fmt.Sprint(c.Number)},
	}))
}

// PutSticker registers the official code on a counter, as it was read from it. A JPQR is checked before it is taken; an
// opaque one (an address of a wallet) is taken as it is.
func (o *Office) PutSticker(ctx context.Context, key string, s Sticker) (Sticker, error) {
	by, err := o.may(ctx, key, "put_sticker", accounting(), s)
	if err != nil {
		return s, err
	}
	s.Payload = jpqr.Trim(s.Payload)
	var p problems
	p.text("label", s.Label, maxName, "ステッカーの呼び名")
	p.text("payload", s.Payload, 512, "ステッカーの内容")
	p.when(s.Wallet != StickerAny && FindWallet(s.Wallet).Name == s.Wallet, "wallet", "ブランドを選んでください。")
	if err := p.err("sticker_invalid", "ステッカーの内容を直してください。"); err != nil {
		return s, err
	}
	m, err := jpqr.Parse(s.Payload)
	switch {
	case err == nil:
		s.Shop = either(s.Shop, m.DisplayName())
	case err != nil && jpqr.ReasonOf(err) != jpqr.NotEMV:
		return s, err
	}
	if s.ID == "" {
		s.ID = core.NewID(o.now())
	}
	s.Registered, s.By = o.now(), by.actor.Account
	return o.store.PutSticker(ctx, by.cmd, s, by.sign(Event{
		At: s.Registered, What: "till.sticker_registered", Target: string(s.ID), Outcome: "ok",
		Detail: map[string]string{"counter": string(s.Counter), "wallet": s.Wallet, "label": s.Label},
	}))
}
