package server

import (
	"context"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/web"
)

// park sees to it that nothing is lost of a form that came in after its session had ended. It is
// kept for the account that the session was of, and its writer is sent to log in. Whoever logged
// out, in another window perhaps, has no session left that says whose it is: he gets it back, to be
// sent again. It reports whether it answered; a form of nothing but files gets the ordinary answer.
func (a *App) park(rec *recorder, c *web.Ctx, r web.Route) bool {
	if r.Form == nil && !r.Resumes || c.R.Method != http.MethodPost || wantsProblem(c.R) {
		return false
	}
	fields, err := typedIn(c, r.TextFile)
	if err != nil || len(fields) == 0 {
		return false
	}
	if a.keep(c, r, fields) {
		c.SetFlash(web.Flash{Kind: "info", Key: "resume.log_in"})
		_ = c.See(web.Link("/login", "next", "/resume")) // See has no error to give
		return true
	}
	slices.SortStableFunc(fields, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	if err := c.Render(http.StatusUnauthorized, giveBack(c, c.Frame(c.T("resume.out")), r.Resumes, fields)); err != nil {
		a.Log.Error("answer", "id", rec.id, "err", err)
	}
	return true
}

// keep stores the form for the account of an ended session, and reports whether there is one.
func (a *App) keep(c *web.Ctx, r web.Route, fields [][2]string) bool {
	token := c.Cookie("session")
	if token == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(c.R.Context(), pageTime)
	defer cancel()
	t, err := a.Tenants.Get(ctx, c.Site.Tenant)
	if err == nil {
		err = a.Identity.Park(ctx, t, c.Site.Face, token, identity.Parked{Path: c.Path(), Shows: r.Resumes, Fields: fields})
	}
	if err != nil && !errs.Is(err, errs.NotFound) {
		a.Log.Error("park", "err", err)
	}
	return err == nil
}

// typedIn reads the text fields of a form; files cannot wait, but for one that brings the text of a field, and the first
// large one ends the reading.
func typedIn(c *web.Ctx, textFile string) ([][2]string, error) {
	if c.R.PostForm != nil { // a handler has read it
		return textOf(c.R.PostForm), nil
	}
	kind, params, err := mime.ParseMediaType(c.R.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	body := http.MaxBytesReader(c.W, c.R.Body, web.MaxForm)
	if kind == "multipart/form-data" {
		return textParts(multipart.NewReader(body, params["boundary"]), textFile)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	values, err := url.ParseQuery(string(b))
	return textOf(values), err
}

func textOf(values url.Values) [][2]string {
	var fields [][2]string
	for name, list := range values {
		for _, v := range list {
			if !secret(name) {
				fields = append(fields, [2]string{name, web.Clean(v)})
			}
		}
	}
	return fields
}

// secret reports whether a field holds what is never kept: a password or a code is typed again, and so is what another
// party gave and a private key.
func secret(name string) bool {
	return strings.Contains(name, "password") || strings.Contains(name, "secret") || name == "code" || name == "pin"
}

func textParts(parts *multipart.Reader, textFile string) ([][2]string, error) {
	var fields [][2]string
	var brought strings.Builder
	files := io.Discard
	if textFile != "" {
		files = &brought
	}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return instead(fields, textFile, brought.String()), nil
		}
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			if _, err := io.Copy(files, part); err != nil { // a large one: what came before it is kept
				return fields, nil
			}
			continue
		}
		b, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		if !secret(part.FormName()) {
			fields = append(fields, [2]string{part.FormName(), web.Clean(string(b))})
		}
	}
}

// instead puts what a file brought in the place of what was typed in a field; without a name or a file nothing changes.
func instead(fields [][2]string, name, brought string) [][2]string {
	if name == "" || brought == "" {
		return fields
	}
	fields = slices.DeleteFunc(fields, func(f [2]string) bool { return f[0] == name })
	return append(fields, [2]string{name, web.Clean(brought)})
}
