package rekey_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"voordeur/internal/audit"
	"voordeur/internal/backup"
	"voordeur/internal/clock"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/rekey"
	"voordeur/internal/server"
	"voordeur/internal/world/worldtest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func master(k *crypt.Keyring) rekey.Master {
	return rekey.Master{Keys: k, MAC: server.JournalMAC(k)}
}

func seal(t *testing.T, d *db.DB, id string, mac audit.MAC) {
	t.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = audit.Seal(context.Background(), d, id, mac)
		must(t, err)
	}
}

var kept = worldtest.Keep(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), "notaris", "gemeente")

// sealed seals the journals of a world, and returns what replaces its key and what that says.
func sealed(t *testing.T, w *worldtest.World) (rekey.Replacement, *strings.Builder) {
	t.Helper()
	for _, id := range []string{"notaris", "gemeente"} {
		seal(t, w.DB, id, server.JournalMAC(w.Keys))
	}
	path := filepath.Join(t.TempDir(), "key")
	must(t, crypt.CreateKeyFile(path))
	next, err := crypt.OpenKeyFile(path)
	must(t, err)
	said := &strings.Builder{}
	return rekey.Replacement{DB: w.DB, Old: master(w.Keys), New: master(next), Say: func(form string, args ...any) { fmt.Fprintf(said, form+"\n", args...) }}, said
}

// has asserts that a key opens every document and authenticates every seal, or opens nothing.
func has(t *testing.T, w *worldtest.World, m rekey.Master, want bool) {
	t.Helper()
	ctx := context.Background()
	var documents backup.Report
	err := (backup.House{DB: w.DB, Store: w.Blobs, Keys: m.Keys}).Documents(ctx, &documents)
	if !want {
		if !errors.Is(err, crypt.ErrWrongKey) {
			t.Errorf("documents open with the wrong key: %v", err)
		}
		return
	}
	if err != nil || documents.Files == 0 {
		t.Errorf("%d documents, %v", documents.Files, err)
	}
	for _, id := range []string{"notaris", "gemeente"} {
		if rep, err := audit.Verify(ctx, w.DB, id, m.MAC); err != nil || rep.Wrong != "" || rep.Sealed == 0 {
			t.Errorf("the journal of %s: %+v, %v", id, rep, err)
		}
	}
}

func replaced(t *testing.T, d *db.DB) int {
	t.Helper()
	n, err := db.One(context.Background(), d, db.Value[int], `select count(*) from journal where event = 'tenant.key_replaced'`)
	must(t, err)
	return n
}

func TestTheNewKeyOpensAllAndTheOldOneNothing(t *testing.T) {
	kept.Each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		d := w.DB
		r, said := sealed(t, w)
		has(t, w, r.Old, true)
		has(t, w, r.New, false)
		must(t, r.Run(context.Background()))
		has(t, w, r.New, true)
		has(t, w, r.Old, false)
		if replaced(t, d) != 2 || said.String() != "gemeente has the new key\nnotaris has the new key\n" {
			t.Errorf("%d entries, said %q", replaced(t, d), said)
		}
		must(t, r.Run(context.Background()))
		if replaced(t, d) != 2 {
			t.Error("what was done is done again")
		}
		seal(t, d, "notaris", r.New.MAC)
		has(t, w, r.New, true)
	})
}

// A run that was broken off between two transactions goes on where it was.
func TestWhatWasBrokenOffGoesOn(t *testing.T) {
	kept.Each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		d := w.DB
		r, _ := sealed(t, w)
		for n := 0; ; n++ {
			ctx, cancel := context.WithCancel(context.Background())
			broken, tenants := r, 0
			broken.Say = func(string, ...any) {
				if tenants++; tenants > n {
					cancel()
				}
			}
			err := broken.Run(ctx)
			cancel()
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		has(t, w, r.New, true)
		if replaced(t, d) != 2 {
			t.Errorf("%d entries tell of it", replaced(t, d))
		}
	})
}

// What was forged does not come out of it as genuine, and a key that is not the old one does nothing.
func TestNothingForgedBecomesGenuine(t *testing.T) {
	kept.Each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		d := w.DB
		r, _ := sealed(t, w)
		stranger := r
		stranger.Old = r.New
		must(t, crypt.CreateKeyFile(filepath.Join(w.Outbox, "..", "third")))
		third, err := crypt.OpenKeyFile(filepath.Join(w.Outbox, "..", "third"))
		must(t, err)
		stranger.New = master(third)
		if err := stranger.Run(context.Background()); err == nil {
			t.Error("a stranger's key replaces the key")
		}
		has(t, w, r.Old, true)
		must(t, d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update journal_seal set mac = $1 where tenant_id = 'notaris'`, []byte("forged"))
			return err
		}))
		if err := r.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "tenant notaris") || !strings.Contains(err.Error(), "was not made with this key") {
			t.Errorf("a forged seal: %v", err)
		}
		if rep, err := audit.Verify(context.Background(), d, "notaris", r.New.MAC); err != nil || rep.Wrong == "" {
			t.Errorf("a forged seal became genuine: %+v, %v", rep, err)
		}
	})
}
