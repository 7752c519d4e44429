// Package access says who may do what: actors with a scope that only the log-in can make, and
// policies without which no route can be registered.
package access

import (
	"voordeur/internal/access/internal/mint"
	"voordeur/internal/errs"
)

// Scope is proof of who asks and in which tenant. Every store function takes one; only package
// authn makes them.
type Scope = mint.Scope

// Role is what an account is in its tenant.
type Role = mint.Role

// Behalf is for whom an account acts.
type Behalf = mint.Behalf

// The roles: four of the portal, three of the office, and the program itself.
const (
	RoleClient Role = "client" // a person
	RoleHead   Role = "head"   // the first account of a company, which manages the others
	RoleExtra  Role = "extra"  // a further account of a company or a person
	// RoleRepresentative is any of these while it acts for another client.
	RoleRepresentative Role = "representative"
	RoleHandler        Role = "handler"
	RoleAdministrator  Role = "administrator"
	RoleAuditor        Role = "auditor"
	RoleSystem         Role = "system"
)

// Face is one of the two sides of a tenant.
type Face string

// The faces, and the host that serves documents only.
const (
	Portal Face = "portal"
	Office Face = "office"
	Docs   Face = "docs"
)

// Client is a logged-in account of the portal.
type Client struct{ scope Scope }

// Staff is a logged-in employee of the tenant.
type Staff struct{ scope Scope }

// AsClient returns the actor of a portal scope; ok is false for any other.
func AsClient(s Scope) (Client, bool) {
	r := s.Role()
	return Client{s}, r == RoleClient || r == RoleHead || r == RoleExtra || r == RoleRepresentative
}

// AsStaff returns the actor of an office scope; ok is false for any other.
func AsStaff(s Scope) (Staff, bool) {
	r := s.Role()
	return Staff{s}, r == RoleHandler || r == RoleAdministrator || r == RoleAuditor
}

// Scope returns the actor's scope.
func (c Client) Scope() Scope { return c.scope }

// Scope returns the actor's scope.
func (s Staff) Scope() Scope { return s.scope }

// SeesAll reports whether the employee may see dossiers in which he is not involved: an
// administrator, who assigns handlers, and an auditor, who changes nothing.
func (s Staff) SeesAll() bool {
	return s.scope.Role() == RoleAdministrator || s.scope.Role() == RoleAuditor
}

// Head reports whether it is the head account of a company (N48).
func (c Client) Head() bool { return c.scope.Role() == RoleHead }

// Gives reports whether the account can let others act for its client: it is the person's own, or the head of the
// company.
func (c Client) Gives() bool { return c.scope.Role() == RoleClient || c.scope.Role() == RoleHead }

// Can reports whether the client has all of these rights.
func (c Client) Can(r Rights) bool { return c.scope.Rights().Has(r) }

// Require is Can as an error: the person may know what his account is not given.
func (c Client) Require(r Rights) error {
	if c.Can(r) {
		return nil
	}
	return errs.New(errs.Forbidden, "error.no_right")
}

// Can reports whether the employee has a permission.
func (s Staff) Can(p Permission) bool { return may(s.scope.Role(), p) }

// Permission is a right that roles of the office have or lack.
type Permission string

// The permissions.
const (
	Read       Permission = "read"    // see dossiers and clients
	Work       Permission = "work"    // change dossiers and clients, converse
	Manage     Permission = "manage"  // settings, house style, staff
	SeeJournal Permission = "journal" // who saw and did what
)

func may(r Role, p Permission) bool {
	switch r {
	case RoleAdministrator:
		return true
	case RoleHandler:
		return p == Read || p == Work
	case RoleAuditor:
		return p == Read || p == SeeJournal
	}
	return false
}

// Policy says who may use a route. The zero Policy lets nobody in and is refused at the wiring.
type Policy struct {
	name  string
	face  Face
	open  bool
	needs Rights // of a portal account
	giver bool   // only who can speak for his client: a person, or the head of a company
	right Permission
}

// The policies of the portal.
var (
	PortalOpen   = Policy{name: "portal: anybody", face: Portal, open: true}
	PortalClient = Policy{name: "portal: client", face: Portal}
	PortalGiver  = Policy{name: "portal: person or head", face: Portal, giver: true}
	OfficeOpen   = Policy{name: "office: anybody", face: Office, open: true}
	AnyFace      = Policy{name: "both: anybody", open: true}
	// DocsTicket is that of the host that serves documents only: it has no log-in, and every address
	// on it carries a ticket that the handler checks.
	DocsTicket = Policy{name: "docs: ticket", face: Docs, open: true}
)

// PortalWith is the policy of clients who have all of these rights (A20, A21).
func PortalWith(r Rights) Policy {
	return Policy{name: "portal: " + r.String(), face: Portal, needs: r}
}

// OfficeWith is the policy of staff who have the permission.
func OfficeWith(p Permission) Policy {
	return Policy{name: "office: " + string(p), face: Office, right: p}
}

// String names the policy in the route table.
func (p Policy) String() string { return p.name }

// Valid reports whether the policy is one of this package's.
func (p Policy) Valid() bool { return p.name != "" }

// Face returns the face that serves the route; "" means both.
func (p Policy) Face() Face { return p.face }

// On reports whether the face serves the route. What is on both faces is not on the host of
// documents, which has nothing but those.
func (p Policy) On(f Face) bool {
	if p.face == "" {
		return f == Portal || f == Office
	}
	return p.face == f
}

// Open reports whether the route needs no log-in.
func (p Policy) Open() bool { return p.open }

// Allows reports whether the scope may use the route.
func (p Policy) Allows(s Scope) bool {
	if p.open {
		return true
	}
	if p.face == Portal {
		c, ok := AsClient(s)
		return ok && c.Can(p.needs) && (!p.giver || c.Gives())
	}
	_, ok := AsStaff(s)
	return ok && may(s.Role(), p.right)
}
