package dossierweb

import (
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/approval"
	"voordeur/internal/dossier"
	"voordeur/internal/tenant"
	"voordeur/internal/web"
)

func (v pageView) approvalHref(q approval.Approval) string {
	return "/dossiers/" + v.d.ID + "/approvals/" + q.ID
}

// offers reports whether the page offers to have a document approved: it does not wait for an answer already.
func (v pageView) offers(c *web.Ctx, d dossier.Document) bool {
	return v.work && c.Site.Modules[tenant.ModuleApprovals] && approval.Offerable(v.d) == nil && approval.Fits(d) &&
		!slices.ContainsFunc(v.asked.approvals, func(q approval.Approval) bool { return q.Document == d.ID && q.State != approval.Withdrawn })
}

// approvalsFor is what waits for the client's answer in a dossier.
func (p *Pages) approvalsFor(c *web.Ctx, a access.Client, dossierID string) ([]approval.Approval, error) {
	if !c.Site.Modules[tenant.ModuleApprovals] {
		return nil, nil
	}
	list, err := p.approvals.Waiting(c.R.Context(), a)
	return slices.DeleteFunc(list, func(q approval.Approval) bool { return q.Dossier != dossierID }), err
}
