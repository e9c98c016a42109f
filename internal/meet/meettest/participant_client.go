package meettest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"yakusho/internal/core"
)

// What can keep a Client from the server. Everything the server itself refuses is a *Problem.
var (
	ErrUnreachable = core.Unavailable("server_unreachable", "サーバーに届きません。アドレスとポート番号、サーバーが動いているか、途中のファイアウォールを確かめてください。")
	ErrUntrusted   = core.Forbidden("certificate_untrusted", "サーバーの証明書が信頼されていません。庁内認証局の証明書を --ca で指定するか、この端末に入れてください。")
	ErrAddress     = core.Invalid("bad_url", "アドレスは https://名前:ポート の形で指定してください。")
	ErrStrange     = core.Unavailable("strange_answer", "相手は役所サーバーではないようです。アドレスとポート番号を確かめてください。")
)

// Problem is a refusal by the server (application/problem+json).
type Problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func (p *Problem) Error() string { return fmt.Sprintf("%s (%d): %s", p.Code, p.Status, p.Detail) }

// ClientOptions says which server, and whom to believe that it is the right one.
type ClientOptions struct {
	URL   string         // https://HOST[:PORT]
	Roots *x509.CertPool // nil: the system's
	// Insecure accepts any certificate. It is refused for a host that is not this machine.
	Insecure bool
}

// Client is one browser's worth of standing with the server: its cookies. It is safe for concurrent use.
type Client struct {
	base *url.URL
	tls  *tls.Config
	http *http.Client // HTTP/2
	ws   *http.Client // HTTP/1.1, the same cookies: WebSocket needs it

	// admit, if not nil, is asked for tickets instead of the server.
	admit func(ctx context.Context, meeting string) (Ticket, error)
}

// NewEngineClient returns a client of a media engine that runs on its own, without our API, so that
// benches can hold both against each other with the same participants. The address is http://HOST:PORT of
// this machine; admit makes the tickets, with an empty media path for an engine at its defaults. Close it.
func NewEngineClient(address string, admit func(ctx context.Context, meeting string) (Ticket, error)) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || !Loopback(u.Hostname()) || u.Path != "" {
		return nil, ErrAddress.Because("%q is not http://HOST:PORT of this machine", address)
	}
	direct := &http.Client{Transport: &http.Transport{}} // no proxy, HTTP/1.1
	return &Client{base: u, tls: &tls.Config{MinVersion: tls.VersionTLS12}, http: direct, ws: direct, admit: admit}, nil
}

// NewClient returns a client that has not spoken to the server yet. Close it.
func NewClient(o ClientOptions) (*Client, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return nil, ErrAddress.Because("parse %q: %w", o.URL, err)
	}
	u.Path = ""
	if o.Insecure && !Loopback(u.Hostname()) {
		return nil, ErrUntrusted.Because("an unverified certificate is accepted from this machine only")
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make cookie jar: %w", err)
	}
	conf := &tls.Config{RootCAs: o.Roots, InsecureSkipVerify: o.Insecure, MinVersion: tls.VersionTLS12}
	return &Client{
		base: u, tls: conf,
		http: &http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: noRedirect, Transport: transport(conf, "h2", "http/1.1")},
		ws:   &http.Client{Jar: jar, CheckRedirect: noRedirect, Transport: transport(conf, "http/1.1")},
	}, nil
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// transport ignores proxy settings: the office's proxy is for the internet.
func transport(conf *tls.Config, protocols ...string) *http.Transport {
	conf = conf.Clone()
	conf.NextProtos = protocols
	return &http.Transport{
		TLSClientConfig: conf, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: protocols[0] == "h2",
		DialContext:     (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 2,
	}
}

// Loopback reports whether a host name can only be this machine.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// Host is the host name the client was made for, without port.
func (c *Client) Host() string { return c.base.Hostname() }

// Close drops the connections. The session on the server goes on until SignOut or its end.
func (c *Client) Close() {
	c.http.CloseIdleConnections()
	c.ws.CloseIdleConnections()
}

// Session is what GET /api/session tells, as far as it is needed here.
type Session struct {
	SignedIn       bool            `json:"signed_in"`
	SetupNeeded    bool            `json:"setup_needed"`
	Sample         bool            `json:"sample"`
	SampleAccounts []SampleAccount `json:"sample_accounts"`
	Account        struct {
		Login              string `json:"login"`
		Name               string `json:"name"`
		MustChangePassword bool   `json:"must_change_password"`
	} `json:"account"`
}

// SampleAccount is an account of a sample server that it tells this machine about.
type SampleAccount struct {
	Login    string `json:"login"`
	Password string `json:"password"`
	Name     string `json:"name"`
}

// Meeting is a meeting as its participants see it.
type Meeting struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	PIN    string `json:"pin"`
	Title  string `json:"title"`
	State  string `json:"state"`
}

// Ticket is what one media connection needs.
type Ticket struct {
	Participant string      `json:"participant"`
	Token       string      `json:"token"`
	MediaPath   string      `json:"media_path"`
	ICEServers  []ICEServer `json:"ice_servers"`
	Host        bool        `json:"host"`
}

// ICEServer is a relay.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

// Session asks who is signed in.
func (c *Client) Session(ctx context.Context) (Session, error) {
	return ask[Session](ctx, c, http.MethodGet, "/api/session", nil)
}

// SignIn signs in with an account.
func (c *Client) SignIn(ctx context.Context, login, password string) (Session, error) {
	return ask[Session](ctx, c, http.MethodPost, "/api/session", map[string]string{"login": login, "password": password})
}

// SignOut ends the session.
func (c *Client) SignOut(ctx context.Context) error {
	_, err := ask[nothing](ctx, c, http.MethodDelete, "/api/session", nil)
	return err
}

// OpenMeeting opens a meeting that guests may enter; the signed-in account is its host.
func (c *Client) OpenMeeting(ctx context.Context, title string) (Meeting, error) {
	return ask[Meeting](ctx, c, http.MethodPost, "/api/meetings", map[string]any{"title": title, "guests_allowed": true})
}

// Today lists the account's meetings that begin today or are open.
func (c *Client) Today(ctx context.Context) ([]Meeting, error) {
	return ask[[]Meeting](ctx, c, http.MethodGet, "/api/meetings", nil)
}

// Meeting returns a meeting; the PIN is there for those who are signed in.
func (c *Client) Meeting(ctx context.Context, id string) (Meeting, error) {
	return ask[Meeting](ctx, c, http.MethodGet, "/api/meetings/"+url.PathEscape(id), nil)
}

// Enter shows number and PIN. One who is not signed in becomes a guest called name.
func (c *Client) Enter(ctx context.Context, number, pin, name string) (Meeting, error) {
	return ask[Meeting](ctx, c, http.MethodPost, "/api/meetings/enter", map[string]string{"number": number, "pin": pin, "name": name})
}

// Join asks to be let in.
func (c *Client) Join(ctx context.Context, meeting string) (Ticket, error) {
	if c.admit != nil {
		return c.admit(ctx, meeting)
	}
	return ask[Ticket](ctx, c, http.MethodPost, "/api/meetings/"+url.PathEscape(meeting)+"/join", nil)
}

// End ends a meeting for all (host).
func (c *Client) End(ctx context.Context, meeting string) error {
	_, err := ask[nothing](ctx, c, http.MethodPost, "/api/meetings/"+url.PathEscape(meeting)+"/end", nil)
	return err
}

type nothing struct{}

// maxAnswer is the most of an answer that is read.
const maxAnswer = 1 << 20

func ask[T any](ctx context.Context, c *Client, method, path string, body any) (T, error) {
	var out T
	var send io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return out, fmt.Errorf("%s %s: %w", method, path, err)
		}
		send = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), send)
	if err != nil {
		return out, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return out, reachError(ctx, fmt.Errorf("%s %s: %w", method, path, err))
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return out, reachError(ctx, fmt.Errorf("%s %s: %w", method, path, err))
	}
	if res.StatusCode >= 300 {
		return out, fmt.Errorf("%s %s: %w", method, path, readProblem(res.StatusCode, b))
	}
	if _, none := any(out).(nothing); none || res.StatusCode == http.StatusNoContent {
		return out, nil
	}
	if err := json.Unmarshal(b, &out); err != nil {
		return out, ErrStrange.Because("%s %s: %w", method, path, err)
	}
	return out, nil
}

// readProblem reads a refusal; one that is not of our form is still one.
func readProblem(status int, body []byte) error {
	p := &Problem{}
	if json.Unmarshal(body, p) != nil || p.Code == "" {
		return ErrStrange.Because("status %d", status)
	}
	p.Status = status
	return p
}

// reachError names what kept a request from the server.
func reachError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w (%w)", ctx.Err(), err)
	}
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	if errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) || errors.As(err, &verify) {
		return ErrUntrusted.Because("%w", err)
	}
	return ErrUnreachable.Because("%w", err)
}
