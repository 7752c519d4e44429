package server_test

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/scan"
)

const pdf = "%PDF-1.7\n%%EOF\n"

// store is a house whose clock the test moves.
type store struct {
	*house
	now *clock.Manual
	me  access.Client
	id  string // of a dossier of his
}

func eachStore(t *testing.T, f func(t *testing.T, s *store)) {
	dbtest.EachKind(t, func(t *testing.T, kind db.Dialect) {
		ctx, now := context.Background(), clock.NewManual(clock.System{}.Now())
		s := &store{house: start(t, kind, scan.Off{}, now), now: now}
		account, err := db.One(ctx, s.DB, db.Value[string], `select max(a.id) from account a join dossier_party p on p.tenant_id = a.tenant_id and p.client_id = a.client_id
			join dossier d on d.tenant_id = p.tenant_id and d.id = p.dossier_id where a.tenant_id = 'gemeente' and a.face = 'portal' and d.closed = false and d.published_at is not null`)
		must(t, err)
		scope, err := authn.Act(ctx, s.DB, "gemeente", account)
		must(t, err)
		s.me, _ = access.AsClient(scope)
		s.id, err = db.One(ctx, s.DB, db.Value[string], `select d.id from dossier d join dossier_party p on p.tenant_id = d.tenant_id and p.dossier_id = d.id
			where d.tenant_id = 'gemeente' and p.client_id = $1 and d.closed = false and d.published_at is not null order by d.number limit 1`, s.me.Scope().Client())
		must(t, err)
		f(t, s)
	})
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
	keys, err := db.All(context.Background(), s.DB, db.Value[string], `select blob_key from document where tenant_id = 'gemeente'
		union all select blob_key from upload where tenant_id = 'gemeente' and blob_key is not null union all select blob_key from upload_part where tenant_id = 'gemeente'`)
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
			must(t, s.Dossiers.Deliver(ctx, s.me, s.id, up, dossier.Delivery{Uploads: []string{up}, Type: dossiertype.OtherDocument, Title: "Stuk"}))
		}
		close(stop)
		for err := range failed {
			t.Error(err)
		}
		s.readAll()
	})
}
