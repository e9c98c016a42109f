package main

import (
	"context"
	"fmt"
	"time"

	"yakusho/internal/auth"
	"yakusho/internal/core"
	"yakusho/internal/till"
)

// sampleSticker is a JPQR for tests: its store does not exist.
const sampleSticker = "00020101021126680019jp.or.paymentsjapan0113000000000000102040001030600000104060000015204939953033925802JP5903xxx6003xxx6107100000164190002JA0109みほん市役所市民課6304CE8E"

// seedTill sets up the counters of みほん市, once. After a crash in the middle the next start finishes it.
func (c *counters) seed(ctx context.Context, accounts auth.Store, now time.Time) error {
	there, err := c.store.Counters(ctx)
	if err != nil || len(there) >= len(sampleCounters()) {
		return err
	}
	all, err := accounts.Accounts(ctx)
	if err != nil {
		return fmt.Errorf("look for an admin: %w", err)
	}
	for _, a := range all {
		if a.Has(core.RoleAdmin) {
			ctx = core.WithActor(ctx, core.Actor{Account: a.ID, Name: a.Name, Roles: a.Roles})
		}
	}
	from := till.Day(fmt.Sprintf("%d-04-01", till.DayOf(now).FiscalYear()))
	for n, i := range sampleItems() {
		i.From, i.Order, i.Slip = from, n+1, till.SlipStatement
		if _, err := c.office.PutItem(ctx, "sample-"+i.Code, i); err != nil {
			return fmt.Errorf("seed item %s: %w", i.Code, err)
		}
	}
	for _, r := range []till.Reduction{
		{Name: "児童扶養手当", Percent: 100}, {Name: "公用", Percent: 100}, {Name: "生活保護", Percent: 100}, {Name: "障害者手帳（施設の使用）", Percent: 50},
	} {
		r.From = from
		if _, err := c.office.PutReduction(ctx, "sample-"+r.Name, r); err != nil {
			return fmt.Errorf("seed reduction %s: %w", r.Name, err)
		}
	}
	for n, d := range []till.Designation{
		{Wallet: "paypay", Trustee: "みほんペイメント株式会社", Notice: "みほん市告示第41号"},
		{Wallet: "d_barai", Trustee: "見本決済株式会社", Notice: "みほん市告示第42号"},
		{Wallet: "rakuten_pay", Trustee: "見本決済株式会社", Notice: "みほん市告示第43号"},
		{Wallet: "au_pay", Trustee: "見本決済株式会社", Notice: "みほん市告示第44号"},
		{Wallet: "merpay", Trustee: "見本決済株式会社", Notice: "みほん市告示第45号"},
		// AEON Pay may take the use of halls only, so that the sample shows what a 告示 decides.
		{Wallet: "aeon_pay", Trustee: "見本決済株式会社", Notice: "みほん市告示第46号", Categories: []string{"13-01-06-01"}},
	} {
		d.NoticedOn, d.From = from, from
		if _, err := c.office.PutDesignation(ctx, fmt.Sprintf("sample-notice-%d", n), d); err != nil {
			return fmt.Errorf("seed designation of %s: %w", d.Wallet, err)
		}
	}
	return c.seedCounters(ctx)
}

func (c *counters) seedCounters(ctx context.Context) error {
	for _, x := range sampleCounters() {
		made, err := c.office.PutCounter(ctx, fmt.Sprintf("sample-counter-%d", x.Number), x)
		if err != nil {
			return fmt.Errorf("seed counter %s: %w", x.Name, err)
		}
		if x.Number != 1 {
			continue
		}
		_, err = c.office.PutSticker(ctx, "sample-sticker", till.Sticker{
			Counter: made.ID, Wallet: "paypay", Provider: "paypay", Label: "見本のステッカー（左）", Payload: sampleSticker,
		})
		if err != nil {
			return fmt.Errorf("seed sticker: %w", err)
		}
	}
	return nil
}

func sampleCounters() []till.Counter {
	return []till.Counter{
		{Number: 1, Name: "市民課 1番窓口", Office: "本庁舎"},
		{Number: 2, Name: "市民課 2番窓口", Office: "本庁舎"},
		{Number: 11, Name: "市民体育館 受付", Office: "市民体育館"},
	}
}

func sampleItems() []till.Item {
	koseki := till.Category{Code: "13-02-01-02", Name: "戸籍住民基本台帳手数料"}
	zei := till.Category{Code: "13-02-01-01", Name: "徴税手数料"}
	zatsu := till.Category{Code: "20-05-03-01", Name: "雑入"}
	hall := till.Category{Code: "13-01-06-01", Name: "体育施設使用料"}
	fee := func(code, name, group string, price core.Money, c till.Category) till.Item {
		return till.Item{Code: code, Name: name, Group: group, Unit: "通", Price: price, Category: c, Tax: till.TaxExempt}
	}
	use := func(code, name, unit string, price core.Money) till.Item {
		return till.Item{Code: code, Name: name, Group: "体育館", Unit: unit, Price: price, Category: hall, Tax: till.TaxStandard}
	}
	const people, family, tax, other = "住民票・印鑑", "戸籍", "税証明", "カード・その他"
	card := fee("CARD", "個人番号カード再交付", other, 1000, zatsu)
	card.Unit = "枚"
	return []till.Item{
		fee("JUMIN", "住民票の写し", people, 300, koseki), fee("INKAN", "印鑑登録証明書", people, 300, koseki),
		fee("KOSEKI", "戸籍全部事項証明書", family, 450, koseki), fee("SHOTOKU", "所得・課税証明書", tax, 300, zei),
		fee("NOZEI", "納税証明書", tax, 300, zei), fee("KOTEI", "固定資産評価証明書", tax, 300, zei),
		fee("JOSEKI", "除籍・改製原戸籍謄本", family, 750, koseki), fee("FUHYO", "戸籍の附票の写し", family, 300, koseki),
		fee("KISAI", "住民票記載事項証明書", people, 300, koseki), fee("MIBUN", "身分証明書", other, 300, koseki),
		fee("TOROKU", "印鑑登録", people, 300, koseki), card,
		use("ARENA", "アリーナ半面", "時間", 1100), use("TAKKYU", "卓球台", "時間", 330), use("TRAIN", "トレーニング室", "回", 220),
		{Code: "COPY", Name: "写しの交付（実費）", Group: other, Unit: "件", Free: true, Limit: 5000, Category: zatsu, Tax: till.TaxExempt},
	}
}
