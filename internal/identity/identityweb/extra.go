package identityweb

import (
	"net/url"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const extrasPath = "/profile/accounts"

// extraRoutes are the addresses on which a company manages its extra accounts (N48-N51).
func (p *Pages) extraRoutes() []web.Route {
	m, one := tenant.ModuleProfile, extrasPath+"/{account}"
	return []web.Route{
		{Method: web.Get, Pattern: extrasPath, Policy: access.PortalWith(access.ManageUsers), Module: m, Handler: web.Client(p.extras)},
		{Method: web.Post, Pattern: extrasPath, Policy: access.PortalWith(access.ManageUsers), Module: m, Recent: identity.ManageWithin, Handler: web.Client(p.addExtra), Form: extraForm{}},
		{Method: web.Get, Pattern: one, Policy: access.PortalWith(access.ManageUsers), Module: m, Handler: web.Client(p.extra)},
		{Method: web.Post, Pattern: one + "/resend", Policy: access.PortalWith(access.ManageUsers), Module: m, Handler: web.Client(p.resendExtra), Form: onceForm{}},
		{Method: web.Get, Pattern: one + "/remove", Policy: access.PortalWith(access.ManageUsers), Module: m, Handler: web.Client(p.askRemoveExtra)},
		{Method: web.Post, Pattern: one + "/remove", Policy: access.PortalWith(access.ManageUsers), Module: m, Recent: identity.ManageWithin, Handler: web.Client(p.removeExtra)},
	}
}

type extraForm struct {
	Once  string `form:"once"`
	Name  string `form:"name"`
	Email string `form:"email"`
}

type onceForm struct {
	Once string `form:"once"`
}

func (p *Pages) extras(c *web.Ctx, a access.Client) error {
	return p.showExtras(c, a, 200, extraForm{Once: web.OnceKey()}, nil)
}

func (p *Pages) showExtras(c *web.Ctx, a access.Client, status int, f extraForm, problems []ui.Problem) error {
	list, err := p.ids.Extras(c.R.Context(), a)
	if err != nil {
		return err
	}
	title := c.T("extra.title")
	if len(problems) > 0 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, extrasView(c, c.Frame(title), list, f, problems))
}

func (p *Pages) addExtra(c *web.Ctx, a access.Client) error {
	var f extraForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	_, err := p.ids.InviteExtra(c.R.Context(), a, f.Once, f.Name, f.Email)
	if errs.FieldsOf(err) != nil {
		return p.showExtras(c, a, 422, f, ui.Problems(c.Texts, err))
	}
	if err != nil {
		return err
	}
	return c.Done(extrasPath, "extra.invited_now", "email", f.Email)
}

func (p *Pages) extra(c *web.Ctx, a access.Client) error {
	acc, err := p.ids.Extra(c.R.Context(), a, c.Param("account"))
	if err != nil {
		return err
	}
	return c.Render(200, extraView(c, c.Frame(acc.Name), acc))
}

func (p *Pages) resendExtra(c *web.Ctx, a access.Client) error {
	var f onceForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if err := p.ids.ResendExtra(c.R.Context(), a, c.Param("account"), f.Once); err != nil {
		return err
	}
	return c.Done(extraPath(c.Param("account")), "account.resent")
}

func (p *Pages) askRemoveExtra(c *web.Ctx, a access.Client) error {
	acc, err := p.ids.Extra(c.R.Context(), a, c.Param("account"))
	if err != nil {
		return err
	}
	return c.Render(200, removeExtraView(c, c.Frame(c.T("extra.remove_title")), acc))
}

func (p *Pages) removeExtra(c *web.Ctx, a access.Client) error {
	acc, err := p.ids.Extra(c.R.Context(), a, c.Param("account"))
	if err != nil {
		return err
	}
	if err := p.ids.RemoveExtra(c.R.Context(), a, acc.ID); err != nil {
		return err
	}
	return c.Done(extrasPath, "extra.removed_now", "name", acc.Name)
}

func extraPath(id string) string { return extrasPath + "/" + url.PathEscape(id) }
