package dossier

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
)

// Act is what is done to several dossiers: to each of them what is done to one on its own page.
type Act struct {
	Kind ActKind
	// Status is which status each type has for it: they are other ones that are called the same.
	Status map[dossiertype.Ref]string
	Note   string
	// Handler and Department are who gets it: one of the two.
	Handler, Department string
}

// ActKind is a kind of act.
type ActKind string

// The kinds of acts.
const (
	ActStatus  ActKind = "status"
	ActAssign  ActKind = "assign"
	ActPublish ActKind = "publish"
)

// Check holds what was typed to the rules.
func (act Act) Check() error {
	var f errs.Fields
	checkNote(&f, act.Note)
	return f.Err()
}

// Effect is what an act makes of a dossier, or why it makes nothing of it.
type Effect struct {
	Was, Now Dossier
	Why      *errs.Error // why it cannot be done, nil when it can
	Same     bool        // it was so already
	Done     bool        // the same form did it before
	Parties  []Party
	// What clients find that they have not seen, and who of them is mailed.
	Documents []string // titles
	Messages  int
	Mailed    []identity.Addressee
}

// Stamp tells one state of a dossier from another, in a form that comes back.
func (d Dossier) Stamp() string {
	return strconv.FormatInt(d.Version, 10) + "-" + strconv.FormatInt(d.UpdatedAt.UnixMicro(), 10)
}

// Chosen loads the dossiers that an employee chose, in his order. What he does not see is left out; when nothing is left
// it is NotFound.
func (ds *Dossiers) Chosen(ctx context.Context, a access.Staff, ids []string) ([]Dossier, error) {
	var out []Dossier
	for _, id := range ids {
		d, err := ForStaff(ctx, ds.db, a, id)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	if len(out) == 0 {
		return nil, errs.Missing()
	}
	return out, ds.looks.Look(ctx, a.Scope(), audit.Entry{Event: "dossier.listed"})
}

// Foresee tells what an act would make of a dossier, and does nothing: it is done and taken back, so that what is foretold
// is what happens. It is a look at the dossier.
func (ds *Dossiers) Foresee(ctx context.Context, a access.Staff, id string, act Act) (Effect, error) {
	s := a.Scope()
	var e Effect
	err := ds.db.Try(ctx, func(ctx context.Context, tx *db.Tx) error {
		e = Effect{}
		var err error
		if e.Was, err = ForWork(ctx, tx, a, id); err != nil {
			return err
		}
		if e.Parties, err = db.All(ctx, tx, scanParty, selectParties, s.Tenant(), s.Account(), id, a.SeesAll()); err != nil {
			return err
		}
		told, err := ds.act(ctx, tx, a, e.Was, act)
		if err != nil {
			return err
		}
		if e.Now, err = db.One(ctx, tx, scanDossier, selectDossier+`d.tenant_id = $1 and d.id = $2`, s.Tenant(), id); err != nil {
			return err
		}
		e.Same = e.Now.Version == e.Was.Version
		if e.Mailed, err = ds.identity.Mailed(ctx, tx, s.Tenant(), told); err != nil {
			return err
		}
		return ds.found(ctx, tx, s, &e)
	})
	if e.Why = refusal(err); e.Why != nil {
		err = nil
	}
	if err != nil {
		return e, err
	}
	return e, ds.looks.Look(ctx, s, audit.Entry{Event: "dossier.viewed", Dossier: id})
}

// found is what clients find in a dossier that they did not see before.
func (ds *Dossiers) found(ctx context.Context, tx *db.Tx, s access.Scope, e *Effect) error {
	if e.Was.InPortal || !e.Now.InPortal {
		return nil
	}
	for _, p := range e.Parties {
		docs, err := db.All(ctx, tx, scanDocument, selectDocument+clientSeesDocument+inOrder, s.Tenant(), "", e.Now.ID, p.ID)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			if doc.Message == "" && !slices.Contains(e.Documents, doc.Title) {
				e.Documents = append(e.Documents, doc.Title)
			}
		}
	}
	marks, err := ds.Shown(ctx, tx, s, e.Now.ID)
	if err != nil {
		return err
	}
	letters := map[string]bool{}
	for _, m := range marks {
		if m.Kind == notify.Message {
			letters[m.Object] = true
		}
	}
	e.Messages = len(letters)
	return nil
}

// Do does an act to one of several dossiers, if it is still as it was when its stamp was taken; otherwise it is left as it
// is and the effect says why. Once is the form's key: the same form does it once to each.
func (ds *Dossiers) Do(ctx context.Context, a access.Staff, once, id, stamp string, act Act) (Effect, error) {
	s := a.Scope()
	var e Effect
	err := ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		e = Effect{}
		var err error
		if e.Was, err = ForWork(ctx, tx, a, id); err != nil {
			return err
		}
		_, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once+"-"+id)
		if err != nil {
			return err
		}
		if e.Done = !fresh; e.Done {
			return nil
		}
		if e.Same = act.done(e.Was); e.Same {
			return nil
		}
		if e.Was.Stamp() != stamp {
			return errs.New(errs.Conflict, "bulk.changed")
		}
		told, err := ds.act(ctx, tx, a, e.Was, act)
		if err != nil {
			return err
		}
		return ds.identity.Notify(ctx, tx, s.Tenant(), told...)
	})
	if e.Why = refusal(err); e.Why != nil {
		err = nil
	}
	return e, err
}

// refusal is what an act met that keeps it from this dossier alone; nil is what stops it for all of them.
func refusal(err error) *errs.Error {
	switch {
	case errs.Is(err, errs.NotFound):
		return &errs.Error{Kind: errs.NotFound, Key: "bulk.gone"}
	case errs.FieldsOf(err) != nil: // who was chosen works here no more
		return &errs.Error{Kind: errs.Invalid, Key: "bulk.choice_gone"}
	case errs.Is(err, errs.Conflict), errs.Is(err, errs.Invalid):
		e, _ := errors.AsType[*errs.Error](err)
		return e
	}
	return nil
}

// done reports whether a dossier is so already.
func (act Act) done(d Dossier) bool {
	switch act.Kind {
	case ActStatus:
		return d.Status == act.Status[d.Type]
	case ActAssign:
		return d.Handler.ID == act.Handler && (act.Handler != "" || d.Department.ID == act.Department)
	}
	return d.InPortal
}

// act does one thing to a dossier that is held. What it cannot do to this one is an error with the reason.
func (ds *Dossiers) act(ctx context.Context, tx *db.Tx, a access.Staff, was Dossier, act Act) ([]notify.Change, error) {
	if act.done(was) {
		return nil, nil
	}
	switch act.Kind {
	case ActStatus:
		return ds.actStatus(ctx, tx, a, was, act)
	case ActAssign:
		in, err := draftOf(ctx, tx, a.Scope().Tenant(), was)
		if err != nil {
			return nil, err
		}
		in.Handler, in.Department = act.Handler, act.Department
		if act.Handler != "" {
			in.Department = was.Department.ID
		}
		return ds.edit(ctx, tx, a, was, was.Version, in)
	}
	return ds.actPublish(ctx, tx, a, was)
}

// actStatus leaves to a dossier's own page what needs more than a status: how it ended, and why it is opened again.
func (ds *Dossiers) actStatus(ctx context.Context, tx *db.Tx, a access.Staff, was Dossier, act Act) ([]notify.Change, error) {
	def, err := ds.Definition(ctx, tx, a.Scope(), was.Type)
	if err != nil {
		return nil, err
	}
	key := act.Status[was.Type]
	next, known := def.Status(key)
	switch {
	case !known:
		return nil, errs.New(errs.Invalid, "bulk.no_status")
	case was.Closed:
		return nil, errs.New(errs.Invalid, "bulk.closed")
	case next.Final && len(def.Results) > 0:
		return nil, errs.New(errs.Invalid, "bulk.needs_result")
	}
	return ds.setStatus(ctx, tx, a, was, was.Version, Status{Key: key, Note: act.Note})
}

// actPublish refuses to publish what clients would not see all the same.
func (ds *Dossiers) actPublish(ctx context.Context, tx *db.Tx, a access.Staff, was Dossier) ([]notify.Change, error) {
	s := a.Scope()
	var told []notify.Change
	var err error
	if was.PublishedAt == nil {
		if told, err = ds.publish(ctx, tx, s, was.ID, true); err != nil {
			return nil, err
		}
	}
	now, err := db.One(ctx, tx, scanDossier, selectDossier+`d.tenant_id = $1 and d.id = $2`, s.Tenant(), was.ID)
	if err != nil || now.InPortal {
		return told, err
	}
	def, err := ds.Definition(ctx, tx, s, was.Type)
	if err != nil {
		return nil, err
	}
	if !def.Portal {
		return nil, errs.New(errs.Conflict, "dossier.type_not_shown")
	}
	return nil, errs.New(errs.Conflict, "dossier.too_high")
}

// draftOf is a dossier as its form has it.
func draftOf(ctx context.Context, tx *db.Tx, tenantID string, d Dossier) (Draft, error) {
	parties, err := db.All(ctx, tx, db.Value[string], `select client_id from dossier_party where tenant_id = $1 and dossier_id = $2 order by client_id`, tenantID, d.ID)
	return Draft{Number: d.Number, Title: d.Title, Rank: d.Rank, Handler: d.Handler.ID, Department: d.Department.ID, Parties: parties}, err
}
