package tenantweb

import (
	"voordeur/internal/tenant"
	"voordeur/internal/web"
)

// sessionEntries are when a log-in ends by itself.
func sessionEntries(c *web.Ctx, e tenant.Edition) []entry {
	r := e.Settings.Sessions.Whole()
	return []entry{
		number(c, "idle", "settings.sessions.idle", int64(r.IdleMinutes), func(e *tenant.Edition, n int64) { e.Settings.Sessions.IdleMinutes = int(n) }),
		number(c, "hours", "settings.sessions.hours", int64(r.Hours), func(e *tenant.Edition, n int64) { e.Settings.Sessions.Hours = int(n) }),
	}
}
