package identityweb

import (
	"cmp"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/i18n"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// languageRoutes are where somebody chooses his language.
func (p *Pages) languageRoutes() []web.Route {
	return []web.Route{
		{Method: web.Post, Pattern: "/profile/language", Policy: access.PortalClient, Module: tenant.ModuleProfile, Handler: p.setLanguage, Form: languageForm{}},
		{Method: web.Post, Pattern: "/profile/language", Policy: access.OfficeWith(access.Read), Handler: p.setLanguage, Form: languageForm{}},
	}
}

type languageForm struct {
	Language string `form:"language"`
}

// languageBlock is nothing where there is nothing to choose.
func (p *Pages) languageBlock(c *web.Ctx) (templ.Component, error) {
	if len(c.Site.Languages) < 2 {
		return templ.NopComponent, nil
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return nil, err
	}
	now, err := p.ids.Language(c.R.Context(), c.Scope)
	if err != nil {
		return nil, err
	}
	now = cmp.Or(now, c.Texts.Lang())
	f := ui.Field{Name: "language", Label: c.T("language.choose")}
	if t.Settings.LanguageApply == tenant.NextLogin {
		f.Hint = c.T("language.hint")
	}
	for _, l := range c.Site.Languages {
		f.Options = append(f.Options, ui.Option{Value: string(l), Label: c.T("settings.lang." + string(l)), Chosen: l == now})
	}
	return languageView(c, f), nil
}

func (p *Pages) setLanguage(c *web.Ctx) error {
	var f languageForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if err := p.ids.SetLanguage(c.R.Context(), c.Scope, i18n.Lang(f.Language)); err != nil {
		return err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	if t.Settings.LanguageApply == tenant.NextLogin {
		return c.Done("/profile#language", "language.next_login")
	}
	return c.Done("/profile#language", "language.saved")
}
