package identityweb

import (
	"net/url"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// contactRoutes are where a client says how he is reached, and where the link to a new address leads.
func (p *Pages) contactRoutes() []web.Route {
	return []web.Route{
		{Method: web.Post, Pattern: "/profile/contact", Policy: access.PortalClient, Module: tenant.ModuleProfile, Handler: web.Client(p.contact), Form: contactForm{}},
		{Method: web.Post, Pattern: "/profile/contact/later", Policy: access.PortalClient, Module: tenant.ModuleProfile, Handler: web.Client(p.putAside)},
		{Method: web.Get, Pattern: addressPath, Policy: access.PortalClient, Module: tenant.ModuleProfile, Handler: web.Client(p.addressPage)},
		{Method: web.Post, Pattern: addressPath, Policy: access.PortalClient, Module: tenant.ModuleProfile, Handler: web.Client(p.changeAddress), Form: addressForm{}},
		{Method: web.Post, Pattern: addressPath + "/withdraw", Policy: access.PortalClient, Module: tenant.ModuleProfile, Handler: web.Client(p.withdrawAddress), Form: withdrawForm{}},
		{Method: web.Get, Pattern: "/email/{token}", Policy: access.PortalOpen, Handler: p.emailPage},
		{Method: web.Post, Pattern: "/email/{token}", Policy: access.PortalOpen, Handler: p.confirmEmail},
	}
}

type contactForm struct {
	Once  string `form:"once"`
	Email string `form:"email"`
	Phone string `form:"phone"`
}

// contactView is the block as it is shown: what is so now, and what was typed.
type contactView struct {
	name     string
	may      tenant.ContactRule
	now      identity.Contact
	asked    identity.AskedAddress
	in       contactForm
	problems []ui.Problem
}

// edits reports whether there is anything to store.
func (v contactView) edits() bool { return v.may.Email == tenant.Edit || v.may.Phone == tenant.Edit }

// contactBlock shows who the client is and how he is reached; in is what he typed, nil for nothing.
func (p *Pages) contactBlock(c *web.Ctx, a access.Client, in *contactForm, problems []ui.Problem) (templ.Component, error) {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return nil, err
	}
	v := contactView{name: a.Scope().Name(), may: t.Settings.Contact.Whole(), problems: problems}
	if v.now, err = p.ids.Contact(c.R.Context(), a); err != nil {
		return nil, err
	}
	if v.asked, err = p.ids.OwnAskedAddress(c.R.Context(), a); err != nil {
		return nil, err
	}
	v.in = contactForm{Email: v.now.Email, Phone: v.now.Phone}
	if in != nil {
		v.in = *in
	}
	v.in.Once = web.OnceKey()
	return contactForms(c, v), nil
}

// emailHint tells how an address changes, or what is still waited for.
func emailHint(c *web.Ctx, now identity.Contact) string {
	if now.Pending != "" {
		return c.T("contact.pending", "email", now.Pending)
	}
	if now.Elsewhere {
		return c.T("elsewhere.email_hint")
	}
	return c.T("contact.email_hint")
}

func (p *Pages) contact(c *web.Ctx, a access.Client) error {
	var f contactForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	var in identity.NewContact
	if c.R.PostForm.Has("email") {
		in.Email = &f.Email
	}
	if c.R.PostForm.Has("phone") {
		in.Phone = &f.Phone
	}
	asked, err := p.ids.ChangeContact(c.R.Context(), a, f.Once, in)
	switch {
	case errs.Is(err, errs.Invalid):
		return p.showProfile(c, a, 422, typed{contact: &f}, ui.Problems(c.Texts, err))
	case errs.Is(err, errs.Limited):
		later(c, err)
		return p.showProfile(c, a, 429, typed{contact: &f}, []ui.Problem{{Field: "email", Text: c.T("contact.too_often")}})
	case err != nil:
		return err
	}
	if err := p.ids.UnparkAt(c.R.Context(), c.Scope, c.Path()); err != nil {
		return err
	}
	if asked {
		return c.Done("/profile", "contact.asked")
	}
	return c.Done("/profile", "contact.saved")
}

// putAside ends the question on Home at which address a client can be mailed.
func (p *Pages) putAside(c *web.Ctx, a access.Client) error {
	if err := p.ids.PutAsideAddress(c.R.Context(), a); err != nil {
		return err
	}
	return c.Done("/", "home.reach_put_away")
}

func (p *Pages) emailPage(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	email, err := p.ids.EmailLink(c.R.Context(), t, c.Param("token"))
	if err != nil {
		return deadEmail(c, err)
	}
	return c.Render(200, emailView(c, c.Frame(c.T("contact.confirm_title")), "/email/"+url.PathEscape(c.Param("token")), email))
}

func deadEmail(c *web.Ctx, err error) error {
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	return c.Render(410, deadEmailView(c, c.Frame(c.T("password.dead_title"))))
}

func (p *Pages) confirmEmail(c *web.Ctx) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	if err := p.ids.ConfirmEmail(c.R.Context(), t, c.Scope, c.Param("token")); err != nil {
		return deadEmail(c, err)
	}
	if c.Scope.Account() != "" {
		return c.Done("/", "contact.confirmed")
	}
	return c.Done("/login", "contact.confirmed")
}
