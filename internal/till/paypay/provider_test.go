package paypay_test

import (
	"testing"

	"yakusho/internal/core"
	"yakusho/internal/till"
	"yakusho/internal/till/paypay"
	"yakusho/internal/till/paysim"
	"yakusho/internal/till/tilltest"
)

func credentials() paypay.Credentials {
	c := paysim.TestCredentials()
	return paypay.Credentials{Key: c.PayPayKey, Secret: c.PayPaySecret, Merchant: c.PayPayMerchant}
}

// stage is PayPay as the suite meets it.
func stage(t *testing.T) *tilltest.Stage {
	t.Helper()
	sim := tilltest.NewSim(t, "paypay")
	p, err := paypay.New(paypay.Options{Base: sim.URL, Credentials: credentials(), Clock: sim.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return &tilltest.Stage{
		Provider: p, Clock: sim.Clock, Way: till.WayShow, Wallet: paypay.Wallet, Wallets: []string{"d_barai", paypay.Wallet},
		Pay: func(a till.Attempt) error {
			return sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: string(a.ID)})
		},
		Decline: func(a till.Attempt) error {
			return sim.PayPayPay(paysim.PayPayOutcome{MerchantPaymentID: string(a.ID), Fail: "insufficient_funds"})
		},
		Taken: func(a till.Attempt) core.Money { return sim.Taken(a) }, Sim: sim,
		Hooked:     func() { sim.SetPayPayWebhook(sim.Hook) },
		Settlement: sim.PayPaySettlement,
	}
}

func TestPayPayHoldsToWhatTheDriverReliesOn(t *testing.T) {
	t.Parallel()
	tilltest.RunProvider(t, stage)
}
