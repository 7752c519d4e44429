package tenantweb

import (
	"cmp"
	"strings"

	"voordeur/internal/i18n"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// entryEntries are what the organisation may know of citizens, and whether its clients have passwords (conflicts.md K2).
func entryEntries(c *web.Ctx, e tenant.Edition) []entry {
	off := ""
	if e.Settings.Login.NoPassword {
		off = "on"
	}
	return []entry{
		{field: ui.Field{Name: "bsn", Label: c.T("settings.entry.bsn"), Hint: c.T("settings.entry.bsn_hint"), Optional: c.T("ui.optional")}, value: e.Settings.BSN, set: func(e *tenant.Edition, s string) string {
			e.Settings.BSN = strings.TrimSpace(s)
			return ""
		}},
		{kind: tick, value: off, field: ui.Field{
			Name: "no_password", Label: c.T("settings.entry.password"), Hint: c.T("settings.entry.password_hint"), Options: []ui.Option{{Value: "on", Label: c.T("settings.entry.no_password")}},
		}, set: func(e *tenant.Edition, s string) string {
			e.Settings.Login.NoPassword = s != ""
			return ""
		}},
	}
}

// sessionEntries are when a log-in ends by itself.
func sessionEntries(c *web.Ctx, e tenant.Edition) []entry {
	r := e.Settings.Sessions.Whole()
	return []entry{
		number(c, "idle", "settings.sessions.idle", int64(r.IdleMinutes), func(e *tenant.Edition, n int64) { e.Settings.Sessions.IdleMinutes = int(n) }),
		number(c, "hours", "settings.sessions.hours", int64(r.Hours), func(e *tenant.Edition, n int64) { e.Settings.Sessions.Hours = int(n) }),
	}
}

// atOnce is the value in a form of what is "" in the settings.
const atOnce = "immediate"

// languageEntries are which languages one can choose, and when that shows.
func languageEntries(c *web.Ctx, e tenant.Edition) []entry {
	which := ui.Field{Name: "languages", Label: c.T("settings.languages.which")}
	var on []string
	for _, l := range i18n.Langs {
		which.Options = append(which.Options, ui.Option{Value: string(l), Label: c.T("settings.lang." + string(l))})
		if t := (tenant.Tenant{Settings: e.Settings}); t.Offers(l) {
			on = append(on, string(l))
		}
	}
	apply := ui.Field{Name: "apply", Label: c.T("settings.languages.apply")}
	for _, v := range []string{atOnce, tenant.NextLogin} {
		apply.Options = append(apply.Options, ui.Option{Value: v, Label: c.T("settings.languages.apply." + v)})
	}
	return []entry{
		{kind: tick, field: which, value: strings.Join(on, " "), set: func(e *tenant.Edition, s string) string {
			e.Settings.Languages = nil
			for _, l := range strings.Fields(s) {
				e.Settings.Languages = append(e.Settings.Languages, i18n.Lang(l))
			}
			return ""
		}},
		{kind: choose, field: apply, value: cmp.Or(e.Settings.LanguageApply, atOnce), set: func(e *tenant.Edition, s string) string {
			e.Settings.LanguageApply = strings.TrimPrefix(s, atOnce)
			return ""
		}},
	}
}

// accountEntries are how a company gives its people accounts.
func accountEntries(c *web.Ctx, e tenant.Edition) []entry {
	u := e.Settings.Users
	return []entry{
		onOff(c, "rights", "settings.accounts.rights", u.Rights, func(e *tenant.Edition, on bool) { e.Settings.Users.Rights = on }),
		onOff(c, "wizard", "settings.accounts.wizard", u.Wizard, func(e *tenant.Edition, on bool) { e.Settings.Users.Wizard = on }),
	}
}

// onOff is a single check box; the text beside it is key.on.
func onOff(c *web.Ctx, name, key string, on bool, set func(*tenant.Edition, bool)) entry {
	value := ""
	if on {
		value = "on"
	}
	return entry{kind: tick, value: value, field: ui.Field{
		Name: name, Label: c.T(key), Options: []ui.Option{{Value: "on", Label: c.T(key + ".on")}},
	}, set: func(e *tenant.Edition, s string) string {
		set(e, s != "")
		return ""
	}}
}

// contactEntries are what a client sees and changes of his own data.
func contactEntries(c *web.Ctx, e tenant.Edition) []entry {
	one := func(name, value string, set func(*tenant.Edition, string)) entry {
		f := ui.Field{Name: name, Label: c.T("settings.contact." + name)}
		for _, v := range tenant.ContactAccess {
			f.Options = append(f.Options, ui.Option{Value: v, Label: c.T("settings.contact.access." + v)})
		}
		return entry{kind: choose, field: f, value: value, set: func(e *tenant.Edition, s string) string {
			set(e, s)
			return ""
		}}
	}
	r := e.Settings.Contact.Whole()
	return []entry{
		one("email", r.Email, func(e *tenant.Edition, s string) { e.Settings.Contact.Email = s }),
		one("phone", r.Phone, func(e *tenant.Edition, s string) { e.Settings.Contact.Phone = s }),
		one("address", r.Address, func(e *tenant.Edition, s string) { e.Settings.Contact.Address = s }),
		onOff(c, "address_approval", "settings.contact.address_approval", r.AddressApproval, func(e *tenant.Edition, on bool) { e.Settings.Contact.AddressApproval = on }),
		onOff(c, "one_notice", "settings.contact.one_notice", r.OneNotice, func(e *tenant.Edition, on bool) { e.Settings.Contact.OneNotice = on }),
	}
}
