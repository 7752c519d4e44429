package questionnaire

import (
	"context"
	"slices"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
)

// Sending says which form goes to whom: every account of the client, or one. Due is the last day on which it can be
// filled in, the zero time for no end.
type Sending struct {
	Form, Client, Account string
	Due                   time.Time
}

// maxDue is how many years ahead a questionnaire can be asked for.
const maxDue = 5

// kept returns a last day as it is kept, "" for no end.
func kept(due, now time.Time) (string, errs.Fields) {
	var f errs.Fields
	switch {
	case due.IsZero():
		return "", nil
	case dayOf(due) < dayOf(now):
		f.Add("due", "questionnaire.due_past")
	case due.After(now.AddDate(maxDue, 0, 0)):
		f.Add("due", "questionnaire.due_far", "years", maxDue)
	}
	return dayOf(due), f
}

// Send asks a client of a dossier to fill in a form (N35). Once is the form's key: a double click sends one.
func (qs *Questionnaires) Send(ctx context.Context, a access.Staff, dossierID, once string, in Sending) error {
	s := a.Scope()
	return qs.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := dossier.ForWork(ctx, tx, a, dossierID)
		if err != nil {
			return err
		}
		due, wrong := kept(in.Due, tx.Now().Time)
		if err := sendable(ctx, tx, s, d, in, wrong); err != nil {
			return err
		}
		_, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			return err
		}
		id := tx.NewID()
		_, err = tx.Exec(ctx, `insert into questionnaire (tenant_id, id, form_id, dossier_id, client_id, account_id, due_on, state, sent_at, sent_by) values ($1, $2, $3, $4, $5, nullif($6, ''), nullif($7, ''), 'open', $8, $9)`,
			s.Tenant(), id, in.Form, d.ID, in.Client, in.Account, due, tx.Now(), s.Account())
		if err != nil {
			return err
		}
		if err := qs.tell(ctx, tx, s, id, d.ID, in.Client, in.Account); err != nil {
			return err
		}
		if err := record(ctx, tx, s, "questionnaire.sent", Questionnaire{ID: id, Dossier: d.ID, Client: in.Client}); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, id)
	})
}

// sendable checks what was chosen, beside what is wrong already. A client does not see a dossier that is not published, nor fills in what belongs to a closed one.
func sendable(ctx context.Context, tx *db.Tx, s access.Scope, d dossier.Dossier, in Sending, f errs.Fields) error {
	if d.Closed {
		return errs.New(errs.Conflict, "questionnaire.closed")
	}
	if !d.InPortal {
		return errs.New(errs.Conflict, "questionnaire.unpublished")
	}
	for _, check := range []struct {
		name string
		n    func() (int, error)
	}{
		{"form", func() (int, error) {
			return db.One(ctx, tx, db.Value[int], `select count(*) from form where tenant_id = $1 and id = $2`, s.Tenant(), in.Form)
		}},
		{"to", func() (int, error) {
			return db.One(ctx, tx, db.Value[int], `select count(*) from dossier_party p where p.tenant_id = $1 and p.dossier_id = $2 and p.client_id = $3
				and ($4 = '' or exists (select 1 from account a where a.tenant_id = p.tenant_id and a.id = $4 and a.client_id = p.client_id and a.removed_at is null))`, s.Tenant(), d.ID, in.Client, in.Account)
		}},
	} {
		n, err := check.n()
		if err != nil {
			return err
		}
		if n == 0 {
			f.Add(check.name, "field.choose")
		}
	}
	return f.Err()
}

// tell mails those of the client who asked for that; nothing of the form stands in the mail.
func (qs *Questionnaires) tell(ctx context.Context, tx *db.Tx, s access.Scope, id, dossierID, client, account string) error {
	readers, err := dossier.Readers(ctx, tx, s.Tenant(), dossierID, client, access.SeeDossiers)
	if err != nil {
		return err
	}
	if account != "" {
		readers = slices.DeleteFunc(readers, func(r notify.Reader) bool { return r.Account != account || r.Mandate != "" })
	}
	return qs.identity.Notify(ctx, tx, s.Tenant(), identity.Changes(readers, identity.QuestionnaireSent, dossierID, id)...)
}

// stands is identity.Stands of a questionnaire: it can still be filled in.
func (qs *Questionnaires) stands(ctx context.Context, tx *db.Tx, tenantID string, c notify.Change) (bool, error) {
	reads, err := dossier.Reads(ctx, tx, tenantID, c, access.SeeDossiers)
	if err != nil || !reads {
		return false, err
	}
	return db.One(ctx, tx, db.Value[bool], `select exists (select 1 from questionnaire q join dossier d on d.tenant_id = q.tenant_id and d.id = q.dossier_id
		where q.tenant_id = $1 and q.dossier_id = $2 and q.id = $3`+waits+`)`, tenantID, c.Dossier, c.Object, dayOf(tx.Now().Time))
}

func record(ctx context.Context, tx *db.Tx, s access.Scope, event string, q Questionnaire) error {
	return audit.Record(ctx, tx, s, entry(event, q))
}

func entry(event string, q Questionnaire) audit.Entry {
	return audit.Entry{Event: event, Dossier: q.Dossier, Client: q.Client, Objects: []audit.Object{{Kind: "questionnaire", ID: q.ID}}}
}

// Withdraw takes back what the client has not completed. What is so already stays.
func (qs *Questionnaires) Withdraw(ctx context.Context, a access.Staff, dossierID, id string) error {
	return qs.turn(ctx, a, dossierID, id, func(ctx context.Context, tx *db.Tx, q Questionnaire) error {
		switch q.State {
		case Withdrawn:
			return nil
		case Completed:
			return errs.New(errs.Conflict, "questionnaire.completed")
		}
		_, err := tx.Exec(ctx, `update questionnaire set state = 'withdrawn' where tenant_id = $1 and id = $2`, a.Scope().Tenant(), q.ID)
		if err != nil {
			return err
		}
		return record(ctx, tx, a.Scope(), "questionnaire.withdrawn", q)
	})
}

// SetDue sets another last day on which a questionnaire can be filled in, or none. Who was too late can go on then, and is
// mailed.
func (qs *Questionnaires) SetDue(ctx context.Context, a access.Staff, dossierID, id string, due time.Time) error {
	return qs.turn(ctx, a, dossierID, id, func(ctx context.Context, tx *db.Tx, q Questionnaire) error {
		switch {
		case q.Closed:
			return errs.New(errs.Conflict, "questionnaire.closed")
		case !q.Asked():
			return errs.New(errs.Conflict, "questionnaire."+q.State)
		case q.Due.Equal(due):
			return nil
		}
		day, wrong := kept(due, tx.Now().Time)
		if err := wrong.Err(); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update questionnaire set due_on = nullif($3, '') where tenant_id = $1 and id = $2`, a.Scope().Tenant(), q.ID, day); err != nil {
			return err
		}
		if q.Expired {
			if err := qs.tell(ctx, tx, a.Scope(), q.ID, q.Dossier, q.Client, q.Account); err != nil {
				return err
			}
		}
		return record(ctx, tx, a.Scope(), "questionnaire.due", q)
	})
}

// Reopen lets the client change what he completed, without an end when its last day has passed. What he delivered stays in the dossier; completing it anew delivers it
// once more.
func (qs *Questionnaires) Reopen(ctx context.Context, a access.Staff, dossierID, id string) error {
	return qs.turn(ctx, a, dossierID, id, func(ctx context.Context, tx *db.Tx, q Questionnaire) error {
		switch {
		case q.State == Busy:
			return nil
		case q.State != Completed:
			return errs.New(errs.Conflict, "questionnaire.not_completed")
		case q.Closed:
			return errs.New(errs.Conflict, "questionnaire.closed")
		}
		_, err := tx.Exec(ctx, `update questionnaire set state = 'busy', completed_at = null, completed_by = null, mandate_id = null,
			due_on = case when due_on < $3 then null else due_on end where tenant_id = $1 and id = $2`, a.Scope().Tenant(), q.ID, dayOf(tx.Now().Time))
		if err != nil {
			return err
		}
		if err := qs.tell(ctx, tx, a.Scope(), q.ID, q.Dossier, q.Client, q.Account); err != nil {
			return err
		}
		return record(ctx, tx, a.Scope(), "questionnaire.reopened", q)
	})
}

// turn does something with a questionnaire of a dossier in which the employee works, and holds it meanwhile.
func (qs *Questionnaires) turn(ctx context.Context, a access.Staff, dossierID, id string, do func(context.Context, *db.Tx, Questionnaire) error) error {
	return qs.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := dossier.ForWork(ctx, tx, a, dossierID); err != nil {
			return err
		}
		if err := hold(ctx, tx, a.Scope(), id); err != nil {
			return err
		}
		q, err := qs.forStaff(ctx, tx, a, dossierID, id)
		if err != nil {
			return err
		}
		return do(ctx, tx, q)
	})
}

// hold makes those who change a questionnaire come one after the other.
func hold(ctx context.Context, tx *db.Tx, s access.Scope, id string) error {
	_, err := tx.Exec(ctx, `update questionnaire set version = version + 1 where tenant_id = $1 and id = $2`, s.Tenant(), id)
	return err
}
