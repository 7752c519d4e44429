package form

import (
	"math/big"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"voordeur/internal/eid"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
)

// Answers are the fields of a page by name, as a browser posts them: "name", "address.city", "child.2.name". In
// their normal form a day is 2026-12-03, an amount 1234.56, a telephone number +31612345678.
type Answers map[string][]string

// First returns the first value of a field, "" for none.
func (a Answers) First(name string) string {
	if v := a[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Today is when and for whom answers are looked at.
type Today struct {
	Day  string // 2026-12-03, in the office's time zone
	Lang i18n.Lang
}

const (
	yes = "yes"
	no  = "no"
)

// reading is one answer that is being read.
type reading struct {
	q     *Question
	name  string // of its field
	today Today
	typed Answers
	kept  Answers // the normal form
	wrong errs.Fields
}

func (r *reading) bad(part, key string, args ...any) {
	name := r.name
	if part != "" {
		name += "." + part
	}
	r.wrong.Add(name, key, args...)
}

// read returns an answer in its normal form and what is wrong with it. What is left empty is no answer, and that
// is wrong only when one is required.
func (q *Question) read(typed Answers, name string, required bool, today Today) (Answers, errs.Fields) {
	r := &reading{q: q, name: name, today: today, typed: typed, kept: Answers{}}
	switch q.Kind {
	case Choices, File:
		r.several()
	case Period, Postcode, Address, Person:
		r.composed()
	default:
		if s := r.line(""); s != "" {
			r.single(s)
		}
	}
	if required && len(r.kept) == 0 && len(r.wrong) == 0 {
		first := ""
		if parts := q.Kind.Parts(); parts != nil {
			first = parts[0]
		}
		r.bad(first, q.missing())
	}
	return r.kept, r.wrong
}

// missing is what is told of an answer that is required and not there.
func (q *Question) missing() string {
	switch q.Kind {
	case YesNo, Choice, Choices, Country:
		return "field.choose"
	case Declaration:
		return "form.wrong.declaration"
	case File:
		return "form.wrong.file"
	}
	return "field.required"
}

// line returns what was typed into a field, without blanks around it; "" when it cannot be an answer, which is noted.
func (r *reading) line(part string) string {
	name := r.name
	if part != "" {
		name += "." + part
	}
	s := r.typed.First(name)
	most := maxShort
	if part == "" && r.q.Kind == LongText {
		most = r.q.most
		s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	} else {
		s = strings.Join(strings.Fields(s), " ")
	}
	switch {
	case utf8.RuneCountInString(s) > most:
		r.bad(part, "field.too_long", "max", most)
		return ""
	case !utf8.ValidString(s) || strings.IndexFunc(s, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }) >= 0:
		r.bad(part, "form.wrong.text")
		return ""
	}
	return s
}

// single reads an answer of one field.
func (r *reading) single(s string) {
	before := len(r.wrong)
	normal, ok := s, true
	switch r.q.Kind {
	case ShortText, LongText:
		r.text(s)
	case Number, Amount:
		normal = r.number(s)
	case Date:
		normal = r.day("", s)
	case YesNo:
		ok = s == yes || s == no
	case Declaration:
		ok = s == yes
	case Choice:
		ok = slices.ContainsFunc(r.q.Options, func(o Option) bool { return o.Value == s })
	case Country:
		ok = isCountry(s)
	default:
		normal, ok = registered(r.q.Kind, s)
	}
	if !ok {
		r.bad("", "form.wrong."+string(r.q.Kind))
	}
	if len(r.wrong) == before {
		r.kept[r.name] = []string{normal}
	}
}

// registered reads what somebody has given out: numbers of persons, companies, accounts and telephones.
func registered(k Kind, s string) (string, bool) {
	switch k {
	case Email:
		return s, isEmail(s)
	case Phone:
		return phone(s)
	case IBAN:
		return iban(s)
	}
	id, err := eid.Parse(map[Kind]eid.Kind{BSN: eid.BSN, RSIN: eid.RSIN, KvK: eid.KvK}[k], s)
	return id.Value, err == nil
}

func (r *reading) text(s string) {
	n := utf8.RuneCountInString(s)
	switch p := r.q.Pattern; {
	case n < r.q.least:
		r.bad("", "form.wrong.short", "min", r.q.least)
	case n > r.q.most:
		r.bad("", "field.too_long", "max", r.q.most)
	case p != nil && !p.Regexp.MatchString(s):
		r.bad("", "form.wrong.pattern", "words", p.Words.In(r.today.Lang))
	}
}

var (
	thousands = regexp.MustCompile(`^-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]*)?$`)
	english   = regexp.MustCompile(`^-?[0-9]{1,3}(,[0-9]{3})+\.[0-9]*$`)
	plain     = regexp.MustCompile(`^-?[0-9]{1,15}(?:\.([0-9]*))?$`)
	currency  = strings.NewReplacer("€", "", " ", "", "\u00a0", "", ",-", "")
)

// number reads 1.234,56 as the Dutch write it, 1,234.56 as the English do, and 1234.56. What could be both, as
// 1,234, counts as the Dutch write it.
func (r *reading) number(s string) string {
	s = strings.Replace(currency.Replace(s), "−", "-", 1)
	switch {
	case thousands.MatchString(s):
		s = strings.ReplaceAll(s, ".", "")
	case english.MatchString(s):
		s = strings.ReplaceAll(s, ",", "")
	}
	s = strings.Replace(s, ",", ".", 1)
	m := plain.FindStringSubmatch(s)
	if m == nil {
		r.bad("", "form.wrong."+string(r.q.Kind))
		return ""
	}
	n, _ := new(big.Rat).SetString(strings.TrimSuffix(s, "."))
	switch q := r.q; {
	case len(m[1]) > q.Decimals:
		r.bad("", "form.wrong.decimals", "max", q.Decimals)
	case n.Cmp(q.min) < 0:
		r.bad("", "form.wrong.low", "min", q.figure(q.min, r.today.Lang))
	case q.max != nil && n.Cmp(q.max) > 0:
		r.bad("", "form.wrong.high", "max", q.figure(q.max, r.today.Lang))
	}
	return n.FloatString(r.q.Decimals)
}

func (r *reading) day(part, s string) string {
	day, ok := readDay(s)
	switch q := r.q; {
	case !ok:
		r.bad(part, "form.wrong.date")
	case q.first != nil && day < q.first.on(r.today.Day):
		r.bad(part, "form.wrong.early", "date", dayWords(q.first.on(r.today.Day)))
	case q.last != nil && day > q.last.on(r.today.Day):
		r.bad(part, "form.wrong.late", "date", dayWords(q.last.on(r.today.Day)))
	}
	return day
}

// several reads what can have more than one value: choices in the order of the options, files in that of the client.
func (r *reading) several() {
	var chosen []string
	for _, v := range r.typed[r.name][:min(len(r.typed[r.name]), maxOptions+1)] {
		if v = strings.TrimSpace(v); v != "" && !slices.Contains(chosen, v) {
			chosen = append(chosen, v)
		}
	}
	if len(chosen) == 0 {
		return
	}
	if r.q.Kind == Choices {
		var known []string
		for _, o := range r.q.Options {
			if slices.Contains(chosen, o.Value) {
				known = append(known, o.Value)
			}
		}
		if len(known) != len(chosen) {
			r.bad("", "form.wrong.choice")
			return
		}
		chosen = known
	} else if slices.ContainsFunc(chosen, func(id string) bool { return !fileID.MatchString(id) }) {
		r.bad("", "form.wrong.file")
		return
	}
	switch n := len(chosen); {
	case n < r.q.least:
		r.bad("", "form.wrong.few", "min", r.q.least)
	case n > r.q.most:
		r.bad("", "form.wrong.many", "max", r.q.most)
	default:
		r.kept[r.name] = chosen
	}
}

// fileID is what a file may be called; whoever uses the engine knows whose it is.
var fileID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// composed reads an answer of several fields: all of them empty is no answer.
func (r *reading) composed() {
	in := map[string]string{}
	some := false
	for _, part := range r.q.Kind.Parts() {
		in[part] = r.line(part)
		some = some || in[part] != "" && part != "country"
	}
	if !some || len(r.wrong) > 0 {
		return
	}
	switch r.q.Kind {
	case Period:
		r.period(in)
	case Person:
		r.needs(in, "first", "last")
	case Postcode:
		r.needs(in, "postcode", "number")
		r.dutchAddress(in)
	case Address:
		r.address(in)
	}
	if len(r.wrong) > 0 {
		return
	}
	for part, v := range in {
		if v != "" {
			r.kept[r.name+"."+part] = []string{v}
		}
	}
}

func (r *reading) needs(in map[string]string, parts ...string) {
	for _, part := range parts {
		if in[part] == "" {
			r.bad(part, "field.required")
		}
	}
}

func (r *reading) period(in map[string]string) {
	r.needs(in, "from", "to")
	for _, part := range []string{"from", "to"} {
		if in[part] != "" {
			in[part] = r.day(part, in[part])
		}
	}
	if len(r.wrong) == 0 && in["to"] < in["from"] {
		r.bad("to", "form.wrong.period")
	}
}

func (r *reading) address(in map[string]string) {
	if in["country"] == "" {
		in["country"] = home
	}
	if !isCountry(in["country"]) {
		r.bad("country", "form.wrong.country")
	}
	if in["country"] == home {
		r.needs(in, "street", "number", "postcode", "city")
		r.dutchAddress(in)
		return
	}
	r.needs(in, "street", "city")
}

var (
	postcode    = regexp.MustCompile(`^([1-9][0-9]{3}) ?([A-Za-z]{2})$`)
	houseNumber = regexp.MustCompile(`^[1-9][0-9]{0,4}$`)
)

func (r *reading) dutchAddress(in map[string]string) {
	if in["postcode"] != "" {
		m := postcode.FindStringSubmatch(in["postcode"])
		if m == nil {
			r.bad("postcode", "form.wrong.postcode")
		} else {
			in["postcode"] = m[1] + " " + strings.ToUpper(m[2])
		}
	}
	if in["number"] != "" && !houseNumber.MatchString(in["number"]) {
		r.bad("number", "form.wrong.house_number")
	}
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 {
		return false
	}
	_, host, _ := strings.Cut(s[strings.LastIndexByte(s, '@'):], "@")
	return strings.Contains(strings.Trim(host, "."), ".")
}

var (
	separators = strings.NewReplacer(" ", "", "\u00a0", "", "-", "", "\u2010", "", "\u2011", "", "\u2013", "", ".", "", "/", "", "(0)", "", "(", "", ")", "")
	e164       = regexp.MustCompile(`^\+[1-9][0-9]{7,14}$`)
	dutchPhone = regexp.MustCompile(`^\+31[1-9][0-9]{8}$`)
)

// phone reads a telephone number: a Dutch one as 06 12345678 or 020 1234567, any other with + or 00 and its country.
func phone(s string) (string, bool) {
	s = separators.Replace(s)
	if rest, ok := strings.CutPrefix(s, "00"); ok {
		s = "+" + rest
	} else if rest, ok := strings.CutPrefix(s, "0"); ok {
		s = "+31" + rest
	}
	return s, e164.MatchString(s) && (!strings.HasPrefix(s, "+31") || dutchPhone.MatchString(s))
}

// ibanLengths are the lengths in the countries of the euro payments area; elsewhere an account has 15 to 34 characters.
var ibanLengths = map[string]int{
	"AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21,
	"HU": 28, "IE": 22, "IT": 27, "LT": 20, "LU": 20, "LV": 21, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24,
}

var ibanShape = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`)

// iban reads an account number and checks it: what is left when it is divided by 97 must be 1.
func iban(s string) (string, bool) {
	s = strings.ToUpper(strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), ".", ""))
	if n, known := ibanLengths[s[:min(2, len(s))]]; !ibanShape.MatchString(s) || known && len(s) != n {
		return s, false
	}
	rest := 0
	for _, c := range s[4:] + s[:4] {
		v, err := strconv.ParseInt(string(c), 36, 64)
		if err != nil {
			return s, false
		}
		if v > 9 {
			rest *= 10
		}
		rest = (rest*10 + int(v)) % 97
	}
	return s, rest == 1
}
