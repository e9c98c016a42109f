package core

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// ID names one thing for ever: 26 lower-case characters, ordered by the time it was made, so that
// rows written together lie together. The last 80 bits are random and cannot be guessed.
type ID string

// crockford has no i, l, o, u: an ID read over the telephone stays itself.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID returns an ID stamped with at, to the millisecond.
func NewID(at time.Time) ID {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli())<<16)
	// crypto/rand.Read never fails: the runtime ends the process instead.
	_, _ = rand.Read(b[6:])
	return ID(crockford.EncodeToString(b[:]))
}

// ParseID accepts what NewID makes and nothing else.
func ParseID(s string) (ID, error) {
	if len(s) != 26 {
		return "", Invalid("id_malformed", "番号の形が正しくありません。")
	}
	if s != strings.ToLower(s) {
		return "", Invalid("id_malformed", "番号の形が正しくありません。")
	}
	if _, err := crockford.DecodeString(s); err != nil {
		return "", Invalid("id_malformed", "番号の形が正しくありません。")
	}
	return ID(s), nil
}

// Secret returns n random bytes as text that is safe in a URL, a header and a cookie.
func Secret(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return crockford.EncodeToString(b)
}
