package bench

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"voordeur/internal/db"
)

// flood measures what others notice while one office searches as much as it can: the pages of another
// tenant, by turns with and without the flood.
func (r *run) flood(ctx context.Context, dialect db.Dialect) error {
	s, err := r.stage(ctx, dialect, r.Many)
	if err != nil {
		return err
	}
	defer s.stop()
	neighbour, err := logIn(ctx, s.process, "office", quiet, "beheer@waterlandaanzee.example")
	if err != nil {
		return err
	}
	page, searches := neighbour.asks("neighbour", "/dossiers"), s.admin.asks("flood", seldomSearch)
	var n notice
	for range r.Rounds {
		if err := r.notices(ctx, slices.Repeat([]target{searches}, 2*r.Conns), page, &n); err != nil {
			return err
		}
	}
	r.report.Add(n.row("bulkhead", "neighbour's p99 beside a flood of searches", dialect, 1.5))
	return nil
}

// notice is what somebody notices of others: his page while they rest, and while they do not.
type notice struct{ calm, busy sample }

// notices measures that once more.
func (r *run) notices(ctx context.Context, others []target, page target, n *notice) error {
	some, err := load(ctx, page, 4, r.Slice)
	if err != nil {
		return err
	}
	n.calm.add(some)
	if some, err = r.during(ctx, others, page); err == nil {
		n.busy.add(some)
	}
	return err
}

func (n *notice) row(id, name string, dialect db.Dialect, goal float64) Row {
	w := pageRow(id, name, dialect, n.busy)
	w.Unit, w.Ours, w.Limit, w.Of, w.Goal, w.Most = "ms", w.P99, ms(n.calm.quantile(0.99)), "calm", goal, true
	return w
}

// comesBack is when one that was refused asks again: fifty times sooner than he was told to.
const comesBack = 100 * time.Millisecond

// during asks for a page while a flood lasts. What the flood is refused is what it is refused.
func (r *run) during(ctx context.Context, others []target, page target) (sample, error) {
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	for _, flood := range others {
		all.Go(func() {
			for ctx.Err() == nil {
				_, err := ask(ctx, flood)
				if err != nil && !errors.Is(err, errAnswer) {
					return
				}
				time.Sleep(comesBack)
			}
		})
	}
	time.Sleep(r.Slice / 10) // until the queue is full
	found, err := load(ctx, page, 4, r.Slice)
	stop()
	all.Wait()
	return found, err
}
