package dossierweb

import (
	"slices"

	"voordeur/internal/dossier"
	"voordeur/internal/inspect"
	"voordeur/internal/message"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// isNow reports whether the step is the one that the dossier is at: the first that is not done.
func (v pageView) isNow(s dossier.Step) bool {
	for _, other := range v.steps {
		if other.DoneAt == nil {
			return other.ID == s.ID
		}
	}
	return false
}

// shown counts the documents that the client sees.
func (v pageView) shown() int {
	n := 0
	for _, d := range v.docs {
		if d.Shown() {
			n++
		}
	}
	return n
}

// unscanned reports whether a document is there to be opened although no scanner looked at it.
func unscanned(d dossier.Document) bool {
	return d.State == dossier.Released && !d.Scanned && d.Found == ""
}

// noneScanned reports whether that is so of all of them, which the page says once.
func (v pageView) noneScanned() bool {
	return slices.ContainsFunc(v.docs, unscanned) &&
		!slices.ContainsFunc(v.docs, func(d dossier.Document) bool { return d.State == dossier.Released && !unscanned(d) })
}

// seen says how much the client sees, beside the head of that band. A dossier that is not
// published shows him nothing, whatever stands in the band.
func seen(c *web.Ctx, v pageView) string {
	if v.shown() == 0 || !v.d.InPortal {
		return c.T("dossier.clients_see_none")
	}
	return c.Texts.N("dossier.clients_see", v.shown())
}

func statusIcon(d dossier.Dossier) string {
	if d.Closed {
		return "circle-check"
	}
	return "hourglass"
}

// clientOf says to staff whose a dossier is.
func clientOf(c *web.Ctx, r dossier.Row) string {
	if r.Parties > 1 {
		return c.T("dossier.client_and", "name", r.Client, "n", r.Parties-1)
	}
	return r.Client
}

// whose says to staff with which party a message is.
func whose(c *web.Ctx, m message.Message) string {
	if m.Client == "" {
		return c.T("message.of_all")
	}
	return c.T("message.of_one", "name", m.ClientName)
}

// direction says which way a message went, as who reads the page sees it.
func direction(c *web.Ctx, v pageView, m message.Message) string {
	if m.ToMe(!v.office) {
		return c.T("message.inbound")
	}
	return c.T("message.outbound")
}

// flagClass makes a warning of what the inspection noticed. That a PDF acts when it is opened is a
// remark: most that do go to their first page.
func flagClass(flag string) string {
	if flag == inspect.Action {
		return "meta"
	}
	return "state"
}

// staffFile is a document's row in the office, where what the office added can be shown and taken
// back. What the scanner stopped is for administrators first.
func staffFile(c *web.Ctx, v pageView, d dossier.Document) ui.File {
	f := fileProps(c, "/dossiers/"+v.d.ID, d, true)
	switch {
	case d.Held() && v.manage:
		f.Act = review(c, d)
	case v.work && !d.Held() && d.State != dossier.Refused && d.Origin == "office" && d.Message == "":
		f.Act = showing(c, v, d)
	}
	return f
}

// filed says what kind of document it is, its number, and from whom it came (D39, D43).
func (v pageView) filed(c *web.Ctx, d dossier.Document) string {
	from := c.T("document.from_office")
	if d.Origin == "client" {
		from = c.T("document.from_client")
	}
	return numbered(c, v.kindOf(c, d), d) + " · " + from
}

// above says of a document that is shown, and yet is not, why (D29).
func above(d dossier.Document) bool {
	return d.TooHigh && (d.PublishedAt != nil || d.Origin == "client") && d.State == dossier.Released
}
