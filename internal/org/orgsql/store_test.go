package orgsql_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"yakusho/internal/core"
	"yakusho/internal/org"
	"yakusho/internal/org/orgsql"
	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

// eachBook runs f on both engines with an empty store.
func eachBook(t *testing.T, f func(t *testing.T, b *org.Book)) {
	t.Helper()
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		s, err := orgsql.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		f(t, org.NewBook(s))
	})
}

// read returns all that is stored.
func read(t *testing.T, b *org.Book) (town org.Town) {
	t.Helper()
	var errs [5]error
	town.Municipality, errs[0] = b.Municipality(t.Context())
	town.Offices, errs[1] = b.Offices(t.Context())
	town.Lines, errs[2] = b.Lines(t.Context())
	town.Departments, errs[3] = b.Departments(t.Context())
	town.People, errs[4] = b.People(t.Context())
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return town
}

func diff(want, got org.Town) string {
	return cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
		cmpopts.SortSlices(func(a, b org.Person) bool { return a.ID < b.ID }))
}

func TestAnEmptyOfficeIsEmptyAndNoError(t *testing.T) {
	eachBook(t, func(t *testing.T, b *org.Book) {
		if d := diff(org.Town{}, read(t, b)); d != "" {
			t.Error(d)
		}
		if _, ok, err := b.OfficeOf(t.Context(), netip.MustParseAddr("10.10.0.1")); ok || err != nil {
			t.Error(ok, err)
		}
	})
}

func TestSeedingTwiceIsSeedingOnce(t *testing.T) {
	eachBook(t, func(t *testing.T, b *org.Book) {
		for range 2 {
			if err := b.Seed(t.Context(), org.Sample()); err != nil {
				t.Fatal(err)
			}
			if d := diff(org.Sample(), read(t, b)); d != "" {
				t.Error(d)
			}
		}
	})
}

func TestTwoStartsMaySeedAtOnce(t *testing.T) {
	eachBook(t, func(t *testing.T, b *org.Book) {
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if err := b.Seed(t.Context(), org.Sample()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if d := diff(org.Sample(), read(t, b)); d != "" {
			t.Error(d)
		}
	})
}

func TestSeedingChangesWhatItNamesAndKeepsTheRest(t *testing.T) {
	eachBook(t, func(t *testing.T, b *org.Book) {
		town := org.Sample()
		if err := b.Seed(t.Context(), town); err != nil {
			t.Fatal(err)
		}
		own := org.Person{ID: core.NewID(time.Now()), Name: "新人 太郎", Department: town.Departments[0].ID, Office: town.Offices[0].ID}
		town.People = []org.Person{town.People[0], own}
		town.People[0].Post = "部長"
		town.Municipality.Contact = "情報政策課（内線 9999）"
		// The two buildings swap networks.
		town.Lines[0].Subnets, town.Lines[1].Subnets = town.Lines[1].Subnets, town.Lines[0].Subnets
		town.Lines[0].Subnets = append(town.Lines[0].Subnets, netip.MustParsePrefix("fd00:1::/32"))
		if err := b.Seed(t.Context(), town); err != nil {
			t.Fatal(err)
		}
		town.People = append(town.People, org.Sample().People[1:]...)
		if d := diff(town, read(t, b)); d != "" {
			t.Error(d)
		}
	})
}

func TestATownWithMistakesIsNotStored(t *testing.T) {
	eachBook(t, func(t *testing.T, b *org.Book) {
		town := org.Sample()
		town.People[5].Office = ""
		if err := b.Seed(t.Context(), town); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%v", err)
		}
		if d := diff(org.Town{}, read(t, b)); d != "" {
			t.Error(d)
		}
	})
}

func TestCardsSayWhoSomeoneIs(t *testing.T) {
	eachBook(t, func(t *testing.T, b *org.Book) {
		town := org.Sample()
		if err := b.Seed(t.Context(), town); err != nil {
			t.Fatal(err)
		}
		p, _ := town.Find("佐藤 美咲")
		got, err := b.Card(t.Context(), p.ID)
		want := org.Card{
			Person: p.ID, Name: "佐藤 美咲", Kana: "さとう みさき", Post: "主任",
			Department: "企画課 企画係", Office: "東庁舎", OfficeID: p.Office,
		}
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(d, err)
		}
		for _, id := range []core.ID{"", "x", core.NewID(time.Now())} {
			if _, err := b.Card(t.Context(), id); !errors.Is(err, org.ErrNoPerson) {
				t.Errorf("card of %q: %v", id, err)
			}
		}
		ids := []core.ID{p.ID, "x", p.ID}
		for i := range 1200 { // more than one statement names
			ids = append(ids, core.ID(fmt.Sprint(i)))
		}
		hard, _ := town.Find("𠮷田 千尋")
		cards, err := b.Cards(t.Context(), append(ids, hard.ID))
		if len(cards) != 2 || cards[hard.ID].Name != "𠮷田 千尋" || err != nil {
			t.Errorf("%v %v", cards, err)
		}
		if cards, err := b.Cards(t.Context(), nil); len(cards) != 0 || err != nil {
			t.Errorf("%v %v", cards, err)
		}
	})
}

func TestPeopleAreInTheOrderOfKana(t *testing.T) {
	eachBook(t, func(t *testing.T, b *org.Book) {
		if err := b.Seed(t.Context(), org.Sample()); err != nil {
			t.Fatal(err)
		}
		people, err := b.People(t.Context())
		if err != nil || len(people) != len(org.Sample().People) {
			t.Fatal(len(people), err)
		}
		if !slices.IsSortedFunc(people, func(x, y org.Person) int { return slices.Compare([]rune(x.Kana), []rune(y.Kana)) }) {
			t.Errorf("%v", people)
		}
	})
}

func TestAnAddressSaysTheBuilding(t *testing.T) {
	eachBook(t, func(t *testing.T, b *org.Book) {
		if err := b.Seed(t.Context(), org.Sample()); err != nil {
			t.Fatal(err)
		}
		for addr, want := range map[string]string{
			"10.10.3.4": "本庁舎", "10.20.255.255": "東庁舎", "::ffff:10.30.0.1": "北支所", "127.0.0.1": "", "10.40.0.1": "",
		} {
			o, ok, err := b.OfficeOf(t.Context(), netip.MustParseAddr(addr))
			if o.Name != want || ok != (want != "") || err != nil {
				t.Errorf("%s: %q, %v, %v; want %q", addr, o.Name, ok, err, want)
			}
		}
	})
}
