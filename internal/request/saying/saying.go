// Package saying says in words how it stands with a request and its items, for the pages of a request and of its dossier.
package saying

import (
	"strings"

	"voordeur/internal/dossier"
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

// Why says why an item is asked for again, "" where it is not, or where he has mended it already.
func Why(c *web.Ctx, i request.Item) string {
	switch {
	case i.State != request.Rejected, i.Reason == "" && i.Ready():
		return ""
	case i.Reason == "":
		return refused(c, i)
	}
	return Rejection(c, i.State, i.Reason)
}

// refused says which files the check refused and why, and what to do: of photos of one PDF the others are still there.
func refused(c *web.Ctx, i request.Item) string {
	var lines []string
	for _, d := range i.Documents {
		if d.State == dossier.Refused {
			lines = append(lines, c.T("request.refused_file", "name", d.FileName, "why", c.T("refusal."+d.Refusal)))
		}
	}
	if len(i.Kept) > 0 {
		return strings.Join(append(lines, c.T("request.rest_kept")), "\n")
	}
	return strings.Join(append([]string{c.T("request.refused")}, lines...), "\n")
}

// Rejection says why a document that the dossier needs was rejected, "" where it was not.
func Rejection(c *web.Ctx, state request.State, reason string) string {
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
