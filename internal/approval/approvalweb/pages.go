// Package approvalweb is the pages of approvals: what a client agrees with or not, and the office's side.
package approvalweb

import (
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/approval"
	"voordeur/internal/dossier"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	approvals *approval.Approvals
	dossiers  *dossier.Dossiers
	ids       *identity.Identity
}

// New returns the pages.
func New(as *approval.Approvals, ds *dossier.Dossiers, ids *identity.Identity) *Pages {
	return &Pages{as, ds, ids}
}

// proved is how long ago a client who answers may have proved himself: a browser that somebody left open declares nothing.
const proved = time.Hour

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	read, work, approve := access.OfficeWith(access.Read), access.OfficeWith(access.Work), access.PortalWith(access.ApproveDocuments)
	const fresh, one = "/dossiers/{dossier}/approvals/new", "/dossiers/{dossier}/approvals/{approval}"
	return web.InModule(tenant.ModuleApprovals, []web.Route{
		{Method: web.Get, Pattern: listPath, Policy: approve, Handler: web.Client(p.list)},
		{Method: web.Get, Pattern: one, Policy: approve, Handler: web.Client(p.clientPage)},
		{Method: web.Post, Pattern: one, Policy: approve, Recent: proved, Handler: web.Client(p.answer), Form: answerForm{}, Resumes: true},
		{Method: web.Get, Pattern: fresh, Policy: work, Handler: web.Staff(p.offerPage)},
		{Method: web.Post, Pattern: fresh, Policy: work, Handler: web.Staff(p.offer), Form: offerForm{}, Resumes: true},
		{Method: web.Get, Pattern: one, Policy: read, Handler: web.Staff(p.staffPage)},
		{Method: web.Post, Pattern: one + "/withdraw", Policy: work, Handler: web.Staff(p.withdraw)},
		{Method: web.Post, Pattern: one + "/settle", Policy: work, Handler: web.Staff(p.settle)},
	})
}

const listPath = "/approvals"

func dossierHref(id string) string { return "/dossiers/" + id }

func href(q approval.Approval) string { return dossierHref(q.Dossier) + "/approvals/" + q.ID }

// fileOf is the row of the document.
func fileOf(c *web.Ctx, q approval.Approval) ui.File {
	f := ui.File{Icon: ui.FileIcon(q.FileName[strings.LastIndex(q.FileName, ".")+1:]), Name: q.Title, Meta: c.T("request.file_meta", "name", q.FileName, "size", c.Texts.Size(q.Size))}
	if !q.Shown || q.Changed {
		f.State = c.T("approval.not_there")
		return f
	}
	f.DownloadHref = dossierHref(q.Dossier) + "/documents/" + q.Document
	if c.Site.DocsURL != "" && q.Opens() {
		f.OpenHref = f.DownloadHref + "/open"
	}
	return f
}

// by is who declared, and for whom.
func by(c *web.Ctx, q approval.Approval) string {
	if !q.Answer.Behalf && q.Answer.Name == q.Answer.ClientName {
		return q.Answer.Name
	}
	return c.T("approval.by", "who", q.Answer.Name, "client", q.Answer.ClientName)
}

// signedWith says with what it was confirmed.
func signedWith(c *web.Ctx, q approval.Approval) string {
	return c.T("approval.means." + q.Answer.Means)
}

// opened says whether whoever declared had opened the document in the portal.
func opened(c *web.Ctx, q approval.Approval) string {
	if q.Answer.OpenedAt == nil {
		return c.T("approval.opened_not")
	}
	return c.Texts.DateTime(q.Answer.OpenedAt.Time)
}
