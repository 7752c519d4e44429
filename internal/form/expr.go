package form

import (
	"math/big"
)

// Expr is what computes a value. It always ends, and every step is exact: there are numbers, answers, sums,
// products, differences, totals and counts of what repeats, and a choice by a condition.
type Expr struct {
	op    string
	num   *big.Rat
	id    string
	when  *Cond
	parts []*Expr
}

// maxComputed is how far from zero anything computed may be; what is farther has no value.
var maxComputed = new(big.Rat).SetInt64(1_000_000_000_000_000)

// expr reads an expression. It never returns nil.
func (p *parser) expr(n *node, s scope) *Expr {
	if n.kind == 'n' {
		r, ok := rat(n)
		if !ok {
			p.bad("form.bad.number", "key", "value")
		}
		return &Expr{op: "number", num: r}
	}
	o, ok := p.object(n, "value")
	if !ok {
		return &Expr{}
	}
	defer o.done()
	for _, op := range []string{"answer", "total", "count"} {
		if o.get(op) != nil {
			e := &Expr{op: op, id: o.word(op)}
			p.lookUp(e, s)
			return e
		}
	}
	for _, op := range []string{"sum", "product", "difference"} {
		if o.get(op) != nil {
			return p.several(op, o, s)
		}
	}
	if o.get("if") == nil || o.get("then") == nil || o.get("else") == nil {
		p.bad("form.bad.expr")
		return &Expr{}
	}
	return &Expr{op: "if", when: o.cond("if", s), parts: []*Expr{p.expr(o.get("then"), s), p.expr(o.get("else"), s)}}
}

func (p *parser) lookUp(e *Expr, s scope) {
	d := p.d
	switch e.op {
	case "answer":
		p.look(e.id, s, func(q *Question) {
			if !q.numeric() {
				p.bad("form.bad.not_numeric", "id", e.id)
			}
		})
	case "total":
		p.lookIn(e.id, s, func() bool {
			q := d.questions[e.id]
			return q != nil && q.part != nil && q.part != s.part && q.numeric()
		})
	case "count":
		p.lookIn(e.id, s, func() bool { g := d.groups[e.id]; return g != nil && g.Repeat != nil && g != s.part })
	}
}

func (p *parser) several(op string, o *object, s scope) *Expr {
	e := &Expr{op: op}
	for _, n := range o.list(op) {
		e.parts = append(e.parts, p.expr(n, s))
	}
	if len(e.parts) == 0 || op == "difference" && len(e.parts) != 2 {
		p.bad("form.bad.expr")
	}
	return e
}

// compute returns the value of an expression, nil for none. In a sum and a difference what has no value counts for
// nothing, unless nothing has one; a product of what has no value has none.
func (e *Expr) compute(k *known) *big.Rat {
	r := e.step(k)
	if r != nil && new(big.Rat).Abs(r).Cmp(maxComputed) > 0 {
		return nil
	}
	return r
}

func (e *Expr) step(k *known) *big.Rat {
	switch e.op {
	case "number":
		return e.num
	case "answer":
		return k.values[e.id].num
	case "total":
		return add(k.repeats[e.id]...)
	case "count":
		return new(big.Rat).SetInt64(int64(k.counts[e.id]))
	case "if":
		if e.when.holds(k) {
			return e.parts[0].compute(k)
		}
		return e.parts[1].compute(k)
	}
	values := make([]*big.Rat, len(e.parts))
	for i, part := range e.parts {
		values[i] = part.compute(k)
	}
	switch {
	case e.op == "product":
		return multiply(values)
	case e.op == "difference" && values[1] != nil:
		values[1] = new(big.Rat).Neg(values[1])
	}
	return add(values...)
}

func add(values ...*big.Rat) *big.Rat {
	var sum *big.Rat
	for _, v := range values {
		switch {
		case v == nil:
		case sum == nil:
			sum = new(big.Rat).Set(v)
		default:
			sum.Add(sum, v)
		}
	}
	return sum
}

func multiply(values []*big.Rat) *big.Rat {
	product := new(big.Rat).SetInt64(1)
	for _, v := range values {
		if v == nil {
			return nil
		}
		product.Mul(product, v)
	}
	return product
}
