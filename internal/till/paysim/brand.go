package paysim

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// wallet is how a customer's code looks. The prefixes and lengths were observed by a third party in
// 2020 (https://ri25r.hatenablog.jp/entry/2020/02/26/221302) and are not from the providers; they
// serve the simulator only.
type wallet struct {
	brand  string // UnivaPay's name
	label  string
	prefix string
	digits int
	shown  bool // offered on the page
	over   bool // the service has ended: there is no gateway
}

var wallets = []wallet{
	{brand: "pay_pay", label: "PayPay", prefix: "9000818188", digits: 24, shown: true},
	{brand: "d_barai", label: "d払い", prefix: "90000002", digits: 22, shown: true},
	{brand: "au_pay", label: "au PAY", prefix: "31589921", digits: 19, shown: true},
	{brand: "rakuten_pay", label: "楽天ペイ", prefix: "900001", digits: 16, shown: true},
	{brand: "merpay", label: "メルペイ", prefix: "31589900", digits: 19, shown: true},
	// Not a real number: AEON Pay's is not public. Nines belong to nobody in the table above.
	{brand: "aeon_pay", label: "AEON Pay", prefix: "99990001", digits: 20, shown: true},
	{brand: "line_pay", label: "LINE Pay（終了）", prefix: "9000000000", digits: 19, shown: true, over: true},
	{brand: "origami", label: "Origami（終了）", prefix: "90000001", digits: 22, over: true},
}

// payPayShort is what UnivaPay's own PHP SDK uses in its tests.
const payPayShort = "9000818100000000000000"

// merchantBrands may be given for a code that the merchant shows.
var merchantBrands = map[string]string{
	"pay_pay_merchant": "PayPay", "d_barai_mpm": "d払い", "rakuten_pay_merchant": "楽天ペイ",
	"we_chat_mpm": "WeChat Pay", "alipay_merchant_qr": "Alipay",
}

var numeric = regexp.MustCompile(`^[0-9]{12,26}$`)

// walletOf returns the wallet a scanned code belongs to, nil when it cannot be told.
func walletOf(code string) *wallet {
	if code == payPayShort {
		return &wallets[0]
	}
	if strings.HasPrefix(code, "hQV") {
		return walletOfTLV(code)
	}
	if !numeric.MatchString(code) {
		return nil
	}
	for i, w := range wallets {
		if strings.HasPrefix(code, w.prefix) && len(code) == w.digits {
			return &wallets[i]
		}
	}
	return nil
}

// walletOfTLV looks for an application identifier in an EMV or JPQR code (Base64 of BER-TLV). Only
// メルペイ's is public (sample of kenmaz/JPQRReader).
func walletOfTLV(code string) *wallet {
	raw, err := base64.StdEncoding.DecodeString(code)
	if err != nil || !strings.Contains(string(raw), "\xA0\x00\x00\x00\x65\x03\x92\x02") {
		return nil
	}
	return walletNamed("merpay")
}

func walletNamed(brand string) *wallet {
	for i, w := range wallets {
		if w.brand == brand {
			return &wallets[i]
		}
	}
	return nil
}
