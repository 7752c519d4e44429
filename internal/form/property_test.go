package form_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/i18n"
)

// maker makes random definitions as JSON values. What is wrong with one it knows beforehand.
type maker struct {
	*rand.Rand
	n       int
	earlier []made
	groups  []string // that repeat
	within  string   // the group that repeats and is being made
	broken  bool
}

type made struct{ id, kind, group string }

type object = map[string]any

func (m *maker) chance(percent int) bool { return m.IntN(100) < percent }

func pick[T any](m *maker, list ...T) T { return list[m.IntN(len(list))] }

func (m *maker) id(prefix string) string { m.n++; return fmt.Sprintf("%s%d", prefix, m.n) }

func text(s string) object { return object{"nl": s, "en": s} }

func (m *maker) definition() object {
	var pages []any
	for range 1 + m.IntN(4) {
		pages = append(pages, m.page())
	}
	return object{"format": 1, "id": "f", "title": text("F"), "pages": pages}
}

func (m *maker) page() object {
	p := object{"id": m.id("p"), "title": text("P")}
	m.show(p, 40)
	var items []any
	for range 1 + m.IntN(4) {
		if m.chance(25) {
			items = append(items, m.group())
		} else {
			items = append(items, m.question())
		}
	}
	p["questions"] = items
	if c := m.cond(2); c != nil && m.chance(25) {
		p["end"] = object{"when": c, "text": text("over")}
	}
	return p
}

func (m *maker) show(o object, percent int) {
	if c := m.cond(2); c != nil && m.chance(percent) {
		o["show"] = c
	}
}

func (m *maker) group() object {
	g := object{"id": m.id("g"), "kind": "group", "label": text("G")}
	m.show(g, 40)
	if m.chance(60) {
		m.within = g["id"].(string)
		g["repeat"] = object{"min": m.IntN(2), "max": 1 + m.IntN(3), "label": text("R")}
	}
	var list []any
	for range 1 + m.IntN(3) {
		list = append(list, m.question())
	}
	g["questions"] = list
	if m.within != "" {
		m.groups = append(m.groups, m.within)
	}
	m.within = ""
	return g
}

func (m *maker) question() object {
	kind := pick(m, "text", "number", "number", "amount", "amount", "date", "yesno", "yesno", "choice", "choices", "computed")
	q := object{"id": m.id("q"), "kind": kind, "label": text("Q")}
	if m.chance(1) && len(m.earlier) > 0 {
		q["id"], m.broken = m.earlier[0].id, true // twice
	}
	m.show(q, 35)
	if kind != "computed" {
		switch c := m.cond(1); {
		case m.chance(40):
			q["required"] = m.chance(80)
		case c != nil && m.chance(40):
			q["required"] = c
		}
	}
	switch kind {
	case "text":
		q["min"], q["max"] = m.IntN(3), 3+m.IntN(3)
	case "number":
		q["decimals"] = pick(m, 0, 0, 1, 2, 4)
		m.bounds(q)
	case "amount":
		m.bounds(q)
	case "date":
		if m.chance(40) {
			q["min"] = pick(m, "today", "today-1m", "2026-01-31")
		}
		if m.chance(40) {
			q["max"] = pick(m, "today", "today+1m", "2027-01-03")
		}
	case "choice", "choices":
		q["options"] = []any{object{"value": "a", "label": text("A")}, object{"value": "b", "label": text("B")}, object{"value": "c", "label": text("C")}}
		if kind == "choices" {
			q["min"], q["max"] = m.IntN(3), 2+m.IntN(2)
		}
	case "computed":
		q["value"] = m.expr(3)
		if q["format"] = "number"; m.chance(50) {
			q["format"] = "amount"
		} else {
			q["decimals"] = pick(m, 0, 1, 2, 4)
		}
	}
	m.earlier = append(m.earlier, made{q["id"].(string), kind, m.within})
	return q
}

func (m *maker) bounds(q object) {
	if m.chance(40) {
		q["min"] = pick[any](m, -4, "-2.5", 1)
	}
	if m.chance(40) {
		q["max"] = pick[any](m, 10, "100.5", 1234)
	}
}

// usable returns a question that a condition may name here.
func (m *maker) usable(numeric bool) (made, bool) {
	if m.chance(1) && m.chance(50) {
		m.broken = true
		return made{id: pick(m, "unknown", fmt.Sprintf("q%d", m.n+1), fmt.Sprintf("q%d", m.n)), kind: "number"}, true // later, or the one that is being made
	}
	var list []made
	for _, q := range m.earlier {
		number := q.kind == "number" || q.kind == "amount" || q.kind == "computed"
		if (q.group == "" || q.group == m.within) && (number || !numeric) {
			list = append(list, q)
		}
	}
	if len(list) == 0 {
		return made{}, false
	}
	return pick(m, list...), true
}

// cond returns a condition, nil when nothing can be named.
func (m *maker) cond(depth int) any {
	if depth > 0 && m.chance(40) {
		var parts []any
		for range 1 + m.IntN(2) {
			if c := m.cond(depth - 1); c != nil {
				parts = append(parts, c)
			}
		}
		if parts == nil {
			return nil
		}
		return pick[any](m, object{"all": parts}, object{"any": parts}, object{"not": parts[0]})
	}
	broken := m.broken
	q, ok := m.usable(false)
	if !ok {
		return nil
	}
	if m.broken && !broken { // a condition that is thrown away breaks nothing, so this one is kept by all
		m.broken = broken
		return nil
	}
	c := object{"answer": q.id}
	if m.chance(20) {
		c["answered"] = m.chance(50)
		return c
	}
	switch q.kind {
	case "text":
		c["is"] = pick(m, "ab", "abc")
	case "yesno":
		c["is"] = pick(m, "yes", "no")
	case "choice":
		c["is"] = pick(m, "a", "b")
	case "choices":
		c["has"] = pick(m, "a", "b")
	case "date":
		c[pick(m, "is", "before", "after")] = pick(m, "today", "today-1m", "today+1m", "2026-12-03")
	default:
		c[pick(m, "is", "less", "more", "atLeast", "atMost")] = pick[any](m, 0, 1, "2.5", 10, 1234)
	}
	return c
}

func (m *maker) expr(depth int) any {
	switch n := m.IntN(8); {
	case depth == 0 || n == 0:
		return pick[any](m, 0, 1, -3, json.Number("2.125"), 100000000000)
	case n < 3:
		if q, ok := m.usable(true); ok {
			return object{"answer": q.id}
		}
	case n == 3:
		if e := m.gathered(); e != nil {
			return e
		}
	case n == 4:
		return object{"difference": []any{m.expr(depth - 1), m.expr(depth - 1)}}
	case n == 5:
		if c := m.cond(1); c != nil {
			return object{"if": c, "then": m.expr(depth - 1), "else": m.expr(depth - 1)}
		}
	}
	return object{pick(m, "sum", "product"): []any{m.expr(depth - 1), m.expr(depth - 1)}}
}

// gathered counts or adds the repeats of an earlier group.
func (m *maker) gathered() any {
	for _, q := range m.earlier {
		if q.group != "" && q.group != m.within && (q.kind == "number" || q.kind == "amount" || q.kind == "computed") && m.chance(50) {
			return object{"total": q.id}
		}
	}
	if len(m.groups) > 0 {
		return object{"count": pick(m, m.groups...)}
	}
	return nil
}

// typings are what people type, by kind.
var typings = map[string][]string{
	"text":   {"", "ab", " abc ", "abcdef", "a"},
	"number": {"", "0", "1", "3", "10", "2,5", "1.234", "-3", "x", "0,125"},
	"amount": {"", "0", "1,50", "10", "100,25", "1.234,56", "-3", "veel"},
	"date":   {"", "2026-12-03", "3-12-2026", "31-01-2026", "30-02-2026", "2027-01-03", "29/02/2024"},
	"yesno":  {"", "yes", "no", "yes", "no", "maybe"},
	"choice": {"", "a", "b", "c", "z"},
}

func (m *maker) typed(q object) []string {
	kind := q["kind"].(string)
	if kind == "choices" {
		return pick(m, nil, []string{"a"}, []string{"b", "a"}, []string{"a", "b", "c"}, []string{"c", "c"}, []string{"a", "z"})
	}
	if list := typings[kind]; list != nil {
		return []string{pick(m, list...)}
	}
	return []string{"computed elsewhere"}
}

// post fills in a page at random, also what is not asked.
func (m *maker) post(page object) form.Answers {
	a := form.Answers{}
	for _, item := range page["questions"].([]any) {
		q := item.(object)
		repeat, isGroup := q["repeat"], q["kind"] == "group"
		switch {
		case !isGroup:
			a[q["id"].(string)] = m.typed(q)
		case repeat == nil:
			for _, inner := range q["questions"].([]any) {
				a[inner.(object)["id"].(string)] = m.typed(inner.(object))
			}
		default:
			if m.chance(80) {
				a[q["id"].(string)] = []string{pick(m, "1", "2", "2", "3", "0", "x")}
			}
			for n := range 3 {
				for _, inner := range q["questions"].([]any) {
					a[fmt.Sprintf("%s.%d.%s", q["id"], n+1, inner.(object)["id"])] = m.typed(inner.(object))
				}
			}
		}
	}
	return a
}

// Ten thousand definitions, good and bad, with pages posted in and out of order: the engine takes what the
// evaluator of oracle_test.go takes and keeps what it keeps, after every step; and whoever comes back stands where he would
// have stood had he filled in all at once.
func TestN37_N38_TheEngineTakesWhatAnIndependentEvaluatorTakes(t *testing.T) {
	t.Parallel()
	s := schema(t)
	count := map[string]int{}
	for seed := range uint64(10_000) {
		m := &maker{Rand: rand.New(rand.NewPCG(seed, 5))}
		source, err := json.Marshal(m.definition())
		must(t, err)
		d, err := form.Parse(source)
		if (err != nil) != m.broken {
			t.Fatalf("seed %d: broken is %v, and Parse says %v\n%s", seed, m.broken, words(err), source)
		}
		if m.broken {
			count["refused"]++
			continue
		}
		if seed%20 == 0 {
			must(t, fits(s, source))
		}
		if !walk(t, m, d, source, count) {
			t.Fatalf("seed %d: %s", seed, source)
		}
	}
	for _, what := range []string{"refused", "taken", "wrong", "order", "complete", "ended", "computed"} {
		if count[what] < 100 {
			t.Errorf("only %d times %s: %v", count[what], what, count)
		}
	}
}

func words(err error) string {
	r, ok := errors.AsType[form.Refused](err)
	if !ok {
		return fmt.Sprint(err)
	}
	var list []string
	for _, p := range r {
		list = append(list, p.Words(i18n.For(i18n.EN, nil)))
	}
	return strings.Join(list, "\n")
}

// walk posts pages and compares engine and oracle after each. What was saved goes through JSON each time, as it does
// when somebody comes back.
func walk(t *testing.T, m *maker, d *form.Definition, source []byte, count map[string]int) bool {
	t.Helper()
	at := form.Today{Day: pick(m, "2026-12-03", "2024-02-29", "2026-01-31"), Lang: i18n.NL}
	o := newOracle(t, source, at.Day)
	kept := form.Saved{}
	for range 4 + m.IntN(8) {
		page := pick(m, o.pages...)
		if next := d.Fold(kept, at).Next; next != nil && m.chance(75) {
			page = o.page(next.ID)
		}
		id := page["id"].(string)
		posted := m.post(page)
		f, err := d.Save(kept, id, posted, at)
		verdict, wrong, keep := o.save(id, posted)
		if got, bad := verdictOf(err); got != verdict || !slices.Equal(bad, wrong) {
			t.Errorf("%s with %v after %v: %s %v, the oracle says %s %v", id, posted, kept, got, bad, verdict, wrong)
			return false
		}
		count[verdict]++
		if verdict != "taken" {
			continue
		}
		if !reflect.DeepEqual(map[string][]string(f.Answers), keep) {
			t.Errorf("%s with %v keeps %v, the oracle %v", id, posted, f.Answers, keep)
			return false
		}
		kept[id], o.saved[id] = through(t, f.Answers), keep
		state := d.Fold(kept, at)
		next, ended, all := o.state()
		if got := idOf(state.Next); got != next || (state.EndText != nil) != ended || !reflect.DeepEqual(map[string][]string(state.Answers), all) {
			t.Errorf("after %v: next %q, ended %v, answers %v; the oracle says %q, %v, %v", kept, got, state.EndText != nil, state.Answers, next, ended, all)
			return false
		}
		tally(count, state)
	}
	return atOnce(t, d, kept, at)
}

func idOf(p *form.Page) string {
	if p == nil {
		return ""
	}
	return p.ID
}

func tally(count map[string]int, s *form.State) {
	if s.Complete() {
		count["complete"]++
	}
	if s.EndText != nil {
		count["ended"]++
	}
	for _, f := range s.Pages {
		for _, part := range f.Parts {
			for _, fields := range part.Repeats {
				if slices.ContainsFunc(fields, func(f form.Field) bool { return f.Computed != "" }) {
					count["computed"]++
				}
			}
		}
	}
}

func verdictOf(err error) (string, []string) {
	switch errs.KindOf(err) {
	case errs.Conflict:
		return "order", nil
	case errs.Invalid:
		names := map[string]bool{}
		for _, f := range errs.FieldsOf(err) {
			names[f.Name] = true
		}
		return "wrong", slices.Sorted(maps.Keys(names))
	}
	if err != nil {
		return err.Error(), nil
	}
	return "taken", nil
}

func through(t *testing.T, a form.Answers) form.Answers {
	t.Helper()
	b, err := json.Marshal(a)
	must(t, err)
	var back form.Answers
	must(t, json.Unmarshal(b, &back))
	return back
}

// atOnce fills in, from the beginning, what was saved in the end, and must stand where its filler stood.
func atOnce(t *testing.T, d *form.Definition, kept form.Saved, at form.Today) bool {
	t.Helper()
	then, again := d.Fold(kept, at), form.Saved{}
	for _, page := range then.Pages {
		if !page.Stands {
			break
		}
		f, err := d.Save(again, page.Page.ID, kept[page.Page.ID], at)
		if err != nil {
			t.Errorf("page %s is refused when it is filled in at once: %v", page.Page.ID, err)
			return false
		}
		again[page.Page.ID] = f.Answers
	}
	now := d.Fold(again, at)
	if then.Next != now.Next && (then.Filled(then.Next.ID) == nil || !then.Filled(then.Next.ID).Saved) || then.Complete() && !reflect.DeepEqual(then.Answers, now.Answers) {
		t.Errorf("came back: %q %v; at once: %q %v", idOf(then.Next), then.Answers, idOf(now.Next), now.Answers)
		return false
	}
	return true
}
