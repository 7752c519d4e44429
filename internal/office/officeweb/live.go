package officeweb

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/errs"
	"voordeur/internal/notify"
	"voordeur/internal/office"
	"voordeur/internal/web"
)

const (
	// pulse is how often it is asked again whether an employee may hear on, and what other processes changed.
	pulse = 2 * time.Second
	// quietFor is after how many pulses without a change something is sent, so that who is gone is noticed.
	quietFor = 8
	// patience is how long a window may take to receive a number.
	patience = 10 * time.Second
)

// errOver ends a stream that has nothing more to say.
var errOver = errors.New("office: the stream is over")

// live tells how much an employee was told and has not read: now, and whenever that changes. Nothing else goes over it. It
// lasts as long as his session and his rights do, and is no sign of life of his.
func (p *Pages) live(c *web.Ctx, a access.Staff) error {
	s := a.Scope()
	leave, err := p.Streams.Enter(c.R.Context(), s.Tenant())
	if err != nil {
		return err
	}
	defer leave()
	rung, deaf, ok := notify.Listen(s.Tenant(), s.Account())
	if !ok {
		return &errs.Error{Kind: errs.Limited, RetryAfter: time.Minute}
	}
	defer deaf()
	h := c.W.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy passes it on as it comes
	out := stream{w: c.W, said: -1}
	if c.R.Method == http.MethodHead {
		return nil
	}
	beat := time.NewTicker(pulse)
	defer beat.Stop()
	for {
		n, err := p.unread(c)
		if err == nil {
			err = out.say(n)
		}
		if errors.Is(err, errOver) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-rung:
		case <-beat.C:
		case <-p.Stopping:
			return nil
		case <-c.R.Context().Done():
			return nil
		}
	}
}

// unread counts anew, if whoever listens still may.
func (p *Pages) unread(c *web.Ctx) (int, error) {
	ctx, cancel := context.WithTimeout(c.R.Context(), patience)
	defer cancel()
	scope, err := c.Still(ctx)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Unauthenticated) || errs.Is(err, errs.Forbidden) || c.R.Context().Err() != nil {
		return 0, errOver
	}
	if err != nil {
		return 0, err
	}
	a, ok := access.AsStaff(scope)
	if !ok {
		return 0, errOver
	}
	return office.Count(ctx, p.db, a, p.db.Clock().Now())
}

// stream sends numbers to a window.
type stream struct {
	w    http.ResponseWriter
	said int // the last one, -1 before the first
	idle int // for how many pulses nothing was sent
}

// say sends a number that is another one than the last. A window that is gone, or takes none, is over.
func (s *stream) say(n int) error {
	text := ""
	switch s.idle++; {
	case s.said < 0:
		text = fmt.Sprintf("retry: 5000\nevent: bell\ndata: %d\n\n", n)
	case n != s.said:
		text = fmt.Sprintf("event: bell\ndata: %d\n\n", n)
	case s.idle >= quietFor:
		text = ":\n\n"
	default:
		return nil
	}
	s.said, s.idle = n, 0
	rc := http.NewResponseController(s.w)
	_ = rc.SetWriteDeadline(clock.System{}.Now().Add(patience)) // a connection that has no deadlines does without
	if _, err := s.w.Write([]byte(text)); err != nil {
		return errOver
	}
	if err := rc.Flush(); err != nil {
		return errOver
	}
	return nil
}
