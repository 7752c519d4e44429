// Package messageweb is the pages of the conversation in a dossier, the same for both faces.
package messageweb

import (
	"context"
	"errors"
	"io"
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/message"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	db       *db.DB
	messages *message.Messages
	dossiers *dossier.Dossiers
	tenants  *tenant.Tenants
	ids      *identity.Identity
}

// New returns the pages.
func New(d *db.DB, ms *message.Messages, ds *dossier.Dossiers, ts *tenant.Tenants, ids *identity.Identity) *Pages {
	return &Pages{d, ms, ds, ts, ids}
}

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	read, work, m := access.OfficeWith(access.Read), access.OfficeWith(access.Work), tenant.ModuleMessages
	const one, write = "/dossiers/{dossier}/messages/{message}", "/dossiers/{dossier}/messages/new"
	see, send := access.PortalWith(access.SeeMessages), access.PortalWith(access.SendMessages)
	return []web.Route{
		{Method: web.Get, Pattern: one, Policy: see, Module: m, Handler: p.read},
		{Method: web.Get, Pattern: write, Policy: send, Module: m, Handler: p.newPage},
		{Method: web.Post, Pattern: write, Policy: send, Module: m, Handler: p.send, Streams: true, Resumes: true},
		{Method: web.Get, Pattern: one, Policy: read, Module: m, Handler: p.read},
		{Method: web.Get, Pattern: write, Policy: work, Module: m, Handler: p.newPage},
		{Method: web.Post, Pattern: write, Policy: work, Module: m, Handler: p.send, Streams: true, Resumes: true},
	}
}

// load loads the dossier for whoever is logged in.
func (p *Pages) load(c *web.Ctx) (dossier.Dossier, error) {
	return loadFor(c.R.Context(), p.db, c.Scope, c.Param("dossier"))
}

func loadFor(ctx context.Context, r db.Reader, s access.Scope, id string) (dossier.Dossier, error) {
	if a, ok := access.AsClient(s); ok {
		return dossier.ForClient(ctx, r, a, id)
	}
	if a, ok := access.AsStaff(s); ok {
		return dossier.ForStaff(ctx, r, a, id)
	}
	return dossier.Dossier{}, &errs.Error{Kind: errs.Unauthenticated}
}

// letterView is an opened message, or the form of a new one.
type letterView struct {
	d        dossier.Dossier
	m        message.Message
	docs     []dossier.Document
	files    tenant.FileRule
	attach   bool              // files may go along
	all      []message.Message // the conversation beside it
	parties  []dossier.Party   // of the dossier, for staff
	in       form
	answer   bool // the form may be shown
	problems []ui.Problem
	general  string // what is wrong with the form as a whole
}

type form struct {
	Once, Subject, Body, ReplyTo string
	Client                       string // to whom staff write, "" for every party
	Answers                      int    // to ReplyTo, that the writer has seen
	Resumed                      bool   // typed before a session ended
	Uploads                      []string
	Kept                         []dossier.Upload
}

func (p *Pages) read(c *web.Ctx) error {
	d, err := p.load(c)
	if err != nil {
		return err
	}
	m, err := p.messages.Read(c.R.Context(), c.Scope, d, c.Param("message"))
	if err != nil {
		return err
	}
	// The header counts what is unread after this one was opened.
	if c.Unread, err = notify.Unread(c.R.Context(), p.db, c.Scope); err != nil {
		return err
	}
	v := letterView{d: d, m: m, in: form{Once: web.OnceKey(), ReplyTo: m.ID, Subject: replySubject(c, m.Subject)}}
	if v.in.Answers, err = p.messages.Answers(c.R.Context(), c.Scope, d, m.ID); err != nil {
		return err
	}
	if v.docs, err = p.dossiers.Attachments(c.R.Context(), c.Scope, d, m.ID); err != nil {
		return err
	}
	if v.all, err = p.messages.List(c.R.Context(), c.Scope, d); err != nil {
		return err
	}
	if v.answer, err = p.mayWrite(c, d); err != nil {
		return err
	}
	// Only what the other side wrote is answered (N27).
	v.answer = v.answer && toMe(c, m)
	return p.render(c, 200, m.Subject, v)
}

func replySubject(c *web.Ctx, subject string) string {
	if prefix := c.T("message.re"); len(subject) < len(prefix) || subject[:len(prefix)] != prefix {
		return prefix + subject
	}
	return subject
}

func (p *Pages) mayWrite(c *web.Ctx, d dossier.Dossier) (bool, error) {
	if a, ok := access.AsStaff(c.Scope); ok {
		return a.Can(access.Work), nil
	}
	if !c.Scope.Rights().Has(access.SendMessages) {
		return false, nil
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return false, err
	}
	def, err := p.dossiers.Definition(c.R.Context(), p.db, c.Scope, d.Type)
	return !def.MessagesAreNotes() && (!d.Closed || t.Settings.ClosedMessaging), err
}

// converses is NotFound for a client whose messages in the dossier become notes: he has another page for them.
func (p *Pages) converses(c *web.Ctx, d dossier.Dossier) error {
	if c.Site.Face != access.Portal {
		return nil
	}
	def, err := p.dossiers.Definition(c.R.Context(), p.db, c.Scope, d.Type)
	if err == nil && def.MessagesAreNotes() {
		return errs.Missing()
	}
	return err
}

func (p *Pages) newPage(c *web.Ctx) error {
	d, err := p.load(c)
	if err != nil {
		return err
	}
	ok, err := p.mayWrite(c, d)
	if err != nil {
		return err
	}
	if err := p.converses(c, d); err != nil {
		return err
	}
	if !ok {
		return errs.New(errs.Conflict, "dossier.closed_no_message")
	}
	v := letterView{d: d, in: form{Once: web.OnceKey()}, answer: true}
	if c.Query("resume") != "" {
		if err := p.resume(c, &v); err != nil {
			return err
		}
	}
	return p.render(c, 200, c.T("message.new"), v)
}

// resume fills in what was typed before a session ended.
func (p *Pages) resume(c *web.Ctx, v *letterView) error {
	parked, err := p.ids.ParkedAt(c.R.Context(), c.Scope, c.Path())
	if err != nil || len(parked.Fields) == 0 {
		return err
	}
	for _, f := range parked.Fields {
		v.in.set(f[0], f[1])
	}
	v.in.Resumed = true
	return p.keep(c, v.d, &v.in)
}

func (p *Pages) render(c *web.Ctx, status int, title string, v letterView) error {
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	v.files, v.attach = t.Settings.Files, mayAttach(c, t.Settings.Upload)
	a, staff := access.AsStaff(c.Scope)
	if !staff {
		return c.Render(status, portalLetter(c, c.Frame(title), v))
	}
	if v.parties, err = p.dossiers.Parties(c.R.Context(), a, v.d.ID); err != nil {
		return err
	}
	return c.Render(status, officeLetter(c, c.Frame(title), v))
}

// send takes the form with its files as they stream in; what is wrong comes back with everything
// that was typed and the files that had arrived.
func (p *Pages) send(c *web.Ctx) error {
	d, err := p.load(c)
	if err != nil {
		return err
	}
	if err := p.converses(c, d); err != nil {
		return err
	}
	f, problems, err := p.receive(c, d)
	if err != nil {
		return err
	}
	if len(problems) == 0 {
		err = p.deliver(c, d, f)
		if err == nil {
			return p.sent(c, d, f)
		}
		if errs.Is(err, errs.Conflict) {
			return p.conflict(c, d, f, err)
		}
		if errs.FieldsOf(err) == nil {
			return err
		}
		problems = ui.Problems(c.Texts, err)
	}
	return p.render(c, 422, c.T("message.new"), letterView{d: d, in: f, answer: true, problems: problems})
}

func (p *Pages) sent(c *web.Ctx, d dossier.Dossier, f form) error {
	if f.Resumed {
		if err := p.ids.Unpark(c.R.Context(), c.Scope); err != nil {
			return err
		}
	}
	return c.Done(web.Link("/dossiers/"+d.ID, "tab", message.Tab), sentKey(c, d))
}

// sentKey says that a message was sent, and what happens next.
func sentKey(c *web.Ctx, d dossier.Dossier) string {
	switch {
	case c.Site.Face == access.Portal:
		return "message.sent_office"
	case d.PublishedAt == nil:
		return "message.sent_hidden"
	}
	return "message.sent_client"
}

// conflict gives the form back with everything in it when the dossier was closed or the message was
// answered meanwhile; in the last case sending again is a choice.
func (p *Pages) conflict(c *web.Ctx, d dossier.Dossier, f form, err error) error {
	e, _ := errors.AsType[*errs.Error](err)
	if f.ReplyTo != "" {
		if f.Answers, err = p.messages.Answers(c.R.Context(), c.Scope, d, f.ReplyTo); err != nil {
			return err
		}
	}
	return p.render(c, 409, c.T("message.new"), letterView{d: d, in: f, answer: true, general: c.T(e.Key, e.Args...)})
}

func (p *Pages) deliver(c *web.Ctx, d dossier.Dossier, f form) error {
	in := message.Draft{Subject: f.Subject, Body: f.Body, ReplyTo: f.ReplyTo, Client: f.Client, Uploads: f.Uploads, Answers: f.Answers}
	var err error
	if a, ok := access.AsClient(c.Scope); ok {
		_, err = p.messages.SendAsClient(c.R.Context(), a, d.ID, f.Once, in)
	} else if a, ok := access.AsStaff(c.Scope); ok {
		_, err = p.messages.SendAsStaff(c.R.Context(), a, d.ID, f.Once, in)
	}
	return err
}

func (p *Pages) receive(c *web.Ctx, d dossier.Dossier) (form, []ui.Problem, error) {
	f := form{}
	var problems []ui.Problem
	err := c.Parts(f.set, func(_, name string, r io.Reader) error {
		u, err := p.dossiers.Receive(c.R.Context(), c.Scope, d.ID, dossier.NewUpload{FileName: name, Category: dossier.Delivered}, r)
		if text := ui.FileProblem(c.Texts, name, err); text != "" {
			problems = append(problems, ui.Problem{Field: "file", Text: text})
			return nil
		}
		if err == nil {
			f.Uploads = append(f.Uploads, u.ID)
		}
		return err
	})
	if err != nil {
		return f, nil, err
	}
	return f, problems, p.keep(c, d, &f)
}

func (f *form) set(name, value string) {
	switch name {
	case "once":
		f.Once = value
	case "subject":
		f.Subject = value
	case "body":
		f.Body = value
	case "client":
		f.Client = value
	case "reply_to":
		f.ReplyTo = value
	case "answers":
		f.Answers, _ = strconv.Atoi(value) // a tampered count asks once more
	case "resumed":
		f.Resumed = value != ""
	case "upload":
		f.Uploads = append(f.Uploads, value)
	}
}

// keep looks up the files that have arrived, for the form that comes back. One that is gone was
// sent by the first of two clicks; sending one that is not the sender's own fails later.
func (p *Pages) keep(c *web.Ctx, d dossier.Dossier, f *form) error {
	for _, id := range f.Uploads {
		u, err := p.dossiers.UploadOf(c.R.Context(), c.Scope, d.ID, id)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		f.Kept = append(f.Kept, u)
	}
	return nil
}
