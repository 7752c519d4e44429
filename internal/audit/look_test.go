package audit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

func newTenant(t *testing.T, d *db.DB) {
	t.Helper()
	must(t, d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into tenant (id, name, wrapped_key, settings, created_at) values ('linde', 'De Linde', $1, '{}', $2)`, []byte{1}, tx.Now())
		return err
	}))
}

// held keeps SQLite's one writer busy until let is called.
func held(t *testing.T, d *db.DB) (let func()) {
	t.Helper()
	began, over, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- d.Write(context.Background(), func(context.Context, *db.Tx) error {
			close(began)
			<-over
			return nil
		})
	}()
	<-began
	return func() {
		close(over)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// Who comes while a group is written gathers in the next one, and each look is there when its reader
// goes on.
func TestLooksThatComeTogetherAreCommittedTogether(t *testing.T) {
	d := dbtest.SQLite(t, nil)
	newTenant(t, d)
	looks, let := audit.NewLooks(d), held(t, d)
	const many = 50
	done := make(chan error, many)
	for n := range many {
		go func() {
			done <- looks.Look(context.Background(), authn.System("linde", "test"), audit.Entry{Event: "dossier.viewed", Dossier: fmt.Sprint(n)})
		}()
	}
	left, leave := context.WithCancel(context.Background())
	leave()
	if err := looks.Look(left, authn.System("linde", "test"), audit.Entry{Event: "dossier.viewed", Dossier: "gone"}); !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v", err)
	}
	select {
	case err := <-done:
		t.Errorf("a look returned before it was durable: %v", err)
	default:
	}
	let()
	for range many {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	var rows, moments int
	if err := d.QueryRow(context.Background(), `select count(distinct dossier_id), count(distinct at) from journal where dossier_id <> 'gone'`).Scan(&rows, &moments); err != nil {
		t.Fatal(err)
	}
	// The first ones found the writer busy; how many of them had come by then is up to the scheduler.
	if rows != many || moments > many/2 {
		t.Errorf("%d looks in %d commits", rows, moments)
	}
}

// A group that cannot be written is an error for all who are in it, and the next one is tried anew.
func TestALookThatCannotBeRecordedIsAnError(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		newTenant(t, d)
		looks := audit.NewLooks(d)
		done := make(chan error, 3)
		for range cap(done) {
			go func() {
				done <- looks.Look(context.Background(), authn.System("nowhere", "test"), audit.Entry{Event: "dossier.viewed"})
			}()
		}
		for range cap(done) {
			if err := <-done; err == nil {
				t.Error("a look in a tenant that does not exist was recorded")
			}
		}
		if err := looks.Look(context.Background(), authn.System("linde", "test"), audit.Entry{Event: "dossier.viewed"}); err != nil {
			t.Errorf("after it: %v", err)
		}
	})
}
