package dossier

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

// Draft is a dossier as staff fill it in.
type Draft struct {
	Number, Title, Status, Note, Handler string
	Parties                              []string // client ids
	Template                             string   // progress list to start with, "" for none
}

func (in *Draft) check(t *tenant.Tenant) error {
	var f errs.Fields
	in.Number, in.Title = strings.TrimSpace(in.Number), strings.TrimSpace(in.Title)
	if in.Number == "" {
		f.Add("number", "field.required")
	} else if utf8.RuneCountInString(in.Number) > 50 {
		f.Add("number", "field.too_long", "max", 50)
	}
	if in.Title == "" {
		f.Add("title", "field.required")
	} else if utf8.RuneCountInString(in.Title) > 200 {
		f.Add("title", "field.too_long", "max", 200)
	}
	if !t.Settings.HasStatus(in.Status) {
		f.Add("status", "field.choose")
	}
	if in.Handler == "" {
		f.Add("handler", "field.choose")
	}
	return f.Err()
}

// Create makes a dossier that only staff see yet. Once is the form's key: a double click makes one.
func (ds *Dossiers) Create(ctx context.Context, a access.Staff, once string, in Draft) (string, error) {
	s := a.Scope()
	t, err := ds.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return "", err
	}
	if !a.Can(access.Work) {
		return "", errs.New(errs.Forbidden, "")
	}
	if err := in.check(t); err != nil {
		return "", err
	}
	var id string
	err = ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		had, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			id = had
			return err
		}
		id = tx.NewID()
		if err := ds.insert(ctx, tx, t, s, id, in); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, id)
	})
	return id, err
}

func (ds *Dossiers) insert(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, id string, in Draft) error {
	if err := checkHandler(ctx, tx, t.ID, in.Handler); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into dossier (tenant_id, id, number, title, status, closed, note, handler_id, search, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`, t.ID, id, in.Number, in.Title, in.Status, t.Settings.Status(in.Status).Closed, in.Note,
		in.Handler, searchText(in.Number, in.Title), tx.Now())
	if err != nil {
		return numberTaken(err)
	}
	if err := involve(ctx, tx, t.ID, id, s.Account(), in.Handler); err != nil {
		return err
	}
	if err := setParties(ctx, tx, t.ID, id, in.Parties); err != nil {
		return err
	}
	for _, tpl := range t.Settings.Progress {
		if tpl.ID == in.Template {
			if err := addSteps(ctx, tx, t.ID, id, tpl.Steps); err != nil {
				return err
			}
		}
	}
	if err := relist(ctx, tx, t.ID, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s, audit.Entry{Event: "dossier.created", Dossier: id})
}

func numberTaken(err error) error {
	if db.IsUnique(err, "dossier.number") || db.IsUnique(err, "dossier_number") {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "number", Key: "dossier.number_taken"}}, Err: err}
	}
	return err
}

func checkHandler(ctx context.Context, tx *db.Tx, tenantID, account string) error {
	err := tx.QueryRow(ctx, `select 1 from account where tenant_id = $1 and id = $2 and face = 'office' and state = 'active'
		and role in ('handler', 'administrator')`, tenantID, account).Scan(new(int))
	if errs.Is(err, errs.NotFound) {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "handler", Key: "field.choose"}}}
	}
	return err
}

func involve(ctx context.Context, tx *db.Tx, tenantID, dossier string, accounts ...string) error {
	for _, id := range accounts {
		_, err := tx.Exec(ctx, `insert into dossier_staff (tenant_id, dossier_id, account_id) values ($1, $2, $3) on conflict do nothing`, tenantID, dossier, id)
		if err != nil {
			return err
		}
	}
	return nil
}

// setParties makes the clients the dossier's parties, no more and no fewer.
func setParties(ctx context.Context, tx *db.Tx, tenantID, dossier string, clients []string) error {
	if _, err := tx.Exec(ctx, `delete from dossier_party where tenant_id = $1 and dossier_id = $2`, tenantID, dossier); err != nil {
		return err
	}
	for _, id := range clients {
		err := tx.QueryRow(ctx, `select 1 from client where tenant_id = $1 and id = $2`, tenantID, id).Scan(new(int))
		if errs.Is(err, errs.NotFound) {
			return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "party", Key: "field.choose"}}}
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into dossier_party (tenant_id, dossier_id, client_id, added_at) values ($1, $2, $3, $4) on conflict do nothing`,
			tenantID, dossier, id, tx.Now())
		if err != nil {
			return err
		}
	}
	return nil
}

// Edit changes a dossier that nobody changed since version; otherwise it is a Conflict, and the
// page shows both. What is so already is no change: the second of two clicks is harmless.
func (ds *Dossiers) Edit(ctx context.Context, a access.Staff, id string, version int64, in Draft) error {
	s := a.Scope()
	t, err := ds.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := ForWork(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := in.check(t); err != nil {
			return err
		}
		if same, err := in.is(ctx, tx, t.ID, was); err != nil || same {
			return err
		}
		if err := checkHandler(ctx, tx, t.ID, in.Handler); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `update dossier set number = $4, title = $5, status = $6, closed = $7, note = $8, handler_id = $9, search = $10, updated_at = $11,
			version = version + 1 where tenant_id = $1 and id = $2 and version = $3`, t.ID, id, version, in.Number, in.Title, in.Status,
			t.Settings.Status(in.Status).Closed, in.Note, in.Handler, searchText(in.Number, in.Title), tx.Now())
		if err := db.Guard(n, numberTaken(err), errs.New(errs.Conflict, "error.changed_meanwhile")); err != nil {
			return err
		}
		if err := involve(ctx, tx, t.ID, id, in.Handler); err != nil {
			return err
		}
		if err := setParties(ctx, tx, t.ID, id, in.Parties); err != nil {
			return err
		}
		if err := ds.reshow(ctx, tx, s, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "dossier.changed", Dossier: id, Detail: map[string]string{"status_from": was.Status, "status_to": in.Status}})
	})
}

// is reports whether the dossier is as the draft has it.
func (in Draft) is(ctx context.Context, tx *db.Tx, tenantID string, d Dossier) (bool, error) {
	if in.Number != d.Number || in.Title != d.Title || in.Status != d.Status || in.Note != d.Note || in.Handler != d.Handler.ID {
		return false, nil
	}
	parties, err := db.All(ctx, tx, db.Value[string], `select client_id from dossier_party where tenant_id = $1 and dossier_id = $2`, tenantID, d.ID)
	slices.Sort(parties)
	return slices.Equal(parties, slices.Compact(slices.Sorted(slices.Values(in.Parties)))), err
}

// Publish shows the dossier to its parties, or hides it again. Asking for what is already so
// changes nothing, so that a double click is harmless.
func (ds *Dossiers) Publish(ctx context.Context, a access.Staff, id string, on bool) error {
	s := a.Scope()
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := ForWork(ctx, tx, a, id)
		if err != nil || (was.PublishedAt != nil) == on {
			return err
		}
		var at *db.Time
		event := "dossier.unpublished"
		if on {
			now := tx.Now()
			at, event = &now, "dossier.published"
		}
		_, err = tx.Exec(ctx, `update dossier set published_at = $3, updated_at = $4, version = version + 1 where tenant_id = $1 and id = $2`, s.Tenant(), id, at, tx.Now())
		if err != nil {
			return err
		}
		if err := ds.reshow(ctx, tx, s, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: event, Dossier: id})
	})
}

// reshow brings lists and unread marks in line after a change of who sees the dossier, and mails
// those who see something new by it.
func (ds *Dossiers) reshow(ctx context.Context, tx *db.Tx, s access.Scope, id string) error {
	if err := relist(ctx, tx, s.Tenant(), id); err != nil {
		return err
	}
	had, err := notify.WithdrawDossier(ctx, tx, s.Tenant(), id)
	if err != nil {
		return err
	}
	marks, err := unreadDocuments(ctx, tx, s.Tenant(), id)
	if err != nil {
		return err
	}
	more, err := ds.Shown(ctx, tx, s, id)
	if err != nil {
		return err
	}
	marks = append(marks, more...)
	if err := notify.Add(ctx, tx, s.Tenant(), marks...); err != nil {
		return err
	}
	return ds.tell(ctx, tx, s.Tenant(), id, notify.Without(marks, had))
}

// tell mails the accounts of new marks, once for each group that they asked for (N47).
func (ds *Dossiers) tell(ctx context.Context, tx *db.Tx, tenantID, id string, marks []notify.Mark) error {
	for _, kind := range []struct {
		notify.Kind
		group string
		right access.Rights
	}{{notify.Document, identity.GroupDocuments, access.SeeDossiers}, {notify.Message, identity.GroupMessages, access.SeeMessages}} {
		readers, err := Readers(ctx, tx, tenantID, id, "", kind.right)
		if err != nil {
			return err
		}
		var told []notify.Reader
		for _, r := range readers {
			mine := func(m notify.Mark) bool {
				return m.Kind == kind.Kind && m.Account == r.Account && m.Client == r.Client
			}
			if slices.ContainsFunc(marks, mine) {
				told = append(told, r)
			}
		}
		if err := ds.identity.Notify(ctx, tx, tenantID, told, kind.group, id); err != nil {
			return err
		}
	}
	return nil
}
