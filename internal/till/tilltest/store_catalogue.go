package tilltest

import (
	"yakusho/internal/core"
	"yakusho/internal/till"
)

func catalogueCases() []storeCase {
	item := func(code string, price core.Money, from, to till.Day) till.Item {
		return till.Item{
			ID: core.NewID(nine), Code: code, Name: "住民票の写し", Group: "住民票・印鑑", Unit: "通", Price: price,
			Category: till.Category{Code: "13-01-02", Name: "戸籍住民基本台帳手数料"}, Tax: till.TaxExempt, Slip: till.SlipStatement, Order: 3, From: from, To: to,
		}
	}
	put := func(b *books, i till.Item) (till.Item, error) {
		return b.PutItem(b.ctx(), press("put_item", i.ID), i, told("item", i.ID))
	}
	return []storeCase{
		{"an item is kept as it is, and replaced by its id", func(b *books) {
			i := item("JUMIN", 300, "2026-04-01", "")
			i.Free, i.Limit = true, 9000
			got, err := put(b, i)
			b.must(err)
			b.same("stored", got, i)
			i.To, i.Name = "2027-03-31", "住民票"
			_, err = put(b, i)
			b.must(err)
			all, err := b.Items(b.ctx())
			b.must(err)
			b.same("price list", all, []till.Item{i})
		}},
		{"two items of one code never stand on one day", func(b *books) {
			old := item("JUMIN", 300, "2026-04-01", "2026-09-30")
			_, err := put(b, old)
			b.must(err)
			_, err = put(b, item("JUMIN", 350, "2026-09-30", ""))
			b.refused(err, till.ErrInUse)
			_, err = put(b, item("JUMIN", 350, "2026-01-01", "2026-04-01"))
			b.refused(err, till.ErrInUse)
			_, err = put(b, item("JUMIN", 350, "2026-01-01", ""))
			b.refused(err, till.ErrInUse)
			_, err = put(b, item("JUMIN", 350, "2026-10-01", ""))
			b.must(err)
			_, err = put(b, item("INKAN", 350, "2026-04-01", ""))
			b.must(err)
		}},
		{"the price of an item that was sold from stays, its end may be set", func(b *books) {
			i := item("JUMIN", 300, "2026-04-01", "")
			_, err := put(b, i)
			b.must(err)
			i.Price = 200 // a mistake of today is put right
			_, err = put(b, i)
			b.must(err)
			s := selling(b.session(1), 300)
			s.Lines[0].Item = i.ID
			_, err = b.FixSale(b.ctx(), press("fix_sale"), s, told("sale", s.ID))
			b.must(err)
			dearer := i
			dearer.Price = 400
			_, err = put(b, dearer)
			b.refused(err, till.ErrPriceFixed)
			i.To = "2026-10-01"
			_, err = put(b, i)
			b.must(err)
		}},
		{"reductions and designations are kept as they are, and replaced by their id", func(b *books) {
			r := till.Reduction{ID: core.NewID(nine), Name: "児童扶養手当", Percent: 50, From: "2026-04-01"}
			_, err := b.PutReduction(b.ctx(), press("put_reduction"), r, told("reduction", r.ID))
			b.must(err)
			r.To, r.Percent = "2027-03-31", 100
			_, err = b.PutReduction(b.ctx(), press("put_reduction"), r, told("reduction", r.ID))
			b.must(err)
			d := till.Designation{
				ID: core.NewID(nine), Wallet: "paypay", Trustee: "PayPay株式会社", Notice: "みほん市告示第 41 号", NoticedOn: "2026-03-20",
				Categories: []string{"13-01-02", "13-01-03"}, From: "2026-04-01", To: "2027-03-31",
			}
			every := till.Designation{ID: core.NewID(nine), Wallet: "d_barai", Trustee: "NTTドコモ", Notice: "同 42 号", NoticedOn: "2026-03-20", From: "2026-04-01"}
			for _, n := range []till.Designation{d, every} {
				_, err = b.PutDesignation(b.ctx(), press("put_designation"), n, told("designation", n.ID))
				b.must(err)
			}
			d.Notice = "みほん市告示第 43 号"
			_, err = b.PutDesignation(b.ctx(), press("put_designation"), d, told("designation", d.ID))
			b.must(err)
			reductions, err := b.Reductions(b.ctx())
			b.must(err)
			b.same("reductions", reductions, []till.Reduction{r})
			notices, err := b.Designations(b.ctx())
			b.must(err)
			b.same("designations", notices, []till.Designation{every, d})
		}},
		{"a counter has its stickers, and its number alone", func(b *books) {
			c := b.counter(2)
			st := till.Sticker{
				ID: core.NewID(nine), Counter: c.ID, Wallet: "paypay", Provider: "paypay", Label: "左", Payload: "https://qr.example/28", Shop: "みほん市",
				Registered: nine, By: accountant,
			}
			_, err := b.PutSticker(b.ctx(), press("put_sticker"), st, told("sticker", st.ID))
			b.must(err)
			st.Retired = true
			got, err := b.PutSticker(b.ctx(), press("put_sticker"), st, told("sticker", st.ID))
			b.must(err)
			b.same("sticker", got, st)
			c.Name, c.Printer = "税務課", "192.168.1.50:9100"
			first := b.counter(1)
			got2, err := b.PutCounter(b.ctx(), press("put_counter"), c, told("counter", c.ID))
			b.must(err)
			c.Stickers = []till.Sticker{st}
			b.same("counter", got2, c)
			all, err := b.Counters(b.ctx())
			b.must(err)
			b.same("counters", all, []till.Counter{first, c})

			taken := till.Counter{ID: core.NewID(nine), Number: 2, Name: "会計課"}
			_, err = b.PutCounter(b.ctx(), press("put_counter"), taken, told("counter", taken.ID))
			b.refused(err, till.ErrInUse)
			c.Retired = true
			_, err = b.PutCounter(b.ctx(), press("put_counter"), c, told("counter", c.ID))
			b.must(err)
			_, err = b.PutCounter(b.ctx(), press("put_counter"), taken, told("counter", taken.ID))
			b.must(err)
			st.ID, st.Counter = core.NewID(nine), "nowhere"
			_, err = b.PutSticker(b.ctx(), press("put_sticker"), st, told("sticker", st.ID))
			b.refused(err, till.ErrNoCounter)
		}},
		{"a display is paired once, and gone when it is retired", func(b *books) {
			c := b.counter(1)
			d := till.Display{ID: core.NewID(nine), Counter: c.ID, Secret: "ab12", Paired: nine, By: clerk}
			_, err := b.PutDisplay(b.ctx(), press("put_display"), d, told("display", d.ID))
			b.must(err)
			other := d
			other.ID = core.NewID(nine)
			_, err = b.PutDisplay(b.ctx(), press("put_display"), other, told("display", other.ID))
			b.refused(err, till.ErrInUse)
			all, err := b.Displays(b.ctx())
			b.must(err)
			b.same("displays", all, []till.Display{d})
			d.Retired = true
			_, err = b.PutDisplay(b.ctx(), press("put_display"), d, told("display", d.ID))
			b.must(err)
			all, err = b.Displays(b.ctx())
			b.must(err)
			b.same("displays", len(all), 0)
		}},
	}
}
