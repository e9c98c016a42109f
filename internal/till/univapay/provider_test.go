package univapay_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"yakusho/internal/till"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/tilltest"
	"yakusho/internal/till/univapay"
)

const hookToken = "paysim-webhook-token-0001"

func newProvider(t testing.TB, sim *tilltest.Sim, change ...func(*univapay.Options)) *univapay.Provider {
	t.Helper()
	o := univapay.Options{
		Credentials: credentials(sim.Cred), Endpoint: sim.URL, Clock: sim.Clock.Now,
		Timeout: 10 * time.Second, Pause: time.Millisecond,
	}
	for _, c := range change {
		c(&o)
	}
	p, err := univapay.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func credentials(c paysim.Credentials) univapay.Credentials {
	return univapay.Credentials{JWT: c.UnivapayJWT, Secret: c.UnivapaySecret, Store: c.UnivapayStore, WebhookToken: hookToken}
}

// subscribe makes the webhook, as whoever sets the contract up does.
func subscribe(t testing.TB, sim *tilltest.Sim) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"triggers": []string{"charge_updated", "charge_finished", "refund_finished", "cancel_finished"}, "url": sim.Hook, "auth_token": hookToken,
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, sim.URL+"/stores/"+sim.Cred.UnivapayStore+"/webhooks", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+sim.Cred.UnivapaySecret+"."+sim.Cred.UnivapayJWT)
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	if w.StatusCode != http.StatusCreated {
		t.Fatalf("make webhook: %s", w.Status)
	}
}

// stageOf is a provider with everything around it, for one way and wallet.
func stageOf(t *testing.T, way till.Way, wallet, brand string) *tilltest.Stage {
	t.Helper()
	sim := tilltest.NewSim(t, univapay.Name)
	s := &tilltest.Stage{
		Provider: newProvider(t, sim), Clock: sim.Clock, Way: way, Wallet: wallet, Taken: sim.Taken, Sim: sim, Signed: true,
		Hooked: func() { subscribe(t, sim) }, Settlement: sim.UnivapaySettlement,
		// A token moves no money.
		Idle: func(call string) bool { return call == "POST /tokens" },
		Pay: func(a till.Attempt) error {
			return sim.UnivapayPay(paysim.UnivapayOutcome{MerchantTransactionID: string(a.ID)})
		},
		Decline: func(a till.Attempt) error {
			return sim.UnivapayPay(paysim.UnivapayOutcome{MerchantTransactionID: string(a.ID), Fail: "insufficient_funds"})
		},
	}
	if way == till.WayScan {
		s.Code = func() string { return shows(t, sim, brand) }
		s.Linger = func() {
			if err := sim.SetFaults(paysim.Fault{Kind: paysim.AwaitCustomer}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

func shows(t testing.TB, sim *tilltest.Sim, brand string) string {
	t.Helper()
	code, _, err := sim.ShowCode(brand, false, false)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestScannedCodesConform(t *testing.T) {
	t.Parallel()
	tilltest.RunProvider(t, func(t *testing.T) *tilltest.Stage { return stageOf(t, till.WayScan, "d_barai", "d_barai") })
}

func TestShownCodesConform(t *testing.T) {
	t.Parallel()
	tilltest.RunProvider(t, func(t *testing.T) *tilltest.Stage { return stageOf(t, till.WayShow, "rakuten_pay", "") })
}

func callsTo(sim *tilltest.Sim, path string) int {
	n := 0
	for _, r := range sim.Requests() {
		if r.Method == http.MethodPost && strings.HasSuffix(r.Path, path) {
			n++
		}
	}
	return n
}
