package identityweb

import (
	"errors"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/passwords"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const changePath = "/profile/password"

// changeRoutes are where somebody changes his own password. The form has no type here: what is typed
// when a session has ended is kept for later, and a password never is.
func (p *Pages) changeRoutes() []web.Route {
	staff := access.OfficeWith(access.Read)
	return []web.Route{
		{Method: web.Get, Pattern: changePath, Policy: access.PortalClient, Handler: p.changePage},
		{Method: web.Post, Pattern: changePath, Policy: access.PortalClient, Handler: p.change},
		{Method: web.Get, Pattern: changePath, Policy: staff, Handler: p.changePage},
		{Method: web.Post, Pattern: changePath, Policy: staff, Handler: p.change},
	}
}

// choice is the fields in which somebody chooses a password, and what was wrong with the last one.
type choice struct {
	rule     string
	twice    bool
	parts    []part // of the rule, after a password that broke it
	problems []ui.Problem
}

// part is a part of the rule in words.
type part struct {
	text string
	met  bool
}

// chosen prepares the fields for the tenant's rule; err is what came of the last password, nil for none.
func chosen(c *web.Ctx, t *tenant.Tenant, err error) choice {
	ch := choice{rule: passwords.Text(c.Texts, t.Settings.Password), twice: t.Settings.Password.Twice, problems: ui.Problems(c.Texts, err)}
	if broken, ok := errors.AsType[*passwords.Broken](err); ok {
		for _, p := range broken.Parts {
			ch.parts = append(ch.parts, part{p.Text(c.Texts), p.Met})
		}
	}
	return ch
}

func (p *Pages) changePage(c *web.Ctx) error {
	if err := p.ids.RequirePassword(c.R.Context(), c.Scope); err != nil {
		return err
	}
	return p.showChange(c, 200, nil, "")
}

func (p *Pages) showChange(c *web.Ctx, status int, wrong error, general string) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	title := c.T("password.change")
	if wrong != nil || general != "" {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, changeView(c, c.Frame(title), chosen(c, t, wrong), general))
}

type changeForm struct {
	Current  string `form:"current"`
	Password string `form:"password"`
	Repeat   string `form:"repeat"`
}

func (p *Pages) change(c *web.Ctx) error {
	var f changeForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.ids.ChangePassword(c.R.Context(), c.Scope, identity.NewPassword{Current: f.Current, Password: f.Password, Repeat: f.Repeat})
	switch {
	case errs.Is(err, errs.Invalid):
		return p.showChange(c, 422, err, "")
	case errs.Is(err, errs.Limited):
		later(c, err)
		return p.showChange(c, 429, nil, c.T("login.locked"))
	case err != nil:
		return err
	}
	return c.Done("/", "password.changed")
}
