package audit

import (
	"context"
	"sync"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// groupWait is how long a look waits for others, so that one commit serves them all.
const groupWait = 3 * time.Millisecond

// Looks commits entries about reading in groups. A look that cannot be recorded is an error, and
// the page is not shown.
type Looks struct {
	db    *db.DB
	mu    sync.Mutex
	group *group
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
	l.mu.Lock()
	g := l.group
	first := g == nil
	if first {
		g = &group{done: make(chan struct{})}
		l.group = g
	}
	g.entries = append(g.entries, look{s, e})
	l.mu.Unlock()
	if first {
		time.Sleep(groupWait)
		l.mu.Lock()
		l.group = nil
		l.mu.Unlock()
		g.err = l.commit(context.WithoutCancel(ctx), g.entries)
		close(g.done)
		return g.err
	}
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		return ctx.Err()
	}
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
