package server

import (
	"net/http"

	"voordeur/internal/access"
	"voordeur/internal/identity"
	"voordeur/internal/web"
)

// recent checks that whoever asks has proved himself as lately as the route wants.
func (a *App) recent(c *web.Ctx, r web.Route) error {
	if r.Recent == 0 {
		return nil
	}
	return access.RequireRecent(c.Scope, c.Now, r.Recent)
}

// unproved leads to the page that asks once more who it is. What was typed is kept for after that; a
// program reads the error.
func (a *App) unproved(rec *recorder, c *web.Ctx, r web.Route, err error) {
	if wantsProblem(c.R) {
		a.answer(rec, c, err)
		return
	}
	next := c.Address()
	if c.R.Method == http.MethodPost {
		next = c.Path()
		fields, err := typedIn(c, r.TextFile)
		if err == nil {
			err = a.Identity.ParkOwn(c.R.Context(), c.Scope, identity.Parked{Path: next, Shows: r.Resumes, Proof: true, Fields: fields})
		}
		if err != nil {
			a.Log.Error("park", "id", rec.id, "err", err)
		} else {
			next = "/resume"
		}
	}
	_ = c.See(web.Link("/confirm", "next", next)) // See has no error to give
}
