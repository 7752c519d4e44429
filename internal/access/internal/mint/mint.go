// Package mint makes scopes. Go's internal rule lets only packages below access import it.
package mint

import "time"

// Role is what an account is in its tenant.
type Role string

// Data is what a scope holds.
type Data struct {
	Tenant  string
	Account string
	Role    Role
	Name    string
	Client  string // portal accounts: the person or company they belong to
	Rights  Rights // portal accounts: what they may do
	Session string
	Means   string    // password, password+totp, system
	Proved  time.Time // when the owner of the session last proved himself
	Origin  string    // network prefix the request came from, never a full address
	Behalf  Behalf
}

// Behalf is for whom an account acts that is not its own client. The zero Behalf is nobody.
type Behalf struct {
	Mandate string
	Name    string // of the client who is represented
	Ground  string // why: company, parent, guardian ...
}

// Scope is proof of who asks, in which tenant. The zero Scope is nobody.
type Scope struct{ data Data }

// New makes a scope.
func New(d Data) Scope { return Scope{d} }

// Without returns the scope with fewer rights.
func (s Scope) Without(r Rights) Scope {
	s.data.Rights &^= r
	return s
}

// Tenant returns the tenant's id.
func (s Scope) Tenant() string { return s.data.Tenant }

// Account returns the id of the account that acts, or the name of a system task.
func (s Scope) Account() string { return s.data.Account }

// Role returns the account's role.
func (s Scope) Role() Role { return s.data.Role }

// Name returns the name to show for who acts.
func (s Scope) Name() string { return s.data.Name }

// Client returns the id of the person or company whose things these are: the one a portal account belongs
// to or, while it acts for somebody, that one.
func (s Scope) Client() string { return s.data.Client }

// Rights returns what a portal account may do; staff have permissions instead.
func (s Scope) Rights() Rights { return s.data.Rights }

// Session returns the id of the session.
func (s Scope) Session() string { return s.data.Session }

// Means returns how the account logged in.
func (s Scope) Means() string { return s.data.Means }

// Proved returns when the owner of the session last proved himself; the zero time is never.
func (s Scope) Proved() time.Time { return s.data.Proved }

// Origin returns the network prefix of the request.
func (s Scope) Origin() string { return s.data.Origin }

// Behalf returns for whom the account acts, the zero Behalf when for itself.
func (s Scope) Behalf() Behalf { return s.data.Behalf }
