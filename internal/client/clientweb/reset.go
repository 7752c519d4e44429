package clientweb

import (
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/client"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// resetRoutes drop the second factors of a client who lost them, by two persons (N46, unclear.md Q12).
func (p *Pages) resetRoutes() []web.Route {
	const one = "/clients/{client}/accounts/{account}/reset"
	work, manage := access.OfficeWith(access.Work), access.OfficeWith(access.Manage)
	return []web.Route{
		{Method: web.Get, Pattern: "/resets", Policy: manage, Handler: web.Staff(p.resets)},
		{Method: web.Get, Pattern: one, Policy: work, Handler: web.Staff(p.resetPage)},
		{Method: web.Post, Pattern: one, Policy: work, Handler: web.Staff(p.askReset), Form: resetForm{}},
		{Method: web.Post, Pattern: one + "/confirm", Policy: manage, Handler: web.Staff(p.confirmReset), Recent: proved},
		{Method: web.Post, Pattern: one + "/withdraw", Policy: work, Handler: web.Staff(p.withdrawReset)},
	}
}

// proved is how lately the second person has shown who he is.
const proved = 5 * time.Minute

// resets lists what waits for a second person; each is decided on the page of its client.
func (p *Pages) resets(c *web.Ctx, a access.Staff) error {
	list, err := p.ids.ResetsToConfirm(c.R.Context(), a)
	if err != nil {
		return err
	}
	if err := p.clients.ResetsListed(c.R.Context(), a); err != nil {
		return err
	}
	return c.Render(200, resetsPage(c, c.Frame(c.T("resets.title")), list))
}

type resetForm struct {
	Ground string `form:"ground"`
}

// resetView is the account whose second factors are to be dropped.
type resetView struct {
	client   client.Client
	account  identity.Account
	in       resetForm
	problems []ui.Problem
}

func (p *Pages) resetPage(c *web.Ctx, a access.Staff) error {
	return p.showReset(c, a, 200, resetView{})
}

func (p *Pages) showReset(c *web.Ctx, a access.Staff, status int, v resetView) error {
	ctx := c.R.Context()
	var err error
	if v.account, err = p.ids.AccountOf(ctx, a, c.Param("client"), c.Param("account")); err != nil {
		return err
	}
	if v.client, err = p.clients.View(ctx, a, c.Param("client")); err != nil {
		return err
	}
	title := c.T("reset.ask")
	if status != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, resetPage(c, c.Frame(title), v))
}

func (p *Pages) askReset(c *web.Ctx, a access.Staff) error {
	var f resetForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.ids.AskReset(c.R.Context(), a, c.Param("client"), c.Param("account"), f.Ground)
	if errs.FieldsOf(err) != nil {
		return p.showReset(c, a, 422, resetView{in: f, problems: ui.Problems(c.Texts, err)})
	}
	if err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client"), "reset.asked_now")
}

func (p *Pages) confirmReset(c *web.Ctx, a access.Staff) error {
	if err := p.ids.ConfirmReset(c.R.Context(), a, c.Param("client"), c.Param("account")); err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client"), "reset.confirmed_now")
}

func (p *Pages) withdrawReset(c *web.Ctx, a access.Staff) error {
	if err := p.ids.WithdrawReset(c.R.Context(), a, c.Param("client"), c.Param("account")); err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client"), "reset.withdrawn_now")
}

// resetOf is the reset of an account that has not ended, nil for none.
func (v pageView) resetOf(account string) *identity.FactorReset {
	for n := range v.resets {
		if v.resets[n].Account == account {
			return &v.resets[n]
		}
	}
	return nil
}

// factorsText says what an account has linked.
func factorsText(c *web.Ctx, kinds []identity.Kind) string {
	var list []string
	for _, k := range kinds {
		list = append(list, c.T("reset.kind."+string(k)))
	}
	return c.T("reset.factors", "list", strings.Join(list, ", "))
}
