package tillhttp_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yakusho/internal/core"
	"yakusho/internal/till/paysim"
)

func notice(attempt string) map[string]any {
	return map[string]any{
		"notification_type": "Transaction", "merchant_id": paysim.TestCredentials().PayPayMerchant, "order_id": "", "merchant_order_id": attempt,
		"order_amount": "900", "state": "COMPLETED",
	}
}

func TestAForgedNotificationChangesNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	a := w.comes(w.charge(w.fix(w.open(false)), map[string]any{"way": "show", "wallet": "paypay"}).text("id"), "sent")
	path := "/hooks/paypay/" + hookSecret
	// It says paid, has the right secret and the right ids: still the provider is asked, and says that nobody paid.
	asked := len(w.sim.Requests())
	w.want(200, "", "POST", path, notice(a.text("id")))
	for deadline := time.Now().Add(10 * time.Second); len(w.sim.Requests()) == asked; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the provider was not asked")
		}
	}
	if got := w.want(200, "clerk", "GET", "/api/till/attempts/"+a.text("id"), nil); got.text("state") != "sent" {
		t.Errorf("believed: %s", got.raw)
	}
	for _, body := range []any{[]byte("{"), []byte{}, []byte(strings.Repeat("x", 60_000)), notice(string(core.NewID(time.Now()))), merge(notice(a.text("id")), map[string]any{"merchant_id": "1"})} {
		w.want(200, "", "POST", path, body)
	}
}

func TestWithoutTheSecretThereIsNoHook(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, path := range []string{"/hooks/paypay/wrong", "/hooks/paypay/", "/hooks/paypay", "/hooks/", "/hooks/paypay/" + hookSecret + "/x"} {
		w.want(404, "clerk", "POST", path, map[string]any{})
	}
	w.want(404, "", "GET", "/hooks/paypay/"+hookSecret, nil)
	for _, provider := range []string{"static", "cash", "nobody"} {
		w.want(503, "", "POST", "/hooks/"+provider+"/"+hookSecret, map[string]any{})
	}
	if strings.Contains(w.log.String(), hookSecret) {
		t.Error("the secret is in the log")
	}
}

func TestANotificationThatCameBeforeIsDropped(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	subscribe(t, w)
	if err := w.sim.SetFaults(paysim.Fault{Kind: "webhook_duplicate", Provider: "univapay", Count: -1}); err != nil {
		t.Fatal(err)
	}
	session := w.open(false)
	sale := w.fix(session)
	code, _, err := w.sim.ShowCode("d_barai", false, true) // the customer confirms on the phone
	if err != nil {
		t.Fatal(err)
	}
	a := w.comes(w.charge(sale, map[string]any{"way": "scan", "code": code}).text("id"), "sent")
	if err := w.sim.UnivapayPay(paysim.UnivapayOutcome{ChargeID: a.text("ref")}); err != nil {
		t.Fatal(err)
	}
	w.comes(a.text("id"), "paid")
	if d := w.want(200, "clerk", "GET", "/api/till/sales/"+sale, nil); d.number("payment", "amount") != 900 {
		t.Errorf("%s", d.raw)
	}
	for _, d := range w.sim.Deliveries() {
		if d.Status != 0 && d.Status != http.StatusOK {
			t.Errorf("UnivaPay would have switched the webhook off: %+v", d)
		}
	}
}

// subscribe makes the webhook, as whoever sets the contract up does.
func subscribe(t *testing.T, w *town) {
	t.Helper()
	cred := paysim.TestCredentials()
	body, err := json.Marshal(map[string]any{
		"triggers": []string{"charge_updated", "charge_finished"}, "url": w.URL + "/hooks/univapay/" + hookSecret, "auth_token": hookToken,
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://paysim/stores/"+cred.UnivapayStore+"/webhooks", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+cred.UnivapaySecret+"."+cred.UnivapayJWT)
	rec := httptest.NewRecorder()
	w.sim.ServeHTTP(rec, r)
	if rec.Code != http.StatusCreated {
		t.Fatalf("make webhook: %d %s", rec.Code, rec.Body)
	}
}
