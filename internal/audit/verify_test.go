package audit_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

const (
	many = 10_000
	few  = 2_000 // two seals
)

func mac(parts ...string) []byte {
	h := hmac.New(sha256.New, []byte("key"))
	h.Write([]byte(strings.Join(parts, "|")))
	return h.Sum(nil)
}

// sealed gives a database a sealed journal of so many entries.
func sealed(t *testing.T, d *db.DB, entries int) {
	t.Helper()
	ctx := context.Background()
	err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `insert into tenant (id, name, wrapped_key, settings, created_at) values ('t', 'T', $1, '{}', $2)`, []byte{1}, tx.Now()); err != nil {
			return err
		}
		for range entries {
			if err := audit.Record(ctx, tx, authn.System("t", "test"), audit.Entry{Event: "test.done"}); err != nil {
				return err
			}
		}
		return nil
	})
	must(t, err)
	for n := 1; n > 0; {
		n, err = audit.Seal(ctx, d, "t", mac)
		must(t, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestVerifyTenThousandEntriesAndNamesTheFirstWrongOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		sealed(t, d, many)
		rep, err := audit.Verify(ctx, d, "t", mac)
		must(t, err)
		if rep.Sealed != many || rep.Unsealed != 0 || rep.Wrong != "" {
			t.Fatalf("%+v", rep)
		}
		for _, c := range []struct {
			want string
			harm func(ctx context.Context, tx *db.Tx) error
		}{
			{"seal over the first 10000 ", func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `update journal_seal set mac = $1 where size = 10000`, []byte{0})
				return err
			}},
			{"record 7345 ", func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `update journal_hash set hash = $1 where position = $2`, []byte{0}, tlog.StoredHashIndex(0, 7345))
				return err
			}},
			{"record 4100 ", func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `update journal set event = 'test.undone' where seq = 4100`)
				return err
			}},
			{"record 1999 is missing", func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `delete from journal where seq = 1999`)
				return err
			}},
		} {
			must(t, d.Write(ctx, c.harm))
			rep, err := audit.Verify(ctx, d, "t", mac)
			must(t, err)
			if !strings.Contains(rep.Wrong, c.want) {
				t.Errorf("%q is not %q", rep.Wrong, c.want)
			}
		}
	})
}

func TestVerifyNoticesARemovedSeal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		sealed(t, d, few)
		must(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `delete from journal_seal where size = 2000`)
			return err
		}))
		rep, err := audit.Verify(ctx, d, "t", mac)
		must(t, err)
		if !strings.Contains(rep.Wrong, "1000 records have a number but no seal") {
			t.Errorf("%+v", rep)
		}
	})
}

// A record can be erased, as the schema says how, and the log is still whole; what is not erased to
// the end, or erased and then given other values, shows.
func TestVerifyHoldsWhenARecordIsErased(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		sealed(t, d, few)
		var id, actor, origin, dossier, client, objects, detail string
		var salt []byte
		must(t, d.QueryRow(ctx, `select id, actor_id, origin, dossier_id, client_id, objects, detail, salt from journal where seq = 7`).
			Scan(&id, &actor, &origin, &dossier, &client, &objects, &detail, &salt))
		h := hmac.New(sha256.New, salt)
		for _, f := range []string{actor, origin, dossier, client, objects, detail} {
			h.Write(binary.AppendUvarint(nil, uint64(len(f))))
			h.Write([]byte(f))
		}
		must(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update journal set actor_id = '', origin = '', dossier_id = '', client_id = '', objects = 'null', detail = 'null', salt = $2, commitment = $3 where id = $1`,
				id, []byte{}, h.Sum(nil))
			return err
		}))
		if rep, err := audit.Verify(ctx, d, "t", mac); err != nil || rep.Wrong != "" {
			t.Errorf("after erasing: %+v %v", rep, err)
		}
		must(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update journal set actor_id = 'somebody' where id = $1`, id)
			return err
		}))
		if rep, err := audit.Verify(ctx, d, "t", mac); err != nil || !strings.Contains(rep.Wrong, "record 7 ") {
			t.Errorf("an erased record that names somebody: %+v %v", rep, err)
		}
	})
}

// The program seals while somebody verifies: one moment is verified, and all is well.
func TestVerifyWhileTheProgramSeals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		sealed(t, d, few)
		must(t, d.Snapshot(ctx, func(ctx context.Context, s *db.Snapshot) error {
			must(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				return audit.Record(ctx, tx, authn.System("t", "test"), audit.Entry{Event: "test.done"})
			}))
			n, err := audit.Seal(ctx, d, "t", mac)
			if err != nil || n != 1 {
				t.Errorf("%d sealed, %v", n, err)
			}
			rep, err := audit.Verify(ctx, s, "t", mac)
			if err != nil || rep.Wrong != "" || rep.Sealed != few {
				t.Errorf("%+v, %v", rep, err)
			}
			head, err := audit.HeadOf(ctx, s, "t")
			if err != nil || head.Sealed != few || len(head.Root) != tlog.HashSize || head.Newest == nil {
				t.Errorf("%+v, %v", head, err)
			}
			return nil
		}))
		if head, err := audit.HeadOf(ctx, d, "t"); err != nil || head.Sealed != few+1 {
			t.Errorf("%+v, %v", head, err)
		}
		if head, err := audit.HeadOf(ctx, d, "nobody"); err != nil || head.Sealed != 0 || head.Newest != nil {
			t.Errorf("%+v, %v", head, err)
		}
	})
}

// Whoever takes away the newest records with their hashes and seals leaves a journal that is whole in
// itself; what was kept elsewhere tells.
func TestVerifyAgainstWhatWasKeptElsewhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		sealed(t, d, few)
		rep, err := audit.Verify(ctx, d, "t", mac)
		must(t, err)
		kept := audit.Head{Sealed: rep.Sealed, Root: rep.Root}
		if rep, err := audit.Verify(ctx, d, "t", mac, kept); err != nil || rep.Wrong != "" {
			t.Errorf("unchanged: %+v %v", rep, err)
		}
		other := audit.Head{Sealed: rep.Sealed, Root: make([]byte, len(rep.Root))}
		if rep, err := audit.Verify(ctx, d, "t", mac, other); err != nil || !strings.Contains(rep.Wrong, "another one than before") {
			t.Errorf("another root: %+v %v", rep, err)
		}
		must(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `delete from journal where seq >= 1000`); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `delete from journal_hash where position >= $1`, tlog.StoredHashIndex(0, 1000)); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `delete from journal_seal where size > 1000`)
			return err
		}))
		if rep, err := audit.Verify(ctx, d, "t", mac); err != nil || rep.Wrong != "" {
			t.Errorf("cut short, nothing kept elsewhere: %+v %v", rep, err)
		}
		if rep, err := audit.Verify(ctx, d, "t", mac, kept); err != nil || !strings.Contains(rep.Wrong, "the newest were removed") {
			t.Errorf("cut short: %+v %v", rep, err)
		}
	})
}
