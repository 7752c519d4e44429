package dossier

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/filetype"
	"voordeur/internal/picture"
	"voordeur/internal/tenant"
)

const (
	// ticketLife is how long the address of an opened document works.
	ticketLife = 5 * time.Minute
	// maxShown is the size in bytes of an image that is decoded to be shown.
	maxShown = 50 * mb
)

// Opens reports whether a browser may show the document: a PDF, or an image that is encoded anew.
// Everything else is only ever downloaded.
func (d Document) Opens() bool {
	t, _ := filetype.Lookup(d.FileName[strings.LastIndex(d.FileName, ".")+1:])
	return d.State == Released && t.Inline() && t.MediaType == d.MediaType && (d.MediaType == "application/pdf" || d.Size <= maxShown)
}

// visible loads a document that the actor sees; any other is NotFound.
func (ds *Dossiers) visible(ctx context.Context, s access.Scope, dossier, id string) (Document, error) {
	if c, ok := access.AsClient(s); ok {
		d, err := ForClient(ctx, ds.db, c, dossier)
		if err != nil {
			return Document{}, err
		}
		doc, err := db.One(ctx, ds.db, scanDocument, selectDocument+clientSeesDocument+`and x.id = $5`, s.Tenant(), s.Account(), d.ID, s.Client(), id)
		if err == nil && doc.withheld(c) {
			return Document{}, errs.Missing()
		}
		return doc, err
	}
	a, ok := access.AsStaff(s)
	if !ok {
		return Document{}, errs.Missing()
	}
	d, err := ForStaff(ctx, ds.db, a, dossier)
	if err != nil {
		return Document{}, err
	}
	return db.One(ctx, ds.db, scanDocument, selectDocument+`and x.id = $4`, s.Tenant(), s.Account(), d.ID, id)
}

// Openable returns a document that the actor sees, for a page that decides how to give it.
func (ds *Dossiers) Openable(ctx context.Context, s access.Scope, dossier, id string) (Document, error) {
	doc, err := ds.visible(ctx, s, dossier, id)
	if err == nil && doc.State != Released {
		err = errs.New(errs.Conflict, "document.not_released")
	}
	return doc, err
}

// Ticket records that the actor looks at a document of Openable, which makes it read for his
// account, and returns what the host of documents shows it for. The ticket holds for a few minutes,
// for this document, and for as long as the session and the mandate live; it is sealed, so that an address tells
// nothing of either.
func (ds *Dossiers) Ticket(ctx context.Context, s access.Scope, doc Document) (string, error) {
	t, err := ds.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return "", err
	}
	if err := ds.markRead(ctx, s, doc); err != nil {
		return "", err
	}
	face := access.Office
	if _, client := access.AsClient(s); client {
		face = access.Portal
	}
	until := strconv.FormatInt(ds.db.Clock().Now().Add(ticketLife).Unix(), 10)
	plain := strings.Join([]string{string(face), s.Session(), s.Behalf().Mandate, doc.Dossier, doc.ID, until}, "|")
	return base64.RawURLEncoding.EncodeToString(t.Key.Seal([]byte(plain), ticketPlace(t.ID))), nil
}

func ticketPlace(tenantID string) string { return "view|ticket|" + tenantID }

// View opens a document for a ticket of the tenant. Whoever got the ticket must still be logged in
// and still see the document; otherwise, and for a ticket that was forged or is too old, the answer
// is one and the same NotFound.
func (ds *Dossiers) View(ctx context.Context, tenantID, ticket, origin string) (File, error) {
	doc, err := ds.redeem(ctx, tenantID, ticket, origin)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Forbidden) {
		return File{}, &errs.Error{Kind: errs.NotFound, Key: "view.over", Err: err}
	}
	if err != nil {
		return File{}, err
	}
	t, err := ds.tenants.Get(ctx, tenantID)
	if err != nil {
		return File{}, err
	}
	content, err := ds.vault.Open(ctx, t.ID, t.Key, doc.stored)
	return File{doc, content}, err
}

// Picture makes the image of View anew, with nothing in it but its pixels.
func (ds *Dossiers) Picture(ctx context.Context, tenantID string, f File) (data []byte, mediaType string, err error) {
	leave, err := ds.Pictures.Enter(ctx, tenantID)
	if err != nil {
		return nil, "", err
	}
	defer leave()
	return picture.Clean(f.Content)
}

func (ds *Dossiers) redeem(ctx context.Context, tenantID, ticket, origin string) (Document, error) {
	t, err := ds.tenants.Get(ctx, tenantID)
	if err != nil {
		return Document{}, err
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(ticket)
	if err != nil {
		return Document{}, &errs.Error{Kind: errs.NotFound, Err: err}
	}
	plain, err := t.Key.Open(sealed, ticketPlace(t.ID))
	if err != nil {
		return Document{}, &errs.Error{Kind: errs.NotFound, Err: err}
	}
	p := strings.Split(string(plain), "|")
	until, err := strconv.ParseInt(p[len(p)-1], 10, 64)
	if len(p) != 6 || err != nil || ds.db.Clock().Now().Unix() > until {
		return Document{}, errs.Missing()
	}
	session, err := authn.Resume(ctx, ds.db, t.ID, t.Settings.Sessions.Limits(), access.Face(p[0]), p[1], p[2], origin)
	if err == nil && (session.Scope.Behalf().Mandate != p[2] || p[2] != "" && !t.Settings.Modules[tenant.ModuleMandates]) { // it has ended
		err = errs.Missing()
	}
	if err != nil {
		return Document{}, err
	}
	doc, err := ds.visible(ctx, session.Scope, p[3], p[4])
	if err == nil && !doc.Opens() {
		err = errs.Missing()
	}
	return doc, err
}
