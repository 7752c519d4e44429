// Package saying says in words how it stands with an approval, for its own pages and those of its dossier.
package saying

import (
	"voordeur/internal/approval"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Need is the row of an approval.
func Need(c *web.Ctx, q approval.Approval, staff bool) ui.Need {
	n := ui.Need{Icon: "circle", Name: q.Kind, State: ForClient(c, q)}
	if staff {
		n.Name, n.State = c.T("approval.to_whom", "kind", q.Kind, "name", q.ClientName), ForStaff(c, q)
	}
	switch {
	case q.State == approval.Agreed:
		n.Icon = "circle-check"
	case q.State == approval.Refused:
		n.Icon, n.Signal = "x", staff && q.SettledAt == nil && !q.Closed
	case q.Waits():
		n.Signal = !staff || q.Late(c.Now)
	}
	return n
}

// ForClient says to the client how it stands.
func ForClient(c *web.Ctx, q approval.Approval) string {
	switch {
	case q.Answered():
		return c.T("approval.is."+q.State, "date", c.Texts.Date(q.Answer.At.Time))
	case q.State == approval.Withdrawn:
		return c.T("approval.withdrawn")
	case q.Late(c.Now):
		return c.T("request.late", "date", c.Texts.Date(q.Due()))
	case q.DueOn != "":
		return c.T("request.by", "date", c.Texts.Date(q.Due()))
	}
	return c.T("approval.waits")
}

// ForStaff says to staff how it stands.
func ForStaff(c *web.Ctx, q approval.Approval) string {
	switch {
	case q.Answered():
		return c.T("approval.is."+q.State, "date", c.Texts.Date(q.Answer.At.Time))
	case q.State == approval.Withdrawn:
		return c.T("approval.office.withdrawn")
	case q.Closed:
		return c.T("approval.office.closed")
	case q.Changed:
		return c.T("approval.office.changed")
	case !q.Shown:
		return c.T("approval.office.hidden")
	case q.DueOn != "":
		return c.T("approval.office.until", "date", c.Texts.Date(q.Due()))
	}
	return c.T("approval.office.waits")
}
