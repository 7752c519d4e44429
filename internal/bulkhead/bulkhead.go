// Package bulkhead keeps the heavy work of one organisation from the pages of the others. Of each
// kind of work only so much is done at a time, in all and for one tenant; what is more waits its
// turn, for a bounded time and in a queue of the tenant's own, and what finds that queue full is
// told to come back.
package bulkhead

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"voordeur/internal/clock"
	"voordeur/internal/errs"
)

// Limits are how much of one kind of work is let in.
type Limits struct {
	Total  int           // done at once, for all tenants together
	Tenant int           // done at once for one tenant
	Queue  int           // waiting for one tenant
	Wait   time.Duration // how long one waits at most
	// Rest is how long a tenant's place stays empty after work, in times that work's own duration. With 1
	// a tenant that never stops takes half of what its places can do; whoever comes now and then does not
	// notice.
	Rest int
}

// ErrBusy is what is under the error of whoever was refused: the program does as it should.
var ErrBusy = errors.New("bulkhead: no room")

// retryAfter is when to come back to a queue that was full.
const retryAfter = 5 * time.Second

// Bulkhead lets in one kind of work. A nil Bulkhead bounds nothing.
type Bulkhead struct {
	limits Limits
	// all is entered by whoever has a place among his tenant's, so a tenant stands there no more often
	// than it may run. It lets in who came first: that is what makes it fair between tenants.
	all *semaphore.Weighted

	mu      sync.Mutex
	tenants map[string]*lane // of those that have something here
	load    Load
}

// lane is the place of one tenant, in which who came first goes first too.
type lane struct {
	places *semaphore.Weighted
	inside int // waiting, at work, or a place that rests
}

// Load is what a bulkhead has to do.
type Load struct {
	Running, Waiting int
	Refused          int64 // since the start
}

// New returns a bulkhead with its limits.
func New(l Limits) *Bulkhead {
	return &Bulkhead{limits: l, all: semaphore.NewWeighted(int64(l.Total)), tenants: map[string]*lane{}}
}

// Load tells what is going on.
func (b *Bulkhead) Load() Load {
	if b == nil {
		return Load{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.load
}

// Enter waits until the tenant's work may begin; leave must be called when it is done. Without room
// in the queue, or after the longest wait, the error is Unavailable and says when to come back.
func (b *Bulkhead) Enter(ctx context.Context, tenant string) (leave func(), err error) {
	if b == nil {
		return func() {}, nil
	}
	own, ok := b.join(tenant)
	if !ok {
		return nil, b.refuse()
	}
	if err := b.wait(ctx, own); err != nil {
		b.giveUp(tenant, own)
		if ctx.Err() != nil { // the visitor left, or his page has taken too long already
			return nil, ctx.Err()
		}
		return nil, b.refuse()
	}
	b.start()
	took := clock.Stopwatch()
	return sync.OnceFunc(func() {
		b.all.Release(1)
		b.end()
		if b.limits.Rest == 0 {
			b.part(tenant, own)
			return
		}
		time.AfterFunc(time.Duration(b.limits.Rest)*took(), func() { b.part(tenant, own) })
	}), nil
}

// wait takes a place among the tenant's and then one among all.
func (b *Bulkhead) wait(ctx context.Context, own *lane) error {
	ctx, cancel := context.WithTimeout(ctx, b.limits.Wait)
	defer cancel()
	if err := own.places.Acquire(ctx, 1); err != nil {
		return err
	}
	if err := b.all.Acquire(ctx, 1); err != nil {
		own.places.Release(1)
		return err
	}
	return nil
}

// join puts one more into a tenant's lane, unless it is full.
func (b *Bulkhead) join(tenant string) (*lane, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	own := b.tenants[tenant]
	if own == nil {
		own = &lane{places: semaphore.NewWeighted(int64(b.limits.Tenant))}
		b.tenants[tenant] = own
	}
	if own.inside >= b.limits.Tenant+b.limits.Queue {
		return nil, false
	}
	own.inside++
	b.load.Waiting++
	return own, true
}

func (b *Bulkhead) start() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.load.Waiting--
	b.load.Running++
}

func (b *Bulkhead) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.load.Running--
}

// giveUp takes out one who waited.
func (b *Bulkhead) giveUp(tenant string, own *lane) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.load.Waiting--
	b.leave(tenant, own)
}

// part gives a tenant's place to the next of his.
func (b *Bulkhead) part(tenant string, own *lane) {
	own.places.Release(1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.leave(tenant, own)
}

// leave counts one less. A lane that is empty goes: tenants come and go for as long as the program runs.
func (b *Bulkhead) leave(tenant string, own *lane) {
	if own.inside--; own.inside == 0 {
		delete(b.tenants, tenant)
	}
}

func (b *Bulkhead) refuse() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.load.Refused++
	return &errs.Error{Kind: errs.Unavailable, Key: "error.busy", RetryAfter: retryAfter, Err: ErrBusy}
}
