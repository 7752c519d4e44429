package dossierweb

import (
	"time"

	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/i18n"
	"voordeur/internal/web"
)

// stage is a status on the timeline: one that was, the present one, or one that may come.
type stage struct {
	title, text string
	when        string
	iso         string // of when, "" for no date
	state       string // done, now, end, todo or memo, which is a note
	expects     string
	button      dossiertype.Button
	ends        string // until when it should last
	note        string
	hidden      bool   // from clients: for staff alone
	by, reason  string // for staff alone
	colour      dossiertype.Colour
	at          time.Time
	body        []string // of a note
	fromClient  bool     // who wrote that
}

// stages is the timeline of a dossier as it is seen: what was, and for a client what he may expect.
func (v pageView) stages(c *web.Ctx) []stage {
	var out []stage
	for i, m := range v.moments {
		st, known := v.def.Status(m.Status)
		if !known { // a status that the organisation no longer has
			st = dossiertype.Status{Key: m.Status, Name: dossiertype.Words{i18n.NL: m.Status}, Portal: true, Colour: dossiertype.Neutral}
		}
		s := stage{
			title: st.Title(c.Texts.Lang()), when: c.Texts.DayMonth(m.At.Time, c.Now), iso: i18n.ISO(m.At.Time), state: "done", note: m.Note,
			colour: st.Colour, hidden: !st.Portal,
		}
		if v.office {
			s.title, s.by, s.reason = st.Name.In(c.Texts.Lang()), m.By, m.Reason
		}
		if i == len(v.moments)-1 {
			s.state, s.text = "now", st.Text.In(c.Texts.Lang())
			if v.d.Closed {
				s.state = "end"
			} else {
				s.expects, s.button = st.Expects.In(c.Texts.Lang()), st.Button
				if end := m.Ends(st); end != nil && end.After(c.Now) { // nobody is told to expect what has passed
					s.ends = c.T("dossier.stage_ends", "date", c.Texts.Date(end.Time))
				}
			}
		}
		out = append(out, s)
	}
	if v.d.Closed || v.office {
		return out
	}
	for _, st := range dossier.Coming(v.def, v.d.Shown) {
		s := stage{title: st.Title(c.Texts.Lang()), state: "todo", colour: st.Colour}
		if st.Final && v.d.DueAt != nil {
			s.when, s.iso = c.T("dossier.by_date", "date", c.Texts.DayMonth(v.d.DueAt.Time, c.Now)), i18n.ISO(v.d.DueAt.Time)
		}
		out = append(out, s)
	}
	return out
}

// shows reports whether the client's page has a part of the progress (conflicts.md K17).
func (v pageView) shows(p dossiertype.Progress) bool {
	return v.def.Progress == p || v.def.Progress == dossiertype.ByBoth
}

// expected says until when the dossier should last, "" when nobody knows or it is over.
func (v pageView) expected(c *web.Ctx) string {
	switch {
	case v.d.DueAt == nil || v.d.Closed:
		return ""
	case v.d.DueAt.Before(c.Now.Truncate(24 * time.Hour)):
		return c.T("dossier.overdue", "date", c.Texts.Date(v.d.DueAt.Time))
	}
	return c.T("dossier.due", "date", c.Texts.Date(v.d.DueAt.Time))
}

// result is how the dossier ended, with what that means and what was said of it (D45).
func (v pageView) result(c *web.Ctx) (name, text string) {
	if v.d.Result == "" && v.d.ResultText == "" {
		return "", ""
	}
	r, _ := v.def.Result(v.d.Result)
	return r.Name.In(c.Texts.Lang()), r.Text.In(c.Texts.Lang())
}

// note is what was said of the newest status.
func (v pageView) note() string {
	if len(v.moments) == 0 {
		return ""
	}
	return v.moments[len(v.moments)-1].Note
}

// withheld says to staff why a dossier that is published is not shown (conflicts.md K20).
func (v pageView) withheld(c *web.Ctx) string {
	if !v.def.Portal {
		return c.T("dossier.type_not_shown")
	}
	return c.T("dossier.too_high", "rank", c.T("rank."+v.d.Rank.String()))
}
