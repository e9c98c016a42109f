package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yakusho/internal/meet/meettest"
)

// town is a sample server in this process, on a port of its own.
type town struct {
	url, ca string
}

func newTown(t *testing.T) town {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	data := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	said := &waitFor{text: " doctor --url ", found: make(chan struct{})}
	ended := make(chan int, 1)
	var log bytes.Buffer // read after the end
	go func() {
		ended <- run(ctx, []string{"serve", "--sample", "--data", data, "--listen", addr, "--http", "off"}, said, &log)
	}()
	t.Cleanup(func() {
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("the server ended with %d:\n%s", code, log.String())
		}
	})
	timeout := time.NewTimer(30 * time.Second)
	defer timeout.Stop()
	select {
	case <-said.found:
	case code := <-ended:
		ended <- code
		t.Fatal("the server did not start")
	case <-timeout.C:
		t.Fatal("the server is not up after 30 s")
	}
	return town{url: "https://" + addr, ca: filepath.Join(data, "tls", "ca.crt")}
}

// waitFor is a writer that tells when a text was written to it.
type waitFor struct {
	text  string
	found chan struct{}

	mu  sync.Mutex
	all strings.Builder
	yes bool
}

func (w *waitFor) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Write(b)
	if !w.yes && strings.Contains(w.all.String(), w.text) {
		w.yes = true
		close(w.found)
	}
	return len(b), nil
}

// examine runs doctor --json as main does.
func examine(t *testing.T, ctx context.Context, args ...string) (int, doctorReport) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(ctx, append([]string{"doctor", "--json"}, args...), &out, &errs)
	var r doctorReport
	dec := json.NewDecoder(&out)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		t.Fatalf("exit %d, no report: %v\n%s", code, err, errs.String())
	}
	return code, r
}

// notesOfServer leaves out the one note that is about the machine of the test, which may be busy.
func notesOfServer(r doctorReport) []string {
	return slices.DeleteFunc(slices.Clone(r.Notes), func(n string) bool { return n == doctorSlowHere })
}

func codes(r doctorReport) []string {
	var out []string
	for _, p := range r.Problems {
		out = append(out, p.Code)
	}
	return out
}

func TestDoctorFindsASampleServerWell(t *testing.T) {
	// Not parallel: it measures.
	at := newTown(t)
	for _, via := range []string{"udp", "relay"} {
		t.Run(via, func(t *testing.T) {
			code, r := examine(t, t.Context(), "--url", at.url, "--via", via, "--participants", "3", "--seconds", "1", "--ca", at.ca)
			if code != 0 || !r.OK || !r.Measured {
				t.Fatalf("exit %d: %+v", code, r)
			}
			if len(r.Participants) != 3 || r.Total.Joined != 3 || len(notesOfServer(r)) != 0 {
				t.Errorf("%+v", r)
			}
			for _, p := range r.Participants {
				if p.Path != via || p.Heard != 2 || p.Seen != 2 || p.PacketsIn < 50 || p.PacketsOut < 30 || p.JoinMS <= 0 || p.LatencyP50MS <= 0 {
					t.Errorf("%+v", p)
				}
			}
		})
	}
}

func TestDoctorJoinsAnOpenMeetingAsGuestsAndLeavesItOpen(t *testing.T) {
	// Not parallel: it measures.
	at := newTown(t)
	c, err := meettest.NewClient(meettest.ClientOptions{URL: at.url, Insecure: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := c.Session(t.Context())
	if err != nil || len(s.SampleAccounts) == 0 {
		t.Fatalf("no sample accounts: %v", err)
	}
	if _, err := c.SignIn(t.Context(), s.SampleAccounts[0].Login, s.SampleAccounts[0].Password); err != nil {
		t.Fatal(err)
	}
	m, err := c.OpenMeeting(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	code, r := examine(t, t.Context(), "--url", at.url, "--participants", "2", "--seconds", "1", "--meeting", m.Number, "--pin", m.PIN)
	if code != 0 {
		t.Errorf("exit %d: %+v", code, r)
	}
	if len(notesOfServer(r)) != 1 {
		t.Errorf("an unverified certificate must be said once: %q", r.Notes)
	}
	if m, err = c.Meeting(t.Context(), m.ID); err != nil || m.State != "open" {
		t.Errorf("the meeting is %q now, %v", m.State, err)
	}
	wrong := "0000"
	if m.PIN == wrong {
		wrong = "0001"
	}
	code, r = examine(t, t.Context(), "--url", at.url, "--participants", "2", "--seconds", "1", "--meeting", m.Number, "--pin", wrong)
	if d := cmp.Diff([]string{"number_or_pin_wrong"}, codes(r)); code != 1 || d != "" {
		t.Errorf("exit %d: %s", code, d)
	}
}

func TestDoctorStoppedHalfwayEndsItsMeeting(t *testing.T) {
	// Not parallel: it measures.
	at := newTown(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said := &waitFor{text: "測ります", found: make(chan struct{})}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"doctor", "--url", at.url, "--participants", "2", "--seconds", "600"}, said, io.Discard)
	}()
	select {
	case <-said.found:
	case code := <-ended:
		t.Fatalf("ended with %d:\n%s", code, said.all.String())
	}
	cancel()
	if code := <-ended; code != 1 {
		t.Errorf("exit %d", code)
	}
	var number string
	if _, err := fmt.Sscanf(said.all.String(), "会議 %s に", &number); err != nil {
		t.Fatalf("no meeting number in:\n%s", said.all.String())
	}
	if !strings.Contains(said.all.String(), "途中で止められました") {
		t.Errorf("it is not said that it was stopped:\n%s", said.all.String())
	}
	c, err := meettest.NewClient(meettest.ClientOptions{URL: at.url, Insecure: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := c.Session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SignIn(t.Context(), s.SampleAccounts[0].Login, s.SampleAccounts[0].Password); err != nil {
		t.Fatal(err)
	}
	ms, err := c.Today(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	state := "not listed"
	for _, m := range ms {
		if m.Number == number {
			state = m.State
		}
	}
	if state != "ended" {
		t.Errorf("the meeting of the examination is %s", state)
	}
}

func TestDoctorSaysWhatKeepsItOut(t *testing.T) {
	// Not parallel: the environment is changed.
	at := newTown(t)
	t.Setenv("YAKUSHO_PASSWORD", "wrong")
	for name, x := range map[string]struct {
		args []string
		code string
		says string
	}{
		"nobody there":   {[]string{"--url", "https://127.0.0.1:1"}, "server_unreachable", "サーバーに届きません"},
		"wrong password": {[]string{"--url", at.url, "--login", "satou"}, "sign_in_wrong", "ログインできません"},
		"no CA file":     {[]string{"--url", at.url, "--ca", "doctor_test.go"}, "bad_ca", "--ca"},
		"no password":    {[]string{"--url", at.url, "--login", "satou", "--password-file", "none"}, "no_password", "パスワードがありません"},
	} {
		code, r := examine(t, t.Context(), append(x.args, "--participants", "2", "--seconds", "1")...)
		if d := cmp.Diff([]string{x.code}, codes(r)); code != 1 || d != "" {
			t.Errorf("%s: exit %d: %s", name, code, d)
			continue
		}
		if !strings.Contains(r.Problems[0].Message, x.says) {
			t.Errorf("%s: %q", name, r.Problems[0].Message)
		}
	}
}

func TestDoctorRefusesABadCommandLine(t *testing.T) {
	t.Parallel()
	for _, args := range []string{
		"--participants 1", "--participants 201", "--seconds 0", "--seconds 3601", "--via tcp", "--url http://localhost:8443",
		"--url https://", "--url https://u@localhost", "--meeting 123456", "--pin 1234", "--meeting 1 --pin 2 --login a",
		"--password-file x", "--unknown", "--participants many",
	} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), append([]string{"doctor"}, strings.Fields(args)...), &out, &errs); code != 2 {
			t.Errorf("%s: exit %d", args, code)
		}
		if out.Len()+errs.Len() == 0 {
			t.Errorf("%s: nothing is said", args)
		}
	}
}

func TestDoctorJudges(t *testing.T) {
	t.Parallel()
	well := doctorPatient{Joined: true, Path: "udp", Heard: 1, Seen: 1, PacketsIn: 100}
	with := func(f func(*doctorPatient)) doctorPatient { p := well; f(&p); return p }
	for name, x := range map[string]struct {
		patient doctorPatient
		end     error // the participant ended with
		ended   bool
		want    []string
	}{
		"well":           {patient: well},
		"one per cent":   {patient: with(func(p *doctorPatient) { p.LossPercent = 1 })},
		"more":           {patient: with(func(p *doctorPatient) { p.LossPercent = 1.01 }), want: []string{"loss"}},
		"other path":     {patient: with(func(p *doctorPatient) { p.Path = "relay" }), want: []string{"other_path"}},
		"mixed":          {patient: with(func(p *doctorPatient) { p.Path = "mixed" }), want: []string{"other_path"}},
		"no sound":       {patient: with(func(p *doctorPatient) { p.Heard = 0 }), want: []string{"not_heard"}},
		"no picture":     {patient: with(func(p *doctorPatient) { p.Seen = 0 }), want: []string{"not_seen"}},
		"neither":        {patient: with(func(p *doctorPatient) { p.Heard, p.Seen = 0, 0 }), want: []string{"went_silent"}},
		"never in":       {patient: doctorPatient{}, want: []string{"no_media"}},
		"sent out":       {patient: well, ended: true, end: meettest.ErrSentOut, want: []string{"sent_out"}},
		"ended silently": {patient: well, ended: true, want: []string{"sent_out"}},
		"refused":        {patient: well, ended: true, end: &meettest.Problem{Status: 409, Code: "full", Detail: "満員です。"}, want: []string{"full"}},
		"no UDP":         {patient: doctorPatient{}, ended: true, end: meettest.ErrNoMedia.Because("x"), want: []string{"no_media"}},
		"strange":        {patient: well, ended: true, end: errors.New("x"), want: []string{"failed"}},
	} {
		s := &doctorSeat{end: make(chan struct{}), err: x.end}
		if x.ended {
			close(s.end)
		}
		e := &examination{
			args: doctorArgs{Participants: 2, Via: "udp"}, seats: []*doctorSeat{s, {end: make(chan struct{})}},
			report: doctorReport{Participants: []doctorPatient{x.patient, well}},
		}
		e.judge()
		if d := cmp.Diff(x.want, codes(e.report)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestTableColumnsLineUpWithKanji(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	writeTable(&b, [][]string{{"参加者", "遅延 ms"}, {"点検 1", "5"}, {"a", "1234567890"}}, 1)
	want := "参加者     遅延 ms  \n点検 1           5  \na       1234567890  \n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}
