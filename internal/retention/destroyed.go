package retention

import (
	"context"
	"encoding/json"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/dossiertype"
)

// Destroyed is the proof of a dossier that is no more. It names no client, and not what it was about.
type Destroyed struct {
	Dossier, Proposal, Number string
	Kind, Result              dossiertype.Words // Result is that whose term it was, nil where it was the type's
	Retention                 dossiertype.Retention
	ClosedAt, ExpiresAt, At   db.Time
	Documents                 int
	ProposedBy, DecidedBy     string
}

const selectDestroyed = `select w.dossier_id, w.destruction_id, w.number, w.kind, w.result, w.retention, w.closed_at, w.expires_at, w.at, w.documents, p.name, coalesce(v.name, '')
	from destroyed w join destruction n on n.tenant_id = w.tenant_id and n.id = w.destruction_id
	join account p on p.tenant_id = n.tenant_id and p.id = n.proposed_by
	left join account v on v.tenant_id = n.tenant_id and v.id = n.decided_by where w.tenant_id = $1 `

const (
	destroyedAfter = `and (w.at, w.dossier_id) < ($2, $3) `
	ofOne          = `and w.destruction_id = $2 order by w.number, w.dossier_id`
	destroyedFirst = `order by w.at desc, w.dossier_id desc limit 26`
)

func scanDestroyed(scan db.Scan) (Destroyed, error) {
	var d Destroyed
	var kind, result string
	err := scan(&d.Dossier, &d.Proposal, &d.Number, &kind, &result, &d.Retention, &d.ClosedAt, &d.ExpiresAt, &d.At, &d.Documents, &d.ProposedBy, &d.DecidedBy)
	for text, into := range map[string]*dossiertype.Words{kind: &d.Kind, result: &d.Result} {
		if err == nil && text != "" {
			err = json.Unmarshal([]byte(text), into)
		}
	}
	return d, err
}

// DestroyedPage is one page of what was destroyed, newest first; Next is the key of the following one.
type DestroyedPage struct {
	Rows []Destroyed
	Next string
}

// Destroyed returns a page of what was destroyed.
func (r *Retention) Destroyed(ctx context.Context, a access.Staff, after string) (DestroyedPage, error) {
	if err := manages(a); err != nil {
		return DestroyedPage{}, err
	}
	q, args := db.Join(selectDestroyed, destroyedFirst), []any{a.Scope().Tenant()}
	if at, id, ok := db.ParseKey(after); ok {
		q, args = db.Join(selectDestroyed, destroyedAfter, destroyedFirst), append(args, at, id)
	}
	rows, err := db.All(ctx, r.db, scanDestroyed, q, args...)
	if len(rows) <= AtOnce {
		return DestroyedPage{Rows: rows}, err
	}
	last := rows[AtOnce-1]
	return DestroyedPage{rows[:AtOnce], db.Key(last.At, last.Dossier)}, err
}
