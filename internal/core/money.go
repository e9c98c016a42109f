package core

import "strconv"

// Money is an amount of yen. There is nothing smaller, so it is an integer everywhere: in the books, on the
// wire and on paper. An amount taken away is negative.
type Money int64

// String returns the amount as people write it, without the unit: 1,234 or -300.
func (m Money) String() string {
	digits := strconv.FormatInt(int64(m), 10)
	sign := ""
	if m < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
