package univapay_test

import (
	"errors"
	"strings"
	"testing"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/univapay"
)

const ourID, charge = "06f2k8v6yr0000000000000000", "11ed0000-0000-4000-8000-000000000001"

func note(event, data string) string {
	return `{"id":"11ed0000-0000-4000-8000-00000000000d","event":"` + event + `","data":` + data + `,"created_on":"2026-10-01T00:00:00.000000Z"}`
}

func TestANotificationNamesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for body, want := range map[string]till.Hint{
		note("charge_finished", `{"id":"`+charge+`","merchant_transaction_id":"`+ourID+`","metadata":{}}`):              {Attempt: ourID, Ref: charge},
		note("charge_updated", `{"id":"`+charge+`","merchant_transaction_id":null,"metadata":{"attempt":"`+ourID+`"}}`): {Attempt: ourID, Ref: charge},
		note("charge_finished", `{"id":"`+charge+`","metadata":"{\"attempt\":\"`+ourID+`\"}"}`):                         {Attempt: ourID, Ref: charge},
		note("refund_finished", `{"id":"x","charge_id":"`+charge+`","metadata":{"attempt":"`+ourID+`"}}`):               {Attempt: ourID, Ref: charge},
		note("cancel_finished", `{"id":"x","charge_id":"`+charge+`"}`):                                                  {Ref: charge},
		note("charge_finished", `{"id":"`+charge+`","merchant_transaction_id":"of-the-web-shop"}`):                      {Ref: charge},
		note("token_created", `{"id":"`+charge+`","metadata":{"attempt":"`+ourID+`"}}`):                                 {Attempt: ourID},
	} {
		for _, auth := range []string{hookToken, "Bearer " + hookToken, "bearer " + hookToken} {
			h, err := s.p.Hint(auth, []byte(body))
			want.Delivery = "11ed0000-0000-4000-8000-00000000000d"
			if err != nil || h != want {
				t.Errorf("%s\n says %+v, error %v; want %+v", body, h, err, want)
			}
		}
		for _, auth := range []string{"", "Bearer", "Bearer ", "Basic " + hookToken, hookToken + " ", strings.ToUpper(hookToken), "Bearer  " + hookToken} {
			if _, err := s.p.Hint(auth, []byte(body)); core.KindOf(err) != core.KindUnauthenticated {
				t.Errorf("with %q: error %v", auth, err)
			}
		}
	}
	for _, body := range []string{
		note("token_created", `{"id":"`+charge+`"}`), note("charge_finished", `{}`), note("charge_finished", `{"id":"../../refunds"}`),
		note("charge_finished", `{"merchant_transaction_id":"x"}`),
	} {
		if h, err := s.p.Hint(hookToken, []byte(body)); !errors.Is(err, till.ErrNoAttempt) {
			t.Errorf("%s\n says %+v, error %v", body, h, err)
		}
	}
}

func TestWithoutATokenNoNotificationIsTaken(t *testing.T) {
	t.Parallel()
	s := newShop(t, func(o *univapay.Options) { o.Credentials.WebhookToken = "" })
	for _, auth := range []string{"", "Bearer", "Bearer ", hookToken} {
		if _, err := s.p.Hint(auth, []byte(note("charge_finished", `{"id":"`+charge+`"}`))); core.KindOf(err) != core.KindUnauthenticated {
			t.Errorf("with %q: error %v", auth, err)
		}
	}
}

func FuzzHint(f *testing.F) {
	p, err := univapay.New(univapay.Options{Credentials: univapay.Credentials{
		JWT: "a.b.c", Secret: "s", Store: charge, WebhookToken: hookToken,
	}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(hookToken, note("charge_finished", `{"id":"`+charge+`","merchant_transaction_id":"`+ourID+`"}`))
	f.Add("Bearer "+hookToken, note("refund_finished", `{"charge_id":"`+charge+`","metadata":"{\"attempt\":\"`+ourID+`\"}"}`))
	f.Add("", `{}`)
	f.Fuzz(func(t *testing.T, auth, body string) {
		h, err := p.Hint(auth, []byte(body))
		if err != nil {
			if h != (till.Hint{}) {
				t.Errorf("error %v with %+v", err, h)
			}
			return
		}
		if !strings.HasSuffix(auth, hookToken) {
			t.Errorf("taken with %q", auth)
		}
		if _, err := core.ParseID(string(h.Attempt)); h.Attempt != "" && err != nil || h.Ref != "" && len(h.Ref) != 36 || h.Attempt == "" && h.Ref == "" {
			t.Errorf("it says %+v", h)
		}
	})
}
