package tenantweb

import (
	"maps"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// labels are the texts of one group, or those of all groups that have a word.
func labels(c *web.Ctx, e tenant.Edition) []entry {
	group, q := finding(c)
	var out []entry
	for _, key := range slices.Sorted(maps.Keys(i18n.Keys(i18n.NL))) {
		if !tenant.Renamable(key) || !wanted(key, group, q, e.Settings) {
			continue
		}
		for i, l := range e.Settings.Languages {
			en := wordEntry(c, l, key, e.Settings)
			if i == 0 {
				en.heading = c.T("settings.labels.of", "text", i18n.Keys(c.Texts.Lang())[key])
			}
			out = append(out, en)
		}
	}
	return out
}

func finding(c *web.Ctx) (group, q string) {
	q = strings.ToLower(strings.TrimSpace(c.Query("q")))
	group = c.Query("group")
	if !slices.Contains(tenant.LabelGroups, group) {
		group = tenant.LabelGroups[0]
	}
	return group, q
}

func wanted(key, group, q string, s tenant.Settings) bool {
	if q == "" {
		return strings.HasPrefix(key, group+".")
	}
	for _, l := range i18n.Langs {
		if strings.Contains(strings.ToLower(i18n.Keys(l)[key]), q) || strings.Contains(strings.ToLower(s.Labels[l][key]), q) {
			return true
		}
	}
	return false
}

// wordEntry is a text of the program in a language, with the tenant's own words as its value.
func wordEntry(c *web.Ctx, l i18n.Lang, key string, s tenant.Settings) entry {
	own := i18n.Keys(l)[key]
	f := ui.Field{Name: tenant.LabelKey(l, key), Label: c.T("settings.lang." + string(l)), Hint: c.T("settings.labels.own", "text", own), Optional: c.T("ui.optional")}
	if strings.Contains(own, "\n") || len(own) > 120 {
		f.Rows = 4
	}
	return entry{field: f, value: s.Labels[l][key], set: func(e *tenant.Edition, text string) string {
		e.Settings.SetLabel(l, key, text)
		return ""
	}}
}

// labelFinder is the search and the groups above the texts.
func labelFinder(c *web.Ctx) templ.Component {
	group, q := finding(c)
	var tabs []ui.Tab
	for _, g := range tenant.LabelGroups {
		tabs = append(tabs, ui.Tab{Label: c.T("settings.labels." + g), Href: web.Link(labelsPath, "group", g), Current: q == "" && g == group})
	}
	return finderView(c, tabs, c.Query("q"))
}

func mailTitle(c *web.Ctx) (string, error) {
	if !slices.Contains(tenant.MailKinds(), c.Param("mail")) {
		return "", errs.Missing()
	}
	return c.T("settings.mails.kind." + c.Param("mail")), nil
}

// mailEntries are subject, text and button of one mail in every language. The texts are shown in
// full, so that one can be changed by a word.
func mailEntries(c *web.Ctx, e tenant.Edition) []entry {
	var out []entry
	for _, l := range e.Settings.Languages {
		for i, part := range []string{"subject", "body", "button"} {
			key := "mail." + c.Param("mail") + "." + part
			en := wordEntry(c, l, key, e.Settings)
			en.field.Label, en.field.Hint = c.T("settings.mails."+part), ""
			if en.value == "" {
				en.value = i18n.Keys(l)[key]
			}
			switch part {
			case "subject":
				en.field.Hint = c.T("settings.mails.places", "places", "{office}")
			case "body":
				en.field.Rows, en.field.Hint = 6, c.T("settings.mails.body_hint", "places", "{name} {office}")
			}
			if i == 0 {
				en.heading = c.T("settings.lang." + string(l))
			}
			out = append(out, en)
		}
	}
	return out
}

// written is a mail as it leaves.
type written struct{ lang, subject, text, html string }

func (p *Pages) mailPreview(c *web.Ctx, e tenant.Edition, t *tenant.Tenant) (templ.Component, error) {
	as := *t
	as.Settings = e.Settings
	var list []written
	for _, l := range e.Settings.Languages {
		m, err := p.ids.Specimen(c.R.Context(), &as, l, c.Param("mail"), c.T("settings.mails.specimen_name"))
		if err != nil { // a text that cannot be sent is named at its field
			continue
		}
		list = append(list, written{string(l), m.Subject, m.Text, m.HTML})
	}
	return mailView(c, list), nil
}

func (p *Pages) mails(c *web.Ctx) error {
	return c.Render(200, mailsView(c, c.Frame(c.T("settings.mails")), tenant.MailKinds()))
}
