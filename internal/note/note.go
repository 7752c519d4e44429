// Package note is what the office keeps of a dossier for itself: messages of clients, where those become notes, and notes
// of colleagues (D32 to D36). Nothing here gives a client anything to read.
package note

import (
	"context"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

// MaxLength is how long a note may be, in characters.
const MaxLength = 4000

// Notes reads and adds notes.
type Notes struct {
	db       *db.DB
	tenants  *tenant.Tenants
	dossiers *dossier.Dossiers
}

// New returns the notes of a database.
func New(d *db.DB, tenants *tenant.Tenants, dossiers *dossier.Dossiers) *Notes {
	return &Notes{d, tenants, dossiers}
}

// Note is a note in a dossier.
type Note struct {
	ID, Author, Body string
	Behalf           string // for whom its author acted, "" for himself
	Client           string // the name of the client who sent it, "" for a colleague's
	At               db.Time
	sealed           []byte
}

const selectNotes = `select n.id, w.name, coalesce(c.name, ''), coalesce(bc.name, ''), n.at, n.body from note n
	join account w on w.tenant_id = n.tenant_id and w.id = n.author_id
	left join client c on c.tenant_id = n.tenant_id and c.id = n.client_id
	left join mandate b on b.tenant_id = n.tenant_id and b.id = n.mandate_id left join client bc on bc.tenant_id = b.tenant_id and bc.id = b.client_id
	join dossier d on d.tenant_id = n.tenant_id and d.id = n.dossier_id
	where n.dossier_id = $3 and ` + dossier.StaffSees + `order by n.at, n.id`

// List returns the notes of a dossier that the employee sees, oldest first.
func (ns *Notes) List(ctx context.Context, a access.Staff, dossierID string) ([]Note, error) {
	s := a.Scope()
	t, err := ns.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return nil, err
	}
	list, err := db.All(ctx, ns.db, func(scan db.Scan) (Note, error) {
		var n Note
		err := scan(&n.ID, &n.Author, &n.Client, &n.Behalf, &n.At, &n.sealed)
		return n, err
	}, selectNotes, s.Tenant(), s.Account(), dossierID, a.SeesAll())
	if err != nil {
		return nil, err
	}
	for i, n := range list {
		plain, err := t.Key.Open(n.sealed, aad(t.ID, n.ID))
		if err != nil {
			return nil, err
		}
		list[i].Body = string(plain)
	}
	return list, nil
}

func aad(tenantID, id string) string { return "note|body|" + tenantID + "|" + id }

// PlaceFor returns a dossier of the client's for the page on which he writes. Where messages are no notes there is no such
// page: NotFound. In a dossier that is closed it is a Conflict (D33).
func (ns *Notes) PlaceFor(ctx context.Context, a access.Client, dossierID string) (dossier.Dossier, error) {
	return ns.forClient(ctx, ns.db, a, dossierID)
}

func (ns *Notes) forClient(ctx context.Context, r db.Reader, a access.Client, dossierID string) (dossier.Dossier, error) {
	if err := a.Require(access.SendMessages); err != nil {
		return dossier.Dossier{}, err
	}
	d, err := dossier.ForClient(ctx, r, a, dossierID)
	if err != nil {
		return d, err
	}
	def, err := ns.dossiers.Definition(ctx, r, a.Scope(), d.Type)
	switch {
	case err != nil:
		return d, err
	case !def.MessagesAreNotes():
		return dossier.Dossier{}, errs.Missing()
	case d.Closed:
		return d, errs.New(errs.Conflict, "note.closed")
	}
	return d, nil
}

// Send keeps a client's message as a note, and tells those who work on the dossier (D32, D34, D35). Once is the form's key: a
// double click makes one.
func (ns *Notes) Send(ctx context.Context, a access.Client, dossierID, once, body string) error {
	t, err := ns.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return err
	}
	return ns.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// Who closes the dossier waits for this, or has done so.
		if err := dossier.Hold(ctx, tx, t.ID, dossierID); err != nil {
			return err
		}
		if _, err := ns.forClient(ctx, tx, a, dossierID); err != nil {
			return err
		}
		fresh, err := add(ctx, tx, t, a.Scope(), dossierID, once, body)
		if err != nil || !fresh {
			return err
		}
		return ns.dossiers.TellStaff(ctx, tx, a.Scope(), dossierID, notify.OfNote)
	})
}

// Add keeps a colleague's note.
func (ns *Notes) Add(ctx context.Context, a access.Staff, dossierID, once, body string) error {
	t, err := ns.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return err
	}
	return ns.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := dossier.ForWork(ctx, tx, a, dossierID)
		if err != nil {
			return err
		}
		def, err := ns.dossiers.Definition(ctx, tx, a.Scope(), d.Type)
		if err != nil {
			return err
		}
		if !def.MessagesAreNotes() {
			return errs.Missing()
		}
		_, err = add(ctx, tx, t, a.Scope(), dossierID, once, body)
		return err
	})
}

func add(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, dossierID, once, body string) (fresh bool, err error) {
	body = strings.TrimSpace(body)
	if err := check(body); err != nil {
		return false, err
	}
	if _, fresh, err = tx.Once(ctx, t.ID, s.Account(), once); err != nil || !fresh {
		return false, err
	}
	id := tx.NewID()
	_, err = tx.Exec(ctx, `insert into note (tenant_id, id, dossier_id, client_id, author_id, mandate_id, body, at) values ($1, $2, $3, nullif($4, ''), $5, nullif($6, ''), $7, $8)`,
		t.ID, id, dossierID, s.Client(), s.Account(), s.Behalf().Mandate, t.Key.Seal([]byte(body), aad(t.ID, id)), tx.Now())
	if err != nil {
		return false, err
	}
	if err := dossier.Touch(ctx, tx, t.ID, dossierID); err != nil {
		return false, err
	}
	event := "note.added"
	if s.Client() != "" {
		event = "note.sent"
	}
	if err := audit.Record(ctx, tx, s, audit.Entry{Event: event, Dossier: dossierID, Client: s.Client(), Objects: []audit.Object{{Kind: "note", ID: id}}}); err != nil {
		return false, err
	}
	return true, tx.Finish(ctx, t.ID, s.Account(), once, id)
}

func check(body string) error {
	var f errs.Fields
	if body == "" {
		f.Add("body", "note.empty")
	} else if utf8.RuneCountInString(body) > MaxLength {
		f.Add("body", "note.too_long", "max", MaxLength)
	}
	return f.Err()
}
