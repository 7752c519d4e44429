package dossier

import (
	"context"
	"encoding/json"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/jobs"
	"voordeur/internal/scan"
)

// JobScan is the kind of the job that checks one document.
const JobScan = "document.scan"

type scanPayload struct{ Dossier, Document string }

func enqueueScan(ctx context.Context, tx *db.Tx, tenantID, dossier, document string) error {
	return jobs.Enqueue(ctx, tx, tenantID, JobScan, scanPayload{dossier, document})
}

const selectOne = selectDocument + `and x.id = $4`

// ScanJob returns the job that has a document checked, and releases or refuses it. Nobody hears of
// the document before that.
func (ds *Dossiers) ScanJob(scanner scan.Scanner) jobs.Func {
	return func(ctx context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
		var p scanPayload
		if err := json.Unmarshal(j.Payload, &p); err != nil {
			return nil, err
		}
		s := authn.System(j.Tenant, JobScan)
		doc, err := db.One(ctx, ds.db, scanDocument, selectOne, j.Tenant, "", p.Dossier, p.Document)
		if err != nil || doc.State != Checking {
			return nil, err
		}
		t, err := ds.tenants.Get(ctx, j.Tenant)
		if err != nil {
			return nil, err
		}
		content, err := ds.vault.Open(ctx, t.ID, t.Key, doc.stored)
		if err != nil {
			return nil, err
		}
		defer content.Close()
		verdict, err := scanner.Scan(ctx, content)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, tx *db.Tx) error {
			if err := hold(ctx, tx, j.Tenant, p.Dossier); err != nil {
				return err
			}
			state := Refused
			if verdict.Released() {
				state = Released
			}
			n, err := tx.Exec(ctx, `update document set state = $4, scanned = $5, version = version + 1 where tenant_id = $1 and dossier_id = $2 and id = $3 and state = 'checking'`,
				j.Tenant, p.Dossier, p.Document, state, verdict.State != scan.Unscanned)
			if err != nil || n == 0 {
				return err
			}
			// It may have been published or withdrawn while it was checked.
			doc, err := db.One(ctx, tx, scanDocument, selectOne, j.Tenant, "", p.Dossier, p.Document)
			if err != nil {
				return err
			}
			d, err := db.One(ctx, tx, scanDossier, selectDossier+`d.tenant_id = $1 and d.id = $2`, j.Tenant, p.Dossier)
			if err != nil {
				return err
			}
			if err := ds.announce(ctx, tx, s, d, doc); err != nil {
				return err
			}
			return audit.Record(ctx, tx, s, audit.Entry{Event: "document." + doc.State, Dossier: p.Dossier, Objects: []audit.Object{{Kind: "document", ID: p.Document}}})
		}, nil
	}
}
