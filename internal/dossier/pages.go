package dossier

import (
	"context"
	"io"
	"slices"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/filetype"
	"voordeur/internal/inspect"
	"voordeur/internal/pdf"
	"voordeur/internal/picture"
	"voordeur/internal/scan"
	"voordeur/internal/tenant"
)

const (
	// maxPages is how many photos become one PDF, which bounds the memory that takes; more of them become several.
	maxPages = 40
	// pageLong is the long side of a photo in a PDF in pixels, enough to read small print of a sheet.
	pageLong = 2480
	// maxTogether is how much the photos of one PDF may be in bytes, more than any camera makes of them.
	maxTogether = 120 * mb
)

// pictured reports whether a file of the media type can be a page of a PDF.
func (ds *Dossiers) pictured(mediaType string) bool {
	return mediaType == "image/jpeg" || mediaType == "image/png" || ds.turns(mediaType)
}

// sets puts files that become one document each beside each other. Together, photos are one set, at the place of the first.
func (ds *Dossiers) sets(all []Kept, together bool) [][]Kept {
	var out [][]Kept
	open := -1 // the set that takes the next photo
	for _, k := range all {
		switch {
		case !together || !ds.pictured(k.mediaType):
			out = append(out, []Kept{k})
		case open < 0 || len(out[open]) == maxPages:
			open = len(out)
			out = append(out, []Kept{k})
		default:
			out[open] = append(out[open], k)
		}
	}
	return out
}

// addPages lets further photos wait for the check of a document of which they become pages.
func addPages(ctx context.Context, tx *db.Tx, s access.Scope, document string, more []Kept) error {
	for n, k := range more {
		_, err := tx.Exec(ctx, `update upload set document_id = $3, position = $4 where tenant_id = $1 and id = $2`, s.Tenant(), k.ID, document, n+1)
		if err != nil {
			return err
		}
	}
	return nil
}

// page is a photo that becomes one of a PDF.
type page struct {
	upload, item        string // "" for the photo that the document has itself
	fileName, mediaType string
	size                int64
	stored              blob.Stored
	refusal             string // why it cannot, "" while nothing speaks against it
}

// pagesOf returns the further photos of a document that is being checked.
func pagesOf(ctx context.Context, r db.Reader, tenantID, document string) ([]page, error) {
	return db.All(ctx, r, func(scan db.Scan) (page, error) {
		var p page
		var plain, sum []byte
		err := scan(&p.upload, &p.item, &p.fileName, &p.mediaType, &p.size, &plain, &p.stored.Key, &p.stored.StoredSize, &sum)
		p.stored.PlainSize = p.size
		copy(p.stored.PlainSHA256[:], plain)
		copy(p.stored.StoredSum[:], sum)
		return p, err
	}, `select id, coalesce(item_id, ''), file_name, media_type, size, sha256, blob_key, blob_size, blob_sum from upload where tenant_id = $1 and document_id = $2 order by position, id`, tenantID, document)
}

// checkPages checks every photo of a document, and makes the PDF of them when each passes. When one does not, the document
// is refused, and the others go back to who sent them.
func (ds *Dossiers) checkPages(ctx context.Context, t *tenant.Tenant, doc Document, more []page, scanner scan.Scanner) (outcome, error) {
	all := append([]page{{fileName: doc.FileName, mediaType: doc.MediaType, size: doc.Size, stored: doc.stored}}, more...)
	texts := t.Texts("")
	d := pdf.Document{Title: doc.Title, Lang: string(texts.Lang()), Created: doc.CreatedAt.Time}
	to := outcome{state: Released, scanned: true}
	var names []string
	total := 0
	for n := range all {
		data, scanned, err := ds.checkPage(ctx, t, &all[n], scanner)
		if err != nil {
			return outcome{}, err
		}
		if to.scanned = to.scanned && scanned; total+len(data) > maxTogether && all[n].refusal == "" {
			all[n].refusal = inspect.Pixels
		}
		total += len(data)
		if why := all[n].refusal; why != "" && to.refusal == "" {
			to.state, to.refusal, to.back = Refused, why, all
		}
		names = append(names, all[n].fileName)
		d.Blocks = append(d.Blocks, pdf.Image{Data: data, Alt: texts.T("document.photo_n", "n", n+1, "total", len(all)), FullPage: true})
	}
	if to.state == Refused {
		return to, nil
	}
	stored, err := ds.putPDF(ctx, t, d)
	if err != nil {
		return outcome{}, err
	}
	to.made = &remade{stored, titled(doc.Title), "application/pdf", strings.Join(names, ", "), true}
	return to, nil
}

// titled is the name of a file with a title.
func titled(title string) string {
	return filetype.CleanName(strings.NewReplacer("/", "-", `\`, "-").Replace(title) + ".pdf")
}

// checkPage inspects and scans a photo as any file, and returns it as it stands in the PDF. Its refusal says why not.
func (ds *Dossiers) checkPage(ctx context.Context, t *tenant.Tenant, p *page, scanner scan.Scanner) (data []byte, scanned bool, err error) {
	content, err := ds.vault.Open(ctx, t.ID, t.Key, p.stored)
	if err != nil {
		return nil, false, err
	}
	defer content.Close()
	seen, err := look(ctx, t, content, p.size, p.mediaType, scanner)
	if err != nil {
		return nil, false, err
	}
	switch seen.state {
	case Released:
	case Refused:
		p.refusal = seen.refusal
		return nil, seen.scanned, nil
	default: // its sender can take it again: nobody has to decide about it
		p.refusal = refusedFound
		return nil, seen.scanned, nil
	}
	data, err = ds.jpeg(ctx, t.ID, content, p.size, p.mediaType, picture.Shape{Most: pageLong})
	if p.refusal = unreadable(err); p.refusal != "" {
		return nil, seen.scanned, nil
	}
	return data, seen.scanned, err
}

// refusedFound is the reason of a photo that a scanner does not let pass; the text is "refusal.found".
const refusedFound = "found"

// putPDF stores a document while it is written.
func (ds *Dossiers) putPDF(ctx context.Context, t *tenant.Tenant, d pdf.Document) (blob.Stored, error) {
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(pdf.Write(w, d)) }()
	stored, err := ds.vault.Put(ctx, t.ID, t.Key, r)
	_ = r.CloseWithError(io.ErrClosedPipe) // whoever still writes stops
	return stored, err
}

// giveBack returns the good photos of a document that is refused to the answer that they came with, and lets go of the
// others. The document, loaded in the transaction, has the names of those from now on.
func (ds *Dossiers) giveBack(ctx context.Context, tx *db.Tx, s access.Scope, doc Document, all []page) (Document, error) {
	item, bad := all[1].item, []string(nil)
	for _, p := range all {
		var err error
		switch {
		case p.refusal != "":
			bad = append(bad, p.fileName)
			_, err = tx.Exec(ctx, `delete from upload where tenant_id = $1 and id = $2`, s.Tenant(), p.upload)
		case p.upload != "":
			_, err = tx.Exec(ctx, `update upload set document_id = null where tenant_id = $1 and id = $2`, s.Tenant(), p.upload)
		default:
			_, err = tx.Exec(ctx, `insert into upload (tenant_id, id, dossier_id, account_id, client_id, category, file_name, media_type, size, received, sha256, blob_key, blob_size, blob_sum, created_at, item_id)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12, $13, $14, nullif($15, ''))`, s.Tenant(), tx.NewID(), doc.Dossier, doc.By, doc.Client, string(Delivered), p.fileName, p.mediaType, p.size,
				p.stored.PlainSHA256[:], p.stored.Key, p.stored.StoredSize, p.stored.StoredSum[:], doc.CreatedAt, item)
		}
		if err != nil {
			return doc, err
		}
	}
	doc.FileName = strings.Join(slices.Compact(bad), ", ")
	doc.Title = doc.FileName
	if _, err := tx.Exec(ctx, `update document set file_name = $4, title = $4 where tenant_id = $1 and dossier_id = $2 and id = $3`, s.Tenant(), doc.Dossier, doc.ID, doc.FileName); err != nil {
		return doc, err
	}
	return doc, ds.Returned(ctx, tx, s, doc, item)
}
