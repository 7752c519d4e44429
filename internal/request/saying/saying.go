// Package saying says in words how it stands with a request and its items, for the pages of a request and of its dossier.
package saying

import (
	"voordeur/internal/request"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Need is the row of an item.
func Need(c *web.Ctx, q request.Request, i request.Item) ui.Need {
	n := ui.Need{Name: i.Name, State: State(c, i)}
	switch {
	case i.State == request.Approved:
		n.Icon = "circle-check"
	case i.State == request.Received:
		n.Icon = "check"
	case i.Ready():
		n.Icon = "pencil"
	case i.State == request.Rejected || q.Overdue(c.Now):
		n.Icon, n.Signal = "alert-circle", q.Waits()
	default:
		n.Icon = "circle"
	}
	return n
}

// State says how it stands with an item, and since when.
func State(c *web.Ctx, i request.Item) string {
	state, since := c.T("request.state."+string(i.State)), i.DecidedAt
	switch {
	case i.Ready():
		return c.T("request.ready")
	case i.State == request.Received:
		since = i.HandedAt
	case i.State == request.Missing:
		since = nil
	}
	if since == nil {
		return state
	}
	return c.T("request.since", "state", state, "date", c.Texts.DayMonth(since.Time, c.Now))
}

// Why says why something is asked for again, "" where it is not.
func Why(c *web.Ctx, state request.State, reason string) string {
	switch {
	case state != request.Rejected:
		return ""
	case reason == "":
		return c.T("request.refused")
	}
	return c.T("request.because", "reason", reason)
}

// Ended says to a client why a request is not answered any more, "" while it is.
func Ended(c *web.Ctx, q request.Request) string {
	switch {
	case q.State == request.Withdrawn:
		return c.T("request.withdrawn")
	case q.State == request.Done:
		return c.T("request.done")
	case q.Closed:
		return c.T("request.closed")
	}
	return ""
}

// ForStaff says to staff how it stands with a request.
func ForStaff(c *web.Ctx, q request.Request) string {
	switch {
	case q.State != request.Open:
		return c.T("request.is." + q.State)
	case q.Closed:
		return c.T("request.is.closed")
	case q.Overdue(c.Now):
		return c.T("request.is.overdue", "date", c.Texts.Date(q.Due()))
	}
	return c.T("request.is.open", "date", c.Texts.Date(q.Due()))
}
