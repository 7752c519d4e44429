package form

import (
	"math/big"
	"slices"
)

// Cond is a condition on earlier answers.
type Cond struct {
	op    string // all any not always, or how an answer is compared
	parts []*Cond
	of    *Question
	word  string
	num   *big.Rat
	day   *Day
}

const always = "always"

// How an answer is compared, by which kinds it goes for; answered and empty go for every kind.
const (
	is       = "is"
	has      = "has"
	less     = "less"
	more     = "more"
	atLeast  = "atLeast"
	atMost   = "atMost"
	before   = "before"
	after    = "after"
	answered = "answered"
)

var comparisons = []string{is, has, less, more, atLeast, atMost, before, after, answered}

// compares reports whether answers to q can be compared so.
func (q *Question) compares(op string) bool {
	switch op {
	case answered:
		return true
	case is:
		return q.numeric() || slices.Contains([]Kind{ShortText, YesNo, Choice, Country, Declaration, Date}, q.Kind)
	case has:
		return q.Kind == Choices
	case before, after:
		return q.Kind == Date
	}
	return q.numeric()
}

// cond reads a condition under a key, nil when there is none.
func (o *object) cond(key string, s scope) *Cond {
	n := o.get(key)
	if n == nil {
		return nil
	}
	return o.p.cond(n, s)
}

// cond reads a condition. It never returns nil: what is wrong is noted and holds never.
func (p *parser) cond(n *node, s scope) *Cond {
	o, ok := p.object(n, "show")
	if !ok {
		return &Cond{op: "any"}
	}
	defer o.done()
	for _, op := range []string{"all", "any"} {
		if o.get(op) == nil {
			continue
		}
		c := &Cond{op: op}
		for _, part := range o.list(op) {
			c.parts = append(c.parts, p.cond(part, s))
		}
		if len(c.parts) == 0 {
			p.bad("form.bad.empty_list", "key", op)
		}
		return c
	}
	if not := o.get("not"); not != nil {
		return &Cond{op: "not", parts: []*Cond{p.cond(not, s)}}
	}
	return p.comparison(o, s)
}

func (p *parser) comparison(o *object, s scope) *Cond {
	c := &Cond{op: "any"}
	id := o.needed("answer")
	var value *node
	for _, op := range comparisons {
		if n := o.get(op); n != nil {
			if value != nil {
				p.bad("form.bad.two_comparisons")
			}
			c.op, value = op, n
		}
	}
	if value == nil {
		p.bad("form.bad.no_comparison")
		return c
	}
	p.look(id, s, func(q *Question) {
		c.of = q
		if !q.compares(c.op) {
			p.bad("form.bad.comparison", "op", c.op, "id", id)
		} else if !c.take(q, value) {
			p.bad("form.bad.compared", "op", c.op, "id", id)
		}
	})
	return c
}

// take keeps what an answer is compared with, and reports whether it can be.
func (c *Cond) take(q *Question, n *node) (ok bool) {
	switch {
	case c.op == answered:
		if ok = n.kind == 'b'; ok && !n.yes {
			c.op, c.parts = "not", []*Cond{{op: answered, of: q}}
		}
		return ok
	case q.numeric():
		c.num, ok = rat(n)
		return ok
	case n.kind != 's':
		return false
	case q.Kind == Date:
		c.day, ok = parseDay(n.text)
		return ok
	}
	c.word = n.text
	switch q.Kind {
	case YesNo:
		return c.word == yes || c.word == no
	case Declaration:
		return c.word == yes
	case Country:
		return isCountry(c.word)
	case Choice, Choices:
		return slices.ContainsFunc(q.Options, func(o Option) bool { return o.Value == c.word })
	}
	return c.word != ""
}

// holds reports whether the condition holds for what is known. An answer that is not there compares with nothing.
func (c *Cond) holds(k *known) bool {
	switch c.op {
	case always:
		return true
	case "all":
		return !slices.ContainsFunc(c.parts, func(p *Cond) bool { return !p.holds(k) })
	case "any":
		return slices.ContainsFunc(c.parts, func(p *Cond) bool { return p.holds(k) })
	case "not":
		return !c.parts[0].holds(k)
	}
	v, there := k.values[c.of.ID]
	return there && c.compare(v, k.today)
}

func (c *Cond) compare(v value, today string) bool {
	switch {
	case c.op == answered:
		return true
	case c.num != nil:
		return signs(c.op, v.num.Cmp(c.num))
	case c.day != nil:
		day := c.day.on(today)
		return c.op == is && v.words[0] == day || c.op == before && v.words[0] < day || c.op == after && v.words[0] > day
	}
	return slices.Contains(v.words, c.word)
}

func signs(op string, sign int) bool {
	switch op {
	case less:
		return sign < 0
	case more:
		return sign > 0
	case atLeast:
		return sign >= 0
	case atMost:
		return sign <= 0
	}
	return sign == 0
}
