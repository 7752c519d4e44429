package form_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// oracle judges a form another way than the engine: it never walks forward with what it knows, but asks backwards, from
// the condition to the answer to whether that was asked, straight on the JSON; it reckons in whole numbers and
// knows what people type from a list.
type oracle struct {
	pages []object
	today string
	saved map[string]map[string][]string
	where map[string]place
}

type place struct{ page, part, question object }

func newOracle(t *testing.T, source []byte, today string) *oracle {
	t.Helper()
	var def struct {
		Pages []object `json:"pages"`
	}
	dec := json.NewDecoder(bytes.NewReader(source))
	dec.UseNumber()
	must(t, dec.Decode(&def))
	o := &oracle{def.Pages, today, map[string]map[string][]string{}, map[string]place{}}
	for _, p := range def.Pages {
		for _, item := range p["questions"].([]any) {
			q := item.(object)
			o.where[q["id"].(string)] = place{p, nil, q}
			if q["kind"] == "group" {
				for _, inner := range q["questions"].([]any) {
					o.where[inner.(object)["id"].(string)] = place{p, q, inner.(object)}
				}
			}
		}
	}
	return o
}

func (o *oracle) page(id string) object {
	return o.pages[slices.IndexFunc(o.pages, func(p object) bool { return p["id"] == id })]
}

// save says what becomes of a posted page, and what is kept of it.
func (o *oracle) save(id string, posted map[string][]string) (verdict string, wrong []string, keep map[string][]string) {
	if asked, _, _ := o.reach(); !slices.Contains(asked, id) {
		return "order", nil, nil
	}
	before := o.saved[id]
	o.saved[id] = posted
	keep, wrong = o.judge(id)
	if o.saved[id] = before; before == nil {
		delete(o.saved, id)
	}
	if len(wrong) > 0 {
		return "wrong", wrong, nil
	}
	return "taken", nil, keep
}

// reach returns the pages that are asked up to the first that does not stand, that one, and whether the form ended early.
func (o *oracle) reach() (asked []string, next string, ended bool) {
	for _, p := range o.pages {
		id := p["id"].(string)
		if !o.met(p["show"], 0) {
			continue
		}
		asked = append(asked, id)
		_, wrong := o.judge(id)
		if _, done := o.saved[id]; !done || len(wrong) > 0 {
			return asked, id, false
		}
		if end, ok := p["end"].(object); ok && o.met(end["when"], 0) {
			return asked, "", true
		}
	}
	return asked, "", false
}

// state returns where the form stands, with the answers that count.
func (o *oracle) state() (next string, ended bool, all map[string][]string) {
	asked, next, ended := o.reach()
	all = map[string][]string{}
	for _, id := range asked {
		keep, _ := o.judge(id)
		maps.Copy(all, keep)
	}
	for id, at := range o.where {
		if at.question["kind"] != "computed" || !slices.Contains(asked, at.page["id"].(string)) {
			continue
		}
		for rep, name := range o.names(id) {
			if v, ok := o.number(id, rep); ok {
				all[name] = []string{v.digits(o.decimals(at.question))}
			}
		}
	}
	return next, ended, all
}

// names returns the field of a question by its repeat; 0 is that of a question that does not repeat.
func (o *oracle) names(id string) map[int]string {
	at := o.where[id]
	if at.part == nil || at.part["repeat"] == nil {
		return map[int]string{0: id}
	}
	list := map[int]string{}
	for n := 1; n <= o.times(at); n++ {
		list[n] = fmt.Sprintf("%s.%d.%s", at.part["id"], n, id)
	}
	return list
}

func (o *oracle) posted(at place, name string) []string {
	return o.saved[at.page["id"].(string)][name]
}

// times is how many times a group is filled in.
func (o *oracle) times(at place) int {
	low, high := o.repeat(at.part)
	n, ok := low, true
	if v := o.posted(at, at.part["id"].(string)); len(v) > 0 && v[0] != "" {
		n, ok = map[string]int{"0": 0, "1": 1, "2": 2, "3": 3}[v[0]], v[0] != "x"
	}
	if !ok || n < low || n > high {
		return low
	}
	return n
}

func (o *oracle) repeat(part object) (low, high int) {
	r := part["repeat"].(object)
	return int(mustInt(r["min"])), int(mustInt(r["max"]))
}

func mustInt(v any) int64 {
	n, err := v.(json.Number).Int64()
	if err != nil {
		panic(err)
	}
	return n
}

// asked reports whether a question is asked in a repeat.
func (o *oracle) asked(id string, rep int) bool {
	at := o.where[id]
	return o.met(at.page["show"], 0) && (at.part == nil || o.met(at.part["show"], 0)) && o.met(at.question["show"], rep)
}

// judge returns what is kept of a page and which fields are wrong.
func (o *oracle) judge(page string) (keep map[string][]string, wrong []string) {
	keep, bad := map[string][]string{}, map[string]bool{}
	for id, at := range o.where {
		if at.page["id"] != page {
			continue
		}
		q := at.question
		if q["kind"] == "group" {
			if q["repeat"] != nil && o.met(q["show"], 0) {
				group := place{at.page, q, nil}
				keep[id] = []string{strconv.Itoa(o.times(group))}
				v := o.posted(at, id)
				bad[id] = len(v) > 0 && v[0] != "" && v[0] != keep[id][0]
			}
			continue
		}
		for rep, name := range o.names(id) {
			if q["kind"] == "computed" || !o.asked(id, rep) {
				continue
			}
			normal, ok := o.read(q, o.posted(at, name))
			if bad[name] = !ok || normal == nil && o.required(q["required"], rep); normal != nil && ok {
				keep[name] = normal
			}
		}
	}
	for name, is := range bad {
		if is {
			wrong = append(wrong, name)
		}
	}
	slices.Sort(wrong)
	return keep, wrong
}

func (o *oracle) required(v any, rep int) bool {
	if b, ok := v.(bool); ok || v == nil {
		return b
	}
	return o.met(v, rep)
}

// read says what an answer is, nil for none, and whether it is good.
func (o *oracle) read(q object, typed []string) ([]string, bool) {
	if q["kind"] == "choices" {
		return readChoices(q, typed)
	}
	if len(typed) == 0 || typed[0] == "" {
		return nil, true
	}
	s := typed[0]
	switch q["kind"] {
	case "text":
		s = strings.TrimSpace(s)
		return []string{s}, int64(len(s)) >= mustInt(q["min"]) && int64(len(s)) <= mustInt(q["max"])
	case "yesno":
		return []string{s}, s != "maybe"
	case "choice":
		return []string{s}, s != "z"
	case "date":
		return o.readDay(q, s)
	}
	v, ok := map[string]dec{
		"0": whole(0), "1": whole(1), "3": whole(3), "10": whole(10), "-3": whole(-3), "2,5": {big.NewInt(25), 1}, "1.234": whole(1234), "0,125": {big.NewInt(125), 3},
		"1,50": {big.NewInt(150), 2}, "100,25": {big.NewInt(10025), 2}, "1.234,56": {big.NewInt(123456), 2},
		// as they are kept
		"1234": whole(1234),
	}[s]
	if !ok {
		if v, ok = canonical(s); !ok {
			return nil, false
		}
	}
	n := o.decimals(q)
	low := whole(0)
	if q["min"] != nil {
		low = literal(q["min"])
	}
	return []string{v.digits(n)}, v.e <= n && v.cmp(low) >= 0 && (q["max"] == nil || v.cmp(literal(q["max"])) <= 0)
}

func readChoices(q object, typed []string) ([]string, bool) {
	if len(typed) == 0 {
		return nil, true
	}
	var kept []string
	for _, v := range []string{"a", "b", "c"} {
		if slices.Contains(typed, v) {
			kept = append(kept, v)
		}
	}
	n := int64(len(kept))
	return kept, !slices.Contains(typed, "z") && n >= mustInt(q["min"]) && n <= mustInt(q["max"])
}

// canonical reads a number as it is kept: digits, a point and digits.
func canonical(s string) (dec, bool) {
	front, rest, found := strings.Cut(s, ".")
	m, ok := new(big.Int).SetString(front+rest, 10)
	return dec{m, len(rest)}, ok && found
}

func (o *oracle) readDay(q object, s string) ([]string, bool) {
	day, ok := map[string]string{"3-12-2026": "2026-12-03", "31-01-2026": "2026-01-31", "29/02/2024": "2024-02-29"}[s]
	if !ok {
		day = s
	}
	bad := s == "30-02-2026" || q["min"] != nil && day < o.day(q["min"].(string)) || q["max"] != nil && day > o.day(q["max"].(string))
	return []string{day}, !bad
}

// day knows the calendar around the days on which the test fills in.
func (o *oracle) day(s string) string {
	switch s {
	case "today":
		return o.today
	case "today-1m":
		return map[string]string{"2026-12-03": "2026-11-03", "2024-02-29": "2024-01-29", "2026-01-31": "2025-12-31"}[o.today]
	case "today+1m":
		return map[string]string{"2026-12-03": "2027-01-03", "2024-02-29": "2024-03-29", "2026-01-31": "2026-02-28"}[o.today]
	}
	return s
}

func (o *oracle) decimals(q object) int {
	if q["kind"] == "amount" || q["format"] == "amount" {
		return 2
	}
	return int(mustInt(q["decimals"]))
}

// answer returns the good answer to a question, nil when there is none that counts.
func (o *oracle) answer(id string, rep int) []string {
	at := o.where[id]
	if !o.asked(id, rep) {
		return nil
	}
	normal, ok := o.read(at.question, o.posted(at, o.names(id)[rep]))
	if !ok {
		return nil
	}
	return normal
}

// inRepeat is the repeat of a question that is named from a repeat: 0 when it does not repeat itself.
func (o *oracle) inRepeat(id string, rep int) int {
	if at := o.where[id]; at.part == nil || at.part["repeat"] == nil {
		return 0
	}
	return rep
}

// met says whether a condition holds, seen from a repeat; there is none means yes.
func (o *oracle) met(v any, rep int) bool {
	c, ok := v.(object)
	if !ok {
		return true
	}
	for _, op := range []string{"all", "any"} {
		if parts, ok := c[op].([]any); ok {
			n := 0
			for _, p := range parts {
				if o.met(p, rep) {
					n++
				}
			}
			return n == len(parts) || op == "any" && n > 0
		}
	}
	if not, ok := c["not"]; ok {
		return !o.met(not, rep)
	}
	id := c["answer"].(string)
	rep = o.inRepeat(id, rep)
	switch o.where[id].question["kind"] {
	case "number", "amount", "computed":
		return o.compareNumber(c, id, rep)
	}
	a := o.answer(id, rep)
	if want, ok := c["answered"].(bool); ok {
		return want == (a != nil)
	}
	if a == nil {
		return false
	}
	for op, v := range c {
		switch op {
		case "is":
			return a[0] == o.day(v.(string))
		case "has":
			return slices.Contains(a, v.(string))
		case "before":
			return a[0] < o.day(v.(string))
		case "after":
			return a[0] > o.day(v.(string))
		}
	}
	return false
}

func (o *oracle) compareNumber(c object, id string, rep int) bool {
	v, ok := o.number(id, rep)
	for op, with := range c {
		if op == "answered" {
			return with.(bool) == ok
		}
		if op == "answer" || !ok {
			continue
		}
		sign := v.cmp(literal(with))
		return map[string]bool{"is": sign == 0, "less": sign < 0, "more": sign > 0, "atLeast": sign >= 0, "atMost": sign <= 0}[op]
	}
	return false
}

// number returns the number that a question has, in a repeat.
func (o *oracle) number(id string, rep int) (dec, bool) {
	at := o.where[id]
	if at.question["kind"] != "computed" {
		a := o.answer(id, rep)
		if a == nil {
			return dec{}, false
		}
		if v, ok := canonical(a[0]); ok {
			return v, true
		}
		m, ok := new(big.Int).SetString(a[0], 10)
		return dec{m, 0}, ok
	}
	if !o.asked(id, rep) {
		return dec{}, false
	}
	v, ok := o.calc(at.question["value"], rep)
	return v.round(o.decimals(at.question)), ok
}

func (o *oracle) calc(v any, rep int) (dec, bool) {
	r, ok := o.step(v, rep)
	return r, ok && r.abs().cmp(dec{big.NewInt(1_000_000_000_000_000), 0}) <= 0
}

func (o *oracle) step(v any, rep int) (dec, bool) {
	e, isObject := v.(object)
	if !isObject {
		return literal(v), true
	}
	if id, ok := e["answer"].(string); ok {
		return o.number(id, o.inRepeat(id, rep))
	}
	if id, ok := e["total"].(string); ok {
		return o.total(id)
	}
	if id, ok := e["count"].(string); ok {
		at := o.where[id]
		if !o.met(at.page["show"], 0) || !o.met(at.question["show"], 0) {
			return whole(0), true
		}
		return whole(int64(o.times(place{at.page, at.question, nil}))), true
	}
	if c, ok := e["if"]; ok {
		if o.met(c, rep) {
			return o.calc(e["then"], rep)
		}
		return o.calc(e["else"], rep)
	}
	for op, parts := range e {
		return o.several(op, parts.([]any), rep)
	}
	return dec{}, false
}

func (o *oracle) several(op string, parts []any, rep int) (dec, bool) {
	r, some := whole(0), false
	if op == "product" {
		r = whole(1)
	}
	for i, p := range parts {
		v, ok := o.calc(p, rep)
		if !ok && op == "product" {
			return dec{}, false
		}
		if !ok {
			continue
		}
		some = true
		switch {
		case op == "product":
			r = r.times(v)
		case op == "difference" && i == 1:
			r = r.plus(v.times(whole(-1)))
		default:
			r = r.plus(v)
		}
	}
	return r, some
}

func (o *oracle) total(id string) (dec, bool) {
	at := o.where[id]
	r, some := whole(0), false
	if !o.met(at.page["show"], 0) || !o.met(at.part["show"], 0) {
		return r, false
	}
	for rep := range o.names(id) {
		if v, ok := o.number(id, rep); ok {
			r, some = r.plus(v), true
		}
	}
	return r, some
}

// dec is a number m / 10^e.
type dec struct {
	m *big.Int
	e int
}

func whole(n int64) dec { return dec{big.NewInt(n), 0} }

// literal reads a number of a definition.
func literal(v any) dec {
	s := fmt.Sprint(v)
	front, rest, _ := strings.Cut(s, ".")
	m, ok := new(big.Int).SetString(front+rest, 10)
	if !ok {
		panic(s)
	}
	return dec{m, len(rest)}
}

func (d dec) at(e int) *big.Int {
	return new(big.Int).Mul(d.m, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(e-d.e)), nil))
}

func (d dec) cmp(o dec) int { e := max(d.e, o.e); return d.at(e).Cmp(o.at(e)) }

func (d dec) plus(o dec) dec {
	e := max(d.e, o.e)
	return dec{new(big.Int).Add(d.at(e), o.at(e)), e}
}

func (d dec) times(o dec) dec { return dec{new(big.Int).Mul(d.m, o.m), d.e + o.e} }

func (d dec) abs() dec { return dec{new(big.Int).Abs(d.m), d.e} }

// round rounds to n decimals, halves away from zero.
func (d dec) round(n int) dec {
	if d.m == nil || d.e <= n {
		return d
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.e-n)), nil)
	half := new(big.Int).Quo(unit, big.NewInt(2))
	m := new(big.Int).Add(new(big.Int).Abs(d.m), half)
	m.Quo(m, unit)
	if d.m.Sign() < 0 {
		m.Neg(m)
	}
	return dec{m, n}
}

// digits writes the number with n decimals.
func (d dec) digits(n int) string {
	m := d.round(n)
	digits := m.at(max(n, m.e)).String()
	minus := strings.HasPrefix(digits, "-")
	digits = strings.TrimPrefix(digits, "-")
	if n > 0 {
		digits = strings.Repeat("0", max(0, n+1-len(digits))) + digits
		digits = digits[:len(digits)-n] + "." + digits[len(digits)-n:]
	}
	if minus {
		digits = "-" + digits
	}
	return digits
}
