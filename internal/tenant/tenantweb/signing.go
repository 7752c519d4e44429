package tenantweb

import (
	"strings"

	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// signing is how clients approve documents.
func signing(c *web.Ctx, e tenant.Edition) []entry {
	r := e.Settings.Signing
	means := ui.Field{Name: "means", Label: c.T("settings.signing.means"), Hint: c.T("settings.signing.means_hint")}
	for _, m := range tenant.SigningMeans {
		means.Options = append(means.Options, ui.Option{Value: m, Label: c.T("settings.signing.means." + m)})
	}
	chosen := r.Means
	if chosen == nil {
		chosen = tenant.SigningMeans
	}
	return []entry{
		{kind: tick, field: means, value: strings.Join(chosen, " "), set: func(e *tenant.Edition, s string) string {
			e.Settings.Signing.Means = append([]string{}, strings.Fields(s)...)
			return ""
		}},
		switched(c, "must_open", r.MustOpen, func(e *tenant.Edition, on bool) { e.Settings.Signing.MustOpen = on }),
		switched(c, "remark", r.Remark, func(e *tenant.Edition, on bool) { e.Settings.Signing.Remark = on }),
	}
}

// switched is one check box of the page.
func switched(c *web.Ctx, name string, on bool, set func(*tenant.Edition, bool)) entry {
	value := ""
	if on {
		value = "on"
	}
	return entry{kind: tick, value: value, field: ui.Field{
		Name: name, Label: c.T("settings.signing." + name), Options: []ui.Option{{Value: "on", Label: c.T("settings.signing.on." + name)}},
	}, set: func(e *tenant.Edition, s string) string {
		set(e, s != "")
		return ""
	}}
}
