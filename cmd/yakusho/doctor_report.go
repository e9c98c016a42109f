package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/width"

	"yakusho/internal/core"
	"yakusho/internal/meet/meettest"
)

// doctorReport is the result, and with --json its form. Names and meanings of the fields stay as they
// are; new ones may be added. Times are milliseconds, and 0 stands for "never came".
type doctorReport struct {
	OK           bool            `json:"ok"` // everybody joined, heard and saw all others by the wanted path, loss ≤ 1 %
	URL          string          `json:"url"`
	Via          string          `json:"via"`      // wanted path: udp, relay
	Seconds      float64         `json:"seconds"`  // measured, after all had gathered
	Measured     bool            `json:"measured"` // false: it broke off before the measurement was over
	Participants []doctorPatient `json:"participants"`
	Total        doctorTotal     `json:"total"`
	Problems     []doctorProblem `json:"problems"`
	Notes        []string        `json:"notes"` // Japanese, for people
}

// doctorPatient is one participant. Packets, loss and latency are of the measured seconds.
type doctorPatient struct {
	Name         string  `json:"name"`
	ID           string  `json:"id"`           // in the meeting; empty: not admitted
	Joined       bool    `json:"joined"`       // media flowed both ways
	JoinMS       float64 `json:"join_ms"`      // from POST …/join to the first packet from another participant
	TicketMS     float64 `json:"ticket_ms"`    // from POST …/join to its answer
	ConnectedMS  float64 `json:"connected_ms"` // … to ICE and DTLS done, both directions
	FirstAudioMS float64 `json:"first_audio_ms"`
	FirstVideoMS float64 `json:"first_video_ms"`
	Path         string  `json:"path"`          // really used: udp, relay, mixed, or empty
	PacketsOut   uint64  `json:"packets_out"`   // sent
	SendsSkipped uint64  `json:"sends_skipped"` // frames left out because the machine of doctor was too busy
	PacketsIn    uint64  `json:"packets_in"`
	Lost         uint64  `json:"lost"`
	LossPercent  float64 `json:"loss_percent"`
	LatencyP50MS float64 `json:"latency_p50_ms"` // from a sender here to this receiver, by the server
	LatencyP99MS float64 `json:"latency_p99_ms"`
	JitterMS     float64 `json:"jitter_ms"` // the worst track's, RFC 3550
	Heard        int     `json:"heard"`     // of the others, how many were heard until the end
	Seen         int     `json:"seen"`
}

// doctorTotal is all participants together.
type doctorTotal struct {
	Participants int     `json:"participants"`
	Joined       int     `json:"joined"`
	JoinP50MS    float64 `json:"join_p50_ms"`
	JoinP95MS    float64 `json:"join_p95_ms"`
	PacketsOut   uint64  `json:"packets_out"`
	PacketsIn    uint64  `json:"packets_in"`
	Lost         uint64  `json:"lost"`
	LossPercent  float64 `json:"loss_percent"`
	LatencyP50MS float64 `json:"latency_p50_ms"`
	LatencyP99MS float64 `json:"latency_p99_ms"`
}

// doctorProblem is one thing that is not well.
type doctorProblem struct {
	Code    string `json:"code"`
	Message string `json:"message"`          // Japanese: what it is and what to check
	Detail  string `json:"detail,omitempty"` // for the person who looks after the server
}

func (e *examination) note(format string, a ...any) {
	e.report.Notes = append(e.report.Notes, fmt.Sprintf(format, a...))
}

func (e *examination) add(code, detail, message string) {
	for _, p := range e.report.Problems {
		if p.Code == code && p.Message == message {
			return // of many participants with the same trouble, one tells it
		}
	}
	e.report.Problems = append(e.report.Problems, doctorProblem{Code: code, Message: message, Detail: detail})
}

// problem puts an error into the report, in words.
func (e *examination) problem(err error) {
	var p *meettest.Problem
	var c *core.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e.add("interrupted", "", "途中で止められました。")
	case errors.As(err, &p):
		message := p.Detail
		if p.Status == http.StatusUnauthorized {
			message = "ログインできません。利用者とパスワードを確かめてください。（" + p.Detail + "）"
		}
		e.add(p.Code, fmt.Sprintf("HTTP %d", p.Status), message)
	case errors.Is(err, meettest.ErrNoMedia):
		e.add("no_media", detailOf(err), e.noMedia())
	case errors.As(err, &c):
		e.add(c.Code, detailOf(err), c.Message)
	default:
		e.add("failed", err.Error(), "思わぬことが起きました。サーバーの記録を確かめてください。")
	}
}

// detailOf is what lies under an error of ours, "" if nothing does.
func detailOf(err error) string {
	var c *core.Error
	if errors.As(err, &c) && c.Err != nil {
		return c.Err.Error()
	}
	return ""
}

// noMedia says what to look at when media does not get through.
func (e *examination) noMedia() string {
	if e.args.Via == string(meettest.Relay) {
		return "中継（TURN/TLS）がつながりません。サーバーと同じ番号の TCP ポートが、途中の機器で書き換えられたり調べられたり（TLS 検査）していないか確かめてください。"
	}
	return "UDP が通りません。サーバーと同じ番号の UDP ポートを途中のファイアウォールで開けてください。開けられないときは --via relay で試してください。"
}

// doctorPlain is an error in a few words.
func doctorPlain(err error) string {
	var p *meettest.Problem
	var c *core.Error
	switch {
	case errors.As(err, &p):
		return p.Detail
	case errors.As(err, &c):
		return c.Message
	}
	return err.Error()
}

// collect fills the report and judges it. It is called while everybody is still in.
func (e *examination) collect(measured bool) {
	e.report.Measured = measured
	if measured {
		e.report.Seconds = float64(e.args.Seconds)
	}
	var latency, joins meettest.Histogram
	t := &e.report.Total
	t.Participants = e.args.Participants
	for i := range e.args.Participants {
		x := doctorPatient{Name: doctorName(i + 1)}
		if i < len(e.seats) && e.seats[i] != nil {
			st := e.seats[i].who.Stats()
			x = e.patient(e.seats[i], st)
			latency.Merge(st.Latency)
			if d := st.Times.FirstMedia(); d > 0 {
				joins.Add(d)
			}
			t.PacketsOut += x.PacketsOut
			t.PacketsIn += x.PacketsIn
			t.Lost += x.Lost
		}
		if x.Joined {
			t.Joined++
		}
		e.report.Participants = append(e.report.Participants, x)
	}
	t.LossPercent = percent(t.Lost, t.PacketsIn)
	t.JoinP50MS, t.JoinP95MS = ms(joins.Quantile(.5)), ms(joins.Quantile(.95))
	t.LatencyP50MS, t.LatencyP99MS = ms(latency.Quantile(.5)), ms(latency.Quantile(.99))
	if measured {
		e.judge()
	}
}

func (e *examination) patient(s *doctorSeat, st meettest.Stats) doctorPatient {
	x := doctorPatient{
		Name: s.name, ID: st.Participant, Joined: st.Times.Connected > 0,
		JoinMS: ms(st.Times.FirstMedia()), TicketMS: ms(st.Times.Ticket), ConnectedMS: ms(st.Times.Connected),
		FirstAudioMS: ms(st.Times.FirstAudio), FirstVideoMS: ms(st.Times.FirstVideo), Path: string(st.Path),
		PacketsOut: st.PacketsSent, SendsSkipped: st.Skipped, PacketsIn: st.PacketsReceived, Lost: st.Lost, LossPercent: percent(st.Lost, st.PacketsReceived),
		LatencyP50MS: ms(st.Latency.Quantile(.5)), LatencyP99MS: ms(st.Latency.Quantile(.99)), JitterMS: ms(st.Jitter),
	}
	x.Heard, x.Seen = e.contacts(st, doctorQuiet)
	return x
}

// doctorSlowHere is the note that the measuring machine itself was too busy.
const doctorSlowHere = "この端末の処理が追いつかず、送信が遅れました。損失と遅延はサーバーのせいとは限りません。人数を減らすか、速い端末で測ってください。"

// judge names everything that is not well.
func (e *examination) judge() {
	others := e.args.Participants - 1
	for _, x := range e.report.Participants {
		if x.SendsSkipped > 0 {
			e.note("%s", doctorSlowHere)
			break
		}
	}
	for i, x := range e.report.Participants {
		if s := e.seats[i]; s.ended() {
			err := s.err
			if err == nil {
				err = meettest.ErrSentOut
			}
			e.problem(err)
			continue
		}
		switch {
		case !x.Joined:
			e.add("no_media", x.Name, e.noMedia())
		case x.Path != e.args.Via:
			e.add("other_path", fmt.Sprintf("%s: %q", x.Name, x.Path), fmt.Sprintf("音声と映像が %s ではなく %s を通りました。", doctorVia(e.args.Via), doctorVia(x.Path)))
		}
		if x.Joined && x.Heard+x.Seen == 0 {
			e.add("went_silent", x.Name, "途中から音声も映像も届かなくなりました。"+e.noMedia())
			continue
		}
		if x.Joined && x.Heard < others {
			e.add("not_heard", fmt.Sprintf("%s: %d of %d", x.Name, x.Heard, others), "届かない音声があります。サーバーの CPU と庁舎間回線が足りているか確かめてください。")
		}
		if x.Joined && x.Seen < others {
			e.add("not_seen", fmt.Sprintf("%s: %d of %d", x.Name, x.Seen, others), "届かない映像があります。サーバーの CPU と庁舎間回線が足りているか確かめてください。")
		}
		if x.LossPercent > 100*doctorMostLoss {
			e.add("loss", fmt.Sprintf("%s: %.2f %%", x.Name, x.LossPercent), "パケットの損失が 1 % を超えました。回線の混み具合と、サーバーとこの端末の CPU を確かめてください。")
		}
	}
}

func doctorVia(path string) string {
	switch path {
	case "udp":
		return "UDP"
	case "relay":
		return "中継（TURN/TLS）"
	case "mixed":
		return "UDP と中継の両方"
	}
	return "不明"
}

func ms(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}

func percent(lost, received uint64) float64 {
	if lost+received == 0 {
		return 0
	}
	return 100 * float64(lost) / float64(lost+received)
}

// write tells the result, to people or to programs.
func (r doctorReport) write(w io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	}
	var b strings.Builder
	if len(r.Participants) > 0 {
		b.WriteString("\n")
		rows := [][]string{{"参加者", "経路", "参加まで ms", "接続 ms", "送信", "受信", "損失", "損失 %", "遅延中央 ms", "遅延99% ms", "音声", "映像"}}
		for _, x := range r.Participants {
			rows = append(rows, []string{
				x.Name, doctorVia(x.Path), never(x.JoinMS), never(x.ConnectedMS), fmt.Sprint(x.PacketsOut), fmt.Sprint(x.PacketsIn), fmt.Sprint(x.Lost),
				fmt.Sprintf("%.2f", x.LossPercent), fmt.Sprintf("%.1f", x.LatencyP50MS), fmt.Sprintf("%.1f", x.LatencyP99MS),
				fmt.Sprint(x.Heard), fmt.Sprint(x.Seen),
			})
		}
		writeTable(&b, rows, 2)
		x := r.Total
		fmt.Fprintf(&b, "\n合計: %d 人のうち %d 人が参加、参加まで 中央 %.0f ms・95%% %.0f ms、送信 %d・受信 %d・損失 %d（%.2f %%）、遅延 中央 %.1f ms・99%% %.1f ms\n",
			x.Participants, x.Joined, x.JoinP50MS, x.JoinP95MS, x.PacketsOut, x.PacketsIn, x.Lost, x.LossPercent, x.LatencyP50MS, x.LatencyP99MS)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "注意: %s\n", n)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "問題: %s\n", p.Message)
		if p.Detail != "" {
			fmt.Fprintf(&b, "      （%s: %s）\n", p.Code, p.Detail)
		}
	}
	if r.OK {
		b.WriteString("判定: 良好。全員が互いの音声と映像を受け取りました。\n")
	} else {
		b.WriteString("判定: 問題があります。上の内容を確かめてください。\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func never(v float64) string {
	if v == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f", v)
}

// writeTable writes rows in columns as wide as their widest cell. The first left columns are flush left,
// the others right. A kanji takes two places on a terminal, which text/tabwriter does not know.
func writeTable(b *strings.Builder, rows [][]string, left int) {
	var widest []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widest) {
				widest = append(widest, 0)
			}
			widest[i] = max(widest[i], places(cell))
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			gap := strings.Repeat(" ", widest[i]-places(cell))
			if i < left {
				b.WriteString(cell + gap + "  ")
			} else {
				b.WriteString(gap + cell + "  ")
			}
		}
		b.WriteString("\n")
	}
}

// places is how many columns of a terminal a text takes.
func places(s string) int {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}
