package identityweb

import (
	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// confirmRoutes are the page that asks once more who it is. It is open because a second click on its
// button comes with a token that the first one has replaced.
func (p *Pages) confirmRoutes() []web.Route {
	return []web.Route{
		{Method: web.Get, Pattern: "/confirm", Policy: access.AnyFace, Passkeys: passkeyUse, Handler: p.confirmPage},
		{Method: web.Post, Pattern: "/confirm", Policy: access.AnyFace, Passkeys: passkeyUse, Handler: p.confirm, Form: confirmForm{}},
		{Method: web.Post, Pattern: "/confirm/send", Policy: access.AnyFace, Handler: p.sendToConfirm, Form: confirmForm{}},
	}
}

type confirmForm struct {
	Password string `form:"password"`
	Code     string `form:"code"`
	Next     string `form:"next"`
	Aloud    string `form:"aloud"` // the code is spoken on a call
}

func (p *Pages) confirmPage(c *web.Ctx) error {
	if c.Scope.Account() == "" {
		return c.See(web.Link("/login", "next", c.Query("next")))
	}
	return p.showConfirm(c, 200, confirmForm{Next: c.Query("next")}, nil, "")
}

func (p *Pages) showConfirm(c *web.Ctx, status int, f confirmForm, list []ui.Problem, general string) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	if by, err := p.ids.ConnectionOf(c.R.Context(), c.Scope); err != nil || by != "" {
		return p.showConfirmElsewhere(c, t, by, f.Next, err)
	}
	asks, err := p.ids.ToConfirm(c.R.Context(), t, c.Scope)
	if err != nil {
		return err
	}
	title := c.T("confirm.title")
	if status != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, confirmView(c, c.Frame(title), f, asks, list, general))
}

// confirm goes on to where proof was needed, under the session's new token.
func (p *Pages) confirm(c *web.Ctx) error {
	var f confirmForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if c.Scope.Account() == "" {
		return c.See(web.Link("/login", "next", f.Next))
	}
	if f.Password == "" {
		var missing errs.Fields
		missing.Add("password", "field.required")
		return p.showConfirm(c, 422, f, ui.Problems(c.Texts, missing.Err()), "")
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	token, err := p.ids.Confirm(c.R.Context(), t, c.Scope, identity.Proof{Password: f.Password, Code: f.Code, Device: c.Cookie(deviceCookie), Origin: c.Scope.Origin()})
	switch {
	case errs.Is(err, errs.Invalid):
		return p.showConfirm(c, 422, f, ui.Problems(c.Texts, err), "")
	case errs.Is(err, errs.Limited):
		later(c, err)
		return p.showConfirm(c, 429, f, nil, c.T("login.locked"))
	case err != nil:
		return err
	}
	c.SetCookie(sessionCookie, token, 0)
	return c.See(f.Next)
}

// sendToConfirm sends a code to the telephone of whoever is logged in.
func (p *Pages) sendToConfirm(c *web.Ctx) error {
	var f confirmForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if c.Scope.Account() == "" {
		return c.See(web.Link("/login", "next", f.Next))
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	err = p.ids.SendToConfirm(c.R.Context(), t, c.Scope, f.Aloud != "")
	switch {
	case errs.Is(err, errs.Limited):
		notSent(c, err)
	case errs.Is(err, errs.NotFound): // without a telephone
	case err != nil:
		return err
	default:
		c.SetFlash(web.Flash{Kind: "ok", Key: sentKey(f.Aloud)})
	}
	return c.See(web.Link("/confirm", "next", f.Next))
}
