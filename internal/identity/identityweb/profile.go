package identityweb

import (
	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// profileRoutes are the addresses of the client's own data.
func (p *Pages) profileRoutes() []web.Route {
	return []web.Route{
		{Method: web.Get, Pattern: "/profile", Policy: access.PortalClient, Module: tenant.ModuleProfile, Handler: web.Client(p.profile)},
		{Method: web.Post, Pattern: "/profile/notifications", Policy: access.PortalClient, Module: tenant.ModuleProfile, Handler: web.Client(p.notify), Form: notifyForm{}},
	}
}

type notifyForm struct {
	Groups []string `form:"groups"`
}

func (p *Pages) profile(c *web.Ctx, a access.Client) error {
	me, err := p.ids.Profile(c.R.Context(), a)
	if err != nil {
		return err
	}
	return c.Render(200, profileView(c, c.Frame(c.T("nav.profile")), []templ.Component{
		personBlock(c, me),
		passwordBlock(c),
		notifyBlock(c, me),
	}))
}

func (p *Pages) notify(c *web.Ctx, a access.Client) error {
	var f notifyForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if err := p.ids.SetNotify(c.R.Context(), a, f.Groups); err != nil {
		return err
	}
	return c.Done("/profile", "profile.saved")
}

// groups are the switches whose module the tenant has (N47).
func groups(c *web.Ctx, me identity.Profile) []ui.Option {
	all := []struct{ group, module string }{
		{identity.GroupDocuments, tenant.ModuleDossiers}, {identity.GroupQuestionnaires, "questionnaires"}, {identity.GroupMessages, tenant.ModuleMessages},
	}
	var out []ui.Option
	for _, g := range all {
		if c.Site.Modules[g.module] {
			out = append(out, ui.Option{Value: g.group, Label: c.T("profile.notify." + g.group), Chosen: me.Notify[g.group]})
		}
	}
	return out
}
