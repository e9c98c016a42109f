package escpos

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"yakusho/internal/core"
)

// What can go wrong on the way to a printer.
var (
	ErrOff    = core.Unavailable("printer_off", "プリンターにつながりません。電源とケーブルを確かめてください。急ぐときは、画面の印刷を使ってください。")
	ErrBusy   = core.Unavailable("printer_busy", "プリンターがほかの紙を印刷しています。少し待って、もう一度印刷してください。")
	ErrSilent = core.Unavailable("printer_silent", "プリンターから返事がありません。電源を入れ直すか、画面の印刷を使ってください。")
	ErrUnsure = core.Unavailable("printer_unsure", "印刷が終わったか分かりません。紙が出たかを確かめ、出ていなければもう一度印刷してください。")
)

// How long a counter waits. Reaching a printer and hearing that it is ready ends within Patience in every case.
const (
	Patience = 3 * time.Second
	slowest  = 300             // dots of height a second: 37 mm/s
	grace    = 2 * time.Second // on top of the time the printing takes
)

// Printer carries bitmaps to network printers, one at a time to each. The zero value is ready; it must not be copied after
// its first use.
type Printer struct {
	// Dial connects; nil: net.Dialer. It is handed an address that was checked, never a name.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)

	mu   sync.Mutex
	held map[string]chan struct{}
}

// Print prints b at addr, HOST:PORT inside a private network. It first asks how the printer is and sends nothing to one that
// cannot print; at the end it waits until the printer has worked through everything. All errors but those of ctx are
// *core.Error.
func (p *Printer) Print(ctx context.Context, addr string, b *Bitmap) (Status, error) {
	ready, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	to, err := resolve(ready, addr)
	if err != nil {
		return Status{}, err
	}
	release, err := p.hold(ready, to)
	if err != nil {
		return Status{}, p.cause(ctx, err)
	}
	defer release()
	dial := p.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	conn, err := dial(ready, "tcp", to)
	if err != nil {
		return Status{}, p.cause(ctx, ErrOff.Because("connect to printer %s: %w", addr, err))
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if deadline, ok := ready.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	status, err := ask(conn)
	if err != nil {
		return status, p.cause(ctx, err)
	}
	near, err := send(conn, b)
	status.NearEnd = status.NearEnd || near
	return status, p.cause(ctx, err)
}

// send sends the bitmap and waits for the answer to a question that stands in the queue behind it. A printer that stops in
// between is asked once more why.
func send(conn net.Conn, b *Bitmap) (nearEnd bool, err error) {
	_ = conn.SetDeadline(time.Now().Add(grace + time.Second*time.Duration(b.Height)/slowest))
	_, err = conn.Write(append(b.Commands(), 0x1d, 'r', 1))
	var done byte
	if err == nil {
		done, err = next(conn, isDone)
	}
	if err == nil {
		if done&0x0c != 0 {
			return true, ErrPaper
		}
		return done&0x03 != 0, nil
	}
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, why := ask(conn); why != nil && !errors.Is(why, ErrSilent) {
		return false, why
	}
	return false, ErrUnsure.Because("send %d rows: %w", b.Height, err)
}

// hold waits for the turn at a printer.
func (p *Printer) hold(ctx context.Context, to string) (release func(), err error) {
	p.mu.Lock()
	if p.held == nil {
		p.held = map[string]chan struct{}{}
	}
	turn := p.held[to]
	if turn == nil {
		turn = make(chan struct{}, 1)
		p.held[to] = turn
	}
	p.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ErrBusy.Because("printer %s is in use", to)
	}
}

// cause answers the caller's own end of patience as such, and everything else as it is.
func (p *Printer) cause(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
