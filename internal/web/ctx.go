// Package web is what handlers stand on: the request with its tenant, actor and texts, routes as
// data, forms, flashes and paging. It knows nothing of any feature.
package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/i18n"
)

// Site is what a request needs to know of its tenant and host.
type Site struct {
	Tenant    string
	Name      string
	Face      access.Face
	PortalURL string // absolute, from the tenant's own settings, never from the request
	OfficeURL string
	DocsURL   string // "" when documents have no host of their own
	Modules   map[string]bool
	Languages []i18n.Lang
	Labels    map[i18n.Lang]map[string]string
	Logo      [2]int // width and height of the logo in pixels, 0 for none
	Font      string // address of the font, "" for the program's own
	Version   int64  // of the tenant's settings, for addresses of logo and theme
	Program   string
	Secure    bool // served over TLS
}

// Ctx is one request as a handler sees it.
type Ctx struct {
	W      http.ResponseWriter
	R      *http.Request
	Site   Site
	Texts  *i18n.Texts
	Scope  access.Scope
	Base   string   // what stands before the path while somebody acts for another, "" otherwise; R has the path without it
	Choice []Choice // for whom the visitor can act, himself first; empty when there is nobody else
	Unread int
	// CountNotices counts how much an employee was told and has not read; nil for a client.
	CountNotices func() int
	// Still asks anew whether whoever asked may still have the page, for what lasts longer than a page does.
	Still func(context.Context) (access.Scope, error)
	// Report tells the log of what went wrong where the page itself says to the visitor what became of it.
	Report func(error)
	Now    time.Time
	Until  Until // when the visitor's session ends
	Flash  *Flash
}

// Choice is one of the clients whose things the visitor can look at.
type Choice struct {
	Mandate string // "" for his own
	Name    string
	Ground  string
	Unread  int // capped at 100
}

// Until is when a session ends: by silence, which may last for Idle, and whatever happens.
type Until struct {
	Idle         time.Duration
	Silence, End time.Time
}

// Flash is a sentence shown once on the next page.
type Flash struct {
	Kind string `json:"k"` // ok, info, warning or error
	Key  string `json:"t"`
	Args []any  `json:"a,omitempty"`
	// Base is that of the page for which it is: another window, for another client, does not show it.
	Base string `json:"b,omitempty"`
}

// May reports whether the tenant has a module and whoever is logged in has a right in it; staff have
// permissions instead, which the routes ask for.
func (c *Ctx) May(module string, r access.Rights) bool {
	a, client := access.AsClient(c.Scope)
	return c.Site.Modules[module] && (!client || a.Can(r))
}

// Notices is how much an employee was told and has not read, capped at 100.
func (c *Ctx) Notices() int {
	if c.CountNotices == nil {
		return 0
	}
	return c.CountNotices()
}

// T returns a text in the user's language.
func (c *Ctx) T(key string, args ...any) string { return c.Texts.T(key, args...) }

// Param returns a part of the path. One that Clean would change names nothing.
func (c *Ctx) Param(name string) string {
	if v := c.R.PathValue(name); Clean(v) == v {
		return v
	}
	return ""
}

// Query returns a single value of the query, as Clean leaves it; a repeated one counts as absent.
func (c *Ctx) Query(name string) string {
	if list := c.Queries(name); len(list) == 1 {
		return list[0]
	}
	return ""
}

// Queries returns all values of the query with a name, as Clean leaves them.
func (c *Ctx) Queries(name string) []string {
	var list []string
	for _, v := range c.R.URL.Query()[name] {
		list = append(list, Clean(v))
	}
	return list
}

// See answers 303 with a local address, which At places; anything else leads to the first page.
func (c *Ctx) See(path string) error {
	if !Local(path) {
		path = "/"
	}
	http.Redirect(c.W, c.R, c.At(path), http.StatusSeeOther)
	return nil
}

// Local reports whether an address stays on this host. Browsers read a backslash as a slash and drop
// tabs and line ends wherever they stand, so that "/<tab>/elsewhere" is another host's.
func Local(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") &&
		!strings.ContainsFunc(path, func(r rune) bool { return r == '\\' || unicode.IsControl(r) })
}

// Done is See with a sentence on the next page.
func (c *Ctx) Done(path, key string, args ...any) error {
	c.SetFlash(Flash{Kind: "ok", Key: key, Args: args, Base: BaseOf(c.At(path))})
	return c.See(path)
}

// CookieName returns the name a cookie has here: with the __Host- prefix on everything served over
// TLS. Plain http is the demo on loopback, where Safari drops such cookies.
func (c *Ctx) CookieName(name string) string {
	if c.Site.Secure {
		return "__Host-" + name
	}
	return name
}

// SetCookie sets a cookie that only this host's server reads. A maxAge of 0 lives until the
// browser closes, a negative one removes.
func (c *Ctx) SetCookie(name, value string, maxAge time.Duration) {
	age := int(maxAge / time.Second)
	if maxAge < 0 {
		age = -1
	}
	http.SetCookie(c.W, &http.Cookie{
		Name: c.CookieName(name), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: c.Site.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// Cookie returns a cookie's value, or "".
func (c *Ctx) Cookie(name string) string {
	k, err := c.R.Cookie(c.CookieName(name))
	if err != nil {
		return ""
	}
	return k.Value
}

const flashCookie = "flash"

// SetFlash keeps a sentence for the next page.
func (c *Ctx) SetFlash(f Flash) {
	b, err := json.Marshal(f)
	if err == nil {
		c.SetCookie(flashCookie, base64.RawURLEncoding.EncodeToString(b), time.Minute)
	}
}

// TakeFlash reads the sentence kept for this page and forgets it. Only keys that are texts count:
// a cookie cannot put words on the page.
func (c *Ctx) TakeFlash() {
	v := c.Cookie(flashCookie)
	if v == "" {
		return
	}
	b, err := base64.RawURLEncoding.DecodeString(v)
	var f Flash
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err == nil && f.Base != c.Base {
		return // it waits for its own window, for a minute
	}
	c.SetCookie(flashCookie, "", -1)
	if err != nil {
		return
	}
	if _, known := i18n.Keys(i18n.NL)[f.Key]; known {
		c.Flash = &f
	}
}

// Day reads a date as people type it or a browser sends it, as the office's own midnight. It reports false for what is none.
func (c *Ctx) Day(typed string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, "2-1-2006"} {
		if t, err := time.ParseInLocation(layout, typed, i18n.Local(c.Now).Location()); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// Link builds a local address from a path and query pairs; empty values are left out.
func Link(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// OnceKey returns a fresh key for a form, so that a double click acts once.
func OnceKey() string { return db.RandomID() }
