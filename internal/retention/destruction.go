package retention

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
)

// The decisions about a proposal.
const (
	Agreed  = "agreed"
	Refused = "refused" // by whoever proposed it as well: he takes it back
)

// Why a dossier of a proposal stayed, as keys of texts.
const (
	staysRefused  = "refused"  // with the whole proposal
	staysReopened = "reopened" // it is not closed any more
	staysHeld     = "held"
	staysChanged  = "changed" // its term is another one than when it was proposed, or not over
)

// Proposal is a set of dossiers that an administrator proposes to destroy, and what was decided.
type Proposal struct {
	ID, Reason               string
	By, ByName               string
	At                       db.Time
	Decision, Why            string
	DecidedBy, DecidedByName string
	DecidedAt                *db.Time
}

const selectProposal = `select n.id, n.reason, n.proposed_by, p.name, n.proposed_at, n.decision, n.decision_reason, coalesce(n.decided_by, ''), coalesce(v.name, ''), n.decided_at
	from destruction n join account p on p.tenant_id = n.tenant_id and p.id = n.proposed_by
	left join account v on v.tenant_id = n.tenant_id and v.id = n.decided_by where n.tenant_id = $1 `

func scanProposal(scan db.Scan) (Proposal, error) {
	var p Proposal
	err := scan(&p.ID, &p.Reason, &p.By, &p.ByName, &p.At, &p.Decision, &p.Why, &p.DecidedBy, &p.DecidedByName, &p.DecidedAt)
	return p, err
}

// Waiting returns the oldest proposals about which nobody has decided.
func (r *Retention) Waiting(ctx context.Context, a access.Staff) ([]Proposal, error) {
	if err := manages(a); err != nil {
		return nil, err
	}
	return db.All(ctx, r.db, scanProposal, selectProposal+`and n.decision = '' order by n.proposed_at, n.id limit 50`, a.Scope().Tenant())
}

const ofProposal = selectDue + `destruction_item i cross join dossier d where d.tenant_id = i.tenant_id and d.id = i.dossier_id
	and i.tenant_id = $1 and i.destruction_id = $2 order by d.number, d.id`

// Proposal returns a proposal with its dossiers that are there, and the proof of those that are not.
func (r *Retention) Proposal(ctx context.Context, a access.Staff, id string) (p Proposal, there []Due, gone []Destroyed, err error) {
	if err = manages(a); err != nil {
		return p, nil, nil, err
	}
	s := a.Scope()
	if p, err = db.One(ctx, r.db, scanProposal, selectProposal+`and n.id = $2`, s.Tenant(), id); err != nil {
		return p, nil, nil, err
	}
	if there, err = db.All(ctx, r.db, scanDue, ofProposal, s.Tenant(), id); err != nil {
		return p, nil, nil, err
	}
	if gone, err = db.All(ctx, r.db, scanDestroyed, selectDestroyed+ofOne, s.Tenant(), id); err != nil {
		return p, nil, nil, err
	}
	if len(there) > 0 {
		err = r.looks.Look(ctx, s, audit.Entry{Event: "dossier.listed"})
	}
	return p, there, gone, err
}

// Proof returns a proposal that was agreed to with the proof of what was destroyed; any other is NotFound.
func (r *Retention) Proof(ctx context.Context, a access.Staff, id string) (Proposal, []Destroyed, error) {
	if err := manages(a); err != nil {
		return Proposal{}, nil, err
	}
	p, err := db.One(ctx, r.db, scanProposal, selectProposal+`and n.decision = 'agreed' and n.id = $2`, a.Scope().Tenant(), id)
	if err != nil {
		return p, nil, err
	}
	gone, err := db.All(ctx, r.db, scanDestroyed, selectDestroyed+ofOne, a.Scope().Tenant(), id)
	if err == nil && len(gone) == 0 { // all of it stayed
		err = errs.Missing()
	}
	return p, gone, err
}

// Propose proposes to destroy dossiers, AtOnce at most. One that is not due, is held, or waits in a proposal already refuses
// them all with its number: nothing of what was chosen is left out unseen. Once is the form's key.
func (r *Retention) Propose(ctx context.Context, a access.Staff, once string, ids []string, reason string) (string, error) {
	if err := manages(a); err != nil {
		return "", err
	}
	var f errs.Fields
	reason = checkReason(&f, reason)
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	switch {
	case len(ids) == 0:
		f.Add("dossier", "retention.choose")
	case len(ids) > AtOnce:
		f.Add("dossier", "retention.too_many", "max", AtOnce)
	}
	if err := f.Err(); err != nil {
		return "", err
	}
	var id string
	err := r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		s := a.Scope()
		had, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			id = had
			return err
		}
		id = tx.NewID()
		_, err = tx.Exec(ctx, `insert into destruction (tenant_id, id, reason, proposed_at, proposed_by) values ($1, $2, $3, $4, $5)`, s.Tenant(), id, reason, tx.Now(), s.Account())
		if err != nil {
			return err
		}
		for _, one := range ids {
			if err := add(ctx, tx, s, id, one); err != nil {
				return err
			}
		}
		if err := tx.Finish(ctx, s.Tenant(), s.Account(), once, id); err != nil {
			return err
		}
		return record(ctx, tx, s, "destruction.proposed", id, map[string]string{"dossiers": strconv.Itoa(len(ids))})
	})
	return id, err
}

// add puts a dossier into a proposal, if it may go as far as one sees now.
func add(ctx context.Context, tx *db.Tx, s access.Scope, proposal, id string) error {
	if err := dossier.Hold(ctx, tx, s.Tenant(), id); err != nil {
		return err
	}
	d, err := db.One(ctx, tx, scanDue, due+dueOne, s.Tenant(), tx.Now(), id)
	if errs.Is(err, errs.NotFound) {
		return errs.Fields{{Name: "dossier", Key: "retention.not_due"}}.Err()
	}
	if err != nil {
		return err
	}
	switch {
	case d.Held:
		return errs.Fields{{Name: "dossier", Key: "retention.is_held", Args: []any{"number", d.Number}}}.Err()
	case d.Proposal != "":
		return errs.Fields{{Name: "dossier", Key: "retention.is_proposed", Args: []any{"number", d.Number}}}.Err()
	}
	_, err = tx.Exec(ctx, `insert into destruction_item (tenant_id, destruction_id, dossier_id, expires_at) values ($1, $2, $3, $4)`, s.Tenant(), proposal, id, d.ExpiresAt)
	return err
}

func record(ctx context.Context, tx *db.Tx, s access.Scope, event, id string, detail map[string]string) error {
	return audit.Record(ctx, tx, s, audit.Entry{Event: event, Objects: []audit.Object{{Kind: "destruction", ID: id}}, Detail: detail})
}

// Decide agrees to a proposal or refuses it. Whoever proposed it can take it back, and not agree. Each dossier is asked
// again: one that was opened, held or got another term meanwhile stays, and the others go. What is decided stays so; the
// second of two clicks is harmless.
func (r *Retention) Decide(ctx context.Context, a access.Staff, id, decision, reason string) error {
	if err := manages(a); err != nil {
		return err
	}
	s := a.Scope()
	return r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// Of two at once, the second sees what the first did.
		n, err := tx.Exec(ctx, `update destruction set decision = decision where tenant_id = $1 and id = $2`, s.Tenant(), id)
		if err := db.Guard(n, err, errs.Missing()); err != nil {
			return err
		}
		p, err := db.One(ctx, tx, scanProposal, selectProposal+`and n.id = $2`, s.Tenant(), id)
		switch {
		case err != nil:
			return err
		case p.Decision == decision && p.DecidedBy == s.Account():
			return nil
		case p.Decision != "":
			return errs.New(errs.Conflict, "retention.decided_already")
		}
		var f errs.Fields
		reason := checkReason(&f, reason)
		if decision == Agreed && p.By == s.Account() {
			f.Add("reason", "retention.another")
		}
		if err := f.Err(); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update destruction set decision = $3, decision_reason = $4, decided_at = $5, decided_by = $6 where tenant_id = $1 and id = $2`, s.Tenant(), id, decision, reason, tx.Now(), s.Account())
		if err != nil {
			return err
		}
		if decision == Refused {
			if _, err := tx.Exec(ctx, `update destruction_item set stays = $3 where tenant_id = $1 and destruction_id = $2`, s.Tenant(), id, staysRefused); err != nil {
				return err
			}
			return record(ctx, tx, s, "destruction.refused", id, nil)
		}
		gone, err := r.carryOut(ctx, tx, a, id)
		if err != nil {
			return err
		}
		return record(ctx, tx, s, "destruction.agreed", id, map[string]string{"destroyed": strconv.Itoa(gone)})
	})
}

// carryOut destroys the dossiers of a proposal that may still go, and returns how many.
func (r *Retention) carryOut(ctx context.Context, tx *db.Tx, a access.Staff, id string) (int, error) {
	s := a.Scope()
	type item struct {
		dossier string
		expires db.Time
	}
	list, err := db.All(ctx, tx, func(scan db.Scan) (item, error) {
		var i item
		err := scan(&i.dossier, &i.expires)
		return i, err
	}, `select dossier_id, expires_at from destruction_item where tenant_id = $1 and destruction_id = $2 order by dossier_id`, s.Tenant(), id)
	if err != nil {
		return 0, err
	}
	gone := 0
	for _, i := range list {
		if err := dossier.Hold(ctx, tx, s.Tenant(), i.dossier); err != nil {
			return gone, err
		}
		d, err := dossier.ForStaff(ctx, tx, a, i.dossier)
		if err != nil {
			return gone, err
		}
		why, err := stays(ctx, tx, s, d, i.expires)
		if err != nil {
			return gone, err
		}
		if why != "" {
			if _, err := tx.Exec(ctx, `update destruction_item set stays = $4 where tenant_id = $1 and destruction_id = $2 and dossier_id = $3`, s.Tenant(), id, i.dossier, why); err != nil {
				return gone, err
			}
			continue
		}
		if err := r.destroy(ctx, tx, a, id, d); err != nil {
			return gone, err
		}
		gone++
	}
	return gone, nil
}

// stays says why a dossier that is held may not be destroyed now, "" when it may.
func stays(ctx context.Context, tx *db.Tx, s access.Scope, d dossier.Dossier, expires db.Time) (string, error) {
	is, err := held(ctx, tx, s.Tenant(), d.ID)
	switch {
	case err != nil:
		return "", err
	case is:
		return staysHeld, nil
	case !d.Closed:
		return staysReopened, nil
	case d.ExpiresAt == nil || !d.ExpiresAt.Equal(expires.Time) || d.ExpiresAt.After(tx.Now().Time):
		return staysChanged, nil
	}
	return "", nil
}

// destroy destroys a dossier, and keeps the proof.
func (r *Retention) destroy(ctx context.Context, tx *db.Tx, a access.Staff, proposal string, d dossier.Dossier) error {
	s := a.Scope()
	def, err := r.dossiers.Definition(ctx, tx, s, d.Type)
	if err != nil {
		return err
	}
	kept, own := def.RetentionOf(d.Result)
	var result dossiertype.Words
	if own {
		res, _ := def.Result(d.Result)
		result = res.Name
	}
	documents, err := r.dossiers.Destroy(ctx, tx, a, d.ID, audit.Entry{
		Event: "dossier.destroyed", Objects: []audit.Object{{Kind: "destruction", ID: proposal}}, Detail: map[string]string{"number": d.Number},
	})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into destroyed (tenant_id, dossier_id, destruction_id, number, kind, result, retention, closed_at, expires_at, documents, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, s.Tenant(), d.ID, proposal, d.Number, words(def.Name), words(result), string(kept), *d.ClosedAt, *d.ExpiresAt, documents, tx.Now())
	return err
}

// words are a text in each language as a proof keeps it: what it is called later is another matter.
func words(w dossiertype.Words) string {
	b, err := json.Marshal(w)
	if err != nil || len(w) == 0 {
		return ""
	}
	return string(b)
}
