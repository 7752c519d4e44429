package clientweb

import (
	"voordeur/internal/client"
	"voordeur/internal/web"
)

// about says what a client is, and by which number the office knows it.
func about(c *web.Ctx, cl client.Client) string {
	kind := c.T("client.kind." + cl.Kind)
	if cl.Number == "" {
		return kind
	}
	return c.T("client.numbered", "kind", kind, "number", cl.Number)
}
