package storm

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"testing"
	"time"

	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/identity"
	"voordeur/internal/server"
	"voordeur/internal/world"
)

const tenantID = "notaris"

// witness opens the folder as the program does and looks at what is there.
type witness struct {
	*house
	t testing.TB
}

func open(t testing.TB, dir, smtp string) *witness {
	t.Helper()
	return openAt(t, dir, smtp, clock.System{}.Now())
}

func openAt(t testing.TB, dir, smtp string, now time.Time) *witness {
	t.Helper()
	h, err := openHouse(dir, smtp, now)
	must(t, err)
	return &witness{h, t}
}

func (w *witness) close() {
	w.t.Helper()
	must(w.t, w.house.close())
}

func (w *witness) fill() {
	w.t.Helper()
	_, err := world.Build(context.Background(), world.Builder{DB: w.DB, Tenants: w.Tenants, Identity: w.Identity, Clients: w.Clients, Dossiers: w.Dossiers, Messages: w.Messages, Asked: w.Asked, Requests: w.Requests, Mandates: w.Mandates}, tenantID)
	must(w.t, err)
	// Whoever asks for them gets a mail of every message and document.
	must(w.t, w.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update account set notify = $1 where face = 'portal'`, identity.GroupMessages+" "+identity.GroupDocuments)
		return err
	}))
}

func (w *witness) dossier(number string) string {
	w.t.Helper()
	id, err := db.One(context.Background(), w.DB, db.Value[string], `select id from dossier where number = $1`, number)
	must(w.t, err)
	return id
}

func (w *witness) none(what string, found []string, err error) {
	w.t.Helper()
	must(w.t, err)
	if len(found) > 0 {
		w.t.Errorf("%s: %d, first %v", what, len(found), found[0])
	}
}

// check asserts the invariants that hold after every fault. The heads are those that the journal had
// before: what was sealed keeps its numbers.
func (w *witness) check(l *ledger, earlier ...audit.Head) {
	w.t.Helper()
	ctx := context.Background()
	if w.DB.Dialect() == db.SQLite { // PostgreSQL has a program for it
		w.sound()
	}
	w.files(l)
	w.messages(l)
	must(w.t, w.Seal(ctx))
	rep, err := audit.Verify(ctx, w.DB, tenantID, server.JournalMAC(w.Keys), earlier...)
	must(w.t, err)
	if rep.Wrong != "" || rep.Unsealed != 0 || rep.Sealed == 0 {
		w.t.Errorf("the journal: %+v", rep)
	}
	for event, table := range map[string]string{"document.added": "document", "message.sent": "message"} {
		var entries, things int
		must(w.t, w.DB.QueryRow(ctx, `select (select count(*) from journal where event = $1),
			(select case when cast($2 as text) = 'document' then (select count(*) from document) else (select count(*) from message) end)`, event, table).Scan(&entries, &things))
		if entries != things {
			w.t.Errorf("%d rows of %s and %d entries of %s", things, table, entries, event)
		}
	}
}

// sound has SQLite look through its file.
func (w *witness) sound() {
	w.t.Helper()
	ctx := context.Background()
	ok, err := db.One(ctx, w.DB, db.Value[string], `pragma integrity_check`)
	must(w.t, err)
	if ok != "ok" {
		w.t.Errorf("integrity_check: %s", ok)
	}
	rows, err := w.DB.Query(ctx, `pragma foreign_key_check`)
	must(w.t, err)
	if rows.Next() {
		w.t.Error("foreign_key_check finds a row without its parent")
	}
	must(w.t, rows.Close())
}

type row struct {
	name   string
	stored blob.Stored
}

func scanRow(scan db.Scan) (row, error) {
	var r row
	var plain, sum []byte
	err := scan(&r.name, &r.stored.PlainSize, &plain, &r.stored.Key, &r.stored.StoredSize, &sum)
	copy(r.stored.PlainSHA256[:], plain)
	copy(r.stored.StoredSum[:], sum)
	return r, err
}

// files decrypts the file of every row and compares it with what was sent.
func (w *witness) files(l *ledger) {
	w.t.Helper()
	ctx := context.Background()
	list, err := db.All(ctx, w.DB, scanRow, `select file_name, size, sha256, blob_key, blob_size, blob_sum from document
		union all select file_name, size, sha256, blob_key, blob_size, blob_sum from upload where blob_key is not null
		union all select u.file_name, p.size, p.sha256, p.blob_key, p.blob_size, p.blob_sum from upload_part p join upload u on u.id = p.upload_id`)
	must(w.t, err)
	t, err := w.Tenants.Get(ctx, tenantID)
	must(w.t, err)
	vault, count := blob.NewVault(w.disk), map[string]int{}
	for _, r := range list {
		content, err := vault.Open(ctx, tenantID, t.Key, r.stored)
		if err != nil {
			w.t.Errorf("%s: a row without a readable blob: %v", r.name, err)
			continue
		}
		sum := sha256.New()
		_, err = io.Copy(sum, content)
		must(w.t, errors.Join(err, content.Close()))
		sent, known := l.files[r.name]
		if known && !bytes.Equal(sum.Sum(nil), sent.sum[:]) {
			w.t.Errorf("%s: is not what was sent", r.name)
		}
		count[r.name]++
	}
	acknowledged := 0
	for name, f := range l.files {
		if f.acknowledged {
			acknowledged++
		}
		if n := count[name]; n > 1 || f.acknowledged && n != 1 {
			w.t.Errorf("%s: acknowledged %v, there are %d", name, f.acknowledged, n)
		}
	}
	w.t.Logf("%d files sent, %d acknowledged, %d rows decrypted", len(l.files), acknowledged, len(list))
}

func (w *witness) messages(l *ledger) {
	w.t.Helper()
	subjects, err := db.All(context.Background(), w.DB, db.Value[string], `select subject from message where subject like 'storm-%'`)
	must(w.t, err)
	count := map[string]int{}
	for _, s := range subjects {
		count[s]++
		if _, known := l.messages[s]; !known {
			w.t.Errorf("%s: nobody sent it", s)
		}
	}
	acknowledged := 0
	for s, f := range l.messages {
		if f.acknowledged {
			acknowledged++
		}
		if n := count[s]; n > 1 || f.acknowledged && n != 1 {
			w.t.Errorf("%s: acknowledged %v, there are %d", s, f.acknowledged, n)
		}
	}
	w.t.Logf("%d messages sent, %d acknowledged, %d there", len(l.messages), acknowledged, len(subjects))
}

// collect lets three days pass: what nobody uses goes, and what a row names stays.
func (w *witness) collect() {
	w.t.Helper()
	ctx := context.Background()
	w.now.Advance(72 * time.Hour)
	uploads, files, err := w.Collector.Run(ctx)
	must(w.t, err)
	w.t.Logf("collected %d uploads and %d files", uploads, files)
	keys, err := db.All(ctx, w.DB, db.Value[string], `select blob_key from document union all select blob_key from upload where blob_key is not null union all select blob_key from upload_part`)
	must(w.t, err)
	there := map[string]bool{}
	must(w.t, w.disk.List(ctx, tenantID, func(key string, _ time.Time) error { there[key] = true; return nil }))
	for _, key := range keys {
		if !there[key] {
			w.t.Errorf("the collector took %s, which is in use", key)
		}
		delete(there, key)
	}
	if len(there) > 0 {
		w.t.Errorf("%d orphans are left", len(there))
	}
}
