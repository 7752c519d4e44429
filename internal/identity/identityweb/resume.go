package identityweb

import (
	"voordeur/internal/errs"
	"voordeur/internal/web"
)

// resume brings a person back to what he was writing when his session ended: to the page that shows
// it, or to one that offers to send the form as it was.
func (p *Pages) resume(c *web.Ctx) error {
	parked, err := p.ids.Parked(c.R.Context(), c.Scope)
	if errs.Is(err, errs.NotFound) { // another account was logged in, or it was too long ago
		return c.See("/")
	}
	if err != nil {
		return err
	}
	if parked.Shows {
		c.SetFlash(web.Flash{Kind: "info", Key: "resume.kept", Base: web.BaseOf(parked.Path)})
		return c.See(web.Link(parked.Path, "resume", "1"))
	}
	return c.Render(200, resumeView(c, c.Frame(c.T("resume.title")), parked))
}

func (p *Pages) unpark(c *web.Ctx) error {
	if err := p.ids.Unpark(c.R.Context(), c.Scope); err != nil {
		return err
	}
	return c.Done("/", "resume.dropped")
}
