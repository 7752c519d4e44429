package world

import (
	"context"
	"slices"
	"sync"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/i18n"
)

// Clock is the machine's clock, except while Build tells the past: then it stands where the story
// is. A database that is opened with it gets a world with a history; any other clock makes
// everything happen now.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now returns the moment of the story, or the machine's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.at.IsZero() {
		c.at = c.at.Add(time.Millisecond) // what is done in one act happens in its order
		return c.at
	}
	return clock.System{}.Now()
}

func (c *Clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ahead := c.at.Sub(at); ahead > 0 && ahead < time.Minute { // two acts of one minute
		at = c.at
	}
	c.at = at
}

// act is something that happened at a moment of the story.
type act struct {
	at time.Time
	do func(context.Context) error
}

// play does the acts in the order in which they happened.
func (b Builder) play(ctx context.Context, acts []act) error {
	slices.SortStableFunc(acts, func(x, y act) int { return x.at.Compare(y.at) })
	for _, a := range acts {
		b.setClock(a.at)
		if err := a.do(ctx); err != nil {
			return err
		}
	}
	b.setClock(time.Time{})
	return nil
}

func (b Builder) setClock(at time.Time) {
	if c, ok := b.DB.Clock().(*Clock); ok {
		c.set(at)
	}
}

// moment is a time of day, so many working days before now.
func moment(now time.Time, days, hour, minute int) time.Time {
	at := i18n.Local(now)
	for at = workday(at); days > 0; days-- {
		at = workday(at.AddDate(0, 0, -1))
	}
	at = time.Date(at.Year(), at.Month(), at.Day(), hour, minute, 0, 0, at.Location()).UTC()
	if at.After(now) {
		at = now
	}
	return at
}

// workday is at, or the Friday before a weekend.
func workday(at time.Time) time.Time {
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		at = at.AddDate(0, 0, -1)
	}
	return at
}
