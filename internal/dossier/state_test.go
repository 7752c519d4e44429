package dossier_test

import (
	"context"
	"testing"

	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/scan"
	"voordeur/internal/world/worldtest"
)

// Every pair of states, also in the database: what is not in the table does not happen.
func TestN29_WhichStateMayFollowWhich(t *testing.T) {
	states := []string{dossier.Checking, dossier.Released, dossier.Refused, dossier.Quarantined, dossier.Unscannable, "", "clean"}
	allowed := map[[2]string]bool{
		{dossier.Checking, dossier.Released}: true, {dossier.Checking, dossier.Refused}: true,
		{dossier.Checking, dossier.Quarantined}: true, {dossier.Checking, dossier.Unscannable}: true,
		{dossier.Quarantined, dossier.Released}: true, {dossier.Quarantined, dossier.Refused}: true,
		{dossier.Unscannable, dossier.Released}: true, {dossier.Unscannable, dossier.Refused}: true,
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := worldtest.Build(t, d, "notaris"), context.Background()
		raw := dbtest.Raw(t, d)
		var doc dossier.Document
		if err := d.QueryRow(ctx, `select id, dossier_id from document where tenant_id = 'notaris' order by id limit 1`).Scan(&doc.ID, &doc.Dossier); err != nil {
			t.Fatal(err)
		}
		for _, from := range states[:5] {
			for _, to := range states {
				if _, err := raw.Exec(`update document set state = $1 where tenant_id = 'notaris' and id = $2`, from, doc.ID); err != nil {
					t.Fatal(err)
				}
				doc.State = from
				err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
					return w.Dossiers.MoveTo(ctx, tx, authn.System("notaris", "test"), doc, to)
				})
				state, readErr := db.One(ctx, d, db.Value[string], `select state from document where tenant_id = 'notaris' and id = $1`, doc.ID)
				if readErr != nil {
					t.Fatal(readErr)
				}
				switch {
				case allowed[[2]string{from, to}] && (err != nil || state != to):
					t.Errorf("%s to %s: %v, it is %s", from, to, err, state)
				case !allowed[[2]string{from, to}] && (!errs.Is(err, errs.Conflict) || state != from):
					t.Errorf("%s to %s was allowed: %v, it is %s", from, to, err, state)
				}
			}
		}
		doc.State = dossier.Checking // which it is not any more
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return w.Dossiers.MoveTo(ctx, tx, authn.System("notaris", "test"), doc, dossier.Released)
		})
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("a document that changed meanwhile: %v", err)
		}
	})
}

func TestWhatFollowsAVerdict(t *testing.T) {
	for _, c := range []struct {
		verdict scan.State
		state   string
		scanned bool
	}{
		{scan.Clean, dossier.Released, true},
		{scan.Unscanned, dossier.Released, false},
		{scan.Found, dossier.Quarantined, true},
		{scan.Unscannable, dossier.Unscannable, false},
		{"", dossier.Quarantined, false},
		{"other", dossier.Quarantined, false},
	} {
		if state, scanned := dossier.After(scan.Verdict{State: c.verdict}); state != c.state || scanned != c.scanned {
			t.Errorf("%q: %s, %v", c.verdict, state, scanned)
		}
	}
}
