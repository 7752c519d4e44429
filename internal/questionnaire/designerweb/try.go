package designerweb

import (
	"errors"
	"time"

	"github.com/a-h/templ"

	"voordeur/internal/access"
	"voordeur/internal/form"
	"voordeur/internal/i18n"
	"voordeur/internal/questionnaire"
	"voordeur/internal/questionnaire/filling"
	"voordeur/internal/web"
)

// try shows a draft as a client fills it in: in a frame as wide as a phone beside its pages, or on a page of its own.
func (p *Pages) try(c *web.Ctx, a access.Staff) error {
	d, err := p.drafts.Get(c.R.Context(), a, c.Param("design"))
	if err != nil {
		return err
	}
	def, err := d.Form.Trial()
	if _, refused := errors.AsType[form.Refused](err); refused {
		return p.showOverview(c, a, 409, overviewView{general: c.T("design.not_finished")})
	}
	if err != nil {
		return err
	}
	t := filling.Trial{
		Definition: def, Title: d.Title.In(c.Texts.Lang()), Href: path(d) + "/try",
		Today: form.Today{Day: i18n.Local(c.Now).Format(time.DateOnly), Lang: c.Texts.Lang()},
	}
	t.Frame = func(title string, content templ.Component) templ.Component {
		return besidePage(c, c.Frame(title), d, content)
	}
	if c.Query("whole") != "" {
		t.Href = web.Link(t.Href, "whole", "1")
		t.Frame = func(title string, content templ.Component) templ.Component { return wholePage(c, title, d, content) }
	}
	if c.R.Method == web.Post {
		return t.Take(c)
	}
	return t.Show(c)
}

// wholePage is a page of the trial as wide as the window, in the frame that a client has.
func wholePage(c *web.Ctx, title string, d questionnaire.Draft, content templ.Component) templ.Component {
	f := c.Frame(title)
	f.Nav, f.Who, f.Unread, f.Banner = nil, "", "", c.T("design.trial_banner")
	return alonePage(c, f, d, content)
}
