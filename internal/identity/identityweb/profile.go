package identityweb

import (
	"slices"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// profileRoutes are the addresses of the client's own data.
func (p *Pages) profileRoutes() []web.Route {
	return []web.Route{
		{Method: web.Get, Pattern: "/profile", Policy: access.PortalClient, Module: tenant.ModuleProfile, Handler: web.Client(p.profile)},
		{Method: web.Get, Pattern: "/profile", Policy: access.OfficeWith(access.Read), Handler: web.Staff(p.staffProfile)},
		{Method: web.Post, Pattern: "/profile/notices", Policy: access.OfficeWith(access.Read), Handler: web.Staff(p.noticeMail), Form: noticeForm{}},
		{Method: web.Post, Pattern: "/profile/notifications", Policy: access.PortalClient, Module: tenant.ModuleProfile, Handler: web.Client(p.notify), Form: notifyForm{}},
	}
}

type notifyForm struct {
	Groups []string `form:"groups"`
	When   string   `form:"when"`
}

func (f notifyForm) daily() bool { return f.When == string(identity.Daily) }

func (p *Pages) profile(c *web.Ctx, a access.Client) error {
	return p.showProfile(c, a, 200, typed{}, nil)
}

// typed is what a client typed in one of the forms of the page, nil for nothing.
type typed struct {
	contact *contactForm
	notify  *notifyForm
}

// showProfile shows the page, with what was typed.
func (p *Pages) showProfile(c *web.Ctx, a access.Client, status int, in typed, problems []ui.Problem) error {
	me, err := p.ids.Profile(c.R.Context(), a)
	if err != nil {
		return err
	}
	contact, err := p.contactBlock(c, a, in.contact, problems)
	if err != nil {
		return err
	}
	factors, err := p.twoStepBlock(c, a)
	if err != nil {
		return err
	}
	language, err := p.languageBlock(c)
	if err != nil {
		return err
	}
	title := c.T("nav.profile")
	if len(problems) > 0 {
		title = c.T("page.error_title", "title", title)
	}
	blocks := []templ.Component{contact, passwordBlock(c), factors, language, sessionsBlock(c)}
	if me.Elsewhere {
		blocks[1] = elsewhereBlock(c)
	}
	if in.notify != nil {
		me.Notify, me.Daily = map[string]bool{}, in.notify.daily()
		for _, g := range in.notify.Groups {
			me.Notify[g] = true
		}
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	if offered := groups(c, a, me, t.Settings.Contact.OneNotice); len(offered) > 0 {
		blocks = slices.Insert(blocks, 3, notifyBlock(c, offered, me.Daily, problems))
	}
	if me.Unproved {
		blocks = append([]templ.Component{proofBlock(c)}, blocks...)
	}
	if a.Can(access.ManageUsers) {
		rule, err := p.userRule(c)
		if err != nil {
			return err
		}
		blocks = append(blocks, accountsBlock(c, rule))
	}
	if c.Site.Modules[tenant.ModuleMandates] {
		blocks = append(blocks, mandatesBlock(c))
	}
	return c.Render(status, profileView(c, c.Frame(title), c.T("profile.lead"), problems, blocks))
}

// staffProfile is what an employee sees and changes of his own account.
func (p *Pages) staffProfile(c *web.Ctx, a access.Staff) error {
	return p.showStaffProfile(c, a, 200, nil)
}

func (p *Pages) showStaffProfile(c *web.Ctx, a access.Staff, status int, problems []ui.Problem) error {
	language, err := p.languageBlock(c)
	if err != nil {
		return err
	}
	ways, err := p.staffWays(c)
	if err != nil {
		return err
	}
	mailed, err := p.ids.NoticeMail(c.R.Context(), a)
	if err != nil {
		return err
	}
	blocks := append(ways, noticeBlock(c, mailings(c, mailed), problems))
	if a.Can(access.Work) {
		blocks = append(blocks, absenceBlock(c))
	}
	title := c.T("nav.profile")
	if len(problems) > 0 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, profileView(c, c.Frame(title), c.Scope.Name(), problems, append(blocks, language, sessionsBlock(c))))
}

type noticeForm struct {
	Mail string `form:"mail"`
}

// noticeMail says whether an employee is mailed when there is something for him.
func (p *Pages) noticeMail(c *web.Ctx, a access.Staff) error {
	var f noticeForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.ids.SetNoticeMail(c.R.Context(), a, identity.Mailing(f.Mail))
	if errs.FieldsOf(err) != nil {
		return p.showStaffProfile(c, a, 422, ui.Problems(c.Texts, err))
	}
	if err != nil {
		return err
	}
	return c.Done("/profile", "profile.saved")
}

func (p *Pages) notify(c *web.Ctx, a access.Client) error {
	var f notifyForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := p.ids.SetNotify(c.R.Context(), a, f.Groups, f.daily())
	if errs.FieldsOf(err) != nil {
		return p.showProfile(c, a, 422, typed{notify: &f}, ui.Problems(c.Texts, err))
	}
	if err != nil {
		return err
	}
	return c.Done("/profile", "profile.saved")
}

// allGroups is the one switch of an organisation that has one for all.
const allGroups = "all"

// groups are the switches whose module the tenant has, and that are about what the client may see
// (N47, A14), or one for all of them (E8).
func groups(c *web.Ctx, a access.Client, me identity.Profile, one bool) []ui.Option {
	var out []ui.Option
	if one {
		some := me.Notify[allGroups] || slices.ContainsFunc(identity.Groups, func(g identity.Group) bool { return me.Notify[g.Name] })
		return []ui.Option{{Value: allGroups, Label: c.T("profile.notify_one"), Chosen: some}}
	}
	for _, g := range identity.Groups {
		if g.Offered(c.Site.Modules, a) {
			out = append(out, ui.Option{Value: g.Name, Label: c.T("profile.notify." + g.Name), Chosen: me.Notify[g.Name]})
		}
	}
	return out
}

// mailings are when an employee can be mailed that there is something for him.
func mailings(c *web.Ctx, now identity.Mailing) []ui.Option {
	var out []ui.Option
	for _, m := range identity.Mailings {
		out = append(out, ui.Option{Value: string(m), Label: c.T("notice.mailed." + string(m)), Chosen: m == now})
	}
	return out
}

// whens are when a client can be mailed of what he asked to be mailed of.
func whens(c *web.Ctx, daily bool) []ui.Option {
	return []ui.Option{
		{Value: string(identity.Directly), Label: c.T("profile.mail_directly"), Hint: c.T("profile.mail_directly_hint"), Chosen: !daily},
		{Value: string(identity.Daily), Label: c.T("profile.mail_daily"), Hint: c.T("profile.mail_daily_hint"), Chosen: daily},
	}
}

// mailLegend is what the switches are headed by: where there is one for all, its label says it.
func mailLegend(c *web.Ctx, offered []ui.Option) string {
	if offered[0].Value == allGroups {
		return c.T("profile.mail_wanted")
	}
	return c.T("profile.mail_me")
}
