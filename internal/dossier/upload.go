package dossier

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/filetype"
	"voordeur/internal/tenant"
)

const mb = 1_000_000

// Upload is a file on its way in; it belongs to the account that sends it, and to nobody else
// until it is part of a message or a document.
type Upload struct {
	ID, Dossier, FileName, MediaType string
	Category                         Category
	Type                             string // key of the kind of document that an employee said it is, "" for none
	Size, Received                   int64
	Complete                         bool
	once                             string
}

// NewUpload is what is known of a file before its first byte.
type NewUpload struct {
	FileName string
	Size     int64
	// Category is the tab to which an employee's file goes at once. Everything else is Delivered: it
	// waits for the message that it belongs to.
	Category Category
	// Type is the key of the kind of document that an employee says it is, "" for none.
	Type string
	// Once is the key of a plain form with the number of the file in it: a double click adds the
	// file once. "" is for files that nobody sends twice.
	Once string
}

// uploadIn is where an upload is to come: a dossier, or an application that is to become one.
const uploadIn = ` coalesce(dossier_id, application_id) `

// loose is an upload that belongs to nothing yet: no page of a document, and no file that waits with an answer.
const loose = `document_id is null and item_id is null `

const selectUpload = `select id, ` + uploadIn + `, category, document_type, file_name, media_type, size, received, blob_key is not null from upload
	where tenant_id = $1 and account_id = $2 and` + uploadIn + `= $3 and id = $4 and client_id = $5 and ` + loose

func scanUpload(scan db.Scan) (Upload, error) {
	var u Upload
	err := scan(&u.ID, &u.Dossier, &u.Category, &u.Type, &u.FileName, &u.MediaType, &u.Size, &u.Received, &u.Complete)
	return u, err
}

func rule(t *tenant.Tenant, s access.Scope) filetype.Policy {
	p := filetype.Policy{Extensions: t.Settings.Files.Takes(), MaxBytes: t.Settings.Files.OfficeMaxMB * mb}
	if _, client := access.AsClient(s); client {
		p.MaxBytes = t.Settings.Files.ClientMaxMB * mb
	}
	return p
}

// mayDeliver loads the dossier and checks that the actor may deliver files to it, in r's own view; or to an application of
// his own, which is no dossier yet.
func mayDeliver(ctx context.Context, r db.Reader, t *tenant.Tenant, s access.Scope, dossier string) (Dossier, error) {
	if c, ok := access.AsClient(s); ok {
		if err := c.Require(access.UploadDocuments); err != nil {
			return Dossier{}, err
		}
		d, err := ForClient(ctx, r, c, dossier)
		if errs.Is(err, errs.NotFound) {
			return Dossier{}, toApply(ctx, r, c, dossier)
		}
		if err == nil && !takesFiles(t.Settings) {
			if asked, askedErr := isAsked(ctx, r, s, dossier); askedErr != nil {
				err = askedErr
			} else if !asked {
				err = errs.New(errs.Forbidden, "")
			}
		}
		if err == nil && d.Closed && !t.Settings.ClosedMessaging {
			err = errs.New(errs.Conflict, "dossier.closed_no_message")
		}
		return d, err
	}
	a, _ := access.AsStaff(s)
	d, err := ForStaff(ctx, r, a, dossier)
	if err == nil && !a.Can(access.Work) {
		err = errs.New(errs.Forbidden, "")
	}
	return d, err
}

// takesFiles reports whether there is anything for which a client could hand in a file.
func takesFiles(s tenant.Settings) bool {
	return s.Modules[tenant.ModuleMessages] && s.Upload.Takes(tenant.ByMessage) || s.Modules[tenant.ModuleQuestionnaires] || s.Upload.Takes(tenant.InDossier)
}

// typeFor checks the kind of document that an employee chose; a client says it when he confirms what he adds.
func (ds *Dossiers) typeFor(ctx context.Context, r db.Reader, s access.Scope, d Dossier, key string) (string, error) {
	if _, client := access.AsClient(s); client || key == "" {
		return "", nil
	}
	def, err := ds.Definition(ctx, r, s, d.Type)
	if err != nil {
		return "", err
	}
	if _, known := def.Document(key); !known {
		return "", &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "type", Key: "field.choose"}}}
	}
	return key, nil
}

// Begin announces a file; its name, size and the dossier's quota are checked before a byte comes.
func (ds *Dossiers) Begin(ctx context.Context, s access.Scope, dossier string, in NewUpload) (Upload, error) {
	t, err := ds.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return Upload{}, err
	}
	name := filetype.CleanName(in.FileName)
	if err := filetype.CheckName(rule(t, s), name, in.Size); err != nil {
		return Upload{}, err
	}
	if _, client := access.AsClient(s); client || in.Category != Correspondence && in.Category != Documents {
		in.Category = Delivered
	}
	u := Upload{Dossier: dossier, FileName: name, Size: in.Size, Category: in.Category}
	err = ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := mayDeliver(ctx, tx, t, s, dossier)
		if err != nil {
			return err
		}
		if u.Type, err = ds.typeFor(ctx, tx, s, d, in.Type); err != nil {
			return err
		}
		if err := quota(ctx, tx, t, dossier, in.Size); err != nil {
			return err
		}
		u.ID = tx.NewID()
		_, err = tx.Exec(ctx, `insert into upload (tenant_id, id, dossier_id, application_id, account_id, category, file_name, size, created_at, client_id, document_type)
			values ($1, $2, (select id from dossier where tenant_id = $1 and id = $3), (select id from application where tenant_id = $1 and id = $3), $4, $5, $6, $7, $8, $9, $10)`,
			t.ID, u.ID, dossier, s.Account(), string(u.Category), u.FileName, u.Size, tx.Now(), s.Client(), u.Type)
		return err
	})
	return u, err
}

func quota(ctx context.Context, tx *db.Tx, t *tenant.Tenant, dossier string, more int64) error {
	var used int64
	err := tx.QueryRow(ctx, `select cast(coalesce((select sum(size) from document where tenant_id = $1 and dossier_id = $2 and state <> 'refused'), 0)
		+ coalesce((select sum(size) from upload where tenant_id = $1 and dossier_id = $2), 0) + coalesce((select sum(size) from upload where tenant_id = $1 and application_id = $2), 0) as bigint)`, t.ID, dossier).Scan(&used)
	if err == nil && used+more > t.Settings.Files.DossierMaxMB*mb {
		err = errs.New(errs.TooLarge, "upload.quota")
	}
	return err
}

// UploadOf returns an account's own upload to a dossier that it may deliver to. An employee's file
// that has become a document is still there as complete, for a sender who lost the last answer.
func (ds *Dossiers) UploadOf(ctx context.Context, s access.Scope, dossier, id string) (Upload, error) {
	t, err := ds.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return Upload{}, err
	}
	if _, err := mayDeliver(ctx, ds.db, t, s, dossier); err != nil {
		return Upload{}, err
	}
	u, err := db.One(ctx, ds.db, scanUpload, selectUpload, s.Tenant(), s.Account(), dossier, id, s.Client())
	if errs.Is(err, errs.NotFound) {
		return ds.filed(ctx, s, dossier, id)
	}
	return u, err
}

// cut makes an end of a stream that breaks off, so that what came before it is kept.
type cut struct {
	r      io.Reader
	broken error
}

func (c *cut) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		c.broken = err
		err = io.EOF
	}
	return n, err
}

// Append takes the bytes from offset on. What came before a break of the connection is kept, so
// that the sender can go on from there. It returns the upload as it stands now.
func (ds *Dossiers) Append(ctx context.Context, s access.Scope, dossier, id string, offset int64, body io.Reader) (Upload, error) {
	u, err := ds.UploadOf(ctx, s, dossier, id)
	if err != nil {
		return u, err
	}
	if u.Complete || offset != u.Received {
		return u, errs.New(errs.Conflict, "upload.offset")
	}
	t, err := ds.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return u, err
	}
	stream := &cut{r: io.LimitReader(body, u.Size-offset+1)}
	var r io.Reader = stream
	if offset == 0 {
		if r, u.MediaType, err = sniff(rule(t, s), u, stream); err != nil {
			return u, err
		}
	}
	// The sender may be gone; what he sent still counts.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Hour)
	defer cancel()
	part, err := ds.vault.Put(ctx, t.ID, t.Key, r)
	if err != nil {
		return u, err
	}
	if part.PlainSize == 0 { // broken off before the first byte
		return u, errors.Join(stream.broken, ds.vault.Delete(ctx, t.ID, part.Key))
	}
	if u.Received += part.PlainSize; u.Received > u.Size {
		return u, errors.Join(errs.New(errs.TooLarge, "upload.more_than_said"), ds.vault.Delete(ctx, t.ID, part.Key))
	}
	if err := ds.keep(ctx, t, s, u, offset, part); err != nil {
		return u, ds.undo(ctx, t.ID, part, err)
	}
	if u.Complete = u.Received == u.Size; u.Complete && offset > 0 {
		return ds.join(ctx, t, s, u)
	}
	return u, stream.broken
}

// sniff checks the type by the start of the content. A first piece that breaks off before that
// says nothing yet: its media type is "", and the whole is checked once it is in.
func sniff(p filetype.Policy, u Upload, r io.Reader) (io.Reader, string, error) {
	head := make([]byte, filetype.HeadSize)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, "", err
	}
	head = head[:n]
	again := io.MultiReader(bytes.NewReader(head), r)
	if n < filetype.HeadSize && int64(n) < u.Size {
		return again, "", nil
	}
	typ, err := filetype.Check(p, u.FileName, head, u.Size)
	return again, typ.MediaType, err
}

// keep commits a durable part, which may be the whole file.
func (ds *Dossiers) keep(ctx context.Context, t *tenant.Tenant, s access.Scope, u Upload, offset int64, part blob.Stored) error {
	if offset == 0 && u.Received == u.Size {
		return ds.complete(ctx, t, s, u, offset, part)
	}
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := advance(ctx, tx, s, u, offset); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into upload_part (tenant_id, upload_id, position, size, sha256, blob_key, blob_size, blob_sum) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			t.ID, u.ID, offset, part.PlainSize, part.PlainSHA256[:], part.Key, part.StoredSize, part.StoredSum[:])
		return err
	})
}

// Resume returns an upload as its sender must go on with it. When every part is in but the process
// ended before they were joined, it joins them now.
func (ds *Dossiers) Resume(ctx context.Context, s access.Scope, dossier, id string) (Upload, error) {
	u, err := ds.UploadOf(ctx, s, dossier, id)
	if err != nil || u.Complete || u.Received < u.Size {
		return u, err
	}
	t, err := ds.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return u, err
	}
	return ds.join(ctx, t, s, u)
}

// join makes one file of the parts that are all in, and drops an upload whose whole turns out to be
// of a type that is not allowed. A sender who asks again meanwhile gets what the first join made.
func (ds *Dossiers) join(ctx context.Context, t *tenant.Tenant, s access.Scope, u Upload) (Upload, error) {
	parts, err := ds.parts(ctx, t.ID, u.ID)
	if err == nil {
		err = ds.joinParts(ctx, t, s, u, parts)
	}
	if err != nil {
		if now, again := ds.UploadOf(ctx, s, u.Dossier, u.ID); again == nil && now.Complete {
			return now, nil
		}
		return u, err
	}
	for _, p := range parts {
		if err := ds.vault.Delete(ctx, t.ID, p.Key); err != nil {
			return u, err
		}
	}
	u.Complete = true
	return u, nil
}

func (ds *Dossiers) joinParts(ctx context.Context, t *tenant.Tenant, s access.Scope, u Upload, parts []blob.Stored) error {
	whole, err := ds.vault.PutAll(ctx, t.ID, t.Key, parts)
	if err != nil {
		return err
	}
	if whole.PlainSize != u.Size { // another one has joined the parts and taken them away
		return errors.Join(errs.New(errs.Conflict, "upload.offset"), ds.vault.Delete(ctx, t.ID, whole.Key))
	}
	if u.MediaType == "" {
		if u.MediaType, err = ds.typeOf(ctx, t, s, u, whole); err != nil {
			err = ds.undo(ctx, t.ID, whole, err)
			if errs.Is(err, errs.Invalid) { // whatever else it is, the parts were acknowledged
				err = errors.Join(err, ds.Drop(ctx, s, u.Dossier, u.ID))
			}
			return err
		}
	}
	if err := ds.complete(ctx, t, s, u, u.Received, whole); err != nil {
		return ds.undo(ctx, t.ID, whole, err)
	}
	return nil
}

func (ds *Dossiers) typeOf(ctx context.Context, t *tenant.Tenant, s access.Scope, u Upload, whole blob.Stored) (string, error) {
	content, err := ds.vault.Open(ctx, t.ID, t.Key, whole)
	if err != nil {
		return "", err
	}
	_, mediaType, err := sniff(rule(t, s), u, content)
	return mediaType, errors.Join(err, content.Close())
}

// undo removes the blob of a change that was not made. After a commit of which nobody knows whether
// it took place the blob stays: a row must never lose it, and an orphan is collected later. The blob
// goes also when its sender has gone.
func (ds *Dossiers) undo(ctx context.Context, tenantID string, stored blob.Stored, cause error) error {
	if errors.Is(cause, db.ErrUnknown) {
		return cause
	}
	return errors.Join(cause, ds.vault.Delete(context.WithoutCancel(ctx), tenantID, stored.Key))
}

func advance(ctx context.Context, tx *db.Tx, s access.Scope, u Upload, offset int64) error {
	n, err := tx.Exec(ctx, `update upload set received = $4, media_type = $5 where tenant_id = $1 and account_id = $2 and id = $3 and received = $6 and blob_key is null`,
		s.Tenant(), s.Account(), u.ID, u.Received, u.MediaType, offset)
	return db.Guard(n, err, errs.New(errs.Conflict, "upload.offset"))
}

// complete commits the whole file. A client's waits for his message; an employee's becomes a
// document at once, which only staff see until it is published.
func (ds *Dossiers) complete(ctx context.Context, t *tenant.Tenant, s access.Scope, u Upload, offset int64, whole blob.Stored) error {
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := mayDeliver(ctx, tx, t, s, u.Dossier); err != nil {
			return err
		}
		if err := advance(ctx, tx, s, u, offset); err != nil {
			return err
		}
		if u.once != "" {
			_, fresh, err := tx.Once(ctx, t.ID, s.Account(), u.once)
			if err != nil {
				return err
			}
			if !fresh {
				return errTwice
			}
		}
		_, err := tx.Exec(ctx, `update upload set sha256 = $3, blob_key = $4, blob_size = $5, blob_sum = $6 where tenant_id = $1 and id = $2`,
			t.ID, u.ID, whole.PlainSHA256[:], whole.Key, whole.StoredSize, whole.StoredSum[:])
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from upload_part where tenant_id = $1 and upload_id = $2`, t.ID, u.ID); err != nil {
			return err
		}
		if u.Category == Delivered {
			return nil
		}
		return ds.file(ctx, tx, s, u)
	})
}

func (ds *Dossiers) parts(ctx context.Context, tenantID, upload string) ([]blob.Stored, error) {
	return db.All(ctx, ds.db, func(scan db.Scan) (blob.Stored, error) {
		var p blob.Stored
		var plain, sum []byte
		err := scan(&p.PlainSize, &plain, &p.Key, &p.StoredSize, &sum)
		copy(p.PlainSHA256[:], plain)
		copy(p.StoredSum[:], sum)
		return p, err
	}, `select size, sha256, blob_key, blob_size, blob_sum from upload_part where tenant_id = $1 and upload_id = $2 order by position`, tenantID, upload)
}

// Drop forgets an account's own upload and its bytes (N31, N32). It works in a dossier that is
// closed or hidden by now, too: what is one's own can be taken back.
func (ds *Dossiers) Drop(ctx context.Context, s access.Scope, dossier, id string) error {
	var keys []string
	err := ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		keys, err = db.All(ctx, tx, db.Value[string], `delete from upload_part where tenant_id = $1 and upload_id = $2 returning blob_key`, s.Tenant(), id)
		if err != nil {
			return err
		}
		// The row that goes says which bytes go with it: one that is being sent at this moment is no
		// upload any more, and its bytes are the document's.
		whole, err := db.One(ctx, tx, db.Value[*string], `delete from upload where tenant_id = $1 and account_id = $2 and `+uploadIn+`= $3 and id = $4 and client_id = $5 and document_id is null returning blob_key`,
			s.Tenant(), s.Account(), dossier, id, s.Client())
		if err == nil && whole != nil {
			keys = append(keys, *whole)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := ds.vault.Delete(ctx, s.Tenant(), key); err != nil {
			return err
		}
	}
	return nil
}
