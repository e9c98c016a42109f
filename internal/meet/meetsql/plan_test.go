package meetsql_test

import (
	"strings"
	"testing"

	"yakusho/internal/meet/meetsql"
	"yakusho/internal/testkit"
)

func TestNoQueryOfManyRowsReadsAWholeTable(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t, testkit.SQLite(t))
	open(t, db)
	for name, q := range meetsql.Queries() {
		args := make([]any, 9)
		rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+q, args[:highest(q)]...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var plan []string
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, detail)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		all := strings.Join(plan, "\n")
		for _, step := range plan {
			// A partial index holds the few rows that are open; reading all of it is the point of it.
			if strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "meet_meeting_open") {
				t.Errorf("%s reads a whole table:\n%s", name, all)
			}
		}
		// A day's meetings and one meeting's people are few; the others can be thousands.
		if name != "Of" && name != "Participants" && strings.Contains(all, "TEMP B-TREE") {
			t.Errorf("%s sorts what an index could give in order:\n%s", name, all)
		}
	}
}

// highest is the number of the last placeholder of a query.
func highest(q string) int {
	for n := 9; n > 0; n-- {
		if strings.Contains(q, "$"+string(rune('0'+n))) {
			return n
		}
	}
	return 0
}
