package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/trace"
)

// Runner claims and runs jobs.
type Runner struct {
	db    *db.DB
	log   *slog.Logger
	kinds map[string]Func
	tries map[string]int64 // of kinds that Insist was told of
	lanes []lane
	renew time.Duration // how often leases are renewed
	// Observe is told of every attempt that ended; nil for nobody.
	Observe func(kind string, failed bool)
}

// lane is a queue with workers of its own. The one without a name has all jobs but those of kinds
// that are aside.
type lane struct {
	name    string
	workers int
	// patient is a lane whose jobs are never given up: what they wait for comes back one day. They
	// bound their own time, and their lease is renewed while they run.
	patient bool
}

// New returns a runner for the kinds of job it is given, which run one after another.
func New(d *db.DB, log *slog.Logger, kinds map[string]Func) *Runner {
	return &Runner{db: d, log: log, kinds: kinds, tries: map[string]int64{}, lanes: []lane{{workers: 1}}, renew: lease / 3}
}

// Insist has a kind of job attempted another number of times than GiveUp; from the tenth pause on
// that is once an hour.
func (r *Runner) Insist(kind string, tries int64) { r.tries[kind] = tries }

// Aside gives a kind of job that takes long, or waits for another program, workers of its own, so
// that nothing else waits for it. Such a job is tried again for as long as it takes. It must bound
// its own time, and end soon when its context does: it is cut when the program stops.
func (r *Runner) Aside(kind string, workers int, f Func) {
	r.kinds[kind] = f
	r.lanes = append(r.lanes, lane{kind, workers, true})
}

// Run works until ctx ends; a job that is running then is finished first, unless it is aside.
func (r *Runner) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, l := range r.lanes {
		for range l.workers {
			all.Go(func() { r.work(ctx, l) })
		}
	}
	all.Wait()
}

// work runs the jobs of a lane. After a failure a patient lane rests: what one of its jobs waits
// for, the others would wait for as well.
func (r *Runner) work(ctx context.Context, l lane) {
	wake := waker()
	for ctx.Err() == nil {
		ran, err := r.step(ctx, l)
		if ran && (err == nil || !l.patient) {
			continue
		}
		heard := wake
		if l.patient && err != nil {
			heard = nil
		}
		select {
		case <-ctx.Done():
		case <-heard:
		case <-time.After(poll):
		}
	}
}

// Drain runs the jobs that are due now, of all lanes, and returns how many.
func (r *Runner) Drain(ctx context.Context) (int, error) {
	n, before := 0, -1
	for n != before { // a job of one lane may leave work for another
		before = n
		for _, l := range r.lanes {
			for ctx.Err() == nil {
				ran, err := r.step(ctx, l)
				if !ran && err != nil {
					return n, err
				}
				if !ran {
					break
				}
				n++
			}
		}
	}
	return n, ctx.Err()
}

// step claims a job of the lane and runs it. The error is why there was none, or why it failed;
// either way it has been logged.
func (r *Runner) step(ctx context.Context, l lane) (ran bool, err error) {
	j, ok, err := r.claim(ctx, l)
	if err != nil && ctx.Err() == nil {
		r.log.Error("jobs", "err", err)
	}
	if err != nil || !ok {
		return false, err
	}
	return true, r.do(ctx, j)
}

// do runs a claimed job and writes its end, unless another worker has taken it over meanwhile.
func (r *Runner) do(ctx context.Context, j Job) error {
	ctx, span := trace.Start(ctx, "job "+j.Kind)
	span.Number("job.attempt", j.Attempt)
	err := r.finish(ctx, j)
	span.End(err != nil)
	return err
}

func (r *Runner) finish(ctx context.Context, j Job) error {
	lasting := context.WithoutCancel(ctx)
	finish, err := r.run(ctx, j)
	if err == nil {
		err = r.complete(lasting, j, finish)
	}
	if r.Observe != nil {
		r.Observe(j.Kind, err != nil)
	}
	if err != nil {
		r.log.Warn("job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "err", withoutAddresses(err))
		if err := r.retry(lasting, j, err); err != nil {
			r.log.Error("job: retry", "job", j.ID, "err", err)
		}
	}
	return err
}

func (r *Runner) run(ctx context.Context, j Job) (func(context.Context, *db.Tx) error, error) {
	f, known := r.kinds[j.Kind]
	if !known {
		return nil, fmt.Errorf("no such kind of job: %s", j.Kind)
	}
	if !j.patient {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
		defer cancel()
		return f(ctx, j)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() { r.keep(ctx, j, cancel) })
	finish, err := f(ctx, j)
	if err != nil {
		err = errors.Join(err, context.Cause(ctx))
	}
	cancel(nil)
	keeping.Wait()
	return finish, err
}

// keep renews the lease of a job until ctx ends. It ends the run itself when the lease may be lost:
// another worker may have the job by then.
func (r *Runner) keep(ctx context.Context, j Job, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(r.renew)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := r.extend(ctx, j); err != nil {
				cancel(err)
				return
			}
		}
	}
}

func (r *Runner) extend(ctx context.Context, j Job) error {
	return r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update job set lease_until = $4 where tenant_id = $1 and id = $2 and attempt = $3 and done_at is null`,
			j.Tenant, j.ID, j.Attempt, db.At(tx.Now().Add(lease)))
		return db.Guard(n, err, fmt.Errorf("job %s was taken over", j.ID))
	})
}
