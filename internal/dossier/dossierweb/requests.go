package dossierweb

import (
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/approval"
	"voordeur/internal/dossiertype"
	"voordeur/internal/questionnaire"
	"voordeur/internal/request"
	"voordeur/internal/request/saying"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// asked is what a dossier needs: what the office asked for, and the documents that its type says.
type asked struct {
	approvals []approval.Approval           // for staff all of them, for a client what waits
	forms     []questionnaire.Questionnaire // for a client, and who looks as he does
	requests  []request.Request
	checks    []request.Check
}

// needs works out which documents are needed, from what the page shows.
func (p *Pages) needs(c *web.Ctx, v *pageView) (err error) {
	v.asked.checks, err = p.requests.Checklist(c.R.Context(), c.Scope, v.d, v.def, v.docs, v.asked.requests)
	return err
}

// formOf is the row of a questionnaire that the client still has to fill in.
func formOf(c *web.Ctx, q questionnaire.Questionnaire) ui.Need {
	n := ui.Need{Icon: "circle", Name: q.Title.In(c.Texts.Lang()), State: c.T("questionnaire.to_fill." + q.State), Signal: true}
	if q.State == questionnaire.Busy {
		n.Icon = "pencil"
	}
	if !q.Due.IsZero() {
		n.State += " " + c.T("questionnaire.until", "date", c.Texts.ShortDate(q.Due))
	}
	return n
}

// mayAsk reports whether the page offers to ask the client for something.
func (v pageView) mayAsk() bool { return v.work && request.Askable(v.d) == nil }

// mayAnswer reports whether the page offers to answer: to the client himself, while the request waits.
func (v pageView) mayAnswer(q request.Request) bool { return v.as == nil && !v.office && q.Waits() }

func (v pageView) requestHref(q request.Request) string {
	return "/dossiers/" + v.d.ID + "/requests/" + q.ID
}

func (v pageView) itemHref(i request.Item) string {
	return "/dossiers/" + v.d.ID + "/requested/" + i.ID
}

// checkOf is the row of a document that the dossier needs.
func (v pageView) checkOf(c *web.Ctx, k request.Check) ui.Need {
	n := ui.Need{Icon: "circle", Name: k.Kind.Name.In(c.Texts.Lang()), State: c.T("request.state." + string(k.State))}
	if k.At != nil {
		n.State = c.T("request.since", "state", n.State, "date", c.Texts.DayMonth(k.At.Time, c.Now))
	}
	switch k.State {
	case request.Approved:
		n.Icon = "circle-check"
	case request.Received:
		n.Icon = "check"
	case request.Rejected:
		n.Icon, n.Signal = "alert-circle", !v.d.Closed
	}
	return n
}

// asks reports whether a request asks for a document that is needed: what is said of it stands there.
func (v pageView) asks(k request.Check) bool {
	return slices.ContainsFunc(v.asked.requests, func(q request.Request) bool {
		return q.Waits() && slices.ContainsFunc(q.Items, func(i request.Item) bool { return i.Kind == k.Kind.Key && i.Waits() })
	})
}

// adds reports whether the client can add a document that is needed: by himself, and not by answering a request for it.
func (v pageView) adds(c *web.Ctx, k request.Check) bool {
	return k.Needed() && !v.asks(k) && v.mayAdd(c) && slices.ContainsFunc(v.def.Deliverable(), func(d dossiertype.DocumentType) bool { return d.Key == k.Kind.Key })
}

// rejection says why a document that is needed was rejected, where no request says it.
func (v pageView) rejection(c *web.Ctx, k request.Check) string {
	if v.asks(k) {
		return ""
	}
	return saying.Rejection(c, k.State, k.Reason)
}

// until says by when a request is answered, or why it is not any more.
func until(c *web.Ctx, q request.Request) string {
	ended := saying.Ended(c, q)
	switch {
	case ended != "":
		return ended
	case q.Overdue(c.Now):
		return c.T("request.overdue", "date", c.Texts.Date(q.Due()))
	case q.Left() == 0:
		return c.T("request.judging")
	}
	return c.T("request.until", "date", c.Texts.Date(q.Due()))
}

// askedIn is how much the client still has to hand in, by dossier.
func (p *Pages) askedIn(c *web.Ctx, a access.Client) (map[string]int, error) {
	waiting, err := p.requests.Waiting(c.R.Context(), a)
	n := map[string]int{}
	for _, d := range waiting {
		n[d.Dossier] += d.Items
	}
	return n, err
}
