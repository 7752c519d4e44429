package clientweb

import (
	"voordeur/internal/client"
	"voordeur/internal/identity"
	"voordeur/internal/web"
)

func accountIcon(acc identity.Account) string {
	switch acc.State {
	case identity.Blocked:
		return "user-off"
	case identity.Invited:
		return "mail"
	}
	return "user-check"
}

// about says what a client is, and by which number the office knows it.
func about(c *web.Ctx, cl client.Client) string {
	kind := c.T("client.kind." + cl.Kind)
	if cl.Number == "" {
		return kind
	}
	return c.T("client.numbered", "kind", kind, "number", cl.Number)
}
