package world

import (
	"context"
	"fmt"
	"slices"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/approval"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/identity"
	letters "voordeur/internal/letter"
)

// accord is what an office has a client approve. What is answered is confirmed with the PIN of a letter.
type accord struct {
	number, file, kind string // the dossier, the name of the file, and what it is
	client             string // its name
	days               int    // from now, until the last day; 0 for none
	by                 string // the e-mail address of who agreed, "" as long as nobody has
	remark             string
}

// accords has the office offer what it wants approved, when documents are checked while the world is made.
func (b Builder) accords(ctx context.Context, o office, t Tenant, handler access.Staff, now time.Time) error {
	if b.Work == nil {
		return nil
	}
	b.setClock(moment(now, 1, 9, 50))
	for _, c := range o.accords {
		if err := b.accord(ctx, t, handler, c, now); err != nil {
			return fmt.Errorf("accord %s: %w", c.kind, err)
		}
	}
	return nil
}

func (b Builder) accord(ctx context.Context, t Tenant, handler access.Staff, c accord, now time.Time) error {
	id, err := b.numbered(ctx, t.ID, c.number)
	if err != nil {
		return err
	}
	docs, err := b.Dossiers.StaffDocuments(ctx, handler, dossier.Dossier{ID: id})
	if err != nil {
		return err
	}
	n := slices.IndexFunc(docs, func(d dossier.Document) bool { return d.FileName == c.file })
	client, err := db.One(ctx, b.DB, db.Value[string], `select id from client where tenant_id = $1 and name = $2`, t.ID, c.client)
	if err != nil {
		return err
	}
	in := approval.Draft{Document: docs[n].ID, Client: client, Kind: c.kind}
	if c.days > 0 {
		in.DueOn = now.AddDate(0, 0, c.days).Format(time.DateOnly)
	}
	offered, err := b.Approvals.Offer(ctx, handler, id, "accord-"+c.file, in)
	if err != nil || c.by == "" {
		return err
	}
	return b.agree(ctx, t, handler, c, id, docs[n].ID, offered)
}

// agree is the client who opens the document and agrees, with the PIN of the letter that the office printed for him.
func (b Builder) agree(ctx context.Context, t Tenant, handler access.Staff, c accord, dossierID, doc, offered string) error {
	account := t.Logins[slices.IndexFunc(t.Logins, func(l Login) bool { return l.Email == c.by })].ID
	s, err := authn.Act(ctx, b.DB, t.ID, account)
	if err != nil {
		return err
	}
	me, _ := access.AsClient(s)
	if err := b.Identity.PINLetter(ctx, handler, s.Client(), account, "pin-"+c.by, ""); err != nil {
		return err
	}
	tn, err := b.Tenants.Get(ctx, t.ID)
	if err != nil {
		return err
	}
	waiting, err := letters.Waiting(ctx, b.DB, handler)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(waiting, func(r letters.Row) bool { return r.Account == account })
	paper, _, err := letters.Print(ctx, b.DB, tn, handler, waiting[n].ID)
	if err != nil {
		return err
	}
	f, err := b.Dossiers.ClientFile(ctx, me, dossierID, doc)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return b.Approvals.Declare(ctx, me, dossierID, offered, approval.Answer{Choice: approval.Agree, Remark: c.remark, Signature: identity.Signature{PIN: paper.Secret}})
}
