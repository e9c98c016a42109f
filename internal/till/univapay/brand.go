package univapay

// walletOf turns UnivaPay's name of a brand into ours. One we do not know keeps its name: no sale may be paid by it.
func walletOf(brand string) string {
	switch brand {
	case "pay_pay", "pay_pay_merchant":
		return "paypay"
	case "d_barai", "d_barai_mpm":
		return "d_barai"
	case "rakuten_pay", "rakuten_pay_merchant":
		return "rakuten_pay"
	}
	return word(brand) // au_pay, merpay, aeon_pay and line_pay are the same on both sides
}

// merchantBrand is the brand of a code that we show; empty where there is none.
func merchantBrand(wallet string) string {
	switch wallet {
	case "paypay":
		return "pay_pay_merchant"
	case "d_barai":
		return "d_barai_mpm"
	case "rakuten_pay":
		return "rakuten_pay_merchant"
	}
	return ""
}
