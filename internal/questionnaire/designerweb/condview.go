package designerweb

import (
	"slices"
	"strconv"

	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/form/design"
	"voordeur/internal/i18n"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// condView is a page of a condition: the whole, a group of it, or one rule.
type condView struct {
	sheetView
	kind     asked
	held     held
	in       condForm
	place    place
	question *design.Item // whose answer is compared, nil when that is asked
}

func (p *Pages) showCond(c *web.Ctx, code int, v sheetView, k asked, in condForm) error {
	h, err := k.in(c, v.d.Form)
	if err != nil {
		return err
	}
	at, ok := in.place(h.cond)
	if !ok && code == 200 {
		return errs.Missing()
	}
	if !ok { // a colleague changed it: what was typed becomes a rule of the whole
		in.Group, in.Rule = "", ""
		at, _ = in.place(h.cond)
	}
	cv := condView{sheetView: v, kind: k, held: h, in: in, place: at}
	if i := slices.IndexFunc(h.named, func(q *design.Item) bool { return q.ID == in.Question }); i >= 0 {
		cv.question = h.named[i]
	}
	cv.fill(c, code)
	return c.Render(code, condPage(c, titled(c, code, cv.title(c)), cv))
}

// fill puts in the form what the draft has, where nothing else was typed.
func (v *condView) fill(c *web.Ctx, code int) {
	if v.in.Join == "" {
		v.in.Join = joinOf(v.place.list)
	}
	if v.in.Rule != "" {
		rule := v.place.list.Parts[v.place.rule]
		about := ruleOn(v.held.named, rule)
		switch {
		case code == 409 && (about == nil || about.ID != v.in.Question):
			// Another rule stands there now: what was typed is added to it.
			v.in.Rule, v.place.rule = "", len(v.place.list.Parts)
		case v.question == nil && about != nil && v.in.Question == "":
			v.in.Question = about.ID
			v.in.How, v.in.Than, _ = about.Comparison(rule, c.Texts)
		case v.question != nil && v.in.How == "" && code == 200:
			v.in.How, v.in.Than, _ = v.question.Comparison(rule, c.Texts)
		}
	}
	if code == 200 && v.held.end != nil {
		v.in.TextNL, v.in.TextEN = v.held.end.Text[i18n.NL], english(v.held.end.Text)
	}
}

// ruleOn is the question that a rule is about.
func ruleOn(named []*design.Item, rule *design.Cond) *design.Item {
	id := rule.Answer
	if id == "" {
		id = rule.Parts[0].Answer
	}
	if i := slices.IndexFunc(named, func(q *design.Item) bool { return q.ID == id }); i >= 0 {
		return named[i]
	}
	return nil
}

func (v condView) title(c *web.Ctx) string {
	if v.kind.pages {
		return c.T("design.cond.page_" + v.kind.what)
	}
	return c.T("design.cond.question_" + v.kind.what)
}

// choosing reports whether the page asks for the question of one rule alone.
func (v condView) choosing() bool {
	return v.in.Rule != "" || v.in.Group == fresh || v.in.Do == "keep"
}

// up is where one goes back to.
func (v condView) up(c *web.Ctx) (href, label string) {
	switch {
	case v.place.group >= 0 && v.in.Group != fresh && (v.question != nil || v.choosing()):
		return web.Link(v.at, "group", v.in.Group), c.T("design.cond.group")
	case v.place.group >= 0 || v.question != nil || v.choosing():
		return v.at, v.title(c)
	}
	return path(v.d), v.d.Title.In(c.Texts.Lang())
}

// whole says what the condition comes to.
func (v condView) whole(c *web.Ctx) string {
	words := v.d.Form.CondWords(v.held.cond, c.Texts)
	switch v.kind.what {
	case "end":
		return endWords(c, v.d.Form, v.held.end)
	case "required":
		return c.T("design.required_when", "condition", words)
	}
	return c.T("design.asked_when", "condition", words)
}

// part is a part of a condition as it is shown.
type part struct {
	number string // counted from 1
	text   string
	words  string   // in full: which one it is, for who hears it
	change string   // where it is changed, "" for what a file made
	rules  []string // of a group
}

// parts are those of the whole, or of the group that the page is about.
func (v condView) parts(c *web.Ctx) []part {
	list := make([]part, len(v.place.list.Parts))
	for i, p := range v.place.list.Parts {
		one := part{number: strconv.Itoa(i + 1), text: v.said(c, p), words: v.said(c, p)}
		switch {
		case p.IsGroup():
			one.change = web.Link(v.at, "group", one.number)
			one.text, one.rules = v.group(c, p.Rules())
		case p.IsRule():
			if q := ruleOn(v.held.named, p); q != nil {
				if _, _, ok := q.Comparison(p, c.Texts); ok {
					one.change = web.Link(v.at, "group", v.in.Group, "rule", one.number, "question", q.ID)
				}
			}
		}
		list[i] = one
	}
	return list
}

// group says how the rules of a group belong together, and the rules.
func (v condView) group(c *web.Ctx, g design.Rules) (how string, rules []string) {
	for _, r := range g.Parts {
		rules = append(rules, v.said(c, r))
	}
	return c.T("design.cond.of_group." + joinOf(g)), rules
}

// along is what was given already, for the page that follows.
func (v condView) along() [][2]string {
	fields := [][2]string{{"group", v.in.Group}, {"rule", v.in.Rule}}
	if v.choosing() {
		fields = append(fields, [2]string{"how", v.in.How}, [2]string{"than", v.in.Than})
		if v.held.end == nil {
			fields = append(fields, [2]string{"text_nl", v.in.TextNL}, [2]string{"text_en", v.in.TextEN})
		}
	}
	return slices.DeleteFunc(fields, func(f [2]string) bool { return f[1] == "" })
}

func (v condView) said(c *web.Ctx, p *design.Cond) string {
	return sentence(v.d.Form.CondWords(p, c.Texts))
}

// asksJoin reports whether it matters how many of the rules must hold.
func (v condView) asksJoin() bool {
	n := len(v.place.list.Parts)
	if v.question != nil && v.in.Rule == "" {
		n++
	}
	return n > 1 || v.place.list.Not || v.place.group >= 0
}

// groups reports whether the rules can be put in a group together.
func (v condView) groups() bool { return len(v.place.list.Parts) > 1 && v.place.list.Flat() }

// loosens reports whether the group can be taken apart.
func (v condView) loosens() bool {
	_, ok := v.place.top.Loose(v.place.group)
	return ok
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
		list = append(list, ui.Option{Value: value, Label: label, Chosen: value == v.in.Than})
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

// joins are the ways in which the rules can belong together. That not all of them hold is seldom meant, and offered only
// where it is so.
func (v condView) joins(c *web.Ctx) []ui.Option {
	list := []ui.Option{}
	for _, name := range []string{"all", "any", "none", "not_all"} {
		if chosen := v.in.Join == name; chosen || name != "not_all" {
			list = append(list, ui.Option{Value: name, Label: c.T("design.cond.join." + name), Chosen: chosen})
		}
	}
	return list
}
