package tenantweb

import (
	"cmp"
	"strings"

	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// secondFactor is what clients show besides their password (conflicts.md K14).
func (p *Pages) secondFactor(c *web.Ctx, e tenant.Edition) []entry {
	r := e.Settings.SecondFactor
	policy := ui.Field{Name: "policy", Label: c.T("settings.second_factor.policy")}
	for _, one := range tenant.FactorPolicies {
		policy.Options = append(policy.Options, ui.Option{Value: one, Label: c.T("settings.second_factor.policy." + one)})
	}
	means := ui.Field{Name: "means", Label: c.T("settings.second_factor.means"), Hint: c.T("settings.second_factor.means_hint")}
	if !p.tenants.Texting {
		means.Hint = c.T("settings.second_factor.no_texting")
	}
	for _, m := range tenant.FactorMeans {
		means.Options = append(means.Options, ui.Option{Value: m, Label: c.T("settings.second_factor.means." + m)})
	}
	enrolment := ui.Field{Name: "enrolment", Label: c.T("settings.second_factor.enrolment"), Hint: c.T("settings.second_factor.enrolment_hint")}
	for _, one := range tenant.Enrolments {
		enrolment.Options = append(enrolment.Options, ui.Option{Value: one, Label: c.T("settings.second_factor.enrolment." + one)})
	}
	codes := ""
	if r.RecoveryCodes {
		codes = "on"
	}
	return []entry{
		{kind: choose, field: policy, value: cmp.Or(r.Policy, tenant.FactorOff), set: func(e *tenant.Edition, s string) string {
			e.Settings.SecondFactor.Policy = s
			return ""
		}},
		{kind: tick, field: means, value: strings.Join(r.Means, " "), set: func(e *tenant.Edition, s string) string {
			e.Settings.SecondFactor.Means = strings.Fields(s)
			return ""
		}},
		{kind: choose, field: enrolment, value: cmp.Or(r.Enrolment, tenant.EnrolSelf), set: func(e *tenant.Edition, s string) string {
			e.Settings.SecondFactor.Enrolment = s
			return ""
		}},
		{kind: tick, value: codes, field: ui.Field{
			Name: "recovery", Label: c.T("settings.second_factor.recovery"),
			Options: []ui.Option{{Value: "on", Label: c.T("settings.second_factor.recovery_on")}},
		}, set: func(e *tenant.Edition, s string) string {
			e.Settings.SecondFactor.RecoveryCodes = s != ""
			return ""
		}},
	}
}
