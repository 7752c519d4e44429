package approval

import (
	"context"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

// Waiting returns what waits for the client's answer, what is needed first before the rest, up to a hundred. Who may not approve
// is told of nothing (A9, A20).
func (as *Approvals) Waiting(ctx context.Context, a access.Client) ([]Approval, error) {
	t, err := as.tenantOf(ctx, a)
	if err != nil || t == nil {
		return nil, err
	}
	list, err := db.All(ctx, as.db, scanApproval(t), selectApproval+isHis+`and a.state = 'offered' and not d.closed and`+dossier.ClientSees+`and`+dossier.OfficeShows+`
		order by case when a.due_on = '' then '9' else a.due_on end, a.offered_at, a.id limit 100`, t.ID, a.Scope().Client())
	return slices.DeleteFunc(list, func(q Approval) bool { return !q.Waits() }), err
}

// Answered returns what the client answered, newest first, up to a hundred.
func (as *Approvals) Answered(ctx context.Context, a access.Client) ([]Approval, error) {
	t, err := as.tenantOf(ctx, a)
	if err != nil || t == nil {
		return nil, err
	}
	return db.All(ctx, as.db, scanApproval(t), selectApproval+isHis+`and a.state in ('agreed', 'refused') and`+dossier.ClientSees+`order by a.answered_at desc, a.id desc limit 100`, t.ID, a.Scope().Client())
}

// tenantOf is the organisation of a client who may approve, nil for any other.
func (as *Approvals) tenantOf(ctx context.Context, a access.Client) (*tenant.Tenant, error) {
	if !a.Can(access.SeeDossiers | access.ApproveDocuments) {
		return nil, nil
	}
	return as.tenants.Get(ctx, a.Scope().Tenant())
}

// InDossier returns what was offered in a dossier that was loaded for the employee, newest first.
func (as *Approvals) InDossier(ctx context.Context, a access.Staff, dossierID string) ([]Approval, error) {
	t, err := as.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return nil, err
	}
	return db.All(ctx, as.db, scanApproval(t), selectApproval+`and a.dossier_id = $2 order by a.offered_at desc, a.id desc`, t.ID, dossierID)
}

// AsClient returns what the client of a preview is asked in its dossier.
func (as *Approvals) AsClient(ctx context.Context, a access.Staff, p dossier.Preview) ([]Approval, error) {
	list, err := as.InDossier(ctx, a, p.Dossier.ID)
	return slices.DeleteFunc(list, func(q Approval) bool { return q.Client != p.Party.ID || !q.Waits() }), err
}

// ToSettle returns what clients did not agree with, in the dossiers in which the employee takes part, the oldest first, up to a
// hundred. It stays until another version is offered, or somebody says that he is done with it (A34).
func (as *Approvals) ToSettle(ctx context.Context, a access.Staff) ([]Approval, error) {
	t, err := as.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return nil, err
	}
	return db.All(ctx, as.db, scanApproval(t), selectApproval+`and a.state = 'refused' and a.settled_at is null and not d.closed
		and exists (select 1 from dossier_staff s where s.tenant_id = a.tenant_id and s.dossier_id = a.dossier_id and s.account_id = $2) order by a.answered_at, a.id limit 100`, t.ID, a.Scope().Account())
}

// stands is identity.Stands of what was offered: it still waits, and its reader may still approve.
func (as *Approvals) stands(ctx context.Context, tx *db.Tx, tenantID string, c notify.Change) (bool, error) {
	reads, err := dossier.Reads(ctx, tx, tenantID, c, access.ApproveDocuments)
	if err != nil || !reads {
		return false, err
	}
	t, err := as.tenants.Get(ctx, tenantID)
	if err != nil {
		return false, err
	}
	list, err := db.All(ctx, tx, scanApproval(t), selectApproval+`and a.dossier_id = $2 and a.id = $3`, tenantID, c.Dossier, c.Object)
	return len(list) == 1 && list[0].Waits(), err
}
