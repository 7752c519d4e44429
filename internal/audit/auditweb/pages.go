// Package auditweb is the office's pages of the journal, for auditors and administrators.
package auditweb

import (
	"context"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// Pages are the pages of this package.
type Pages struct {
	db    *db.DB
	looks *audit.Looks
	mac   audit.MAC
}

// New returns the pages; mac authenticates the seals.
func New(d *db.DB, looks *audit.Looks, mac audit.MAC) *Pages { return &Pages{d, looks, mac} }

// Routes returns the addresses of this package.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Method: web.Get, Pattern: "/journal", Policy: access.OfficeWith(access.SeeJournal), Handler: web.Staff(p.list)},
	}
}

// listView is a page of the journal with what was asked for.
type listView struct {
	in       query
	problems []ui.Problem
	who      []choice // namesakes of whom one must be chosen
	clients  []choice
	page     audit.Page
	state    audit.State
	all      bool // the employee sees every dossier, so that entries may lead to them
}

type choice struct{ href, name, about string }

// list shows a page of entries. Looking at the journal stands in the journal itself.
func (p *Pages) list(c *web.Ctx, a access.Staff) error {
	ctx := c.R.Context()
	v := listView{in: queryOf(c), all: a.SeesAll()}
	f, err := p.resolve(ctx, c, a, &v)
	if err != nil {
		return err
	}
	if v.state, err = audit.StateOf(ctx, p.db, a, p.mac); err != nil {
		return err
	}
	status := 200
	switch {
	case len(v.problems) > 0:
		status = 422
	case len(v.who)+len(v.clients) == 0:
		if v.page, err = audit.List(ctx, p.db, a, f); err != nil {
			return err
		}
	}
	err = p.looks.Look(ctx, a.Scope(), audit.Entry{Event: "journal.viewed", Dossier: f.Dossier, Client: f.Client, Detail: v.in.detail(f)})
	if err != nil {
		return err
	}
	return c.Render(status, listPage(c, c.Frame(c.T("nav.journal")), v))
}

// resolve turns what was typed into a filter. A name that several people bear is a choice, one that
// nobody bears a problem.
func (p *Pages) resolve(ctx context.Context, c *web.Ctx, a access.Staff, v *listView) (audit.Filter, error) {
	f := audit.Filter{Group: v.in.Group, After: v.in.After}
	f.From = v.day(c, "from", v.in.From, 0)
	f.Until = v.day(c, "to", v.in.To, 1)
	var err error
	if v.in.Dossier != "" {
		f.Dossier, err = audit.DossierByNumber(ctx, p.db, a, v.in.Dossier)
		if errs.Is(err, errs.NotFound) {
			v.problem("dossier", c.T("journal.no_dossier"))
		} else if err != nil {
			return f, err
		}
	}
	if f.Actor, v.who, err = p.account(ctx, a, v); err != nil {
		return f, err
	}
	if v.in.Who != "" && f.Actor == "" && len(v.who) == 0 {
		v.problem("who", c.T("journal.no_account"))
	}
	if f.Client, v.clients, err = p.client(ctx, a, v); err != nil {
		return f, err
	}
	if v.in.Client != "" && f.Client == "" && len(v.clients) == 0 {
		v.problem("client", c.T("journal.no_client"))
	}
	return f, nil
}

func (v *listView) problem(field, text string) {
	v.problems = append(v.problems, ui.Problem{Field: field, Text: text})
}

// day reads a date as the office's own midnight, days later.
func (v *listView) day(c *web.Ctx, field, typed string, days int) time.Time {
	if typed == "" {
		return time.Time{}
	}
	if t, ok := c.Day(typed); ok {
		return t.AddDate(0, 0, days)
	}
	v.problem(field, c.T("journal.no_date"))
	return time.Time{}
}

// account returns the account that is meant: the one a link names, or the only one of that name.
func (p *Pages) account(ctx context.Context, a access.Staff, v *listView) (string, []choice, error) {
	if v.in.Who == "" {
		return "", nil, nil
	}
	if v.in.Actor != "" {
		m, err := audit.Account(ctx, p.db, a, v.in.Actor)
		if err == nil && m.Name == v.in.Who {
			return m.ID, nil, nil
		}
		if err != nil && !errs.Is(err, errs.NotFound) {
			return "", nil, err
		}
	}
	found, err := audit.Accounts(ctx, p.db, a, v.in.Who)
	if err != nil {
		return "", nil, err
	}
	if len(found) == 1 {
		v.in.Who, v.in.Actor = found[0].Name, found[0].ID
		return found[0].ID, nil, nil
	}
	var list []choice
	for _, m := range found {
		q := v.in
		q.Who, q.Actor = m.Name, m.ID
		list = append(list, choice{q.link(), m.Name, "journal.role." + m.About})
	}
	return "", list, nil
}

func (p *Pages) client(ctx context.Context, a access.Staff, v *listView) (string, []choice, error) {
	if v.in.Client == "" {
		return "", nil, nil
	}
	if v.in.ClientID != "" {
		m, err := audit.Client(ctx, p.db, a, v.in.ClientID)
		if err == nil && m.Name == v.in.Client {
			return m.ID, nil, nil
		}
		if err != nil && !errs.Is(err, errs.NotFound) {
			return "", nil, err
		}
	}
	found, err := audit.Clients(ctx, p.db, a, v.in.Client)
	if err != nil {
		return "", nil, err
	}
	if len(found) == 1 {
		v.in.Client, v.in.ClientID = found[0].Name, found[0].ID
		return found[0].ID, nil, nil
	}
	var list []choice
	for _, m := range found {
		q := v.in
		q.Client, q.ClientID = m.Name, m.ID
		list = append(list, choice{q.link(), m.Name, m.About})
	}
	return "", list, nil
}
