package turn

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the TURN REST convention fixes it; as an HMAC key derivation it is not broken
	"encoding/base64"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"

	"yakusho/internal/core"
)

// MaxTTL is the longest a credential lives before its first use. The server refuses longer ones, so
// that a revocation may be forgotten after it.
const MaxTTL = 24 * time.Hour

// skew is by how much the clock may have been set back between minting and use.
const skew = time.Minute

// maxID is the longest participant id in bytes.
const maxID = 128

// Issuer mints credentials. It needs no running server, only the same secret.
type Issuer struct {
	secret []byte
	clock  core.Clock
}

// NewIssuer returns an Issuer. The secret must be the server's.
func NewIssuer(secret []byte, clock core.Clock) *Issuer { return &Issuer{secret: secret, clock: clock} }

// Credential is what a browser puts into iceServers. It prints as a placeholder.
type Credential struct {
	Username string // "expiry in Unix seconds:participant id"
	Password string // base64 of HMAC-SHA1(secret, Username)
	Expires  time.Time
}

// String hides the password from %v.
func (Credential) String() string { return "turn.Credential{…}" }

// GoString hides the password from %#v.
func (c Credential) GoString() string { return c.String() }

// LogValue hides the password from the log.
func (c Credential) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Mint makes a credential that can start relays until ttl from now (at most MaxTTL) and keep them
// for longer. An id is 1 to 128 printable ASCII characters without space; any other is KindInvalid.
func (i *Issuer) Mint(id string, ttl time.Duration) (Credential, error) {
	if !validID(id) {
		return Credential{}, core.Invalid("turn_id", "参加者の番号の形が正しくありません。").Because("mint relay credential for %q", id)
	}
	expires := i.clock().Add(min(ttl, MaxTTL)).Truncate(time.Second)
	if expires.Unix() < 0 {
		expires = time.Unix(0, 0)
	}
	user := strconv.FormatInt(expires.Unix(), 10) + ":" + id
	return Credential{Username: user, Password: password(i.secret, user), Expires: expires}, nil
}

// URL is the address of the relay for iceServers. Give the host the page was opened with, so that
// the certificate fits; an IPv6 address goes without brackets.
func URL(host string, port uint16) string {
	return "turns:" + net.JoinHostPort(host, strconv.Itoa(int(port))) + "?transport=tcp"
}

func password(secret []byte, username string) string {
	m := hmac.New(sha1.New, secret)
	m.Write([]byte(username))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// parseUsername splits what Mint made. The number must be written as Mint writes it: one username,
// one meaning.
func parseUsername(s string) (expires int64, id string, ok bool) {
	digits, id, found := strings.Cut(s, ":")
	if !found || !validID(id) {
		return 0, "", false
	}
	expires, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || expires < 0 || strconv.FormatInt(expires, 10) != digits {
		return 0, "", false
	}
	return expires, id, true
}

func validID(id string) bool {
	if id == "" || len(id) > maxID {
		return false
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return true
}
