package audit

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"yakusho/internal/core"
)

// Checkpoint names one point of the chain: all entries up to Seq are what they were if the entry Seq
// still has this Hash. The zero Checkpoint is the empty log.
type Checkpoint struct {
	Seq  int64
	At   time.Time // of the entry Seq
	Hash Hash
}

const checkpointTime = "2006-01-02T15:04:05.000000Z"

// String is the line to print and keep; ParseCheckpoint reads it:
//
//	yakusho-audit-1 seq=412 at=2026-11-22T07:00:00.000000Z sha256=9f86…
func (c Checkpoint) String() string {
	at := c.At
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	return fmt.Sprintf("%s seq=%d at=%s sha256=%x", format, c.Seq, at.UTC().Format(checkpointTime), c.Hash)
}

var checkpointLine = regexp.MustCompile(`^\s*yakusho-audit-1\s+seq=(\d{1,18})\s+at=(\S+)\s+sha256=([0-9a-fA-F]{64})\s*$`)

// ParseCheckpoint reads what String wrote, also with other spacing and capital letters in the hash, as a
// person types it. The error is checkpoint_malformed, KindInvalid.
func ParseCheckpoint(s string) (Checkpoint, error) {
	bad := core.Invalid("checkpoint_malformed",
		"確認用の控えの形が正しくありません。控えの 1 行を、yakusho-audit-1 から最後までそのまま入力してください。")
	m := checkpointLine.FindStringSubmatch(s)
	if m == nil {
		return Checkpoint{}, bad
	}
	var c Checkpoint
	var err error
	if c.Seq, err = strconv.ParseInt(m[1], 10, 64); err != nil {
		return Checkpoint{}, bad.Because("seq: %w", err)
	}
	at, err := time.Parse(checkpointTime, m[2])
	if err != nil {
		return Checkpoint{}, bad.Because("at: %w", err)
	}
	c.At = core.FromMicros(at.UnixMicro())
	if _, err := hex.Decode(c.Hash[:], []byte(m[3])); err != nil {
		return Checkpoint{}, bad.Because("sha256: %w", err)
	}
	if c.Seq == 0 && c != (Checkpoint{}) {
		return Checkpoint{}, bad.Because("the empty log has no hash")
	}
	return c, nil
}

// same compares times as what they are, not as how they are held.
func (c Checkpoint) same(d Checkpoint) bool {
	return c.Seq == d.Seq && c.Hash == d.Hash && core.Micros(c.At) == core.Micros(d.At)
}
