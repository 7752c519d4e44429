package filling

import (
	"cmp"
	"slices"
	"strings"

	"voordeur/internal/form"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// inRadio is how many answers are shown at once; more are a list to choose from.
const inRadio = 7

// labelled is a question's field of the page, without its answer.
func (v pageView) labelled(c *web.Ctx, f form.Field) ui.Field {
	l, q := c.Texts.Lang(), f.Question
	u := ui.Field{Name: answerPrefix + f.Name, Label: q.Label.In(l), Hint: q.Help.In(l), Error: ui.ErrorOf(v.problems, answerPrefix+f.Name)}
	if example := q.Example.In(l); example != "" {
		u.Hint = joined(u.Hint, c.T("questionnaire.example", "example", example))
	}
	u.Hint = joined(u.Hint, v.source(c, f))
	if !f.Required {
		u.Optional = c.T("ui.optional")
	}
	return u
}

func joined(a, b string) string { return strings.TrimSpace(a + " " + b) }

// ofGroup is labelled for a fieldset, whose legend has no place of its own for the word.
func (v pageView) ofGroup(c *web.Ctx, f form.Field) ui.Field {
	u := v.labelled(c, f)
	if u.Optional != "" {
		u.Label += " (" + u.Optional + ")"
	}
	return u
}

// line is a question that is answered on one line, or several.
func (v pageView) line(c *web.Ctx, f form.Field) ui.Field {
	u := v.labelled(c, f)
	u.Value = f.Question.Typed(v.typed.First(f.Name), c.Texts.Lang())
	switch f.Question.Kind {
	case form.LongText:
		u.Rows = 5
	case form.Number, form.Amount:
		u.InputMode = "decimal"
	case form.Date:
		u.Hint = joined(u.Hint, c.T("questionnaire.date_hint"))
	case form.Email:
		u.Type, u.Autocomplete = "email", "email"
	case form.Phone:
		u.Type, u.Autocomplete = "tel", "tel"
	case form.BSN, form.RSIN, form.KvK:
		u.InputMode = "numeric"
	}
	return u
}

// options are the answers of a question that is answered by choosing.
func (v pageView) options(c *web.Ctx, f form.Field) ui.Field {
	u, q := v.ofGroup(c, f), f.Question
	add := func(value, label string) {
		u.Options = append(u.Options, ui.Option{Value: value, Label: label, Chosen: slices.Contains(v.typed[f.Name], value)})
	}
	switch q.Kind {
	case form.YesNo:
		add("yes", c.T("form.answer.yes"))
		add("no", c.T("form.answer.no"))
	case form.Declaration:
		add("yes", q.Label.In(c.Texts.Lang()))
		u.Label = c.T("questionnaire.declaration")
	case form.Country:
		u.Options = countries(c, v.typed.First(f.Name))
	default:
		if v.chooses(q) {
			u = v.labelled(c, f)
			add("", "")
		}
		for _, o := range q.Options {
			add(o.Value, o.Label.In(c.Texts.Lang()))
		}
	}
	return u
}

// chooses reports whether the question is a list that opens.
func (v pageView) chooses(q *form.Question) bool {
	return q.Kind == form.Country || q.Kind == form.Choice && len(q.Options) > inRadio
}

func countries(c *web.Ctx, chosen string) []ui.Option {
	list := []ui.Option{{}}
	for _, o := range form.Countries(c.Texts.Lang()) {
		list = append(list, ui.Option{Value: o.Value, Label: o.Label.In(c.Texts.Lang()), Chosen: o.Value == chosen})
	}
	return list
}

// part is one field of an answer that has several.
func (v pageView) part(c *web.Ctx, f form.Field, part string) ui.Field {
	name := f.Name + "." + part
	u := ui.Field{Name: answerPrefix + name, Label: c.T("questionnaire.part." + part), Error: ui.ErrorOf(v.problems, answerPrefix+name), Value: f.Question.Typed(v.typed.First(name), c.Texts.Lang())}
	switch {
	case !f.Required || part == "addition" || part == "prefix" || part == "country":
		u.Optional = c.T("ui.optional")
	}
	switch part {
	case "number":
		u.InputMode = "numeric"
	case "from", "to":
		u.Hint = c.T("questionnaire.date_hint")
	case "country":
		u.Options, u.Optional = countries(c, cmp.Or(v.typed.First(name), "NL")), ""
	}
	return u
}

// files are the files that a question has been answered with already.
func (v pageView) files(f form.Field) []ui.Option {
	var list []ui.Option
	for _, id := range v.typed[f.Name] {
		name := v.p.Files[id]
		if name == "" {
			name = v.fresh[id]
		}
		if name != "" {
			list = append(list, ui.Option{Value: id, Label: name, Chosen: true})
		}
	}
	return list
}

// intros are what stands above the questions; that of the form only on its first page.
func (v pageView) intros(c *web.Ctx) []string {
	var list []string
	if v.number() == 1 {
		list = append(list, v.p.Definition.Intro.In(c.Texts.Lang()))
	}
	return append(list, v.page.Page.Intro.In(c.Texts.Lang()))
}

// told is what is wrong with the page, each with the question that it is about: many have the same problem.
func (v pageView) told(c *web.Ctx) []ui.Problem {
	list := slices.Clone(v.problems)
	for _, f := range v.page.Fields() {
		for i, p := range list {
			if about(p, f) {
				list[i].Text = f.Question.Label.In(c.Texts.Lang()) + ": " + p.Text
			}
		}
	}
	return list
}

func describedFile(u ui.Field, id string) string {
	if u.Error != "" {
		return id + "-hint " + id + "-error"
	}
	return id + "-hint"
}
