package tenant

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// Edition is what an administrator changes of his organisation.
type Edition struct {
	Name     string
	Settings Settings
	files    []stored // to be kept with the change
}

// Edition returns a copy of what the tenant is now.
func (t *Tenant) Edition() (Edition, error) {
	b, err := json.Marshal(t.Settings)
	if err != nil {
		return Edition{}, fmt.Errorf("tenant: settings: %w", err)
	}
	e := Edition{Name: t.Name}
	if err := json.Unmarshal(b, &e.Settings); err != nil {
		return Edition{}, fmt.Errorf("tenant: settings: %w", err)
	}
	return e, nil
}

// Edit lets change work on the organisation as it was at version and keeps the result. When a
// colleague changed it since it is a Conflict, unless it is as asked already; a result that breaks a rule is Invalid with its
// fields. What names the part for the journal.
func (ts *Tenants) Edit(ctx context.Context, a access.Staff, version int64, what string, change func(*Edition) error) error {
	if !a.Can(access.Manage) {
		return errs.New(errs.Forbidden, "")
	}
	t, err := ts.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return err
	}
	e, err := t.Edition()
	if err != nil {
		return err
	}
	if err := change(&e); err != nil {
		return err
	}
	if t.Version != version {
		if e.is(t) { // the second of two clicks
			return nil
		}
		return changedMeanwhile()
	}
	if err := e.check(t); err != nil {
		return err
	}
	settings, err := json.Marshal(e.Settings)
	if err != nil {
		return fmt.Errorf("tenant: edit: %w", err)
	}
	return ts.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update tenant set name = $3, settings = $4, version = version + 1 where id = $1 and version = $2`,
			t.ID, version, e.Name, string(settings))
		if err := db.Guard(n, err, changedMeanwhile()); err != nil {
			return err
		}
		if err := ts.keepStatuses(ctx, tx, a.Scope(), t.Settings, e.Settings); err != nil {
			return err
		}
		if err := putFiles(ctx, tx, t.ID, e.files); err != nil {
			return err
		}
		return audit.Record(ctx, tx, a.Scope(), audit.Entry{Event: "tenant.settings_changed", Detail: map[string]string{"what": what}})
	})
}

// is reports whether the tenant is like this already.
func (e Edition) is(t *Tenant) bool {
	now, err := t.Edition()
	return err == nil && len(e.files) == 0 && strings.TrimSpace(e.Name) == now.Name && reflect.DeepEqual(e.Settings, now.Settings)
}

func changedMeanwhile() error { return errs.New(errs.Conflict, "error.changed_meanwhile") }

// keepStatuses refuses that a status goes while a dossier has it.
func (ts *Tenants) keepStatuses(ctx context.Context, tx *db.Tx, s access.Scope, old, next Settings) error {
	var f errs.Fields
	for _, st := range old.Statuses {
		if next.HasStatus(st.ID) || ts.StatusInUse == nil {
			continue
		}
		used, err := ts.StatusInUse(ctx, tx, s, st.ID)
		if err != nil {
			return err
		}
		if used {
			f.Add("status_"+st.ID+"_gone", "settings.dossiers.in_use")
		}
	}
	return f.Err()
}

const maxName = 80

// check holds the parts that changed to their rules; a part that stands as it stood is not judged
// again, or a stricter rule would block every other page.
func (e *Edition) check(t *Tenant) error {
	var f errs.Fields
	e.Name = strings.TrimSpace(e.Name)
	switch {
	case e.Name == t.Name:
	case e.Name == "":
		f.Add("name", "field.required")
	case utf8.RuneCountInString(e.Name) > maxName:
		f.Add("name", "field.too_long", "max", maxName)
	case !oneLine(e.Name):
		f.Add("name", "settings.one_line")
	}
	s, old := &e.Settings, t.Settings
	for _, part := range []struct {
		next, old any
		check     func(*errs.Fields)
	}{
		{s.Theme, old.Theme, s.Theme.check},
		{s.Modules, old.Modules, s.checkModules},
		{s.Password, old.Password, s.Password.Check},
		{s.Activation, old.Activation, s.Activation.check},
		{s.Contact, old.Contact, s.Contact.check},
		{s.SecondFactor, old.SecondFactor, s.SecondFactor.check},
		{s.Signing, old.Signing, s.Signing.check},
		{s.Sessions, old.Sessions, s.Sessions.check},
		{s.BSN, old.BSN, func(f *errs.Fields) { s.checkBSN(f) }},
		{s.Languages, old.Languages, s.checkLanguages},
		{s.LanguageApply, old.LanguageApply, s.checkLanguages},
		{s.Files, old.Files, s.Files.check},
		{s.Documents, old.Documents, s.Documents.check},
		{s.Upload, old.Upload, s.Upload.check},
		{s.Messaging, old.Messaging, s.checkMessaging},
		{s.Mail, old.Mail, s.Mail.check},
		{s.SMS, old.SMS, s.checkTexts},
		{s.Labels, old.Labels, func(f *errs.Fields) { s.checkLabels(f, old) }},
		{s.Statuses, old.Statuses, s.checkStatuses},
		{s.Progress, old.Progress, s.checkProgress},
	} {
		if !reflect.DeepEqual(part.next, part.old) {
			part.check(&f)
		}
	}
	return f.Err()
}
