package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/errs"
	"voordeur/internal/jobs"
)

var ctx = context.Background()

const (
	tenantID = "notaris"
	// pastLease is longer than a worker holds a job.
	pastLease = time.Minute + time.Second
)

// bench is a queue with a clock that the test moves.
type bench struct {
	t   *testing.T
	db  *db.DB
	now *clock.Manual
}

func each(t *testing.T, f func(b *bench)) {
	dbtest.EachWith(t, func(t *testing.T, d *db.DB, now *clock.Manual) {
		b := &bench{t, d, now}
		must(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tenant(ctx, tx, tenantID) }))
		f(b)
	}, func() *clock.Manual { return clock.NewManual(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)) })
}

// tenant is the smallest row that a job can belong to; the tests also make it as a job's work.
func tenant(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `insert into tenant (id, name, wrapped_key, settings, created_at) values ($1, 'A', $2, '{}', $3)`, id, []byte{1}, tx.Now())
	return err
}

func (b *bench) has(tenant string) bool {
	b.t.Helper()
	n, err := db.One(ctx, b.db, db.Value[int], `select count(*) from tenant where id = $1`, tenant)
	must(b.t, err)
	return n == 1
}

// runner is a worker that knows one kind of job.
func (b *bench) runner(f jobs.Func) *jobs.Runner {
	return jobs.New(b.db, slog.New(slog.DiscardHandler), map[string]jobs.Func{"work": f})
}

func (b *bench) enqueue(kind string, payload any) {
	b.t.Helper()
	must(b.t, b.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return jobs.Enqueue(ctx, tx, tenantID, kind, payload) }))
}

// drain runs what is due and fails when that is another number of jobs.
func (b *bench) drain(r *jobs.Runner, want int) {
	b.t.Helper()
	n, err := r.Drain(ctx)
	must(b.t, err)
	if n != want {
		b.t.Fatalf("%d jobs ran, want %d", n, want)
	}
}

// row is what the queue keeps of its one job.
type row struct {
	attempt int64
	err     string
	done    bool
}

func (b *bench) row() row {
	b.t.Helper()
	var r row
	must(b.t, b.db.QueryRow(ctx, `select attempt, error, done_at is not null from job`).Scan(&r.attempt, &r.err, &r.done))
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAJobRunsOnceWithWhatItWasGiven(t *testing.T) {
	each(t, func(b *bench) {
		var got []jobs.Job
		r := b.runner(func(ctx context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
			if end, limited := ctx.Deadline(); !limited || end.After(clock.System{}.Now().Add(time.Minute)) {
				b.t.Errorf("the job may run until %v, longer than its lease", end)
			}
			got = append(got, j)
			return func(ctx context.Context, tx *db.Tx) error { return tenant(ctx, tx, "made") }, nil
		})
		b.enqueue("work", map[string]string{"id": "7"})
		b.drain(r, 1)
		b.now.Advance(365 * 24 * time.Hour)
		b.drain(r, 0)
		var payload map[string]string
		must(b.t, json.Unmarshal(got[0].Payload, &payload))
		if got[0].Tenant != tenantID || got[0].Kind != "work" || payload["id"] != "7" || got[0].Attempt != 1 || got[0].Last() {
			b.t.Errorf("it was given %+v", got[0])
		}
		if !b.has("made") || !b.row().done {
			b.t.Errorf("its work is there: %t, and it is done: %t", b.has("made"), b.row().done)
		}
	})
}

func TestAChangeThatIsUndoneLeavesNoJob(t *testing.T) {
	each(t, func(b *bench) {
		stop := errors.New("stop")
		err := b.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(jobs.Enqueue(ctx, tx, tenantID, "work", 1), stop)
		})
		if !errors.Is(err, stop) {
			b.t.Fatal(err)
		}
		b.drain(b.runner(nil), 0)
	})
}

// A job's end and its work are one transaction: a work that cannot be written leaves the job to be
// run again.
func TestAJobWhoseWorkIsNotWrittenRunsAgain(t *testing.T) {
	each(t, func(b *bench) {
		broken := errors.New("the work broke")
		r := b.runner(func(_ context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
			return func(ctx context.Context, tx *db.Tx) error {
				if err := tenant(ctx, tx, fmt.Sprint("made", j.Attempt)); err != nil || j.Attempt > 1 {
					return err
				}
				return broken
			}, nil
		})
		b.enqueue("work", 1)
		b.drain(r, 1)
		if got := b.row(); b.has("made1") || got.done || got.err != broken.Error() {
			b.t.Errorf("half of the work stayed: %t; the job is %+v", b.has("made1"), got)
		}
		b.now.Advance(time.Hour)
		b.drain(r, 1)
		if !b.has("made2") || !b.row().done {
			b.t.Error("the second attempt did not finish it")
		}
	})
}

// pauses are what lies between an attempt that failed and the next one.
var pauses = []time.Duration{
	10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second, 320 * time.Second,
	640 * time.Second, 1280 * time.Second, 2560 * time.Second, time.Hour, time.Hour,
}

func TestAFailingJobWaitsLongerEachTimeAndIsGivenUp(t *testing.T) {
	each(t, func(b *bench) {
		var last []bool
		r := b.runner(func(_ context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
			last = append(last, j.Last())
			return nil, fmt.Errorf("failure %d", j.Attempt)
		})
		b.enqueue("work", 1)
		b.drain(r, 1)
		for n, pause := range pauses {
			b.now.Advance(pause - time.Microsecond)
			b.drain(r, 0)
			b.now.Advance(time.Microsecond)
			b.drain(r, 1)
			if got, want := b.row(), (row{int64(n) + 2, fmt.Sprintf("failure %d", n+2), false}); got != want {
				b.t.Errorf("after the pause of %v: %+v, want %+v", pause, got, want)
			}
		}
		b.now.Advance(365 * 24 * time.Hour)
		b.drain(r, 0)
		if len(last) != jobs.GiveUp || slices.Index(last, true) != jobs.GiveUp-1 {
			b.t.Errorf("%d attempts, the last is known as such at %d", len(last), slices.Index(last, true))
		}
	})
}

func TestAJobOfAnUnknownKindStaysToBeSeen(t *testing.T) {
	each(t, func(b *bench) {
		b.enqueue("nonsense", 1)
		b.drain(b.runner(nil), 1)
		if got := b.row(); got.done || got.err != "no such kind of job: nonsense" {
			b.t.Errorf("%+v", got)
		}
	})
}

// A worker that is dead holds its job until the lease ends; then another one does it.
func TestTheJobOfADeadWorkerIsDoneByAnother(t *testing.T) {
	each(t, func(b *bench) {
		b.enqueue("work", 1)
		died := make(chan struct{})
		go func() {
			defer close(died)
			_, _ = b.runner(func(context.Context, jobs.Job) (func(context.Context, *db.Tx) error, error) {
				runtime.Goexit()
				return nil, nil
			}).Drain(ctx) // does not return
		}()
		<-died
		r := b.runner(func(_ context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
			return func(ctx context.Context, tx *db.Tx) error { return tenant(ctx, tx, fmt.Sprint("made", j.Attempt)) }, nil
		})
		b.now.Advance(time.Minute)
		b.drain(r, 0)
		b.now.Advance(time.Second)
		b.drain(r, 1)
		if !b.has("made2") {
			b.t.Error("the job of the dead worker is not done")
		}
	})
}

// overtaken is a worker that hangs until its lease is over and another worker has come past.
func (b *bench) overtaken(other *jobs.Runner, end error) *jobs.Runner {
	return b.runner(func(context.Context, jobs.Job) (func(context.Context, *db.Tx) error, error) {
		b.drain(other, 0) // the lease holds
		b.now.Advance(pastLease)
		b.drain(other, 1)
		return func(ctx context.Context, tx *db.Tx) error { return tenant(ctx, tx, "late") }, end
	})
}

func TestAWorkerThatWasOvertakenWritesNothing(t *testing.T) {
	each(t, func(b *bench) {
		other := b.runner(func(context.Context, jobs.Job) (func(context.Context, *db.Tx) error, error) {
			return func(ctx context.Context, tx *db.Tx) error { return tenant(ctx, tx, "made") }, nil
		})
		b.enqueue("work", 1)
		b.drain(b.overtaken(other, nil), 1)
		if !b.has("made") || b.has("late") {
			b.t.Errorf("the other's work is there: %t, and that of the late one: %t", b.has("made"), b.has("late"))
		}
	})
}

func TestTheEndOfAnOvertakenWorkerLeavesTheJobToTheOther(t *testing.T) {
	for _, end := range []error{nil, errors.New("late failure")} {
		each(t, func(b *bench) {
			other := b.runner(func(context.Context, jobs.Job) (func(context.Context, *db.Tx) error, error) {
				return nil, errors.New("failure of the other")
			})
			b.enqueue("work", 1)
			b.drain(b.overtaken(other, end), 1)
			if got, want := b.row(), (row{2, "failure of the other", false}); got != want || b.has("late") {
				b.t.Errorf("the late one ends with %v: the job is %+v, and its work is there: %t", end, got, b.has("late"))
			}
			b.now.Advance(pauses[1])
			b.drain(other, 1)
		})
	}
}

func TestWorkersShareTheQueueWithoutDoingAJobTwice(t *testing.T) {
	each(t, func(b *bench) {
		const total = 40
		for n := range total {
			b.enqueue("work", n)
		}
		var mu sync.Mutex
		ran := map[string]int{}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				r := b.runner(func(_ context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
					mu.Lock()
					defer mu.Unlock()
					ran[string(j.Payload)]++
					return nil, nil
				})
				for b.left() > 0 {
					if _, err := r.Drain(ctx); err != nil && !errs.Is(err, errs.Unavailable) {
						b.t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		for n := range total {
			if times := ran[fmt.Sprint(n)]; times != 1 {
				b.t.Errorf("job %d ran %d times", n, times)
			}
		}
	})
}

func (b *bench) left() int {
	n, err := db.One(ctx, b.db, db.Value[int], `select count(*) from job where done_at is null`)
	if err != nil {
		b.t.Error(err)
	}
	return n
}

func TestRunFinishesWhatItBegan(t *testing.T) {
	each(t, func(b *bench) {
		ctx, stop := context.WithCancel(ctx)
		begun, ended := make(chan struct{}), make(chan struct{})
		r := b.runner(func(ctx context.Context, _ jobs.Job) (func(context.Context, *db.Tx) error, error) {
			close(begun)
			stop()
			return nil, ctx.Err()
		})
		go func() {
			defer close(ended)
			r.Run(ctx)
		}()
		b.enqueue("work", 1)
		<-begun
		<-ended
		if got := b.row(); !got.done || got.err != "" {
			b.t.Errorf("the job that ran when the program was stopped is %+v", got)
		}
	})
}
