package dossiertypeweb

import (
	"strings"

	"voordeur/internal/dossiertype"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// forever is what the form says for what is kept for good.
const forever = "forever"

// retentionOf is a term as its form has it: the number, and in what it is counted.
func retentionOf(r dossiertype.Retention) (number, choice string) {
	if r == dossiertype.Forever {
		return "", forever
	}
	number, u := r.Split()
	return number, string(u)
}

// readRetention reads the form. A number without what it is counted in, or with what has none, is refused as a term that
// is not known: left out, it would seem to be kept.
func readRetention(choice, number string) dossiertype.Retention {
	number = strings.TrimSpace(number)
	switch {
	case choice == forever && number == "":
		return dossiertype.Forever
	case choice == "" || choice == forever:
		return dossiertype.Retention(number)
	}
	return dossiertype.Keep(number, dossiertype.Unit(choice))
}

// retentions are the choices; none is what "no term of its own" is called.
func retentions(c *web.Ctx, none, chosen string) []ui.Option {
	out := []ui.Option{{Label: none, Chosen: chosen == ""}}
	for _, u := range dossiertype.Units {
		out = append(out, ui.Option{Value: string(u), Label: c.T("retention.unit." + string(u)), Chosen: string(u) == chosen})
	}
	return append(out, ui.Option{Value: forever, Label: c.T("retention.forever"), Chosen: forever == chosen})
}
