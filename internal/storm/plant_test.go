package storm

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"testing"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/db"
	"voordeur/internal/storm/trace"
)

// planted are actions as somebody could have programmed them wrongly: a harness that finds nothing in
// them proves nothing. What is wrong in the calls themselves the tracer plants.
func planted() []action {
	return []action{
		{"answer before commit", (*user).answersEarly, actions[1].adds, actions[1].file},
		{"two transactions", (*user).inTwo, tally{"published": 1, "document.published": 1}, ""},
		{"row first", (*user).rowFirst, actions[1].adds, actions[1].file},
	}
}

func (u *user) answersEarly() int {
	fmt.Println(303)
	return u.upload()
}

// inTwo publishes a document, and then tells the journal.
func (u *user) inTwo() int {
	ctx := context.Background()
	err := u.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update document set published_at = $2 where id = $1`, u.Document, tx.Now())
		return err
	})
	if err == nil {
		err = u.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return audit.Record(ctx, tx, authn.System(tenantID, "plant"), audit.Entry{
				Event: "document.published", Dossier: u.Talk, Objects: []audit.Object{{Kind: "document", ID: u.Document}},
			})
		})
	}
	if err != nil {
		return 500
	}
	return 303
}

// rowFirst makes an upload's bytes durable after its row.
func (u *user) rowFirst() int {
	late := &lateStore{u.disk, map[string][]byte{}}
	h := &house{now: u.now, disk: u.disk}
	var err error
	if h.House, err = wire(u.DB, u.Keys, late, nowhere); err != nil {
		return 500
	}
	u.staff.RoundTripper = h
	status := u.upload()
	for key, b := range late.waiting {
		if err := u.disk.Copy(context.Background(), late, tenantID, blob.Info{Key: key, Size: int64(len(b)), Sum: sha256.Sum256(b)}); err != nil {
			return 500
		}
	}
	return status
}

// lateStore holds back what is put.
type lateStore struct {
	*blob.Disk
	waiting map[string][]byte
}

func (s *lateStore) Put(_ context.Context, _ string, r io.Reader) (blob.Info, error) {
	b, err := io.ReadAll(r)
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	key := hex.EncodeToString(id)
	s.waiting[key] = b
	return blob.Info{Key: key, Size: int64(len(b)), Sum: sha256.Sum256(b)}, err
}

type held struct{ *bytes.Reader }

func (held) Close() error { return nil }

func (s *lateStore) Open(ctx context.Context, tenant, key string) (blob.Reader, error) {
	if b, here := s.waiting[key]; here {
		return held{bytes.NewReader(b)}, nil
	}
	return s.Disk.Open(ctx, tenant, key)
}

// TestPlantedBugsAreFoundByKills plants in the program what a kill can show, and looks in points taken
// by chance until it is found.
func TestPlantedBugsAreFoundByKills(t *testing.T) {
	skipUntraceable(t)
	s, chance := begun(t), luck(t)
	for _, a := range planted() {
		t.Run(a.name, func(t *testing.T) {
			o := order{Actions: []string{a.name}}
			points := chance.Perm(len(s.traced(t, o).Calls))
			for tries, n := range points {
				if seen, found := s.strike(t, o, faults[0].at(n+1)); len(found) > 0 {
					t.Logf("found at the %dth of %d points, %v: %s", tries+1, len(points), callAt(seen, n+1), found[0])
					return
				}
			}
			t.Errorf("it is in none of %d points", len(points))
		})
	}
}

// TestMissingSyncsAreFoundByPowerCuts has the tracer make the program one that leaves syncs out.
func TestMissingSyncsAreFoundByPowerCuts(t *testing.T) {
	skipUntraceable(t)
	s, chance := begun(t), luck(t)
	for name, missing := range map[string]func(trace.Call) bool{
		"no sync of the database's folder":  func(c trace.Call) bool { return c.Folder && c.Path == "." },
		"no sync of the documents' folders": func(c trace.Call) bool { return c.Folder && c.Path != "." },
		"no sync of the documents":          func(c trace.Call) bool { return c.Kind == trace.Sync && !c.Folder && c.Path != dbName+"-wal" },
		"synchronous=NORMAL":                func(c trace.Call) bool { return c.Kind == trace.Sync && c.Path == dbName+"-wal" },
	} {
		t.Run(name, func(t *testing.T) {
			names, answers := all(), 0
			c := s.record(t, names, chance.Uint64(), func(c trace.Call) trace.Verdict {
				if c.Kind == trace.Answer {
					answers++
				}
				// What is left out afterwards, of writing the log back, is another bug.
				if answers < len(names) && missing(c) {
					return trace.Swallow
				}
				return trace.Pass
			})
			c.find(t, chance)
		})
	}
}

// find makes images in any order until something is wrong.
func (c *cutter) find(t *testing.T, chance *mathrand.Rand) {
	t.Helper()
	cuts := c.cuts(0)
	chance.Shuffle(len(cuts), func(i, j int) { cuts[i], cuts[j] = cuts[j], cuts[i] })
	for _, at := range cuts {
		if found := c.image(t, at); len(found) > 0 {
			t.Logf("found in the %dth image: %s", c.made.Load(), found[0])
			return
		}
	}
	t.Errorf("it is in none of %d images", c.made.Load())
}
