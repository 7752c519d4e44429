package requestweb

import (
	"strings"

	"voordeur/internal/dossier"
	"voordeur/internal/request"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// need is the row of an item.
func need(c *web.Ctx, q request.Request, i request.Item) ui.Need {
	n := ui.Need{Name: i.Name, State: stateText(c, i)}
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

// stateText says how it stands with an item, and since when.
func stateText(c *web.Ctx, i request.Item) string {
	switch {
	case i.Ready():
		return c.T("request.ready")
	case i.State == request.Received && i.HandedAt != nil:
		return c.T("request.since", "state", c.T("request.state."+string(i.State)), "date", c.Texts.DayMonth(i.HandedAt.Time, c.Now))
	case i.State != request.Missing && i.DecidedAt != nil:
		return c.T("request.since", "state", c.T("request.state."+string(i.State)), "date", c.Texts.DayMonth(i.DecidedAt.Time, c.Now))
	}
	return c.T("request.state." + string(i.State))
}

// rejection says why an item is asked for again, "" where it is not.
func rejection(c *web.Ctx, i request.Item) string {
	switch {
	case i.State != request.Rejected:
		return ""
	case i.Reason == "":
		return c.T("request.refused")
	}
	return c.T("request.because", "reason", i.Reason)
}

// act is what the button of an item is called.
func act(c *web.Ctx, i request.Item) string {
	switch {
	case i.Ready():
		return c.T("request.change")
	case i.State == request.Rejected:
		return c.T("request.mend")
	}
	return c.T("request.answer")
}

// toHandIn says what handing in does now.
func toHandIn(c *web.Ctx, q request.Request) string {
	switch ready, left := q.ReadyItems(), q.Left(); {
	case ready == 0:
		return c.T("request.hand_in_none")
	case ready < left:
		return c.T("request.hand_in_part", "ready", ready, "left", left)
	}
	return c.T("request.hand_in_all")
}

// ended says why a request is not answered any more, "" while it is.
func ended(c *web.Ctx, q request.Request) string {
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

func keptNames(i request.Item) []string {
	var out []string
	for _, k := range i.Kept {
		out = append(out, k.FileName)
	}
	return out
}

func handedNames(i request.Item) []string {
	var out []string
	for _, d := range i.Documents {
		out = append(out, d.FileName)
	}
	return out
}

// itemsAt are the positions of the items of a form.
func (v askView) itemsAt() []int {
	out := make([]int, len(v.in.items))
	for n := range out {
		out[n] = n
	}
	return out
}

// documentState says of a document that cannot be opened yet, or never, what it is; "" of any other.
func documentState(c *web.Ctx, d request.Handed) string {
	switch d.State {
	case dossier.Released:
		return ""
	case dossier.Checking:
		return c.T("document.checking")
	case dossier.Refused:
		return c.T("request.file_refused")
	}
	return c.T("request.file_held")
}

// requestState says to staff how it stands with a request.
func requestState(c *web.Ctx, q request.Request) string {
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

// dateType is that of a field for a date. A browser shows nothing of a value that is no date, so one that must be mended
// stands in a field of text.
func dateType(v askView, field string) string {
	if ui.ErrorOf(v.problems, field) != "" {
		return "text"
	}
	return "date"
}

// lookAt is what the link to an item is called.
func lookAt(c *web.Ctx, i request.Item, judges bool) string {
	if judges && i.State == request.Received {
		return c.T("request.judge")
	}
	return c.T("request.look")
}

// fileOf is the row of a document that was handed in.
func fileOf(c *web.Ctx, q request.Request, d request.Handed) ui.File {
	f := ui.File{Icon: ui.FileIcon(d.FileName[strings.LastIndex(d.FileName, ".")+1:]), Name: d.Title, Meta: c.T("request.file_meta", "name", d.FileName, "size", c.Texts.Size(d.Size)), State: documentState(c, d)}
	if f.State == "" {
		f.DownloadHref = dossierHref(q.Dossier) + "/documents/" + d.ID
		if c.Site.DocsURL != "" && d.Opens() {
			f.OpenHref = f.DownloadHref + "/open"
		}
	}
	return f
}
