package server_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/blob"
	"voordeur/internal/clock"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/mail"
	"voordeur/internal/message"
	"voordeur/internal/scan"
	"voordeur/internal/server"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
)

const pdf = "%PDF-1.7\n%%EOF\n"

// store is a house whose clock the test moves, with its blobs in the hand.
type store struct {
	*house
	now  *clock.Manual
	disk *blob.Disk
	me   access.Client
	id   string // of a dossier of his
}

func eachStore(t *testing.T, f func(t *testing.T, s *store)) {
	dbtest.EachWith(t, func(t *testing.T, d *db.DB, now *clock.Manual) {
		dir := t.TempDir()
		must(t, crypt.CreateKeyFile(filepath.Join(dir, "key")))
		keys, err := crypt.OpenKeyFile(filepath.Join(dir, "key"))
		must(t, err)
		disk, err := blob.OpenDisk(filepath.Join(dir, "blobs"))
		must(t, err)
		t.Cleanup(func() { must(t, disk.Close()) })
		outbox, err := mail.OpenOutbox(filepath.Join(dir, "outbox"))
		must(t, err)
		h, err := server.Wire(server.Parts{DB: d, Keys: keys, Blobs: disk, Sender: outbox, Scanner: scan.Off{}, Origin: tenant.Origin{Scheme: "http"}, Log: slog.New(slog.DiscardHandler)})
		must(t, err)
		sum, err := world.Build(context.Background(), world.Builder{DB: d, Tenants: h.Tenants, Identity: h.Identity, Clients: h.Clients, Dossiers: h.Dossiers, Messages: h.Messages}, "gemeente")
		must(t, err)
		s := &store{house: &house{House: h, t: t}, now: now, disk: disk}
		for _, l := range sum.Tenants[0].Logins {
			if l.Role == "client" {
				scope, err := authn.Act(context.Background(), d, "gemeente", l.ID)
				must(t, err)
				s.me, _ = access.AsClient(scope)
			}
		}
		s.id, err = db.One(context.Background(), d, db.Value[string], `select d.id from dossier d join dossier_party p on p.tenant_id = d.tenant_id and p.dossier_id = d.id
			where d.tenant_id = 'gemeente' and p.client_id = $1 and d.closed = false and d.published_at is not null order by d.number limit 1`, s.me.Scope().Client())
		must(t, err)
		f(t, s)
	}, func() *clock.Manual { return clock.NewManual(clock.System{}.Now()) })
}

func (s *store) blobs() map[string]bool {
	s.t.Helper()
	keys := map[string]bool{}
	must(s.t, s.disk.List(context.Background(), "gemeente", func(key string, _ time.Time) error { keys[key] = true; return nil }))
	return keys
}

func (s *store) upload(name string) string {
	s.t.Helper()
	u, err := s.Dossiers.Receive(context.Background(), s.me.Scope(), s.id, dossier.NewUpload{FileName: name}, strings.NewReader(pdf))
	must(s.t, err)
	return u.ID
}

func (s *store) orphan() string {
	s.t.Helper()
	info, err := s.disk.Put(context.Background(), "gemeente", strings.NewReader("left by a crash"))
	must(s.t, err)
	return info.Key
}

func TestCollectTakesOrphansAndUnsentUploads(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store) {
		ctx := context.Background()
		documents := s.blobs()
		orphan := s.orphan()
		s.upload("vergeten.pdf")
		if uploads, files, err := s.Collector.Run(ctx); uploads != 0 || files != 0 || err != nil {
			t.Fatalf("young ones: %d %d %v", uploads, files, err)
		}
		s.now.Advance(25 * time.Hour)
		uploads, files, err := s.Collector.Run(ctx)
		if uploads != 0 || files != 1 || err != nil || s.blobs()[orphan] {
			t.Fatalf("after a day: %d %d %v", uploads, files, err)
		}
		s.now.Advance(24 * time.Hour)
		if uploads, files, err = s.Collector.Run(ctx); uploads != 1 || files != 1 || err != nil {
			t.Fatalf("after two days: %d %d %v", uploads, files, err)
		}
		if left := s.blobs(); fmt.Sprint(left) != fmt.Sprint(documents) {
			t.Errorf("%d blobs are left of %d documents", len(left), len(documents))
		}
		n, err := db.One(ctx, s.DB, db.Value[int], `select count(*) from journal where event = 'document.upload_expired'`)
		must(t, err)
		if n != 1 {
			t.Errorf("%d entries tell of it", n)
		}
		s.readAll()
	})
}

// readAll decrypts every file that a row names.
func (s *store) readAll() {
	s.t.Helper()
	keys, err := db.All(context.Background(), s.DB, db.Value[string], `select blob_key from document union all select blob_key from upload where blob_key is not null union all select blob_key from upload_part`)
	must(s.t, err)
	for _, key := range keys {
		r, err := s.disk.Open(context.Background(), "gemeente", key)
		if err != nil {
			s.t.Errorf("a live blob is gone: %v (%v)", err, fs.ErrNotExist)
			continue
		}
		must(s.t, r.Close())
	}
}

// Files move from uploads to documents while the collector runs without sparing the young.
func TestCollectNeverTakesALiveBlobWhileUploadsAreSent(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store) {
		ctx := context.Background()
		var waiting []string
		for n := range 40 {
			waiting = append(waiting, s.upload(fmt.Sprintf("stuk %d.pdf", n)))
		}
		s.now.Advance(25 * time.Hour)
		stop, failed := make(chan struct{}), make(chan error, 1)
		go func() {
			defer close(failed)
			for {
				if _, _, err := s.Collector.Run(ctx); err != nil {
					failed <- err
					return
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		}()
		for _, up := range waiting {
			_, err := s.Messages.SendAsClient(ctx, s.me, s.id, up, message.Draft{Subject: "Stuk", Body: "Hierbij.", Uploads: []string{up}})
			must(t, err)
		}
		close(stop)
		for err := range failed {
			t.Error(err)
		}
		s.readAll()
	})
}
