package dossier

import (
	"context"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// Letter is the message with which files come. Client is the party whose alone it is, "" when it is
// every party's. The zero Letter is for files that come without one.
type Letter struct{ ID, Client string }

// Attach makes documents of an account's own complete uploads, in the transaction that sends them.
// An upload that is not his, not complete or of another dossier is NotFound. It returns the ids of the documents.
func (ds *Dossiers) Attach(ctx context.Context, tx *db.Tx, s access.Scope, dossier string, with Letter, uploads []string) ([]string, error) {
	origin := "office"
	if c, client := access.AsClient(s); client {
		if err := c.Require(access.UploadDocuments); err != nil && len(uploads) > 0 {
			return nil, err
		}
		origin = "client"
	}
	var published *db.Time
	if now := tx.Now(); with.ID != "" && origin == "office" {
		published = &now
	}
	var ids []string
	for _, up := range uploads {
		id := tx.NewID()
		u, err := db.One(ctx, tx, scanComplete, takeComplete, s.Tenant(), s.Account(), up, dossier, s.Client())
		if err != nil {
			return nil, err
		}
		if u.Category == Delivered && origin == "office" {
			u.Category = Documents
		}
		_, err = tx.Exec(ctx, `insert into document (tenant_id, id, dossier_id, origin, category, title, file_name, media_type, size, sha256, blob_key, blob_size, blob_sum,
			state, published_at, message_id, client_id, created_at, created_by, mandate_id, rank) values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11, $12, 'checking', $13, nullif($14, ''), nullif($15, ''), $16, $17, nullif($18, ''),
			(select rank from dossier where tenant_id = $1 and id = $3))`,
			s.Tenant(), id, dossier, origin, string(u.Category), u.FileName, u.MediaType, u.Size, u.stored.PlainSHA256[:], u.stored.Key, u.stored.StoredSize,
			u.stored.StoredSum[:], published, with.ID, with.Client, tx.Now(), s.Account(), s.Behalf().Mandate)
		if err != nil {
			return nil, err
		}
		if err := audit.Record(ctx, tx, s, audit.Entry{Event: "document.added", Dossier: dossier, Client: s.Client(), Objects: []audit.Object{{Kind: "document", ID: id}}}); err != nil {
			return nil, err
		}
		if err := enqueueScan(ctx, tx, s.Tenant(), dossier, id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// whole is a complete upload with where its bytes are.
type whole struct {
	Upload
	stored blob.Stored
}

// takeComplete reads and removes in one statement, so that of two messages sent at once only one gets
// the file.
const takeComplete = `delete from upload where tenant_id = $1 and account_id = $2 and id = $3 and dossier_id = $4 and client_id = $5 and blob_key is not null
	returning file_name, media_type, size, category, sha256, blob_key, blob_size, blob_sum`

func scanComplete(scan db.Scan) (whole, error) {
	var w whole
	var plain, sum []byte
	err := scan(&w.FileName, &w.MediaType, &w.Size, &w.Category, &plain, &w.stored.Key, &w.stored.StoredSize, &sum)
	copy(w.stored.PlainSHA256[:], plain)
	copy(w.stored.StoredSum[:], sum)
	return w, err
}

// filedKey is under which once remembers that an upload became a document.
func filedKey(upload string) string { return "upload-" + upload }

// file makes an employee's complete upload a document, and remembers that under the upload's id.
func (ds *Dossiers) file(ctx context.Context, tx *db.Tx, s access.Scope, u Upload) error {
	if _, _, err := tx.Once(ctx, s.Tenant(), s.Account(), filedKey(u.ID)); err != nil {
		return err
	}
	if err := tx.Finish(ctx, s.Tenant(), s.Account(), filedKey(u.ID), u.Dossier+" "+strconv.FormatInt(u.Size, 10)); err != nil {
		return err
	}
	_, err := ds.Attach(ctx, tx, s, u.Dossier, Letter{}, []string{u.ID})
	return err
}

// filed returns the upload that became a document.
func (ds *Dossiers) filed(ctx context.Context, s access.Scope, dossier, id string) (Upload, error) {
	result, err := db.One(ctx, ds.db, db.Value[string], `select result from once where tenant_id = $1 and account_id = $2 and key = $3`, s.Tenant(), s.Account(), filedKey(id))
	if err != nil {
		return Upload{}, err
	}
	in, size, _ := strings.Cut(result, " ")
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil || in != dossier {
		return Upload{}, errs.Missing()
	}
	return Upload{ID: id, Dossier: dossier, Size: n, Received: n, Complete: true}, nil
}
