package designerweb

import (
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/form/design"
	"voordeur/internal/questionnaire"
	"voordeur/internal/web"
)

// asked is a condition of a draft: when a page or question is asked, when an answer is required, or when the form is over.
type asked struct {
	what  string // the end of its address
	pages bool   // of a page, not of a question
}

var conditions = []asked{{"show", true}, {"end", true}, {"show", false}, {"required", false}}

// held is where a condition stands in a form.
type held struct {
	form  *design.Form
	name  form.Text    // of the page or question
	cond  *design.Cond // nil for none
	set   func(*design.Cond)
	end   *design.End // of what ends the form, nil for none
	page  *design.Page
	named []*design.Item // that it may name
}

func (k asked) pattern() string {
	if k.pages {
		return onePath + "/pages/{key}/" + k.what
	}
	return onePath + "/questions/{key}/" + k.what
}

func (k asked) routes(p *Pages) []web.Route {
	manage := access.OfficeWith(access.Manage)
	return []web.Route{
		{Method: web.Get, Pattern: k.pattern(), Policy: manage, Handler: web.Staff(func(c *web.Ctx, a access.Staff) error { return p.condPage(c, a, k) })},
		{Method: web.Post, Pattern: k.pattern(), Policy: manage, Handler: web.Staff(func(c *web.Ctx, a access.Staff) error { return p.cond(c, a, k) }), Form: condForm{}},
	}
}

// in finds the condition in a form.
func (k asked) in(c *web.Ctx, f *design.Form) (held, error) {
	if k.pages {
		pg, err := pageOf(c, f)
		if err != nil {
			return held{}, err
		}
		h := held{form: f, name: pg.Title, page: pg, cond: pg.Show, set: func(n *design.Cond) { pg.Show = n }, named: f.Before(pg, nil, k.what == "end")}
		if k.what == "end" {
			h.end, h.cond = pg.End, nil
			if pg.End != nil {
				h.cond = pg.End.When
			}
			h.set = func(n *design.Cond) {
				if pg.End = nil; n != nil {
					pg.End = &design.End{When: n}
				}
			}
		}
		return h, nil
	}
	s, ok := f.Find(c.Param("key"))
	if !ok {
		return held{}, errs.Missing()
	}
	q := s.Item
	h := held{form: f, name: q.Label, page: s.Page, cond: q.Show, set: func(n *design.Cond) { q.Show = n }, named: f.Before(s.Page, &s, false)}
	if k.what == "required" {
		if q.Kind == design.Group || q.Kind == form.Computed {
			return held{}, errs.Missing()
		}
		h.cond = nil
		if q.Required != nil {
			h.cond = q.Required.When
		}
		h.set = func(n *design.Cond) {
			if q.Required = nil; n != nil {
				q.Required = &design.Required{When: n}
			}
		}
	}
	return h, nil
}

// condForm is one step in making a condition.
type condForm struct {
	Once     string `form:"once"`
	Version  string `form:"version"`
	Do       string `form:"do"`    // keep, join, group, loose, text, or drop and the number of a part
	Group    string `form:"group"` // the number of the group that is changed, or new; "" for the whole
	Rule     string `form:"rule"`  // the number of the rule that is changed; "" for a new one
	Question string `form:"question"`
	How      string `form:"how"`
	Than     string `form:"than"` // with what the answer is compared
	Join     string `form:"join"` // all, any, none or not_all
	TextNL   string `form:"text_nl"`
	TextEN   string `form:"text_en"`
}

// fresh is a group that gets its first rule.
const fresh = "new"

// place is where in a condition something is changed: in the whole, or in one of its groups.
type place struct {
	top   design.Rules
	group int          // the group's place among the parts of top, -1 for the whole
	list  design.Rules // of the group, or of the whole
	rule  int          // which of the list is changed; behind the last for a new one
}

// place finds where something is changed, false when that is not there.
func (in condForm) place(cond *design.Cond) (place, bool) {
	p := place{top: cond.Rules(), group: -1}
	p.list = p.top
	switch in.Group {
	case "":
	case fresh:
		// Within all of the rules one that is enough makes a difference, and the other way round.
		p.group, p.list = len(p.top.Parts), design.Rules{Any: !p.top.Any}
	default:
		if p.group = nth(in.Group, p.top.Parts); p.group < 0 || !p.top.Parts[p.group].IsGroup() {
			return place{}, false
		}
		p.list = p.top.Parts[p.group].Rules()
	}
	if p.rule = len(p.list.Parts); in.Rule != "" {
		if p.rule = nth(in.Rule, p.list.Parts); p.rule < 0 || !p.list.Parts[p.rule].IsRule() {
			return place{}, false
		}
	}
	return p, true
}

// nth is the place of a part that is counted from 1, -1 for none.
func nth(s string, parts []*design.Cond) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > len(parts) {
		return -1
	}
	return n - 1
}

// cond is the whole condition with other rules in the place.
func (p place) cond(list design.Rules) *design.Cond {
	switch g := list.Group(); {
	case p.group < 0:
		return list.Cond()
	case g == nil:
		return p.top.Put(p.group).Cond()
	default:
		return p.top.Put(p.group, g).Cond()
	}
}

func (p *Pages) condPage(c *web.Ctx, a access.Staff, k asked) error {
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	in := condForm{Group: c.Query("group"), Rule: c.Query("rule"), Question: c.Query("question"), How: c.Query("how"), Than: c.Query("than")}
	in.TextNL, in.TextEN = c.Query("text_nl"), c.Query("text_en")
	return p.showCond(c, 200, v, k, in)
}

func (p *Pages) cond(c *web.Ctx, a access.Staff, k asked) error {
	var in condForm
	if err := web.Bind(c, &in); err != nil {
		return err
	}
	return p.save(c, a, posted{in.Once + in.Do, in.Version}, func(f *design.Form) (string, error) {
		h, err := k.in(c, f)
		if err != nil {
			return "", err
		}
		return in.apply(c, h, k)
	}, func(_ questionnaire.Draft, group string) error {
		return c.Done(web.Link(c.R.URL.Path, "group", group), "design.saved")
	}, func(code int, v sheetView) error { return p.showCond(c, code, v, k, in) })
}

// apply changes the condition as was asked, and returns the group that one is in then.
func (in condForm) apply(c *web.Ctx, h held, k asked) (group string, err error) {
	var f errs.Fields
	text := form.Text(nil)
	if k.what == "end" && (in.Do == "text" || in.Do == "keep" && h.end == nil) {
		text = say(&f, "text", in.TextNL, in.TextEN, true)
	} else if h.end != nil {
		text = h.end.Text
	}
	p, ok := in.place(h.cond)
	if !ok {
		return "", errs.Missing()
	}
	next := in.next(c, &f, h, p)
	if err := f.Err(); err != nil {
		return "", err
	}
	if in.Do != "text" {
		h.set(next)
	}
	if k.what == "end" && h.page.End != nil {
		h.page.End.Text = text
	}
	if n := len(next.Rules().Parts); in.Do == "loose" || p.group < 0 || n <= p.group || n < len(p.top.Parts) {
		return "", nil // it is no longer there
	}
	return strconv.Itoa(p.group + 1), nil
}

// next is the condition as it becomes.
func (in condForm) next(c *web.Ctx, f *errs.Fields, h held, p place) *design.Cond {
	list := p.list
	switch in.Do {
	case "keep":
		if rule := in.rule(c, f, h); rule != nil {
			list = list.Put(p.rule, rule)
		}
		return p.cond(in.joined(list))
	case "join":
		return p.cond(in.joined(list))
	case "group":
		if p.group < 0 && list.Flat() {
			return design.Rules{Parts: []*design.Cond{list.Group()}}.Cond()
		}
	case "loose":
		if p.group >= 0 && p.group < len(p.top.Parts) {
			if loose, ok := p.top.Loose(p.group); ok {
				return loose.Cond()
			}
		}
	}
	if n := nth(strings.TrimPrefix(in.Do, "drop"), list.Parts); n >= 0 {
		return p.cond(list.Put(n))
	}
	return h.cond
}

// joined is how many of the rules must hold, when that was asked.
func (in condForm) joined(list design.Rules) design.Rules {
	if how, ok := joins[in.Join]; ok {
		list.Any, list.Not = how.Any, how.Not
	}
	return list
}

// joins are the ways in which rules belong together.
var joins = map[string]design.Rules{"all": {}, "any": {Any: true}, "none": {Any: true, Not: true}, "not_all": {Not: true}}

// joinOf is the way in which rules belong together.
func joinOf(r design.Rules) string {
	switch {
	case r.Any && r.Not:
		return "none"
	case r.Any:
		return "any"
	case r.Not:
		return "not_all"
	}
	return "all"
}

// rule reads a rule.
func (in condForm) rule(c *web.Ctx, f *errs.Fields, h held) *design.Cond {
	i := slices.IndexFunc(h.named, func(q *design.Item) bool { return q.ID == in.Question })
	if i < 0 {
		if s, ok := h.form.Find(in.Question); ok {
			f.Add("question", "design.wrong.later", "question", s.Item.Label.In(c.Texts.Lang()))
		} else {
			f.Add("question", "field.choose")
		}
		return nil
	}
	rule, ok := h.named[i].Compare(in.How, in.Than)
	kind := h.named[i].Kind
	switch {
	case ok:
		return rule
	case rule == nil:
		f.Add("how", "field.choose")
	case strings.TrimSpace(in.Than) == "":
		f.Add("than", "field.required")
	case kind == form.Date:
		f.Add("than", "design.wrong.day")
	case kind == form.Number || kind == form.Amount || kind == form.Computed:
		f.Add("than", "form.wrong.number")
	default:
		f.Add("than", "design.wrong.answer")
	}
	return nil
}
