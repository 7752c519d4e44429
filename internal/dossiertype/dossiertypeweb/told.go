package dossiertypeweb

import (
	"cmp"
	"strings"

	"voordeur/internal/dossiertype"
	"voordeur/internal/web"
)

// told says a difference in words.
func told(c *web.Ctx, ch dossiertype.Change) string {
	what := c.T("type.this")
	if ch.Part != dossiertype.General {
		what = c.T("type.part."+string(ch.Part), "name", ch.Name.In(c.Texts.Lang()))
	}
	switch ch.Kind {
	case "added", "removed":
		return c.T("type.change."+ch.Kind, "what", what)
	case "moved":
		return c.T("type.change.moved." + string(ch.Part))
	}
	return c.T("type.change.changed", "what", what, "field", fieldName(c, ch.Field), "from", valueOf(c, ch.Field, ch.From), "to", valueOf(c, ch.Field, ch.To))
}

// fieldName is what a field of the forms is called, "" for the whole.
func fieldName(c *web.Ctx, field string) string {
	if field == "" {
		return ""
	}
	base, lang, worded := strings.Cut(field, "_")
	name := c.T("type.field." + base)
	if worded {
		name = c.T("type.in", "what", name, "lang", c.T("settings.lang."+lang))
	}
	return name
}

// valueOf is a value of a field in words.
func valueOf(c *web.Ctx, field, value string) string {
	switch {
	case field == "messages":
		return c.T("type.messages." + cmp.Or(value, "office"))
	case field == "told":
		return c.T("type.told." + cmp.Or(value, "involved"))
	case field == "confidentiality" && value == "":
		return c.T("type.rank_of_dossier")
	case value == "":
		return c.T("type.nothing")
	case field == "retention":
		return dossiertype.Retention(value).In(c.Texts)
	case field == "steps":
		return strings.ReplaceAll(value, "\n", "; ")
	case field == "rank" || field == "threshold" || field == "confidentiality":
		return c.T("rank." + value)
	case field == "progress":
		return c.T("type.progress." + value)
	case field == "colour":
		return c.T("type.colour." + value)
	case field == "portal" || field == "offered" || field == "final" || field == "deliver" || field == "required":
		return c.T("type.is." + value)
	}
	return value
}
