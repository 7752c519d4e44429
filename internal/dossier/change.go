package dossier

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/department"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

// Draft is a dossier as staff fill it in.
type Draft struct {
	Number, Title string
	Handler       string           // "" for nobody yet: it waits in its department
	Department    string           // "" for that of its type, or for none
	Parties       []string         // client ids; with the first a new dossier begins
	Rank          dossiertype.Rank // 0 for that of its type
	// What a new dossier begins with, and what an old one has for good or gets by SetStatus.
	Type     string // "" for none
	Status   string // "" for the first of its type
	Note     string
	Template string // progress list of one without a type, "" for none
}

func (in *Draft) check() errs.Fields {
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
	if in.Handler == "" && in.Department == "" {
		f.Add("handler", "field.choose")
	}
	if in.Rank != 0 && !in.Rank.Known() {
		f.Add("rank", "field.choose")
	}
	return f
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
	ref, def, err := ds.ofType(ctx, ds.db, a, in.Type)
	if err != nil {
		return "", err
	}
	if in.Department == "" {
		if in.Department, err = ds.types.Department(ctx, ds.db, a.Scope(), in.Type); err != nil {
			return "", err
		}
	}
	f := in.check()
	if in.Status == "" && in.Type != "" {
		in.Status = def.First().Key
	}
	begins, known := def.Status(in.Status)
	if !known {
		f.Add("status", "field.choose")
	}
	checkNote(&f, in.Note)
	if err := f.Err(); err != nil {
		return "", err
	}
	fresh := fresh{ref, def, begins, t.Settings.Progress}
	var id string
	err = ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		had, first, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !first {
			id = had
			return err
		}
		id = tx.NewID()
		if err := insert(ctx, tx, s, id, in, fresh); err != nil {
			return err
		}
		if err := ds.tellNew(ctx, tx, s, id, in.Handler); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, id)
	})
	return id, err
}

// fresh is what a new dossier gets of its type, or of the organisation.
type fresh struct {
	ref    dossiertype.Ref
	def    dossiertype.Definition
	status dossiertype.Status
	lists  []tenant.ProgressTemplate
}

// steps are the progress list that a draft begins with.
func (f fresh) steps(in Draft) []string {
	if f.ref.ID != "" {
		return f.def.Steps
	}
	for _, list := range f.lists {
		if list.ID == in.Template {
			return list.Steps
		}
	}
	return nil
}

func insert(ctx context.Context, tx *db.Tx, s access.Scope, id string, in Draft, f fresh) error {
	if err := checkWho(ctx, tx, s.Tenant(), in); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into dossier (tenant_id, id, number, title, status, closed, note, handler_id, search, created_at, updated_at, type_id, type_version, rank, due_at, department_id)
		values ($1, $2, $3, $4, $5, false, '', nullif($6, ''), $7, $8, $8, nullif($9, ''), $10, $11, $12, nullif($13, ''))`, s.Tenant(), id, in.Number, in.Title, in.Status,
		in.Handler, searchText(in.Number, in.Title), tx.Now(), f.ref.ID, f.ref.Number, int(cmp.Or(in.Rank, f.def.Rank)), later(tx.Now(), f.def.Term), in.Department)
	if err != nil {
		return numberTaken(err)
	}
	if err := involve(ctx, tx, s.Tenant(), id, s.Account(), in.Handler); err != nil {
		return err
	}
	if err := setParties(ctx, tx, s.Tenant(), id, in.Parties); err != nil {
		return err
	}
	if err := addSteps(ctx, tx, s.Tenant(), id, f.steps(in)); err != nil {
		return err
	}
	if err := note(ctx, tx, s, id, f.def, Status{Key: in.Status, Note: in.Note}); err != nil {
		return err
	}
	if err := relist(ctx, tx, s.Tenant(), id); err != nil {
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

// checkWho refuses a handler or a department that is not there.
func checkWho(ctx context.Context, tx *db.Tx, tenantID string, in Draft) error {
	if in.Department != "" {
		err := department.Hold(ctx, tx, tenantID, in.Department)
		if errs.Is(err, errs.NotFound) {
			return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "department", Key: "field.choose"}}}
		}
		if err != nil {
			return err
		}
	}
	if in.Handler == "" {
		return nil
	}
	return checkHandler(ctx, tx, tenantID, in.Handler)
}

func checkHandler(ctx context.Context, tx *db.Tx, tenantID, account string) error {
	err := department.Works(ctx, tx, tenantID, account)
	if errs.Is(err, errs.NotFound) {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "handler", Key: "field.choose"}}}
	}
	return err
}

func involve(ctx context.Context, tx *db.Tx, tenantID, dossier string, accounts ...string) error {
	for _, id := range accounts {
		if id == "" {
			continue
		}
		_, err := tx.Exec(ctx, `insert into dossier_staff (tenant_id, dossier_id, account_id) values ($1, $2, $3) on conflict do nothing`, tenantID, dossier, id)
		if err != nil {
			return err
		}
	}
	return nil
}

// setParties makes the clients the dossier's parties, no more and no fewer. The initiator stays who it is, for as long as
// he is a party; otherwise it is the first of them.
func setParties(ctx context.Context, tx *db.Tx, tenantID, dossier string, clients []string) error {
	was, err := db.All(ctx, tx, db.Value[string], `select client_id from dossier_party where tenant_id = $1 and dossier_id = $2 and initiator`, tenantID, dossier)
	if err != nil {
		return err
	}
	initiator := ""
	for _, id := range clients {
		if initiator == "" || slices.Contains(was, id) {
			initiator = id
		}
	}
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
		_, err = tx.Exec(ctx, `insert into dossier_party (tenant_id, dossier_id, client_id, added_at, initiator) values ($1, $2, $3, $4, $5) on conflict do nothing`,
			tenantID, dossier, id, tx.Now(), id == initiator)
		if err != nil {
			return err
		}
	}
	return nil
}

// Edit changes a dossier that nobody changed since version; otherwise it is a Conflict, and the
// page shows both. What is so already is no change: the second of two clicks is harmless.
func (ds *Dossiers) Edit(ctx context.Context, a access.Staff, id string, version int64, in Draft) error {
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := ForWork(ctx, tx, a, id)
		if err != nil {
			return err
		}
		told, err := ds.edit(ctx, tx, a, was, version, in)
		if err != nil {
			return err
		}
		return ds.identity.Notify(ctx, tx, a.Scope().Tenant(), told...)
	})
}

// edit is Edit of a dossier that is held, but for the mails to clients.
func (ds *Dossiers) edit(ctx context.Context, tx *db.Tx, a access.Staff, was Dossier, version int64, in Draft) ([]notify.Change, error) {
	s, id := a.Scope(), was.ID
	if err := in.check().Err(); err != nil {
		return nil, err
	}
	in.Rank = cmp.Or(in.Rank, was.Rank)
	if same, err := in.is(ctx, tx, s.Tenant(), was); err != nil || same {
		return nil, err
	}
	if err := checkWho(ctx, tx, s.Tenant(), in); err != nil {
		return nil, err
	}
	n, err := tx.Exec(ctx, `update dossier set number = $4, title = $5, rank = $6, handler_id = nullif($7, ''), search = $8, updated_at = $9, department_id = nullif($10, ''),
		version = version + 1 where tenant_id = $1 and id = $2 and version = $3`, s.Tenant(), id, version, in.Number, in.Title, int(in.Rank),
		in.Handler, searchText(in.Number, in.Title), tx.Now(), in.Department)
	if err := db.Guard(n, numberTaken(err), errs.New(errs.Conflict, "error.changed_meanwhile")); err != nil {
		return nil, err
	}
	giver := ""
	if was.Handler.ID == "" { // who gives it away goes on seeing it
		giver = s.Account()
	}
	if err := involve(ctx, tx, s.Tenant(), id, in.Handler, giver); err != nil {
		return nil, err
	}
	if err := setParties(ctx, tx, s.Tenant(), id, in.Parties); err != nil {
		return nil, err
	}
	told, err := ds.reshow(ctx, tx, s, id)
	if err != nil {
		return nil, err
	}
	if in.Handler != was.Handler.ID {
		if err := ds.tellNew(ctx, tx, s, id, in.Handler); err != nil {
			return nil, err
		}
	}
	return told, audit.Record(ctx, tx, s, audit.Entry{Event: "dossier.changed", Dossier: id, Detail: map[string]string{"rank_from": was.Rank.String(), "rank_to": in.Rank.String()}})
}

// is reports whether the dossier is as the draft has it.
func (in Draft) is(ctx context.Context, tx *db.Tx, tenantID string, d Dossier) (bool, error) {
	if in.Number != d.Number || in.Title != d.Title || in.Rank != d.Rank || in.Handler != d.Handler.ID || in.Department != d.Department.ID {
		return false, nil
	}
	parties, err := db.All(ctx, tx, db.Value[string], `select client_id from dossier_party where tenant_id = $1 and dossier_id = $2`, tenantID, d.ID)
	slices.Sort(parties)
	return slices.Equal(parties, slices.Compact(slices.Sorted(slices.Values(in.Parties)))), err
}

// Publish shows the dossier to its parties, or hides it again. Asking for what is already so
// changes nothing, so that a double click is harmless.
func (ds *Dossiers) Publish(ctx context.Context, a access.Staff, id string, on bool) error {
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := ForWork(ctx, tx, a, id)
		if err != nil || (was.PublishedAt != nil) == on {
			return err
		}
		told, err := ds.publish(ctx, tx, a.Scope(), id, on)
		if err != nil {
			return err
		}
		return ds.identity.Notify(ctx, tx, a.Scope().Tenant(), told...)
	})
}

// publish is Publish of a dossier that is held and is not so yet, but for the mails.
func (ds *Dossiers) publish(ctx context.Context, tx *db.Tx, s access.Scope, id string, on bool) ([]notify.Change, error) {
	var at *db.Time
	event := "dossier.unpublished"
	if on {
		now := tx.Now()
		at, event = &now, "dossier.published"
	}
	_, err := tx.Exec(ctx, `update dossier set published_at = $3, updated_at = $4, version = version + 1 where tenant_id = $1 and id = $2`, s.Tenant(), id, at, tx.Now())
	if err != nil {
		return nil, err
	}
	told, err := ds.reshow(ctx, tx, s, id)
	if err != nil {
		return nil, err
	}
	return told, audit.Record(ctx, tx, s, audit.Entry{Event: event, Dossier: id})
}

// reshow brings lists and unread marks in line after a change of who sees the dossier, and returns
// what is to be mailed to those who see something new by it.
func (ds *Dossiers) reshow(ctx context.Context, tx *db.Tx, s access.Scope, id string) ([]notify.Change, error) {
	fresh, err := ds.remark(ctx, tx, s, id)
	if err != nil {
		return nil, err
	}
	return changesOf(ctx, tx, s.Tenant(), id, fresh)
}

// remark brings lists and unread marks in line, and returns the marks that were not there.
func (ds *Dossiers) remark(ctx context.Context, tx *db.Tx, s access.Scope, id string) ([]notify.Mark, error) {
	if err := relist(ctx, tx, s.Tenant(), id); err != nil {
		return nil, err
	}
	had, err := notify.WithdrawDossier(ctx, tx, s.Tenant(), id)
	if err != nil {
		return nil, err
	}
	marks, err := unreadDocuments(ctx, tx, s.Tenant(), id)
	if err != nil {
		return nil, err
	}
	more, err := ds.Shown(ctx, tx, s, id)
	if err != nil {
		return nil, err
	}
	marks = append(marks, more...)
	return notify.Without(marks, had), notify.Add(ctx, tx, s.Tenant(), marks...)
}

// changesOf is what the accounts of new marks are told of, as far as they asked for it (N47).
func changesOf(ctx context.Context, tx *db.Tx, tenantID, id string, marks []notify.Mark) ([]notify.Change, error) {
	var changes []notify.Change
	for _, kind := range []struct {
		notify.Kind
		event identity.Event
		right access.Rights
	}{{notify.Document, identity.DocumentShown, access.SeeDossiers}, {notify.Message, identity.MessageSent, access.SeeMessages}} {
		readers, err := Readers(ctx, tx, tenantID, id, "", kind.right)
		if err != nil {
			return nil, err
		}
		for _, m := range marks {
			for _, r := range readers {
				if m.Kind == kind.Kind && m.Account == r.Account && m.Client == r.Client {
					changes = append(changes, identity.Changes([]notify.Reader{r}, kind.event, id, m.Object)...)
				}
			}
		}
	}
	return changes, nil
}
