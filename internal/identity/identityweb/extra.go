package identityweb

import (
	"net/url"
	"strings"

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
	manage, m, one := access.PortalWith(access.ManageUsers), tenant.ModuleProfile, extrasPath+"/{account}"
	return []web.Route{
		{Method: web.Get, Pattern: extrasPath, Policy: manage, Module: m, Handler: web.Client(p.extras)},
		{Method: web.Post, Pattern: extrasPath, Policy: manage, Module: m, Recent: identity.ManageWithin, Handler: web.Client(p.addExtra), Form: extraForm{}},
		{Method: web.Get, Pattern: one + "/edit", Policy: manage, Module: m, Handler: web.Client(p.editExtraPage)},
		{Method: web.Post, Pattern: one + "/edit", Policy: manage, Module: m, Recent: identity.ManageWithin, Handler: web.Client(p.editExtra), Form: editForm{}},
		{Method: web.Get, Pattern: one, Policy: manage, Module: m, Handler: web.Client(p.extra)},
		{Method: web.Post, Pattern: one + "/resend", Policy: manage, Module: m, Handler: web.Client(p.resendExtra), Form: onceForm{}},
		{Method: web.Get, Pattern: one + "/remove", Policy: manage, Module: m, Handler: web.Client(p.askRemoveExtra)},
		{Method: web.Post, Pattern: one + "/remove", Policy: manage, Module: m, Recent: identity.ManageWithin, Handler: web.Client(p.removeExtra)},
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
	rule, err := p.userRule(c)
	if err != nil {
		return err
	}
	ways, err := p.alone(c)
	if err != nil {
		return err
	}
	title := usersTitle(c, rule)
	if len(problems) > 0 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, extrasView(c, c.Frame(title), list, rule, ways, f, problems))
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
	rule, err := p.userRule(c)
	if err != nil {
		return err
	}
	ways, err := p.alone(c)
	if err != nil {
		return err
	}
	return c.Render(200, extraView(c, c.Frame(acc.Name), acc, rule, len(ways) == 0))
}

// userRule is how companies give accounts here.
func (p *Pages) userRule(c *web.Ctx) (tenant.UserRule, error) {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return tenant.UserRule{}, err
	}
	return t.Settings.Users, nil
}

// usersTitle is what the people of a company are called: users where it chooses what each may do, extra accounts where
// they are all alike (conflicts.md K28).
func usersTitle(c *web.Ctx, rule tenant.UserRule) string {
	if rule.Rights {
		return c.T("users.title")
	}
	return c.T("extra.title")
}

func usersLead(c *web.Ctx, rule tenant.UserRule) string {
	if rule.Rights {
		return c.T("users.lead")
	}
	return c.T("extra.lead")
}

func noUsers(c *web.Ctx, rule tenant.UserRule) string {
	if rule.Rights {
		return c.T("users.none")
	}
	return c.T("extra.none")
}

type editForm struct {
	Name   string   `form:"name"`
	Was    string   `form:"was"`
	Rights []string `form:"rights"`
}

func (p *Pages) editExtraPage(c *web.Ctx, a access.Client) error {
	acc, err := p.ids.Extra(c.R.Context(), a, c.Param("account"))
	if err != nil {
		return err
	}
	return p.showEdit(c, a, 200, acc, editForm{Name: acc.Name, Was: acc.Rights.String(), Rights: strings.Fields(acc.Rights.String())}, nil)
}

func (p *Pages) showEdit(c *web.Ctx, a access.Client, status int, acc identity.Account, f editForm, problems []ui.Problem) error {
	rule, err := p.userRule(c)
	if err != nil {
		return err
	}
	title := c.T("extra.edit")
	if len(problems) > 0 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, editExtraView(c, c.Frame(title), acc, rule, f, rightsField(c, a, f.Rights, problems), problems))
}

func (p *Pages) editExtra(c *web.Ctx, a access.Client) error {
	var f editForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	acc, err := p.ids.Extra(c.R.Context(), a, c.Param("account"))
	if err != nil {
		return err
	}
	err = p.ids.ChangeExtra(c.R.Context(), a, acc.ID, identity.NewRights{Name: f.Name, Was: f.Was, Ticked: f.Rights})
	if errs.FieldsOf(err) != nil {
		return p.showEdit(c, a, 422, acc, f, ui.Problems(c.Texts, err))
	}
	if err != nil {
		return err
	}
	return c.Done(extraPath(acc.ID), "extra.edited")
}

// rightsField is what somebody can give an account, with what is chosen of it.
func rightsField(c *web.Ctx, a access.Client, chosen []string, problems []ui.Problem) ui.Field {
	return ui.Field{
		Name: "rights", Label: c.T("rights.label"), Hint: c.T("rights.hint"), Error: ui.ErrorOf(problems, "rights"),
		Options: c.RightOptions(identity.Offered(c.Site.Modules, a.Scope().Rights()), chosen),
	}
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
