package slip

import (
	"fmt"
	"strings"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till"
)

// wareki writes a moment as offices do: 令和8年11月22日（日）10:42. Before 令和 it writes the western year.
func wareki(t time.Time) string {
	t = t.In(till.Tokyo())
	year := fmt.Sprintf("%d年", t.Year())
	if reiwa := time.Date(2019, time.May, 1, 0, 0, 0, 0, till.Tokyo()); !t.Before(reiwa) {
		switch n := t.Year() - 2018; n {
		case 1:
			year = "令和元年"
		default:
			year = fmt.Sprintf("令和%d年", n)
		}
	}
	day := []rune("日月火水木金土")[t.Weekday()]
	return fmt.Sprintf("%s%d月%d日（%c）%s", year, int(t.Month()), t.Day(), day, t.Format("15:04"))
}

func yen(m core.Money) string { return m.String() + "円" }

// how names a way to pay: PayPay（画面のQR）.
func how(wallet string, way till.Way) string {
	name := till.FindWallet(wallet).Name
	if wallet == "jpqr" { // a sticker several wallets read: which one it was stands in the settlement file only
		name = "JPQR"
	}
	switch way {
	case till.WayScan:
		return name + "（お客様のコード）"
	case till.WayShow:
		return name + "（画面のQR）"
	case till.WaySticker:
		return name + "（ステッカー）"
	case till.WayCash:
	}
	return name
}

// grouped cuts a long number into fours, so that it can be read out; anything but a number stays as it is.
func grouped(s string) string {
	if len(s) < 9 || strings.Trim(s, "0123456789") != "" {
		return s
	}
	var parts []string
	for ; len(s) > 4; s = s[4:] {
		parts = append(parts, s[:4])
	}
	return strings.Join(append(parts, s), " ")
}
