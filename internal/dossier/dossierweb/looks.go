package dossierweb

import (
	"time"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/dossier"
	"voordeur/internal/i18n"
	"voordeur/internal/web"
)

// lookDay is what happened on one day, newest first.
type lookDay struct {
	at    time.Time
	lines []lookLine
}

// lookLine is what somebody did, as often as he did it that day.
type lookLine struct {
	who, role, text string // role is that of staff; one's own people have none here
	own             bool   // an account of the client's own
	icon            string
	last            time.Time
	times           int
}

type looksView struct {
	d    dossier.Dossier
	days []lookDay
	next string
}

func (p *Pages) looks(c *web.Ctx, a access.Client) error {
	page, err := p.dossiers.Looks(c.R.Context(), a, c.Param("dossier"), c.Query("after"))
	if err != nil {
		return err
	}
	v := looksView{d: page.Dossier, days: byDay(c, page)}
	if page.Next != "" {
		v.next = web.Link(c.R.URL.Path, "after", page.Next)
	}
	return c.Render(200, looksPage(c, c.Frame(c.T("looks.title")), v))
}

// byDay groups entries by the office's own day, and what one person did again that day in one line.
func byDay(c *web.Ctx, page dossier.LookPage) []lookDay {
	var days []lookDay
	for _, r := range page.Rows {
		at := i18n.Local(r.At.Time)
		if n := len(days); n == 0 || days[n-1].at.Format(time.DateOnly) != at.Format(time.DateOnly) {
			days = append(days, lookDay{at: at})
		}
		day := &days[len(days)-1]
		day.add(line(c, page, r))
	}
	return days
}

func line(c *web.Ctx, page dossier.LookPage, r audit.Row) lookLine {
	l := lookLine{who: r.ActorName, own: r.ActorKind == "client", last: r.At.Time, times: 1}
	if r.ActorKind == "staff" {
		l.role = c.T("looks.role." + string(r.Role))
	}
	l.icon = lookIcon(r.Event)
	if r.Actor == c.Scope.Account() {
		l.who = c.T("looks.you")
	}
	if behalf, ok := r.Behalf(); ok {
		l.who = c.By(l.who, behalf)
	}
	l.text = c.T("looks.event."+r.Event, "what", page.Title(r))
	return l
}

// lookIcon tells looking from what changed something.
func lookIcon(event string) string {
	switch event {
	case "document.added":
		return "plus"
	case "document.published", "dossier.published", "dossier.unpublished":
		return "door-enter"
	case "message.sent":
		return "send"
	case "progress.done", "progress.undone":
		return "checks"
	case "dossier.taken":
		return "user-check"
	case "dossier.created", "dossier.changed":
		return "pencil"
	}
	return "eye"
}

func (d *lookDay) add(l lookLine) {
	for i, had := range d.lines {
		if had.who == l.who && had.role == l.role && had.text == l.text {
			d.lines[i].times++
			return
		}
	}
	d.lines = append(d.lines, l)
}
