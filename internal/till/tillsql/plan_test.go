package tillsql_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"yakusho/internal/testkit"
	"yakusho/internal/till/tillsql"
)

func TestNoQueryOfManyRowsReadsAWholeTable(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t, testkit.SQLite(t))
	open(t, db)
	for name, q := range tillsql.Queries() {
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
			// Partial indexes of what is open, due, on the list or not delivered hold few rows; an office has few counters.
			few := regexp.MustCompile(`till_(session_open|attempt_list|attempt_next|refund_next|outbox_seq)|SCAN c\b`)
			if strings.HasPrefix(step, "SCAN") && !few.MatchString(step) {
				t.Errorf("%s reads a whole table:\n%s", name, all)
			}
		}
		// What is streamed by the hundred thousand comes in order out of an index, not out of a sort.
		if (name == "payments" || name == "rows") && strings.Contains(all, "TEMP B-TREE") {
			t.Errorf("%s sorts what an index could give in order:\n%s", name, all)
		}
	}
}

// highest is the number of the last placeholder of a query.
func highest(q string) int {
	for n := 9; n > 0; n-- {
		if strings.Contains(q, fmt.Sprintf("$%d", n)) {
			return n
		}
	}
	return 0
}

func TestNoStatementChangesTheLedger(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	changes := regexp.MustCompile(`(?i)(UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+till_(entry|posting)\b|INTO till_(entry|posting)[^` + "`" + `]*ON CONFLICT`)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(f, "_test.go") && changes.Match(b) {
			t.Errorf("%s: %s", f, changes.Find(b))
		}
	}
}
