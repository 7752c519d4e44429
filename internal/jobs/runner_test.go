package jobs

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

var start = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// each runs f on every database, with a tenant that can have jobs.
func each(t *testing.T, f func(t *testing.T, d *db.DB, now *clock.Manual)) {
	dbtest.EachWith(t, func(t *testing.T, d *db.DB, now *clock.Manual) {
		if _, err := dbtest.Raw(t, d).Exec(`insert into tenant (id, name, settings, wrapped_key, created_at) values ('t', 'T', '{}', 'x', $1)`, db.At(start)); err != nil {
			t.Fatal(err)
		}
		f(t, d, now)
	}, func() *clock.Manual { return clock.NewManual(start) })
}

type enqueueing func(ctx context.Context, tx *db.Tx, tenant, kind string, payload any) error

func queue(t *testing.T, d *db.DB, enqueue enqueueing, kind string) {
	t.Helper()
	err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error { return enqueue(ctx, tx, "t", kind, nil) })
	if err != nil {
		t.Fatal(err)
	}
}

func drain(t *testing.T, r *Runner) int {
	t.Helper()
	n, err := r.Drain(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

type finish = func(context.Context, *db.Tx) error

var errAway = errors.New("away")

// A job that is aside is tried for as long as it takes, at least once a minute or so; any other
// ends after GiveUp attempts.
func TestAJobAsideIsNeverGivenUp(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, now *clock.Manual) {
		away, tries, last := true, map[string]int{}, map[string]bool{}
		do := func(_ context.Context, j Job) (finish, error) {
			tries[j.Kind]++
			last[j.Kind] = last[j.Kind] || j.Last()
			if away {
				return nil, errAway
			}
			return nil, nil
		}
		r := New(d, slog.New(slog.DiscardHandler), map[string]Func{"mail": do})
		r.Aside("scan", 2, do)
		queue(t, d, Enqueue, "mail")
		queue(t, d, EnqueueAside, "scan")
		for range 20 {
			drain(t, r)
			now.Advance(time.Hour)
		}
		if tries["mail"] != GiveUp || !last["mail"] || tries["scan"] != 20 || last["scan"] {
			t.Errorf("tries %v, last %v", tries, last)
		}
		drain(t, r)
		now.Advance(time.Minute)
		away = false
		if n := drain(t, r); n != 1 || tries["scan"] != 22 {
			t.Errorf("a minute after it is back: %d jobs, %v", n, tries)
		}
		if now.Advance(time.Hour); drain(t, r) != 0 {
			t.Error("a job that is done runs again")
		}
	})
}

// A job that hangs aside holds up no other, and is cut when the program stops.
func TestAJobThatHangsAsideHoldsUpNobody(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		hangs, mailed := make(chan bool), make(chan bool)
		r := New(d, slog.New(slog.DiscardHandler), map[string]Func{"mail": func(context.Context, Job) (finish, error) {
			close(mailed)
			return nil, nil
		}})
		r.Aside("scan", 1, func(ctx context.Context, _ Job) (finish, error) {
			hangs <- true
			<-ctx.Done()
			return nil, ctx.Err()
		})
		queue(t, d, EnqueueAside, "scan")
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan bool)
		go func() {
			r.Run(ctx)
			close(ended)
		}()
		<-hangs
		queue(t, d, Enqueue, "mail")
		<-mailed
		stop()
		<-ended
		if n, err := db.One(context.Background(), d, db.Value[int], `select count(*) from job where done_at is null and lease_until is null`); err != nil || n != 1 {
			t.Errorf("%d jobs wait for the next start, %v", n, err)
		}
	})
}

// A kind of job that insists is tried as often as it asks for, and others as often as before.
func TestAJobThatInsistsIsTriedMoreOften(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, now *clock.Manual) {
		tries, last := map[string]int{}, map[string]int{}
		do := func(_ context.Context, j Job) (finish, error) {
			tries[j.Kind]++
			if j.Last() {
				last[j.Kind] = tries[j.Kind]
			}
			return nil, errAway
		}
		r := New(d, slog.New(slog.DiscardHandler), map[string]Func{"mail": do, "link": do})
		r.Insist("mail", GiveUp+3)
		queue(t, d, Enqueue, "mail")
		queue(t, d, Enqueue, "link")
		for range GiveUp + 10 {
			drain(t, r)
			now.Advance(time.Hour)
		}
		if tries["mail"] != GiveUp+3 || last["mail"] != GiveUp+3 || tries["link"] != GiveUp || last["link"] != GiveUp {
			t.Errorf("tries %v, last %v", tries, last)
		}
	})
}

func TestTheLeaseOfALongJobIsRenewed(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, now *clock.Manual) {
		r := New(d, slog.New(slog.DiscardHandler), map[string]Func{})
		r.renew = time.Millisecond
		r.Aside("scan", 1, func(ctx context.Context, j Job) (finish, error) {
			for range 5 {
				now.Advance(lease / 2)
				for until := now.Now().Add(lease); ; {
					at, err := db.One(ctx, d, db.Value[db.Time], `select lease_until from job where id = $1`, j.ID)
					if err != nil {
						return nil, err
					}
					if at.Equal(until) {
						break
					}
				}
				if n, err := New(d, r.log, nil).with(r.lanes).Drain(ctx); n != 0 || err != nil {
					t.Errorf("another worker ran %d jobs, %v", n, err)
				}
			}
			return nil, nil
		})
		queue(t, d, EnqueueAside, "scan")
		if n := drain(t, r); n != 1 {
			t.Errorf("%d jobs", n)
		}
	})
}

// with is a second process with the same lanes, and no idea what to do in them.
func (r *Runner) with(lanes []lane) *Runner {
	r.lanes = lanes
	return r
}

// Who is not sure to have the job any more stops, and writes nothing.
func TestAJobThatWasTakenOverStops(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		r := New(d, slog.New(slog.DiscardHandler), map[string]Func{})
		r.renew = time.Millisecond
		written, runs := false, 0
		r.Aside("scan", 1, func(ctx context.Context, j Job) (finish, error) {
			if runs++; runs > 1 {
				return nil, nil
			}
			if _, err := dbtest.Raw(t, d).Exec(`update job set attempt = attempt + 1 where id = $1`, j.ID); err != nil {
				t.Error(err)
			}
			<-ctx.Done() // the renewal finds it out
			return func(context.Context, *db.Tx) error { written = true; return nil }, nil
		})
		queue(t, d, EnqueueAside, "scan")
		if n := drain(t, r); n != 1 || written {
			t.Errorf("%d jobs, written: %v", n, written)
		}
	})
}
