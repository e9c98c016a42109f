package turn

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/stun/v3"
	pion "github.com/pion/turn/v5"

	"yakusho/internal/core"
)

func TestCredentialsAreWhatTURNRESTSays(t *testing.T) {
	t.Parallel()
	clock := func() time.Time { return time.Unix(1_800_000_000, 999_000_000) }
	got, err := NewIssuer([]byte("0123456789abcdef"), clock).Mint("alice", 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	// printf 1800000300:alice | openssl dgst -sha1 -hmac 0123456789abcdef -binary | base64
	want := Credential{Username: "1800000300:alice", Password: "981Jp/oNeMHDI1pqmKw/GGTVkJU=", Expires: time.Unix(1_800_000_300, 0)}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
		t.Error(diff)
	}
}

func TestCredentialsOfTheLibraryAndOfLiveKitAreUnderstood(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"}, func(c *Config, _ *timing) { c.Clock = core.SystemClock })
	user, pass, err := pion.GenerateLongTermTURNRESTCredentials(string(testSecret), "PA_x8Kj2", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	c := b.dialAs(Credential{Username: user, Password: pass})
	c.mustAllocate()
	if who, ok := b.Relayed(c.relay); !ok || who != "PA_x8Kj2" {
		t.Errorf("Relayed: %q, %v", who, ok)
	}
}

func TestAnIDThatCannotTravelIsNotMinted(t *testing.T) {
	t.Parallel()
	i := NewIssuer(testSecret, core.SystemClock)
	for _, id := range []string{"", "a b", "a\nb", "a\x00", "役所", "a\u00ad", strings.Repeat("x", maxID+1)} {
		if _, err := i.Mint(id, time.Minute); core.KindOf(err) != core.KindInvalid {
			t.Errorf("Mint(%q): %v", id, err)
		}
	}
	for _, id := range []string{"a", "01j9zq", "guest:7", strings.Repeat("x", maxID)} {
		c, err := i.Mint(id, time.Minute)
		if err != nil {
			t.Errorf("Mint(%q): %v", id, err)
		}
		if _, got, ok := parseUsername(c.Username); !ok || got != id {
			t.Errorf("parseUsername(%q) = %q, %v", c.Username, got, ok)
		}
	}
}

func TestNoCredentialLivesLongerThanMaxTTL(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	c, err := b.mint.Mint("alice", 1000*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if d := c.Expires.Sub(b.clock.now()); d != MaxTTL {
		t.Errorf("it lives %v", d)
	}
	b.dialAs(c).mustAllocate()
}

func TestACredentialDoesNotPrintItsPassword(t *testing.T) {
	t.Parallel()
	c, err := NewIssuer(testSecret, core.SystemClock).Mint("alice", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "c", c)
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprintf("%v", &c), log.String()} {
		if strings.Contains(s, c.Password) || strings.Contains(s, c.Username) {
			t.Errorf("printed: %s", s)
		}
	}
}

func TestWrongCredentialsGetNoRelay(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	now := b.clock.now().Unix()
	signed := func(user string) Credential { return Credential{Username: user, Password: password(testSecret, user)} }
	good := b.credential("alice")
	for name, cred := range map[string]Credential{
		"expired by a second":  signed(fmt.Sprintf("%d:alice", now-1)),
		"expired long ago":     signed("0:alice"),
		"living for ever":      signed(fmt.Sprintf("%d:alice", now+int64((MaxTTL+2*skew)/time.Second))),
		"wrong password":       {Username: good.Username, Password: good.Password + "x"},
		"no password":          {Username: good.Username},
		"somebody else's":      {Username: b.credential("bob").Username, Password: good.Password},
		"other secret":         {Username: good.Username, Password: password([]byte("another secret, 16+"), good.Username)},
		"no colon":             signed(fmt.Sprint(now + 60)),
		"no id":                signed(fmt.Sprintf("%d:", now+60)),
		"no time":              signed(":alice"),
		"not a number":         signed("soon:alice"),
		"a plus sign":          signed(fmt.Sprintf("+%d:alice", now+60)),
		"a leading zero":       signed(fmt.Sprintf("0%d:alice", now+60)),
		"a negative time":      signed("-1:alice"),
		"a time that overruns": signed("99999999999999999999:alice"),
		"empty":                signed(""),
		"a long id":            signed(fmt.Sprintf("%d:%s", now+60, strings.Repeat("x", 300))),
		"a line break":         signed(fmt.Sprintf("%d:a\nb", now+60)),
	} {
		before := b.Stats().RefusedAuth
		if code := b.dialAs(cred).allocate(); code != stun.CodeBadRequest {
			t.Errorf("%s: %d", name, code)
		}
		if b.Stats().RefusedAuth != before+1 {
			t.Errorf("%s: not counted", name)
		}
	}
	other := b.dial("alice")
	other.allocate(transport(6)) // learns nothing: refused before the challenge
	other.realm, other.nonce = "elsewhere", "x"
	if code := other.allocate(); code != stun.CodeStaleNonce {
		t.Errorf("a made-up nonce: %d", code)
	}
	b.dialAs(good).mustAllocate()
	if n := b.Stats(); n.AllocationsTotal != 1 {
		t.Errorf("stats: %+v", n)
	}
	for _, secret := range []string{good.Password, good.Username, string(testSecret)} {
		if strings.Contains(b.log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

func TestTheRealmMustBeOurs(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"127.0.0.1:0"})
	c := b.dial("alice")
	c.mustAllocate()
	if code := c.code(stun.MethodRefresh, lifetime(0)); code != 0 {
		t.Fatal(code)
	}
	c.realm = "elsewhere"
	if code := c.allocate(); code != stun.CodeBadRequest {
		t.Errorf("another realm: %d", code)
	}
}

func TestURLFitsIceServers(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"meet.example": "turns:meet.example:8443?transport=tcp",
		"10.77.0.1":    "turns:10.77.0.1:8443?transport=tcp",
		"fd00::1":      "turns:[fd00::1]:8443?transport=tcp",
	} {
		if got := URL(host, 8443); got != want {
			t.Errorf("URL(%q) = %q", host, got)
		}
	}
}

func FuzzUsername(f *testing.F) {
	for _, s := range []string{"1800000000:alice", "0:a", ":", "+1:a", "01:a", "-1:a", "9223372036854775807:a", "9223372036854775808:a", "1:a:b", "1:\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		expires, id, ok := parseUsername(s)
		if !ok {
			return
		}
		if expires < 0 || !validID(id) {
			t.Errorf("parseUsername(%q) = %d, %q", s, expires, id)
		}
		if again := fmt.Sprintf("%d:%s", expires, id); again != s {
			t.Errorf("%q has a second spelling %q", s, again)
		}
	})
}
