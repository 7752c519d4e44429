package product

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/i18n"
	"voordeur/internal/questionnaire"
)

func nameIn(content string) (Words, error) {
	var c Content
	err := json.Unmarshal([]byte(content), &c)
	return c.Name, err
}

// find loads an application in the transaction that changes it.
type find func(ctx context.Context, r db.Reader, now db.Time) (Application, error)

// Save keeps a page of the account's own application. What is wrong with it is Invalid by field; a page whose turn has
// not come or that was saved in another window meanwhile is a Conflict.
func (ps *Products) Save(ctx context.Context, a access.Client, id string, in questionnaire.Posted) error {
	if err := a.Require(access.UploadDocuments); err != nil {
		return err
	}
	return ps.save(ctx, a.Scope(), in, Kept, func(ctx context.Context, r db.Reader, now db.Time) (Application, error) {
		return own(ctx, r, a, now, id)
	})
}

// SaveOpen is Save for what the browser with the secret fills in before the log-in.
func (ps *Products) SaveOpen(ctx context.Context, s access.Scope, secret string, in questionnaire.Posted) error {
	return ps.save(ctx, s, in, KeptOpen, func(ctx context.Context, r db.Reader, now db.Time) (Application, error) {
		return held(ctx, r, s, now, secret)
	})
}

func (ps *Products) save(ctx context.Context, s access.Scope, in questionnaire.Posted, kept time.Duration, look find) error {
	return ps.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := ps.hold(ctx, tx, s, look, in.Lang)
		if err != nil {
			return err
		}
		if f.Dossier != "" {
			return errs.New(errs.Conflict, "product.sent_already")
		}
		_, fresh, err := tx.Once(ctx, s.Tenant(), f.ID, in.Once)
		if err != nil || !fresh {
			return err
		}
		page, err := f.Definition.Save(f.Saved, in.Page, in.Answers, ps.Today(in.Lang))
		if err != nil {
			return err
		}
		if in.Version != f.Versions[in.Page] {
			return errs.New(errs.Conflict, "questionnaire.saved_meanwhile")
		}
		for _, id := range filesOf(page) {
			if _, has := f.Files[id]; !has {
				return errs.Missing()
			}
		}
		if err := ps.keep(ctx, tx, s, f, page); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update application set changed_at = $3, ends_at = $4 where tenant_id = $1 and id = $2`, s.Tenant(), f.ID, tx.Now(), db.At(tx.Now().Add(kept)))
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, s, entry("application.saved", f.Application)); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), f.ID, in.Once, f.ID)
	})
}

// hold loads an application for a change, and lets nobody else change it meanwhile.
func (ps *Products) hold(ctx context.Context, tx *db.Tx, s access.Scope, look find, lang i18n.Lang) (*Filling, error) {
	one, err := look(ctx, tx, tx.Now())
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `update application set version = version + 1 where tenant_id = $1 and id = $2`, s.Tenant(), one.ID); err != nil {
		return nil, err
	}
	if one, err = look(ctx, tx, tx.Now()); err != nil {
		return nil, err
	}
	return ps.fold(ctx, tx, s, one, lang)
}

// filesOf are the ids of the files that a page was answered with.
func filesOf(page *form.Filled) []string {
	var ids []string
	for _, field := range page.Fields() {
		if field.Question.Kind == form.File {
			ids = append(ids, page.Answers[field.Name]...)
		}
	}
	return ids
}

func (ps *Products) keep(ctx context.Context, tx *db.Tx, s access.Scope, f *Filling, page *form.Filled) error {
	t, err := ps.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	sealed, err := questionnaire.Seal(t, page.Answers, aad(t.ID, f.ID, page.Page.ID))
	if err != nil {
		return err
	}
	if f.Client == "" {
		others, err := db.One(ctx, tx, db.Value[int], `select coalesce(sum(length(answers)), 0) from application_page where tenant_id = $1 and application_id = $2 and page <> $3`, t.ID, f.ID, page.Page.ID)
		if err != nil {
			return err
		}
		if others+len(sealed) > maxBytes {
			return errs.New(errs.Conflict, "product.too_much")
		}
	}
	_, err = tx.Exec(ctx, `insert into application_page (tenant_id, application_id, page, answers, saved_at) values ($1, $2, $3, $4, $5)
		on conflict (tenant_id, application_id, page) do update set answers = excluded.answers, saved_at = excluded.saved_at, version = application_page.version + 1`,
		t.ID, f.ID, page.Page.ID, sealed, tx.Now())
	return err
}

// ready reports whether an application can be sent by whoever asks.
func (f *Filling) ready(s access.Scope, p Product) error {
	switch {
	case !f.Goes:
		return errs.New(errs.Conflict, "product.closed")
	case !p.Means.Met(s):
		return errs.New(errs.Conflict, "product.means_needed."+string(p.Means))
	case !f.Progress.Complete():
		return errs.New(errs.Conflict, "product.incomplete")
	}
	return nil
}

// Send makes a dossier of an application (E4, E5): in one transaction there is the dossier with its number, the answers
// in it as a PDF and for the office to read, the files, and a mail that says so. It returns the dossier; the second of two clicks
// finds it.
func (ps *Products) Send(ctx context.Context, a access.Client, id string, lang i18n.Lang) (string, error) {
	if err := a.Require(access.UploadDocuments); err != nil {
		return "", err
	}
	s := a.Scope()
	f, err := ps.Fill(ctx, a, id, lang)
	if err != nil || f.Dossier != "" {
		return dossierOf(f), err
	}
	p, err := ps.Get(ctx, s, f.Product)
	if err != nil {
		return "", err
	}
	if err := f.ready(s, p); err != nil {
		return "", err
	}
	t, err := ps.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return "", err
	}
	name, err := db.One(ctx, ps.db, db.Value[string], `select name from client where tenant_id = $1 and id = $2`, t.ID, s.Client())
	if err != nil {
		return "", err
	}
	title := p.Name.In(lang)
	paper, err := f.Paper(t, ps.db.Clock().Now(), lang, title, [][]string{{t.Texts(lang).T("questionnaire.paper.client"), name}})
	if err != nil {
		return "", err
	}
	u, err := ps.dossiers.Receive(ctx, s, id, dossier.NewUpload{FileName: title + ".pdf", Category: dossier.Delivered}, bytes.NewReader(paper))
	if err != nil {
		return "", err
	}
	var made string
	used := false
	err = ps.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		made, used, err = ps.send(ctx, tx, a, f, u.ID, lang)
		return err
	})
	if err != nil || !used { // what cannot be dropped now goes with the application
		_ = ps.dossiers.Drop(context.WithoutCancel(ctx), s, id, u.ID)
	}
	return made, err
}

func dossierOf(f *Filling) string {
	if f == nil {
		return ""
	}
	return f.Dossier
}

// send sends what the paper says, unless that has changed or was done already.
func (ps *Products) send(ctx context.Context, tx *db.Tx, a access.Client, seen *Filling, paper string, lang i18n.Lang) (made string, used bool, err error) {
	s := a.Scope()
	f, err := ps.hold(ctx, tx, s, func(ctx context.Context, r db.Reader, now db.Time) (Application, error) {
		return own(ctx, r, a, now, seen.ID)
	}, lang)
	if err != nil || f.Dossier != "" {
		return dossierOf(f), false, err
	}
	p, err := ps.get(ctx, tx, s, f.Product)
	if err != nil {
		return "", false, err
	}
	if err := f.ready(s, p); err != nil {
		return "", false, err
	}
	if !reflect.DeepEqual(f.Progress.Answers, seen.Progress.Answers) {
		return "", false, errs.New(errs.Conflict, "product.changed_meanwhile")
	}
	made, err = ps.dossiers.Apply(ctx, tx, a, dossier.Applied{Type: p.Type, Title: p.Name.In(i18n.NL), Handler: p.Handler})
	if err != nil {
		return "", false, err
	}
	pages, err := ps.bring(ctx, tx, a, f, made, paper)
	if err != nil {
		return "", false, err
	}
	if err := ps.asked.Adopt(ctx, tx, a, f.Form, made, pages); err != nil {
		return "", false, err
	}
	if _, err := tx.Exec(ctx, `delete from application_page where tenant_id = $1 and application_id = $2`, s.Tenant(), f.ID); err != nil {
		return "", false, err
	}
	_, err = tx.Exec(ctx, `update application set dossier_id = $3, changed_at = $4, ends_at = $5 where tenant_id = $1 and id = $2`, s.Tenant(), f.ID, made, tx.Now(), db.At(tx.Now().Add(keptSent)))
	if err != nil {
		return "", false, err
	}
	if err := ps.identity.ConfirmApplication(ctx, tx, s, made); err != nil {
		return "", false, err
	}
	f.Dossier = made
	return made, true, audit.Record(ctx, tx, s, entry("application.sent", f.Application))
}

// bring makes documents of the dossier of the files and of the paper, and returns the answers with those in them. Answers to
// what was not asked in the end are nobody's business.
func (ps *Products) bring(ctx context.Context, tx *db.Tx, a access.Client, f *Filling, made, paper string) (form.Saved, error) {
	pages := form.Saved{}
	for _, page := range f.Progress.Pages {
		answers := maps.Clone(page.Answers)
		for _, field := range page.Fields() {
			if field.Question.Kind != form.File || len(answers[field.Name]) == 0 {
				continue
			}
			ids, err := ps.dossiers.Bring(ctx, tx, a, f.ID, made, slices.Clone(answers[field.Name]))
			if err != nil {
				return nil, err
			}
			answers[field.Name] = ids
		}
		pages[page.Page.ID] = answers
	}
	_, err := ps.dossiers.Bring(ctx, tx, a, f.ID, made, []string{paper})
	return pages, err
}
