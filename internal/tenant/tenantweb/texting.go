package tenantweb

import (
	"strings"

	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// nations are the countries to which text messages can go, with their names.
var nations = []struct{ iso, name string }{
	{"NL", "country.nl"},
	{"BE", "country.be"},
	{"DE", "country.de"},
	{"FR", "country.fr"},
	{"LU", "country.lu"},
	{"GB", "country.gb"},
	{"AT", "country.at"},
	{"CH", "country.ch"},
	{"CZ", "country.cz"},
	{"DK", "country.dk"},
	{"ES", "country.es"},
	{"FI", "country.fi"},
	{"IE", "country.ie"},
	{"IT", "country.it"},
	{"NO", "country.no"},
	{"PL", "country.pl"},
	{"PT", "country.pt"},
	{"SE", "country.se"},
}

func (p *Pages) texting(c *web.Ctx, e tenant.Edition) []entry {
	r := e.Settings.SMS
	most := number(c, "per_day", "settings.sms.per_day", int64(r.PerDay), func(e *tenant.Edition, n int64) { e.Settings.SMS.PerDay = int(n) })
	most.field.Hint = c.T("settings.sms.per_day_hint")
	f := ui.Field{Name: "countries", Label: c.T("settings.sms.countries"), Hint: c.T("settings.sms.countries_hint")}
	for _, n := range nations {
		f.Options = append(f.Options, ui.Option{Value: n.iso, Label: c.T(n.name)})
	}
	list := []entry{most, {kind: tick, field: f, value: strings.Join(r.Countries, " "), set: func(e *tenant.Edition, s string) string {
		e.Settings.SMS.Countries = strings.Fields(s)
		return ""
	}}}
	if p.tenants.Calling {
		list = append(list, onOff(c, "voice", "settings.sms.voice", r.Voice, func(e *tenant.Edition, on bool) { e.Settings.SMS.Voice = on }))
	}
	return list
}
