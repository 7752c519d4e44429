package identityweb

import (
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const (
	wizardPath  = extrasPath + "/new"
	rightsPath  = wizardPath + "/rights"
	confirmStep = wizardPath + "/confirm"
)

// wizardRoutes are the steps in which a company adds an account (A16, A17). What was filled in is kept
// apart until the last one, so that each step has an address that can be loaded anew and gone back to.
func (p *Pages) wizardRoutes() []web.Route {
	manage, m := access.PortalWith(access.ManageUsers), tenant.ModuleProfile
	return []web.Route{
		{Method: web.Get, Pattern: wizardPath, Policy: manage, Module: m, Handler: web.Client(p.wizardData)},
		{Method: web.Post, Pattern: wizardPath, Policy: manage, Module: m, Handler: web.Client(p.keepData), Form: extraForm{}},
		{Method: web.Get, Pattern: rightsPath, Policy: manage, Module: m, Handler: web.Client(p.wizardRights)},
		{Method: web.Post, Pattern: rightsPath, Policy: manage, Module: m, Handler: web.Client(p.keepRights), Form: rightsForm{}},
		{Method: web.Get, Pattern: confirmStep, Policy: manage, Module: m, Handler: web.Client(p.wizardOverview)},
		{Method: web.Post, Pattern: confirmStep, Policy: manage, Module: m, Recent: identity.ManageWithin, Handler: web.Client(p.finishWizard), Form: confirmStepForm{}},
	}
}

type rightsForm struct {
	Draft  string   `form:"draft"`
	Rights []string `form:"rights"`
}

type confirmStepForm struct {
	Draft string `form:"draft"`
}

// wizardView is one step: the place in the row, and what was filled in so far.
type wizardView struct {
	step, of int
	rule     tenant.UserRule
	draft    identity.Draft
	field    ui.Field
	problems []ui.Problem
}

func (v wizardView) at(path string) string { return web.Link(path, "draft", v.draft.ID) }

// before leads a step back.
func (v wizardView) before() string {
	if v.step == 3 {
		return v.at(rightsPath)
	}
	return v.at(wizardPath)
}

// begin returns the view of a step; where the organisation has no wizard, or nobody is invited, it is the plain page instead.
func (p *Pages) begin(c *web.Ctx, step int) (wizardView, error) {
	rule, err := p.userRule(c)
	if err != nil {
		return wizardView{}, err
	}
	ways, err := p.alone(c)
	if err == nil && (!rule.Wizard || len(ways) > 0) {
		err = errs.New(errs.Forbidden, "error.module_off")
	}
	v := wizardView{step: step, of: 2, rule: rule}
	if rule.Rights {
		v.of = 3
	} else if step == 3 {
		v.step = 2
	}
	return v, err
}

func (p *Pages) showStep(c *web.Ctx, status int, v wizardView) error {
	title := c.T("wizard.title")
	if len(v.problems) > 0 {
		title = c.T("page.error_title", "title", title)
	}
	f := c.Frame(title)
	switch {
	case v.step == 1:
		return c.Render(status, wizardDataView(c, f, v))
	case v.step == v.of:
		return c.Render(status, wizardConfirmView(c, f, v))
	}
	return c.Render(status, wizardRightsView(c, f, v))
}

// gone starts anew when what was filled in is no longer there.
func gone(c *web.Ctx) error {
	c.SetFlash(web.Flash{Kind: "warning", Key: "wizard.gone"})
	return c.See(wizardPath)
}

func (p *Pages) wizardData(c *web.Ctx, a access.Client) error {
	v, err := p.begin(c, 1)
	if err != nil {
		return err
	}
	v.draft.ID = web.OnceKey()
	if id := c.Query("draft"); id != "" {
		d, err := p.ids.DraftOf(c.R.Context(), a, id)
		if errs.Is(err, errs.NotFound) {
			return gone(c)
		}
		if err != nil {
			return err
		}
		v.draft = d
	}
	return p.showStep(c, 200, v)
}

func (p *Pages) keepData(c *web.Ctx, a access.Client) error {
	v, err := p.begin(c, 1)
	if err != nil {
		return err
	}
	var f extraForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	v.draft = identity.Draft{ID: f.Once, Name: f.Name, Email: f.Email}
	err = p.ids.DraftExtra(c.R.Context(), a, f.Once, f.Name, f.Email)
	if errs.FieldsOf(err) != nil {
		v.problems = ui.Problems(c.Texts, err)
		return p.showStep(c, 422, v)
	}
	if err != nil {
		return err
	}
	if v.rule.Rights {
		return c.See(v.at(rightsPath))
	}
	return c.See(v.at(confirmStep))
}

func (p *Pages) wizardRights(c *web.Ctx, a access.Client) error {
	v, err := p.begin(c, 2)
	if err != nil {
		return err
	}
	v.draft, err = p.ids.DraftOf(c.R.Context(), a, c.Query("draft"))
	if errs.Is(err, errs.NotFound) {
		return gone(c)
	}
	if err != nil {
		return err
	}
	if !v.rule.Rights {
		return c.See(v.at(confirmStep))
	}
	chosen := strings.Fields(v.draft.Words)
	if v.draft.Words == "" {
		chosen = strings.Fields(access.ExtraRights.String())
	}
	v.field = rightsField(c, a, chosen, nil)
	return p.showStep(c, 200, v)
}

func (p *Pages) keepRights(c *web.Ctx, a access.Client) error {
	v, err := p.begin(c, 2)
	if err != nil {
		return err
	}
	var f rightsForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err = p.ids.DraftRights(c.R.Context(), a, f.Draft, f.Rights)
	if errs.Is(err, errs.NotFound) {
		return gone(c)
	}
	if errs.FieldsOf(err) != nil {
		v.draft.ID, v.problems = f.Draft, ui.Problems(c.Texts, err)
		v.field = rightsField(c, a, f.Rights, v.problems)
		return p.showStep(c, 422, v)
	}
	if err != nil {
		return err
	}
	v.draft.ID = f.Draft
	return c.See(v.at(confirmStep))
}

func (p *Pages) wizardOverview(c *web.Ctx, a access.Client) error {
	v, err := p.begin(c, 3)
	if err != nil {
		return err
	}
	v.draft, err = p.ids.DraftOf(c.R.Context(), a, c.Query("draft"))
	if errs.Is(err, errs.NotFound) {
		return gone(c)
	}
	if err != nil {
		return err
	}
	if v.rule.Rights && v.draft.Rights() == 0 {
		return c.See(v.at(rightsPath))
	}
	return p.showStep(c, 200, v)
}

func (p *Pages) finishWizard(c *web.Ctx, a access.Client) error {
	v, err := p.begin(c, 3)
	if err != nil {
		return err
	}
	var f confirmStepForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	v.draft, err = p.ids.MakeExtra(c.R.Context(), a, f.Draft)
	if errs.Is(err, errs.NotFound) {
		return gone(c)
	}
	if errs.FieldsOf(err) != nil { // somebody else took the address meanwhile
		v.step, v.problems = 1, ui.Problems(c.Texts, err)
		return p.showStep(c, 422, v)
	}
	if err != nil {
		return err
	}
	return c.Done(extrasPath, "extra.invited_now", "email", v.draft.Email)
}
