package auth

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The length of a password: characters, and bytes for the worst of them. Longer than any phrase a
// person types, short enough that hashing it costs nothing extra.
const (
	minPassword      = 10
	maxPassword      = 128
	maxPasswordBytes = 1024
)

// checkPassword is the policy: length, not a name, not among those guessed first. No rule demands
// digits or signs and nothing expires: both make people choose worse (NIST SP 800-63B-4 §3.1.1.2).
// The password is compared as the bytes that were typed, but for sixteen digits (readTemporary).
func checkPassword(password, login, name string) error {
	switch n := utf8.RuneCountInString(password); {
	case len(password) > maxPasswordBytes || n > maxPassword:
		return errPasswordLong
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return errPasswordMalformed
	case n < minPassword:
		return errPasswordShort
	}
	p := strings.ToLower(narrow(password))
	stem := letters(p)
	for _, known := range []string{login, name} {
		k := strings.ToLower(narrow(strings.Join(strings.Fields(known), "")))
		if k == "" {
			continue
		}
		if p == k || strings.Join(strings.Fields(p), "") == k || stem != "" && stem == letters(k) {
			return errPasswordName
		}
	}
	if common(p, stem) {
		return errPasswordCommon
	}
	return nil
}

// letters takes digits and signs off both ends: what people add to satisfy a rule.
func letters(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}

func common(p, stem string) bool {
	if pattern(p) {
		return true
	}
	// As words of the list also those in which letters were replaced in the usual way.
	plain := strings.NewReplacer("@", "a", "4", "a", "0", "o", "1", "i", "!", "i", "3", "e", "$", "s", "5", "s").Replace
	tries := []string{p, stem, plain(stem), letters(plain(p))}
	for w := range strings.FieldsSeq(commonPasswords) {
		for _, t := range tries {
			if t == w || t != "" && strings.Trim(t, "-_. ") == w {
				return true
			}
		}
	}
	return false
}

// pattern reports whether p is one short piece repeated, or a run along the alphabet, the digits or
// the keyboard.
func pattern(p string) bool {
	r := []rune(p)
	for n := 1; n <= 4 && n <= len(r)/2; n++ {
		repeated := true
		for i := n; i < len(r); i++ {
			if r[i] != r[i-n] {
				repeated = false
				break
			}
		}
		if repeated {
			return true
		}
	}
	for _, run := range []string{
		"01234567890123456789", "abcdefghijklmnopqrstuvwxyz",
		"qwertyuiop@[", "qwertyuiop[]", "qwertyuiopasdfghjklzxcvbnm",
	} {
		if strings.Contains(run, p) || strings.Contains(reversed(run), p) {
			return true
		}
	}
	return false
}

func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// commonPasswords are the words behind the passwords that are guessed first, from ten characters up or
// as what remains without digits and signs: from the well-known lists of leaked passwords, and of what
// a Japanese office comes up with.
const commonPasswords = `
password passw0rd passward pass pw pwd passwordpassword mypassword newpassword defaultpassword
changeme changethis letmein welcome welcomeback hello helloworld secret topsecret trustno iloveyou
admin administrator adminadmin root rootroot superuser supervisor sysadmin system user username guest
test tester testing testtest demo sample temp temporary login logon signin account computer internet
server windows microsoft office excel default master monkey dragon football baseball basketball soccer
superman batman pokemon princess sunshine shadow michael jennifer charlie starwars whatever computer
qwerty qwertyuiop qwertyqwerty qwer asdf asdfgh asdfghjkl zxcv zxcvbnm qazwsx qazwsxedc qazxsw
1qaz2wsx 1qaz2wsx3edc 1qaz2wsx3edc4rfv zaq12wsx zaq1xsw2 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 1q2w3e4r
1q2w3e4r5t 1q2w3e4r5t6y qwe123qwe123 qwerty123456 123qweasdzxc 1234qwerasdf a1b2c3d4e5 abc123abc123
abcd abcdef abcdefg aaa asdfasdf 123456789a 1234567890a 0987654321a 1234512345 1122334455 112233445566
147258369 1472583690 3692581470 789456123 7894561230 9876543210 1357924680 2468013579 3141592653
31415926535 2718281828 1029384756 0123456789 12344321 1234554321 123123123 1212121212
yakusho yakuba shiyakusho siyakusyo shiyakusyo kuyakusho yakusyo choyakuba sonyakuba kencho kentyo
chosha tyousya shicho sicho shichou choucho soumu soumuka somuka zaisei zaiseika kikaku kikakuka
shimin shiminka zeimu zeimuka kaikei kaikeika kensetsu kensetuka bousai bosai jouhou joho jouhouka
johoka jinji jinjika koho kouhou shokuin syokuin kyokuin koumuin koumin kacho katyou kakaricho
lgwan lgwanlgwan jumin juminhyo juki mynumber mainanba kokuho nenkin hoken hokenka fukushi fukushika
mihon mihonshi mihoncity kaigi kaigishitsu kaigisitu shokumu shiyou kyoutsuu kyotsu kyoutuu
pasuwado pasuwaado himitsu himitu ohayou ohayo konnichiwa konnitiha arigatou arigatougozaimasu
sakura sakurasaku sakurasakura nihon nippon nihonjin japan japanese tokyo toukyou osaka kyoto fujisan
reiwa heisei shouwa showa arashi doraemon pikachu anpanman totoro ghibli onepiece naruto hanako tarou
taro yamada yamadatarou yamadataro suzuki tanaka satou sato takahashi watanabe ito itou yamamoto
nakamura kobayashi kato katou aiueo aiueokakikukeko kakikukeko iroha irohanihoheto
パスワード ぱすわーど 市役所 しやくしょ 町役場 村役場 区役所 情報政策課 総務課 あいうえお あいうえおかきくけこ
`

// temporaryPassword is what an admin reads out over the telephone: four groups of four digits. Digits
// alone, as they have no case, no look-alikes and no width trouble; 53 bits behind the limits on
// guessing, and only until it is changed.
func temporaryPassword() string {
	n, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(16), nil))
	if err != nil { // crypto/rand does not fail
		panic(fmt.Errorf("random password: %w", err))
	}
	d := fmt.Sprintf("%016d", n)
	return d[:4] + "-" + d[4:8] + "-" + d[8:12] + "-" + d[12:]
}

// readTemporary returns a temporary password as temporaryPassword wrote it, whatever was typed between
// the groups and however wide; anything that is not sixteen digits comes back untouched.
func readTemporary(s string) string {
	if len(s) > 128 {
		return s
	}
	var d []rune
	for _, r := range narrow(s) {
		switch {
		case r >= '0' && r <= '9':
			d = append(d, r)
		case strings.ContainsRune(" -‐‑–—―−ー・.", r):
		default:
			return s
		}
	}
	if len(d) != 16 {
		return s
	}
	t := string(d)
	return t[:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:]
}
