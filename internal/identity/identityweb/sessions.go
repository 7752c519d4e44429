package identityweb

import (
	"encoding/json"

	"voordeur/internal/access"
	"voordeur/internal/identity"
	"voordeur/internal/web"
)

// LeftPath tells how long the session has left; asking is no use of it, so it does not go on by that.
const LeftPath = "/session/left"

// sessionRoutes are where somebody sees and ends his own sessions, and what warns him before one ends.
func (p *Pages) sessionRoutes() []web.Route {
	var routes []web.Route
	for _, policy := range []access.Policy{access.PortalClient, access.OfficeWith(access.Read)} {
		routes = append(routes,
			web.Route{Method: web.Get, Pattern: "/sessions", Policy: policy, Handler: p.sessions},
			web.Route{Method: web.Post, Pattern: "/sessions/end", Policy: policy, Recent: identity.EndWithin, Handler: p.endSession, Form: endForm{}},
			web.Route{Method: web.Post, Pattern: "/sessions/end-others", Policy: policy, Recent: identity.EndWithin, Handler: p.endOthers},
			web.Route{Method: web.Get, Pattern: LeftPath, Policy: policy, Handler: left},
			web.Route{Method: web.Post, Pattern: "/session/stay", Policy: policy, Handler: left},
		)
	}
	return routes
}

type endForm struct {
	Session string `form:"session"`
}

func (p *Pages) sessions(c *web.Ctx) error {
	list, err := p.ids.Sessions(c.R.Context(), c.Scope)
	if err != nil {
		return err
	}
	elsewhere, err := p.ids.IsElsewhere(c.R.Context(), c.Scope)
	if err != nil {
		return err
	}
	lead := c.T("sessions.lead")
	if elsewhere {
		lead = c.T("elsewhere.sessions_lead")
	}
	return c.Render(200, sessionsView(c, c.Frame(c.T("sessions.title")), lead, list))
}

func (p *Pages) endSession(c *web.Ctx) error {
	var f endForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if err := p.ids.EndSession(c.R.Context(), c.Scope, f.Session); err != nil {
		return err
	}
	return c.Done("/sessions", "sessions.ended")
}

func (p *Pages) endOthers(c *web.Ctx) error {
	if err := p.ids.EndOthers(c.R.Context(), c.Scope); err != nil {
		return err
	}
	return c.Done("/sessions", "sessions.ended_others")
}

// left tells a script how many seconds the session has: without a request, and in all. A request to
// stay has been noted before it comes here, as every other.
func left(c *web.Ctx) error {
	silent, inAll := c.Left()
	c.W.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(c.W).Encode(map[string]int{"left": silent, "in_all": inAll})
}

// agentWords names a browser as its owner does.
func agentWords(c *web.Ctx, a identity.Agent) string {
	switch {
	case a.Browser == "" && a.System == "":
		return c.T("sessions.unknown")
	case a.Browser == "":
		return a.System
	case a.System == "":
		return a.Browser
	}
	return c.T("sessions.agent", "browser", a.Browser, "system", a.System)
}
