package tillhttp

import (
	"strings"
	"testing"

	"yakusho/internal/till"
)

func TestARefundSaysWhoGivesTheMoneyBack(t *testing.T) {
	t.Parallel()
	for way, want := range map[till.Way]string{till.WayCash: "現金は窓口で", till.WaySticker: "口座振込で", till.WayShow: "決済事業者が返金", till.WayScan: "決済事業者が返金"} {
		if got := refundWords(till.Refund{State: till.RefundDone}, till.Payment{Way: way}); !strings.Contains(got, want) {
			t.Errorf("%s: %s", way, got)
		}
		asks := way == till.WayShow || way == till.WayScan
		if got := refundWords(till.Refund{State: till.RefundApproved}, till.Payment{Way: way}); strings.Contains(got, "決済事業者") != asks {
			t.Errorf("%s: %s", way, got)
		}
	}
}
