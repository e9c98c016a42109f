package till

import (
	"strings"
	"testing"
)

func TestAWalletTakesWhatItsNoticeCoversFromTheDayItSays(t *testing.T) {
	t.Parallel()
	notices := []Designation{
		{Wallet: "paypay", Categories: []string{"13-01-02"}, From: "2026-04-01", To: "2026-12-31"},
		{Wallet: "paypay", Categories: []string{"12-01"}, From: "2026-10-01"},
		{Wallet: "d_barai", From: "2026-04-01"},
		{Wallet: "line_pay", From: "2020-04-01"},
	}
	line := func(category string, price int) Line {
		return Line{Name: "品目 " + category, Category: Category{category, "科目 " + category}, Price: 100, Count: price}
	}
	for name, c := range map[string]struct {
		wallet string
		lines  []Line
		on     Day
		want   string
	}{
		"covered":                      {"paypay", []Line{line("13-01-02", 1)}, "2026-11-22", ""},
		"by two notices":               {"paypay", []Line{line("13-01-02", 1), line("12-01", 1)}, "2026-11-22", ""},
		"the first day":                {"paypay", []Line{line("12-01", 1)}, "2026-10-01", ""},
		"the day before":               {"paypay", []Line{line("12-01", 1)}, "2026-09-30", "not_designated"},
		"the last day":                 {"paypay", []Line{line("13-01-02", 1)}, "2026-12-31", ""},
		"the day after":                {"paypay", []Line{line("13-01-02", 1)}, "2027-01-01", "not_designated"},
		"one line is not":              {"paypay", []Line{line("13-01-02", 1), line("99", 1)}, "2026-11-22", "not_designated"},
		"a line of nothing counts not": {"paypay", []Line{line("13-01-02", 1), line("99", 0)}, "2026-11-22", ""},
		"every category":               {"d_barai", []Line{line("99", 1)}, "2026-11-22", ""},
		"no notice":                    {"au_pay", []Line{line("13-01-02", 1)}, "2026-11-22", "not_designated"},
		"retired, noticed or not":      {"line_pay", []Line{line("13-01-02", 1)}, "2026-11-22", "retired"},
		"retired later":                {"line_pay", []Line{line("13-01-02", 1)}, "2025-04-30", ""},
		"cash":                         {WalletCash, []Line{line("99", 1)}, "2026-11-22", ""},
		"the pretend wallet":           {WalletTraining, []Line{line("99", 1)}, "2026-11-22", ""},
	} {
		why := MayTake(c.wallet, c.lines, c.on, notices)
		switch {
		case c.want == "" && why != nil, c.want != "" && (why == nil || why.Code != c.want):
			t.Errorf("%s: %+v, want %q", name, why, c.want)
		case why != nil && !strings.HasSuffix(why.Message, "。"):
			t.Errorf("%s: %q says nothing to a clerk", name, why.Message)
		}
	}
}

func TestARetiredBrandSaysWhatToUseInstead(t *testing.T) {
	t.Parallel()
	why := MayTake("line_pay", nil, "2025-05-01", nil)
	if why == nil || !strings.Contains(why.Message, "2025年4月30日") || !strings.Contains(why.Message, "PayPay") {
		t.Errorf("%+v", why)
	}
	if w := FindWallet("someday_pay"); w.Name != "someday_pay" || w.Retired != "" {
		t.Errorf("a wallet we do not know: %+v", w)
	}
}
