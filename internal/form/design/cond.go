package design

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/form"
)

// Cond is a condition on earlier answers: a comparison, or all, any or not of others.
type Cond struct {
	Op     string          // all, any, not, or how an answer is compared
	Parts  []*Cond         // of all, any and not
	Answer string          // the question, of a comparison
	Value  json.RawMessage // with what it is compared
}

// How an answer is compared, in the order in which it is offered.
var comparisons = []string{"is", "has", "less", "atMost", "atLeast", "more", "before", "after", "answered"}

// MarshalJSON writes the condition as a file has it.
func (c Cond) MarshalJSON() ([]byte, error) {
	switch c.Op {
	case "all", "any":
		return json.Marshal(map[string][]*Cond{c.Op: c.Parts})
	case "not":
		return json.Marshal(map[string]*Cond{c.Op: c.Parts[0]})
	}
	answer, err := json.Marshal(c.Answer)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `{"answer":%s,%q:%s}`, answer, c.Op, c.Value), nil
}

// UnmarshalJSON reads a condition that package form has taken.
func (c *Cond) UnmarshalJSON(b []byte) error {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	for _, op := range []string{"all", "any"} {
		if list, ok := m[op]; ok {
			c.Op = op
			return json.Unmarshal(list, &c.Parts)
		}
	}
	if one, ok := m["not"]; ok {
		c.Op, c.Parts = "not", []*Cond{{}}
		return json.Unmarshal(one, c.Parts[0])
	}
	for _, op := range comparisons {
		if v, ok := m[op]; ok {
			c.Op, c.Value = op, bytes.Clone(v)
			return json.Unmarshal(m["answer"], &c.Answer)
		}
	}
	return fmt.Errorf("design: a condition without a comparison")
}

// each calls f for the questions that a condition names.
func (c *Cond) each(f func(*string)) {
	if c == nil {
		return
	}
	for _, p := range c.Parts {
		p.each(f)
	}
	if c.Answer != "" {
		f(&c.Answer)
	}
}

// Expr is what computes a value.
type Expr struct {
	Op     string          // number, answer, total, count, sum, product, difference or if
	Number json.RawMessage // of a number
	ID     string          // of an answer, a total and a count
	Parts  []*Expr         // of the others
	When   *Cond           // of if
}

// MarshalJSON writes what is computed as a file has it.
func (e Expr) MarshalJSON() ([]byte, error) {
	switch e.Op {
	case "number":
		return e.Number, nil
	case "answer", "total", "count":
		return json.Marshal(map[string]string{e.Op: e.ID})
	case "if":
		return json.Marshal(struct {
			If   *Cond `json:"if"`
			Then *Expr `json:"then"`
			Else *Expr `json:"else"`
		}{e.When, e.Parts[0], e.Parts[1]})
	}
	return json.Marshal(map[string][]*Expr{e.Op: e.Parts})
}

// UnmarshalJSON reads what is computed, of a definition that package form has taken.
func (e *Expr) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		e.Op, e.Number = "number", bytes.Clone(b)
		return nil
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	for _, op := range []string{"answer", "total", "count"} {
		if v, ok := m[op]; ok {
			e.Op = op
			return json.Unmarshal(v, &e.ID)
		}
	}
	for _, op := range []string{"sum", "product", "difference"} {
		if v, ok := m[op]; ok {
			e.Op = op
			return json.Unmarshal(v, &e.Parts)
		}
	}
	e.Op, e.Parts = "if", []*Expr{{}, {}}
	if err := json.Unmarshal(m["then"], e.Parts[0]); err != nil {
		return err
	}
	if err := json.Unmarshal(m["else"], e.Parts[1]); err != nil {
		return err
	}
	return json.Unmarshal(m["if"], &e.When)
}

// each calls f for the questions and groups that a sum names.
func (e *Expr) each(f func(*string)) {
	if e == nil {
		return
	}
	e.When.each(f)
	for _, p := range e.Parts {
		p.each(f)
	}
	if e.ID != "" {
		f(&e.ID)
	}
}

// How a simple value is computed.
const (
	Sum        = "sum"
	Difference = "difference"
	Product    = "product"
	Total      = "total"
	Count      = "count"
)

// Simple is what most values are: a sum, difference or product of up to four questions and a number, or what a group that
// repeats comes to.
type Simple struct {
	How    string
	Of     []string
	Number string // "" for none
}

// maxOf is how many questions a simple value names.
const maxOf = 4

// Simple returns what is computed as a Simple, and whether it is one.
func (e *Expr) Simple() (Simple, bool) {
	if e == nil {
		return Simple{}, false
	}
	s := Simple{How: e.Op}
	switch e.Op {
	case Total, Count:
		s.Of = []string{e.ID}
		return s, true
	case Sum, Difference, Product:
	default:
		return Simple{}, false
	}
	for i, p := range e.Parts {
		switch {
		case p.Op == "answer" && s.Number == "":
			s.Of = append(s.Of, p.ID)
		case p.Op == "number" && i == len(e.Parts)-1 && number.MatchString(string(p.Number)):
			s.Number = string(p.Number)
		default:
			return Simple{}, false
		}
	}
	return s, len(s.Of) <= maxOf && len(s.Of) > 0
}

// Expr returns what is computed, and whether it is complete.
func (s Simple) Expr() (*Expr, bool) {
	switch s.How {
	case Total, Count:
		if len(s.Of) != 1 || s.Number != "" {
			return nil, false
		}
		return &Expr{Op: s.How, ID: s.Of[0]}, true
	case Sum, Difference, Product:
	default:
		return nil, false
	}
	e := &Expr{Op: s.How}
	for _, id := range s.Of {
		e.Parts = append(e.Parts, &Expr{Op: "answer", ID: id})
	}
	if s.Number != "" {
		e.Parts = append(e.Parts, &Expr{Op: "number", Number: json.RawMessage(s.Number)})
	}
	return e, len(s.Of) > 0 && (s.How != Difference || len(e.Parts) == 2)
}

// Hows are the ways in which an answer of a kind can be compared, as the texts call them.
func Hows(k form.Kind) []string {
	const answered, empty = "answered", "empty"
	switch k {
	case form.Number, form.Amount, form.Computed:
		return []string{"is", "is_not", "less", "at_most", "at_least", "more", answered, empty}
	case form.Date:
		return []string{"is", "is_not", "before", "after", answered, empty}
	case form.Choices:
		return []string{"has", "has_not", answered, empty}
	case form.YesNo, form.Choice, form.Country, form.ShortText:
		return []string{"is", "is_not", answered, empty}
	}
	return []string{answered, empty}
}

// Compare returns the condition that compares the answer to a question in one of the ways of Hows. What is compared with is
// as people type it; false when it cannot be read, or is no answer to the question.
func (i *Item) Compare(how, value string) (*Cond, bool) {
	if !slices.Contains(Hows(i.Kind), how) {
		return nil, false
	}
	c := &Cond{Answer: i.ID}
	switch how {
	case "answered", "empty":
		c.Op, c.Value = "answered", json.RawMessage(strconv.FormatBool(how == "answered"))
		return c, true
	case "at_most":
		c.Op = "atMost"
	case "at_least":
		c.Op = "atLeast"
	default:
		c.Op = strings.TrimSuffix(how, "_not")
	}
	var ok bool
	switch i.Kind {
	case form.Number, form.Amount, form.Computed:
		c.Value, ok = ReadNumber(value)
	case form.Date:
		c.Value, ok = ReadDay(value)
	default:
		value = strings.TrimSpace(value)
		c.Value, ok = text(value), i.takes(value)
	}
	if strings.HasSuffix(how, "_not") {
		c = &Cond{Op: "not", Parts: []*Cond{c}}
	}
	return c, ok
}

// Before are the questions that a condition at a place may name: those that stand before it, and of a group that repeats
// only those of the same repeat. The place is a question or group, or a page with at nil; behind says after that page.
func (f *Form) Before(page *Page, at *Spot, behind bool) []*Item {
	var list []*Item
	for s := range f.Spots {
		if at != nil && s.Item == at.Item || at == nil && !behind && s.Page == page {
			break
		}
		if at == nil && behind && after(f, s.Page, page) {
			break
		}
		if s.Item.Kind == Group || s.Group != nil && s.Group.Repeat != nil && (at == nil || at.Group != s.Group) {
			continue
		}
		list = append(list, s.Item)
	}
	return list
}

// after reports whether a page stands behind another.
func after(f *Form, p, other *Page) bool {
	_, i := f.Page(p.ID)
	_, j := f.Page(other.ID)
	return i > j
}
