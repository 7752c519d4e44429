package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/jobs"
	"voordeur/internal/message"
	"voordeur/internal/scan"
)

// Two windows send the same file, and a third takes it back: it goes with one message at most, and
// what went keeps its bytes.
func TestN32_N33_AFileGoesWithOneMessageAndKeepsItsBytes(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store) {
		ctx := context.Background()
		for n := range 15 {
			up := s.upload(fmt.Sprintf("stuk %d.pdf", n))
			var sent atomic.Int32
			var all sync.WaitGroup
			for window := range 4 {
				all.Go(func() {
					_, err := s.Messages.SendAsClient(ctx, s.me, s.id, fmt.Sprintf("%s %d", up, window), message.Draft{Subject: "Stuk", Body: "Hierbij.", Uploads: []string{up}})
					if err == nil {
						sent.Add(1)
					}
				})
			}
			all.Go(func() { _ = s.Dossiers.Drop(ctx, s.me.Scope(), s.id, up) })
			all.Wait()
			if sent.Load() > 1 {
				t.Fatalf("one file went with %d messages", sent.Load())
			}
		}
		s.readAll()
	})
}

// during is a scanner that does something while it looks.
type during func()

func (f during) Scan(context.Context, io.Reader) (scan.Verdict, error) {
	f()
	return scan.Verdict{State: scan.Clean}, nil
}

// What is published or withdrawn while it is checked is announced as it is in the end.
func TestN17_N20_ADocumentPublishedWhileItIsChecked(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store) {
		ctx := context.Background()
		handler, err := db.One(ctx, s.DB, db.Value[string], `select handler_id from dossier where tenant_id = 'gemeente' and id = $1`, s.id)
		must(t, err)
		scope, err := authn.Act(ctx, s.DB, "gemeente", handler)
		must(t, err)
		staff, _ := access.AsStaff(scope)
		s.work()
		for _, on := range []bool{true, false} {
			up, err := s.Dossiers.Begin(ctx, scope, s.id, dossier.NewUpload{FileName: "akte.pdf", Size: int64(len(pdf)), Category: dossier.Documents})
			must(t, err)
			_, err = s.Dossiers.Append(ctx, scope, s.id, up.ID, 0, strings.NewReader(pdf))
			must(t, err)
			doc, err := db.One(ctx, s.DB, db.Value[string], `select id from document where tenant_id = 'gemeente' and state = 'checking'`)
			must(t, err)
			must(t, s.Dossiers.Show(ctx, staff, s.id, doc, !on))
			payload, err := json.Marshal(map[string]string{"Dossier": s.id, "Document": doc})
			must(t, err)
			finish, err := s.Dossiers.ScanJob(during(func() { must(t, s.Dossiers.Show(ctx, staff, s.id, doc, on)) }))(ctx, jobs.Job{Tenant: "gemeente", Payload: payload})
			must(t, err)
			must(t, s.DB.Write(ctx, finish))
			marks, err := db.One(ctx, s.DB, db.Value[int], `select count(*) from unread where tenant_id = 'gemeente' and object_id = $1`, doc)
			must(t, err)
			if (marks > 0) != on {
				t.Errorf("published in the end: %t, but %d accounts are told of it", on, marks)
			}
		}
	})
}
