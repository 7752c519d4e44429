package server

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
	"voordeur/internal/web"
)

// own are the routes of the server itself.
func (a *App) own() []web.Route {
	return []web.Route{
		{Method: web.Get, Pattern: "/help", Policy: access.AnyFace, Handler: a.help},
		{Method: web.Get, Pattern: "/accessibility", Policy: access.AnyFace, Handler: a.info("ui.accessibility", "", "info.accessibility", accessibility)},
		{Method: web.Get, Pattern: "/privacy", Policy: access.AnyFace, Handler: a.info("ui.privacy", "", "info.privacy", privacy)},
		{Method: web.Get, Pattern: "/theme.css", Policy: access.AnyFace, Handler: a.theme},
		{Method: web.Get, Pattern: "/logo", Policy: access.AnyFace, Handler: a.brand(tenant.FileLogo)},
		{Method: web.Get, Pattern: "/font", Policy: access.AnyFace, Handler: a.brand(tenant.FileFont)},
		{Method: web.Get, Pattern: "/robots.txt", Policy: access.AnyFace, Handler: robots},
		{Method: web.Get, Pattern: "/.well-known/security.txt", Policy: access.AnyFace, Handler: a.securityTxt},
		{Method: web.Post, Pattern: "/sms/reports/{secret}", Policy: access.PortalOpen, Handler: a.reported},
	}
}

func robots(c *web.Ctx) error {
	c.W.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := c.W.Write([]byte("User-agent: *\nDisallow: /\n"))
	return err
}

// reportLife is how long what security.txt says holds; RFC 9116 asks for less than a year.
const reportLife = 180 * 24 * time.Hour

// securityTxt says to whom a weakness is reported (RFC 9116). Without a contact there is no such page.
func (a *App) securityTxt(c *web.Ctx) error {
	if a.Contact == "" {
		return errs.Missing()
	}
	base := c.Site.PortalURL
	if c.Site.Face == access.Office {
		base = c.Site.OfficeURL
	}
	c.W.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := fmt.Fprintf(c.W, "Contact: %s\nExpires: %s\nPreferred-Languages: nl, en\nCanonical: %s/.well-known/security.txt\n",
		a.Contact, c.Now.Add(reportLife).UTC().Truncate(24*time.Hour).Format(time.RFC3339), base)
	return err
}

// theme serves the tenant's house style as values of design tokens.
func (a *App) theme(c *web.Ctx) error {
	t, err := a.Tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	serveOwn(c, "text/css; charset=utf-8", t.Version, []byte(t.Stylesheet()))
	return nil
}

// brand serves a file of the tenant's house style, of which the address changes with its version.
func (a *App) brand(kind string) web.Handler {
	return func(c *web.Ctx) error {
		mediaType, content, err := a.Tenants.File(c.R.Context(), c.Site.Tenant, kind)
		if err != nil {
			return err
		}
		serveOwn(c, mediaType, c.Site.Version, content)
		return nil
	}
}

func serveOwn(c *web.Ctx, mediaType string, version int64, content []byte) {
	h := c.W.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
	http.ServeContent(c.W, c.R, "", time.Time{}, bytes.NewReader(content))
}
