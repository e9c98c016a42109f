package paysim

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yakusho/internal/core"
)

// opaScheme introduces the header (https://www.paypay.ne.jp/opa/doc/v1.0/api_authorization).
const opaScheme = "hmac OPA-Auth:"

// opaSkew is how far the client's epoch may be off: "less than 2 minutes".
const opaSkew = 2 * time.Minute

// OPAAuth is the Authorization header of PayPay's Open Payment API, taken apart.
type OPAAuth struct {
	Key   string
	MAC   string // base64 of HMAC-SHA256
	Nonce string // any text; eight characters are recommended
	Epoch int64  // seconds
	Hash  string // base64 of MD5 over content type and body, or "empty"
}

// ParseOPA takes the header apart. It checks the form only; the error is for a log.
func ParseOPA(header string) (OPAAuth, error) {
	rest, ok := strings.CutPrefix(header, opaScheme)
	if !ok {
		return OPAAuth{}, errOPA("does not begin with %q", opaScheme)
	}
	// base64 has no colon, and neither may the key and the nonce.
	f := strings.Split(rest, ":")
	if len(f) != 5 {
		return OPAAuth{}, errOPA("%d fields instead of 5", len(f))
	}
	epoch, err := strconv.ParseInt(f[3], 10, 64)
	if err != nil || epoch < 0 || strconv.FormatInt(epoch, 10) != f[3] {
		return OPAAuth{}, errOPA("epoch is not a number of seconds")
	}
	a := OPAAuth{Key: f[0], MAC: f[1], Nonce: f[2], Epoch: epoch, Hash: f[4]}
	if a.Key == "" || a.Nonce == "" {
		return OPAAuth{}, errOPA("key or nonce is empty")
	}
	if mac, err := base64.StdEncoding.DecodeString(a.MAC); err != nil || len(mac) != sha256.Size {
		return OPAAuth{}, errOPA("mac is not base64 of %d bytes", sha256.Size)
	}
	if a.Hash != "empty" {
		if sum, err := base64.StdEncoding.DecodeString(a.Hash); err != nil || len(sum) != md5.Size {
			return OPAAuth{}, errOPA("hash is not base64 of %d bytes", md5.Size)
		}
	}
	return a, nil
}

func errOPA(format string, args ...any) *core.Error {
	return core.Unauthenticated("opa_header", "決済事業者への署名の形が正しくありません。").Because("parse OPA header: "+format, args...)
}

// String is the header again.
func (a OPAAuth) String() string {
	return fmt.Sprintf("%s%s:%s:%s:%d:%s", opaScheme, a.Key, a.MAC, a.Nonce, a.Epoch, a.Hash)
}

// OPACall is what the header signs. ContentType is the exact text of the Content-Type header: both
// "application/json" and "application/json;charset=UTF-8;" are in use, and they sign differently.
type OPACall struct {
	Method      string
	Path        string // without the query
	ContentType string
	Body        []byte
}

// SignOPA returns the header for a call.
func SignOPA(key, secret, nonce string, epoch int64, c OPACall) OPAAuth {
	hash, kind := "empty", "empty"
	if len(c.Body) > 0 {
		h := md5.New()
		h.Write([]byte(c.ContentType))
		h.Write(c.Body)
		hash, kind = base64.StdEncoding.EncodeToString(h.Sum(nil)), c.ContentType
	}
	m := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(m, "%s\n%s\n%s\n%d\n%s\n%s", c.Path, c.Method, nonce, epoch, kind, hash)
	return OPAAuth{Key: key, MAC: base64.StdEncoding.EncodeToString(m.Sum(nil)), Nonce: nonce, Epoch: epoch, Hash: hash}
}

// verifyOPA returns why a call is refused, nil when it is not. A nonce seen before is not a reason:
// no public text of PayPay says so, and the epoch bounds how long a copy is of use.
func verifyOPA(cred Credentials, r *http.Request, body []byte, now time.Time) error {
	got, err := ParseOPA(r.Header.Get("Authorization"))
	if err != nil {
		return err
	}
	if got.Key != cred.PayPayKey {
		return errOPA("unknown key")
	}
	if d := now.Sub(time.Unix(got.Epoch, 0)); d >= opaSkew || d <= -opaSkew {
		return errOPA("epoch is off by %s", d)
	}
	want := SignOPA(cred.PayPayKey, cred.PayPaySecret, got.Nonce, got.Epoch, OPACall{
		Method: r.Method, Path: r.URL.EscapedPath(), ContentType: r.Header.Get("Content-Type"), Body: body,
	})
	if !hmac.Equal([]byte(want.Hash), []byte(got.Hash)) {
		return errOPA("hash of the body does not match")
	}
	if !hmac.Equal([]byte(want.MAC), []byte(got.MAC)) {
		return errOPA("mac does not match")
	}
	return nil
}
