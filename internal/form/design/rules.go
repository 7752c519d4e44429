package design

import (
	"slices"

	"voordeur/internal/form"
	"voordeur/internal/i18n"
)

// Rules are what a condition consists of, or a group within one: its parts, and how many of them must hold.
type Rules struct {
	Parts []*Cond
	Any   bool // one of them is enough
	Not   bool // the opposite counts: not one of them, or not all
}

// Rules takes a condition apart; nil has no parts.
func (c *Cond) Rules() Rules {
	switch {
	case c == nil:
		return Rules{}
	case c.Op == "all" || c.Op == "any":
		return Rules{Parts: c.Parts, Any: c.Op == "any"}
	case c.Op == "not" && c.Parts[0].lists():
		r := c.Parts[0].Rules()
		r.Not = true
		return r
	}
	return Rules{Parts: []*Cond{c}}
}

func (c *Cond) lists() bool { return c.Op == "all" || c.Op == "any" }

// IsRule reports whether a part compares one answer, or is the opposite of that.
func (c *Cond) IsRule() bool {
	return c.Answer != "" || c.Op == "not" && c.Parts[0].Answer != ""
}

// IsGroup reports whether a part is a group of rules alone; what is neither that nor a rule goes deeper.
func (c *Cond) IsGroup() bool {
	return (c.lists() || c.Op == "not" && c.Parts[0].lists()) && c.Rules().Flat()
}

// Flat reports whether there are rules alone.
func (r Rules) Flat() bool {
	return !slices.ContainsFunc(r.Parts, func(p *Cond) bool { return !p.IsRule() })
}

// Put puts parts in the place of the one at i, none to take it away; behind the last it adds them.
func (r Rules) Put(i int, parts ...*Cond) Rules {
	r.Parts = slices.Replace(slices.Clone(r.Parts), i, min(i+1, len(r.Parts)), parts...)
	return r
}

// Cond is the whole condition of the rules, nil of none. A single rule stands by itself; a single group does not, or it
// would no longer be one.
func (r Rules) Cond() *Cond {
	if len(r.Parts) == 1 && !r.Not && r.Parts[0].IsRule() {
		return r.Parts[0]
	}
	return r.Group()
}

// Group is the rules as a part of a condition, nil of none.
func (r Rules) Group() *Cond {
	if len(r.Parts) == 0 {
		return nil
	}
	c := &Cond{Op: "all", Parts: r.Parts}
	if r.Any {
		c.Op = "any"
	}
	if r.Not {
		c = &Cond{Op: "not", Parts: []*Cond{c}}
	}
	return c
}

// Loose puts the rules of the group at i in its place. False is what would lose its “not”: such a group can be taken apart
// only when it is all there is, for then the whole condition keeps it.
func (r Rules) Loose(i int) (Rules, bool) {
	g := r.Parts[i].Rules()
	if len(r.Parts) == 1 && !r.Not {
		return g, true
	}
	return r.Put(i, g.Parts...), !g.Not
}

// Comparison returns the way of Hows in which a rule compares the answer to the question, and with what, as people type it.
// False is a rule that only a file can have.
func (i *Item) Comparison(rule *Cond, t *i18n.Texts) (how, value string, ok bool) {
	c := rule
	if rule.Op == "not" {
		c = rule.Parts[0]
	}
	if c.Answer != i.ID {
		return "", "", false
	}
	how = c.opWord()
	if c != rule {
		how += "_not"
	}
	if c.Op == "answered" {
		return how, "", c == rule
	}
	value = plain(c.Value)
	switch i.Kind {
	case form.Number, form.Amount, form.Computed:
		value = NumberWords(value, t.Lang())
	case form.Date:
		value = DayWords(value, t)
	}
	return how, value, slices.Contains(Hows(i.Kind), how)
}

// takes reports whether a question can have an answer, of those that are chosen.
func (i *Item) takes(value string) bool {
	switch i.Kind {
	case form.YesNo:
		return value == "yes" || value == "no"
	case form.Choice, form.Choices:
		return slices.ContainsFunc(i.Options, func(o Option) bool { return o.Value == value })
	case form.Country:
		return slices.ContainsFunc(form.Countries(i18n.NL), func(o form.Option) bool { return o.Value == value })
	}
	return value != ""
}
