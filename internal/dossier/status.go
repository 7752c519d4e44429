package dossier

import (
	"context"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
)

// StatusInUse reports whether a dossier of the tenant without a type has the status.
func StatusInUse(ctx context.Context, r db.Reader, s access.Scope, status string) (bool, error) {
	return db.One(ctx, r, db.Value[bool], `select exists (select 1 from dossier_list l join dossier d on d.tenant_id = l.tenant_id and d.id = l.dossier_id
		where l.tenant_id = $1 and l.viewer = 'all' and l.status = $2 and d.type_id is null)`, s.Tenant(), status)
}

// Status is a status as an employee sets it.
type Status struct {
	Key  string
	Note string // what is said of it: to the client, when he sees the status
	// Result and ResultText are how it ended, with a final status (D45).
	Result, ResultText string
	Reason             string // why it is opened again, for colleagues alone
}

const (
	maxNote = 2000
	maxWhy  = 500
)

func checkNote(f *errs.Fields, text string) { atMost(f, "note", text, maxNote) }

func atMost(f *errs.Fields, name, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		f.Add(name, "field.too_long", "max", most)
	}
}

// check holds what was typed to the version that the dossier has.
func (in *Status) check(def dossiertype.Definition, was Dossier) (dossiertype.Status, error) {
	var f errs.Fields
	in.Note, in.ResultText, in.Reason = strings.TrimSpace(in.Note), strings.TrimSpace(in.ResultText), strings.TrimSpace(in.Reason)
	next, known := def.Status(in.Key)
	if !known {
		f.Add("status", "field.choose")
	}
	checkNote(&f, in.Note)
	atMost(&f, "result_text", in.ResultText, maxNote)
	atMost(&f, "reason", in.Reason, maxWhy)
	if !next.Final {
		in.Result, in.ResultText = "", ""
	} else if _, ok := def.Result(in.Result); !ok && (in.Result != "" || len(def.Results) > 0) {
		f.Add("result", "field.choose")
	}
	if was.Closed && known && !next.Final && in.Reason == "" {
		f.Add("reason", "dossier.reason_needed")
	}
	return next, f.Err()
}

// SetStatus gives a dossier, as it was at version, another status, or says something else of the one it has (D15, D22,
// D45). A final one closes it; another one opens it again, with a reason. What is so already is no change: the second of
// two clicks is harmless. When a colleague was first it is a Conflict.
func (ds *Dossiers) SetStatus(ctx context.Context, a access.Staff, id string, version int64, in Status) error {
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := ForWork(ctx, tx, a, id)
		if err != nil {
			return err
		}
		told, err := ds.setStatus(ctx, tx, a, was, version, in)
		if err != nil {
			return err
		}
		return ds.identity.Notify(ctx, tx, a.Scope().Tenant(), told...)
	})
}

// setStatus is SetStatus of a dossier that is held, but for the mails.
func (ds *Dossiers) setStatus(ctx context.Context, tx *db.Tx, a access.Staff, was Dossier, version int64, in Status) ([]notify.Change, error) {
	s, id := a.Scope(), was.ID
	def, err := ds.Definition(ctx, tx, s, was.Type)
	if err != nil {
		return nil, err
	}
	next, err := in.check(def, was)
	if err != nil {
		return nil, err
	}
	last, err := newest(ctx, tx, s, id)
	if err != nil {
		return nil, err
	}
	if last.Status == in.Key && last.Note == in.Note && was.Result == in.Result && was.ResultText == in.ResultText {
		return nil, nil
	}
	if was.Version != version {
		return nil, errs.New(errs.Conflict, "error.changed_meanwhile")
	}
	if last.Status == in.Key {
		err = renote(ctx, tx, s, id, last.n, def, in)
	} else {
		err = note(ctx, tx, s, id, def, in)
	}
	if err != nil {
		return nil, err
	}
	told, err := ds.reshow(ctx, tx, s, id)
	if err != nil {
		return nil, err
	}
	if was.InPortal && next.Portal && last.Status != in.Key {
		readers, err := Readers(ctx, tx, s.Tenant(), id, "", access.SeeDossiers)
		if err != nil {
			return nil, err
		}
		told = append(told, identity.Changes(readers, identity.StatusChanged, id, "")...)
	}
	return told, audit.Record(ctx, tx, s, audit.Entry{Event: "dossier.status_set", Dossier: id, Detail: map[string]string{"status_from": was.Status, "status_to": in.Key}})
}

// note puts a status at the end of the timeline and into the dossier.
func note(ctx context.Context, tx *db.Tx, s access.Scope, id string, def dossiertype.Definition, in Status) error {
	_, err := tx.Exec(ctx, `insert into dossier_status (tenant_id, dossier_id, n, status, note, reason, at, account_id)
		values ($1, $2, (select coalesce(max(n), 0) + 1 from dossier_status where tenant_id = $1 and dossier_id = $2), $3, $4, $5, $6, $7)`,
		s.Tenant(), id, in.Key, in.Note, in.Reason, tx.Now(), s.Account())
	if err != nil {
		return err
	}
	return stand(ctx, tx, s, id, def, in)
}

// renote says something else of the newest status.
func renote(ctx context.Context, tx *db.Tx, s access.Scope, id string, n int64, def dossiertype.Definition, in Status) error {
	_, err := tx.Exec(ctx, `update dossier_status set note = $4, reason = $5 where tenant_id = $1 and dossier_id = $2 and n = $3`, s.Tenant(), id, n, in.Note, in.Reason)
	if err != nil {
		return err
	}
	return stand(ctx, tx, s, id, def, in)
}

// stand brings the dossier where its newest status is, and what clients see of it with one that they see.
func stand(ctx context.Context, tx *db.Tx, s access.Scope, id string, def dossiertype.Definition, in Status) error {
	st, _ := def.Status(in.Key)
	closed, err := db.One(ctx, tx, db.Value[*db.Time], `update dossier set status = $3, closed = $4, result = $5, result_text = $6, updated_at = $7,
		closed_at = case when cast($4 as boolean) then coalesce(closed_at, $7) end, expires_at = null, version = version + 1 where tenant_id = $1 and id = $2 returning closed_at`,
		s.Tenant(), id, in.Key, st.Final, in.Result, in.ResultText, tx.Now())
	if err != nil {
		return err
	}
	if err := expire(ctx, tx, s, id, def, in.Result, closed); err != nil || !st.Portal {
		return err
	}
	_, err = tx.Exec(ctx, `update dossier set shown_status = $3, note = $4 where tenant_id = $1 and id = $2`, s.Tenant(), id, in.Key, in.Note)
	return err
}

// expire says until when a dossier that is closed is kept: by its own version of its type, which may have no term.
func expire(ctx context.Context, tx *db.Tx, s access.Scope, id string, def dossiertype.Definition, result string, closed *db.Time) error {
	if closed == nil {
		return nil
	}
	kept, _ := def.RetentionOf(result)
	end, ok := kept.Ends(closed.Time)
	if !ok {
		return nil
	}
	_, err := tx.Exec(ctx, `update dossier set expires_at = $3 where tenant_id = $1 and id = $2`, s.Tenant(), id, db.At(end))
	return err
}

// Moment is a status on the timeline of a dossier.
type Moment struct {
	Status, Note, Reason string
	By                   string // the employee's name
	At                   db.Time
	n                    int64
}

const selectMoment = `select m.n, m.status, m.note, m.reason, w.name, m.at from dossier_status m join account w on w.tenant_id = m.tenant_id and w.id = m.account_id
	where m.tenant_id = $1 and m.dossier_id = $2 `

func scanMoment(scan db.Scan) (Moment, error) {
	var m Moment
	err := scan(&m.n, &m.Status, &m.Note, &m.Reason, &m.By, &m.At)
	return m, err
}

func newest(ctx context.Context, r db.Reader, s access.Scope, dossier string) (Moment, error) {
	return db.One(ctx, r, scanMoment, selectMoment+`order by m.n desc limit 1`, s.Tenant(), dossier)
}

// Timeline returns the statuses that a dossier, which was loaded for the actor, has had, in order. Clients see
// those that their type shows, and no reason (D22, D36).
func (ds *Dossiers) Timeline(ctx context.Context, s access.Scope, d Dossier, def dossiertype.Definition) ([]Moment, error) {
	list, err := db.All(ctx, ds.db, scanMoment, selectMoment+`order by m.n`, s.Tenant(), d.ID)
	if _, staff := access.AsStaff(s); staff || err != nil {
		return list, err
	}
	return seenOf(list, def), nil
}

// TimelineAsClient is Timeline as a client sees it, for an employee who looks as he does.
func (ds *Dossiers) TimelineAsClient(ctx context.Context, a access.Staff, p Preview, def dossiertype.Definition) ([]Moment, error) {
	list, err := db.All(ctx, ds.db, scanMoment, selectMoment+`order by m.n`, a.Scope().Tenant(), p.Dossier.ID)
	return seenOf(list, def), err
}

// seenOf returns what a client sees of a timeline.
func seenOf(list []Moment, def dossiertype.Definition) []Moment {
	var out []Moment
	for _, m := range list {
		if st, known := def.Status(m.Status); known && st.Portal {
			m.Reason = ""
			out = append(out, m)
		}
	}
	return out
}

// Coming returns the statuses that clients may expect after one: those that follow in order, but for those in which the
// client has to do something, which need not come; and a final one when there is but one, since nobody knows which of
// several it will be.
func Coming(def dossiertype.Definition, after string) []dossiertype.Status {
	var out, ends []dossiertype.Status
	passed := after == ""
	for _, st := range def.Statuses {
		switch {
		case st.Key == after:
			passed = true
			if st.Final {
				return nil
			}
		case !st.Portal:
		case st.Final:
			ends = append(ends, st)
		case passed && st.Colour != dossiertype.Warning:
			out = append(out, st)
		}
	}
	if len(ends) == 1 {
		out = append(out, ends[0])
	}
	return out
}

// later returns the moment a number of working days later, nil for no term.
func later(at db.Time, days int) *db.Time {
	if days == 0 {
		return nil
	}
	end := db.At(i18n.AfterWorkingDays(at.Time, days))
	return &end
}

// Ends returns until when the status that began at the moment should last, nil for no term.
func (m Moment) Ends(st dossiertype.Status) *db.Time { return later(m.At, st.Term) }
