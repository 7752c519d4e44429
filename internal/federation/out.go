package federation

import (
	"context"
	"errors"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/eid"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// LoggedOut is our address to which browsers come back when they have logged out at a connection.
func (f *Federation) LoggedOut(t *tenant.Tenant, c Connection) string {
	return f.tenants.URL(t, c.Face) + "/login"
}

// Onward returns the page of ours to which somebody goes whose session has just ended, because he is perhaps still logged
// in at the party by which he came, "" for the log-in; and the secret of his browser's cookie where it must have one there.
func (f *Federation) Onward(ctx context.Context, t *tenant.Tenant, face access.Face, s access.Scope, secret string) (path, cookie string, err error) {
	id, err := f.ids.ConnectionOf(ctx, s)
	if err != nil || id == "" {
		return "", "", err
	}
	c, err := f.Connection(ctx, t, face, id)
	switch {
	case errs.Is(err, errs.NotFound): // it was switched off
		return "", "", nil
	case err != nil:
		return "", "", err
	case c.Protocol == BySAML:
		if cookie, err = f.keepFarewell(ctx, t, c, s, secret); err != nil { // he has logged out here all the same
			f.log.Warn("connection", "tenant", t.ID, "connection", c.ID, "err", err)
			cookie = ""
		}
		if cookie == "" {
			return "", "", nil
		}
	}
	return pathOf(c) + "/out", cookie, nil
}

// patience is how long somebody waits to hear where he can log out too.
const patience = 3 * time.Second

// Out returns the address where a browser logs out at another party too, "" when there is none now.
func (f *Federation) Out(ctx context.Context, t *tenant.Tenant, face access.Face, id, secret string) (Connection, string, error) {
	c, err := f.Connection(ctx, t, face, id)
	if err != nil {
		return c, "", err
	}
	if c.Protocol == BySAML {
		_, err := f.farewell(ctx, t, c, secret)
		if errs.Is(err, errs.NotFound) {
			return c, "", nil
		}
		return c, pathOf(c) + "/bye", err
	}
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	to, err := f.providers.Out(ctx, c.Settings.OIDC, f.LoggedOut(t, c))
	if errors.Is(err, eid.ErrAway) {
		f.log.Warn("connection", "tenant", t.ID, "connection", c.ID, "err", err)
		err = nil
	}
	return c, to, err
}
