package tenantweb

import (
	"cmp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"voordeur/internal/filetype"
	"voordeur/internal/inspect"
	"voordeur/internal/passwords"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

func modules(c *web.Ctx, e tenant.Edition) []entry {
	f := ui.Field{Name: "modules", Label: c.T("settings.modules.which"), Hint: c.T("settings.modules.hint")}
	var on []string
	for _, m := range tenant.Modules {
		f.Options = append(f.Options, ui.Option{Value: m, Label: c.T("settings.modules." + m)})
		if e.Settings.Modules[m] {
			on = append(on, m)
		}
	}
	closed := ""
	if e.Settings.ClosedMessaging {
		closed = "on"
	}
	return []entry{
		{kind: tick, field: f, value: strings.Join(on, " "), set: func(e *tenant.Edition, s string) string {
			e.Settings.Modules = map[string]bool{}
			for _, m := range strings.Fields(s) {
				e.Settings.Modules[m] = true
			}
			return ""
		}},
		{kind: choose, value: e.Settings.Messaging, field: ui.Field{
			Name: "messaging", Label: c.T("settings.modules.messaging"), Hint: c.T("settings.modules.messaging_hint"), Options: []ui.Option{
				{Label: c.T("settings.modules.conversation")}, {Value: tenant.AsNotes, Label: c.T("settings.modules.note")},
			},
		}, set: func(e *tenant.Edition, s string) string {
			e.Settings.Messaging = s
			return ""
		}},
		{kind: tick, value: closed, field: ui.Field{
			Name: "closed_messaging", Label: c.T("settings.modules.closed"),
			Options: []ui.Option{{Value: "on", Label: c.T("settings.modules.closed_on")}},
		}, set: func(e *tenant.Edition, s string) string {
			e.Settings.ClosedMessaging = s != ""
			return ""
		}},
	}
}

func password(c *web.Ctx, e tenant.Edition) []entry {
	r := e.Settings.Password
	mode := ui.Field{Name: "mode", Label: c.T("settings.password.mode"), Hint: c.T("settings.password.mode_hint")}
	mode.Options = []ui.Option{
		{Value: string(passwords.Strict), Label: c.T("settings.password.mode.strict")},
		{Value: string(passwords.Modern), Label: c.T("settings.password.mode.modern")},
	}
	twice := ""
	if r.Twice {
		twice = "on"
	}
	forbidden := text(c, "forbidden", "settings.password.forbidden", r.Forbidden, func(e *tenant.Edition, s string) { e.Settings.Password.Forbidden = s })
	forbidden.field.Hint = c.T("settings.password.forbidden_hint")
	return []entry{
		{kind: choose, field: mode, value: string(cmp.Or(r.Mode, passwords.Strict)), set: func(e *tenant.Edition, s string) string {
			e.Settings.Password.Mode = passwords.Mode(s)
			return ""
		}},
		number(c, "min", "settings.password.min", int64(r.Min), func(e *tenant.Edition, n int64) { e.Settings.Password.Min = int(n) }),
		number(c, "upper", "settings.password.upper", int64(r.Upper), func(e *tenant.Edition, n int64) { e.Settings.Password.Upper = int(n) }),
		number(c, "digit", "settings.password.digit", int64(r.Digit), func(e *tenant.Edition, n int64) { e.Settings.Password.Digit = int(n) }),
		number(c, "special", "settings.password.special", int64(r.Special), func(e *tenant.Edition, n int64) { e.Settings.Password.Special = int(n) }),
		forbidden,
		{kind: tick, value: twice, field: ui.Field{
			Name: "twice", Label: c.T("settings.password.twice"), Options: []ui.Option{{Value: "on", Label: c.T("settings.password.twice_on")}},
		}, set: func(e *tenant.Edition, s string) string {
			e.Settings.Password.Twice = s != ""
			return ""
		}},
	}
}

// ruleAsRead shows the rule in the words that the client will read.
func ruleAsRead(c *web.Ctx, e tenant.Edition, t *tenant.Tenant) (templ.Component, error) {
	var rules []spoken
	for _, l := range t.Settings.Languages {
		texts := t.Texts(l)
		rules = append(rules, spoken{string(l), passwords.Text(texts, e.Settings.Password)}, spoken{string(l), texts.T("password.also")})
	}
	return ruleView(c, rules, e.Settings.Password.Mode != passwords.Modern), nil
}

// spoken is a text in a language.
type spoken struct{ lang, text string }

func fileRules(c *web.Ctx, e tenant.Edition) []entry {
	r := e.Settings.Files
	f := ui.Field{Name: "extensions", Label: c.T("settings.files.types"), Hint: c.T("settings.files.types_hint")}
	for _, t := range filetype.All() {
		f.Options = append(f.Options, ui.Option{Value: t.Extension, Label: t.Extension + " (" + c.T(t.Label) + ")"})
	}
	return []entry{
		number(c, "client_max", "settings.files.client_max", r.ClientMaxMB, func(e *tenant.Edition, n int64) { e.Settings.Files.ClientMaxMB = n }),
		number(c, "office_max", "settings.files.office_max", r.OfficeMaxMB, func(e *tenant.Edition, n int64) { e.Settings.Files.OfficeMaxMB = n }),
		number(c, "dossier_max", "settings.files.dossier_max", r.DossierMaxMB, func(e *tenant.Edition, n int64) { e.Settings.Files.DossierMaxMB = n }),
		number(c, "attachments", "settings.files.attachments", int64(r.MaxAttachment), func(e *tenant.Edition, n int64) { e.Settings.Files.MaxAttachment = int(n) }),
		{kind: tick, field: f, value: strings.Join(r.Extensions, " "), set: func(e *tenant.Edition, s string) string {
			e.Settings.Files.Extensions = slices.Compact(slices.Sorted(slices.Values(strings.Fields(s))))
			return ""
		}},
		several(c, "route", "settings.files.route", tenant.UploadRoutes, e.Settings.Upload.Takes, func(e *tenant.Edition, on []string) { e.Settings.Upload.Routes = on }),
		several(c, "required", "settings.files.required", tenant.UploadFields, e.Settings.Upload.Asks, func(e *tenant.Edition, on []string) { e.Settings.Upload.Required = on }),
		treatment(c, "macros", r.Macros, func(e *tenant.Edition, t inspect.Treatment) { e.Settings.Files.Macros = t }),
		treatment(c, "external", r.External, func(e *tenant.Edition, t inspect.Treatment) { e.Settings.Files.External = t }),
	}
}

// several is a choice of any number of a few.
func several(c *web.Ctx, name, key string, all []string, on func(string) bool, set func(*tenant.Edition, []string)) entry {
	f := ui.Field{Name: name, Label: c.T(key), Hint: c.T("settings.files.hint." + name)}
	var chosen []string
	for _, s := range all {
		f.Options = append(f.Options, ui.Option{Value: s, Label: c.T(key + "." + s)})
		if on(s) {
			chosen = append(chosen, s)
		}
	}
	return entry{kind: tick, field: f, value: strings.Join(chosen, " "), set: func(e *tenant.Edition, s string) string {
		set(e, append([]string{}, strings.Fields(s)...))
		return ""
	}}
}

// treatment is the choice of what happens to documents that have some part.
func treatment(c *web.Ctx, name string, now inspect.Treatment, set func(*tenant.Edition, inspect.Treatment)) entry {
	f := ui.Field{Name: name, Label: c.T("settings.files." + name), Hint: c.T("settings.files.hint." + name)}
	for _, t := range inspect.Treatments {
		f.Options = append(f.Options, ui.Option{Value: string(t), Label: c.T("settings.files.treatment." + string(t))})
	}
	return entry{kind: choose, field: f, value: string(cmp.Or(now, inspect.Flag)), set: func(e *tenant.Edition, s string) string {
		set(e, inspect.Treatment(s))
		return ""
	}}
}

func sender(c *web.Ctx, e tenant.Edition) []entry {
	m := e.Settings.Mail
	from := text(c, "from", "settings.sender.from", m.From, func(e *tenant.Edition, s string) { e.Settings.Mail.From = s })
	from.field.Type, from.field.Optional = "email", ""
	from.field.Hint = c.T("settings.sender.from_hint")
	name := text(c, "from_name", "settings.sender.name", m.FromName, func(e *tenant.Edition, s string) { e.Settings.Mail.FromName = s })
	address := text(c, "address", "settings.sender.address", m.Address, func(e *tenant.Edition, s string) { e.Settings.Mail.Address = s })
	address.field.Hint = c.T("settings.sender.address_hint")
	return []entry{from, name, address}
}
