package clientweb

import (
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/client"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// rightRoutes are where staff see and change what an extra account may do (A16, A18).
func (p *Pages) rightRoutes() []web.Route {
	const one = "/clients/{client}/accounts/{account}/rights"
	work := access.OfficeWith(access.Work)
	return []web.Route{
		{Method: web.Get, Pattern: one, Policy: work, Handler: web.Staff(p.rightsPage)},
		{Method: web.Post, Pattern: one, Policy: work, Handler: web.Staff(p.changeRights), Form: rightsForm{}},
	}
}

type rightsForm struct {
	Name   string   `form:"name"`
	Was    string   `form:"was"`
	Rights []string `form:"rights"`
}

// rightsView is the account whose rights are to be changed.
type rightsView struct {
	client   client.Client
	account  identity.Account
	in       rightsForm
	field    ui.Field
	problems []ui.Problem
}

func (p *Pages) rightsPage(c *web.Ctx, a access.Staff) error {
	return p.showRights(c, a, 200, rightsView{})
}

func (p *Pages) showRights(c *web.Ctx, a access.Staff, status int, v rightsView) error {
	ctx := c.R.Context()
	var err error
	if v.account, err = p.ids.AccountOf(ctx, a, c.Param("client"), c.Param("account")); err != nil {
		return err
	}
	if v.account.Role != access.RoleExtra {
		return errs.Missing()
	}
	t, err := p.tenants.Get(ctx, c.Site.Tenant)
	if err != nil {
		return err
	}
	if !t.Settings.Users.Rights {
		return errs.New(errs.Forbidden, "error.module_off")
	}
	mine, err := p.ids.RightsOfClient(ctx, a, c.Param("client"))
	if err != nil {
		return err
	}
	if v.client, err = p.clients.View(ctx, a, c.Param("client")); err != nil {
		return err
	}
	title := c.T("account.rights")
	if status == 200 {
		v.in = rightsForm{Name: v.account.Name, Was: v.account.Rights.String(), Rights: strings.Fields(v.account.Rights.String())}
	} else {
		title = c.T("page.error_title", "title", title)
	}
	v.field = ui.Field{
		Name: "rights", Label: c.T("rights.label"), Hint: c.T("rights.hint_staff"), Error: ui.ErrorOf(v.problems, "rights"),
		Options: c.RightOptions(identity.Offered(c.Site.Modules, mine), v.in.Rights),
	}
	return c.Render(status, rightsPage(c, c.Frame(title), v))
}

func (p *Pages) changeRights(c *web.Ctx, a access.Staff) error {
	var f rightsForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.ids.ChangeRights(c.R.Context(), a, c.Param("client"), c.Param("account"), identity.NewRights{Name: f.Name, Was: f.Was, Ticked: f.Rights})
	if errs.FieldsOf(err) != nil {
		return p.showRights(c, a, 422, rightsView{in: f, problems: ui.Problems(c.Texts, err)})
	}
	if err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client"), "account.rights_saved")
}

// mayText says what an extra account may do, where that differs from one to another.
func mayText(c *web.Ctx, acc identity.Account) string {
	list := c.RightTexts(acc.Rights)
	if len(list) == 0 {
		return c.T("account.rights_none")
	}
	return c.T("account.rights_of", "rights", strings.Join(list, ", "))
}
