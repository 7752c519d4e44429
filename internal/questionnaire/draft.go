package questionnaire

import (
	"bytes"
	"context"
	"slices"
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/form/design"
	"voordeur/internal/i18n"
)

// Drafts reads and changes what administrators make of forms before anybody fills them in.
type Drafts struct{ db *db.DB }

// Drafts returns the drafts of the forms.
func (qs *Questionnaires) Drafts() *Drafts { return &Drafts{qs.db} }

// Draft is a form that is being made.
type Draft struct {
	ID, Name  string // Name is that of the form
	Title     form.Text
	ChangedAt db.Time
	ChangedBy string
	Version   int64        // of the row, for a change
	Form      *design.Form // nil in a list
	Number    int64        // of the version that is filled in now, 0 for none
	Current   *design.Form // that version, nil for none
}

const selectDraft = `select d.id, d.name, d.title_nl, d.title_en, d.changed_at, a.name, d.version, d.source from form_draft d
	join account a on a.tenant_id = d.tenant_id and a.id = d.changed_by where d.tenant_id = $1 `

// row is a draft as it is kept.
type row struct {
	Draft
	source string
}

func scanDraft(scan db.Scan) (row, error) {
	var d row
	var nl, en string
	err := scan(&d.ID, &d.Name, &nl, &en, &d.ChangedAt, &d.ChangedBy, &d.Version, &d.source)
	d.Title = form.Text{i18n.NL: nl, i18n.EN: en}
	return d, err
}

// List returns the drafts, by the name of their form.
func (ds *Drafts) List(ctx context.Context, a access.Staff) ([]Draft, error) {
	rows, err := db.All(ctx, ds.db, scanDraft, selectDraft+`order by d.name`, a.Scope().Tenant())
	list := make([]Draft, len(rows))
	for i, r := range rows {
		list[i] = r.Draft
	}
	return list, err
}

// Get returns a draft; one of another organisation is NotFound.
func (ds *Drafts) Get(ctx context.Context, a access.Staff, id string) (Draft, error) {
	d, err := getDraft(ctx, ds.db, a.Scope(), id)
	return d.Draft, err
}

func getDraft(ctx context.Context, r db.Reader, s access.Scope, id string) (row, error) {
	d, err := db.One(ctx, r, scanDraft, selectDraft+`and d.id = $2`, s.Tenant(), id)
	if err != nil {
		return d, err
	}
	if d.Form, err = design.Read([]byte(d.source)); err != nil {
		return d, err
	}
	newest, err := newestOf(ctx, r, s, d.Name)
	if err != nil || newest.Number == 0 {
		return d, err
	}
	d.Number = newest.Number
	d.Current, err = design.Read([]byte(newest.source))
	return d, err
}

// Start is with what a draft begins: a form that the office knows, a sample, or a title alone.
type Start struct {
	Form, Sample string
	Title        form.Text
}

// Begin makes a draft, or finds the one that a form has already, and returns its id. Once is the form's key: a double
// click makes one.
func (ds *Drafts) Begin(ctx context.Context, a access.Staff, once string, in Start) (string, error) {
	return ds.write(ctx, a, once, func(ctx context.Context, tx *db.Tx, s access.Scope) (string, error) {
		if in.Form != "" {
			return beginOf(ctx, tx, s, in.Form)
		}
		f := design.Fresh(design.Slug(in.Title.In(i18n.NL), "formulier"), in.Title)
		if in.Sample != "" {
			source, known := form.Samples()[in.Sample]
			if !known {
				return "", errs.Missing()
			}
			var err error
			if f, err = design.Read(source); err != nil {
				return "", err
			}
		}
		var err error
		if f.ID, err = freeName(ctx, tx, s, f.ID); err != nil {
			return "", err
		}
		return insertDraft(ctx, tx, s, f)
	})
}

func beginOf(ctx context.Context, tx *db.Tx, s access.Scope, formID string) (string, error) {
	name, err := db.One(ctx, tx, db.Value[string], `select name from form where tenant_id = $1 and id = $2`, s.Tenant(), formID)
	if err != nil {
		return "", err
	}
	if had, err := draftOf(ctx, tx, s, name); err != nil || had != "" {
		return had, err
	}
	newest, err := newestOf(ctx, tx, s, name)
	if err != nil {
		return "", err
	}
	f, err := design.Read([]byte(newest.source))
	if err != nil {
		return "", err
	}
	return insertDraft(ctx, tx, s, f)
}

// draftOf returns the id of the draft that a form has, "" for none.
func draftOf(ctx context.Context, r db.Reader, s access.Scope, name string) (string, error) {
	id, err := db.One(ctx, r, db.Value[string], `select id from form_draft where tenant_id = $1 and name = $2`, s.Tenant(), name)
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return id, err
}

// freeName returns a name that no form and no draft has.
func freeName(ctx context.Context, r db.Reader, s access.Scope, name string) (string, error) {
	taken, err := db.All(ctx, r, db.Value[string], `select name from form where tenant_id = $1 union select name from form_draft where tenant_id = $1`, s.Tenant())
	base := name
	for n := 2; slices.Contains(taken, name); n++ {
		end := "_" + strconv.Itoa(n)
		name = base[:min(len(base), 40-len(end))] + end
	}
	return name, err
}

func insertDraft(ctx context.Context, tx *db.Tx, s access.Scope, f *design.Form) (string, error) {
	source, err := f.Write()
	if err != nil {
		return "", err
	}
	id := tx.NewID()
	_, err = tx.Exec(ctx, `insert into form_draft (tenant_id, id, name, title_nl, title_en, source, changed_at, changed_by) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.Tenant(), id, f.ID, f.Title.In(i18n.NL), f.Title.In(i18n.EN), string(source), tx.Now(), s.Account())
	if err != nil {
		return "", err
	}
	return id, recordDraft(ctx, tx, s, "questionnaire.form_drafted", id)
}

func recordDraft(ctx context.Context, tx *db.Tx, s access.Scope, event, id string) error {
	return audit.Record(ctx, tx, s, audit.Entry{Event: event, Objects: []audit.Object{{Kind: "form_draft", ID: id}}})
}

// write is a change by an administrator that happens once.
func (ds *Drafts) write(ctx context.Context, a access.Staff, once string, act func(context.Context, *db.Tx, access.Scope) (string, error)) (string, error) {
	s := a.Scope()
	if !a.Can(access.Manage) {
		return "", errs.New(errs.Forbidden, "")
	}
	var result string
	err := ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		had, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			result = had
			return err
		}
		if err := oneByOne(ctx, tx, s); err != nil {
			return err
		}
		if result, err = act(ctx, tx, s); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, result)
	})
	return result, err
}

// Take makes a draft of a file, so that its difference shows before anybody fills it in. A bad file is a form.Refused. A
// draft that is there already and says something else stays, which is a Conflict.
func (ds *Drafts) Take(ctx context.Context, a access.Staff, once string, source []byte) (string, error) {
	if _, err := form.Parse(source); err != nil {
		return "", err
	}
	f, err := design.Read(source)
	if err != nil {
		return "", err
	}
	text, err := f.Write()
	if err != nil {
		return "", err
	}
	return ds.write(ctx, a, once, func(ctx context.Context, tx *db.Tx, s access.Scope) (string, error) {
		had, err := draftOf(ctx, tx, s, f.ID)
		if err != nil {
			return "", err
		}
		if had == "" {
			return insertDraft(ctx, tx, s, f)
		}
		d, err := getDraft(ctx, tx, s, had)
		if err == nil && d.source != string(text) {
			err = errs.New(errs.Conflict, "design.drafted_already")
		}
		return had, err
	})
}

// Edit is a change to a draft: the form's key, and the version that its writer saw.
type Edit struct {
	Once    string
	Version int64
}

// Change lets change work on a draft, and keeps it; what it returns is the result, of the first of two clicks too. What a
// colleague changed since is a Conflict, unless it is as asked already. What package form would refuse is a form.Refused and
// changes nothing; what is only not finished can be kept.
func (ds *Drafts) Change(ctx context.Context, a access.Staff, id string, in Edit, change func(*design.Form) (string, error)) (string, error) {
	return ds.write(ctx, a, in.Once, func(ctx context.Context, tx *db.Tx, s access.Scope) (string, error) {
		d, err := getDraft(ctx, tx, s, id)
		if err != nil {
			return "", err
		}
		before, _, err := d.Form.Check()
		if err != nil {
			return "", err
		}
		result, err := change(d.Form)
		if err != nil {
			return "", err
		}
		text, err := d.Form.Write()
		if err != nil || string(text) == d.source {
			return result, err
		}
		if d.Version != in.Version {
			return "", errs.New(errs.Conflict, "error.changed_meanwhile")
		}
		wrong, _, err := d.Form.Check()
		if err != nil {
			return "", err
		}
		if fresh := without(wrong, before); len(fresh) > 0 {
			return "", fresh
		}
		_, err = tx.Exec(ctx, `update form_draft set title_nl = $3, title_en = $4, source = $5, changed_at = $6, changed_by = $7, version = version + 1
			where tenant_id = $1 and id = $2`, s.Tenant(), id, d.Form.Title.In(i18n.NL), d.Form.Title.In(i18n.EN), string(text), tx.Now(), s.Account())
		if err != nil {
			return "", err
		}
		return result, recordDraft(ctx, tx, s, "questionnaire.form_drafted", id)
	})
}

// without returns the problems that were not there before: a draft that rules of a later version of the program refuse can
// still be mended step by step.
func without(list, before form.Refused) form.Refused {
	return slices.DeleteFunc(list, func(p form.Problem) bool {
		return slices.ContainsFunc(before, func(b form.Problem) bool { return b.Key == p.Key && b.Place.ID == p.Place.ID })
	})
}

// Publish makes a draft the version that is filled in from now on, and ends it. What was sent already keeps its version.
// Number is that of the version from which its writer saw the difference. A draft that is not finished is a form.Refused.
func (ds *Drafts) Publish(ctx context.Context, a access.Staff, id string, in Edit, number int64) error {
	_, err := ds.write(ctx, a, in.Once, func(ctx context.Context, tx *db.Tx, s access.Scope) (string, error) {
		d, err := getDraft(ctx, tx, s, id)
		if err != nil {
			return "", err
		}
		if d.Version != in.Version || d.Number != number {
			return "", errs.New(errs.Conflict, "error.changed_meanwhile")
		}
		def, err := form.Parse([]byte(d.source))
		if err != nil {
			return "", err
		}
		same := false
		if d.Current != nil {
			now, err := d.Current.Write()
			if err != nil {
				return "", err
			}
			same = bytes.Equal(now, []byte(d.source))
		}
		if !same {
			if err := add(ctx, tx, s, def, d.Number+1, []byte(d.source)); err != nil {
				return "", err
			}
		}
		return "", dropDraft(ctx, tx, s, id)
	})
	return err
}

// Discard throws a draft away. What is filled in now stays as it is.
func (ds *Drafts) Discard(ctx context.Context, a access.Staff, id string, in Edit) error {
	_, err := ds.write(ctx, a, in.Once, func(ctx context.Context, tx *db.Tx, s access.Scope) (string, error) {
		d, err := getDraft(ctx, tx, s, id)
		if err != nil {
			return "", err
		}
		if d.Version != in.Version {
			return "", errs.New(errs.Conflict, "error.changed_meanwhile")
		}
		return "", dropDraft(ctx, tx, s, id)
	})
	return err
}

func dropDraft(ctx context.Context, tx *db.Tx, s access.Scope, id string) error {
	if _, err := tx.Exec(ctx, `delete from form_draft where tenant_id = $1 and id = $2`, s.Tenant(), id); err != nil {
		return err
	}
	return recordDraft(ctx, tx, s, "questionnaire.draft_ended", id)
}
