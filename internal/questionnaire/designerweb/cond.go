package designerweb

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/form/design"
	"voordeur/internal/i18n"
	"voordeur/internal/questionnaire"
	"voordeur/internal/ui"
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
		h := held{name: pg.Title, page: pg, cond: pg.Show, set: func(n *design.Cond) { pg.Show = n }, named: f.Before(pg, nil, k.what == "end")}
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
	h := held{name: q.Label, page: s.Page, cond: q.Show, set: func(n *design.Cond) { q.Show = n }, named: f.Before(s.Page, &s, false)}
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

type condForm struct {
	Once     string `form:"once"`
	Version  string `form:"version"`
	Do       string `form:"do"` // add, join, text, or drop and the number of a rule
	Question string `form:"question"`
	How      string `form:"how"`
	Value    string `form:"value"`
	Any      string `form:"any"`
	TextNL   string `form:"text_nl"`
	TextEN   string `form:"text_en"`
}

// condView is the page of a condition. With a question it asks how its answer is compared.
type condView struct {
	sheetView
	kind     asked
	held     held
	in       condForm
	question *design.Item
}

func (p *Pages) condPage(c *web.Ctx, a access.Staff, k asked) error {
	v, err := p.sheet(c, a)
	if err != nil {
		return err
	}
	return p.showCond(c, 200, v, k, condForm{Question: c.Query("question")})
}

func (p *Pages) showCond(c *web.Ctx, code int, v sheetView, k asked, in condForm) error {
	h, err := k.in(c, v.d.Form)
	if err != nil {
		return err
	}
	cv := condView{sheetView: v, kind: k, held: h, in: in}
	if i := slices.IndexFunc(h.named, func(q *design.Item) bool { return q.ID == in.Question }); i >= 0 {
		cv.question = h.named[i]
	}
	if _, anyOne := h.cond.Rules(); code == 200 && anyOne {
		cv.in.Any = "any"
	}
	if code == 200 && h.end != nil {
		cv.in.TextNL, cv.in.TextEN = h.end.Text[i18n.NL], english(h.end.Text)
	}
	return c.Render(code, condPage(c, titled(c, code, cv.title(c)), cv))
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
		return "", in.apply(h, k)
	}, func(questionnaire.Draft, string) error { return c.Done(c.R.URL.Path, "design.saved") },
		func(code int, v sheetView) error { return p.showCond(c, code, v, k, in) })
}

// apply changes the condition as was asked.
func (in condForm) apply(h held, k asked) error {
	var f errs.Fields
	text := form.Text(nil)
	if k.what == "end" && (in.Do == "text" || in.Do == "add" && h.end == nil) {
		text = say(&f, "text", in.TextNL, in.TextEN, true)
	} else if h.end != nil {
		text = h.end.Text
	}
	rules, anyOne := h.cond.Rules()
	switch drop, dropped := strings.CutPrefix(in.Do, "drop"); {
	case dropped:
		n, err := strconv.Atoi(drop)
		if err != nil {
			n = 0
		}
		rules = design.Without(rules, n-1)
	case in.Do == "add":
		if rule := in.rule(&f, h); rule != nil {
			rules = append(slices.Clone(rules), rule)
		}
		if len(rules) > 1 {
			anyOne = in.Any == "any"
		}
	case in.Do == "join":
		anyOne = in.Any == "any"
	}
	if err := f.Err(); err != nil {
		return err
	}
	if dropped := strings.HasPrefix(in.Do, "drop"); dropped || in.Do == "add" || in.Do == "join" {
		h.set(design.Join(rules, anyOne))
	}
	if k.what == "end" && h.page.End != nil {
		h.page.End.Text = text
	}
	return nil
}

// rule reads what is added.
func (in condForm) rule(f *errs.Fields, h held) *design.Cond {
	i := slices.IndexFunc(h.named, func(q *design.Item) bool { return q.ID == in.Question })
	if i < 0 {
		f.Add("question", "field.choose")
		return nil
	}
	rule, ok := h.named[i].Compare(in.How, in.Value)
	switch {
	case ok:
		return rule
	case rule == nil:
		f.Add("how", "field.choose")
	case in.Value == "":
		f.Add("value", "field.required")
	case h.named[i].Kind == form.Date:
		f.Add("value", "design.wrong.day")
	default:
		f.Add("value", "form.wrong.number")
	}
	return nil
}

func (v condView) title(c *web.Ctx) string {
	if v.kind.pages {
		return c.T("design.cond.page_" + v.kind.what)
	}
	return c.T("design.cond.question_" + v.kind.what)
}

// rules are the parts of the condition in words.
func (v condView) rules(c *web.Ctx) []string {
	rules, _ := v.held.cond.Rules()
	list := make([]string, len(rules))
	for i, r := range rules {
		list[i] = sentence(v.d.Form.CondWords(r, c.Texts))
	}
	return list
}

// questions are those that a rule can be about.
func (v condView) questions(c *web.Ctx) []ui.Option {
	list := []ui.Option{{Label: c.T("design.cond.choose")}}
	for _, q := range v.held.named {
		list = append(list, ui.Option{Value: q.ID, Label: q.Label.In(c.Texts.Lang()), Chosen: q.ID == v.in.Question})
	}
	return list
}

func (v condView) hows(c *web.Ctx) []ui.Option {
	var list []ui.Option
	for _, how := range design.Hows(v.question.Kind) {
		list = append(list, ui.Option{Value: how, Label: c.T("design.how_is." + how), Chosen: how == v.in.How})
	}
	return list
}

// values are the answers that can be chosen, none for what is typed.
func (v condView) values(c *web.Ctx) []ui.Option {
	var list []ui.Option
	add := func(value, label string) {
		list = append(list, ui.Option{Value: value, Label: label, Chosen: value == v.in.Value})
	}
	l := c.Texts.Lang()
	switch v.question.Kind {
	case form.YesNo:
		add("yes", c.T("form.answer.yes"))
		add("no", c.T("form.answer.no"))
	case form.Choice, form.Choices:
		for _, o := range v.question.Options {
			add(o.Value, o.Label.In(l))
		}
	case form.Country:
		for _, o := range form.Countries(l) {
			add(o.Value, o.Label.In(l))
		}
	}
	return list
}

// compared reports whether anything but whether there is an answer can be compared.
func (v condView) compared() bool { return len(design.Hows(v.question.Kind)) > 2 }

func (v condView) valueHint(c *web.Ctx) string {
	hint := c.T("design.cond.value_hint")
	if v.question.Kind == form.Date {
		hint += " " + c.T("design.unit.day")
	}
	return hint
}

func (v condView) joins(c *web.Ctx) []ui.Option {
	chosen := cmp.Or(v.in.Any, "all")
	return []ui.Option{
		{Value: "all", Label: c.T("design.cond.all"), Chosen: chosen == "all"},
		{Value: "any", Label: c.T("design.cond.any"), Chosen: chosen == "any"},
	}
}
