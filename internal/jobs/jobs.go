// Package jobs is work that a change leaves behind: queued in the change's own transaction, claimed
// with a lease, completed in the job's own transaction, fenced by its attempt. Jobs run one after
// another; a kind that takes long or waits for others has a lane and workers of its own (ADR 7).
package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
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
	// GiveUp is the number of attempts after which a job stays as failed for a person to see, unless
	// Runner.Insist gives its kind another.
	GiveUp = 12
)

// Job is a claimed piece of work.
type Job struct {
	Tenant  string
	ID      string
	Kind    string
	Payload json.RawMessage
	Attempt int64
	patient bool
	tries   int64 // how often it is attempted, 0 for GiveUp times
}

// Last reports whether a failure now is final.
func (j Job) Last() bool { return !j.patient && j.Attempt >= cmp.Or(j.tries, GiveUp) }

// pause is how long a job that failed waits for its next attempt.
func (j Job) pause() time.Duration {
	if j.patient {
		return min(time.Minute, 5*time.Second<<min(j.Attempt, 4))
	}
	return min(time.Hour, 5*time.Second<<min(j.Attempt, 12))
}

// Func does a job and returns what must be written with its completion, in one transaction; nil
// for nothing. An error runs the job again later.
type Func func(ctx context.Context, j Job) (finish func(context.Context, *db.Tx) error, err error)

// Enqueue leaves work behind in the transaction of the change that needs it.
func Enqueue(ctx context.Context, tx *db.Tx, tenant, kind string, payload any) error {
	return enqueue(ctx, tx, tenant, "", kind, tx.Now(), payload)
}

// EnqueueAside is Enqueue for a kind that Runner.Aside has workers for.
func EnqueueAside(ctx context.Context, tx *db.Tx, tenant, kind string, payload any) error {
	return enqueue(ctx, tx, tenant, kind, kind, tx.Now(), payload)
}

// EnqueueAt is Enqueue for work that is not due before a moment.
func EnqueueAt(ctx context.Context, tx *db.Tx, tenant, kind string, at db.Time, payload any) error {
	return enqueue(ctx, tx, tenant, "", kind, at, payload)
}

func enqueue(ctx context.Context, tx *db.Tx, tenant, lane, kind string, at db.Time, payload any) error {
	b, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	_, err = tx.Exec(ctx, `insert into job (tenant_id, id, lane, kind, payload, run_at, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
		tenant, db.RandomID(), lane, kind, string(b), at, tx.Now())
	tx.AfterCommit(wakeAll)
	return err
}

var wakers struct {
	sync.Mutex
	list []chan struct{}
}

// waker returns a channel on which every commit that queued a job is heard.
func waker() chan struct{} {
	wakers.Lock()
	defer wakers.Unlock()
	w := make(chan struct{}, 1)
	wakers.list = append(wakers.list, w)
	return w
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

const due = `done_at is null and run_at <= $1 and (lease_until is null or lease_until < $1)`

// claim takes the job of the lane that has waited longest. When another worker was first, it looks
// again.
func (r *Runner) claim(ctx context.Context, l lane) (Job, bool, error) {
	for {
		now := r.db.Clock().Now()
		found, err := db.All(ctx, r.db, func(scan db.Scan) (Job, error) {
			j := Job{patient: l.patient}
			err := scan(&j.Tenant, &j.ID, &j.Attempt)
			return j, err
		}, `select tenant_id, id, attempt from job where lane = $2 and `+due+` order by run_at limit 1`, db.At(now), l.name)
		if err != nil || len(found) == 0 {
			return Job{}, false, err
		}
		j, err := r.take(ctx, found[0], now)
		if !errs.Is(err, errs.NotFound) {
			return j, err == nil, err
		}
	}
}

func (r *Runner) take(ctx context.Context, j Job, now time.Time) (Job, error) {
	err := r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var payload string
		err := tx.QueryRow(ctx, `update job set attempt = attempt + 1, lease_until = $4
			where tenant_id = $2 and id = $3 and attempt = $5 and `+due+` returning kind, payload, attempt`,
			db.At(now), j.Tenant, j.ID, db.At(now.Add(lease)), j.Attempt).Scan(&j.Kind, &payload, &j.Attempt)
		j.Payload, j.tries = json.RawMessage(payload), r.tries[j.Kind]
		return err
	})
	return j, err
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
	return r.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		at := db.At(tx.Now().Add(j.pause()))
		if j.Last() {
			at = db.At(tx.Now().AddDate(100, 0, 0))
		}
		_, err := tx.Exec(ctx, `update job set lease_until = null, run_at = $4, error = $5 where tenant_id = $1 and id = $2 and attempt = $3`,
			j.Tenant, j.ID, j.Attempt, at, cause.Error())
		return err
	})
}
