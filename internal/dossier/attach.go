package dossier

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
)

// Letter is the message with which files come. Client is the party whose alone it is, "" when it is
// every party's. The zero Letter is for files that come without one.
type Letter struct{ ID, Client string }

// Attach makes documents of an account's own complete uploads, in the transaction that sends them.
// An upload that is not his, not complete, of another dossier or of an answer is NotFound. It returns the ids of the documents.
func (ds *Dossiers) Attach(ctx context.Context, tx *db.Tx, s access.Scope, dossier string, with Letter, uploads []string) ([]string, error) {
	if c, client := access.AsClient(s); client && len(uploads) > 0 {
		if err := c.Require(access.UploadDocuments); err != nil {
			return nil, err
		}
	}
	var ids []string
	for _, up := range uploads {
		w, err := take(ctx, tx, s, dossier, up)
		if err != nil {
			return nil, err
		}
		id, err := ds.become(ctx, tx, s, with, w)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// become makes a document of a whole file.
func (ds *Dossiers) become(ctx context.Context, tx *db.Tx, s access.Scope, with Letter, w whole) (string, error) {
	id, origin := tx.NewID(), "office"
	if _, client := access.AsClient(s); client {
		origin = "client"
	} else if w.Category == Delivered {
		w.Category = Documents
	}
	var published *db.Time
	if now := tx.Now(); with.ID != "" && origin == "office" {
		published = &now
	}
	reference, err := nextReference(ctx, tx, s)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `insert into document (tenant_id, id, dossier_id, origin, category, title, file_name, media_type, size, sha256, blob_key, blob_size, blob_sum,
		state, published_at, message_id, client_id, created_at, created_by, mandate_id, reference, document_type, rank) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'checking', $14, nullif($15, ''), nullif($16, ''), $17, $18, nullif($19, ''),
		$20, $21, coalesce(nullif(cast($22 as bigint), 0), (select rank from dossier where tenant_id = $1 and id = $3)))`,
		s.Tenant(), id, w.Dossier, origin, string(w.Category), cmp.Or(w.title, w.FileName), w.FileName, w.MediaType, w.Size, w.stored.PlainSHA256[:], w.stored.Key, w.stored.StoredSize,
		w.stored.StoredSum[:], published, with.ID, with.Client, tx.Now(), s.Account(), s.Behalf().Mandate, reference, w.Type, int(w.rank))
	if err != nil {
		return "", err
	}
	if err := named(ctx, tx, s.Tenant(), w.Dossier, cmp.Or(w.title, w.FileName)); err != nil {
		return "", err
	}
	if err := audit.Record(ctx, tx, s, audit.Entry{Event: "document.added", Dossier: w.Dossier, Client: s.Client(), Objects: []audit.Object{{Kind: "document", ID: id}}}); err != nil {
		return "", err
	}
	return id, enqueueScan(ctx, tx, s.Tenant(), w.Dossier, id)
}

// firstReference is the number of a tenant's first document.
const firstReference = 10001

// nextReference gives a document its number (D39). Whoever adds another one at this moment waits for it.
func nextReference(ctx context.Context, tx *db.Tx, s access.Scope) (int64, error) {
	return db.One(ctx, tx, db.Value[int64], `insert into document_counter (tenant_id, last) values ($1, $2)
		on conflict (tenant_id) do update set last = document_counter.last + 1 returning last`, s.Tenant(), firstReference)
}

// whole is a complete upload with where its bytes are, and what is said of the document that it becomes.
type whole struct {
	Upload
	stored blob.Stored
	title  string           // "" for the name of the file
	rank   dossiertype.Rank // 0 for that of the dossier
}

func take(ctx context.Context, tx *db.Tx, s access.Scope, dossier, id string) (whole, error) {
	w, err := db.One(ctx, tx, scanComplete, takeComplete, s.Tenant(), s.Account(), id, dossier, s.Client())
	w.ID, w.Dossier = id, dossier
	return w, err
}

// takeComplete reads and removes in one statement, so that of two messages sent at once only one gets
// the file.
const takeComplete = `delete from upload where tenant_id = $1 and account_id = $2 and id = $3 and dossier_id = $4 and client_id = $5 and ` + loose + `and blob_key is not null
	returning file_name, media_type, size, category, document_type, sha256, blob_key, blob_size, blob_sum`

func scanComplete(scan db.Scan) (whole, error) {
	var w whole
	var plain, sum []byte
	err := scan(&w.FileName, &w.MediaType, &w.Size, &w.Category, &w.Type, &plain, &w.stored.Key, &w.stored.StoredSize, &sum)
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
