// Package jpqrtest makes merchant-presented codes for tests and for the simulator, so that what jpqr reads
// can be written. It has its own TLV writer and its own table-free CRC, written apart from the reader's.
//
// It must never be used for a sticker that customers pay to: live static JPQR are issued, printed and
// shipped by the council, and the product registers them as they come. So it composes static codes for
// the fictional store 0000000000000 only, and the floor plan keeps it out of the product.
package jpqrtest

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"yakusho/internal/till/jpqr"
)

// Nobody is level 1 of the fictional store, the only one a static code is composed for.
const Nobody = "0000000000000"

// Store is the fictional office of the examples, in a static JPQR code.
func Store(name string) jpqr.Merchant {
	return jpqr.Merchant{
		IsJPQR: true, Method: jpqr.Static, StoreField: "26",
		Store: jpqr.StoreCode{Level1: Nobody, Level2: "0001", Level3: "000001", Level4: "000001"},
		MCC:   "9399", Currency: "392", Country: "JP", Name: "xxx", City: "xxx", PostCode: "1000001",
		LocalLang: "JA", LocalName: name,
	}
}

// Sale is m as a dynamic code for one sale. reference may be empty.
func Sale(m jpqr.Merchant, yen int64, reference string) jpqr.Merchant {
	m.Method, m.Yen, m.Amount = jpqr.Dynamic, yen, fmt.Sprint(yen)
	if reference != "" {
		m.Reference, m.Additional = reference, []jpqr.Field{{ID: "05", Value: reference}}
	}
	return m
}

// Compose writes m. Fields stand in the order of the council's examples; Yen and Reference are read from
// Amount and Additional. What jpqr.Parse would refuse is an error, and so is a static code of a store
// other than Nobody.
func Compose(m jpqr.Merchant) (string, error) {
	if m.IsJPQR && m.Method != jpqr.Dynamic && m.Store.Level1 != Nobody {
		return "", fmt.Errorf("compose: static code for store %s: live stickers come from the council", m.Store)
	}
	var b strings.Builder
	put := func(id, value string) {
		if value != "" {
			b.WriteString(TLV(id, value))
		}
	}
	put("00", "01")
	put("01", string(m.Method))
	if m.IsJPQR {
		put(m.StoreField, TLV("00", "jp.or.paymentsjapan")+TLV("01", m.Store.Level1)+TLV("02", m.Store.Level2)+
			TLV("03", m.Store.Level3)+TLV("04", m.Store.Level4))
	}
	for _, s := range m.Schemes {
		put(s.ID, s.Value)
	}
	put("52", m.MCC)
	put("53", m.Currency)
	put("54", m.Amount)
	put("58", m.Country)
	put("59", m.Name)
	put("60", m.City)
	put("61", m.PostCode)
	var more string
	for _, f := range m.Additional {
		more += TLV(f.ID, f.Value)
	}
	put("62", more)
	var local string
	for _, f := range []jpqr.Field{{ID: "00", Value: m.LocalLang}, {ID: "01", Value: m.LocalName}, {ID: "02", Value: m.LocalCity}} {
		if f.Value != "" {
			local += TLV(f.ID, f.Value)
		}
	}
	put("64", local)
	for _, f := range m.Other {
		put(f.ID, f.Value)
	}
	payload := Seal(b.String())
	if _, err := jpqr.Parse(payload); err != nil {
		return "", fmt.Errorf("compose: %w", err)
	}
	return payload, nil
}

// TLV writes one field; the length counts characters.
func TLV(id, value string) string {
	return fmt.Sprintf("%s%02d%s", id, utf8.RuneCountInString(value), value)
}

// Seal appends the checksum field.
func Seal(body string) string {
	body += "6304"
	return body + fmt.Sprintf("%04X", crc(body))
}

// crc is CRC-16/CCITT-FALSE without loop over bits: Greg Cook's byte-wise form.
func crc(s string) uint16 {
	c := uint16(0xFFFF)
	for _, b := range []byte(s) {
		x := byte(c>>8) ^ b
		x ^= x >> 4
		c = c<<8 ^ uint16(x)<<12 ^ uint16(x)<<5 ^ uint16(x)
	}
	return c
}
