package dossier

import (
	"context"
	"slices"
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
)

// ForAnswer loads a dossier in which a client answers what he was asked for, and holds it: who closes it waits, or has
// done so.
func ForAnswer(ctx context.Context, tx *db.Tx, a access.Client, id string) (Dossier, error) {
	if err := a.Require(access.UploadDocuments); err != nil {
		return Dossier{}, err
	}
	if err := hold(ctx, tx, a.Scope().Tenant(), id); err != nil {
		return Dossier{}, err
	}
	return ForClient(ctx, tx, a, id)
}

// isAsked reports whether the client has a request in the dossier that he can answer with files.
func isAsked(ctx context.Context, r db.Reader, s access.Scope, dossier string) (bool, error) {
	return db.One(ctx, r, db.Value[bool], `select exists (select 1 from request where tenant_id = $1 and dossier_id = $2 and client_id = $3 and state = 'open')`, s.Tenant(), dossier, s.Client())
}

// Kept is a file that waits with an answer until that is handed in.
type Kept struct {
	ID, Item, FileName string
	Size               int64
	mediaType          string
}

// Photo reports whether it can be a page of a PDF with others.
func (k Kept) Photo() bool {
	return k.mediaType == "image/jpeg" || k.mediaType == "image/png" || k.mediaType == "image/webp" || isHEIC(k.mediaType)
}

// KeptIn returns the files that wait with answers of the client in a dossier that he sees, whoever of his accounts sent them.
func KeptIn(ctx context.Context, r db.Reader, a access.Client, dossier string) ([]Kept, error) {
	s := a.Scope()
	return db.All(ctx, r, func(scan db.Scan) (Kept, error) {
		var k Kept
		err := scan(&k.ID, &k.Item, &k.FileName, &k.Size, &k.mediaType)
		return k, err
	}, `select id, item_id, file_name, size, media_type from upload where tenant_id = $1 and dossier_id = $2 and client_id = $3 and item_id is not null and document_id is null and blob_key is not null order by position, created_at, id`,
		s.Tenant(), dossier, s.Client())
}

// Keep has files wait with an answer, and lets go of those that did and no longer belong to it: they expire. One that is
// neither a complete upload of the account's own nor waits with that answer already is NotFound.
func Keep(ctx context.Context, tx *db.Tx, a access.Client, dossier, item string, uploads []string) error {
	s := a.Scope()
	all, err := KeptIn(ctx, tx, a, dossier)
	if err != nil {
		return err
	}
	had := func(id string) bool {
		return slices.ContainsFunc(all, func(k Kept) bool { return k.ID == id && k.Item == item })
	}
	for at, id := range uploads {
		if had(id) {
			if _, err := tx.Exec(ctx, `update upload set position = $3 where tenant_id = $1 and id = $2`, s.Tenant(), id, at); err != nil {
				return err
			}
			continue
		}
		n, err := tx.Exec(ctx, `update upload set item_id = $6, position = $7 where tenant_id = $1 and account_id = $2 and id = $3 and dossier_id = $4 and client_id = $5 and blob_key is not null and item_id is null`,
			s.Tenant(), s.Account(), id, dossier, s.Client(), item, at)
		if err := db.Guard(n, err, errs.Missing()); err != nil {
			return err
		}
	}
	for _, k := range all {
		if k.Item == item && !slices.Contains(uploads, k.ID) {
			if _, err := tx.Exec(ctx, `update upload set item_id = null where tenant_id = $1 and id = $2`, s.Tenant(), k.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// LetGo lets go of the files that wait with an answer to which nobody waits any more: they expire.
func LetGo(ctx context.Context, tx *db.Tx, tenantID, item string) error {
	_, err := tx.Exec(ctx, `update upload set item_id = null where tenant_id = $1 and item_id = $2`, tenantID, item)
	return err
}

// HandOver makes documents of one kind and title of the files that wait with an answer, in a dossier of ForAnswer, and
// returns their ids. Several are counted; photos that belong together become one PDF once they are checked.
func (ds *Dossiers) HandOver(ctx context.Context, tx *db.Tx, a access.Client, dossier, item string, kind dossiertype.DocumentType, title string, together bool) ([]string, error) {
	all, err := KeptIn(ctx, tx, a, dossier)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(k Kept) bool { return k.Item != item })
	var ids []string
	sets := ds.sets(all, together)
	for n, set := range sets {
		k := set[0]
		w, err := db.One(ctx, tx, scanComplete, takeKept, a.Scope().Tenant(), k.ID, dossier, a.Scope().Client(), item)
		if err != nil {
			return nil, err
		}
		w.ID, w.Dossier, w.Type, w.rank, w.title = k.ID, dossier, kind.Key, kind.Rank, title
		if len(sets) > 1 {
			w.title += " (" + strconv.Itoa(n+1) + ")"
		}
		id, err := ds.become(ctx, tx, a.Scope(), Letter{Client: a.Scope().Client()}, w)
		if err != nil {
			return nil, err
		}
		if err := addPages(ctx, tx, a.Scope(), id, set[1:]); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// takeKept is takeComplete for what waits with an answer.
const takeKept = `delete from upload where tenant_id = $1 and id = $2 and dossier_id = $3 and client_id = $4 and item_id = $5 and document_id is null and blob_key is not null
	returning file_name, media_type, size, category, document_type, sha256, blob_key, blob_size, blob_sum`
