package meettest_test

import (
	"context"
	"testing"

	"yakusho/internal/meet/meettest"
)

func TestAnEngineOnItsOwnIsSpokenToOnThisMachineOnly(t *testing.T) {
	t.Parallel()
	admit := func(_ context.Context, meeting string) (meettest.Ticket, error) {
		return meettest.Ticket{Participant: "a", Token: "token for " + meeting}, nil
	}
	for _, address := range []string{"https://127.0.0.1:7880", "http://192.168.0.1:7880", "http://example.invalid", "http://127.0.0.1:7880/x", ""} {
		if _, err := meettest.NewEngineClient(address, admit); err == nil {
			t.Errorf("%q was accepted", address)
		}
	}
	c, err := meettest.NewEngineClient("http://127.0.0.1:7880", admit)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got, err := c.Join(t.Context(), "room"); err != nil || got.Token != "token for room" {
		t.Errorf("ticket %+v, %v", got, err)
	}
}
