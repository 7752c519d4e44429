package clientweb

import (
	"voordeur/internal/access"
	"voordeur/internal/client"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const unreachablePath = "/unreachable"

// reachRoutes are the pages about clients to whom mail does not arrive.
func (p *Pages) reachRoutes() []web.Route {
	const one = "/clients/{client}/accounts/{account}"
	read, work := access.OfficeWith(access.Read), access.OfficeWith(access.Work)
	return []web.Route{
		{Method: web.Get, Pattern: unreachablePath, Policy: read, Handler: web.Staff(p.unreachable)},
		{Method: web.Get, Pattern: one + "/address", Policy: work, Handler: web.Staff(p.addressPage)},
		{Method: web.Post, Pattern: one + "/address", Policy: work, Handler: web.Staff(p.changeAddress), Form: addressForm{}},
		{Method: web.Post, Pattern: one + "/again", Policy: work, Handler: web.Staff(p.mailAgain), Form: onceForm{}},
		{Method: web.Post, Pattern: one + "/reached", Policy: work, Handler: web.Staff(p.reached)},
	}
}

func (p *Pages) unreachable(c *web.Ctx, a access.Staff) error {
	f := notify.LostFilter{Mine: c.Query("mine") != "", AfterName: c.Query("name"), After: c.Query("id")}
	list, err := p.clients.Unreachable(c.R.Context(), a, f)
	if err != nil {
		return err
	}
	next := ""
	if len(list) > notify.PageSize {
		list = list[:notify.PageSize]
		last := list[len(list)-1]
		next = web.Link(unreachablePath, "mine", c.Query("mine"), "name", last.ClientName, "id", last.Account)
	}
	return c.Render(200, unreachablePage(c, c.Frame(c.T("unreachable.title")), list, next))
}

type addressForm struct {
	Was   string `form:"was"`
	Email string `form:"email"`
}

// addressView is the account whose address is to be changed.
type addressView struct {
	client   client.Client
	account  identity.Account
	in       addressForm
	problems []ui.Problem
}

func (p *Pages) addressPage(c *web.Ctx, a access.Staff) error {
	return p.showAddress(c, a, 200, addressView{})
}

func (p *Pages) showAddress(c *web.Ctx, a access.Staff, status int, v addressView) error {
	ctx := c.R.Context()
	var err error
	if v.account, err = p.ids.AccountOf(ctx, a, c.Param("client"), c.Param("account")); err != nil {
		return err
	}
	if v.client, err = p.clients.View(ctx, a, c.Param("client")); err != nil {
		return err
	}
	title := c.T("account.change_address")
	if status == 200 {
		v.in.Email = v.account.Email
	} else {
		title = c.T("page.error_title", "title", title)
	}
	v.in.Was = v.account.Email
	return c.Render(status, addressPage(c, c.Frame(title), v))
}

func (p *Pages) changeAddress(c *web.Ctx, a access.Staff) error {
	var f addressForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.ids.ChangeAddress(c.R.Context(), a, c.Param("client"), c.Param("account"), identity.NewAddress{Was: f.Was, Email: f.Email})
	if errs.FieldsOf(err) != nil {
		return p.showAddress(c, a, 422, addressView{in: f, problems: ui.Problems(c.Texts, err)})
	}
	if err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client"), "account.address_changed_now", "email", f.Email)
}

func (p *Pages) mailAgain(c *web.Ctx, a access.Staff) error {
	var f onceForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if err := p.ids.MailAgain(c.R.Context(), a, c.Param("client"), c.Param("account"), f.Once); err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client"), "account.mailed_again_now")
}

func (p *Pages) reached(c *web.Ctx, a access.Staff) error {
	if err := p.ids.Reached(c.R.Context(), a, c.Param("client"), c.Param("account")); err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client"), "account.reached_now")
}

// lost is what is known of an account to which mail does not arrive, nil when it does.
func (v pageView) lostOf(account string) *notify.Unreachable {
	for n := range v.lost {
		if v.lost[n].Account == account {
			return &v.lost[n]
		}
	}
	return nil
}

// lostText says since when mail does not arrive and why.
func lostText(c *web.Ctx, u notify.Unreachable) string {
	return c.T("unreachable.since", "date", c.Texts.Date(u.At.Time), "why", whyText(c, u))
}

func whyText(c *web.Ctx, u notify.Unreachable) string { return c.T("mail.why." + string(u.Why)) }
