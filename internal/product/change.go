package product

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/department"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/i18n"
	"voordeur/internal/questionnaire"
)

// The bounds of what a product says, in characters, and of how many an organisation has: they are searched at once.
const (
	maxName     = 100
	maxLead     = 300
	maxText     = 5000
	maxShort    = 500
	maxProducts = 500
)

// check holds what was typed to its bounds.
func (p *Product) check() errs.Fields {
	var f errs.Fields
	for _, t := range []struct {
		name string
		w    Words
		most int
		must bool
	}{
		{"name", p.Name, maxName, true},
		{"lead", p.Lead, maxLead, true},
		{"explain", p.Explain, maxText, false},
		{"needs", p.Needs, maxText, false},
		{"costs", p.Costs, maxShort, false},
		{"term", p.Term, maxShort, false},
		{"category", p.Category, maxName, false},
	} {
		if t.must && t.w[i18n.NL] == "" {
			f.Add(t.name+"_nl", "field.required")
		}
		for l, said := range t.w {
			if utf8.RuneCountInString(said) > t.most {
				f.Add(t.name+"_"+string(l), "field.too_long", "max", t.most)
			}
		}
	}
	if p.Search = strings.TrimSpace(p.Search); utf8.RuneCountInString(p.Search) > maxShort {
		f.Add("search", "field.too_long", "max", maxShort)
	}
	return f
}

// newestForm returns the id of the newest version of a form.
func newestForm(ctx context.Context, r db.Reader, s access.Scope, name string) (string, error) {
	return db.One(ctx, r, db.Value[string], `select id from form where tenant_id = $1 and name = $2 order by number desc limit 1`, s.Tenant(), name)
}

// needsFiles reports whether a form cannot do without files, which nobody can send before he has logged in.
func needsFiles(d *form.Definition) bool {
	for _, page := range d.Pages {
		for _, part := range page.Parts {
			for _, q := range part.Questions {
				if q.Kind == form.File && q.Required != nil {
					return true
				}
			}
		}
	}
	return false
}

// checkChoices holds what was chosen to what there is.
func (ps *Products) checkChoices(ctx context.Context, tx *db.Tx, s access.Scope, p Product, f *errs.Fields) error {
	known := false
	for _, m := range AllMeans {
		known = known || m == p.Means
	}
	if !known {
		f.Add("means", "field.choose")
	}
	id, err := newestForm(ctx, tx, s, p.Form)
	switch {
	case errs.Is(err, errs.NotFound):
		f.Add("form", "field.choose")
	case err != nil:
		return err
	case p.Public:
		d, err := questionnaire.Definition(ctx, tx, s.Tenant(), id)
		if err != nil {
			return err
		}
		if needsFiles(d) {
			f.Add("public", "product.asks_files")
		}
	}
	_, def, err := ps.dossiers.Types().Newest(ctx, tx, s, p.Type)
	switch {
	case errs.Is(err, errs.NotFound):
		f.Add("type", "field.choose")
	case err != nil:
		return err
	case !def.Begins():
		f.Add("type", "product.type_hidden")
	}
	if p.Handler == "" { // whoever of its department takes it
		dep, err := ps.dossiers.Types().Department(ctx, tx, s, p.Type)
		if err != nil || dep != "" {
			return err
		}
	}
	err = department.Works(ctx, tx, s.Tenant(), p.Handler)
	if errs.Is(err, errs.NotFound) {
		f.Add("handler", "field.choose")
		err = nil
	}
	return err
}

// Add makes a product. Once is the form's key: a double click makes one.
func (ps *Products) Add(ctx context.Context, a access.Staff, once string, p Product) (string, error) {
	s := a.Scope()
	err := ps.write(ctx, a, &p, func(ctx context.Context, tx *db.Tx, content string) error {
		had, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			p.ID = had
			return err
		}
		n, err := db.One(ctx, tx, db.Value[int], `select count(*) from product where tenant_id = $1`, s.Tenant())
		if err != nil {
			return err
		}
		if n >= maxProducts {
			return errs.New(errs.Conflict, "product.too_many_products", "max", maxProducts)
		}
		p.ID = tx.NewID()
		_, err = tx.Exec(ctx, `insert into product (tenant_id, id, form, type_id, handler_id, active, public, means, content, created_at, changed_at) values ($1, $2, $3, $4, nullif($5, ''), $6, $7, $8, $9, $10, $10)`,
			s.Tenant(), p.ID, p.Form, p.Type, p.Handler, p.Active, p.Public, string(p.Means), content, tx.Now())
		if err != nil {
			return err
		}
		if err := record(ctx, tx, s, "product.added", p.ID); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, p.ID)
	})
	return p.ID, err
}

// Change changes a product that nobody changed since its version; otherwise it is a Conflict. What is being filled in
// for it goes on with its version of the form.
func (ps *Products) Change(ctx context.Context, a access.Staff, p Product) error {
	s := a.Scope()
	return ps.write(ctx, a, &p, func(ctx context.Context, tx *db.Tx, content string) error {
		if _, err := ps.get(ctx, tx, s, p.ID); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `update product set form = $4, type_id = $5, handler_id = nullif($6, ''), active = $7, public = $8, means = $9, content = $10, changed_at = $11, version = version + 1
			where tenant_id = $1 and id = $2 and version = $3`, s.Tenant(), p.ID, p.Version, p.Form, p.Type, p.Handler, p.Active, p.Public, string(p.Means), content, tx.Now())
		if err := db.Guard(n, err, errs.New(errs.Conflict, "error.changed_meanwhile")); err != nil {
			return err
		}
		return record(ctx, tx, s, "product.changed", p.ID)
	})
}

func (ps *Products) write(ctx context.Context, a access.Staff, p *Product, do func(context.Context, *db.Tx, string) error) error {
	if !a.Can(access.Manage) {
		return errs.New(errs.Forbidden, "")
	}
	f := p.check()
	content, err := json.Marshal(p.Content)
	if err != nil {
		return fmt.Errorf("product: %w", err)
	}
	return ps.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		g := append(errs.Fields(nil), f...)
		if err := ps.checkChoices(ctx, tx, a.Scope(), *p, &g); err != nil {
			return err
		}
		if err := g.Err(); err != nil {
			return err
		}
		return do(ctx, tx, string(content))
	})
}

func record(ctx context.Context, tx *db.Tx, s access.Scope, event, id string) error {
	return audit.Record(ctx, tx, s, audit.Entry{Event: event, Objects: []audit.Object{{Kind: "product", ID: id}}})
}
