package dossier

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/filetype"
	"voordeur/internal/inspect"
	"voordeur/internal/picture"
	"voordeur/internal/tenant"
)

// isHEIC reports whether a media type is that of photos which only the service of photos decodes.
func isHEIC(mediaType string) bool { return mediaType == "image/heic" || mediaType == "image/heif" }

// turns reports whether a file of the media type becomes JPEG, because it is a photo that many programs do not open.
func (ds *Dossiers) turns(mediaType string) bool {
	return mediaType == "image/webp" || isHEIC(mediaType) && ds.HEIC != nil
}

// jpeg makes JPEG of a photo, one at a time with what is shown.
func (ds *Dossiers) jpeg(ctx context.Context, tenantID string, photo io.ReaderAt, size int64, mediaType string, want picture.Shape) ([]byte, error) {
	var r io.ReadSeeker = io.NewSectionReader(photo, 0, size)
	if isHEIC(mediaType) {
		data, err := ds.HEIC.JPEG(ctx, r, size)
		if err != nil {
			return nil, err
		}
		r, want.Upright = bytes.NewReader(data), true
	}
	leave, err := ds.Pictures.Enter(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	defer leave()
	return picture.JPEG(r, want)
}

// unreadable is why a photo is refused of which jpeg failed, "" when the fault is not the photo's.
func unreadable(err error) string {
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return inspect.Pixels
	case errors.Is(err, picture.ErrBroken):
		return refusedPhoto
	}
	return ""
}

// refusedPhoto is the reason beside those of the inspection; the text is "refusal.photo".
const refusedPhoto = "photo"

// remade is what a document has instead of what was sent.
type remade struct {
	stored              blob.Stored
	fileName, mediaType string
	sentAs              string
	joined              bool // it is the PDF of several photos
}

// turn makes JPEG of a clean photo that is not, in the outcome of its check.
func (ds *Dossiers) turn(ctx context.Context, t *tenant.Tenant, doc Document, content io.ReaderAt, to outcome) (outcome, error) {
	data, err := ds.jpeg(ctx, t.ID, content, doc.Size, doc.MediaType, picture.Shape{})
	if why := unreadable(err); why != "" {
		to.state, to.refusal = Refused, why
		return to, nil
	}
	if err != nil {
		return outcome{}, err
	}
	stored, err := ds.vault.Put(ctx, t.ID, t.Key, bytes.NewReader(data))
	if err != nil {
		return outcome{}, err
	}
	stem := doc.FileName[:strings.LastIndex(doc.FileName, ".")]
	to.made = &remade{stored, filetype.CleanName(stem + ".jpg"), "image/jpeg", doc.FileName, false}
	return to, nil
}

// remake gives a document, loaded in the transaction, its new bytes and names; a title that was the file's name goes along.
// The old bytes are left to the collector.
func remake(ctx context.Context, tx *db.Tx, s access.Scope, doc Document, m *remade) (Document, error) {
	title := doc.Title
	if title == doc.FileName {
		title = m.fileName
	}
	n, err := tx.Exec(ctx, `update document set title = $4, file_name = $5, media_type = $6, sent_as = $7, size = $8, sha256 = $9, blob_key = $10, blob_size = $11, blob_sum = $12
		where tenant_id = $1 and dossier_id = $2 and id = $3 and state = 'checking'`,
		s.Tenant(), doc.Dossier, doc.ID, title, m.fileName, m.mediaType, m.sentAs, m.stored.PlainSize, m.stored.PlainSHA256[:], m.stored.Key, m.stored.StoredSize, m.stored.StoredSum[:])
	if err := db.Guard(n, err, errs.New(errs.Conflict, "document.state_changed")); err != nil {
		return doc, err
	}
	if err := reword(ctx, tx, s.Tenant(), doc.Dossier); err != nil {
		return doc, err
	}
	if _, err := tx.Exec(ctx, `delete from upload where tenant_id = $1 and document_id = $2`, s.Tenant(), doc.ID); err != nil { // they are in it
		return doc, err
	}
	doc.Title, doc.FileName, doc.MediaType, doc.SentAs, doc.Size, doc.stored = title, m.fileName, m.mediaType, m.sentAs, m.stored.PlainSize, m.stored
	event := "document.converted"
	if m.joined {
		event = "document.joined"
	}
	return doc, audit.Record(ctx, tx, s, audit.Entry{Event: event, Dossier: doc.Dossier, Objects: []audit.Object{{Kind: "document", ID: doc.ID}}})
}
