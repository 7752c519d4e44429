package dossier

import (
	"context"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
)

// Reads reports whether the reader of a change still sees its dossier, with a right to such things.
func Reads(ctx context.Context, tx *db.Tx, tenantID string, c notify.Change, right access.Rights) (bool, error) {
	shown, err := db.One(ctx, tx, db.Value[bool], `select`+InPortal+`from dossier d where d.tenant_id = $1 and d.id = $2`, tenantID, c.Dossier)
	if err != nil || !shown {
		return false, err
	}
	readers, err := Readers(ctx, tx, tenantID, c.Dossier, c.Client, right)
	return slices.ContainsFunc(readers, func(r notify.Reader) bool { return r.Account == c.Account && r.Mandate == c.Mandate }), err
}

// stands is identity.Stands of what happens to a dossier and to its documents.
func (ds *Dossiers) stands(ctx context.Context, tx *db.Tx, tenantID string, c notify.Change) (bool, error) {
	reads, err := Reads(ctx, tx, tenantID, c, access.SeeDossiers)
	if err != nil || !reads || c.Event == string(identity.StatusChanged) {
		return reads, err
	}
	there, err := db.One(ctx, tx, db.Value[bool], `select exists (select 1 from document x where x.tenant_id = $1 and x.dossier_id = $2 and x.id = $3`+clientSeesDocument+`)`,
		tenantID, c.Dossier, c.Object, c.Client)
	return there == (c.Event == string(identity.DocumentShown)), err
}

// noticeStands is identity.Stands of a notice: the employee has not read it, and the dossier is still
// his to work on.
func (ds *Dossiers) noticeStands(ctx context.Context, tx *db.Tx, tenantID string, c notify.Change) (bool, error) {
	return db.One(ctx, tx, db.Value[bool], `select exists (select 1 from notice n join dossier d on d.tenant_id = n.tenant_id and d.id = n.dossier_id
		where n.account_id = $2 and n.dossier_id = $3 and n.read_at is null and (`+staffSees+`))`, tenantID, c.Account, c.Dossier, false)
}
