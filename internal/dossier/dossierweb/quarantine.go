package dossierweb

import (
	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

const quarantinePath = "/settings/quarantine"

// quarantineRoutes are the pages of documents that the scanner stopped, for administrators. None of
// them gives a byte of a document.
func (p *Pages) quarantineRoutes() []web.Route {
	const one = "/dossiers/{dossier}/documents/{document}/quarantine"
	manage := access.OfficeWith(access.Manage)
	return []web.Route{
		{Method: web.Get, Pattern: quarantinePath, Policy: manage, Handler: web.Staff(p.quarantine)},
		{Method: web.Get, Pattern: one, Policy: manage, Handler: web.Staff(p.held)},
		{Method: web.Post, Pattern: one, Policy: manage, Handler: web.Staff(p.judge), Form: verdictForm{}},
	}
}

// heldHref is the page where it is decided what becomes of a document.
func heldHref(d dossier.Document) string {
	return "/dossiers/" + d.Dossier + "/documents/" + d.ID + "/quarantine"
}

// quarantineView is a page of what waits, with what was decided before.
type quarantineView struct {
	rows    []dossier.HeldDocument
	next    string
	decided []dossier.Decided
}

func (p *Pages) quarantine(c *web.Ctx, a access.Staff) error {
	page, err := p.dossiers.Quarantine(c.R.Context(), a, c.Query("after"))
	if err != nil {
		return err
	}
	v := quarantineView{rows: page.Rows}
	if page.Next != "" {
		v.next = web.Link(quarantinePath, "after", page.Next)
	}
	if v.decided, err = p.dossiers.Verdicts(c.R.Context(), a); err != nil {
		return err
	}
	return c.Render(200, quarantinePage(c, c.Frame(c.T("quarantine.title")), v))
}

// heldView is a stopped document with the form in which an administrator says what he thinks of it.
type heldView struct {
	dossier.HeldDocument
	reason   string
	mine     bool // he proposed it himself
	problems []ui.Problem
}

func (p *Pages) held(c *web.Ctx, a access.Staff) error {
	return p.showHeld(c, a, 200, heldView{})
}

func (p *Pages) showHeld(c *web.Ctx, a access.Staff, status int, v heldView) error {
	var err error
	if v.HeldDocument, err = p.dossiers.Held(c.R.Context(), a, c.Param("dossier"), c.Param("document")); err != nil {
		return err
	}
	v.mine = v.Proposal.Account == a.Scope().Account()
	title := v.Title
	if status != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, heldPage(c, c.Frame(title), v))
}

type verdictForm struct {
	Reason string `form:"reason"`
	Do     string `form:"do"`
}

func (p *Pages) judge(c *web.Ctx, a access.Staff) error {
	var f verdictForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if f.Do != "release" && f.Do != "remove" {
		return errs.New(errs.Invalid, "error.form_broken")
	}
	state, err := p.dossiers.Judge(c.R.Context(), a, c.Param("dossier"), c.Param("document"), dossier.Verdict{Reason: f.Reason, Remove: f.Do == "remove"})
	if errs.FieldsOf(err) != nil {
		return p.showHeld(c, a, 422, heldView{reason: f.Reason, problems: ui.Problems(c.Texts, err)})
	}
	if err != nil {
		return err
	}
	key := "quarantine.proposed"
	switch state {
	case dossier.Released:
		key = "quarantine.released"
	case dossier.Refused:
		key = "quarantine.removed"
	}
	return c.Done(quarantinePath, key)
}

func verdictText(c *web.Ctx, v dossier.Verdict) string {
	if v.Remove {
		return c.T("quarantine.verdict.remove")
	}
	return c.T("quarantine.verdict.release")
}

func releaseLabel(c *web.Ctx, v heldView) string {
	if v.Proposal.Account == "" {
		return c.T("quarantine.propose")
	}
	return c.T("quarantine.confirm")
}
