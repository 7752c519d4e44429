package clientweb

import (
	"cmp"
	"errors"

	"voordeur/internal/access"
	"voordeur/internal/client"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const askedPath = "/addresses"

// askedRoutes are where staff decide about an address that a client gave (A15).
func (p *Pages) askedRoutes() []web.Route {
	const one = "/clients/{client}/accounts/{account}/home-address"
	read, work := access.OfficeWith(access.Read), access.OfficeWith(access.Work)
	return []web.Route{
		{Method: web.Get, Pattern: askedPath, Policy: read, Handler: web.Staff(p.askedList)},
		{Method: web.Get, Pattern: one, Policy: work, Handler: web.Staff(p.askedPage)},
		{Method: web.Post, Pattern: one + "/accept", Policy: work, Handler: web.Staff(p.acceptAddress), Form: askedForm{}},
		{Method: web.Post, Pattern: one + "/refuse", Policy: work, Handler: web.Staff(p.refuseAddress), Form: askedForm{}},
	}
}

func (p *Pages) askedList(c *web.Ctx, a access.Staff) error {
	list, err := p.ids.AskedAddresses(c.R.Context(), a)
	if err != nil {
		return err
	}
	if err := p.clients.AddressesListed(c.R.Context(), a); err != nil {
		return err
	}
	return c.Render(200, askedListPage(c, c.Frame(c.T("asked.title")), askedListView{list, a.Can(access.Work)}))
}

type askedListView struct {
	list []identity.AskedAddress
	work bool
}

// askedForm is what staff decide about the address that they saw.
type askedForm struct {
	Asked  string `form:"asked"`
	Reason string `form:"reason"`
}

// askedView is the address that waits, and that of the account now.
type askedView struct {
	client   client.Client
	account  identity.Account
	asked    identity.AskedAddress
	now      identity.Address
	in       askedForm
	problems []ui.Problem
	missed   string // why the address that was decided about waits no more
}

func (v askedView) general(c *web.Ctx) string {
	if v.missed == "" {
		return ""
	}
	return c.T(v.missed)
}

func (v askedView) path() string {
	return "/clients/" + v.client.ID + "/accounts/" + v.account.ID + "/home-address"
}

func (p *Pages) askedPage(c *web.Ctx, a access.Staff) error {
	return p.showAsked(c, a, 200, askedView{})
}

// showAsked shows what waits for the account; where nothing does, it leads to the client.
func (p *Pages) showAsked(c *web.Ctx, a access.Staff, status int, v askedView) error {
	ctx := c.R.Context()
	var err error
	if v.account, err = p.ids.AccountOf(ctx, a, c.Param("client"), c.Param("account")); err != nil {
		return err
	}
	v.asked, err = p.ids.AskedAddressOf(ctx, a, c.Param("client"), c.Param("account"))
	if errs.Is(err, errs.NotFound) {
		c.SetFlash(web.Flash{Kind: "error", Key: cmp.Or(v.missed, "asked.gone")})
		return c.See("/clients/" + c.Param("client"))
	}
	if err != nil {
		return err
	}
	contacts, err := p.ids.Contacts(ctx, a, c.Param("client"))
	if err != nil {
		return err
	}
	v.now = pageView{contacts: contacts}.contactOf(v.account.ID).Address
	if v.client, err = p.clients.View(ctx, a, c.Param("client")); err != nil {
		return err
	}
	title := c.T("asked.one")
	if status != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, askedPage(c, c.Frame(title), v))
}

func (p *Pages) acceptAddress(c *web.Ctx, a access.Staff) error {
	var f askedForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.ids.AcceptAddress(c.R.Context(), a, c.Param("client"), c.Param("account"), f.Asked)
	return p.decided(c, a, f, err, "asked.accepted_now")
}

func (p *Pages) refuseAddress(c *web.Ctx, a access.Staff) error {
	var f askedForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.ids.RefuseAddress(c.R.Context(), a, c.Param("client"), c.Param("account"), f.Asked, f.Reason)
	return p.decided(c, a, f, err, "asked.refused_now")
}

// decided answers a decision. One about an address that waits no more shows the one that does, with what was
// typed.
func (p *Pages) decided(c *web.Ctx, a access.Staff, f askedForm, err error, done string) error {
	v := askedView{in: f, problems: ui.Problems(c.Texts, err)}
	e, _ := errors.AsType[*errs.Error](err)
	switch {
	case err == nil:
		return c.Done("/clients/"+c.Param("client"), done)
	case errs.FieldsOf(err) != nil:
		return p.showAsked(c, a, 422, v)
	case errs.Is(err, errs.Conflict):
		v.missed = e.Key
		return p.showAsked(c, a, 409, v)
	}
	return err
}

// askedOf is the address of an account that waits for a decision, nil for none.
func (v pageView) askedOf(account string) *identity.AskedAddress {
	for n := range v.asked {
		if v.asked[n].Account == account {
			return &v.asked[n]
		}
	}
	return nil
}
