package escpos

import (
	"fmt"
	"io"

	"yakusho/internal/core"
)

// What a printer says is wrong with it, each with what to do.
var (
	ErrPaper   = core.Unavailable("printer_paper", "プリンターの用紙がありません。用紙を入れて、もう一度印刷してください。")
	ErrCover   = core.Unavailable("printer_cover", "プリンターのふたが開いています。閉めて、もう一度印刷してください。")
	ErrFault   = core.Unavailable("printer_fault", "プリンターに異常があります。紙づまりを確かめ、電源を入れ直して、もう一度印刷してください。")
	ErrOffline = core.Unavailable("printer_offline", "プリンターが印刷できない状態です。プリンターのランプと用紙を確かめて、もう一度印刷してください。")
)

// Status is what a printer said of itself while it printed.
type Status struct {
	NearEnd bool // the roll is nearly used up
}

// The real-time questions DLE EOT n and the bits of their answers (ESC/POS, Epson reference).
const (
	askPrinter = 1 // 0x08: offline
	askOffline = 2 // 0x04: cover open; 0x20: paper ended; 0x40: error
	askError   = 3 // 0x08: knife; 0x20: unrecoverable; 0x40: recovers by itself
	askPaper   = 4 // 0x0c: near the end; 0x60: ended
)

// judge says what the four answers mean, the cause a person can act on first.
func judge(printer, offline, fault, paper byte) (Status, error) {
	s := Status{NearEnd: paper&0x0c != 0}
	switch {
	case offline&0x04 != 0:
		return s, ErrCover
	case paper&0x60 != 0 || offline&0x20 != 0:
		return s, ErrPaper
	case fault&0x68 != 0 || offline&0x40 != 0:
		return s, ErrFault.Because("printer answers offline %#02x, error %#02x", offline, fault)
	case printer&0x08 != 0:
		return s, ErrOffline.Because("printer answers %#02x, offline %#02x", printer, offline)
	}
	return s, nil
}

// isAnswer reports whether a byte answers DLE EOT: 0xx1xx10.
func isAnswer(b byte) bool { return b&0x93 == 0x12 }

// isDone reports whether a byte answers GS r 1: 0xx0xxxx.
func isDone(b byte) bool { return b&0x90 == 0 }

// next reads until a byte that is wanted. A printer may be set to report by itself (ASB): four bytes, the first of them
// 0xx1xx00; they are skipped. It gives up after 64 bytes: that is no printer.
func next(r io.Reader, wanted func(byte) bool) (byte, error) {
	var b [1]byte
	for n := 0; n < 64; n++ {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return 0, err
		}
		switch {
		case b[0]&0x93 == 0x10:
			var rest [3]byte
			if _, err := io.ReadFull(r, rest[:]); err != nil {
				return 0, err
			}
		case wanted(b[0]):
			return b[0], nil
		}
	}
	return 0, fmt.Errorf("the other side talks, but not as a printer does")
}

// ask asks the four questions, one at a time: small printers keep only one.
func ask(rw io.ReadWriter) (Status, error) {
	var answers [5]byte
	for n := byte(askPrinter); n <= askPaper; n++ {
		if _, err := rw.Write([]byte{0x10, 0x04, n}); err != nil {
			return Status{}, ErrSilent.Because("ask the printer question %d: %w", n, err)
		}
		var err error
		if answers[n], err = next(rw, isAnswer); err != nil {
			return Status{}, ErrSilent.Because("answer of the printer to question %d: %w", n, err)
		}
	}
	return judge(answers[askPrinter], answers[askOffline], answers[askError], answers[askPaper])
}
