package bulkhead_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"voordeur/internal/bulkhead"
	"voordeur/internal/errs"
)

var ctx = context.Background()

// visit is somebody who wants in: he notes that he is, and leaves when he is told to.
type visit struct {
	leave chan struct{}
	err   error
}

// hall is a bulkhead with a list of who came in, in order. It lives in a bubble of synctest, in which
// waiting costs no time and everybody has come to rest before anything is looked at.
type hall struct {
	t  *testing.T
	b  *bulkhead.Bulkhead
	in []string
}

func (h *hall) come(ctx context.Context, tenant string) *visit {
	v := &visit{leave: make(chan struct{})}
	go func() {
		leave, err := h.b.Enter(ctx, tenant)
		if v.err = err; err != nil {
			return
		}
		h.in = append(h.in, tenant) // one at a time: all wait for each other below
		<-v.leave
		leave()
	}()
	synctest.Wait()
	return v
}

func (h *hall) depart(v *visit) {
	close(v.leave)
	synctest.Wait()
}

func (h *hall) expect(what string, running, waiting int, refused int64, in ...string) {
	h.t.Helper()
	if got, want := h.b.Load(), (bulkhead.Load{Running: running, Waiting: waiting, Refused: refused}); got != want {
		h.t.Errorf("%s: %+v, want %+v", what, got, want)
	}
	if !slices.Equal(h.in, in) {
		h.t.Errorf("%s: %v came in, want %v", what, h.in, in)
	}
}

func busy(err error) bool {
	e, ok := errors.AsType[*errs.Error](err)
	return ok && e.Kind == errs.Unavailable && e.Key == "error.busy" && e.RetryAfter > 0
}

func inside(t *testing.T, l bulkhead.Limits, do func(t *testing.T, h *hall)) {
	synctest.Test(t, func(t *testing.T) { do(t, &hall{t: t, b: bulkhead.New(l)}) })
}

// However many of one tenant wait, the first of another goes before them.
func TestAFloodOfOneTenantLetsAnotherPass(t *testing.T) {
	inside(t, bulkhead.Limits{Total: 2, Tenant: 1, Queue: 3, Wait: time.Minute}, func(t *testing.T, h *hall) {
		var flood []*visit
		for range 6 {
			flood = append(flood, h.come(ctx, "flood"))
		}
		h.expect("the flood", 1, 3, 2, "flood")
		for n, v := range flood {
			if refused := busy(v.err); refused != (n >= 4) {
				t.Errorf("visit %d of the flood: %v", n, v.err)
			}
		}
		other := h.come(ctx, "other")
		h.expect("another", 2, 3, 2, "flood", "other")
		h.depart(flood[0])
		h.expect("the next of the flood", 2, 2, 2, "flood", "other", "flood")
		for _, v := range append(flood[1:4], other) {
			h.depart(v)
		}
		h.expect("all left", 0, 0, 2, "flood", "other", "flood", "flood", "flood")
	})
}

// When all places are taken, those who wait come in in the order of their turn among tenants: one that
// floods stands there once, not with all who wait for it.
func TestWhoWaitsForTheLastPlaceIsServedInTurn(t *testing.T) {
	inside(t, bulkhead.Limits{Total: 1, Tenant: 1, Queue: 9, Wait: time.Minute}, func(_ *testing.T, h *hall) {
		a1, a2, a3 := h.come(ctx, "a"), h.come(ctx, "a"), h.come(ctx, "a")
		b1, b2, c1 := h.come(ctx, "b"), h.come(ctx, "b"), h.come(ctx, "c")
		for _, v := range []*visit{a1, b1, c1, a2, b2, a3} {
			h.depart(v)
		}
		h.expect("all left", 0, 0, 0, "a", "b", "c", "a", "b", "a")
	})
}

// Who left gives his place in the queue back, at once, whichever of the two he waited for.
func TestWhoLeavesTheQueueMakesRoom(t *testing.T) {
	for name, l := range map[string]bulkhead.Limits{
		"behind his own tenant": {Total: 2, Tenant: 1, Queue: 1, Wait: time.Hour},
		"behind all":            {Total: 1, Tenant: 2, Queue: 0, Wait: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			inside(t, l, func(t *testing.T, h *hall) {
				first := h.come(ctx, "a")
				left, cancel := context.WithCancel(ctx)
				gone := h.come(left, "a")
				if v := h.come(ctx, "a"); !busy(v.err) {
					t.Errorf("past the queue: %v", v.err)
				}
				cancel()
				synctest.Wait()
				if !errors.Is(gone.err, context.Canceled) {
					t.Errorf("who left: %v", gone.err)
				}
				h.expect("one left", 1, 0, 1, "a")
				last := h.come(ctx, "a")
				h.expect("there is room again", 1, 1, 1, "a")
				h.depart(first)
				h.depart(last)
				h.expect("all left", 0, 0, 1, "a", "a")
			})
		})
	}
}

// Nobody waits longer than the limit, and what he is told is to come back.
func TestNobodyWaitsForEver(t *testing.T) {
	inside(t, bulkhead.Limits{Total: 1, Tenant: 1, Queue: 5, Wait: 10 * time.Second}, func(t *testing.T, h *hall) {
		first, second := h.come(ctx, "a"), h.come(ctx, "a")
		time.Sleep(9 * time.Second) // the bubble's own clock
		h.expect("before", 1, 1, 0, "a")
		time.Sleep(time.Second)
		synctest.Wait()
		if !busy(second.err) {
			t.Errorf("after the limit: %v", second.err)
		}
		h.expect("after", 1, 0, 1, "a")
		h.depart(first)
		h.depart(h.come(ctx, "a"))
		h.expect("later", 0, 0, 1, "a", "a")
	})
}

// A place rests for as long as its work took. That keeps the same tenant waiting, and nobody else; and
// whoever comes after the rest does not notice it.
func TestAPlaceRestsAsLongAsItsWorkTook(t *testing.T) {
	inside(t, bulkhead.Limits{Total: 1, Tenant: 1, Queue: 2, Wait: time.Minute, Rest: 1}, func(_ *testing.T, h *hall) {
		first, next, other := h.come(ctx, "a"), h.come(ctx, "a"), h.come(ctx, "b")
		time.Sleep(4 * time.Second)
		h.depart(first)
		h.expect("at rest: another goes first", 1, 1, 0, "a", "b")
		h.depart(other)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		h.expect("still at rest", 0, 1, 0, "a", "b")
		time.Sleep(time.Second)
		synctest.Wait()
		h.expect("rested", 1, 0, 0, "a", "b", "a")
		h.depart(next) // after four seconds it rests as long
		time.Sleep(time.Minute)
		h.depart(h.come(ctx, "a"))
		h.expect("later", 0, 0, 0, "a", "b", "a", "a")
		time.Sleep(time.Minute)
	})
}

// To leave twice frees one place only.
func TestLeavingTwiceIsLeavingOnce(t *testing.T) {
	inside(t, bulkhead.Limits{Total: 1, Tenant: 1, Queue: 1, Wait: time.Hour}, func(t *testing.T, h *hall) {
		leave, err := h.b.Enter(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		leave()
		leave()
		one, two := h.come(ctx, "a"), h.come(ctx, "a")
		h.expect("one place", 1, 1, 0, "a")
		h.depart(one)
		h.depart(two)
	})
}

func TestNoBulkheadBoundsNothing(t *testing.T) {
	var none *bulkhead.Bulkhead
	for range 1000 {
		if _, err := none.Enter(ctx, "a"); err != nil {
			t.Fatal(err)
		}
	}
	if none.Load() != (bulkhead.Load{}) {
		t.Error(none.Load())
	}
}
