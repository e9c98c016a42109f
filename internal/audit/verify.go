package audit

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Cause is what is wrong with the chain at the first place where something is.
type Cause string

// The causes.
const (
	Unreadable Cause = "unreadable" // the row is no entry
	Missing    Cause = "missing"    // no row where one has to be, with rows after it
	Extra      Cause = "extra"      // a row where none can be: before the first, or twice the same number
	Unlinked   Cause = "unlinked"   // Prev is not the hash of the entry before
	Altered    Cause = "altered"    // Hash is not the hash of the content
	Truncated  Cause = "truncated"  // head or a checkpoint knows of entries that are not there
	Unheaded   Cause = "unheaded"   // entries after the head, or the head is not that of its entry
	Rewritten  Cause = "rewritten"  // sound in itself, but not what the checkpoint says was there
)

// Fault is the first place where the chain is not what it was.
type Fault struct {
	Seq   int64 // the entry concerned; for Rewritten and Truncated by a checkpoint the change may begin earlier
	Cause Cause
	Why   string // for the log; English
}

func (f *Fault) Error() string { return fmt.Sprintf("audit entry %d: %s: %s", f.Seq, f.Cause, f.Why) }

// Message says in Japanese what was found.
func (f *Fault) Message() string {
	text := map[Cause]string{
		Unreadable: "記録が読めません。",
		Missing:    "記録が抜けています。",
		Extra:      "あるはずのない記録があります。",
		Unlinked:   "前の記録とつながっていません。",
		Altered:    "記録の内容が書き換えられています。",
		Truncated:  "この番号から後の記録が削除されています。",
		Unheaded:   "末尾の控えと記録が一致しません。",
		Rewritten:  "この番号までの記録が、保管された控えと一致しません。",
	}[f.Cause]
	return fmt.Sprintf("%d 番: %s", f.Seq, text)
}

// Report is the result of Verify.
type Report struct {
	Entries int64      // how many were found chained and unaltered before the Fault, or in all
	Head    Checkpoint // the end of the chain as the database has it
	Fault   *Fault     // nil: all is as it was written
}

// Verify reads the whole log and recomputes every hash, in memory that does not grow with the log. kept are
// checkpoints from outside, in any order. What is wrong with the log is in the Report; an error means that it
// could not be read.
func (l *Log) Verify(ctx context.Context, kept ...Checkpoint) (Report, error) {
	kept = slices.Clone(kept)
	slices.SortFunc(kept, func(a, b Checkpoint) int { return cmp.Compare(a.Seq, b.Seq) })
	for len(kept) > 0 && kept[0].Seq <= 0 { // the empty log: nothing can contradict it
		kept = kept[1:]
	}
	var last Checkpoint // the last sound entry
	head, err := l.store.Walk(ctx, math.MinInt64, func(e Entry, damage error) error {
		if f := check(last, e, damage); f != nil {
			return f
		}
		last = e.Checkpoint()
		for len(kept) > 0 && kept[0].Seq == last.Seq {
			if !kept[0].same(last) {
				return &Fault{last.Seq, Rewritten, "the checkpoint of this entry has another hash or time"}
			}
			kept = kept[1:]
		}
		return nil
	})
	report := Report{Entries: last.Seq, Head: head}
	var f *Fault
	switch {
	case errors.As(err, &f):
		report.Fault = f
	case err != nil:
		return Report{}, fmt.Errorf("verify audit log: %w", err)
	case head.Seq > last.Seq:
		report.Fault = &Fault{last.Seq + 1, Truncated, fmt.Sprintf("the head is at %d", head.Seq)}
	case head.Seq < last.Seq:
		report.Fault = &Fault{head.Seq + 1, Unheaded, "the head stands before this entry"}
	case !head.same(last):
		report.Fault = &Fault{last.Seq, Unheaded, "the head has another hash or time"}
	case len(kept) > 0:
		report.Fault = &Fault{last.Seq + 1, Truncated, fmt.Sprintf("a checkpoint is at %d", kept[0].Seq)}
	}
	return report, nil
}

// check judges e as the entry that has to follow last.
func check(last Checkpoint, e Entry, damage error) *Fault {
	want := last.Seq + 1
	switch {
	case damage != nil:
		return &Fault{want, Unreadable, damage.Error()}
	case e.Seq < want:
		return &Fault{e.Seq, Extra, fmt.Sprintf("found where %d has to be", want)}
	case e.Seq > want:
		return &Fault{want, Missing, fmt.Sprintf("the next row is %d", e.Seq)}
	case e.Prev != last.Hash:
		return &Fault{want, Unlinked, "prev is not the hash of the entry before"}
	case e.Hash != sha256.Sum256(e.Encode()):
		return &Fault{want, Altered, "the content has another hash"}
	}
	return nil
}
