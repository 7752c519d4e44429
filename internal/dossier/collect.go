package dossier

import (
	"context"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
)

// UsesBlob reports whether a document, an upload or a part of one is kept under the key. It asks in
// one statement: a file that is sent at this moment moves from one table to another. What is refused
// is of no use to anybody, and can do harm.
func (ds *Dossiers) UsesBlob(ctx context.Context, tenantID, key string) (bool, error) {
	return Keeps(ctx, ds.db, tenantID, key)
}

// Keeps is UsesBlob for whoever has no more than the database.
func Keeps(ctx context.Context, r db.Reader, tenantID, key string) (bool, error) {
	return db.One(ctx, r, db.Value[bool], keepsQuery, tenantID, key)
}

const keepsQuery = `select exists (select 1 from document where tenant_id = $1 and blob_key = $2 and state <> 'refused')
	or exists (select 1 from upload where tenant_id = $1 and blob_key = $2) or exists (select 1 from upload_part where tenant_id = $1 and blob_key = $2)`

// Expire forgets the uploads of a tenant that were begun before the time and never sent, and
// returns how many; those of an application stay as long as that does, and those of an answer as long as somebody waits for
// it. Their bytes are left to the collector.
func (ds *Dossiers) Expire(ctx context.Context, tenantID string, before db.Time) (int, error) {
	type old struct{ id, dossier string }
	list, err := db.All(ctx, ds.db, func(scan db.Scan) (old, error) {
		var o old
		err := scan(&o.id, &o.dossier)
		return o, err
	}, `select id, coalesce(dossier_id, '') from upload where tenant_id = $1 and created_at < $2 and document_id is null
		and not exists (select 1 from application p where p.tenant_id = upload.tenant_id and p.id = upload.application_id)
		and not exists (select 1 from request_item i join request q on q.tenant_id = i.tenant_id and q.id = i.request_id and q.state = 'open'
			join dossier d on d.tenant_id = q.tenant_id and d.id = q.dossier_id and not d.closed where i.tenant_id = upload.tenant_id and i.id = upload.item_id) order by created_at`, tenantID, before)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, o := range list {
		gone := false
		err := ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			gone = false
			if _, err := tx.Exec(ctx, `delete from upload_part where tenant_id = $1 and upload_id = $2`, tenantID, o.id); err != nil {
				return err
			}
			deleted, err := tx.Exec(ctx, `delete from upload where tenant_id = $1 and id = $2`, tenantID, o.id)
			if err != nil || deleted == 0 { // sent or dropped meanwhile
				return err
			}
			gone = true
			return audit.Record(ctx, tx, authn.System(tenantID, "collect"), audit.Entry{Event: "document.upload_expired", Dossier: o.dossier, Objects: []audit.Object{{Kind: "upload", ID: o.id}}})
		})
		if err != nil {
			return n, err
		}
		if gone {
			n++
		}
	}
	return n, nil
}
