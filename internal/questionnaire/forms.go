package questionnaire

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/i18n"
)

// Form is the newest version of a form that the office knows.
type Form struct {
	ID, Name string
	Number   int64 // of the version
	Title    form.Text
	At       db.Time
}

const selectForms = `select f.id, f.name, f.number, f.title_nl, f.title_en, f.created_at from form f
	where f.tenant_id = $1 and not exists (select 1 from form n where n.tenant_id = f.tenant_id and n.name = f.name and n.number > f.number) `

func scanForm(scan db.Scan) (Form, error) {
	var f Form
	var nl, en string
	err := scan(&f.ID, &f.Name, &f.Number, &nl, &en, &f.At)
	f.Title = form.Text{i18n.NL: nl, i18n.EN: en}
	return f, err
}

// Forms returns the forms that the office knows, each in its newest version.
func (qs *Questionnaires) Forms(ctx context.Context, a access.Staff) ([]Form, error) {
	return db.All(ctx, qs.db, scanForm, selectForms+`order by f.title_nl, f.id`, a.Scope().Tenant())
}

// Add makes a definition known to the office: a new form, or the next version of the one with its id. What was sent
// already keeps its version. A bad definition is a form.Refused; the same text as the newest version is no change.
func (qs *Questionnaires) Add(ctx context.Context, a access.Staff, source []byte) error {
	s := a.Scope()
	if !a.Can(access.Manage) {
		return errs.New(errs.Forbidden, "")
	}
	d, err := form.Parse(source)
	if err != nil {
		return err
	}
	return qs.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := oneByOne(ctx, tx, s); err != nil {
			return err
		}
		newest, err := newestOf(ctx, tx, s, d.ID)
		if err != nil || newest.source == string(source) {
			return err
		}
		return add(ctx, tx, s, d, newest.Number+1, source)
	})
}

// oneByOne makes administrators who change forms at once come one after the other.
func oneByOne(ctx context.Context, tx *db.Tx, s access.Scope) error {
	_, err := tx.Exec(ctx, `update tenant set version = version where id = $1`, s.Tenant())
	return err
}

// version is a version of a form with its text.
type version struct {
	Form
	source string
}

// newestOf returns the newest version of the form with a name; one without a number for none.
func newestOf(ctx context.Context, r db.Reader, s access.Scope, name string) (version, error) {
	v, err := db.One(ctx, r, func(scan db.Scan) (version, error) {
		var v version
		err := scan(&v.ID, &v.Name, &v.Number, &v.source)
		return v, err
	}, `select f.id, f.name, f.number, f.source from form f where f.tenant_id = $1 and f.name = $2
		and not exists (select 1 from form n where n.tenant_id = f.tenant_id and n.name = f.name and n.number > f.number)`, s.Tenant(), name)
	if errs.Is(err, errs.NotFound) {
		return version{}, nil
	}
	return v, err
}

// add makes a definition a version of its form.
func add(ctx context.Context, tx *db.Tx, s access.Scope, d *form.Definition, number int64, source []byte) error {
	id := tx.NewID()
	_, err := tx.Exec(ctx, `insert into form (tenant_id, id, name, number, title_nl, title_en, source, created_at, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		s.Tenant(), id, d.ID, number, d.Title.In(i18n.NL), d.Title.In(i18n.EN), string(source), tx.Now(), s.Account())
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, s, audit.Entry{Event: "questionnaire.form_added", Objects: []audit.Object{{Kind: "form", ID: id}}})
}
