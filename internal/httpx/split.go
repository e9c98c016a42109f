package httpx

import (
	"container/list"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Defaults of SplitOptions.
const (
	DefaultHandshakeTime = 10 * time.Second
	DefaultPending       = 4096
)

// headSize is how much of a connection without ALPN is looked at: a STUN header up to its cookie.
const headSize = 8

// IsSTUN reports whether head, the first eight bytes of a connection, starts a STUN message: two
// zero bits and the magic cookie (RFC 8489 §5).
func IsSTUN(head []byte) bool {
	return len(head) >= headSize && head[0]&0xC0 == 0 && binary.BigEndian.Uint32(head[4:8]) == 0x2112A442
}

// SplitOptions says how a port is shared. The zero value is usable.
type SplitOptions struct {
	// Other decides about a connection that negotiated no ALPN, from its first bytes (fewer than
	// eight if the first two bits are not zero). Nil means IsSTUN.
	Other func(head []byte) bool
	// HandshakeTime bounds the TLS handshake, and once more the wait for the first bytes; 0 means 10 s.
	HandshakeTime time.Duration
	// Pending is how many connections may be between accept and being told apart. One more drops the
	// oldest of them, so that connections that say nothing never keep out those that do. 0 means 4096.
	Pending int
	Log     *slog.Logger // debug only: strangers must not fill the log; nil means none
}

// SplitCounts is what came in since the start, for metrics. Pending is the present number.
type SplitCounts struct {
	H2, H1, Peeked uint64 // to Web: by ALPN h2, by any other ALPN, without ALPN
	Other          uint64 // to Other
	Bad            uint64 // handshake failed, timed out, or nothing was said
	Plain          uint64 // spoke HTTP without TLS and was told so
	Dropped        uint64 // made room for a newer one
	Pending        int
}

// Split shares one TLS port between HTTP and another protocol: it does the handshake and hands each
// connection to one of two listeners. A negotiated ALPN means HTTP; browsers always offer one, so
// their idle preconnected sockets never meet the deadline for first bytes. Without ALPN the first
// bytes decide.
type Split struct {
	ln         net.Listener
	conf       *tls.Config
	opt        SplitOptions
	ctx        context.Context // ends with the Split; every pending connection hangs on it
	cancel     context.CancelFunc
	web, other *subListener
	wg         sync.WaitGroup

	mu      sync.Mutex
	pending *list.List // of context.CancelFunc, oldest first
	err     error      // why accepting ended

	h2, h1, peeked, others, bad, plain, dropped atomic.Uint64
}

// NewSplit starts accepting from ln, which it owns from now on. conf must name h2 and http/1.1 in
// NextProtos for HTTP/2 to work.
func NewSplit(ln net.Listener, conf *tls.Config, opt SplitOptions) *Split {
	if opt.Other == nil {
		opt.Other = IsSTUN
	}
	if opt.HandshakeTime <= 0 {
		opt.HandshakeTime = DefaultHandshakeTime
	}
	if opt.Pending <= 0 {
		opt.Pending = DefaultPending
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	s := &Split{ln: ln, conf: conf, opt: opt, pending: list.New()}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.web = &subListener{split: s, conns: make(chan net.Conn), done: make(chan struct{})}
	s.other = &subListener{split: s, conns: make(chan net.Conn), done: make(chan struct{})}
	s.wg.Go(s.accept)
	return s
}

// Web yields HTTP connections. Those with ALPN are *tls.Conn, as net/http needs for HTTP/2; those
// without are not, so r.TLS is nil there: never derive the scheme from it.
func (s *Split) Web() net.Listener { return s.web }

// Other yields the connections of the other protocol. Closing one of the two listeners leaves the
// second running; what arrives for the closed one is hung up on. Closing both ends the Split.
func (s *Split) Other() net.Listener { return s.other }

// Counts returns the counters.
func (s *Split) Counts() SplitCounts {
	s.mu.Lock()
	n := s.pending.Len()
	s.mu.Unlock()
	return SplitCounts{
		H2: s.h2.Load(), H1: s.h1.Load(), Peeked: s.peeked.Load(), Other: s.others.Load(),
		Bad: s.bad.Load(), Plain: s.plain.Load(), Dropped: s.dropped.Load(), Pending: n,
	}
}

// Close stops accepting, ends both listeners and every connection not yet handed over, and returns
// when no goroutine of the Split is left. Connections handed over belong to their receivers.
func (s *Split) Close() error {
	err := s.stop(net.ErrClosed)
	s.wg.Wait()
	return err
}

func (s *Split) stop(why error) error {
	s.mu.Lock()
	if s.err == nil {
		s.err = why
	}
	s.mu.Unlock()
	s.cancel()
	if err := s.ln.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func (s *Split) accept() {
	var wait time.Duration
	for {
		c, err := s.ln.Accept()
		if err == nil {
			wait = 0
			ctx, release := s.enter()
			s.wg.Go(func() { defer release(); s.tell(ctx, c) })
			continue
		}
		// Out of file descriptors and the like pass; like net/http, wait and go on.
		var ne net.Error
		if s.ctx.Err() == nil && errors.As(err, &ne) && ne.Temporary() { //nolint:staticcheck // net/http relies on it too
			wait = min(max(2*wait, 5*time.Millisecond), time.Second)
			s.opt.Log.Warn("accept failed, trying again", "err", err, "wait", wait)
			select {
			case <-time.After(wait):
				continue
			case <-s.ctx.Done():
			}
		}
		_ = s.stop(err)
		return
	}
}

// enter registers one pending connection and drops the oldest if there are too many.
func (s *Split) enter() (context.Context, func()) {
	ctx, cancel := context.WithCancel(s.ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending.Len() >= s.opt.Pending {
		oldest := s.pending.Front()
		s.pending.Remove(oldest).(context.CancelFunc)()
		s.dropped.Add(1)
	}
	e := s.pending.PushBack(cancel)
	return ctx, func() {
		s.mu.Lock()
		s.pending.Remove(e) // does nothing if it was dropped
		s.mu.Unlock()
		cancel()
	}
}

// tell does the handshake of raw and hands it to the listener it is for.
func (s *Split) tell(ctx context.Context, raw net.Conn) {
	c := tls.Server(raw, s.conf)
	hctx, cancel := context.WithTimeout(ctx, s.opt.HandshakeTime)
	err := c.HandshakeContext(hctx)
	cancel()
	if err != nil {
		s.refuse(ctx, raw, err)
		return
	}
	switch c.ConnectionState().NegotiatedProtocol {
	case "":
	case "h2":
		s.web.hand(ctx, c, &s.h2)
		return
	default:
		s.web.hand(ctx, c, &s.h1)
		return
	}
	head, err := peek(ctx, c, s.opt.HandshakeTime)
	if err != nil {
		if ctx.Err() == nil {
			s.bad.Add(1)
		}
		s.opt.Log.Debug("nothing said after the handshake", "remote", raw.RemoteAddr(), "err", err)
		_ = raw.Close()
		return
	}
	p := &peeked{Conn: c, head: head}
	if s.opt.Other(head) {
		s.other.hand(ctx, p, &s.others)
	} else {
		s.web.hand(ctx, p, &s.peeked)
	}
}

// peek reads what is needed to tell the protocol: eight bytes, or fewer when the first two bits
// already exclude STUN, so that a client that has said all it will say is not kept waiting.
func peek(ctx context.Context, c net.Conn, limit time.Duration) ([]byte, error) {
	if err := c.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return nil, err
	}
	unhook := context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })
	head, n := make([]byte, headSize), 0
	for n < headSize && (n == 0 || head[0]&0xC0 == 0) {
		m, err := c.Read(head[n:])
		n += m
		if err != nil {
			if n > 0 && errors.Is(err, io.EOF) {
				break // said little and hung up its side; whoever gets it sees the end after the head
			}
			unhook()
			return nil, err
		}
	}
	if !unhook() {
		return nil, context.Cause(ctx)
	}
	_ = c.SetReadDeadline(time.Time{}) // fails on a closed connection only, and the next Read says that
	return head[:n], nil
}

// plainAnswer is what a browser sees that was sent to http:// on this port.
const plainAnswer = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n" +
	"Cache-Control: no-store\r\nConnection: close\r\n\r\n" +
	"このアドレスは https:// で開いてください（http:// では開けません）。\n" +
	"This port speaks HTTPS only. Open it with https:// instead of http://.\n"

// refuse ends a connection whose handshake failed; a plain HTTP request is told what to do.
func (s *Split) refuse(ctx context.Context, raw net.Conn, err error) {
	defer raw.Close()
	var re tls.RecordHeaderError
	if errors.As(err, &re) && re.Conn != nil && looksLikeHTTP(re.RecordHeader) && ctx.Err() == nil {
		s.plain.Add(1)
		s.opt.Log.Debug("plain HTTP on the TLS port", "remote", raw.RemoteAddr())
		_ = raw.SetDeadline(time.Now().Add(time.Second))
		defer context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })()
		if _, err := io.WriteString(raw, plainAnswer); err != nil {
			return
		}
		// Closing with unread input would reset the connection and take the answer with it.
		if half, ok := raw.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
		_, _ = io.CopyN(io.Discard, raw, 64<<10)
		return
	}
	if ctx.Err() != nil {
		return // dropped, and counted as that, or the port is closing
	}
	s.bad.Add(1)
	s.opt.Log.Debug("TLS handshake failed", "remote", raw.RemoteAddr(), "err", err)
}

// looksLikeHTTP reports whether the first five bytes start an HTTP/1 request.
func looksLikeHTTP(h [5]byte) bool {
	switch string(h[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "DELET", "PATCH", "CONNE":
		return true
	}
	return false
}

// peeked is a connection whose first bytes were read already.
type peeked struct {
	net.Conn
	head []byte // what Read gives first; only one goroutine reads a connection
}

func (p *peeked) Read(b []byte) (int, error) {
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	return p.Conn.Read(b)
}

// subListener is one of the two ends of a Split.
type subListener struct {
	split *Split
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *subListener) hand(ctx context.Context, c net.Conn, count *atomic.Uint64) {
	count.Add(1)
	select {
	case l.conns <- c:
	case <-l.done:
		_ = c.Close()
	case <-ctx.Done():
		_ = c.Close()
	}
}

func (l *subListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-l.split.ctx.Done():
		l.split.mu.Lock()
		defer l.split.mu.Unlock()
		return nil, l.split.err
	}
}

func (l *subListener) Close() error {
	l.once.Do(func() { close(l.done) })
	for _, x := range []*subListener{l.split.web, l.split.other} {
		select {
		case <-x.done:
		default:
			return nil
		}
	}
	return l.split.stop(net.ErrClosed)
}

func (l *subListener) Addr() net.Addr { return l.split.ln.Addr() }
