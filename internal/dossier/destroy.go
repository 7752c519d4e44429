package dossier

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/notify"
)

// Destroy removes a dossier, which the caller holds, with everything that hangs on it, and returns how many documents it
// had. Its files are of no use to anybody then, and the collector deletes them. Whether it may go is asked by whoever calls;
// only an administrator can.
func (ds *Dossiers) Destroy(ctx context.Context, tx *db.Tx, a access.Staff, id string, e audit.Entry) (documents int, err error) {
	if err := manages(a); err != nil {
		return 0, err
	}
	s := a.Scope()
	// With another number, whoever adds something to it at this moment waits on PostgreSQL, and then finds nothing.
	if _, err := tx.Exec(ctx, `update dossier set number = id where tenant_id = $1 and id = $2`, s.Tenant(), id); err != nil {
		return 0, err
	}
	if documents, err = db.One(ctx, tx, db.Value[int], `select count(*) from document where tenant_id = $1 and dossier_id = $2`, s.Tenant(), id); err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `update document set message_id = null where tenant_id = $1 and dossier_id = $2`, s.Tenant(), id); err != nil {
		return 0, err
	}
	for _, f := range ds.Destroying {
		if err := f(ctx, tx, s, id); err != nil {
			return 0, err
		}
	}
	if err := notify.Destroy(ctx, tx, s.Tenant(), id); err != nil {
		return 0, err
	}
	if err := remove(ctx, tx, s.Tenant(), id); err != nil {
		return 0, err
	}
	e.Dossier = id
	return documents, audit.Record(ctx, tx, s, e)
}

// remove removes the rows of this package, what refers to another one first.
func remove(ctx context.Context, tx *db.Tx, tenantID, id string) error {
	const theirs = ` where tenant_id = $1 and document_id in (select id from document where tenant_id = $1 and dossier_id = $2)`
	return tx.ExecAll(ctx, []any{tenantID, id},
		`delete from document_read`+theirs,
		`delete from document_verdict`+theirs,
		`delete from document where tenant_id = $1 and dossier_id = $2`,
		`delete from upload_part where tenant_id = $1 and upload_id in (select id from upload where tenant_id = $1 and dossier_id = $2)`,
		`delete from upload where tenant_id = $1 and dossier_id = $2`,
		`delete from progress_step where tenant_id = $1 and dossier_id = $2`,
		`delete from dossier_status where tenant_id = $1 and dossier_id = $2`,
		`delete from dossier_word where tenant_id = $1 and dossier_id = $2`,
		`delete from dossier_list where tenant_id = $1 and dossier_id = $2`,
		`delete from dossier_staff where tenant_id = $1 and dossier_id = $2`,
		`delete from dossier_party where tenant_id = $1 and dossier_id = $2`,
		`delete from dossier where tenant_id = $1 and id = $2`,
	)
}
