// Package passwords judges passwords: the rule of an organisation, the list of those that many people
// use, and the words of the organisation and the person (conflicts.md K1, NIST SP 800-63B).
package passwords

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"voordeur/internal/errs"
	"voordeur/internal/i18n"
)

// Mode is what a rule goes by.
type Mode string

// The modes. A rule without one is strict.
const (
	Strict Mode = "strict-manual" // the numbers of the rule, as the manuals of the offices have them
	Modern Mode = "modern"        // length alone
)

// Long is from how many characters on a password of the modern mode may be anything, and Most up to
// how many bytes a password is taken whole (ASVS 6.2.9).
const (
	Long = 15
	Most = 256
)

// The bounds of a rule: 8 characters is the floor (conflicts.md K1), and no rule may ask for what
// hardly anybody can make up.
const (
	Least        = 8
	maxMin       = 64
	maxOfAKind   = 8
	maxForbidden = 40
)

// Rule is what a password must have (N4, C8).
type Rule struct {
	Mode      Mode   `json:"mode,omitempty"`
	Min       int    `json:"min"`
	Upper     int    `json:"upper"`
	Digit     int    `json:"digit"`
	Special   int    `json:"special"`
	Forbidden string `json:"forbidden"`
	// Twice asks for a new password two times (C7, C58).
	Twice bool `json:"twice,omitempty"`
}

// Check adds what is wrong with a rule to f.
func (r Rule) Check(f *errs.Fields) {
	if r.Mode != "" && r.Mode != Strict && r.Mode != Modern {
		f.Add("mode", "field.choose")
	}
	for _, n := range []struct {
		name           string
		is, least, max int
	}{{"min", r.Min, Least, maxMin}, {"upper", r.Upper, 0, maxOfAKind}, {"digit", r.Digit, 0, maxOfAKind}, {"special", r.Special, 0, maxOfAKind}} {
		if n.is < n.least || n.is > n.max {
			f.Add(n.name, "settings.between", "min", n.least, "max", n.max)
		}
	}
	if utf8.RuneCountInString(r.Forbidden) > maxForbidden {
		f.Add("forbidden", "field.too_long", "max", maxForbidden)
	}
	// Without letters and digits no one could choose a password at all.
	if strings.ContainsFunc(r.Forbidden, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }) {
		f.Add("forbidden", "settings.password.no_letters")
	}
}

// Part is one thing that a password must be, and whether it is.
type Part struct {
	key   string // "" for one that is counted
	args  []any
	count string // of what there must be n
	n     int
	Met   bool
}

// Text says what the password must be.
func (p Part) Text(t *i18n.Texts) string {
	if p.key == "" {
		return t.N(p.count, p.n)
	}
	return t.T(p.key, p.args...)
}

// Verdict is every part of a rule with whether a password meets it.
type Verdict []Part

// Err is an Invalid error on field password when a part is not met. It knows the parts and not the
// password.
func (v Verdict) Err() error {
	for _, p := range v {
		if !p.Met {
			return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "password", Key: "password.broken"}}, Err: &Broken{v}}
		}
	}
	return nil
}

// Broken is the error of a password that does not meet its rule.
type Broken struct{ Parts Verdict }

// Error names no part: what is met says something of the password.
func (*Broken) Error() string { return "passwords: the rule is not met" }

// Judge holds a password to a rule. Words are those of the organisation and the person, which alone
// make no password.
func Judge(r Rule, password string, words ...string) Verdict {
	length := utf8.RuneCountInString(norm.NFC.String(password))
	var v Verdict
	left := leastOwn
	if r.Mode == Modern {
		v, left = Verdict{{key: "password.part.min", args: []any{"n", Long}, Met: length >= Long}}, leastOwnLong
	} else {
		v = r.counted(password, length)
	}
	if len(password) > Most {
		v = append(v, Part{key: "password.too_long", args: []any{"max", Most}})
	}
	return append(v,
		Part{key: "password.part.common", Met: !common(password)},
		Part{key: "password.part.own", Met: !own(password, words, left)})
}

// counted are the parts of a strict rule.
func (r Rule) counted(password string, length int) Verdict {
	var upper, digit, special int
	for _, c := range password {
		switch {
		case unicode.IsUpper(c):
			upper++
		case unicode.IsDigit(c):
			digit++
		case !unicode.IsLetter(c) && unicode.IsPrint(c) && !strings.ContainsRune(r.Forbidden, c):
			special++
		}
	}
	v := Verdict{{key: "password.part.min", args: []any{"n", r.Min}, Met: length >= r.Min}}
	for _, p := range []struct {
		count      string
		want, have int
	}{{"password.rule.upper", r.Upper, upper}, {"password.rule.digit", r.Digit, digit}, {"password.rule.special", r.Special, special}} {
		if p.want > 0 {
			v = append(v, Part{count: p.count, n: p.want, Met: p.have >= p.want})
		}
	}
	if r.Forbidden != "" {
		v = append(v, Part{key: "password.part.forbidden", args: []any{"chars", spaced(r.Forbidden)}, Met: !strings.ContainsAny(password, r.Forbidden)})
	}
	return v
}

// spaced puts spaces between characters, so that one reads them apart.
func spaced(chars string) string { return strings.Join(strings.Split(chars, ""), " ") }

// Text is a rule in words, made from the rule (N4, C8).
func Text(t *i18n.Texts, r Rule) string {
	if r.Mode == Modern {
		return t.T("password.rule.modern", "n", Long)
	}
	var parts []string
	for _, p := range []struct {
		n   int
		key string
	}{{r.Upper, "password.rule.upper"}, {r.Digit, "password.rule.digit"}, {r.Special, "password.rule.special"}} {
		if p.n > 0 {
			parts = append(parts, t.N(p.key, p.n))
		}
	}
	s := t.T("password.rule.min", "n", r.Min)
	if last := len(parts) - 1; last >= 0 {
		s += ", " + t.T("password.rule.of_which") + " "
		if last > 0 {
			s += strings.Join(parts[:last], ", ") + " " + t.T("password.rule.and") + " "
		}
		s += parts[last]
	}
	if such := examples(r.Forbidden); r.Special > 0 && such != "" {
		s += ". " + t.T("password.rule.such_as", "chars", such)
	}
	if r.Forbidden != "" {
		s += ". " + t.T("password.rule.forbidden", "chars", spaced(r.Forbidden))
	}
	return s
}

// examples are special characters that a rule allows.
func examples(forbidden string) string {
	return spaced(strings.Map(func(c rune) rune {
		if strings.ContainsRune(forbidden, c) {
			return -1
		}
		return c
	}, "!*#"))
}
