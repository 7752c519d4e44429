package backup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
)

// Report is what a check found.
type Report struct {
	Rows    int64
	Files   int64
	Bytes   int64 // of the files, decrypted
	Entries int64 // of the journals, under a seal
	Newest  time.Time
	Earlier bool     // all was checked by a restore that was killed at its last step; nothing was counted
	Wrong   []string // what is wrong, in words
	More    int      // what is wrong beyond that
}

// mostWrong bounds what a report names: a store that is gone is wrong a million times.
const mostWrong = 20

func (r *Report) wrong(form string, args ...any) {
	if len(r.Wrong) == mostWrong {
		r.More++
		return
	}
	r.Wrong = append(r.Wrong, fmt.Sprintf(form, args...))
}

// Sound reports whether nothing is wrong.
func (r *Report) Sound() bool { return len(r.Wrong) == 0 }

// Err returns what is wrong as one error, nil when nothing is.
func (r *Report) Err() error {
	var all []error
	for _, w := range r.Wrong {
		all = append(all, errors.New(w))
	}
	if r.More > 0 {
		all = append(all, fmt.Errorf("and %d more", r.More))
	}
	return errors.Join(all...)
}

// Documents reads the file of every row, as stored and decrypted, and compares both with the row.
func (h House) Documents(ctx context.Context, rep *Report) error {
	tenants, err := tenantIDs(ctx, h.DB)
	if err != nil {
		return err
	}
	vault := blob.NewVault(h.Store)
	for _, id := range tenants {
		key, err := h.tenantKey(ctx, id)
		if err != nil {
			return err
		}
		err = dossier.EachFile(ctx, h.DB, id, func(s blob.Stored) error {
			return h.document(ctx, rep, id, s, vault.Check(ctx, id, key, s))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// document notes what a check of a file said. A file that went with its row meanwhile is not missed,
// and a store that is away says nothing of a file.
func (h House) document(ctx context.Context, rep *Report, tenant string, s blob.Stored, said error) error {
	if said == nil {
		rep.Files++
		rep.Bytes += s.PlainSize
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if errs.Is(said, errs.Unavailable) {
		return said
	}
	still, err := dossier.Keeps(ctx, h.DB, tenant, s.Key)
	if still {
		rep.wrong("%s: the file of a row: %v", tenant, said)
	}
	return err
}

func (h House) tenantKey(ctx context.Context, id string) (*crypt.TenantKey, error) {
	wrapped, err := db.One(ctx, h.DB, db.Value[[]byte], `select wrapped_key from tenant where id = $1`, id)
	if err != nil {
		return nil, err
	}
	key, err := h.Keys.Open(wrapped)
	if err != nil {
		return nil, fmt.Errorf("the key of tenant %s: %w", id, err)
	}
	return key, nil
}

// journals recomputes every journal and compares where it ends with the manifest.
func (h House) journals(ctx context.Context, m Manifest, rep *Report) error {
	return h.DB.Snapshot(ctx, func(ctx context.Context, s *db.Snapshot) error {
		have, err := journals(ctx, s)
		if err != nil {
			return err
		}
		if !slices.EqualFunc(have, m.Tenants, sameJournal) {
			rep.wrong("the journals end at %v, the manifest says %v", have, m.Tenants)
		}
		for _, t := range have {
			found, err := audit.Verify(ctx, s, t.ID, h.MAC)
			if err != nil {
				return err
			}
			if found.Wrong != "" {
				rep.wrong("%s: the journal: %s", t.ID, found.Wrong)
			}
			rep.Entries += found.Sealed
			if t.Newest.After(rep.Newest) {
				rep.Newest = t.Newest
			}
		}
		return nil
	})
}

func sameJournal(a, b Tenant) bool {
	return a.ID == b.ID && a.Sealed == b.Sealed && a.Root == b.Root && a.Newest.Equal(b.Newest)
}

// compare has the database look at itself and counts its rows.
func compare(ctx context.Context, d *db.DB, m Manifest, rep *Report) error {
	return d.Snapshot(ctx, func(ctx context.Context, s *db.Snapshot) error {
		said, err := s.Sound(ctx)
		if err != nil {
			return err
		}
		if said != "" {
			rep.wrong("the database: %s", said)
			return nil // what it answers now means nothing
		}
		rows, err := counts(ctx, s)
		if err != nil {
			return err
		}
		if !maps.Equal(rows, m.Rows) {
			rep.wrong("the tables have %v rows, the manifest says %v", rows, m.Rows)
		}
		for _, n := range rows {
			rep.Rows += n
		}
		return nil
	})
}

// note writes in every journal that it was verified, seals that and verifies once more: the database
// takes new work.
func (h House) note(ctx context.Context, rep *Report) error {
	tenants, err := tenantIDs(ctx, h.DB)
	if err != nil {
		return err
	}
	for _, id := range tenants {
		found, err := audit.Verify(ctx, h.DB, id, h.MAC)
		if err == nil {
			err = audit.Verified(ctx, h.DB, authn.System(id, "restore"), found)
		}
		for n := 1; err == nil && n > 0; {
			n, err = audit.Seal(ctx, h.DB, id, h.MAC)
		}
		if err == nil {
			found, err = audit.Verify(ctx, h.DB, id, h.MAC)
		}
		if err != nil {
			return err
		}
		if found.Wrong != "" || found.Unsealed != 0 {
			rep.wrong("%s: new work spoils the journal: %+v", id, found)
		}
	}
	return nil
}
