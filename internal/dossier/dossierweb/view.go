package dossierweb

import (
	"bytes"
	"errors"
	"net/http"

	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/filetype"
	"voordeur/internal/picture"
	"voordeur/internal/web"
)

// openHref is the address that shows a document in the browser, "" when it is only downloaded.
func openHref(c *web.Ctx, base string, d dossier.Document) string {
	if c.Site.DocsURL == "" || !d.Opens() {
		return ""
	}
	return base + "/documents/" + d.ID + "/open"
}

// open sends the browser to the document on the host of documents. What cannot be shown there is
// downloaded.
func (p *Pages) open(c *web.Ctx) error {
	ctx := c.R.Context()
	d, err := p.dossiers.Openable(ctx, c.Scope, c.Param("dossier"), c.Param("document"))
	if err != nil {
		return err
	}
	if c.Site.DocsURL == "" || !d.Opens() {
		return c.See("/dossiers/" + d.Dossier + "/documents/" + d.ID)
	}
	ticket, err := p.dossiers.Ticket(ctx, c.Scope, d)
	if err != nil {
		return err
	}
	http.Redirect(c.W, c.R, c.Site.DocsURL+"/view/"+ticket+"/"+viewName(d), http.StatusSeeOther)
	return nil
}

// viewName ends the address of a shown document. It is not the file's own name, which may tell more
// than an address should; that one goes in the header for whoever saves it.
func viewName(d dossier.Document) string {
	if d.MediaType == "application/pdf" {
		return "document.pdf"
	}
	return "image"
}

// The policies of what is shown. No script, no form and no request can come of it. Chromium shows a
// PDF in a page of its own making, with a style sheet in it and the viewer as an embedded object.
const (
	imagePolicy = "default-src 'none'; img-src 'self'; style-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
	pdfPolicy   = "default-src 'none'; object-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// view shows a document for a ticket, on the host of documents alone.
func (p *Pages) view(c *web.Ctx) error {
	f, err := p.dossiers.View(c.R.Context(), c.Site.Tenant, c.Param("ticket"), c.Scope.Origin())
	if err != nil {
		return err
	}
	defer f.Close()
	if c.Param("filename") != viewName(f.Document) {
		return errs.New(errs.NotFound, "view.over")
	}
	h := c.W.Header()
	h.Set("Content-Disposition", filetype.Disposition("inline", f.FileName))
	h.Set("Cache-Control", "no-store, private")
	h.Set("Referrer-Policy", "no-referrer")
	if f.MediaType == "application/pdf" {
		h.Set("Content-Security-Policy", pdfPolicy)
		h.Set("Content-Type", f.MediaType)
		http.ServeContent(c.W, c.R, "", f.CreatedAt.Time, f.Content)
		return nil
	}
	clean, mediaType, err := p.dossiers.Picture(c.R.Context(), c.Site.Tenant, f)
	if err != nil {
		h.Del("Content-Disposition")
		return refused(err)
	}
	h.Set("Content-Security-Policy", imagePolicy)
	h.Set("Content-Type", mediaType)
	http.ServeContent(c.W, c.R, "", f.CreatedAt.Time, bytes.NewReader(clean))
	return nil
}

// refused says of an image that cannot be shown that it can be downloaded.
func refused(err error) error {
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return &errs.Error{Kind: errs.TooLarge, Key: "view.too_large", Err: err}
	case errors.Is(err, picture.ErrBroken):
		return &errs.Error{Kind: errs.Invalid, Key: "view.broken", Err: err}
	}
	return err
}
