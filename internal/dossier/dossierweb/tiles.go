package dossierweb

import (
	"net/url"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/product"
	"voordeur/internal/tenant"
	"voordeur/internal/web"
)

// tilesView is the client's list as tiles: what runs, and apart from it what is over (D24, D20).
type tilesView struct {
	listView
	closed dossier.Page
	begun  []product.Application // and not sent
	more   string                // the next of those
	asked  map[string]int        // how much the client still has to hand in, by dossier
}

// closedMark is in the address of a further page of what is over.
const closedMark = "closed"

func (p *Pages) tiles(c *web.Ctx, a access.Client, list listView) error {
	v := tilesView{listView: list}
	v.filter.Statuses = nil
	ctx, over := c.R.Context(), dossier.Filter{Closed: true}
	if c.Query(closedMark) != "" {
		over.After, v.filter.After = v.filter.After, ""
	}
	var err error
	if v.page, err = p.dossiers.ClientList(ctx, a, v.filter); err != nil {
		return err
	}
	if v.closed, err = p.dossiers.ClientList(ctx, a, over); err != nil {
		return err
	}
	if c.Site.Modules[tenant.ModuleProducts] {
		if v.begun, err = p.products.Waiting(ctx, a); err != nil {
			return err
		}
	}
	if v.asked, err = p.askedIn(c, a); err != nil {
		return err
	}
	running := v.page.Rows
	v.page.Rows = append(v.page.Rows[:len(running):len(running)], v.closed.Rows...)
	if err := p.name(c, &v.listView); err != nil {
		return err
	}
	v.page.Rows = running
	if v.page.Next != "" {
		v.next = web.Link("/dossiers", "after", v.page.Next)
	}
	if v.closed.Next != "" {
		v.more = web.Link("/dossiers", "after", v.closed.Next, closedMark, "1")
	}
	return c.Render(200, tilesPage(c, c.Frame(c.T("nav.dossiers")), v))
}

// onTile is what a tile says of where the dossier stands: what is expected of the client, or its status.
func (v tilesView) onTile(c *web.Ctx, r dossier.Row) (icon, text string, urgent bool) {
	st, _ := v.defs[r.Type].Status(r.Status)
	name := statusName(c, v.defs[r.Type], r.Status)
	switch {
	case r.Closed:
		return "circle-check", c.T("dossier.tile_closed", "status", name, "date", c.Texts.Date(r.UpdatedAt.Time)), false
	case v.asked[r.ID] > 0:
		return "alert-circle", c.Texts.N("request.tile", v.asked[r.ID]), true
	case st.Colour == dossiertype.Warning:
		return "alert-circle", name, true
	case r.DueAt != nil:
		return "hourglass", c.T("dossier.tile_due", "status", name, "date", c.Texts.DayMonth(r.DueAt.Time, c.Now)), false
	}
	return "hourglass", name, false
}

// tileMeta is the type and when it began.
func tileMeta(c *web.Ctx, v tilesView, r dossier.Row) string {
	began := c.T("dossier.began", "date", c.Texts.DayMonth(r.StartedAt.Time, c.Now))
	if name := v.defs[r.Type].Name.In(c.Texts.Lang()); name != "" {
		return name + " · " + began
	}
	return began
}

// newOf is the address of the form for a new dossier of a type.
func newOf(id string, parties []string) string {
	return "/dossiers/new?" + url.Values{"type": {id}, "party": parties}.Encode()
}
