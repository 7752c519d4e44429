// Package retentionweb is the pages of dossiers whose term is over: what is due, proposals to destroy and their decision,
// what was destroyed, and what keeps a dossier from it.
package retentionweb

import (
	"net/http"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/retention"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	retention *retention.Retention
	dossiers  *dossier.Dossiers
	tenants   *tenant.Tenants
}

// New returns the pages.
func New(r *retention.Retention, ds *dossier.Dossiers, tenants *tenant.Tenants) *Pages {
	return &Pages{r, ds, tenants}
}

const (
	duePath       = "/settings/retention"
	destroyedPath = duePath + "/destroyed"
	onePath       = duePath + "/proposals/{destruction}"
	holdPath      = "/dossiers/{dossier}/hold"
)

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	manage, work := access.OfficeWith(access.Manage), access.OfficeWith(access.Work)
	return web.InModule(tenant.ModuleDossiers, []web.Route{
		{Method: web.Get, Pattern: duePath, Policy: manage, Handler: web.Staff(p.due)},
		{Method: web.Post, Pattern: duePath, Policy: manage, Handler: web.Staff(p.propose), Form: proposeForm{}},
		{Method: web.Get, Pattern: destroyedPath, Policy: manage, Handler: web.Staff(p.destroyed)},
		{Method: web.Get, Pattern: onePath, Policy: manage, Handler: web.Staff(p.proposal)},
		{Method: web.Post, Pattern: onePath, Policy: manage, Handler: web.Staff(p.decide), Form: decideForm{}},
		{Method: web.Get, Pattern: onePath + "/declaration", Policy: manage, Handler: web.Staff(p.declaration)},
		{Method: web.Get, Pattern: holdPath, Policy: work, Handler: web.Staff(p.hold)},
		{Method: web.Post, Pattern: holdPath, Policy: work, Handler: web.Staff(p.setHold), Form: holdForm{}},
	})
}

func titled(c *web.Ctx, code int, title string) ui.Frame {
	if code != http.StatusOK {
		title = c.T("page.error_title", "title", title)
	}
	return c.Frame(title)
}

func proposalPath(id string) string { return duePath + "/proposals/" + id }

type proposeForm struct {
	Once    string   `form:"once"`
	Type    string   `form:"type"`
	After   string   `form:"after"`
	Dossier []string `form:"dossier"`
	Reason  string   `form:"reason"`
}

// dueView is a page of what is due, with the form in which some of it is proposed.
type dueView struct {
	rows     []retention.Due
	defs     map[dossiertype.Ref]dossiertype.Definition
	waiting  []retention.Proposal
	types    []ui.Option
	next     string
	in       proposeForm
	problems []ui.Problem
}

// free are the rows that can be chosen, and stuck those that cannot.
func (v dueView) free() []retention.Due {
	return slices.DeleteFunc(slices.Clone(v.rows), func(d retention.Due) bool { return d.Held || d.Proposal != "" })
}

func (v dueView) stuck() []retention.Due {
	return slices.DeleteFunc(slices.Clone(v.rows), func(d retention.Due) bool { return !d.Held && d.Proposal == "" })
}

func (p *Pages) due(c *web.Ctx, a access.Staff) error {
	return p.showDue(c, a, 200, dueView{in: proposeForm{Once: web.OnceKey(), Type: c.Query("type"), After: c.Query("after")}})
}

func (p *Pages) showDue(c *web.Ctx, a access.Staff, code int, v dueView) error {
	ctx := c.R.Context()
	page, err := p.retention.Due(ctx, a, v.in.Type, v.in.After)
	if err != nil {
		return err
	}
	v.rows = page.Rows
	if page.Next != "" {
		v.next = web.Link(duePath, "type", v.in.Type, "after", page.Next)
	}
	if v.defs, err = p.retention.Definitions(ctx, a, v.rows); err != nil {
		return err
	}
	if v.waiting, err = p.retention.Waiting(ctx, a); err != nil {
		return err
	}
	types, err := p.dossiers.Types().List(ctx, a)
	if err != nil {
		return err
	}
	v.types = []ui.Option{{Label: c.T("retention.all_types")}}
	for _, t := range types {
		v.types = append(v.types, ui.Option{Value: t.ID, Label: t.Draft.Name.In(c.Texts.Lang()), Chosen: t.ID == v.in.Type})
	}
	return c.Render(code, duePage(c, titled(c, code, c.T("retention.title")), v))
}

func (p *Pages) propose(c *web.Ctx, a access.Staff) error {
	var f proposeForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id, err := p.retention.Propose(c.R.Context(), a, f.Once, f.Dossier, f.Reason)
	if errs.FieldsOf(err) != nil {
		return p.showDue(c, a, 422, dueView{in: f, problems: ui.Problems(c.Texts, err)})
	}
	if err != nil {
		return err
	}
	return c.Done(proposalPath(id), "retention.proposed")
}

func (p *Pages) destroyed(c *web.Ctx, a access.Staff) error {
	page, err := p.retention.Destroyed(c.R.Context(), a, c.Query("after"))
	if err != nil {
		return err
	}
	next := ""
	if page.Next != "" {
		next = web.Link(destroyedPath, "after", page.Next)
	}
	return c.Render(200, destroyedView(c, c.Frame(c.T("retention.destroyed")), page.Rows, next))
}

type decideForm struct {
	Reason string `form:"reason"`
	Do     string `form:"do"`
}

// proposalView is a proposal with the form in which it is decided.
type proposalView struct {
	retention.Proposal
	there    []retention.Due
	gone     []retention.Destroyed
	defs     map[dossiertype.Ref]dossiertype.Definition
	mine     bool // he proposed it himself
	reason   string
	problems []ui.Problem
	general  string
}

func (p *Pages) proposal(c *web.Ctx, a access.Staff) error {
	return p.showProposal(c, a, 200, proposalView{})
}

func (p *Pages) showProposal(c *web.Ctx, a access.Staff, code int, v proposalView) error {
	var err error
	ctx := c.R.Context()
	if v.Proposal, v.there, v.gone, err = p.retention.Proposal(ctx, a, c.Param("destruction")); err != nil {
		return err
	}
	if v.defs, err = p.retention.Definitions(ctx, a, v.there); err != nil {
		return err
	}
	v.mine = v.By == a.Scope().Account()
	return c.Render(code, proposalPage(c, titled(c, code, c.T("retention.proposal")), v))
}

func (p *Pages) decide(c *web.Ctx, a access.Staff) error {
	var f decideForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if f.Do != retention.Agreed && f.Do != retention.Refused {
		return errs.New(errs.Invalid, "error.form_broken")
	}
	id := c.Param("destruction")
	err := p.retention.Decide(c.R.Context(), a, id, f.Do, f.Reason)
	switch {
	case errs.FieldsOf(err) != nil:
		return p.showProposal(c, a, 422, proposalView{reason: f.Reason, problems: ui.Problems(c.Texts, err)})
	case errs.Is(err, errs.Conflict):
		return p.showProposal(c, a, 409, proposalView{general: c.T("retention.decided_already")})
	case err != nil:
		return err
	}
	return c.Done(proposalPath(id), "retention.decided."+f.Do)
}

type holdForm struct {
	Reason string `form:"reason"`
	Do     string `form:"do"`
}

// holdView is what keeps a dossier, with the form to hold it or to lift that.
type holdView struct {
	d        dossier.Dossier
	now      *retention.Hold
	before   []retention.Hold
	reason   string
	problems []ui.Problem
}

func (p *Pages) hold(c *web.Ctx, a access.Staff) error { return p.showHold(c, a, 200, holdView{}) }

func (p *Pages) showHold(c *web.Ctx, a access.Staff, code int, v holdView) error {
	var err error
	if v.d, v.now, v.before, err = p.retention.Holds(c.R.Context(), a, c.Param("dossier")); err != nil {
		return err
	}
	return c.Render(code, holdPage(c, titled(c, code, c.T("retention.hold")), v))
}

func (p *Pages) setHold(c *web.Ctx, a access.Staff) error {
	var f holdForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if f.Do != "hold" && f.Do != "lift" {
		return errs.New(errs.Invalid, "error.form_broken")
	}
	id := c.Param("dossier")
	err := p.retention.SetHold(c.R.Context(), a, id, f.Reason, f.Do == "hold")
	if errs.FieldsOf(err) != nil {
		return p.showHold(c, a, 422, holdView{reason: f.Reason, problems: ui.Problems(c.Texts, err)})
	}
	if err != nil {
		return err
	}
	return c.Done("/dossiers/"+id, "retention.done."+f.Do)
}
