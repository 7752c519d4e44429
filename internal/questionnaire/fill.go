package questionnaire

import (
	"bytes"
	"context"
	"reflect"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/i18n"
)

// Filling is a questionnaire with how far it is.
type Filling struct {
	Questionnaire
	*Sheet
}

// Fill returns a questionnaire for who fills it in, and records the look. It is NotFound for everybody else.
func (qs *Questionnaires) Fill(ctx context.Context, a access.Client, dossierID, id string, lang i18n.Lang) (*Filling, error) {
	q, err := qs.forClient(ctx, qs.db, a, dossierID, id)
	if err != nil {
		return nil, err
	}
	d, err := dossier.ForClient(ctx, qs.db, a, dossierID)
	if err != nil {
		return nil, err
	}
	docs, err := qs.dossiers.ClientDocuments(ctx, a, d)
	if err != nil {
		return nil, err
	}
	return qs.look(ctx, a.Scope(), q, docs, lang)
}

// Read returns a questionnaire for an employee, and records the look. Before it is completed the answers are the client's alone.
func (qs *Questionnaires) Read(ctx context.Context, a access.Staff, dossierID, id string, lang i18n.Lang) (*Filling, error) {
	d, err := dossier.ForStaff(ctx, qs.db, a, dossierID)
	if err != nil {
		return nil, err
	}
	q, err := qs.forStaff(ctx, qs.db, a, dossierID, id)
	if err != nil {
		return nil, err
	}
	docs, err := qs.dossiers.StaffDocuments(ctx, a, d)
	if err != nil {
		return nil, err
	}
	f, err := qs.look(ctx, a.Scope(), q, docs, lang)
	if err == nil && q.State != Completed {
		f.Progress, f.Saved = nil, nil
	}
	return f, err
}

func (qs *Questionnaires) look(ctx context.Context, s access.Scope, q Questionnaire, docs []dossier.Document, lang i18n.Lang) (*Filling, error) {
	f, err := qs.fold(ctx, qs.db, s, q, lang)
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		f.Files[d.ID] = d.Title
	}
	return f, qs.looks.Look(ctx, s, entry("questionnaire.read", q))
}

// fold works out how far a questionnaire is.
func (qs *Questionnaires) fold(ctx context.Context, r db.Reader, s access.Scope, q Questionnaire, lang i18n.Lang) (*Filling, error) {
	t, err := qs.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return nil, err
	}
	def, err := Definition(ctx, r, t.ID, q.Form)
	if err != nil {
		return nil, err
	}
	p, err := load(ctx, r, t, q.ID)
	if err != nil {
		return nil, err
	}
	return &Filling{q, NewSheet(def, p.saved, p.versions, q.today(qs.db.Clock().Now(), lang))}, nil
}

// Today is the day on which answers are looked at now.
func (qs *Questionnaires) Today(f *Filling, lang i18n.Lang) form.Today {
	return f.today(qs.db.Clock().Now(), lang)
}

// Posted is a page as it was sent. Files are answered with ids of documents that were answered before, or of uploads.
type Posted struct {
	Once, Page string
	Version    int64 // of the page as its writer saw it
	Answers    form.Answers
	Lang       i18n.Lang
}

// Save keeps a page (N37). What is wrong with it is Invalid by field; a page whose turn has not come, that a colleague saved
// meanwhile, or of a questionnaire that is over is a Conflict. Files become documents of the dossier at once.
func (qs *Questionnaires) Save(ctx context.Context, a access.Client, dossierID, id string, in Posted) error {
	if err := a.Require(access.UploadDocuments); err != nil {
		return err
	}
	s := a.Scope()
	return qs.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := qs.hold(ctx, tx, a, dossierID, id, in.Lang)
		if err != nil {
			return err
		}
		if err := f.over(); err != nil {
			return err
		}
		_, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), in.Once)
		if err != nil || !fresh {
			return err
		}
		page, err := f.Definition.Save(f.Saved, in.Page, in.Answers, f.today(tx.Now().Time, in.Lang))
		if err != nil {
			return err
		}
		if in.Version != f.Versions[in.Page] {
			return errs.New(errs.Conflict, "questionnaire.saved_meanwhile")
		}
		if err := qs.deliver(ctx, tx, s, f, page); err != nil {
			return err
		}
		if err := qs.keep(ctx, tx, s, f, page); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), in.Once, id)
	})
}

// hold loads a questionnaire for a change, and lets nobody else change it meanwhile.
func (qs *Questionnaires) hold(ctx context.Context, tx *db.Tx, a access.Client, dossierID, id string, lang i18n.Lang) (*Filling, error) {
	if _, err := qs.forClient(ctx, tx, a, dossierID, id); err != nil {
		return nil, err
	}
	if err := hold(ctx, tx, a.Scope(), id); err != nil {
		return nil, err
	}
	q, err := qs.forClient(ctx, tx, a, dossierID, id)
	if err != nil {
		return nil, err
	}
	return qs.fold(ctx, tx, a.Scope(), q, lang)
}

// deliver makes documents of the files of a page that have not been answered with before.
func (qs *Questionnaires) deliver(ctx context.Context, tx *db.Tx, s access.Scope, f *Filling, page *form.Filled) error {
	for _, field := range page.Fields() {
		if field.Question.Kind != form.File {
			continue
		}
		had := f.Saved[page.Page.ID][field.Name]
		var kept, fresh []string
		for _, id := range page.Answers[field.Name] {
			if slices.Contains(had, id) {
				kept = append(kept, id)
			} else {
				fresh = append(fresh, id)
			}
		}
		ids, err := qs.dossiers.Attach(ctx, tx, s, f.Dossier, dossier.Letter{Client: f.Client}, fresh)
		if err != nil {
			return err
		}
		if all := append(kept, ids...); len(all) > 0 {
			page.Answers[field.Name] = all
		}
	}
	return nil
}

func (qs *Questionnaires) keep(ctx context.Context, tx *db.Tx, s access.Scope, f *Filling, page *form.Filled) error {
	t, err := qs.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	sealed, err := Seal(t, page.Answers, aad(t.ID, f.ID, page.Page.ID))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into questionnaire_page (tenant_id, questionnaire_id, page, answers, saved_at, saved_by) values ($1, $2, $3, $4, $5, $6)
		on conflict (tenant_id, questionnaire_id, page) do update set answers = excluded.answers, saved_at = excluded.saved_at, saved_by = excluded.saved_by, version = questionnaire_page.version + 1`,
		t.ID, f.ID, page.Page.ID, sealed, tx.Now(), s.Account())
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update questionnaire set state = 'busy' where tenant_id = $1 and id = $2`, t.ID, f.ID); err != nil {
		return err
	}
	return record(ctx, tx, s, "questionnaire.saved", f.Questionnaire)
}

// Complete hands the answers in: from then on they stand, and a PDF of them is in the dossier (N39, N40). The second
// of two clicks finds it done.
func (qs *Questionnaires) Complete(ctx context.Context, a access.Client, dossierID, id string, lang i18n.Lang) error {
	if err := a.Require(access.UploadDocuments); err != nil {
		return err
	}
	f, err := qs.Fill(ctx, a, dossierID, id, lang)
	if err != nil || f.Progress == nil || f.Questionnaire.State == Completed {
		return err
	}
	if err := f.ready(); err != nil {
		return err
	}
	t, err := qs.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return err
	}
	texts := t.Texts(lang)
	paper, err := f.Paper(t, qs.db.Clock().Now(), lang, f.Title.In(lang), [][]string{
		{texts.T("questionnaire.paper.client"), f.ClientName}, {texts.T("questionnaire.paper.dossier"), f.DossierTitle},
	})
	if err != nil {
		return err
	}
	u, err := qs.dossiers.Receive(ctx, a.Scope(), dossierID, dossier.NewUpload{FileName: f.Title.In(lang) + ".pdf", Category: dossier.Delivered}, bytes.NewReader(paper))
	if err != nil {
		return err
	}
	used := false
	err = qs.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		used, err = qs.complete(ctx, tx, a, f, u.ID, lang)
		return err
	})
	if err == nil && used {
		return nil
	}
	// Nobody needs the paper then; what cannot be dropped now goes with what was never sent.
	_ = qs.dossiers.Drop(context.WithoutCancel(ctx), a.Scope(), dossierID, u.ID)
	return err
}

// ready reports whether the answers can be handed in.
func (f *Filling) ready() error {
	if err := f.over(); err != nil {
		return err
	}
	if !f.Progress.Complete() {
		return errs.New(errs.Conflict, "questionnaire.incomplete")
	}
	return nil
}

// complete hands in what the paper says, unless that has changed or was done already.
func (qs *Questionnaires) complete(ctx context.Context, tx *db.Tx, a access.Client, f *Filling, paper string, lang i18n.Lang) (used bool, err error) {
	now, err := qs.hold(ctx, tx, a, f.Dossier, f.ID, lang)
	if err != nil || now.Questionnaire.State == Completed {
		return false, err
	}
	if err := now.ready(); err != nil {
		return false, err
	}
	if !reflect.DeepEqual(now.Progress.Answers, f.Progress.Answers) {
		return false, errs.New(errs.Conflict, "questionnaire.saved_meanwhile")
	}
	s := a.Scope()
	if _, err := qs.dossiers.Attach(ctx, tx, s, f.Dossier, dossier.Letter{Client: f.Client}, []string{paper}); err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `update questionnaire set state = 'completed', completed_at = $3, completed_by = $4, mandate_id = nullif($5, '') where tenant_id = $1 and id = $2`,
		s.Tenant(), f.ID, tx.Now(), s.Account(), s.Behalf().Mandate)
	if err != nil {
		return false, err
	}
	for page := range f.Saved {
		if f.Progress.Filled(page) == nil { // answers to what was not asked in the end are nobody's business
			if _, err := tx.Exec(ctx, `delete from questionnaire_page where tenant_id = $1 and questionnaire_id = $2 and page = $3`, s.Tenant(), f.ID, page); err != nil {
				return false, err
			}
		}
	}
	if err := dossier.Touch(ctx, tx, s.Tenant(), f.Dossier); err != nil {
		return false, err
	}
	return true, record(ctx, tx, s, "questionnaire.completed", f.Questionnaire)
}

// Sources are what a page that is filled in for the first time can begin with: what is known of the client, and his last
// answers to the same form, but for those of one questionnaire.
func (qs *Questionnaires) Sources(ctx context.Context, a access.Client, formName, except string) (form.Sources, error) {
	s := a.Scope()
	name, err := db.One(ctx, qs.db, db.Value[string], `select name from client where tenant_id = $1 and id = $2`, s.Tenant(), s.Client())
	from := form.Sources{Client: form.Answers{"name": {name}}}
	if err != nil {
		return from, err
	}
	if s.Behalf().Mandate == "" {
		c, err := qs.identity.Contact(ctx, a)
		if err != nil {
			return from, err
		}
		from.Client["email"], from.Client["phone"] = []string{c.Email}, []string{c.Phone}
	}
	last, err := db.All(ctx, qs.db, qs.scan, selectQuestionnaire+isHis+`and q.state = 'completed' and q.id <> $4 and f.name = $5 and`+dossier.ClientSees+`order by q.completed_at desc, q.id desc limit 1`,
		s.Tenant(), s.Client(), s.Account(), except, formName)
	if err != nil || len(last) == 0 {
		return from, err
	}
	earlier, err := qs.fold(ctx, qs.db, s, last[0], i18n.NL)
	if err != nil {
		return from, err
	}
	from.Earlier = earlier.Progress.Answers
	return from, nil
}

// Adopt keeps what a client filled in before there was a dossier as a questionnaire that he has completed in it: the
// office reads it, and can open it again.
func (qs *Questionnaires) Adopt(ctx context.Context, tx *db.Tx, a access.Client, formID, dossierID string, pages form.Saved) error {
	s, id := a.Scope(), tx.NewID()
	t, err := qs.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into questionnaire (tenant_id, id, form_id, dossier_id, client_id, state, sent_at, sent_by, completed_at, completed_by, mandate_id)
		values ($1, $2, $3, $4, $5, 'completed', $6, $7, $6, $7, nullif($8, ''))`, t.ID, id, formID, dossierID, s.Client(), tx.Now(), s.Account(), s.Behalf().Mandate)
	if err != nil {
		return err
	}
	for page, answers := range pages {
		sealed, err := Seal(t, answers, aad(t.ID, id, page))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into questionnaire_page (tenant_id, questionnaire_id, page, answers, saved_at, saved_by) values ($1, $2, $3, $4, $5, $6)`, t.ID, id, page, sealed, tx.Now(), s.Account())
		if err != nil {
			return err
		}
	}
	return record(ctx, tx, s, "questionnaire.completed", Questionnaire{ID: id, Dossier: dossierID, Client: s.Client()})
}
