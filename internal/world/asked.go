package world

import (
	"context"
	"fmt"
	"slices"
	"time"

	"voordeur/internal/form"
	"voordeur/internal/i18n"
	"voordeur/internal/questionnaire"
)

// signing stands for the day, after now, on which the deed is signed.
const signing = "signing"

// forms makes the samples known that the office uses.
func (b Builder) forms(ctx context.Context, o office, account string) error {
	if len(o.forms) == 0 {
		return nil
	}
	manager, err := b.actor(ctx, o.id, account)
	if err != nil {
		return err
	}
	for _, name := range o.forms {
		b.IDs.expect("form")
		if err := b.Asked.Add(ctx, manager, form.Samples()[name]); err != nil {
			return fmt.Errorf("form %s: %w", name, err)
		}
	}
	return nil
}

// send is the office that asks the client to fill in a form.
func (t *telling) send(ctx context.Context, n int, q asked) error {
	forms, err := t.b.Asked.Forms(ctx, t.staff)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(forms, func(f questionnaire.Form) bool { return f.Name == q.form })
	t.b.IDs.expect("questionnaire")
	return t.b.Asked.Send(ctx, t.staff, t.id, fmt.Sprintf("asked-%d-%s", n, t.id), questionnaire.Sending{Form: forms[i].ID, Client: t.clientID})
}

// fill is the client who answers, page by page, and hands in.
func (t *telling) fill(ctx context.Context, n int, q asked) error {
	waiting, err := t.b.Asked.Waiting(ctx, t.me)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(waiting, func(w questionnaire.Questionnaire) bool { return w.Dossier == t.id })
	id := waiting[i].ID
	for p, page := range q.answers {
		if page.answers.First("levering") == signing {
			page.answers["levering"] = []string{t.now.AddDate(0, 0, 24).Format(time.DateOnly)}
		}
		err := t.b.Asked.Save(ctx, t.me, t.id, id, questionnaire.Posted{Once: fmt.Sprintf("page-%d-%d-%s", n, p, t.id), Page: page.id, Answers: page.answers, Lang: i18n.NL})
		if err != nil {
			return fmt.Errorf("page %s: %w", page.id, err)
		}
	}
	t.b.IDs.expect("upload", "document")
	if err := t.b.Asked.Complete(ctx, t.me, t.id, id, i18n.NL); err != nil {
		return err
	}
	return t.work(ctx)
}
