package request

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/identity"
	"voordeur/internal/jobs"
	"voordeur/internal/notify"
)

// The most that a request may hold. They keep it readable.
const (
	MaxItems  = 30
	MaxRemind = 60
	maxName   = 120
	maxText   = 1000
)

// Draft is a request as an employee writes it.
type Draft struct {
	Client, Word string
	DueOn        string // as 2026-12-31
	Remind       int    // how many days before that the client is reminded, 0 for not at all
	Items        []Ask
}

// Ask is an item of it.
type Ask struct{ Name, Explain, Example, Kind string }

// Empty reports whether nothing was written in an item.
func (a Ask) Empty() bool { return a == Ask{} }

// FieldOf names the field of an item in the form of a request: "item.2.name".
func FieldOf(n int, part string) string { return fmt.Sprintf("item.%d.%s", n+1, part) }

// check returns what is wrong with a request, by the fields of its form.
func (in Draft) check(def dossiertype.Definition, now time.Time) errs.Fields {
	var f errs.Fields
	text(&f, "word", in.Word, maxText)
	switch due := day(in.DueOn); {
	case due.IsZero():
		f.Add("due", "request.due_needed")
	case in.DueOn < i18n.Local(now).Format(time.DateOnly):
		f.Add("due", "request.due_past")
	case due.After(now.AddDate(5, 0, 0)):
		f.Add("due", "request.due_far")
	}
	if in.Remind < 0 || in.Remind > MaxRemind {
		f.Add("remind", "request.remind_range", "max", MaxRemind)
	}
	if len(in.Items) == 0 {
		f.Add(FieldOf(0, "name"), "request.name_needed")
	}
	if len(in.Items) > MaxItems {
		f.Add(FieldOf(0, "name"), "request.too_many", "max", MaxItems)
	}
	for n, a := range in.Items[:min(len(in.Items), MaxItems)] {
		a.check(&f, n, def)
	}
	return f
}

func (a Ask) check(f *errs.Fields, n int, def dossiertype.Definition) {
	switch name := strings.TrimSpace(a.Name); {
	case name == "":
		f.Add(FieldOf(n, "name"), "request.name_needed")
	case utf8.RuneCountInString(name) > maxName:
		f.Add(FieldOf(n, "name"), "field.too_long", "max", maxName)
	case strings.ContainsFunc(name, unicode.IsControl):
		f.Add(FieldOf(n, "name"), "settings.one_line")
	}
	text(f, FieldOf(n, "explain"), a.Explain, maxText)
	text(f, FieldOf(n, "example"), a.Example, maxText)
	if a.Kind != "" && !slices.ContainsFunc(Kinds(def), func(k dossiertype.DocumentType) bool { return k.Key == a.Kind }) {
		f.Add(FieldOf(n, "kind"), "field.choose")
	}
}

func text(f *errs.Fields, name, s string, most int) {
	if utf8.RuneCountInString(s) > most {
		f.Add(name, "field.too_long", "max", most)
	}
}

// Send asks a client of a dossier for things (E22). Once is the form's key: a double click sends one. It returns the id.
func (rs *Requests) Send(ctx context.Context, a access.Staff, dossierID, once string, in Draft) (string, error) {
	s := a.Scope()
	var id string
	err := rs.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := dossier.ForWork(ctx, tx, a, dossierID)
		if err != nil {
			return err
		}
		had, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			id = had
			return err
		}
		if err := rs.sendable(ctx, tx, s, d, in); err != nil {
			return err
		}
		q := Request{ID: tx.NewID(), Dossier: d.ID, Client: in.Client, DueOn: in.DueOn}
		if err := insert(ctx, tx, s, q.ID, d.ID, in); err != nil {
			return err
		}
		if err := remindLater(ctx, tx, s.Tenant(), q, in.Remind); err != nil {
			return err
		}
		if err := dossier.Touch(ctx, tx, s.Tenant(), d.ID); err != nil {
			return err
		}
		if err := rs.tell(ctx, tx, s.Tenant(), q, identity.RequestSent); err != nil {
			return err
		}
		if err := record(ctx, tx, s, "request.sent", q); err != nil {
			return err
		}
		id = q.ID
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, id)
	})
	return id, err
}

func insert(ctx context.Context, tx *db.Tx, s access.Scope, id, dossierID string, in Draft) error {
	_, err := tx.Exec(ctx, `insert into request (tenant_id, id, dossier_id, client_id, word, due_on, remind_days, state, sent_at, sent_by) values ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9)`,
		s.Tenant(), id, dossierID, in.Client, strings.TrimSpace(in.Word), in.DueOn, in.Remind, tx.Now(), s.Account())
	if err != nil {
		return err
	}
	for n, a := range in.Items {
		_, err := tx.Exec(ctx, `insert into request_item (tenant_id, id, request_id, dossier_id, position, name, explanation, example, document_type, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open')`,
			s.Tenant(), tx.NewID(), id, dossierID, n, strings.TrimSpace(a.Name), strings.TrimSpace(a.Explain), strings.TrimSpace(a.Example), a.Kind)
		if err != nil {
			return err
		}
	}
	return nil
}

// Askable says why nothing can be asked in a dossier: it is over, or its client does not see it.
func Askable(d dossier.Dossier) error {
	switch {
	case d.Closed:
		return errs.New(errs.Conflict, "request.closed_office")
	case !d.InPortal:
		return errs.New(errs.Conflict, "request.unpublished")
	}
	return nil
}

func (rs *Requests) sendable(ctx context.Context, tx *db.Tx, s access.Scope, d dossier.Dossier, in Draft) error {
	if err := Askable(d); err != nil {
		return err
	}
	def, err := rs.dossiers.Definition(ctx, tx, s, d.Type)
	if err != nil {
		return err
	}
	f := in.check(def, tx.Now().Time)
	n, err := db.One(ctx, tx, db.Value[int], `select count(*) from dossier_party where tenant_id = $1 and dossier_id = $2 and client_id = $3`, s.Tenant(), d.ID, in.Client)
	if err != nil {
		return err
	}
	if n == 0 {
		f.Add("to", "field.choose")
	}
	return f.Err()
}

// tell mails those of the client, or of every client where the request is nobody's, who asked for that; nothing of the
// request stands in the mail. Of a dossier that clients do not see nobody hears.
func (rs *Requests) tell(ctx context.Context, tx *db.Tx, tenantID string, q Request, event identity.Event) error {
	shown, err := db.One(ctx, tx, db.Value[bool], `select`+dossier.InPortal+`from dossier d where d.tenant_id = $1 and d.id = $2`, tenantID, q.Dossier)
	if err != nil || !shown {
		return err
	}
	readers, err := dossier.Readers(ctx, tx, tenantID, q.Dossier, q.Client, access.SeeDossiers)
	if err != nil {
		return err
	}
	return rs.identity.Notify(ctx, tx, tenantID, identity.Changes(readers, event, q.Dossier, q.ID)...)
}

// selectAsked is whether something is still asked for in a dossier: in a request, something that nobody handed in or,
// for a rejection, that was rejected; or a document that the dossier needs and that was rejected.
const selectAsked = `select exists (select 1 from dossier d where d.tenant_id = $1 and d.id = $2 and not d.closed and (exists (select 1 from request r
	join request_item i on i.tenant_id = r.tenant_id and i.request_id = r.id
	where r.tenant_id = d.tenant_id and r.dossier_id = d.id and r.id = $3 and r.state = 'open' and (i.state = 'rejected' or i.state = 'open' and cast($4 as boolean)))
	or exists (select 1 from required_document m where m.tenant_id = d.tenant_id and m.dossier_id = d.id and m.document_type = $3 and m.state = 'rejected')))`

// stands is identity.Stands of what is asked of a client.
func (rs *Requests) stands(ctx context.Context, tx *db.Tx, tenantID string, c notify.Change) (bool, error) {
	reads, err := dossier.Reads(ctx, tx, tenantID, c, access.SeeDossiers)
	if err != nil || !reads {
		return false, err
	}
	return db.One(ctx, tx, db.Value[bool], selectAsked, tenantID, c.Dossier, c.Object, c.Event != string(identity.RequestRejected))
}

// Withdraw takes back what the client has not handed in; files that he saved for it go. What came in stays.
func (rs *Requests) Withdraw(ctx context.Context, a access.Staff, dossierID, id string) error {
	s := a.Scope()
	return rs.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := dossier.ForWork(ctx, tx, a, dossierID); err != nil {
			return err
		}
		q, err := rs.forStaff(ctx, tx, a, dossierID, id)
		switch {
		case err != nil || q.State == Withdrawn:
			return err
		case q.State == Done:
			return errs.New(errs.Conflict, "request.done")
		}
		if _, err := tx.Exec(ctx, `update request set state = 'withdrawn', ended_at = $3, version = version + 1 where tenant_id = $1 and id = $2`, s.Tenant(), id, tx.Now()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update request_item set draft = '', draft_said = null, saved_at = null where tenant_id = $1 and request_id = $2`, s.Tenant(), id); err != nil {
			return err
		}
		for _, i := range q.Items {
			if err := dossier.LetGo(ctx, tx, s.Tenant(), i.ID); err != nil {
				return err
			}
		}
		return record(ctx, tx, s, "request.withdrawn", q)
	})
}

// JobRemind is the kind of the job that reminds a client of one request.
const JobRemind = "request.remind"

// reminding is what it is to do: to remind of a request, of which items are still asked for by then.
type reminding struct{ Dossier, Request string }

// remindHour is the hour of the day at which clients are reminded.
const remindHour = 8

// remindLater leaves the reminders behind: some days before the last day, and on the day after it. Each is one job, so
// each is sent once.
func remindLater(ctx context.Context, tx *db.Tx, tenantID string, q Request, before int) error {
	if before == 0 {
		return nil
	}
	for _, days := range []int{-before, 1} {
		at := day(q.DueOn).AddDate(0, 0, days).Add(remindHour * time.Hour)
		if !at.After(tx.Now().Time) { // it was sent later than that
			continue
		}
		if err := jobs.EnqueueAt(ctx, tx, tenantID, JobRemind, db.At(at), reminding{q.Dossier, q.ID}); err != nil {
			return err
		}
	}
	return nil
}
