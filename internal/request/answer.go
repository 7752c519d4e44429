package request

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/notify"
)

const maxAnswer = 5000

// Answer is what a client answers to an item.
type Answer struct {
	Way     Way
	Said    string   // the answer, or why the item does not apply
	Uploads []string // complete uploads of his own, or those that wait with the item already, in the order of their pages
	// Together is whether photos become one PDF.
	Together bool
}

// Check returns what is wrong with an answer, by the fields of its form. An item takes so many files at most.
func (in Answer) Check(most int) errs.Fields {
	var f errs.Fields
	said := strings.TrimSpace(in.Said)
	switch {
	case !slices.Contains(Ways, in.Way):
		f.Add("way", "request.way_needed")
	case in.Way == ByFiles && len(in.Uploads) == 0:
		f.Add("file", "upload.none")
	case in.Way == ByFiles && len(in.Uploads) > most:
		f.Add("file", "message.too_many_files", "max", most)
	case in.Way == ByText && said == "":
		f.Add("said", "request.said_needed")
	case in.Way == ByNone && said == "":
		f.Add("why", "request.why_needed")
	case in.Way == ByNone && utf8.RuneCountInString(said) > maxText:
		f.Add("why", "field.too_long", "max", maxText)
	case in.Way == ByText && utf8.RuneCountInString(said) > maxAnswer:
		f.Add("said", "field.too_long", "max", maxAnswer)
	}
	return f
}

// Save keeps the answer to an item until the client hands it in; only he reads it. What is wrong with it is Invalid by
// field; an item that is not asked for any more is a Conflict. Once is the form's key.
func (rs *Requests) Save(ctx context.Context, a access.Client, dossierID, item, once string, in Answer) error {
	s := a.Scope()
	t, err := rs.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	return rs.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q, err := rs.holdItem(ctx, tx, a, dossierID, item)
		if err != nil {
			return err
		}
		_, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			return err
		}
		if err := q.over(); err != nil {
			return err
		}
		if !q.Item(item).Waits() {
			return errs.New(errs.Conflict, "request.item_received")
		}
		if err := in.Check(t.Settings.Files.MaxAttachment).Err(); err != nil {
			return err
		}
		files, said := in.Uploads, []byte(nil)
		if in.Way != ByFiles {
			files, said = nil, t.Key.Seal([]byte(strings.TrimSpace(in.Said)), draftPlace(t.ID, item))
		}
		if err := dossier.Keep(ctx, tx, a, dossierID, item, files); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update request_item set draft = $3, draft_said = $4, saved_at = $5, together = $6, version = version + 1 where tenant_id = $1 and id = $2`, t.ID, item, string(in.Way), said, tx.Now(), in.Together)
		if err != nil {
			return err
		}
		if err := record(ctx, tx, s, "request.saved", q); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, item)
	})
}

// holdItem loads the request of an item for a change of the client, and lets nobody else change anything in the dossier
// meanwhile.
func (rs *Requests) holdItem(ctx context.Context, tx *db.Tx, a access.Client, dossierID, item string) (Request, error) {
	if _, err := dossier.ForAnswer(ctx, tx, a, dossierID); err != nil {
		return Request{}, err
	}
	id, err := requestOf(ctx, tx, a.Scope(), dossierID, item)
	if err != nil {
		return Request{}, err
	}
	return rs.forClient(ctx, tx, a, dossierID, id)
}

// HandIn hands in at once all that the client has answered: files become documents of the dossier, and the office can
// judge each item. The second of two clicks finds it done. It returns how many items that were, and how many are left.
func (rs *Requests) HandIn(ctx context.Context, a access.Client, dossierID, id, once string) (handed, left int, err error) {
	s := a.Scope()
	err = rs.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		handed, left = 0, 0
		d, err := dossier.ForAnswer(ctx, tx, a, dossierID)
		if err != nil {
			return err
		}
		q, err := rs.forClient(ctx, tx, a, dossierID, id)
		if err != nil {
			return err
		}
		_, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			left = q.Left()
			return err
		}
		if err := q.over(); err != nil {
			return err
		}
		if handed = q.ReadyItems(); handed == 0 {
			return errs.New(errs.Conflict, "request.nothing_ready")
		}
		left = q.Left() - handed
		for _, i := range q.Items {
			if i.Ready() {
				if err := rs.handItem(ctx, tx, a, d, i); err != nil {
					return err
				}
			}
		}
		if err := dossier.Touch(ctx, tx, s.Tenant(), d.ID); err != nil {
			return err
		}
		if err := record(ctx, tx, s, "request.handed_in", q); err != nil {
			return err
		}
		// Of files the documents tell, each when it has been checked.
		if slices.ContainsFunc(q.Items, func(i Item) bool { return i.Ready() && i.Draft != ByFiles }) {
			if err := rs.dossiers.TellStaff(ctx, tx, s, d.ID, notify.OfAnswer); err != nil {
				return err
			}
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, id)
	})
	return handed, left, err
}

func (rs *Requests) handItem(ctx context.Context, tx *db.Tx, a access.Client, d dossier.Dossier, i Item) error {
	s := a.Scope()
	t, err := rs.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	def, err := rs.dossiers.Definition(ctx, tx, s, d.Type)
	if err != nil {
		return err
	}
	// What a kind came to be more confidential than the client sees is asked for as it was.
	kind, _ := def.Document(i.Kind)
	if kind.Rank > def.Threshold {
		kind.Rank = 0
	}
	// The documents of an answer that was rejected stay in the dossier, and belong to this answer no more.
	if _, err := tx.Exec(ctx, `delete from request_document where tenant_id = $1 and item_id = $2`, t.ID, i.ID); err != nil {
		return err
	}
	documents, err := rs.dossiers.HandOver(ctx, tx, a, d.ID, i.ID, kind, i.Name, i.Together)
	if err != nil {
		return err
	}
	for _, id := range documents {
		if _, err := tx.Exec(ctx, `insert into request_document (tenant_id, item_id, document_id) values ($1, $2, $3)`, t.ID, i.ID, id); err != nil {
			return err
		}
	}
	var said []byte
	if i.Draft != ByFiles {
		said = t.Key.Seal([]byte(i.DraftSaid), saidPlace(t.ID, i.ID))
	}
	_, err = tx.Exec(ctx, `update request_item set state = 'received', answer = $3, said = $4, handed_at = $5, handed_by = $6, mandate_id = nullif($7, ''),
		draft = '', draft_said = null, saved_at = null, reason = '', decided_at = null, decided_by = null, version = version + 1 where tenant_id = $1 and id = $2`,
		t.ID, i.ID, string(i.Draft), said, tx.Now(), s.Account(), s.Behalf().Mandate)
	return err
}
