package auditsql_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"yakusho/internal/audit"
	"yakusho/internal/core"
	"yakusho/internal/sqldb"
	"yakusho/internal/testkit"
)

// meddle runs a statement behind the store's back. Refused says that the database itself did not let it.
func meddle(t testing.TB, db *sqldb.DB, query string, args ...any) (refused bool) {
	t.Helper()
	_, err := db.ExecContext(context.Background(), query, args...)
	if err != nil && core.KindOf(err) == core.KindUnavailable {
		t.Fatal(err)
	}
	return err != nil
}

func mustMeddle(t testing.TB, db *sqldb.DB, query string, args ...any) {
	t.Helper()
	if meddle(t, db, query, args...) {
		t.Fatalf("%s: refused by the database", query)
	}
}

// flips returns copies of v with one bit changed: for numbers and hashes every bit, for texts one or, when
// thorough, every bit of each byte.
func flips(v any) (out []any) {
	switch v := v.(type) {
	case int64:
		for bit := range 64 {
			out = append(out, v^1<<bit)
		}
	case []byte:
		for i := range len(v) * 8 {
			b := append([]byte(nil), v...)
			b[i/8] ^= 1 << (i % 8)
			out = append(out, b)
		}
	case string:
		for i := range len(v) * 8 {
			b := []byte(v)
			b[i/8] ^= 1 << (i % 8)
			out = append(out, string(b))
		}
		out = append(out, v+"x", v+" ", " "+v)
	}
	return out
}

var columns = []string{"seq", "at", "account", "guest", "name", "address", "request", "action", "target", "outcome", "detail", "prev", "hash"}

func TestEveryFlippedBitIsFoundAtItsEntry(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		s := open(t, db)
		fill(t, s, 5)
		const victim = 2 // has text in every column but guest
		tried := 0
		for _, c := range columns {
			var v any
			if err := db.QueryRowContext(context.Background(), `SELECT `+c+` FROM audit_entry WHERE seq = $1`, victim).Scan(&v); err != nil {
				t.Fatal(err)
			}
			for _, bad := range flips(v) {
				where := any(victim)
				if c == "seq" {
					where = bad
				}
				if meddle(t, db, `UPDATE audit_entry SET `+c+` = $1 WHERE seq = $2`, bad, victim) {
					continue // a second entry of one number, or on PostgreSQL no UTF-8
				}
				tried++
				f := verify(t, s)
				if f == nil || f.Seq != victim && f.Seq != where {
					t.Errorf("%s = %q: %v", c, bad, f)
				}
				mustMeddle(t, db, `UPDATE audit_entry SET `+c+` = $1 WHERE seq = $2`, v, where)
			}
		}
		for _, c := range []string{"seq", "at", "hash"} {
			var v any
			if err := db.QueryRowContext(context.Background(), `SELECT `+c+` FROM audit_head`).Scan(&v); err != nil {
				t.Fatal(err)
			}
			for _, bad := range flips(v) {
				mustMeddle(t, db, `UPDATE audit_head SET `+c+` = $1`, bad)
				tried++
				if f := verify(t, s); f == nil || f.Cause != audit.Unheaded && f.Cause != audit.Truncated {
					t.Errorf("head %s = %v: %v", c, bad, f)
				}
			}
			mustMeddle(t, db, `UPDATE audit_head SET `+c+` = $1`, v)
		}
		if f := verify(t, s); f != nil {
			t.Errorf("after everything was put back: %v", f)
		}
		if tried < 1000 {
			t.Errorf("only %d changes were tried", tried)
		}
	})
}

func TestRemovedMovedAndInsertedEntriesAreFound(t *testing.T) {
	t.Parallel()
	copyRow := func(from, to int) string {
		return fmt.Sprintf(`INSERT INTO audit_entry (seq, at, account, guest, name, address, request, action, target, outcome, detail, prev, hash)
			SELECT %d, at, account, guest, name, address, request, action, target, outcome, detail, prev, hash FROM audit_entry WHERE seq = %d`, to, from)
	}
	for name, c := range map[string]struct {
		sql  []string
		want audit.Fault
	}{
		"first removed":  {[]string{`DELETE FROM audit_entry WHERE seq = 1`}, audit.Fault{Seq: 1, Cause: audit.Missing}},
		"middle removed": {[]string{`DELETE FROM audit_entry WHERE seq = 4`}, audit.Fault{Seq: 4, Cause: audit.Missing}},
		"removed and closed up": {[]string{
			`DELETE FROM audit_entry WHERE seq = 4`, `UPDATE audit_entry SET seq = 4 WHERE seq = 5`, `UPDATE audit_entry SET seq = 5 WHERE seq = 6`,
		}, audit.Fault{Seq: 4, Cause: audit.Unlinked}},
		"end cut off":    {[]string{`DELETE FROM audit_entry WHERE seq > 4`}, audit.Fault{Seq: 5, Cause: audit.Truncated}},
		"all removed":    {[]string{`DELETE FROM audit_entry`}, audit.Fault{Seq: 1, Cause: audit.Truncated}},
		"head set back":  {[]string{`UPDATE audit_head SET seq = 4`}, audit.Fault{Seq: 5, Cause: audit.Unheaded}},
		"head removed":   {[]string{`DELETE FROM audit_head`}, audit.Fault{Seq: 0, Cause: audit.Unheaded}},
		"added at end":   {[]string{copyRow(3, 7)}, audit.Fault{Seq: 7, Cause: audit.Unlinked}},
		"added in front": {[]string{copyRow(3, 0)}, audit.Fault{Seq: 0, Cause: audit.Extra}},
		"swapped": {[]string{
			`UPDATE audit_entry SET seq = 99 WHERE seq = 2`, `UPDATE audit_entry SET seq = 2 WHERE seq = 3`, `UPDATE audit_entry SET seq = 3 WHERE seq = 99`,
		}, audit.Fault{Seq: 2, Cause: audit.Unlinked}},
		"cut off with the head set back": {[]string{
			`DELETE FROM audit_entry WHERE seq > 4`,
			`UPDATE audit_head SET seq = 4, at = (SELECT at FROM audit_entry WHERE seq = 4), hash = (SELECT hash FROM audit_entry WHERE seq = 4)`,
		}, audit.Fault{Seq: 5, Cause: audit.Truncated}}, // by the checkpoint
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
				s := open(t, db)
				kept := fill(t, s, 6)[5].Checkpoint()
				for _, q := range c.sql {
					mustMeddle(t, db, q)
				}
				f := verify(t, s, kept)
				if f == nil || f.Seq != c.want.Seq || f.Cause != c.want.Cause {
					t.Errorf("got %v, want %d %s", f, c.want.Seq, c.want.Cause)
				}
			})
		})
	}
}

func TestALogWithoutItsHeadTakesNoEntries(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, open(t, db), 2)
		mustMeddle(t, db, `DELETE FROM audit_head`)
		s := open(t, db) // a restart must not make a new head
		if _, err := s.Append(context.Background(), entry(0)); !errors.As(err, new(*audit.Fault)) {
			t.Errorf("got %v", err)
		}
	})
}

func TestValuesOfTheWrongTypeAreDamageNotAnError(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t, testkit.SQLite(t)) // PostgreSQL has no such values
	s := open(t, db)
	fill(t, s, 4)
	for _, c := range columns[1:] {
		for _, bad := range []string{`1.5`, `X'00'`, `'nonsense'`} {
			if c != "at" && c != "prev" && c != "hash" && bad == `'nonsense'` {
				continue // a text where a text belongs
			}
			mustMeddle(t, db, `CREATE TABLE saved AS SELECT `+c+` AS v FROM audit_entry WHERE seq = 3`)
			mustMeddle(t, db, `UPDATE audit_entry SET `+c+` = `+bad+` WHERE seq = 3`)
			if f := verify(t, s); f == nil || f.Seq != 3 || f.Cause != audit.Unreadable && bad != `1.5` {
				t.Errorf("%s = %s: %v", c, bad, f)
			}
			mustMeddle(t, db, `UPDATE audit_entry SET `+c+` = (SELECT v FROM saved) WHERE seq = 3`)
			mustMeddle(t, db, `DROP TABLE saved`)
		}
	}
	mustMeddle(t, db, `UPDATE audit_entry SET seq = 'three' WHERE seq = 3`)
	if f := verify(t, s); f == nil || f.Seq != 3 || f.Cause != audit.Missing {
		t.Errorf("seq: %v", f)
	}
	if _, err := s.List(context.Background(), audit.Filter{Limit: 10}); err == nil {
		t.Error("a damaged row was listed")
	}
}

func TestDetailInAnotherSpellingIsDamage(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, db *sqldb.DB) {
		s := open(t, db)
		if _, err := s.Append(context.Background(), audit.Entry{Action: "meet.lock", Detail: map[string]string{"a": "A", "b": "B"}}); err != nil {
			t.Fatal(err)
		}
		for _, same := range []string{
			`{"b":"B","a":"A"}`, `{"a":"A", "b":"B"}`, `{"a":"\u0041","b":"B"}`, `{"a":"A","a":"A","b":"B"}`, `null`, `[]`, `{"a":1}`, ``, `{"a":"A","b":"B"}{}`,
		} {
			mustMeddle(t, db, `UPDATE audit_entry SET detail = $1`, same)
			if f := verify(t, s); f == nil || f.Seq != 1 || f.Cause != audit.Unreadable {
				t.Errorf("%s: %v", same, f)
			}
		}
		mustMeddle(t, db, `UPDATE audit_entry SET detail = $1`, `{"a":"A","b":"B"}`)
		if f := verify(t, s); f != nil {
			t.Error(f)
		}
	})
}
