package request

import (
	"context"
	"slices"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
)

// Check is a kind of document that a dossier needs, with how it stands (E13).
type Check struct {
	Kind    dossiertype.DocumentType
	State   State
	Reason  string // why it was rejected
	At      *db.Time
	Version int64 // of what the office said of it, 0 for nothing yet
}

// Needed reports whether the client still has to see to it.
func (c Check) Needed() bool { return c.State == Missing || c.State == Rejected }

// mark is what the office said of a kind of document.
type mark struct {
	kind, reason string
	by           string
	state        State
	at           db.Time
	version      int64
}

func marks(ctx context.Context, r db.Reader, tenantID, dossierID string) ([]mark, error) {
	return db.All(ctx, r, func(scan db.Scan) (mark, error) {
		var m mark
		err := scan(&m.kind, &m.state, &m.reason, &m.at, &m.by, &m.version)
		return m, err
	}, `select document_type, state, reason, marked_at, marked_by, version from required_document where tenant_id = $1 and dossier_id = $2`, tenantID, dossierID)
}

// Checklist returns what a dossier needs by its type, in the type's order. It follows from what whoever looks sees: from
// the documents and the requests that were loaded for him, and from what the office said of each kind.
func (rs *Requests) Checklist(ctx context.Context, s access.Scope, d dossier.Dossier, def dossiertype.Definition, docs []dossier.Document, list []Request) ([]Check, error) {
	if !slices.ContainsFunc(def.Documents, func(k dossiertype.DocumentType) bool { return k.Required }) {
		return nil, nil
	}
	said, err := marks(ctx, rs.db, s.Tenant(), d.ID)
	if err != nil {
		return nil, err
	}
	var out []Check
	for _, k := range def.Documents {
		if k.Required {
			out = append(out, check(k, said, docs, list))
		}
	}
	return out, nil
}

// check works out how it stands with one kind: by what happened last, but that what is approved stays so when more comes.
func check(k dossiertype.DocumentType, said []mark, docs []dossier.Document, list []Request) Check {
	c := Check{Kind: k, State: Missing}
	tell := func(state State, reason string, at *db.Time) {
		if at == nil || c.At != nil && at.Before(c.At.Time) || c.State == Approved && state == Received {
			return
		}
		c.State, c.Reason, c.At = state, reason, at
	}
	for _, m := range said {
		if m.kind == k.Key {
			c.Version = m.version
			tell(m.state, m.reason, &m.at)
		}
	}
	var handed []*db.Time
	for _, q := range list {
		for _, i := range q.Items {
			if i.Kind != k.Key || i.State == Missing {
				continue
			}
			handed = append(handed, i.HandedAt)
			if i.State != Received {
				tell(i.State, i.Reason, i.DecidedAt)
			}
		}
	}
	for _, x := range docs {
		if x.Type == k.Key && x.State != dossier.Refused {
			handed = append(handed, &x.CreatedAt)
		}
	}
	for _, at := range handed {
		tell(Received, "", at)
	}
	return c
}

// Mark is what an employee says of a kind of document that a dossier needs. Version is that of what he saw.
type Mark struct {
	Version int64
	State   State
	Reason  string // of a rejection
}

// Mark keeps what an employee says of a kind of document (E13). A rejected one is needed again, and the clients are mailed.
// The second of two employees is told that it is a Conflict; a kind that the dossier does not need is NotFound.
func (rs *Requests) Mark(ctx context.Context, a access.Staff, dossierID, kind string, in Mark) error {
	s := a.Scope()
	return rs.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := dossier.ForWork(ctx, tx, a, dossierID)
		if err != nil {
			return err
		}
		if _, err := rs.Needs(ctx, tx, s, d, kind); err != nil {
			return err
		}
		said, err := marks(ctx, tx, s.Tenant(), d.ID)
		if err != nil {
			return err
		}
		var had mark
		if n := slices.IndexFunc(said, func(m mark) bool { return m.kind == kind }); n >= 0 {
			had = said[n]
		}
		if had.by == s.Account() && had.state == in.State && (in.State != Rejected || had.reason == strings.TrimSpace(in.Reason)) { // the second of two clicks
			return nil
		}
		if had.version != in.Version {
			return errs.New(errs.Conflict, "request.marked_meanwhile")
		}
		switch in.State {
		case Received, Approved:
			in.Reason = ""
		case Rejected:
			if in.Reason, err = checkReason(in.Reason); err != nil {
				return err
			}
		default:
			return errs.Fields{{Name: "state", Key: "field.choose"}}.Err()
		}
		return rs.keepMark(ctx, tx, s, d.ID, kind, in)
	})
}

func (rs *Requests) keepMark(ctx context.Context, tx *db.Tx, s access.Scope, dossierID, kind string, in Mark) error {
	_, err := tx.Exec(ctx, `insert into required_document (tenant_id, dossier_id, document_type, state, reason, marked_at, marked_by) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (tenant_id, dossier_id, document_type) do update set state = excluded.state, reason = excluded.reason, marked_at = excluded.marked_at, marked_by = excluded.marked_by, version = required_document.version + 1`,
		s.Tenant(), dossierID, kind, string(in.State), in.Reason, tx.Now(), s.Account())
	if err != nil {
		return err
	}
	if err := dossier.Touch(ctx, tx, s.Tenant(), dossierID); err != nil {
		return err
	}
	if in.State == Rejected {
		if err := rs.tell(ctx, tx, s.Tenant(), Request{ID: kind, Dossier: dossierID}, identity.RequestRejected); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, s, audit.Entry{Event: "request.marked", Dossier: dossierID, Detail: map[string]string{"document_type": kind, "state": string(in.State)}})
}

// Needs returns a kind of document that a dossier needs; any other is NotFound.
func (rs *Requests) Needs(ctx context.Context, r db.Reader, s access.Scope, d dossier.Dossier, key string) (dossiertype.DocumentType, error) {
	def, err := rs.dossiers.Definition(ctx, r, s, d.Type)
	if err != nil {
		return dossiertype.DocumentType{}, err
	}
	k, known := def.Document(key)
	if !known || !k.Required {
		return k, errs.Missing()
	}
	return k, nil
}
