package db_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/errs"
)

func TestWriteRollsBackAndRefusesToNest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		stop := errors.New("stop")
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `insert into tenant (id, name, wrapped_key, settings, created_at) values ('a', 'A', $1, '{}', $2)`, []byte{1}, tx.Now()); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatalf("got %v", err)
		}
		var n int
		if err := d.QueryRow(ctx, `select count(*) from tenant`).Scan(&n); err != nil || n != 0 {
			t.Fatalf("%d rows after roll-back, %v", n, err)
		}
		err = d.Write(ctx, func(ctx context.Context, _ *db.Tx) error {
			return d.Write(ctx, func(context.Context, *db.Tx) error { return nil })
		})
		if err == nil {
			t.Fatal("a nested transaction was let through")
		}
	})
}

func TestReadersCannotWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rows, err := d.Query(context.Background(), `insert into tenant (id, name, wrapped_key, settings, created_at) values ('a', 'A', '', '{}', $1) returning id`, db.At(time.Unix(0, 0)))
		if err == nil {
			for rows.Next() {
			}
			err = errors.Join(rows.Err(), rows.Close())
		}
		if err == nil {
			t.Fatal("a reader wrote")
		}
	})
}

func TestTimeRoundTripAndOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		early := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		late := early.Add(time.Microsecond)
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for i, at := range []time.Time{early, late} {
				if _, err := tx.Exec(ctx, `insert into tenant (id, name, wrapped_key, settings, created_at) values ($1, 'A', $2, '{}', $3)`,
					string(rune('a'+i)), []byte{1}, db.At(at)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := db.All(ctx, d, db.Value[db.Time], `select created_at from tenant where created_at > $1`, db.At(early))
		if err != nil || len(got) != 1 || !got[0].Equal(late) {
			t.Fatalf("got %v, %v", got, err)
		}
	})
}

func TestOnceLetsTheFirstThrough(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		results := make([]string, 2)
		for i := range results {
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if i == 0 {
					if _, err := tx.Exec(ctx, `insert into tenant (id, name, wrapped_key, settings, created_at) values ('a', 'A', $1, '{}', $2)`, []byte{1}, tx.Now()); err != nil {
						return err
					}
				}
				had, fresh, err := tx.Once(ctx, "a", "acc", "key")
				if err != nil {
					return err
				}
				if fresh != (i == 0) {
					t.Errorf("attempt %d: fresh %v", i, fresh)
				}
				if !fresh {
					results[i] = had
					return nil
				}
				results[i] = "made"
				return tx.Finish(ctx, "a", "acc", "key", "made")
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if results[1] != "made" {
			t.Fatalf("second got %q", results[1])
		}
	})
}

func TestMissingRowIsNotFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_, err := db.One(context.Background(), d, db.Value[string], `select id from tenant where id = $1`, "none")
		if !errs.Is(err, errs.NotFound) {
			t.Fatalf("got %v", err)
		}
	})
}
