package db_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"testing"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

// A commit whose standby does not confirm it is one of which nobody knows whether it lasts
// (crash.md 6). Other tests do not wait for standbys, so that they may run meanwhile.
func TestACommitThatNoStandbyConfirmsIsUnknown(t *testing.T) {
	if os.Getenv(dbtest.EnvPostgres) == "" {
		t.Skip("SQLite has no standby; run with scripts/with-postgres")
	}
	d := dbtest.Postgres(t, nil)
	ctx, raw := context.Background(), dbtest.Raw(t, d)
	set := func(setting string) {
		t.Helper()
		for _, q := range []string{setting, `select pg_reload_conf()`} {
			if _, err := raw.ExecContext(ctx, q); err != nil {
				t.Fatal(err)
			}
		}
	}
	insert := func(id string, wait bool) error {
		return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if wait {
				if _, err := tx.Exec(ctx, `set local synchronous_commit = on`); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, `insert into tenant (id, name, wrapped_key, settings, created_at) values ($1, 'A', $2, '{}', $3)`, id, []byte{1}, tx.Now())
			return err
		})
	}
	set(`alter system set synchronous_standby_names = 'nobody'`)
	t.Cleanup(func() { set(`alter system reset synchronous_standby_names`) })
	stopped := make(chan struct{})
	defer func() { <-stopped }()
	waiting, enough := context.WithCancel(ctx)
	defer enough()
	go func() {
		defer close(stopped)
		stopWaiting(waiting, raw)
	}()
	// The setting reaches running connections soon, not at once: until then nothing is waited for.
	var err error
	for n := 0; err == nil && n < 100; n++ {
		err = insert(db.RandomID(), true)
	}
	if !errors.Is(err, db.ErrUnknown) {
		t.Errorf("no standby confirmed the commit: %v", err)
	}
	if err := insert("quiet", false); err != nil {
		t.Errorf("the connection after that: %v", err)
	}
}

// stopWaiting ends, as an operator would, what waits for a standby: the commit then succeeds with a
// warning. No time limit of a statement does so, since it ends before the commit waits.
func stopWaiting(ctx context.Context, raw *sql.DB) {
	for ctx.Err() == nil {
		_, _ = raw.ExecContext(ctx, `select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep' and datname = current_database()`) // again in a moment
		time.Sleep(50 * time.Millisecond)
	}
}
