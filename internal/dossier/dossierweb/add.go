package dossierweb

import (
	"io"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// addForm is what a client adds, as it was posted.
type addForm struct {
	Once, Type, Title string
	Resumed           bool // typed before a session ended
	Uploads           []string
	Kept              []dossier.Upload
}

func (f *addForm) set(name, value string) {
	switch name {
	case "once":
		f.Once = value
	case "type":
		f.Type = value
	case "document_title":
		f.Title = value
	case "resumed":
		f.Resumed = value != ""
	case "upload":
		f.Uploads = append(f.Uploads, value)
	}
}

// addView is the page on which a client adds documents to his dossier.
type addView struct {
	place    dossier.Place
	in       addForm
	came     []string // the files that came with the form
	problems []ui.Problem
	general  string
}

func (v addView) back() string { return "/dossiers/" + v.place.ID }

// kinds are what the document can be. Where nobody has to choose, what is of no other kind is chosen.
func (v addView) kinds(c *web.Ctx) []ui.Option {
	var out []ui.Option
	chosen, _ := v.place.Kind(v.in.Type)
	for _, k := range v.place.Kinds {
		out = append(out, ui.Option{Value: k.Key, Label: k.Name.In(c.Texts.Lang()), Hint: k.Explain.In(c.Texts.Lang()), Chosen: k.Key == chosen.Key})
	}
	return out
}

// upload is the field for the files, with those that had arrived when the form came back.
func (v addView) upload(c *web.Ctx) ui.Upload {
	u := ui.Upload{
		Texts: c.Texts, Label: c.T("document.file"), Error: ui.ErrorOf(v.problems, "file"),
		Endpoint: "/dossiers/" + v.place.ID + "/uploads", Extensions: v.place.Files.Takes(), MaxMB: v.place.Files.ClientMaxMB,
	}
	for _, k := range v.in.Kept {
		u.Kept = append(u.Kept, ui.KeptFile{ID: k.ID, Name: k.FileName, Size: k.Size})
	}
	return u
}

func (p *Pages) addPage(c *web.Ctx, a access.Client) error {
	place, err := p.dossiers.PlaceFor(c.R.Context(), a, c.Param("dossier"))
	if err != nil {
		return err
	}
	v := addView{place: place, in: addForm{Once: web.OnceKey(), Type: c.Query("type")}} // chosen where it is asked for
	if c.Query("resume") != "" {
		if err := p.resume(c, &v); err != nil {
			return err
		}
	}
	return c.Render(200, addSheet(c, c.Frame(c.T("document.add_title")), v))
}

// resume fills in what was typed before a session ended.
func (p *Pages) resume(c *web.Ctx, v *addView) error {
	parked, err := p.ids.ParkedAt(c.R.Context(), c.Scope, c.Path())
	if err != nil || len(parked.Fields) == 0 {
		return err
	}
	for _, f := range parked.Fields {
		v.in.set(f[0], f[1])
	}
	v.in.Resumed = true
	return p.arrived(c, &v.in)
}

// arrived looks up the files that are at the server, for the form that comes back. One that is gone was added by the
// first of two clicks; adding one that is not the sender's own fails later.
func (p *Pages) arrived(c *web.Ctx, f *addForm) error {
	for _, id := range f.Uploads {
		u, err := p.dossiers.UploadOf(c.R.Context(), c.Scope, c.Param("dossier"), id)
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

// addOwn adds what a client sends. What is wrong comes back with all that was typed and the files that had arrived; in
// a dossier that was closed meanwhile no file stays.
func (p *Pages) addOwn(c *web.Ctx, a access.Client) error {
	ctx := c.R.Context()
	place, err := p.dossiers.PlaceFor(ctx, a, c.Param("dossier"))
	closed := errs.Is(err, errs.Conflict)
	if err != nil && !closed {
		return err
	}
	v := addView{place: place}
	if err := p.receive(c, &v); err != nil {
		return err
	}
	in := dossier.Delivery{Uploads: v.in.Uploads, Type: v.in.Type, Title: v.in.Title}
	if len(v.problems) > 0 && !closed {
		v.problems = append(v.problems, ui.Problems(c.Texts, p.rest(place, in))...)
		return p.addAgain(c, 422, v)
	}
	switch err := p.dossiers.Deliver(ctx, a, place.ID, v.in.Once, in); {
	case errs.Is(err, errs.Conflict):
		v.general, v.problems, v.in.Uploads = c.T("document.closed_lost"), nil, nil
		return p.addAgain(c, 409, v)
	case errs.FieldsOf(err) != nil:
		v.problems = ui.Problems(c.Texts, err)
		return p.addAgain(c, 422, v)
	case err != nil:
		return p.dossiers.Forget(ctx, c.Scope, place.ID, v.came, err)
	}
	return p.added(c, v)
}

// receive reads the form with its files as they stream in. In a dossier that is closed none is kept.
func (p *Pages) receive(c *web.Ctx, v *addView) error {
	return c.Parts(v.in.set, func(_, name string, r io.Reader) error {
		u, err := p.dossiers.Receive(c.R.Context(), c.Scope, v.place.ID, dossier.NewUpload{FileName: name, Category: dossier.Delivered}, r)
		if text := ui.FileProblem(c.Texts, name, err); text != "" {
			v.problems = append(v.problems, ui.Problem{Field: "file", Text: text})
			return nil
		}
		if err == nil {
			v.in.Uploads, v.came = append(v.in.Uploads, u.ID), append(v.came, u.ID)
		}
		if errs.Is(err, errs.Conflict) {
			return nil
		}
		return err
	})
}

// rest is what is wrong beside the files.
func (p *Pages) rest(place dossier.Place, in dossier.Delivery) error {
	in.Uploads = []string{""}
	return place.Check(in).Err()
}

func (p *Pages) addAgain(c *web.Ctx, code int, v addView) error {
	if err := p.arrived(c, &v.in); err != nil {
		return err
	}
	return c.Render(code, addSheet(c, c.Frame(c.T("page.error_title", "title", c.T("document.add_title"))), v))
}

func (p *Pages) added(c *web.Ctx, v addView) error {
	if v.in.Resumed {
		if err := p.ids.Unpark(c.R.Context(), c.Scope); err != nil {
			return err
		}
	}
	key := "document.added_one"
	if len(v.in.Uploads) > 1 {
		key = "document.added_more"
	}
	return c.Done(web.Link(v.back(), "tab", string(dossier.Delivered)), key)
}

// mayAdd reports whether the page offers to add documents: to the client himself, in a dossier that runs.
func (v pageView) mayAdd(c *web.Ctx) bool {
	return v.as == nil && !v.d.Closed && v.settings.Upload.Takes(tenant.InDossier) && len(v.def.Deliverable()) > 0 && c.May(tenant.ModuleDossiers, access.UploadDocuments)
}

func (v pageView) addHref() string { return "/dossiers/" + v.d.ID + "/documents/new" }
