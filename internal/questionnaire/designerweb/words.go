package designerweb

import (
	"strings"

	"voordeur/internal/form"
	"voordeur/internal/form/design"
	"voordeur/internal/i18n"
	"voordeur/internal/questionnaire"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// standing says who changed a draft last, and what clients fill in meanwhile.
func standing(c *web.Ctx, d questionnaire.Draft) string {
	s := c.T("design.changed_by", "name", d.ChangedBy, "date", c.Texts.DateTime(d.ChangedAt.Time))
	if d.Number == 0 {
		return s + " " + c.T("design.nobody_yet")
	}
	return s + " " + c.T("design.in_use", "n", d.Number)
}

// sentence begins with a capital letter and ends with a full stop.
func sentence(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:]) + "."
}

// pageWords says when a page is asked.
func pageWords(c *web.Ctx, f *design.Form, p *design.Page) []string {
	var list []string
	if p.Show != nil {
		list = append(list, c.T("design.page_when", "condition", f.CondWords(p.Show, c.Texts)))
	}
	if p.End != nil {
		list = append(list, c.T("design.page_end", "condition", f.CondWords(p.End.When, c.Texts), "text", p.End.Text.In(c.Texts.Lang())))
	}
	return list
}

// itemWords says in short what a question is, and when it is asked.
func itemWords(c *web.Ctx, f *design.Form, q *design.Item) []string {
	first := c.T("design.kind." + string(q.Kind))
	switch {
	case q.Kind == design.Group && q.Repeat != nil:
		first += " · " + c.T("design.repeats")
	case q.Kind == design.Group || q.Kind == form.Computed:
	case requiredOf(q) == always:
		first += " · " + c.T("design.required.yes")
	case requiredOf(q) == never:
		first += " · " + c.T("design.required.no")
	}
	list := []string{first}
	if q.Value != nil {
		list = append(list, c.T("design.computes", "value", f.ExprWords(q.Value, c.Texts)))
	}
	if q.Show != nil {
		list = append(list, c.T("design.asked_when", "condition", f.CondWords(q.Show, c.Texts)))
	}
	if requiredOf(q) == sometimes {
		list = append(list, c.T("design.required_when", "condition", f.CondWords(q.Required.When, c.Texts)))
	}
	return list
}

// kindGroups are the kinds in the order in which one is chosen, under a heading each.
var kindGroups = []struct {
	name string
	list []form.Kind
}{
	{"writing", []form.Kind{form.ShortText, form.LongText, form.Number, form.Amount, form.Date, form.Period}},
	{"choosing", []form.Kind{form.YesNo, form.Choice, form.Choices, form.Country, form.Declaration}},
	{"person", []form.Kind{form.Person, form.Address, form.Postcode, form.Email, form.Phone, form.BSN, form.IBAN, form.KvK, form.RSIN}},
	{"more", []form.Kind{form.File, form.Computed, design.Group}},
}

// kindHref is where a question of a kind is added.
func kindHref(v sheetView, s design.Spot, k form.Kind) string {
	group := ""
	if s.Group != nil {
		group = s.Group.ID
	}
	return web.Link(path(v.d)+"/pages/"+s.Page.ID+"/question", "kind", string(k), "group", group)
}

// unit says what the bounds of a question count.
func unit(c *web.Ctx, k form.Kind) string {
	switch k {
	case form.ShortText, form.LongText:
		return c.T("design.unit.letters")
	case form.Choices:
		return c.T("design.unit.choices")
	case form.File:
		return c.T("design.unit.files")
	case design.Group:
		return c.T("design.unit.times")
	case form.Date, form.Period:
		return c.T("design.unit.day")
	}
	return ""
}

func on(label, chosen string) []ui.Option {
	return []ui.Option{{Value: "on", Label: label, Chosen: chosen != ""}}
}

func speaks(c *web.Ctx, l i18n.Lang) bool {
	for _, known := range c.Site.Languages {
		if known == l {
			return true
		}
	}
	return false
}

func (v questionView) added() bool { return v.spot.Item.ID == "" }

// where says on which page a question stands, or is added.
func (v questionView) where(c *web.Ctx) string {
	l := c.Texts.Lang()
	kind := c.T("design.kind." + string(v.spot.Item.Kind))
	if v.spot.Group != nil {
		return c.T("design.where_group", "kind", kind, "page", v.spot.Page.Title.In(l), "group", v.spot.Group.Label.In(l))
	}
	return c.T("design.where", "kind", kind, "page", v.spot.Page.Title.In(l))
}

func labelHint(c *web.Ctx, k form.Kind) string {
	switch k {
	case design.Group:
		return c.T("design.label_group")
	case form.Declaration:
		return c.T("design.label_declaration")
	}
	return c.T("design.label_hint")
}

// requires are the ways in which a question can be required; that with a condition only where there is one.
func (v questionView) requires(c *web.Ctx) []ui.Option {
	values := []string{always, never}
	if v.in.Required == sometimes {
		values = append(values, sometimes)
	}
	return v.radio(c, "design.must", v.in.Required, values...)
}

// more reports whether something stands in what is folded up.
func (v questionView) more() bool {
	in := v.in
	return in.ExampleNL+in.ExampleEN+in.Regexp+in.WordsNL+in.WordsEN != "" || len(in.Prefill) > 0
}

// byHand reports whether what is computed was made in a file, beyond what the sheet can show.
func (v questionView) byHand() bool {
	_, simple := v.spot.Item.Value.Simple()
	return v.spot.Item.Value != nil && !simple
}

func (v questionView) format() string {
	if v.in.Format == "" {
		return "number"
	}
	return v.in.Format
}

func decimalOptions(chosen string) []ui.Option {
	var list []ui.Option
	for _, n := range []string{"0", "1", "2", "4"} {
		list = append(list, ui.Option{Value: n, Label: n, Chosen: n == chosen})
	}
	return list
}

// showWords says when something is asked.
func showWords(c *web.Ctx, f *design.Form, cond *design.Cond, without string) string {
	if cond == nil {
		return c.T(without)
	}
	return c.T("design.asked_when", "condition", f.CondWords(cond, c.Texts))
}

func endWords(c *web.Ctx, f *design.Form, e *design.End) string {
	if e == nil {
		return c.T("design.cond.none.end")
	}
	return c.T("design.page_end", "condition", f.CondWords(e.When, c.Texts), "text", e.Text.In(c.Texts.Lang()))
}

func mustWords(c *web.Ctx, f *design.Form, q *design.Item) string {
	switch requiredOf(q) {
	case sometimes:
		return c.T("design.required_when", "condition", f.CondWords(q.Required.When, c.Texts))
	case always:
		return c.T("design.cond.required_always")
	}
	return c.T("design.cond.none.required")
}
