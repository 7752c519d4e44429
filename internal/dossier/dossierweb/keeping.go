package dossierweb

import "voordeur/internal/web"

// holdLabel is what leads to where destruction is put on hold.
func (v pageView) holdLabel(c *web.Ctx) string {
	if v.hold != nil {
		return c.T("retention.hold_change")
	}
	return c.T("retention.hold")
}
