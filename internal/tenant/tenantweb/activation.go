package tenantweb

import (
	"cmp"

	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// activation is how clients come in for the first time, and what the log-in page shows.
func activation(c *web.Ctx, e tenant.Edition) []entry {
	a := e.Settings.Activation
	channel := ui.Field{Name: "channel", Label: c.T("settings.activation.channel")}
	for _, ch := range tenant.Channels {
		channel.Options = append(channel.Options, ui.Option{Value: string(ch), Label: c.T("settings.activation.channel." + string(ch))})
	}
	after := ui.Field{Name: "after", Label: c.T("settings.activation.after")}
	for _, af := range tenant.Afters {
		after.Options = append(after.Options, ui.Option{Value: string(af), Label: c.T("settings.activation.after." + string(af))})
	}
	shown := ""
	if e.Settings.Login.Organisation {
		shown = "on"
	}
	return []entry{
		{kind: choose, field: channel, value: string(cmp.Or(a.Channel, tenant.ByMail)), set: func(e *tenant.Edition, s string) string {
			e.Settings.Activation.Channel = tenant.Channel(s)
			return ""
		}},
		{kind: choose, field: after, value: string(cmp.Or(a.After, tenant.ToProfile)), set: func(e *tenant.Edition, s string) string {
			e.Settings.Activation.After = tenant.After(s)
			return ""
		}},
		{kind: tick, value: shown, field: ui.Field{
			Name: "organisation", Label: c.T("settings.activation.login"), Options: []ui.Option{{Value: "on", Label: c.T("settings.activation.organisation")}},
		}, set: func(e *tenant.Edition, s string) string {
			e.Settings.Login.Organisation = s != ""
			return ""
		}},
	}
}
