package retentionweb

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/dossiertype"
	"voordeur/internal/retention"
	"voordeur/internal/web"
)

// lastDay is the last day on which something is kept that expires at a moment.
func lastDay(c *web.Ctx, expires db.Time) string {
	return c.Texts.ShortDate(expires.Add(-time.Hour))
}

// about says of a dossier why it is due.
func about(c *web.Ctx, d retention.Due, def dossiertype.Definition) string {
	lang := c.Texts.Lang()
	out := []string{def.Name.In(lang)}
	kept, own := def.RetentionOf(d.Result)
	if res, ok := def.Result(d.Result); ok && own {
		out = append(out, c.T("retention.by_result", "result", res.Name.In(lang)))
	}
	return strings.Join(append(out, c.T("retention.closed", "date", c.Texts.ShortDate(d.ClosedAt.Time)), c.T("retention.kept", "term", kept.In(c.Texts)),
		c.T("retention.until", "date", lastDay(c, d.ExpiresAt))), " · ")
}

// stays says why a dossier of a decided proposal is still there, or nothing while it waits.
func stays(c *web.Ctx, d retention.Due) string {
	if d.Stays == "" {
		return ""
	}
	return c.T("retention.stays." + d.Stays)
}

// ground says on what ground a dossier was destroyed.
func ground(c *web.Ctx, d retention.Destroyed) string {
	if name := d.Result.In(c.Texts.Lang()); name != "" {
		return c.T("retention.by_result", "result", name)
	}
	return c.T("retention.by_type")
}

func kind(c *web.Ctx, d retention.Destroyed) string {
	return cmp.Or(d.Kind.In(c.Texts.Lang()), c.T("type.nothing"))
}

func count(n int) string { return strconv.Itoa(n) }

func waitingLine(c *web.Ctx, p retention.Proposal) string {
	return c.T("retention.by", "name", p.ByName, "at", c.Texts.DateTime(p.At.Time))
}
