// Package requestweb is the pages of requests: what a client answers, and the office's side.
package requestweb

import (
	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/identity"
	"voordeur/internal/request"
	"voordeur/internal/tenant"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	db       *db.DB
	requests *request.Requests
	dossiers *dossier.Dossiers
	tenants  *tenant.Tenants
	ids      *identity.Identity
}

// New returns the pages.
func New(d *db.DB, rs *request.Requests, ds *dossier.Dossiers, ts *tenant.Tenants, ids *identity.Identity) *Pages {
	return &Pages{d, rs, ds, ts, ids}
}

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	read, work := access.OfficeWith(access.Read), access.OfficeWith(access.Work)
	see, answer := access.PortalWith(access.SeeDossiers), access.PortalWith(access.UploadDocuments)
	const fresh, one = "/dossiers/{dossier}/requests/new", "/dossiers/{dossier}/requests/{request}"
	const item, needed = "/dossiers/{dossier}/requested/{item}", "/dossiers/{dossier}/required/{required}"
	return web.InModule(tenant.ModuleDossiers, []web.Route{
		{Method: web.Get, Pattern: one, Policy: see, Handler: web.Client(p.clientPage)},
		{Method: web.Post, Pattern: one, Policy: answer, Handler: web.Client(p.handIn), Form: onceForm{}},
		{Method: web.Get, Pattern: item, Policy: answer, Handler: web.Client(p.answerPage)},
		{Method: web.Post, Pattern: item, Policy: answer, Handler: web.Client(p.answer), Streams: true, Resumes: true},
		{Method: web.Get, Pattern: fresh, Policy: work, Handler: web.Staff(p.askPage)},
		{Method: web.Post, Pattern: fresh, Policy: work, Handler: web.Staff(p.ask), Form: askForm{}, Resumes: true},
		{Method: web.Get, Pattern: one, Policy: read, Handler: web.Staff(p.staffPage)},
		{Method: web.Get, Pattern: item, Policy: read, Handler: web.Staff(p.judgePage)},
		{Method: web.Post, Pattern: item, Policy: work, Handler: web.Staff(p.judge), Form: judgeForm{}},
		{Method: web.Get, Pattern: needed, Policy: work, Handler: web.Staff(p.markPage)},
		{Method: web.Post, Pattern: needed, Policy: work, Handler: web.Staff(p.mark), Form: markForm{}},
		{Method: web.Post, Pattern: one + "/withdraw", Policy: work, Handler: web.Staff(p.withdraw)},
	})
}

type onceForm struct {
	Once string `form:"once"`
}

func dossierHref(id string) string { return "/dossiers/" + id }

func href(q request.Request) string { return dossierHref(q.Dossier) + "/requests/" + q.ID }

func itemHref(i request.Item) string { return dossierHref(i.Dossier) + "/requested/" + i.ID }
