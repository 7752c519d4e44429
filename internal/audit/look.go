package audit

import (
	"context"
	"sync"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// groupWait is how long a group gathers where looks come together: a commit costs more processor time
// than what is in it. Whoever looks alone waits for nobody.
const groupWait = 3 * time.Millisecond

// Looks commits entries about reading in groups: whoever comes while a group is being written gathers
// with others in the next one, so that one wait for the disk serves them all. A look that cannot be
// recorded is an error, and the page is not shown.
type Looks struct {
	db      *db.DB
	mu      sync.Mutex
	next    *group // that gathers, nil for none
	writing bool
}

type group struct {
	entries []look
	done    chan struct{}
	err     error
}

type look struct {
	scope access.Scope
	entry Entry
}

// NewLooks returns a recorder of looks.
func NewLooks(d *db.DB) *Looks { return &Looks{db: d} }

// Look records that the scope's account reads something, and returns once that is durable.
func (l *Looks) Look(ctx context.Context, s access.Scope, e Entry) error {
	g, first := l.join(look{s, e})
	if first {
		go l.write(context.WithoutCancel(ctx)) // the first may leave; the others still wait
	}
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// join puts a look into the group that gathers, and reports whether somebody must begin to write.
func (l *Looks) join(e look) (g *group, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == nil {
		l.next = &group{done: make(chan struct{})}
	}
	l.next.entries = append(l.next.entries, e)
	first, l.writing = !l.writing, true
	return l.next, first
}

// write commits one group after the other until nobody waits.
func (l *Looks) write(ctx context.Context) {
	for g := l.take(); g != nil; g = l.take() {
		g.err = l.commit(ctx, g.entries)
		close(g.done)
		if len(g.entries) > 1 {
			time.Sleep(groupWait)
		}
	}
}

func (l *Looks) take() *group {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := l.next
	l.next, l.writing = nil, g != nil
	return g
}

func (l *Looks) commit(ctx context.Context, entries []look) error {
	return l.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, e := range entries {
			if err := Record(ctx, tx, e.scope, e.entry); err != nil {
				return err
			}
		}
		return nil
	})
}
