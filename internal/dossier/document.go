package dossier

import (
	"context"
	"errors"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
)

// Category is the tab in which a document stands.
type Category string

// The categories (N20, N22, N23).
const (
	Correspondence Category = "correspondence"
	Documents      Category = "document"
	Delivered      Category = "delivered" // by the client
)

// Document is a file in a dossier.
type Document struct {
	ID, Dossier, Origin, Title, FileName, MediaType, State, Author, Message string
	Behalf                                                                  string // for whom its author acted, "" for himself
	Reference                                                               int64  // its number in the organisation (D39)
	Type                                                                    string // key of its kind in the dossier's type, "" for none
	By, Client                                                              string // the account that added it, and the party whose alone it is, "" for every party's
	Category                                                                Category
	Size                                                                    int64
	Scanned, Unread                                                         bool
	Rank                                                                    dossiertype.Rank
	TooHigh                                                                 bool   // for clients, whatever else is said of it (D29)
	Found, Refusal, Flags                                                   string // what the scanner found, why it was refused, what the inspection noticed
	SentAs                                                                  string // the name under which it came, when its bytes are others now
	PublishedAt                                                             *db.Time
	CreatedAt                                                               db.Time
	Version                                                                 int64
	stored                                                                  blob.Stored
}

// Shown reports whether the client sees the document.
func (d Document) Shown() bool {
	return !d.TooHigh && d.State == Released && (d.Origin == "client" || d.PublishedAt != nil)
}

// selectDocument has the reader's account as $2: his unread mark is part of the row.
const selectDocument = `select x.id, x.dossier_id, x.origin, x.title, x.file_name, x.media_type, x.state, w.name, coalesce(x.message_id, ''), x.category, x.size,
	x.scanned, x.found, x.refusal, x.flags, exists (select 1 from unread u where u.tenant_id = x.tenant_id and u.account_id = $2 and u.kind = 'document' and u.object_id = x.id),
	x.published_at, x.created_at, x.version, x.blob_key, x.blob_size, x.blob_sum, x.sha256, coalesce(bc.name, ''), x.reference, x.document_type,
	x.created_by, coalesce(x.client_id, ''), x.rank, x.sent_as,` + tooHigh + `
	from document x join account w on w.tenant_id = x.tenant_id and w.id = x.created_by
	left join mandate b on b.tenant_id = x.tenant_id and b.id = x.mandate_id left join client bc on bc.tenant_id = b.tenant_id and bc.id = b.client_id where x.tenant_id = $1 and x.dossier_id = $3 `

// clientSeesDocument is the one predicate of a document in a dossier that the client sees: his own
// deliveries, and what the office has published and the check has released (N20, N22), for every
// party or for him. $4 is the client.
const clientSeesDocument = ` and (x.client_id is null or x.client_id = $4) and (x.origin = 'client' or x.published_at is not null and x.state = 'released') and not (` + tooHigh + `) `

// OfficeShows is whether a document x is one that the office shows to every party by itself, for features above.
const OfficeShows = ` (x.origin = 'office' and x.message_id is null and x.client_id is null and x.published_at is not null and x.state = 'released' and not (` + tooHigh + `)) `

func scanDocument(scan db.Scan) (Document, error) {
	var d Document
	var sum, plain []byte
	err := scan(&d.ID, &d.Dossier, &d.Origin, &d.Title, &d.FileName, &d.MediaType, &d.State, &d.Author, &d.Message, &d.Category, &d.Size,
		&d.Scanned, &d.Found, &d.Refusal, &d.Flags, &d.Unread, &d.PublishedAt, &d.CreatedAt, &d.Version, &d.stored.Key, &d.stored.StoredSize, &sum, &plain, &d.Behalf, &d.Reference, &d.Type, &d.By, &d.Client, &d.Rank, &d.SentAs, &d.TooHigh)
	d.stored.PlainSize = d.Size
	copy(d.stored.StoredSum[:], sum)
	copy(d.stored.PlainSHA256[:], plain)
	return d, err
}

const inOrder = ` order by x.created_at desc, x.id desc`

// ClientDocuments returns what the client sees in a dossier that was loaded for him.
func (ds *Dossiers) ClientDocuments(ctx context.Context, a access.Client, d Dossier) ([]Document, error) {
	list, err := db.All(ctx, ds.db, scanDocument, selectDocument+clientSeesDocument+inOrder, a.Scope().Tenant(), a.Scope().Account(), d.ID, a.Scope().Client())
	return slices.DeleteFunc(list, func(doc Document) bool { return doc.withheld(a) }), err
}

// withheld reports whether a document came with a message of the office, to an account that may not see
// messages.
func (d Document) withheld(a access.Client) bool {
	return d.Origin == "office" && d.Message != "" && !a.Can(access.SeeMessages)
}

// StaffDocuments returns everything in a dossier that was loaded for the employee.
func (ds *Dossiers) StaffDocuments(ctx context.Context, a access.Staff, d Dossier) ([]Document, error) {
	return db.All(ctx, ds.db, scanDocument, selectDocument+inOrder, a.Scope().Tenant(), a.Scope().Account(), d.ID)
}

// Attachments returns the documents of a message in a dossier that was loaded for whoever asks, of those that he sees.
func (ds *Dossiers) Attachments(ctx context.Context, s access.Scope, d Dossier, message string) ([]Document, error) {
	if a, ok := access.AsClient(s); ok {
		list, err := db.All(ctx, ds.db, scanDocument, selectDocument+clientSeesDocument+` and x.message_id = $5`+inOrder, s.Tenant(), s.Account(), d.ID, a.Scope().Client(), message)
		return slices.DeleteFunc(list, func(doc Document) bool { return doc.withheld(a) }), err
	}
	if _, ok := access.AsStaff(s); ok {
		return db.All(ctx, ds.db, scanDocument, selectDocument+` and x.message_id = $4`+inOrder, s.Tenant(), s.Account(), d.ID, message)
	}
	return nil, nil
}

// StaffDocument loads one document with its dossier for the employee's page, and records the look.
func (ds *Dossiers) StaffDocument(ctx context.Context, a access.Staff, dossier, id string) (Dossier, Document, error) {
	d, err := ForStaff(ctx, ds.db, a, dossier)
	if err != nil {
		return d, Document{}, err
	}
	doc, err := db.One(ctx, ds.db, scanDocument, selectOne, a.Scope().Tenant(), a.Scope().Account(), d.ID, id)
	if err != nil {
		return d, doc, err
	}
	return d, doc, ds.looks.Look(ctx, a.Scope(), audit.Entry{Event: "dossier.viewed", Dossier: dossier})
}

// File is a document with its bytes. Close it after use.
type File struct {
	Document
	*blob.Content
}

// ClientFile opens a document for the client, marks it read for his account and records the look
// before a byte is given (N17, N21).
func (ds *Dossiers) ClientFile(ctx context.Context, a access.Client, dossier, id string) (File, error) {
	doc, err := ds.visible(ctx, a.Scope(), dossier, id)
	if err != nil {
		return File{}, err
	}
	return ds.open(ctx, a.Scope(), doc)
}

// StaffFile opens a document for an employee and records the look.
func (ds *Dossiers) StaffFile(ctx context.Context, a access.Staff, dossier, id string) (File, error) {
	doc, err := ds.visible(ctx, a.Scope(), dossier, id)
	if err != nil {
		return File{}, err
	}
	return ds.open(ctx, a.Scope(), doc)
}

func (ds *Dossiers) open(ctx context.Context, s access.Scope, doc Document) (File, error) {
	if doc.State != Released {
		return File{}, errs.New(errs.Conflict, "document.not_released")
	}
	t, err := ds.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return File{}, err
	}
	content, err := ds.vault.Open(ctx, t.ID, t.Key, doc.stored)
	if err != nil {
		return File{}, err
	}
	if err := ds.markRead(ctx, s, doc); err != nil {
		return File{}, errors.Join(err, content.Close())
	}
	return File{doc, content}, nil
}

func (ds *Dossiers) markRead(ctx context.Context, s access.Scope, doc Document) error {
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into document_read (tenant_id, document_id, account_id, first_at, last_at) values ($1, $2, $3, $4, $4)
			on conflict (tenant_id, document_id, account_id) do update set last_at = $4`, s.Tenant(), doc.ID, s.Account(), tx.Now())
		if err != nil {
			return err
		}
		if _, err := notify.Read(ctx, tx, s.Tenant(), s.Account(), notify.Document, doc.ID); err != nil {
			return err
		}
		if err := notify.Seen(ctx, tx, s.Tenant(), s.Account(), doc.Dossier); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "document.read", Dossier: doc.Dossier, Client: s.Client(), Objects: []audit.Object{{Kind: "document", ID: doc.ID}}})
	})
}

// Show publishes a document of the office, or withdraws it (N20, N22). What is already so stays.
func (ds *Dossiers) Show(ctx context.Context, a access.Staff, dossier, id string, on bool) error {
	s := a.Scope()
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := ForWork(ctx, tx, a, dossier)
		if err != nil {
			return err
		}
		doc, err := db.One(ctx, tx, scanDocument, selectDocument+`and x.id = $4 and x.origin = 'office'`, s.Tenant(), s.Account(), d.ID, id)
		if err != nil || (doc.PublishedAt != nil) == on {
			return err
		}
		var at *db.Time
		event := "document.withdrawn"
		if on {
			now := tx.Now()
			at, event = &now, "document.published"
		}
		if _, err := tx.Exec(ctx, `update document set published_at = $4, version = version + 1 where tenant_id = $1 and dossier_id = $2 and id = $3`, s.Tenant(), d.ID, id, at); err != nil {
			return err
		}
		seen := doc.Shown()
		doc.PublishedAt = at
		if err := ds.announce(ctx, tx, s, d, doc); err != nil {
			return err
		}
		if err := ds.takenAway(ctx, tx, s, d, doc, seen); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: event, Dossier: d.ID, Objects: []audit.Object{{Kind: "document", ID: id}}})
	})
}

// SetRank says how confidential a document is: above what its dossier shows, clients do not see it, whatever else is
// said of it (D29, D31). What is already so stays; of a document that is Held it is a Conflict.
func (ds *Dossiers) SetRank(ctx context.Context, a access.Staff, dossier, id string, rank dossiertype.Rank) error {
	s := a.Scope()
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := ForWork(ctx, tx, a, dossier)
		if err != nil {
			return err
		}
		was, err := db.One(ctx, tx, scanDocument, selectOne, s.Tenant(), s.Account(), d.ID, id)
		if err != nil {
			return err
		}
		if was.Held() {
			return errs.New(errs.Conflict, "document.not_released")
		}
		if !rank.Known() {
			return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "rank", Key: "field.choose"}}}
		}
		if was.Rank == rank {
			return nil
		}
		if _, err := tx.Exec(ctx, `update document set rank = $4, version = version + 1 where tenant_id = $1 and dossier_id = $2 and id = $3`, s.Tenant(), d.ID, id, int(rank)); err != nil {
			return err
		}
		doc, err := db.One(ctx, tx, scanDocument, selectOne, s.Tenant(), s.Account(), d.ID, id)
		if err != nil {
			return err
		}
		if doc.Origin == "office" && was.Shown() != doc.Shown() {
			if err := ds.announce(ctx, tx, s, d, doc); err != nil {
				return err
			}
			if err := ds.takenAway(ctx, tx, s, d, doc, was.Shown()); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, s, audit.Entry{
			Event: "document.ranked", Dossier: d.ID, Objects: []audit.Object{{Kind: "document", ID: id}},
			Detail: map[string]string{"rank_from": was.Rank.String(), "rank_to": rank.String()},
		})
	})
}

// announce marks a document unread for everybody who now sees it and mails those who asked for
// that, or withdraws the marks when it is hidden.
func (ds *Dossiers) announce(ctx context.Context, tx *db.Tx, s access.Scope, d Dossier, doc Document) error {
	if !doc.Shown() {
		return notify.Withdraw(ctx, tx, s.Tenant(), d.ID, notify.Document, doc.ID)
	}
	if err := Touch(ctx, tx, s.Tenant(), d.ID); err != nil {
		return err
	}
	if doc.Origin == "client" {
		staff, err := Staff(ctx, tx, s.Tenant(), d.ID)
		if err != nil {
			return err
		}
		readers := make([]notify.Reader, len(staff))
		for n, id := range staff {
			readers[n].Account = id
		}
		if err := notify.Add(ctx, tx, s.Tenant(), marksFor(readers, doc, tx.Now())...); err != nil {
			return err
		}
		if doc.Message == "" { // of an attachment its message tells
			if err := ds.TellStaff(ctx, tx, s, d.ID, notify.OfDocument); err != nil {
				return err
			}
		}
		return ds.tellOthers(ctx, tx, s, d, doc)
	}
	if !d.InPortal || doc.Message != "" {
		return nil
	}
	readers, err := Readers(ctx, tx, s.Tenant(), d.ID, "", access.SeeDossiers)
	if err != nil {
		return err
	}
	if err := notify.Add(ctx, tx, s.Tenant(), marksFor(readers, doc, tx.Now())...); err != nil {
		return err
	}
	return ds.identity.Notify(ctx, tx, s.Tenant(), identity.Changes(readers, identity.DocumentShown, d.ID, doc.ID)...)
}

// tellOthers mails the other accounts of the party that added a document itself; whoever did it knows (unclear.md Q40).
// What has no kind came with a message or a questionnaire, which has told of it.
func (ds *Dossiers) tellOthers(ctx context.Context, tx *db.Tx, s access.Scope, d Dossier, doc Document) error {
	if !d.InPortal || doc.Type == "" {
		return nil
	}
	readers, err := Readers(ctx, tx, s.Tenant(), d.ID, doc.Client, access.SeeDossiers)
	if err != nil {
		return err
	}
	readers = slices.DeleteFunc(readers, func(r notify.Reader) bool { return r.Account == doc.By })
	return ds.identity.Notify(ctx, tx, s.Tenant(), identity.Changes(readers, identity.DocumentShown, d.ID, doc.ID)...)
}

// takenAway mails those who asked for that, when clients saw a document until now (D17, D18; unclear.md Q28).
func (ds *Dossiers) takenAway(ctx context.Context, tx *db.Tx, s access.Scope, d Dossier, doc Document, seen bool) error {
	if !seen || doc.Shown() || !d.InPortal || doc.Message != "" {
		return nil
	}
	readers, err := Readers(ctx, tx, s.Tenant(), d.ID, "", access.SeeDossiers)
	if err != nil {
		return err
	}
	return ds.identity.Notify(ctx, tx, s.Tenant(), identity.Changes(readers, identity.DocumentRemoved, d.ID, doc.ID)...)
}

func marksFor(readers []notify.Reader, doc Document, at db.Time) []notify.Mark {
	marks := make([]notify.Mark, len(readers))
	for n, r := range readers {
		marks[n] = notify.Mark{Account: r.Account, Client: r.Client, Kind: notify.Document, Object: doc.ID, Dossier: doc.Dossier, Tab: string(doc.Category), At: at}
	}
	return marks
}

// waitsIn is what the portal's readers of a dossier see in it and may have to open: an attachment has no mark of its own,
// its message has.
const (
	waitsIn = ` from document x
		join dossier d on d.tenant_id = x.tenant_id and d.id = x.dossier_id and ` + InPortal + `
		join dossier_party p on p.tenant_id = d.tenant_id and p.dossier_id = d.id `
	waits = ` and x.tenant_id = $1 and x.dossier_id = $3 and x.origin = 'office' and x.message_id is null and x.published_at is not null and x.state = 'released' and x.rank <= ` + threshold + `
		and not exists (select 1 from document_read r where r.tenant_id = x.tenant_id and r.document_id = x.id and r.account_id = `
	selectWaiting = `select a.id, p.client_id, x.id, x.category, x.published_at` + waitsIn + `cross join account a
		where a.tenant_id = p.tenant_id and a.client_id = p.client_id` + waits + `a.id)
		union all select m.account_id, p.client_id, x.id, x.category, x.published_at` + waitsIn + `cross join mandate m
		where m.tenant_id = p.tenant_id and m.client_id = p.client_id and ` + authn.Holds + ` and ' ' || m.rights || ' ' like '% dossiers:see %'` + waits + `m.account_id)`
)

// unreadDocuments returns a mark for everything in a dossier that the portal's readers see and have not opened yet.
func unreadDocuments(ctx context.Context, tx *db.Tx, tenantID, dossier string) ([]notify.Mark, error) {
	return db.All(ctx, tx, func(scan db.Scan) (notify.Mark, error) {
		m := notify.Mark{Kind: notify.Document, Dossier: dossier}
		err := scan(&m.Account, &m.Client, &m.Object, &m.Tab, &m.At)
		return m, err
	}, selectWaiting, tenantID, tx.Now(), dossier)
}

// Reading is who opened a document and when.
type Reading struct {
	Document, Name string
	First, Last    db.Time
}

// Readings returns which portal accounts opened the documents of a dossier the employee sees (N17).
func (ds *Dossiers) Readings(ctx context.Context, a access.Staff, d Dossier) (map[string][]Reading, error) {
	list, err := db.All(ctx, ds.db, func(scan db.Scan) (Reading, error) {
		var r Reading
		err := scan(&r.Document, &r.Name, &r.First, &r.Last)
		return r, err
	}, `select r.document_id, a.name, r.first_at, r.last_at from document x
		cross join document_read r join account a on a.tenant_id = r.tenant_id and a.id = r.account_id and a.face = 'portal'
		where r.tenant_id = x.tenant_id and r.document_id = x.id and x.tenant_id = $1 and x.dossier_id = $2 order by r.first_at`, a.Scope().Tenant(), d.ID)
	by := map[string][]Reading{}
	for _, r := range list {
		by[r.Document] = append(by[r.Document], r)
	}
	return by, err
}
