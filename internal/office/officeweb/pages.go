// Package officeweb is the pages of an employee's own workplace.
package officeweb

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/bulkhead"
	"voordeur/internal/db"
	"voordeur/internal/notify"
	"voordeur/internal/office"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	db *db.DB
	// Streams bounds in how many windows bells are live at once; Stopping is closed when the program stops. The wiring sets them.
	Streams  *bulkhead.Bulkhead
	Stopping <-chan struct{}
}

// New returns the pages.
func New(d *db.DB) *Pages { return &Pages{db: d} }

const path = "/notices"

// LivePath is where a page hears how much there is to read: no sign of life of whoever has it open.
const LivePath = path + "/live"

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	read := access.OfficeWith(access.Read)
	return []web.Route{
		{Method: web.Get, Pattern: path, Policy: read, Handler: web.Staff(p.notices)},
		{Method: web.Get, Pattern: LivePath, Policy: read, Handler: web.Staff(p.live), Streams: true},
		{Method: web.Post, Pattern: path + "/read", Policy: read, Handler: web.Staff(p.readAll)},
		{Method: web.Post, Pattern: path + "/{notice}/read", Policy: read, Handler: web.Staff(p.readOne)},
	}
}

func (p *Pages) notices(c *web.Ctx, a access.Staff) error {
	list, err := office.List(c.R.Context(), p.db, a, c.Now, c.Query("after"))
	if err != nil {
		return err
	}
	return c.Render(200, noticesPage(c, c.Frame(c.T("notice.title")), list))
}

func (p *Pages) readAll(c *web.Ctx, a access.Staff) error {
	s := a.Scope()
	err := p.db.Write(c.R.Context(), func(ctx context.Context, tx *db.Tx) error { return notify.Seen(ctx, tx, s.Tenant(), s.Account(), "") })
	if err != nil {
		return err
	}
	return c.Done(path, "notice.all_read")
}

func (p *Pages) readOne(c *web.Ctx, a access.Staff) error {
	s := a.Scope()
	err := p.db.Write(c.R.Context(), func(ctx context.Context, tx *db.Tx) error {
		return notify.SeenOne(ctx, tx, s.Tenant(), s.Account(), c.Param("notice"))
	})
	if err != nil {
		return err
	}
	return c.Done(path, "notice.one_read")
}

// lead says how much there is to read.
func lead(c *web.Ctx, v office.Notices) string {
	if c.Query("after") != "" {
		return ""
	}
	if len(v.Unread) == 0 {
		return c.T("notice.none_new")
	}
	return c.Texts.N("ui.notices", len(v.Unread))
}

func icon(about notify.About) string {
	switch about {
	case notify.OfNote, notify.OfMessage:
		return "mail"
	case notify.OfDocument, notify.OfAnswer:
		return "file-text"
	case notify.OfApproval:
		return "checks"
	case notify.OfTurn:
		return "user-check"
	}
	return "inbox"
}

// next is the address of what was read before.
func next(v office.Notices) string {
	if v.Next == "" {
		return ""
	}
	return web.Link(path, "after", v.Next)
}
