package jpqr_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"yakusho/internal/core"
	"yakusho/internal/till/jpqr"
)

func TestBrandsAreGuessedByPrefixAndLength(t *testing.T) {
	t.Parallel()
	table := jpqr.DefaultHints()
	if err := table.Validate(); err != nil {
		t.Fatal(err)
	}
	fill := func(prefix string, digits int) string { return prefix + strings.Repeat("7", digits-len(prefix)) }
	for code, brand := range map[string]string{
		fill("9000818188", 24): "PayPay",
		fill("9000818188", 23): "",
		fill("90000002", 22):   "d払い",
		fill("9000000000", 19): "LINE Pay",
		fill("900001", 16):     "楽天ペイ",
		fill("90000001", 22):   "Origami",
		fill("31589921", 19):   "au PAY",
		fill("31589900", 19):   "メルペイ",
		fill("3158993", 19):    "銀行Pay", // 3158 9937
		fill("31589940", 19):   "銀行Pay",
		fill("31589941", 19):   "",
		fill("31589995", 19):   "pring",
		fill("1234", 16):       "",
		merpay:                 "メルペイ",
		docomo:                 "d払い",
		visa:                   "",
		strings.Replace(docomo, "OTAwMDAwMDI", "OTAwMDAwMDI", 1): "d払い",
		// Another AID with a card number of メルペイ.
		packed(cpv01, tlv("61", tlv("4F", "A0000000031010")+tlv("5A", "3158990079242943"))): "メルペイ",
	} {
		c, err := jpqr.ParseConsumer(code)
		if err != nil {
			t.Errorf("%q: %v", code, err)
			continue
		}
		h, ok := table.Match(c)
		if ok != (brand != "") || h.Brand != brand {
			t.Errorf("%s: %+v, want %q", code, h, brand)
		}
		if retired := brand == "LINE Pay" || brand == "Origami"; h.Retired != retired || retired && !strings.Contains(h.Note, "ほかの支払い方法") {
			t.Errorf("%s: retired %v, note %q", code, h.Retired, h.Note)
		}
	}
	if table.Observed != "2020-02-26" || !strings.Contains(table.Source, "第三者") {
		t.Errorf("the table does not say where it comes from: %+v", table)
	}
}

func TestLongestPrefixWinsAndMeasuredBeforeUnmeasured(t *testing.T) {
	t.Parallel()
	table := jpqr.HintTable{Rows: []jpqr.Hint{
		{Brand: "any", Prefix: "9000"},
		{Brand: "long", Prefix: "900012"},
		{Brand: "measured", Prefix: "9000", Digits: 16},
		{Brand: "other length", Prefix: "90001234", Digits: 20},
	}}
	for code, want := range map[string]string{
		"9000777777777777":  "measured",
		"90007777777777777": "any",
		"9000123477777777":  "long",
	} {
		c, err := jpqr.ParseConsumer(code)
		if err != nil {
			t.Fatal(err)
		}
		if h, _ := table.Match(c); h.Brand != want {
			t.Errorf("%s: %q, want %q", code, h.Brand, want)
		}
	}
}

func TestEveryMistakeOfATableIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	err := jpqr.HintTable{Rows: []jpqr.Hint{
		{Brand: " ", Prefix: "9000 81"},
		{Brand: "A"},
		{Brand: "B", Prefix: "9000", Digits: 11},
		{Brand: "C", Prefix: "90001234567890123", Digits: 16},
		{Brand: "D", Prefix: "9000", Digits: 16, AID: "a000000065"},
		{Brand: "E", Prefix: "9000", Digits: 16, AID: "A00000006"},
		{Brand: "F", AID: "A000000065039202", Retired: true},
		{Brand: "G", AID: "A000000065039202"},
		{Brand: "H", Prefix: strings.Repeat("9", 27)},
	}}.Validate()
	var found jpqr.Mistakes
	if !errors.As(err, &found) {
		t.Fatalf("%v", err)
	}
	type place struct {
		Row   int
		Field string
	}
	var got []place
	for _, m := range found {
		got = append(got, place{m.Row, m.Field})
	}
	want := []place{{1, "brand"}, {1, "prefix"}, {2, "prefix"}, {3, "digits"}, {4, "prefix"}, {5, "aid"}, {6, "aid"}, {6, "prefix"}, {7, "note"}, {8, "aid"}, {9, "prefix"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	var e *core.Error
	if !errors.As(err, &e) || e.Kind != core.KindInvalid || !strings.Contains(e.Message, "8行目：7行目と同じAID") {
		t.Errorf("for the screen: %+v", e)
	}
	if err := (jpqr.HintTable{Rows: make([]jpqr.Hint, 501)}).Validate(); !errors.As(err, &found) || found[0].Row != 0 {
		t.Errorf("501 rows: %v", err)
	}
}

func TestTableSurvivesJSONAndTOML(t *testing.T) {
	t.Parallel()
	want := jpqr.DefaultHints()
	var fromJSON, fromTOML jpqr.HintTable
	js, err := json.Marshal(want)
	if err == nil {
		err = json.Unmarshal(js, &fromJSON)
	}
	if err != nil {
		t.Fatal(err)
	}
	tm, err := toml.Marshal(want)
	if err == nil {
		err = toml.Unmarshal(tm, &fromTOML)
	}
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, fromJSON); d != "" {
		t.Errorf("JSON:\n%s", d)
	}
	if d := cmp.Diff(want, fromTOML); d != "" {
		t.Errorf("TOML:\n%s", d)
	}
	var lower jpqr.HintTable
	if err := toml.Unmarshal([]byte("[[rows]]\nbrand = 'X'\nprefix = '9000'\ndigits = 16\n"), &lower); err != nil || lower.Rows[0].Prefix != "9000" {
		t.Errorf("keys in lower case: %+v, %v", lower, err)
	}
}
