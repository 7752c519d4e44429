// Package sms sends short text messages to mobile telephones by way of a provider, or has it call and speak
// them, and understands what the provider reports of them (ADR 15). It keeps no queue: a job calls Send.
package sms

import (
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"voordeur/internal/errs"
)

// Number is a mobile number, or that of a landline that can only be called. It is written nowhere by accident:
// every way of printing it masks it.
type Number struct{ e164 string }

// maxTyped is how many characters of a number are looked at: the longest has 15 digits.
const maxTyped = 40

// Parse reads a number as people write it: a Dutch one as 06 12345678, any other with + or 00 and its
// country. It must be a mobile number of an allowed country. The error is Invalid and about the field
// "phone".
func Parse(typed string, allow []string) (Number, error) { return parse(typed, allow, false) }

// ParseCalled is Parse for a number that may be called as well: a Dutch landline is good too.
func ParseCalled(typed string, allow []string) (Number, error) { return parse(typed, allow, true) }

func parse(typed string, allow []string, called bool) (Number, error) {
	s := strings.TrimSpace(typed)
	switch {
	case s == "":
		return Number{}, invalid("phone.missing")
	case len(s) > maxTyped:
		return Number{}, invalid("phone.invalid")
	}
	digits, ok := international(s)
	if !ok {
		return Number{}, invalid("phone.invalid")
	}
	c, national, known := countryOf(digits)
	switch {
	case !known && len(digits) >= 8 && len(digits) <= 15:
		return Number{}, invalid("phone.country")
	case !known:
		return Number{}, invalid("phone.invalid")
	}
	switch good := c.mobile.MatchString(national) || called && c.called(national); {
	case !good && c.landline(national):
		return Number{}, invalid("phone.not_mobile")
	case !good:
		return Number{}, invalid("phone.invalid")
	case !slices.Contains(allow, c.iso):
		return Number{}, invalid("phone.country")
	}
	return Number{"+" + c.code + national}, nil
}

func invalid(key string) error { return errs.Fields{{Name: "phone", Key: key}}.Err() }

// separators are what people put between the digits of a number.
var separators = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "-", "", "\u2010", "", "\u2011", "", "\u2013", "", ".", "", "/", "", "(", "", ")", "")

// international returns the digits of a number from its country on.
func international(typed string) (string, bool) {
	s := separators.Replace(typed)
	switch {
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	case strings.HasPrefix(s, "00"):
		s = s[2:]
	case strings.HasPrefix(s, "0"):
		s = "31" + s[1:]
	case strings.HasPrefix(s, "31") && len(s) > 10: // +31 without its plus
	default:
		return "", false
	}
	return s, s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// Stored returns a number that Parse or ParseCalled returned earlier, from its E.164 form.
func Stored(e164 string) (Number, error) {
	if c, national, ok := countryOf(strings.TrimPrefix(e164, "+")); !ok || e164 != "+"+c.code+national || !c.mobile.MatchString(national) && !c.called(national) {
		return Number{}, fmt.Errorf("sms: what is kept is no number")
	}
	return Number{e164}, nil
}

// E164 returns the number itself, as +31612345678, to be sealed or dialled.
func (n Number) E164() string { return n.e164 }

// Country returns the country of the number, as NL, "" for no number.
func (n Number) Country() string {
	c, _, _ := countryOf(strings.TrimPrefix(n.e164, "+"))
	return c.iso
}

// Landline reports whether the number takes no text messages, and can only be called.
func (n Number) Landline() bool {
	c, national, _ := countryOf(strings.TrimPrefix(n.e164, "+"))
	return c.called(national)
}

// Masked returns enough of the number for its owner to know it by: 06 •• •• •• 78, or 0•• ••• •• 60 for a landline.
func (n Number) Masked() string {
	if n.e164 == "" {
		return ""
	}
	c, _, _ := countryOf(strings.TrimPrefix(n.e164, "+"))
	front := "+" + c.code + " •• •• ••"
	switch {
	case n.Landline():
		front = "0•• ••• ••"
	case c.iso == "NL":
		front = "06 •• •• ••"
	}
	return front + " " + n.e164[len(n.e164)-2:]
}

// String masks the number.
func (n Number) String() string { return n.Masked() }

// LogValue masks the number.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.Masked()) }

// Format masks the number, whatever the verb.
func (n Number) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(n.Masked())) }

// MarshalText masks the number: what must keep it seals E164.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.Masked()), nil }

// country is where a number can be of.
type country struct {
	iso, code string
	mobile    *regexp.Regexp // of what follows the code
}

// countries are those that can be allowed: the European Economic Area's larger ones, with the United
// Kingdom and Switzerland. Their ranges for mobile telephones are those of the national plans that ITU-T
// E.164 lists; what is neither geographic nor somebody's own telephone (pagers, machines, numbers that
// follow a person) is none. A country that is not here is not sent to, whatever it costs there.
var countries = []country{
	land("NL", "31", `6[1-58]\d{7}`), land("BE", "32", `4[5-9]\d{7}`), land("DE", "49", `1(5\d{9}|6[023]\d{7,8}|7\d{8,9})`),
	land("FR", "33", `[67]\d{8}`), land("LU", "352", `6[256789]1\d{6}`), land("GB", "44", `7[1-57-9]\d{8}`),
	land("AT", "43", `6([5-9]\d{6,11})`), land("CH", "41", `7[5-9]\d{7}`), land("CZ", "420", `(60[1-8]|7[02379]\d)\d{6}`), land("DK", "45", `[2-9]\d{7}`),
	land("ES", "34", `(6\d|7[1-9])\d{7}`), land("FI", "358", `(4\d|50)\d{5,9}`), land("IE", "353", `8[35-9]\d{7}`), land("IT", "39", `3\d{8,9}`),
	land("NO", "47", `[49]\d{7}`), land("PL", "48", `(45|5[0137]|6[069]|7[2389]|88)\d{7}`), land("PT", "351", `9[1236]\d{7}`), land("SE", "46", `7[02369]\d{7}`),
}

// islands have the code of the United Kingdom and prices of their own: they are no country here.
var islands = regexp.MustCompile(`^7(509|524|624|700|781|797|829|839|911|924|937)`)

func land(iso, code, mobile string) country {
	return country{iso, code, regexp.MustCompile(`^` + mobile + `$`)}
}

// landline reports whether a number is somebody's telephone at home, which people often have in mind.
func (c country) landline(national string) bool {
	return c.iso == "NL" && len(national) == 9 && national[0] != '0' && national[0] != '6'
}

// dutchLandline are the numbers of places, and those of internet telephony and companies. What costs more (0800,
// 0900, 084, 087) is none.
var dutchLandline = regexp.MustCompile(`^([1-57]\d{8}|8[58]\d{7})$`)

// called reports whether a number is that of a landline that we call: in the Netherlands alone, whose numbers we know.
func (c country) called(national string) bool {
	return c.iso == "NL" && dutchLandline.MatchString(national)
}

// Countries returns the countries that can be allowed.
func Countries() []string {
	list := make([]string, len(countries))
	for i, c := range countries {
		list[i] = c.iso
	}
	return list
}

// countryOf returns the country of a number, and the digits after its code. Between the brackets of
// +31 (0)6 stands what is dialled within the country, and is no part of the number.
func countryOf(digits string) (country, string, bool) {
	for _, c := range countries {
		national, ok := strings.CutPrefix(digits, c.code)
		if !ok {
			continue
		}
		if !c.mobile.MatchString(national) {
			national, _ = strings.CutPrefix(national, "0")
		}
		return c, national, c.iso != "GB" || !islands.MatchString(national)
	}
	return country{}, "", false
}
