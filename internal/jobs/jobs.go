// Package jobs is work that a change leaves behind: queued in the change's own transaction, claimed
// with a lease, completed in the job's own transaction, fenced by its attempt.
package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/errs"
)

const (
	lease   = time.Minute
	timeout = 50 * time.Second // below the lease, so that no job runs twice at once
	poll    = 2 * time.Second  // the net under the wake-up after commit
	// GiveUp is the number of attempts after which a job stays as failed for a person to see.
	GiveUp = 12
)

// Job is a claimed piece of work.
type Job struct {
	Tenant  string
	ID      string
	Kind    string
	Payload json.RawMessage
	Attempt int64
}

// Last reports whether a failure now is final.
func (j Job) Last() bool { return j.Attempt >= GiveUp }

// Func does a job and returns what must be written with its completion, in one transaction; nil
// for nothing. An error runs the job again later.
type Func func(ctx context.Context, j Job) (finish func(context.Context, *db.Tx) error, err error)

// Runner claims and runs jobs.
type Runner struct {
	db    *db.DB
	log   *slog.Logger
	kinds map[string]Func
	wake  chan struct{}
	// Observe is told of every attempt that ended; nil for nobody.
	Observe func(kind string, failed bool)
}

// New returns a runner for the kinds of job it is given.
func New(d *db.DB, log *slog.Logger, kinds map[string]Func) *Runner {
	return &Runner{db: d, log: log, kinds: kinds, wake: make(chan struct{}, 1)}
}

var wakers struct {
	sync.Mutex
	list []chan struct{}
}

// Enqueue leaves work behind in the transaction of the change that needs it.
func Enqueue(ctx context.Context, tx *db.Tx, tenant, kind string, payload any) error {
	b, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	_, err = tx.Exec(ctx, `insert into job (tenant_id, id, kind, payload, run_at, created_at) values ($1, $2, $3, $4, $5, $5)`,
		tenant, db.RandomID(), kind, string(b), tx.Now())
	tx.AfterCommit(wakeAll)
	return err
}

func wakeAll() {
	wakers.Lock()
	defer wakers.Unlock()
	for _, w := range wakers.list {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// Run works until ctx ends; a job that is running then is finished first.
func (r *Runner) Run(ctx context.Context) {
	wakers.Lock()
	wakers.list = append(wakers.list, r.wake)
	wakers.Unlock()
	for {
		if n, err := r.Drain(ctx); err != nil && ctx.Err() == nil {
			r.log.Error("jobs", "err", err)
		} else if n > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-time.After(poll):
		}
	}
}

// Drain runs the jobs that are due now and returns how many.
func (r *Runner) Drain(ctx context.Context) (int, error) {
	n := 0
	for ctx.Err() == nil {
		j, ok, err := r.claim(ctx)
		if err != nil || !ok {
			return n, err
		}
		n++
		r.do(context.WithoutCancel(ctx), j)
	}
	return n, ctx.Err()
}

const due = `done_at is null and run_at <= $1 and (lease_until is null or lease_until < $1)`

func (r *Runner) claim(ctx context.Context) (Job, bool, error) {
	now := r.db.Clock().Now()
	found, err := db.All(ctx, r.db, func(scan db.Scan) (Job, error) {
		var j Job
		err := scan(&j.Tenant, &j.ID, &j.Attempt)
		return j, err
	}, `select tenant_id, id, attempt from job where `+due+` order by run_at limit 1`, db.At(now))
	if err != nil || len(found) == 0 {
		return Job{}, false, err
	}
	j := found[0]
	err = r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var payload string
		err := tx.QueryRow(ctx, `update job set attempt = attempt + 1, lease_until = $4
			where tenant_id = $2 and id = $3 and attempt = $5 and `+due+` returning kind, payload, attempt`,
			db.At(now), j.Tenant, j.ID, db.At(now.Add(lease)), j.Attempt).Scan(&j.Kind, &payload, &j.Attempt)
		j.Payload = json.RawMessage(payload)
		return err
	})
	if errs.Is(err, errs.NotFound) { // another worker was first; the next round looks again
		return Job{}, false, nil
	}
	return j, err == nil, err
}

// do runs a claimed job and writes its end, unless another worker has taken it over meanwhile.
func (r *Runner) do(ctx context.Context, j Job) {
	run, known := r.kinds[j.Kind]
	finish, err := (func(context.Context, *db.Tx) error)(nil), error(nil)
	if !known {
		err = fmt.Errorf("no such kind of job: %s", j.Kind)
	} else {
		limited, cancel := context.WithTimeout(ctx, timeout)
		finish, err = run(limited, j)
		cancel()
	}
	if err == nil {
		err = r.complete(ctx, j, finish)
	}
	if r.Observe != nil {
		r.Observe(j.Kind, err != nil)
	}
	if err != nil {
		r.log.Warn("job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "err", withoutAddresses(err))
		if err := r.retry(ctx, j, err); err != nil {
			r.log.Error("job: retry", "job", j.ID, "err", err)
		}
	}
}

var address = regexp.MustCompile(`[^\s<>"']+@[^\s<>"']+`)

// withoutAddresses is the text of an error for the log: mail servers repeat to whom the mail was.
func withoutAddresses(err error) string { return address.ReplaceAllString(err.Error(), "(address)") }

func (r *Runner) complete(ctx context.Context, j Job, finish func(context.Context, *db.Tx) error) error {
	return r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update job set done_at = $4, lease_until = null where tenant_id = $1 and id = $2 and attempt = $3 and done_at is null`,
			j.Tenant, j.ID, j.Attempt, tx.Now())
		if err != nil || n == 0 || finish == nil {
			return err
		}
		return finish(ctx, tx)
	})
}

func (r *Runner) retry(ctx context.Context, j Job, cause error) error {
	pause := min(time.Hour, 5*time.Second<<min(j.Attempt, 12))
	return r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		at := db.At(tx.Now().Add(pause))
		if j.Last() {
			at = db.At(tx.Now().AddDate(100, 0, 0))
		}
		_, err := tx.Exec(ctx, `update job set lease_until = null, run_at = $4, error = $5 where tenant_id = $1 and id = $2 and attempt = $3`,
			j.Tenant, j.ID, j.Attempt, at, cause.Error())
		return err
	})
}
