package sfu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
)

func frame(opcode byte, final bool, n int) []byte {
	var b bytes.Buffer
	if final {
		opcode |= 0x80
	}
	b.WriteByte(opcode)
	switch {
	case n < 126:
		b.WriteByte(0x80 | byte(n))
	case n < 1<<16:
		b.WriteByte(0x80 | 126)
		_ = binary.Write(&b, binary.BigEndian, uint16(n))
	default:
		b.WriteByte(0x80 | 127)
		_ = binary.Write(&b, binary.BigEndian, uint64(n))
	}
	b.Write([]byte{1, 2, 3, 4})
	b.Write(make([]byte, min(n, 4<<20)))
	return b.Bytes()
}

func still() time.Time { return time.Unix(1_800_000_000, 0) }

func TestFramesAreMeasuredHoweverTheBytesAreCut(t *testing.T) {
	t.Parallel()
	const limit = 1000
	for name, c := range map[string]struct {
		bytes []byte
		want  error
	}{
		"a message at the limit":                   {frame(2, true, limit), nil},
		"a message above the limit":                {frame(2, true, limit+1), errMessageTooLarge},
		"fragments that together are at the limit": {append(frame(2, false, 400), frame(0, true, 600)...), nil},
		"fragments that together are above":        {append(frame(2, false, 400), frame(0, true, 601)...), errMessageTooLarge},
		"a ping between fragments counts for none": {append(append(frame(2, false, 900), frame(9, true, 100)...), frame(0, true, 100)...), nil},
		"a control frame that is too long":         {frame(9, true, 126), errMessageTooLarge},
		"two messages are two":                     {append(frame(2, true, limit), frame(2, true, limit)...), nil},
		"a length of 2^63":                         {[]byte{0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, errMessageTooLarge},
		"a fragmented message that never ends":     {bytes.Repeat(frame(0, false, 400), 3), errMessageTooLarge},
		"as many frames as are allowed":            {bytes.Repeat(frame(2, true, 1), 50), nil},
		"one frame more than is allowed":           {bytes.Repeat(frame(2, true, 1), 51), errTooManyFrames},
		"empty frames count as well":               {bytes.Repeat(frame(2, true, 0), 51), errTooManyFrames},
		"an unfinished header is no frame yet":     {frame(2, true, 300)[:3], nil},
		"nothing":                                  {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, cut := range []int{1, 2, 3, 7, 1 << 20} {
				f := frames{maxMessage: limit, maxFrames: 50, window: time.Second, clock: still}
				var got error
				for rest := c.bytes; len(rest) > 0 && got == nil; {
					n := min(cut, len(rest))
					got = f.see(rest[:n])
					rest = rest[n:]
				}
				if !errors.Is(got, c.want) {
					t.Errorf("cut every %d bytes: %v, want %v", cut, got, c.want)
				}
			}
		})
	}
}

func TestTheFrameCountStartsAnewWithTheWindow(t *testing.T) {
	t.Parallel()
	now := still()
	f := frames{maxMessage: 1000, maxFrames: 2, window: time.Second, clock: func() time.Time { return now }}
	for range 3 {
		if err := f.see(bytes.Repeat(frame(2, true, 1), 2)); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Second)
	}
}

// FuzzFrames holds that cutting the bytes elsewhere never changes the verdict, and that nothing panics.
func FuzzFrames(f *testing.F) {
	f.Add(frame(2, true, 5), uint8(3))
	f.Add(append(frame(1, false, 200), frame(0, true, 900)...), uint8(1))
	f.Add([]byte{0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, cut uint8) {
		whole := frames{maxMessage: 1000, maxFrames: 20, window: time.Second, clock: still}
		want := whole.see(b)
		parts := frames{maxMessage: 1000, maxFrames: 20, window: time.Second, clock: still}
		var got error
		for n := int(cut)%13 + 1; len(b) > 0 && got == nil; {
			k := min(n, len(b))
			got = parts.see(b[:k])
			b = b[k:]
		}
		if !errors.Is(got, want) && (got == nil) != (want == nil) {
			t.Errorf("whole: %v, in parts: %v", want, got)
		}
	})
}

func TestOnlyTheMessagesOfSendingAndReceivingPass(t *testing.T) {
	t.Parallel()
	for _, m := range []*livekit.SignalRequest{
		{Message: &livekit.SignalRequest_Offer{}},
		{Message: &livekit.SignalRequest_Answer{}},
		{Message: &livekit.SignalRequest_Trickle{}},
		{Message: &livekit.SignalRequest_AddTrack{}},
		{Message: &livekit.SignalRequest_Mute{}},
		{Message: &livekit.SignalRequest_Leave{}},
		{Message: &livekit.SignalRequest_Subscription{}},
		{Message: &livekit.SignalRequest_TrackSetting{}},
		{Message: &livekit.SignalRequest_SyncState{}},
		{Message: &livekit.SignalRequest_UpdateLayers{}},
		{Message: &livekit.SignalRequest_UpdateAudioTrack{}},
		{Message: &livekit.SignalRequest_UpdateVideoTrack{}},
		{Message: &livekit.SignalRequest_Ping{}},
		{Message: &livekit.SignalRequest_PingReq{}},
	} {
		if !allowed(m) {
			t.Errorf("%T is kept out", m.GetMessage())
		}
	}
	for _, m := range []*livekit.SignalRequest{
		{},
		{Message: &livekit.SignalRequest_Simulate{}},
		{Message: &livekit.SignalRequest_UpdateMetadata{}},
		{Message: &livekit.SignalRequest_SubscriptionPermission{}},
	} {
		if allowed(m) {
			t.Errorf("%T is let through", m.GetMessage())
		}
	}
}
