package tenantweb

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// maxUpload is what is read of a form with a file at all; what is too large beyond it breaks off.
const maxUpload = 32 << 20

// maxTokens is the size in bytes of a package of design tokens.
const maxTokens = 2 << 20

// receive reads a form of a version and one file, of which it keeps one byte more than is allowed.
func receive(c *web.Ctx, most int64) (version int64, file []byte, err error) {
	c.R.Body = http.MaxBytesReader(c.W, c.R.Body, maxUpload)
	parts, err := c.R.MultipartReader()
	if err != nil {
		return 0, nil, broken(err)
	}
	version = -1
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, nil, broken(err)
		}
		b, err := readPart(part, most)
		if err != nil {
			return 0, nil, broken(err)
		}
		switch part.FormName() {
		case "version":
			if version, err = strconv.ParseInt(string(b), 10, 64); err != nil {
				return 0, nil, &errs.Error{Kind: errs.Invalid, Key: "error.form_stale", Err: err}
			}
		case "file":
			file = b
		}
	}
	if version < 0 {
		return 0, nil, errs.New(errs.Invalid, "error.form_stale")
	}
	return version, file, nil
}

func readPart(part *multipart.Part, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(part, most+1))
	if err != nil {
		return nil, err
	}
	// The rest is read and forgotten, so that the browser gets to read the answer.
	_, err = io.Copy(io.Discard, part)
	return b, err
}

func broken(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return &errs.Error{Kind: errs.TooLarge, Err: err}
	}
	return &errs.Error{Kind: errs.Invalid, Key: "error.form_broken", Err: err}
}

func isConflict(err error) bool { return errs.Is(err, errs.Conflict) }

func (p *Pages) logoPage(c *web.Ctx) error { return p.showLogo(c, 200, nil, "") }

func (p *Pages) showLogo(c *web.Ctx, status int, wrong []ui.Problem, general string) error {
	t, _, err := p.now(c)
	if err != nil {
		return err
	}
	title := c.T("settings.logo")
	if status != 200 {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, logoView(c, c.Frame(title), t, wrong, general))
}

// putFile keeps a file of the house style.
func (p *Pages) putFile(c *web.Ctx, a access.Staff, what, done string, most int64, set func(*tenant.Edition, io.Reader) error) error {
	version, file, err := receive(c, most)
	if err != nil {
		return err
	}
	err = p.tenants.Edit(c.R.Context(), a, version, what, func(e *tenant.Edition) error { return set(e, bytes.NewReader(file)) })
	return p.afterFile(c, done, err)
}

func (p *Pages) afterFile(c *web.Ctx, done string, err error) error {
	switch {
	case err == nil:
		return c.Done(filesPath, done)
	case isConflict(err):
		return p.showLogo(c, 409, nil, c.T("settings.logo.conflict"))
	case errs.FieldsOf(err) != nil:
		return p.showLogo(c, 422, problems(c, err), "")
	}
	return err
}

func (p *Pages) putLogo(c *web.Ctx, a access.Staff) error {
	return p.putFile(c, a, "logo", "settings.logo.saved", tenant.MaxLogo, (*tenant.Edition).SetLogo)
}

func (p *Pages) putFont(c *web.Ctx, a access.Staff) error {
	return p.putFile(c, a, "font", "settings.font.saved", tenant.MaxFont, (*tenant.Edition).SetFont)
}

func (p *Pages) dropLogo(c *web.Ctx, a access.Staff) error {
	_, _, version, err := read(c)
	if err != nil {
		return err
	}
	err = p.tenants.Edit(c.R.Context(), a, version, "logo", func(e *tenant.Edition) error {
		e.DropLogo()
		return nil
	})
	return p.afterFile(c, "settings.logo.removed", err)
}

func (p *Pages) importPage(c *web.Ctx) error {
	return c.Render(200, importView(c, c.Frame(c.T("settings.import")), nil))
}

// importTokens reads another organisation's tokens and fills the form with them; nothing is kept
// before somebody has looked.
func (p *Pages) importTokens(c *web.Ctx) error {
	_, file, err := receive(c, maxTokens)
	if err != nil {
		return err
	}
	t, e, err := p.now(c)
	if err != nil {
		return err
	}
	found, err := tenant.ReadTokens(file)
	if errs.FieldsOf(err) != nil {
		return c.Render(422, importView(c, c.Frame(c.T("page.error_title", "title", c.T("settings.import"))), problems(c, err)))
	}
	if err != nil {
		return err
	}
	e.Settings.Theme = found.Apply(e.Settings.Theme)
	v, err := p.view(c, styleSection(), t, styleEntries(c, e))
	if err != nil {
		return err
	}
	v.action, v.style.imported = stylePath, true
	for _, used := range found.Used {
		v.notes = append(v.notes, c.T("settings.import.used", "field", c.T("settings.style."+used.Field), "token", used.Token, "value", used.Value))
	}
	if found.UnknownFont != "" {
		v.notes = append(v.notes, c.T("settings.import.font", "font", found.UnknownFont))
	}
	v.problems = problems(c, e.Settings.Theme.Check())
	return showStyle(c, 200, v, t, e)
}
