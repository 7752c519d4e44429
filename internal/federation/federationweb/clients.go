package federationweb

import (
	"voordeur/internal/access"
	"voordeur/internal/client"
	"voordeur/internal/eid"
	"voordeur/internal/errs"
	"voordeur/internal/federation"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// unmatched lists who logged in and is not known; each is decided on a page of his own.
func (p *Pages) unmatched(c *web.Ctx, a access.Staff) error {
	list, err := p.clients.ListUnmatched(c.R.Context(), a)
	if err != nil {
		return err
	}
	return c.Render(200, unmatchedPage(c, c.Frame(c.T("unmatched.title")), list))
}

// strangerView is somebody who is not known, and the clients of whom he may be one.
type strangerView struct {
	client   client.Client
	numbers  []federation.Identifier
	search   string
	found    []client.Client
	name     string
	problems []ui.Problem
}

func (p *Pages) stranger(c *web.Ctx, a access.Staff) error {
	return p.showStranger(c, a, 200, strangerView{search: c.Query("q")})
}

// maxFound is how many clients are offered; who looks for one of more types more of its name.
const maxFound = 20

func (p *Pages) showStranger(c *web.Ctx, a access.Staff, status int, v strangerView) error {
	ctx := c.R.Context()
	var err error
	if v.client, err = p.clients.Stranger(ctx, a, c.Param("stranger")); err != nil {
		return err
	}
	if v.numbers, err = p.parties.Identifiers(ctx, a, v.client.ID); err != nil {
		return err
	}
	if v.name == "" && status == 200 {
		v.name = v.client.Name
	}
	if v.search != "" {
		list, err := p.clients.Choose(ctx, a, v.search, "", "")
		if err != nil {
			return err
		}
		for _, one := range list {
			if one.Kind == v.client.Kind && len(v.found) < maxFound {
				v.found = append(v.found, one)
			}
		}
	}
	title := v.client.Name
	if status != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, strangerPage(c, c.Frame(title), v))
}

type matchForm struct {
	To string `form:"to"`
}

func (p *Pages) match(c *web.Ctx, a access.Staff) error {
	var f matchForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if err := p.parties.Match(c.R.Context(), a, c.Param("stranger"), f.To); err != nil {
		return err
	}
	return c.Done("/clients/"+f.To, "unmatched.matched")
}

type acceptForm struct {
	Name string `form:"name"`
}

func (p *Pages) accept(c *web.Ctx, a access.Staff) error {
	var f acceptForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.parties.Accept(c.R.Context(), a, c.Param("stranger"), f.Name)
	if errs.FieldsOf(err) != nil {
		return p.showStranger(c, a, 422, strangerView{name: f.Name, problems: ui.Problems(c.Texts, err)})
	}
	if err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("stranger"), "unmatched.accepted")
}

type numberForm struct {
	Kind  string `form:"kind"`
	Value string `form:"value"`
}

// numbersView is the numbers of a client, one of them whole if that was asked for.
type numbersView struct {
	client   client.Client
	list     []federation.Identifier
	whole    federation.Identifier
	kinds    []eid.Kind
	in       numberForm
	problems []ui.Problem
}

func (p *Pages) numbers(c *web.Ctx, a access.Staff) error {
	return p.showNumbers(c, a, 200, numbersView{})
}

func (p *Pages) showNumbers(c *web.Ctx, a access.Staff, status int, v numbersView) error {
	ctx := c.R.Context()
	t, err := p.tenants.Get(ctx, c.Site.Tenant)
	if err != nil {
		return err
	}
	of := p.clients.View
	if v.whole.ID != "" { // the journal has that he saw more than the page
		of = p.clients.Get
	}
	if v.client, err = of(ctx, a, c.Param("client")); err != nil {
		return err
	}
	if v.list, err = p.parties.Identifiers(ctx, a, v.client.ID); err != nil {
		return err
	}
	v.kinds = federation.KindsFor(t)
	title := c.T("identifier.title")
	if len(v.problems) > 0 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, numbersPage(c, c.Frame(title), v))
}

func (p *Pages) add(c *web.Ctx, a access.Staff) error {
	var f numberForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.parties.Add(c.R.Context(), a, c.Param("client"), eid.Kind(f.Kind), f.Value)
	if errs.FieldsOf(err) != nil {
		return p.showNumbers(c, a, 422, numbersView{in: f, problems: ui.Problems(c.Texts, err)})
	}
	if err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client")+"/identifiers", "identifier.added")
}

// reveal shows one number whole. It is no link: that somebody saw it is written down, and its page is in no history.
func (p *Pages) reveal(c *web.Ctx, a access.Staff) error {
	whole, err := p.parties.Reveal(c.R.Context(), a, c.Param("client"), c.Param("identifier"))
	if err != nil {
		return err
	}
	return p.showNumbers(c, a, 200, numbersView{whole: whole})
}

func (p *Pages) remove(c *web.Ctx, a access.Staff) error {
	if err := p.parties.Remove(c.R.Context(), a, c.Param("client"), c.Param("identifier")); err != nil {
		return err
	}
	return c.Done("/clients/"+c.Param("client")+"/identifiers", "identifier.removed")
}
