package dossier_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/world/worldtest"
)

// leaving is a store of which nothing can be opened after a number of times.
type leaving struct {
	blob.Store
	left int
	err  error
}

func (s *leaving) Open(ctx context.Context, tenant, key string) (blob.Reader, error) {
	if s.left--; s.left < 0 {
		return nil, s.err
	}
	return s.Store.Open(ctx, tenant, key)
}

// The pieces of an upload were acknowledged one by one. A store that fails while they are joined, at
// one of them or when the type of the whole is looked at, costs none of them; one whose whole is not
// allowed goes.
func TestN29_AStoreThatFailsCostsNoPieceOfAnUpload(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldtest.Build(t, d, "notaris")
		s, id := w.Client(t, "notaris", "mevrouw C. de Wit").Scope(), w.Dossier(t, "notaris", "2026-01482")
		send := func(ds *dossier.Dossiers, data string) (string, error) {
			u, err := ds.Begin(ctx, s, id, dossier.NewUpload{FileName: "akte.pdf", Size: int64(len(data))})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ds.Append(ctx, s, id, u.ID, 0, strings.NewReader(data[:3])); err != nil { // too little to tell its type
				t.Fatal(err)
			}
			_, err = ds.Append(ctx, s, id, u.ID, 3, strings.NewReader(data[3:]))
			return u.ID, err
		}
		for name, failure := range map[string]error{"away": errs.New(errs.Unavailable, "file.store_down"), "broken": errors.New("input/output error"), "left": context.Canceled} {
			for opened := range 3 {
				store := &leaving{w.Blobs, opened, failure}
				ds := dossier.New(d, w.Tenants, w.Identity, blob.NewVault(store), w.Looks)
				upload, err := send(ds, "%PDF-1.7\n"+strings.Repeat("akte ", 1000)+"\n%%EOF\n")
				if !errors.Is(err, failure) {
					t.Fatalf("%s after %d: %v", name, opened, err)
				}
				store.left = math.MaxInt
				if u, err := ds.Resume(ctx, s, id, upload); err != nil || !u.Complete {
					t.Errorf("%s after %d, and back: complete %v, %v", name, opened, u.Complete, err)
				}
			}
		}
		ds := dossier.New(d, w.Tenants, w.Identity, blob.NewVault(w.Blobs), w.Looks)
		upload, err := send(ds, "MZ\x90\x00"+strings.Repeat("\x00", 5000))
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("a program: %v", err)
		}
		if _, err := ds.UploadOf(ctx, s, id, upload); !errs.Is(err, errs.NotFound) {
			t.Errorf("the upload of a program is still there: %v", err)
		}
	})
}
