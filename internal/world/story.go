package world

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/form"
	"voordeur/internal/message"
)

// story is a dossier with how it came to be. Days are working days before now.
type story struct {
	number, title, status, note string
	template                    string // progress list, "" for none
	kind                        string // key of its type, "" for none
	path                        []beat // the statuses after its first, of a dossier with a type
	done                        int    // of its steps
	opened                      int
	hidden                      bool // the client cannot see it yet
	closed                      int  // since when, for a status that closes
	papers                      []paper
	said                        []said
	asked                       []asked
	wanted                      []want
}

// asked is a questionnaire in a dossier: the name of its sample, and what the client answers, page by page, a day later.
type asked struct {
	days    int
	form    string
	answers []page
}

// page is what the client answers on a page.
type page struct {
	id      string
	answers form.Answers
}

// said is a message in a dossier.
type said struct {
	days          int
	client        bool
	subject, body string
	answer        bool // to the message before it
	read          bool // by the other side
	files         []attachment
}

type attachment struct {
	name string
	kind kind
}

// The four ways of saying something: the office writes, the client answers, the client asks, the
// office answers.
func write(days int, subject, body string) said {
	return said{days: days, subject: subject, body: body}
}

func answer(days int, body string, files ...attachment) said {
	return said{days: days, client: true, answer: true, body: body, files: files}
}

func ask(days int, subject, body string, files ...attachment) said {
	return said{days: days, client: true, subject: subject, body: body, files: files}
}

func reply(days int, body string) said { return said{days: days, answer: true, body: body} }

func (s said) seen() said { s.read = true; return s }

// The two tabs in which the office puts a paper.
func post(days int, name string, k kind) paper {
	return paper{days: days, name: name, category: dossier.Correspondence, kind: k}
}

func file(days int, name string, k kind) paper {
	return paper{days: days, name: name, category: dossier.Documents, kind: k}
}

func (p paper) seen() paper { p.read = true; return p }

func (p paper) office() paper { p.internal = true; return p }

// telling is a story while it is told.
type telling struct {
	b Builder
	desk
	staff    access.Staff
	me       access.Client
	clientID string
	id       string   // of the dossier
	subject  string   // of the last message
	sent     []string // the messages
	wanted   []string // the requests
}

// acts is everything that happens in the story.
func (t *telling) acts() []act {
	st := t.story
	acts := []act{{moment(t.now, st.opened, 9, 5), t.open}}
	if !st.hidden {
		acts = append(acts, act{moment(t.now, st.opened, 9, 40), func(ctx context.Context) error { return t.b.Dossiers.Publish(ctx, t.staff, t.id, true) }})
	}
	for n := range st.done {
		acts = append(acts, act{moment(t.now, st.opened-(n+1)*st.opened/(st.done+1), 11, 15), func(ctx context.Context) error { return t.tick(ctx, n) }})
	}
	for n, p := range st.papers {
		at := moment(t.now, p.days, 13, 5+n)
		acts = append(acts, act{at, func(ctx context.Context) error { return t.add(ctx, p, at) }})
		if p.read && t.b.Work != nil {
			acts = append(acts, act{moment(t.now, p.days, 18, 5+n), func(ctx context.Context) error { return t.look(ctx, p.name) }})
		}
	}
	for n, s := range st.said {
		at, read := moment(t.now, s.days, 10, 10+n), moment(t.now, s.days, 18, 30+n)
		if s.client {
			at, read = moment(t.now, s.days, 19, 10+n), moment(t.now, s.days-1, 8, 35+n)
		}
		acts = append(acts, act{at, func(ctx context.Context) error { return t.say(ctx, n, s, at) }})
		if s.read {
			acts = append(acts, act{read, func(ctx context.Context) error { return t.read(ctx, n, s.client) }})
		}
	}
	for _, b := range st.path {
		acts = append(acts, act{moment(t.now, b.days, 16, 0), func(ctx context.Context) error { return t.move(ctx, b) }})
	}
	for n, q := range st.asked {
		acts = append(acts, act{moment(t.now, q.days, 15, 10+n), func(ctx context.Context) error { return t.send(ctx, n, q) }})
		if q.answers != nil {
			acts = append(acts, act{moment(t.now, q.days-1, 20, 5+n), func(ctx context.Context) error { return t.fill(ctx, n, q) }})
		}
	}
	for n, w := range st.wanted {
		acts = append(acts, t.wants(n, w)...)
	}
	if st.closed > 0 {
		acts = append(acts, act{moment(t.now, st.closed, 16, 30), t.close})
	}
	return acts
}

func (t *telling) open(ctx context.Context) error {
	status := t.story.status
	if t.story.closed > 0 {
		status = t.office.statuses[0].ID
	}
	if t.story.kind != "" {
		status = ""
	}
	t.b.IDs.dossier(t.office, t.story)
	id, err := t.b.Dossiers.Create(ctx, t.staff, "dossier-"+t.story.number, dossier.Draft{
		Number: t.story.number, Title: t.story.title, Status: status,
		Note: t.text(t.story.note), Handler: t.staff.Scope().Account(), Parties: []string{t.clientID}, Template: t.story.template, Type: t.office.made[t.story.kind],
	})
	t.id = id
	return err
}

func (t *telling) tick(ctx context.Context, n int) error {
	d, err := dossier.ForStaff(ctx, t.b.DB, t.staff, t.id)
	if err != nil {
		return err
	}
	steps, err := t.b.Dossiers.Progress(ctx, t.staff.Scope(), d)
	if err != nil {
		return err
	}
	return t.b.Dossiers.Tick(ctx, t.staff, t.id, steps[n].ID, true)
}

// add puts a paper in the dossier and shows it, unless it is for the office only.
func (t *telling) add(ctx context.Context, p paper, at time.Time) error {
	k := t.desk
	k.day = at
	data, err := p.make(k)
	if err != nil {
		return err
	}
	t.b.IDs.expect("upload", "document")
	if _, err := t.b.Dossiers.Receive(ctx, t.staff.Scope(), t.id, dossier.NewUpload{FileName: p.name, Category: p.category}, bytes.NewReader(data)); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	if p.internal {
		return t.work(ctx)
	}
	doc, err := t.document(ctx, p.name)
	if err != nil {
		return err
	}
	if err := t.b.Dossiers.Show(ctx, t.staff, t.id, doc, true); err != nil {
		return err
	}
	return t.work(ctx)
}

// document returns the id of the dossier's document with the name.
func (t *telling) document(ctx context.Context, name string) (string, error) {
	d, err := dossier.ForStaff(ctx, t.b.DB, t.staff, t.id)
	if err != nil {
		return "", err
	}
	docs, err := t.b.Dossiers.StaffDocuments(ctx, t.staff, d)
	if err != nil {
		return "", err
	}
	for _, doc := range docs {
		if doc.FileName == name {
			return doc.ID, nil
		}
	}
	return "", fmt.Errorf("no document %s in %s", name, t.story.number)
}

// look is the client who opens a document.
func (t *telling) look(ctx context.Context, name string) error {
	doc, err := t.document(ctx, name)
	if err != nil {
		return err
	}
	f, err := t.b.Dossiers.ClientFile(ctx, t.me, t.id, doc)
	if err != nil {
		return err
	}
	return f.Close()
}

func (t *telling) say(ctx context.Context, n int, s said, at time.Time) error {
	d := message.Draft{Subject: s.subject, Body: t.letter(s)}
	if s.answer {
		d.Subject, d.ReplyTo = "Re: "+t.subject, t.sent[n-1]
	} else {
		t.subject = s.subject
	}
	by := t.staff.Scope()
	if s.client {
		by = t.me.Scope()
	}
	for _, f := range s.files {
		k := t.desk
		k.day = at
		data, err := paper{name: f.name, kind: f.kind}.make(k)
		if err != nil {
			return err
		}
		t.b.IDs.expect("upload")
		u, err := t.b.Dossiers.Receive(ctx, by, t.id, dossier.NewUpload{FileName: f.name}, bytes.NewReader(data))
		if err != nil {
			return err
		}
		d.Uploads = append(d.Uploads, u.ID)
	}
	once := fmt.Sprintf("said-%d-%s", n, t.id)
	send := func() (string, error) { return t.b.Messages.SendAsStaff(ctx, t.staff, t.id, once, d) }
	if s.client {
		send = func() (string, error) { return t.b.Messages.SendAsClient(ctx, t.me, t.id, once, d) }
	}
	t.b.IDs.expect(append([]string{"message"}, slices.Repeat([]string{"document"}, len(d.Uploads))...)...)
	id, err := send()
	t.sent = append(t.sent, id)
	return errors.Join(err, t.work(ctx))
}

// letter is the text of a message with its greetings.
func (t *telling) letter(s said) string {
	if s.client {
		return t.text("Beste {behandelaar},\n\n" + s.body + "\n\nMet vriendelijke groet,\n" + t.client.signs)
	}
	return t.text(t.client.greeting + "\n\n" + s.body + "\n\nMet vriendelijke groet,\n{behandelaar}")
}

// read opens message n as the side that did not write it.
func (t *telling) read(ctx context.Context, n int, office bool) error {
	scope := t.me.Scope()
	load := func() (dossier.Dossier, error) { return dossier.ForClient(ctx, t.b.DB, t.me, t.id) }
	if office {
		scope = t.staff.Scope()
		load = func() (dossier.Dossier, error) { return dossier.ForStaff(ctx, t.b.DB, t.staff, t.id) }
	}
	d, err := load()
	if err != nil {
		return err
	}
	_, err = t.b.Messages.Read(ctx, scope, d, t.sent[n])
	return err
}

// move gives the dossier its next status.
func (t *telling) move(ctx context.Context, b beat) error {
	d, err := dossier.ForStaff(ctx, t.b.DB, t.staff, t.id)
	if err != nil {
		return err
	}
	return t.b.Dossiers.SetStatus(ctx, t.staff, t.id, d.Version, dossier.Status{Key: b.status, Note: t.text(b.note), Result: b.result, ResultText: t.text(b.resultText)})
}

func (t *telling) close(ctx context.Context) error {
	d, err := dossier.ForStaff(ctx, t.b.DB, t.staff, t.id)
	if err != nil {
		return err
	}
	return t.b.Dossiers.SetStatus(ctx, t.staff, t.id, d.Version, dossier.Status{Key: t.story.status, Note: t.text(t.story.note)})
}

// work lets the jobs that wait be done, when the builder can.
func (t *telling) work(ctx context.Context) error {
	if t.b.Work == nil {
		return nil
	}
	return t.b.Work(ctx)
}
