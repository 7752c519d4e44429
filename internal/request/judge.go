package request

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/jobs"
)

// Verdict is what an employee thinks of an answer. Version is that of the item as he saw it.
type Verdict struct {
	Version int64
	Approve bool
	Reason  string // of a rejection
}

// checkReason returns a reason without the spaces around it: a rejection has one, which the client reads.
func checkReason(reason string) (string, error) {
	var f errs.Fields
	reason = strings.TrimSpace(reason)
	if reason == "" {
		f.Add("reason", "request.reason_needed")
	} else if utf8.RuneCountInString(reason) > maxText {
		f.Add("reason", "field.too_long", "max", maxText)
	}
	return reason, f.Err()
}

// Judge approves or rejects what was handed in of an item. What is rejected is asked for again, and the client is mailed;
// when everything is approved the request is done. The second of two employees is told that it is a Conflict.
func (rs *Requests) Judge(ctx context.Context, a access.Staff, dossierID, item string, v Verdict) error {
	s := a.Scope()
	return rs.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := dossier.ForWork(ctx, tx, a, dossierID); err != nil { // of two at once, the second sees what the first did
			return err
		}
		id, err := requestOf(ctx, tx, s, dossierID, item)
		if err != nil {
			return err
		}
		q, err := rs.forStaff(ctx, tx, a, dossierID, id)
		if err != nil {
			return err
		}
		i, state := q.Item(item), Rejected
		if v.Approve {
			state = Approved
		}
		if i.State == state && i.decider == s.Account() { // the second of two clicks
			return nil
		}
		if err := q.over(); err != nil {
			return err
		}
		if i.State != Received || i.Version != v.Version {
			return errs.New(errs.Conflict, "request.decided_meanwhile")
		}
		if state == Approved {
			v.Reason = ""
		} else if v.Reason, err = checkReason(v.Reason); err != nil {
			return err
		}
		return rs.decide(ctx, tx, s, q, i, state, v.Reason)
	})
}

// decide writes what becomes of an item, and what follows.
func (rs *Requests) decide(ctx context.Context, tx *db.Tx, s access.Scope, q Request, i Item, state State, reason string) error {
	by := s.Account()
	if _, staff := access.AsStaff(s); !staff {
		by = ""
	}
	_, err := tx.Exec(ctx, `update request_item set state = $3, reason = $4, decided_at = $5, decided_by = nullif($6, ''), version = version + 1 where tenant_id = $1 and id = $2`,
		s.Tenant(), i.ID, string(state), reason, tx.Now(), by)
	if err != nil {
		return err
	}
	if err := dossier.Touch(ctx, tx, s.Tenant(), q.Dossier); err != nil {
		return err
	}
	if state == Rejected {
		if err := rs.tell(ctx, tx, s.Tenant(), q, identity.RequestRejected); err != nil {
			return err
		}
		return record(ctx, tx, s, "request.rejected", q)
	}
	_, err = tx.Exec(ctx, `update request set state = 'done', ended_at = $3, version = version + 1 where tenant_id = $1 and id = $2
		and not exists (select 1 from request_item i where i.tenant_id = request.tenant_id and i.request_id = request.id and i.state <> 'approved')`, s.Tenant(), q.ID, tx.Now())
	if err != nil {
		return err
	}
	return record(ctx, tx, s, "request.approved", q)
}

// Refused asks again for an item of which no file is left: the check has refused all of them. It is the hook of
// dossier.Dossiers.
func (rs *Requests) Refused(ctx context.Context, tx *db.Tx, s access.Scope, doc dossier.Document) error {
	items, err := db.All(ctx, tx, db.Value[string], `select i.id from request_document x cross join request_item i
		join request r on r.tenant_id = i.tenant_id and r.id = i.request_id
		where i.tenant_id = x.tenant_id and i.id = x.item_id and x.tenant_id = $1 and x.document_id = $2 and i.state = 'received' and r.state = 'open' and not exists (select 1 from request_document y
			join document o on o.tenant_id = y.tenant_id and o.id = y.document_id where y.tenant_id = i.tenant_id and y.item_id = i.id and o.state <> 'refused')`, s.Tenant(), doc.ID)
	if err != nil {
		return err
	}
	for _, item := range items {
		q, err := db.One(ctx, tx, scanRequest, selectRequest+`and r.id = (select request_id from request_item where tenant_id = $1 and id = $2)`, s.Tenant(), item)
		if err != nil {
			return err
		}
		if err := rs.decide(ctx, tx, s, q, Item{ID: item}, Rejected, ""); err != nil {
			return err
		}
	}
	return nil
}

// Returned asks again for an item of which a photo could not be a page of the document: the others wait as its answer once
// more, which he has to look at before he hands it in. It is the hook of dossier.Dossiers.
func (rs *Requests) Returned(ctx context.Context, tx *db.Tx, s access.Scope, doc dossier.Document, item string) error {
	n, err := tx.Exec(ctx, `update request_item set draft = 'files', saved_at = null where tenant_id = $1 and id = $2 and dossier_id = $3 and state = 'received'
		and exists (select 1 from request r where r.tenant_id = request_item.tenant_id and r.id = request_item.request_id and r.state = 'open')`, s.Tenant(), item, doc.Dossier)
	if err != nil || n == 0 { // nobody waits for it any more
		return err
	}
	q, err := db.One(ctx, tx, scanRequest, selectRequest+`and r.id = (select request_id from request_item where tenant_id = $1 and id = $2)`, s.Tenant(), item)
	if err != nil {
		return err
	}
	return rs.decide(ctx, tx, s, q, Item{ID: item}, Rejected, "")
}

// RemindJob returns the job that reminds a client of a request, unless nothing of it is asked for any more.
func (rs *Requests) RemindJob() jobs.Func {
	return func(_ context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
		var p reminding
		if err := json.Unmarshal(j.Payload, &p); err != nil {
			return nil, err
		}
		s := authn.System(j.Tenant, JobRemind)
		return func(ctx context.Context, tx *db.Tx) error {
			list, err := db.All(ctx, tx, scanRequest, selectRequest+`and r.dossier_id = $2 and r.id = $3 and r.state = 'open' and not d.closed and`+dossier.InPortal+`
				and exists (select 1 from request_item i where i.tenant_id = r.tenant_id and i.request_id = r.id and i.state in ('open', 'rejected'))`, j.Tenant, p.Dossier, p.Request)
			if err != nil || len(list) == 0 {
				return err
			}
			if err := rs.tell(ctx, tx, j.Tenant, list[0], identity.RequestReminder); err != nil {
				return err
			}
			return record(ctx, tx, s, "request.reminded", list[0])
		}, nil
	}
}
