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
	var calm, flooded sample
	for range r.Rounds {
		some, err := load(ctx, page, 4, r.Slice)
		if err != nil {
			return err
		}
		calm.add(some)
		some, err = r.during(ctx, slices.Repeat([]target{searches}, 2*r.Conns), page)
		if err != nil {
			return err
		}
		flooded.add(some)
	}
	r.report.Add(Row{
		ID: "bulkhead", Name: "neighbour's p99 beside a flood of searches", Database: string(dialect), Unit: "ms",
		Ours: ms(flooded.quantile(0.99)), Limit: ms(calm.quantile(0.99)), Of: "calm", Goal: 1.5, Most: true,
		P50: ms(flooded.quantile(0.5)), P99: ms(flooded.quantile(0.99)), CPU: flooded.cost().Seconds() * 1000,
	})
	return nil
}

// comesBack is when one that was refused asks again: fifty times sooner than he was told to.
const comesBack = 100 * time.Millisecond

// during asks for a page while a flood lasts. What the flood is refused is what it is refused.
func (r *run) during(ctx context.Context, floods []target, page target) (sample, error) {
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	for _, flood := range floods {
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
