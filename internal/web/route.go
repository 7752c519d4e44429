package web

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/errs"
)

// Handler answers a request or returns an error, which one place turns into an answer.
type Handler func(*Ctx) error

// Route is one address of the program, as data.
type Route struct {
	Method  string
	Pattern string // as of http.ServeMux; a wildcard is named after the kind of object
	Policy  access.Policy
	Module  string // the module that must be on, "" for none
	Handler Handler
	Form    any           // a zero form of the type the handler binds, nil for none
	Streams bool          // files go in or out, so that no deadline of a page holds
	Recent  time.Duration // how long ago whoever asks may have proved himself, 0 for at the log-in
	// Passkeys is what the page does with those of the browser: "get" to use one, "create" to make one, "" for
	// nothing, which the browser is told.
	Passkeys string
	// TextFile is the field whose text a chosen file brings instead: it is kept with what was typed, as that text.
	TextFile string
	Foreign  bool // pages of other sites may post here, without the visitor's cookies
	Resumes  bool // the page at the same address shows, with ?resume=1, what was typed before a session ended
}

// String returns the route's line in the route table.
func (r Route) String() string {
	s := fmt.Sprintf("%-6s %-62s %s", r.Method, r.Pattern, r.Policy)
	if r.Module != "" {
		s += " [" + r.Module + "]"
	}
	return s
}

// InModule puts the routes in a module, except those that name another one themselves.
func InModule(module string, routes []Route) []Route {
	for i := range routes {
		routes[i].Module = cmp.Or(routes[i].Module, module)
	}
	return routes
}

// Client makes a handler of one that needs a logged-in client.
func Client(h func(*Ctx, access.Client) error) Handler {
	return func(c *Ctx) error {
		a, ok := access.AsClient(c.Scope)
		if !ok {
			return &errs.Error{Kind: errs.Unauthenticated}
		}
		return h(c, a)
	}
}

// Staff makes a handler of one that needs a logged-in employee.
func Staff(h func(*Ctx, access.Staff) error) Handler {
	return func(c *Ctx) error {
		a, ok := access.AsStaff(c.Scope)
		if !ok {
			return &errs.Error{Kind: errs.Unauthenticated}
		}
		return h(c, a)
	}
}

// Get and Post are short for the two methods that pages use.
const (
	Get  = http.MethodGet
	Post = http.MethodPost
)
