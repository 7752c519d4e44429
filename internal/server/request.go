package server

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/identity/identityweb"
	"voordeur/internal/mandate"
	"voordeur/internal/office"
	"voordeur/internal/office/officeweb"
	"voordeur/internal/ops"
	"voordeur/internal/tenant"
	"voordeur/internal/trace"
	"voordeur/internal/web"
	assets "voordeur/web"
)

// pageTime is how long a page may take; files take as long as they need.
const pageTime = 30 * time.Second

// readyTime is how long the database may take to answer that it is there.
const readyTime = 5 * time.Second

type ctxKey struct{}

// asked is what the context of a request has of it.
type asked struct {
	c *web.Ctx
	t *tenant.Tenant
}

// Handler answers every request of every host.
func (a *App) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := a.DB.Clock().Now()
		rec := &recorder{ResponseWriter: w, status: http.StatusOK, id: db.RandomID()}
		headers(rec.Header(), a.Secure)
		ctx, span := trace.Start(r.Context(), "request")
		defer func() {
			a.rescue(rec, recover())
			a.answered(rec, r, a.DB.Clock().Now().Sub(start))
			told(span, rec, r)
		}()
		a.route(rec, r.WithContext(ctx))
	})
}

// answered tells the log and the observer of a request.
func (a *App) answered(rec *recorder, r *http.Request, took time.Duration) {
	a.Log.Info("request", "id", rec.id, "tenant", rec.tenant, "method", r.Method, "route", rec.pattern,
		"status", rec.status, "ms", took.Milliseconds())
	if a.Observe != nil {
		a.Observe(ops.Request{Face: rec.face, Pattern: rec.pattern, Method: r.Method, Status: rec.status, Took: took})
	}
}

// told ends the span of a request with what kind of request it was: its route, never its path. The id
// is that of the log.
func told(span trace.Span, rec *recorder, r *http.Request) {
	if rec.pattern != "" {
		span.Rename(rec.pattern)
	}
	span.Text("http.request.method", ops.Method(r.Method))
	span.Text("http.route", rec.pattern)
	span.Text("voordeur.face", rec.face)
	span.Text("voordeur.request", rec.id)
	span.Number("http.response.status_code", int64(rec.status))
	span.End(rec.status >= http.StatusInternalServerError)
}

// rescue answers a panic and logs it; net/http's own way to drop a connection passes.
func (a *App) rescue(rec *recorder, p any) {
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	a.Log.Error("panic", "id", rec.id, "route", rec.pattern, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	if !rec.wrote {
		http.Error(rec, "500 "+rec.id, http.StatusInternalServerError)
	}
}

// route finds the tenant and the face from the exact host, and the route from the face.
func (a *App) route(rec *recorder, r *http.Request) {
	if a.health(rec, r) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), pageTime)
	defer cancel()
	t, side, err := a.Tenants.ByHost(ctx, r.Host)
	if errs.Is(err, errs.NotFound) {
		http.Error(rec, "421 unknown host", http.StatusMisdirectedRequest)
		return
	}
	if err != nil {
		a.broken(rec, err)
		return
	}
	rec.tenant, rec.face = t.ID, string(side)
	f := a.faces[side]
	if f == nil {
		http.NotFound(rec, r)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/assets/") {
		rec.pattern = "/assets/"
		if reads(rec, r) {
			assets.Handler().ServeHTTP(rec, r)
		}
		return
	}
	mandate, plain, acts := "", (*url.URL)(nil), false
	if side == access.Portal && t.Settings.Modules[tenant.ModuleMandates] {
		mandate, plain, acts = web.Acting(r.URL)
	}
	c, err := a.begin(rec, r.WithContext(ctx), t, side, mandate)
	if err != nil {
		a.broken(rec, err)
		return
	}
	if err := a.cross.Check(r); err != nil {
		a.answer(rec, c, &errs.Error{Kind: errs.Forbidden, Key: "error.cross_origin", Err: err})
		return
	}
	if acts && c.Scope.Account() != "" && c.Scope.Behalf().Mandate == "" {
		a.ended(rec, c)
		return
	}
	if acts {
		r = r.WithContext(r.Context()) // a copy
		r.URL, c.Base = plain, web.ActingPrefix+mandate
		c.R = r
	}
	h, pattern := f.mux.Handler(r)
	if pattern == "" {
		a.noRoute(rec, c, h)
		return
	}
	rec.pattern, c.R = pattern, r
	f.mux.ServeHTTP(rec, r.WithContext(context.WithValue(r.Context(), ctxKey{}, asked{c, t})))
}

// health answers on any host: a load balancer asks by address.
func (a *App) health(rec *recorder, r *http.Request) bool {
	if r.URL.Path != "/healthz" && r.URL.Path != "/readyz" {
		return false
	}
	rec.pattern = r.URL.Path
	if !reads(rec, r) {
		return true
	}
	if r.URL.Path == "/readyz" {
		ctx, cancel := context.WithTimeout(r.Context(), readyTime)
		defer cancel()
		if err := a.DB.Ping(ctx); err != nil {
			a.broken(rec, err)
			return true
		}
	}
	rec.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(rec, "ok\n") // whoever asked and left needs no answer
	return true
}

// reads reports whether a request only reads, and refuses any other: what is not in the route table
// has nothing to change.
func reads(rec *recorder, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	rec.Header().Set("Allow", "GET, HEAD")
	http.Error(rec, "405 method not allowed", http.StatusMethodNotAllowed)
	return false
}

// broken answers when not even the tenant or the session can be read, so that no page can be made.
func (a *App) broken(rec *recorder, err error) {
	a.Log.Error("database", "id", rec.id, "err", err)
	rec.Header().Set("Retry-After", strconv.Itoa(int(laterAgain/time.Second)))
	http.Error(rec, "503 "+rec.id, http.StatusServiceUnavailable)
}

// noRoute answers an unknown path like a missing object, and a wrong method with those allowed.
func (a *App) noRoute(rec *recorder, c *web.Ctx, h http.Handler) {
	probe := &recorder{ResponseWriter: discard{http.Header{}}}
	h.ServeHTTP(probe, c.R)
	if probe.status != http.StatusMethodNotAllowed {
		a.answer(rec, c, errs.Missing())
		return
	}
	rec.Header().Set("Allow", probe.Header().Get("Allow"))
	a.page(rec, c, reply{http.StatusMethodNotAllowed, c.T("error.method"), c.T("error.method.next"), nil, ""})
}

type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// begin loads the session, by a mandate if one is given, the language and the flash of a request.
func (a *App) begin(rec *recorder, r *http.Request, t *tenant.Tenant, side access.Face, by string) (*web.Ctx, error) {
	c := &web.Ctx{W: rec, R: r, Site: a.Tenants.Site(t, side), Now: a.DB.Clock().Now()}
	c.Site.Program = a.Version
	c.Report = func(err error) { a.Log.Error("report", "id", rec.id, "err", err) }
	origin := network(a.clientAddress(r))
	c.Scope = authn.Nobody(t.ID, origin)
	lang := web.Wants(r.Header.Get("Accept-Language"))
	if token := c.Cookie("session"); token != "" {
		limits := t.Settings.Sessions.Limits()
		s, err := authn.LoadActing(r.Context(), a.DB, t.ID, limits, side, token, by, origin)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return nil, err
		}
		if err == nil {
			c.Scope, c.Unread = s.Scope, s.Unread
			if staff, ok := access.AsStaff(s.Scope); ok {
				c.CountNotices = a.counter(c, staff)
			}
			if !t.Settings.Users.Rights && s.Scope.Role() == access.RoleExtra { // whoever was given it before has it no more
				c.Scope = s.Scope.Without(access.ManageUsers)
			}
			lang = cmp.Or(languageOf(t, s), lang)
			if err := a.touch(c, &s); err != nil {
				return nil, err
			}
			c.Until = web.Until{Idle: s.Idle, Silence: s.SeenAt.Add(s.Idle), End: s.Ends}
			if s.Others && c.Site.Modules[tenant.ModuleMandates] {
				list, err := mandate.Choices(r.Context(), a.DB, s.Scope)
				if err != nil {
					return nil, err
				}
				for _, o := range list {
					c.Choice = append(c.Choice, web.Choice{Mandate: o.Mandate, Name: o.Name, Ground: o.Ground, Unread: o.Unread})
				}
			}
		}
	}
	c.Texts = t.Texts(lang)
	return c, nil
}

// languageOf is the language that somebody chose; where a choice shows at the next log-in, it is the
// one that his session began with.
func languageOf(t *tenant.Tenant, s authn.Session) i18n.Lang {
	if t.Settings.LanguageApply == tenant.NextLogin {
		return i18n.Lang(s.Began)
	}
	return i18n.Lang(s.Language)
}

// counter counts once, when a page says it, how much an employee was told and has not read. A page that cannot say it is
// there all the same.
func (a *App) counter(c *web.Ctx, staff access.Staff) func() int {
	return sync.OnceValue(func() int {
		n, err := office.Count(c.R.Context(), a.DB, staff, c.Now)
		if err != nil {
			c.Report(err)
		}
		return n
	})
}

// touch notes that the session is in use, unless only a script asks, which nobody sees. On a full disk
// reading goes on: the session only seems idle for longer than it is.
func (a *App) touch(c *web.Ctx, s *authn.Session) error {
	if path := c.R.URL.Path; c.Now.Sub(s.SeenAt) <= time.Minute || path == identityweb.LeftPath || path == officeweb.LivePath {
		return nil
	}
	err := a.Identity.Touch(c.R.Context(), c.Scope)
	if errs.Is(err, errs.Unavailable) {
		return nil
	}
	if err == nil {
		s.SeenAt = c.Now
	}
	return err
}

// serve checks module, log-in and right before the handler, and answers what it returns.
func (a *App) serve(r web.Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		rec, of := w.(*recorder), req.Context().Value(ctxKey{}).(asked)
		c := of.c
		c.R = req
		c.Still = func(ctx context.Context) (access.Scope, error) { return a.still(ctx, c, r) }
		if r.Passkeys != "" {
			rec.Header().Set("Permissions-Policy", permissions(r.Passkeys))
		}
		if err := a.gate(c, r); err != nil {
			if errs.Is(err, errs.Unauthenticated) && a.park(rec, c, r) {
				return
			}
			a.answer(rec, c, err)
			return
		}
		if err := a.recent(c, r); err != nil {
			a.unproved(rec, c, r, err)
			return
		}
		if r.Streams {
			lift(rec)
		} else {
			ctx, cancel := context.WithTimeout(req.Context(), pageTime)
			defer cancel()
			if req.Method == http.MethodGet {
				ctx = tenant.Seen(ctx, of.t)
			}
			c.R = req.WithContext(ctx)
		}
		if req.Method == http.MethodGet {
			c.TakeFlash()
		}
		if err := r.Handler(c); errs.Is(err, errs.Unproved) {
			a.unproved(rec, c, r, err)
		} else if err != nil {
			a.answer(rec, c, err)
		}
	})
}

// lift takes the connection's deadlines off a request that moves a file.
func lift(w http.ResponseWriter) {
	rc := http.NewResponseController(w)
	// A connection without deadlines has none to lift.
	_ = rc.SetReadDeadline(time.Time{})
	_ = rc.SetWriteDeadline(time.Time{})
}

// still asks of a request that lasts what was asked when it began: whether its session lives, and may have the route.
func (a *App) still(ctx context.Context, c *web.Ctx, r web.Route) (access.Scope, error) {
	t, err := a.Tenants.Get(ctx, c.Site.Tenant)
	if err != nil {
		return access.Scope{}, err
	}
	was := c.Scope
	s, err := authn.Resume(ctx, a.DB, t.ID, t.Settings.Sessions.Limits(), c.Site.Face, was.Session(), was.Behalf().Mandate, was.Origin())
	if err != nil {
		return access.Scope{}, err
	}
	return s.Scope, a.gate(&web.Ctx{Site: a.Tenants.Site(t, c.Site.Face), Scope: s.Scope}, r)
}

func (a *App) gate(c *web.Ctx, r web.Route) error {
	if r.Module != "" && !c.Site.Modules[r.Module] { // for visitors too, who have not logged in (D7, E5)
		return errs.New(errs.NotFound, "error.module_off")
	}
	if r.Policy.Allows(c.Scope) {
		return nil
	}
	if c.Scope.Account() == "" {
		return &errs.Error{Kind: errs.Unauthenticated}
	}
	if _, client := access.AsClient(c.Scope); client && r.Policy.Face() == access.Portal {
		return errs.New(errs.Forbidden, "error.no_right")
	}
	return errs.New(errs.Forbidden, "")
}
