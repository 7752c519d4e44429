package dossier

import (
	"context"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

const maxTitle = 200

// errClosed refuses what is added to a dossier that is over (D44, E21).
var errClosed = errs.New(errs.Conflict, "document.closed")

// Delivery is what a client adds to a dossier himself (D41): files that are of one kind.
type Delivery struct {
	Uploads []string // his own, complete
	Type    string   // key of a kind of document that the dossier's type lets clients add
	Title   string
}

// Place is a dossier with what a client may add to it.
type Place struct {
	Dossier
	Kinds []dossiertype.DocumentType
	Rule  tenant.UploadRule
	Files tenant.FileRule
}

// PlaceFor returns a dossier to which the client may add documents. Where there is nothing that he may add it is
// NotFound, and in a dossier that is closed it comes with a Conflict.
func (ds *Dossiers) PlaceFor(ctx context.Context, a access.Client, id string) (Place, error) {
	return ds.placeFor(ctx, ds.db, a, id)
}

func (ds *Dossiers) placeFor(ctx context.Context, r db.Reader, a access.Client, id string) (Place, error) {
	if err := a.Require(access.UploadDocuments); err != nil {
		return Place{}, err
	}
	t, err := ds.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return Place{}, err
	}
	d, err := ForClient(ctx, r, a, id)
	if err != nil {
		return Place{}, err
	}
	def, err := ds.Definition(ctx, r, a.Scope(), d.Type)
	if err != nil {
		return Place{}, err
	}
	p := Place{d, def.Deliverable(), t.Settings.Upload, t.Settings.Files}
	switch {
	case !p.Rule.Takes(tenant.InDossier) || len(p.Kinds) == 0:
		return Place{}, errs.Missing()
	case d.Closed:
		return p, errClosed
	}
	return p, nil
}

// Kind returns the kind with the key. Where nobody has to choose one, "" is what is of no other kind.
func (p Place) Kind(key string) (dossiertype.DocumentType, bool) {
	if key == "" && !p.Rule.Asks(tenant.FieldType) {
		key = dossiertype.OtherDocument
	}
	for _, k := range p.Kinds {
		if k.Key == key {
			return k, true
		}
	}
	return dossiertype.DocumentType{}, false
}

// Check returns what is wrong with a delivery, by the fields of its form (conflicts.md K16).
func (p Place) Check(in Delivery) errs.Fields {
	var f errs.Fields
	switch {
	case len(in.Uploads) == 0:
		f.Add("file", "upload.none")
	case len(in.Uploads) > p.Files.MaxAttachment:
		f.Add("file", "message.too_many_files", "max", p.Files.MaxAttachment)
	}
	if _, known := p.Kind(in.Type); !known {
		f.Add("type", "document.type_needed")
	}
	switch title := strings.TrimSpace(in.Title); {
	case title == "" && p.Rule.Asks(tenant.FieldTitle):
		f.Add("document_title", "document.title_needed")
	case utf8.RuneCountInString(title) > maxTitle:
		f.Add("document_title", "field.too_long", "max", maxTitle)
	case strings.ContainsFunc(title, unicode.IsControl):
		f.Add("document_title", "settings.one_line")
	}
	return f
}

// Deliver makes documents of what a client adds to a dossier that runs; he sees them at once, and cannot change them
// any more (D41, D42). Once is the form's key: a double click adds them once. When the dossier was closed meanwhile it is
// a Conflict, and nothing of the files stays (D44).
func (ds *Dossiers) Deliver(ctx context.Context, a access.Client, id, once string, in Delivery) error {
	s := a.Scope()
	var again bool
	err := ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := hold(ctx, tx, s.Tenant(), id); err != nil { // who closes it waits, or has done so
			return err
		}
		p, err := ds.placeFor(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := p.Check(in).Err(); err != nil {
			return err
		}
		_, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if again = !fresh; err != nil || again {
			return err
		}
		if err := ds.addAll(ctx, tx, a, p, in); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, id)
	})
	if errs.Is(err, errs.Conflict) || err == nil && again {
		return ds.Forget(ctx, s, id, in.Uploads, err)
	}
	return err
}

// addAll makes a document of each file. Several of one title are counted.
func (ds *Dossiers) addAll(ctx context.Context, tx *db.Tx, a access.Client, p Place, in Delivery) error {
	kind, _ := p.Kind(in.Type)
	for n, up := range in.Uploads {
		w, err := take(ctx, tx, a.Scope(), p.ID, up)
		if err != nil {
			return err
		}
		w.Type, w.rank, w.title = kind.Key, kind.Rank, strings.TrimSpace(in.Title)
		if w.title != "" && len(in.Uploads) > 1 {
			w.title += " (" + strconv.Itoa(n+1) + ")"
		}
		if _, err := ds.become(ctx, tx, a.Scope(), Letter{Client: a.Scope().Client()}, w); err != nil {
			return err
		}
	}
	return nil
}

// Forget drops an account's own files that came for nothing, and returns the cause.
func (ds *Dossiers) Forget(ctx context.Context, s access.Scope, id string, uploads []string, cause error) error {
	for _, up := range uploads {
		if err := ds.Drop(ctx, s, id, up); err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
	}
	return cause
}
