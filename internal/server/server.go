// Package server puts the program together: what a request passes on its way to a handler, which
// routes there are, and the work in the background.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/bounce"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/identity"
	"voordeur/internal/jobs"
	"voordeur/internal/ops"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
	"voordeur/internal/web"
)

// Deps is what the server needs.
type Deps struct {
	DB       *db.DB
	Tenants  *tenant.Tenants
	Identity *identity.Identity
	Keys     *crypt.Keyring
	Jobs     *jobs.Runner
	Log      *slog.Logger
	Version  string
	Secure   bool           // visitors come over TLS
	Proxies  []netip.Prefix // whose X-Forwarded-For is believed
	Returns  *bounce.Paths  // where mail that does not arrive comes back to, nil for the office's own address
	Callback *sms.Callback  // where a provider of text messages reports, nil for nowhere
	Contact  string         // where weaknesses are reported, as mailto: or https:, "" for nowhere
	Routes   []web.Route
	// Observe is told of every answered request; nil for nobody.
	Observe func(ops.Request)
}

// App is the running program.
type App struct {
	Deps
	Collector *Collector
	// Stop ends what would never end by itself, so that the program can.
	Stop  func()
	faces map[access.Face]*face
	cross *http.CrossOriginProtection
}

// face is one side of every tenant: its own routes, so that one path may mean two things.
type face struct {
	mux    *http.ServeMux
	routes []web.Route
}

// New checks the routes and wires them.
func New(d Deps) (*App, error) {
	if len(d.Routes) == 0 {
		return nil, fmt.Errorf("server: no routes")
	}
	a := &App{Deps: d, faces: map[access.Face]*face{}, cross: http.NewCrossOriginProtection()}
	for _, f := range []access.Face{access.Portal, access.Office, access.Docs} {
		a.faces[f] = &face{mux: http.NewServeMux()}
	}
	for _, r := range append(slices.Clone(d.Routes), a.own()...) {
		if err := a.add(r); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *App) add(r web.Route) error {
	if !r.Policy.Valid() || r.Handler == nil {
		return fmt.Errorf("server: %s %s has no policy or no handler", r.Method, r.Pattern)
	}
	if r.Foreign {
		a.cross.AddInsecureBypassPattern(r.Method + " " + r.Pattern)
	}
	for name, f := range a.faces {
		if !r.Policy.On(name) {
			continue
		}
		same := func(had web.Route) bool { return had.Method == r.Method && had.Pattern == r.Pattern }
		if slices.ContainsFunc(f.routes, same) {
			return fmt.Errorf("server: %s %s stands twice in the %s", r.Method, r.Pattern, name)
		}
		f.routes = append(f.routes, r)
		f.mux.Handle(r.Method+" "+r.Pattern, a.serve(r))
	}
	return nil
}

// Table returns the route table, one line a route.
func (a *App) Table() string {
	var lines []string
	for _, r := range append(slices.Clone(a.Routes), a.own()...) {
		lines = append(lines, r.String())
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

// FaceRoutes returns the routes of one face.
func (a *App) FaceRoutes(f access.Face) []web.Route { return a.faces[f].routes }

// sealEvery is how often new entries of the journal are sealed.
const sealEvery = time.Second

// sealTime bounds one round of sealing: a database that is away must not stop all later ones.
const sealTime = 5 * time.Minute

// Work runs jobs, seals journals and collects what is no longer used, until ctx ends.
func (a *App) Work(ctx context.Context) {
	var others sync.WaitGroup
	defer others.Wait()
	others.Go(func() { a.Jobs.Run(ctx) })
	others.Go(func() { a.Collector.Loop(ctx) })
	others.Go(func() { a.wipeLetters(ctx) })
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := a.Seal(ctx); err != nil && ctx.Err() == nil {
				a.Log.Error("seal", "err", err)
			}
		}
	}
}

// Seal seals what is new in every tenant's journal.
func (a *App) Seal(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sealTime)
	defer cancel()
	ids, err := a.Tenants.IDs(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		for {
			n, err := audit.Seal(ctx, a.DB, id, JournalMAC(a.Keys))
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
		}
	}
	return nil
}

// JournalMAC returns what authenticates the seals of journals.
func JournalMAC(k *crypt.Keyring) audit.MAC {
	return func(parts ...string) []byte { return k.MAC("journal", parts...) }
}
