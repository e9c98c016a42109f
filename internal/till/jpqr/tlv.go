package jpqr

import (
	"fmt"
	"strconv"
	"unicode"
)

// Field is one EMV data object: two digits and its value.
type Field struct {
	ID    string
	Value string
}

// node is a Field with its place: at is the character of its ID, from 1, in the whole payload.
type node struct {
	id    string
	value []rune
	at    int
}

func (n node) text() string { return string(n.value) }

// valueAt is the character at which the value begins.
func (n node) valueAt() int { return n.at + 4 }

// split cuts one level of TLV. LEN counts characters, not bytes (EMVCo), and is 01–99. Duplicates are
// refused: two readers may disagree which one counts.
func split(chars []rune, at int, parent string) ([]node, *Problem) {
	var nodes []node
	seen := map[string]bool{}
	for i := 0; i < len(chars); {
		if len(chars)-i < 4 {
			return nil, fault(Malformed, parent, at+i, "ID and length, 4 digits",
				fmt.Sprintf("%d characters left", len(chars)-i), "の終わりに余分な文字があるか、途中で切れています")
		}
		for j := range 4 {
			if c := chars[i+j]; c < '0' || c > '9' {
				return nil, fault(Malformed, parent, at+i+j, "a digit of ID or length",
					quote(string(c)), "に、数字でない文字があります")
			}
		}
		id := string(chars[i : i+2])
		path := join(parent, id)
		length, _ := strconv.Atoi(string(chars[i+2 : i+4])) // four digits, checked above
		if length == 0 {
			return nil, fault(Malformed, path, at+i, "a length of 01 to 99", "00", "の長さが0です")
		}
		if rest := len(chars) - i - 4; length > rest {
			return nil, fault(Malformed, path, at+i, fmt.Sprintf("%d characters", length),
				fmt.Sprintf("%d left", rest), "の途中で切れています")
		}
		if seen[id] {
			return nil, fault(Duplicate, path, at+i, "each field once", "it again", "が二度あります")
		}
		seen[id] = true
		n := node{id: id, value: chars[i+4 : i+4+length], at: at + i}
		for j, c := range n.value {
			if unicode.IsControl(c) {
				return nil, fault(Malformed, path, n.valueAt()+j, "no control character",
					quote(string(c)), "に、使えない文字（制御文字）があります")
			}
		}
		nodes = append(nodes, n)
		i += 4 + length
	}
	return nodes, nil
}

func join(parent, id string) string {
	if parent == "" {
		return id
	}
	return parent + "." + id
}

func find(nodes []node, id string) (node, bool) {
	for _, n := range nodes {
		if n.id == id {
			return n, true
		}
	}
	return node{}, false
}

func isAccount(id string) bool { return id >= "02" && id <= "51" && len(id) == 2 }
func isTemplate(id string) bool {
	return id >= "26" && id <= "51" || id == "62" || id == "64" || id >= "80"
}

// crc16 is CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, nothing reflected (ISO/IEC 13239 as
// EMVCo uses it). It runs over the UTF-8 bytes.
func crc16(s string) uint16 {
	crc := uint16(0xFFFF)
	for i := range len(s) {
		crc ^= uint16(s[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
