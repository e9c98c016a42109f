package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/meet/meettest"
)

// doctorArgs is the command line of doctor.
type doctorArgs struct {
	URL          string `name:"url" default:"https://localhost:8443" help:"調べるサーバーのアドレス。"`
	Participants int    `name:"participants" default:"3" help:"参加させる人数（2～200）。"`
	Seconds      int    `name:"seconds" default:"10" help:"全員がそろってから測る秒数（1～3600）。"`
	Via          string `name:"via" default:"udp" help:"音声と映像の経路: udp または relay（TURN/TLS の中継）。"`
	JSON         bool   `name:"json" help:"結果を JSON で出します。"`
	Login        string `name:"login" help:"会議を開く利用者。見本のサーバーをこの端末から調べるときは要りません。"`
	PasswordFile string `name:"password-file" help:"--login の利用者がブラウザーでログインするときのパスワードだけを書いたファイル。なければ環境変数 YAKUSHO_PASSWORD。"`
	CA           string `name:"ca" help:"信頼する認証局の証明書（PEM または DER のファイル）。"`
	Meeting      string `name:"meeting" help:"すでに開いている会議の番号。全員が職員以外の方として入ります。"`
	PIN          string `name:"pin" help:"その会議の暗証番号。"`
}

// Limits of what is asked for, and what a healthy meeting keeps.
const (
	doctorMostPeople  = 200
	doctorMostSeconds = 3600
	doctorMostLoss    = 0.01
	// doctorQuiet is how long a track may have been silent when the measurement ends; the clips send
	// 50 sounds and 15 pictures a second.
	doctorQuiet = 2 * time.Second
	// doctorGather is how long all are given to hear and see each other, and doctorEach is added for
	// each of them.
	doctorGather = 30 * time.Second
	doctorEach   = time.Second
	// doctorDoor is how many show number and PIN at the same time: the server counts wrong PINs of an address, and
	// holds more than a few at once for guessing.
	doctorDoor = 4
	// doctorJoining is how many connect their media at the same time.
	doctorJoining = 8
)

// doctor joins a meeting with several headless participants, measures, and tells the result on stdout.
// The error is nil when all is well; exit(1) when the result, already told, is bad; exit(2) when the
// command line was wrong.
func doctor(ctx context.Context, args doctorArgs, stdout io.Writer) error {
	if wrong := args.check(); len(wrong) > 0 {
		for _, w := range wrong {
			fmt.Fprintln(stdout, w)
		}
		return exit(2)
	}
	e := &examination{args: args, report: doctorReport{
		URL: args.URL, Via: args.Via, Participants: []doctorPatient{}, Problems: []doctorProblem{}, Notes: []string{},
	}, say: func(format string, a ...any) {
		if !args.JSON {
			fmt.Fprintf(stdout, format+"\n", a...)
		}
	}}
	err := e.run(ctx)
	if err != nil {
		e.problem(err)
	}
	e.report.OK = len(e.report.Problems) == 0
	if err := e.report.write(stdout, args.JSON); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if !e.report.OK {
		return exit(1)
	}
	return nil
}

// check returns what is wrong with the command line, all of it.
func (a doctorArgs) check() []string {
	var wrong []string
	add := func(s string) { wrong = append(wrong, s) }
	u, err := url.Parse(a.URL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		add("--url は https://名前:ポート の形で指定してください。")
	}
	if a.Participants < 2 || a.Participants > doctorMostPeople {
		add(fmt.Sprintf("--participants は 2 から %d までの数にしてください。", doctorMostPeople))
	}
	if a.Seconds < 1 || a.Seconds > doctorMostSeconds {
		add(fmt.Sprintf("--seconds は 1 から %d までの数にしてください。", doctorMostSeconds))
	}
	if a.Via != string(meettest.UDP) && a.Via != string(meettest.Relay) {
		add("--via は udp か relay にしてください。")
	}
	if (a.Meeting == "") != (a.PIN == "") {
		add("--meeting と --pin は一緒に指定してください。")
	}
	if a.Meeting != "" && a.Login != "" {
		add("--meeting を指定したときは全員が職員以外の方になるので、--login は指定できません。")
	}
	if a.PasswordFile != "" && a.Login == "" {
		add("--password-file には --login も必要です。")
	}
	return wrong
}

// examination is one run of doctor.
type examination struct {
	args   doctorArgs
	roots  *x509.CertPool
	lax    bool // this machine's server, certificate not verified
	say    func(format string, a ...any)
	report doctorReport
	seats  []*doctorSeat
}

// doctorSeat is one participant at work.
type doctorSeat struct {
	name   string
	client *meettest.Client
	who    *meettest.Participant
	sat    bool          // Run was called
	end    chan struct{} // closed when Run has returned
	err    error         // of Run; read after end
}

func (e *examination) run(ctx context.Context) error {
	if err := e.trust(ctx); err != nil {
		return err
	}
	host, meeting, err := e.open(ctx)
	if host != nil {
		defer host.Close()
	}
	if err != nil {
		return err
	}
	if e.args.Meeting == "" {
		// Ctrl-C ends the examination, but the meeting must not stay open after it.
		defer func() {
			bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			if err := host.End(bye, meeting.ID); err != nil {
				e.note("点検の会議を終了できませんでした（%s）。会議の一覧から終了してください。", doctorPlain(err))
			}
			if err := host.SignOut(bye); err != nil {
				e.note("点検の利用者をログアウトできませんでした（%s）。", doctorPlain(err))
			}
		}()
	}
	e.say("会議 %s に %d 人で参加します（経路: %s）。", meeting.Number, e.args.Participants, doctorVia(e.args.Via))
	err = e.gather(ctx, host, meeting)
	defer e.leave()
	if err == nil {
		err = e.measure(ctx)
	}
	e.collect(err == nil)
	return err
}

// trust decides which certificates are believed: the system's roots and --ca. A server on this machine
// with an authority nobody installed yet is believed, and it is said.
func (e *examination) trust(ctx context.Context) error {
	if e.args.CA != "" {
		pool, err := doctorRoots(e.args.CA)
		if err != nil {
			return err
		}
		e.roots = pool
	}
	c, err := e.client()
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Session(ctx)
	if errors.Is(err, meettest.ErrUntrusted) && e.args.CA == "" && meettest.Loopback(c.Host()) {
		e.lax = true
		e.note("この端末のサーバーなので、証明書は確かめずに続けました。確かめるには --ca で認証局の証明書を指定してください。")
		return nil
	}
	return err
}

func doctorRoots(file string) (*x509.CertPool, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, errDoctorCA.Because("read %s: %w", file, err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a machine without any is no hindrance
	}
	if pool.AppendCertsFromPEM(b) {
		return pool, nil
	}
	cert, err := x509.ParseCertificate(b)
	if err != nil {
		return nil, errDoctorCA.Because("parse %s: %w", file, err)
	}
	pool.AddCert(cert)
	return pool, nil
}

func (e *examination) client() (*meettest.Client, error) {
	return meettest.NewClient(meettest.ClientOptions{URL: e.args.URL, Roots: e.roots, Insecure: e.lax})
}

// What doctor itself finds.
var (
	errDoctorCA       = core.Invalid("bad_ca", "--ca のファイルを読めないか、証明書が入っていません。")
	errDoctorPassword = core.Invalid("no_password", "パスワードがありません。--login の利用者がブラウザーでログインするときのパスワードを、--password-file で指定したファイルか、環境変数 YAKUSHO_PASSWORD に書いてください。")
	errDoctorAccount  = core.Unauthenticated("no_account", "会議を開く利用者が分かりません。--login で利用者を指定するか、--meeting と --pin で開いている会議を指定してください。")
	errDoctorChange   = core.Forbidden("must_change_password", "この利用者は最初にパスワードを変える必要があります。ブラウザでログインして変えてから、もう一度実行してください。")
)

// open returns a client for the meeting and the meeting itself. With --meeting the client is a guest's,
// who is the first participant; else it is the host's.
func (e *examination) open(ctx context.Context) (*meettest.Client, meettest.Meeting, error) {
	c, err := e.client()
	if err != nil {
		return nil, meettest.Meeting{}, err
	}
	if e.args.Meeting != "" {
		m, err := c.Enter(ctx, e.args.Meeting, e.args.PIN, doctorName(1))
		m.Number, m.PIN = e.args.Meeting, e.args.PIN
		return c, m, err
	}
	login, password, err := e.account(ctx, c)
	if err != nil {
		return c, meettest.Meeting{}, err
	}
	s, err := c.SignIn(ctx, login, password)
	if err != nil {
		return c, meettest.Meeting{}, fmt.Errorf("sign in as %s: %w", login, err)
	}
	if s.Account.MustChangePassword {
		return c, meettest.Meeting{}, errDoctorChange
	}
	m, err := c.OpenMeeting(ctx, "点検（yakusho doctor）")
	if err == nil && m.PIN == "" {
		m, err = c.Meeting(ctx, m.ID)
	}
	return c, m, err
}

// account is who opens the meeting: who was named, or else a sample account that the server tells this
// machine about.
func (e *examination) account(ctx context.Context, c *meettest.Client) (login, password string, err error) {
	if e.args.Login != "" {
		password = os.Getenv("YAKUSHO_PASSWORD")
		if e.args.PasswordFile != "" {
			b, err := os.ReadFile(e.args.PasswordFile)
			if err != nil {
				return "", "", errDoctorPassword.Because("read %s: %w", e.args.PasswordFile, err)
			}
			password = strings.TrimRight(string(b), "\r\n")
		}
		if password == "" {
			return "", "", errDoctorPassword
		}
		return e.args.Login, password, nil
	}
	s, err := c.Session(ctx)
	if err != nil {
		return "", "", err
	}
	if len(s.SampleAccounts) == 0 {
		return "", "", errDoctorAccount
	}
	return s.SampleAccounts[0].Login, s.SampleAccounts[0].Password, nil
}

// doctorName is what the i-th participant is called.
func doctorName(i int) string { return fmt.Sprintf("点検 %d", i) }

// gather lets everybody in and waits until each one hears and sees all others, or time is up.
func (e *examination) gather(ctx context.Context, first *meettest.Client, m meettest.Meeting) error {
	crew := meettest.NewCrew()
	e.seats = make([]*doctorSeat, e.args.Participants)
	err := e.each(doctorDoor, func(i int) error {
		c := first
		if i > 0 {
			var err error
			if c, err = e.client(); err != nil {
				return err
			}
			if _, err = c.Enter(ctx, m.Number, m.PIN, doctorName(i+1)); err != nil {
				c.Close()
				return fmt.Errorf("enter as guest: %w", err)
			}
		}
		e.seats[i] = &doctorSeat{
			name: doctorName(i + 1), client: c, end: make(chan struct{}),
			who: crew.NewParticipant(c, m.ID, meettest.Options{Via: meettest.Via(e.args.Via)}),
		}
		return nil
	})
	if err != nil {
		return err
	}
	late := time.NewTimer(doctorGather + time.Duration(len(e.seats))*doctorEach)
	defer late.Stop()
	_ = e.each(doctorJoining, func(i int) error {
		s := e.seats[i]
		s.sit(ctx)
		select {
		case <-s.who.Ready():
		case <-s.end:
		case <-ctx.Done():
		}
		return nil
	})
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !e.complete() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late.C:
			return nil // who is missing is seen in the figures
		case <-tick.C:
		}
	}
	return ctx.Err()
}

// each calls f for every seat, for some at the same time, and returns the first error by seat.
func (e *examination) each(atOnce int, f func(i int) error) error {
	errs := make([]error, len(e.seats))
	door := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i := range e.seats {
		door <- struct{}{}
		wg.Go(func() {
			defer func() { <-door }()
			errs[i] = f(i)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// sit starts the participant.
func (s *doctorSeat) sit(ctx context.Context) {
	s.sat = true
	go func() {
		defer close(s.end)
		// The participant says good-bye in leave, also after Ctrl-C.
		s.err = s.who.Run(context.WithoutCancel(ctx))
	}()
}

// complete reports whether everybody who is in hears and sees all others who are.
func (e *examination) complete() bool {
	in := 0
	for _, s := range e.seats {
		if !s.ended() {
			in++
		}
	}
	for _, s := range e.seats {
		if s.ended() {
			continue
		}
		if heard, seen := e.contacts(s.who.Stats(), 0); heard < in-1 || seen < in-1 {
			return false
		}
	}
	return true
}

// alone reports whether nobody is left to measure.
func (e *examination) alone() bool {
	for _, s := range e.seats {
		if !s.ended() {
			return false
		}
	}
	return true
}

func (s *doctorSeat) ended() bool {
	select {
	case <-s.end:
		return true
	default:
		return false
	}
}

// contacts counts how many of our others are heard and seen. With quiet, one who has been silent for
// longer does not count.
func (e *examination) contacts(st meettest.Stats, quiet time.Duration) (heard, seen int) {
	for _, o := range e.seats {
		if o == nil || o.ended() {
			continue
		}
		id := o.who.Identity()
		if id == "" || id == st.Participant {
			continue
		}
		alive := func(f meettest.Flow) bool { return f.Packets > 0 && (quiet == 0 || f.Quiet <= quiet) }
		h := st.From[id]
		if alive(h.Audio) {
			heard++
		}
		if alive(h.Video) {
			seen++
		}
	}
	return heard, seen
}

// measure counts afresh for the time asked for.
func (e *examination) measure(ctx context.Context) error {
	if e.alone() {
		return nil
	}
	e.say("%d 秒間測ります。", e.args.Seconds)
	for _, s := range e.seats {
		s.who.Rewind()
	}
	t := time.NewTimer(time.Duration(e.args.Seconds) * time.Second)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// leave says good-bye for everybody at the same time and waits for all.
func (e *examination) leave() {
	var wg sync.WaitGroup
	for i, s := range e.seats {
		if s == nil {
			continue
		}
		wg.Go(func() {
			if s.sat {
				s.who.Close()
			}
			if i > 0 {
				s.client.Close()
			}
		})
	}
	wg.Wait()
}
