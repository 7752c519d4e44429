package dossier

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/inspect"
	"voordeur/internal/jobs"
	"voordeur/internal/scan"
	"voordeur/internal/tenant"
)

const (
	// JobScan is the kind of the job that checks one document. It runs aside, and for as long as it
	// takes: a scanner that is away must neither pass a document nor lose it.
	JobScan = "document.scan"
	// Scanners is how many documents are checked at once.
	Scanners = 2
)

type scanPayload struct{ Dossier, Document string }

func enqueueScan(ctx context.Context, tx *db.Tx, tenantID, dossier, document string) error {
	return jobs.EnqueueAside(ctx, tx, tenantID, JobScan, scanPayload{dossier, document})
}

const selectOne = selectDocument + `and x.id = $4`

// scanTime is how long the scan of a file may take: clamd's own limit of two minutes and then some,
// and the time to hand it over at a megabyte a second.
func scanTime(size int64) time.Duration {
	return 3*time.Minute + time.Duration(size/mb)*time.Second
}

// ScanJob returns the job that has a document checked, and moves it to the state that follows.
// Nobody hears of the document before that.
func (ds *Dossiers) ScanJob(scanner scan.Scanner) jobs.Func {
	return func(ctx context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
		var p scanPayload
		if err := json.Unmarshal(j.Payload, &p); err != nil {
			return nil, err
		}
		s := authn.System(j.Tenant, JobScan)
		doc, err := db.One(ctx, ds.db, scanDocument, selectOne, s.Tenant(), s.Account(), p.Dossier, p.Document)
		if errs.Is(err, errs.NotFound) { // it is gone, so nobody waits for the outcome
			return nil, nil
		}
		if err != nil || doc.State != Checking {
			return nil, err
		}
		to, err := ds.check(ctx, s, doc, scanner)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, tx *db.Tx) error {
			if err := hold(ctx, tx, s.Tenant(), p.Dossier); err != nil {
				return err
			}
			// It may have been published or withdrawn while it was checked.
			doc, err := db.One(ctx, tx, scanDocument, selectOne, s.Tenant(), s.Account(), p.Dossier, p.Document)
			if err != nil || doc.State != Checking {
				return err
			}
			if to.made != nil {
				doc, err = remake(ctx, tx, s, doc, to.made)
			} else if to.back != nil {
				doc, err = ds.giveBack(ctx, tx, s, doc, to.back)
			}
			if err != nil {
				return err
			}
			if err := ds.move(ctx, tx, s, doc, to); err != nil {
				return err
			}
			return audit.Record(ctx, tx, s, audit.Entry{Event: "document." + to.state, Dossier: p.Dossier, Objects: []audit.Object{{Kind: "document", ID: p.Document}}})
		}, nil
	}
}

// check looks at the bytes of a document. A photo that is clean becomes JPEG, and several become a PDF.
func (ds *Dossiers) check(ctx context.Context, s access.Scope, doc Document, scanner scan.Scanner) (outcome, error) {
	t, err := ds.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return outcome{}, err
	}
	more, err := pagesOf(ctx, ds.db, t.ID, doc.ID)
	if err != nil {
		return outcome{}, err
	}
	size := doc.Size
	for _, p := range more {
		size += p.size
	}
	ctx, cancel := context.WithTimeout(ctx, scanTime(size))
	defer cancel()
	if len(more) > 0 {
		return ds.checkPages(ctx, t, doc, more, scanner)
	}
	content, err := ds.vault.Open(ctx, t.ID, t.Key, doc.stored)
	if err != nil {
		return outcome{}, err
	}
	defer content.Close()
	to, err := look(ctx, t, content, doc.Size, doc.MediaType, scanner)
	if err == nil && to.state == Released && ds.turns(doc.MediaType) {
		return ds.turn(ctx, t, doc, content, to)
	}
	return to, err
}

// look looks at a file: at what it is made of, and then for what a scanner knows.
func look(ctx context.Context, t *tenant.Tenant, content *blob.Content, size int64, mediaType string, scanner scan.Scanner) (outcome, error) {
	rules := t.Settings.Files
	report, err := inspect.File(ctx, content, size, mediaType, inspect.Rules{Macros: rules.Macros, External: rules.External})
	if err != nil {
		return outcome{}, err
	}
	flags := strings.Join(report.Flags, " ")
	if report.Refusal != "" {
		return outcome{state: Refused, refusal: report.Refusal, flags: flags}, nil
	}
	verdict, err := scanner.Scan(ctx, content)
	if err != nil {
		return outcome{}, err
	}
	to := after(verdict)
	to.flags = flags
	return to, nil
}

// after is the state that follows a verdict.
func after(v scan.Verdict) outcome {
	to := outcome{state: Quarantined, scanned: v.State == scan.Clean || v.State == scan.Found, found: v.Reason}
	switch {
	case v.Released():
		to.state = Released
	case v.State == scan.Unscannable:
		to.state = Unscannable
	}
	return to
}
