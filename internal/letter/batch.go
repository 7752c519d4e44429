package letter

import (
	"context"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// MaxBatch is how many letters are printed at once: what a person puts into envelopes in an hour, in a
// file that is made in a moment.
const MaxBatch = 200

// Filled is a letter with what stands in it.
type Filled struct {
	Row     Row
	Content Content
}

// Batch are the letters that an employee printed at one moment.
type Batch struct {
	At      db.Time
	Letters int
}

// LastBatch returns the last letters that the employee printed at once and can print again; where there
// are none it has no letters.
func LastBatch(ctx context.Context, r db.Reader, a access.Staff, now time.Time) (Batch, error) {
	var b Batch
	err := r.QueryRow(ctx, `select printed_at, count(*) from letter where tenant_id = $1 and content is not null and state = 'printed' and printed_by = $2 and printed_at > $3
		group by printed_at having count(*) > 1 order by printed_at desc limit 1`, a.Scope().Tenant(), a.Scope().Account(), db.At(now.Add(-again))).Scan(&b.At, &b.Letters)
	if errs.Is(err, errs.NotFound) {
		return Batch{}, nil
	}
	return b, err
}

// PrintAll returns what stands in the letters that wait, the oldest MaxBatch of them, and notes that they
// are printed. What colleagues print or revoke at the same time is left out. Without any letter it is a
// conflict.
func PrintAll(ctx context.Context, d *db.DB, t *tenant.Tenant, a access.Staff) ([]Filled, error) {
	return printBatch(ctx, d, t, a, func(ctx context.Context, tx *db.Tx) ([]Row, error) {
		return db.All(ctx, tx, scanRow, selectRows+`and l.state = 'to_print' and l.content is not null and l.expires_at > $3 order by l.created_at, l.id limit 200`,
			t.ID, a.Scope().Account(), tx.Now())
	})
}

// PrintAgain returns what stands in the letters that the employee printed at a moment, for ten minutes.
func PrintAgain(ctx context.Context, d *db.DB, t *tenant.Tenant, a access.Staff, at db.Time) ([]Filled, error) {
	return printBatch(ctx, d, t, a, func(ctx context.Context, tx *db.Tx) ([]Row, error) {
		return db.All(ctx, tx, scanRow, selectRows+`and l.state = 'printed' and l.content is not null and l.printed_by = $2 and l.printed_at = $3 and l.printed_at > $4 order by l.created_at, l.id limit 200`,
			t.ID, a.Scope().Account(), at, db.At(tx.Now().Add(-again)))
	})
}

func printBatch(ctx context.Context, d *db.DB, t *tenant.Tenant, a access.Staff, find func(context.Context, *db.Tx) ([]Row, error)) ([]Filled, error) {
	if !a.Can(access.Work) {
		return nil, errs.New(errs.Forbidden, "")
	}
	var all []Filled
	err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		all = nil
		// A colleague who was first may have taken all that is found, and there may be more.
		for len(all) == 0 {
			rows, err := find(ctx, tx)
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				return errs.New(errs.Conflict, "letters.none_left")
			}
			if all, err = takeAll(ctx, tx, t, a.Scope(), rows); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// takeAll takes the letters that nobody else took.
func takeAll(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, rows []Row) ([]Filled, error) {
	var all []Filled
	for _, row := range rows {
		c, err := take(ctx, tx, t, s, row)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, Filled{row, c})
	}
	return all, nil
}
