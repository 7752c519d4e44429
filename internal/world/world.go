// Package world is the five demo tenants with their people and dossiers: what `voordeur demo` shows
// and what tests stand on. Everything is made by the same operations that the pages use.
package world

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/approval"
	"voordeur/internal/bounce"
	"voordeur/internal/client"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/identity"
	"voordeur/internal/mail"
	"voordeur/internal/mandate"
	"voordeur/internal/message"
	"voordeur/internal/notify"
	"voordeur/internal/questionnaire"
	"voordeur/internal/request"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
)

// Builder is what the world is made with.
type Builder struct {
	DB        *db.DB
	Tenants   *tenant.Tenants
	Identity  *identity.Identity
	Clients   *client.Clients
	Dossiers  *dossier.Dossiers
	Messages  *message.Messages
	Asked     *questionnaire.Questionnaires
	Requests  *request.Requests
	Approvals *approval.Approvals
	Mandates  *mandate.Mandates
	// Work does the jobs that wait. Without it nothing is released while the story goes on, so nobody
	// has opened a document yet.
	Work func(context.Context) error
	IDs  *IDs // of a fixture whose DB takes its identifiers from it; nil for random ones
}

// Login is an account of the demo with how to log in.
type Login struct {
	ID       string `json:"-"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Rights   string `json:"rights,omitempty"` // that an extra account was given, "" for all but that over users
	Email    string `json:"email"`
	Password string `json:"password"`
	TOTP     string `json:"totp_secret,omitempty"`
	Mobile   string `json:"mobile,omitempty"` // to which the codes of the log-in go
}

// Tenant is a tenant of the demo.
type Tenant struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Portal string  `json:"portal"`
	Office string  `json:"office"`
	Logins []Login `json:"logins"`
}

// Summary is what was made.
type Summary struct {
	Tenants []Tenant `json:"tenants"`
}

// Password and TOTP are those of every account of the demo, which runs on loopback only.
const (
	Password = "Voordeur2026" // #nosec G101 -- the demo's, known to everybody
	TOTP     = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

// founded is the working day, before now, on which the tenants were made.
const founded = 95

// Build makes tenants in an empty database: those that are named, or all five. On a database with
// a Clock of this package they have a past.
func Build(ctx context.Context, b Builder, only ...string) (Summary, error) {
	var sum Summary
	now := b.DB.Clock().Now()
	defer b.setClock(time.Time{})
	for _, o := range offices() {
		if len(only) > 0 && !slices.Contains(only, o.id) {
			continue
		}
		t, err := b.office(ctx, o, now)
		if err != nil {
			return sum, fmt.Errorf("world: %s: %w", o.id, err)
		}
		sum.Tenants = append(sum.Tenants, t)
	}
	return sum, nil
}

func (b Builder) office(ctx context.Context, o office, now time.Time) (Tenant, error) {
	b.setClock(moment(now, founded, 9, 0))
	host := o.id + ".localhost"
	err := b.Tenants.Create(ctx, tenant.Draft{ID: o.id, Name: o.name, Settings: o.settings(), Hosts: map[access.Face]string{
		access.Portal: host, access.Office: "kantoor." + host, access.Docs: "docs." + host,
	}})
	if err != nil {
		return Tenant{}, err
	}
	tn, err := b.Tenants.Get(ctx, o.id)
	if err != nil {
		return Tenant{}, err
	}
	t := Tenant{ID: o.id, Name: o.name, Portal: b.Tenants.URL(tn, access.Portal), Office: b.Tenants.URL(tn, access.Office)}
	if t.Logins, err = b.staff(ctx, o); err != nil {
		return t, err
	}
	handler, err := b.actor(ctx, o.id, t.Logins[0].ID)
	if err != nil {
		return t, err
	}
	if o.made, err = b.kinds(ctx, o, t.Logins[2].ID); err != nil {
		return t, err
	}
	if err := b.forms(ctx, o, t.Logins[2].ID); err != nil {
		return t, err
	}
	if err := b.sell(ctx, o, t.Logins); err != nil {
		return t, err
	}
	var acts []act
	for _, p := range o.clients {
		if p.byLetter { // comes later
			continue
		}
		logins, theirs, err := b.client(ctx, o, handler, p, now)
		if err != nil {
			return t, err
		}
		t.Logins = append(t.Logins, logins...)
		acts = append(acts, theirs...)
	}
	for _, m := range o.acting {
		acts = append(acts, act{moment(now, m.from, 8, 30), func(ctx context.Context) error { return b.acting(ctx, handler, m, now) }})
	}
	if err := b.play(ctx, acts); err != nil {
		return t, err
	}
	return t, b.later(ctx, o, t, now)
}

// acting has an employee note who acts for a client. What is over by now can only have begun in a past.
func (b Builder) acting(ctx context.Context, a access.Staff, m acting, now time.Time) error {
	in := mandate.Draft{Email: m.email, Ground: m.ground, ProofKind: m.proofKind, Proof: m.proof, Rights: access.OwnRights}
	if m.until > 0 {
		if _, past := b.DB.Clock().(*Clock); !past {
			return nil
		}
		in.Ends = moment(now, m.until, 0, 0)
	}
	id, err := db.One(ctx, b.DB, db.Value[string], `select id from client where tenant_id = $1 and name = $2`, a.Scope().Tenant(), m.client)
	if err != nil {
		return err
	}
	return b.Mandates.Record(ctx, a, id, "mandate-"+m.client+m.email, in)
}

// later gives an office the settings that it chose when its first clients were in, and has the letters
// made to those who came after.
func (b Builder) later(ctx context.Context, o office, t Tenant, now time.Time) error {
	if o.later == nil {
		return nil
	}
	manager, err := b.actor(ctx, o.id, t.Logins[2].ID)
	if err != nil {
		return err
	}
	tn, err := b.Tenants.Get(ctx, o.id)
	if err != nil {
		return err
	}
	err = b.Tenants.Edit(ctx, manager, tn.Version, "activation", func(e *tenant.Edition) error {
		o.later(&e.Settings)
		return nil
	})
	if err != nil {
		return err
	}
	handler, err := b.actor(ctx, o.id, t.Logins[0].ID)
	if err != nil {
		return err
	}
	if err := b.talk(ctx, o, t, now); err != nil {
		return err
	}
	if err := b.accords(ctx, o, t, handler, now); err != nil {
		return err
	}
	b.setClock(moment(now, 1, 10, 5))
	for _, p := range o.clients {
		if p.pin {
			if err := b.sendPIN(ctx, handler, t, p); err != nil {
				return err
			}
		}
		if !p.byLetter {
			continue
		}
		id, err := b.Clients.Create(ctx, handler, "client-"+p.number, client.Draft{Kind: p.kind, Name: p.name, Salutation: p.salutation, Number: p.number})
		if err != nil {
			return err
		}
		in := identity.NewLetter{Client: id, Name: p.name, UserName: p.number, Address: strings.Join(p.address, "\n"), Role: access.RoleClient}
		if err := b.Identity.InviteByLetter(ctx, handler, "account-"+p.number, in); err != nil {
			return err
		}
	}
	return nil
}

func (b Builder) sendPIN(ctx context.Context, handler access.Staff, t Tenant, p person) error {
	n := slices.IndexFunc(t.Logins, func(l Login) bool { return l.Email == p.email })
	client, err := db.One(ctx, b.DB, db.Value[string], `select client_id from account where tenant_id = $1 and id = $2`, t.ID, t.Logins[n].ID)
	if err != nil {
		return err
	}
	return b.Identity.PINLetter(ctx, handler, client, t.Logins[n].ID, "pin-"+p.number, strings.Join(p.address, "\n"))
}

// kinds takes the office's types of dossiers into use, and returns their ids by key.
func (b Builder) kinds(ctx context.Context, o office, admin string) (map[string]string, error) {
	made := map[string]string{}
	if len(o.types) == 0 {
		return made, nil
	}
	manager, err := b.actor(ctx, o.id, admin)
	if err != nil {
		return nil, err
	}
	for _, d := range o.types {
		b.IDs.expect("type")
		id, err := b.Dossiers.Types().Take(ctx, manager, d)
		if err != nil {
			return nil, err
		}
		if err := b.Dossiers.Types().Use(ctx, manager, id, 1); err != nil {
			return nil, fmt.Errorf("type %s: %w", d.Key, err)
		}
		made[d.Key] = id
	}
	return made, nil
}

func (b Builder) actor(ctx context.Context, tenantID, account string) (access.Staff, error) {
	s, err := authn.Act(ctx, b.DB, tenantID, account)
	if err != nil {
		return access.Staff{}, err
	}
	a, ok := access.AsStaff(s)
	if !ok {
		return a, fmt.Errorf("account %s is no employee", account)
	}
	return a, nil
}

func (b Builder) staff(ctx context.Context, o office) ([]Login, error) {
	var list []Login
	staff := []identity.NewStaff{
		{Name: o.handler, Email: "behandelaar@" + o.domain, Role: access.RoleHandler, Phone: o.phone, Hours: "Ma t/m do, 9 tot 17 uur"},
		{Name: o.colleague, Email: "collega@" + o.domain, Role: access.RoleHandler, Phone: o.second},
		{Name: o.admin, Email: "beheer@" + o.domain, Role: access.RoleAdministrator},
		{Name: "Ada Controle", Email: "auditor@" + o.domain, Role: access.RoleAuditor},
	}
	if o.deputy != "" {
		staff = append(staff, identity.NewStaff{Name: o.deputy, Email: "beheer2@" + o.domain, Role: access.RoleAdministrator})
	}
	for _, s := range staff {
		s.Password, s.TOTP = Password, TOTP
		b.IDs.expect("account")
		id, err := b.Identity.CreateStaff(ctx, b.DB, o.id, s)
		if err != nil {
			return nil, err
		}
		list = append(list, Login{ID: id, Name: s.Name, Role: string(s.Role), Email: s.Email, Password: Password, TOTP: TOTP})
	}
	return list, nil
}

// client makes a client with its accounts, and returns what happens in its dossiers.
func (b Builder) client(ctx context.Context, o office, a access.Staff, p person, now time.Time) ([]Login, []act, error) {
	b.IDs.expect("client")
	id, err := b.Clients.Create(ctx, a, "client-"+p.email, client.Draft{Kind: p.kind, Name: p.name, Salutation: p.salutation, Number: p.number})
	if err != nil {
		return nil, nil, err
	}
	var logins []Login
	for n, who := range append([]account{{name: p.name, email: p.email}}, p.extra...) {
		role := access.RoleClient
		if n > 0 {
			role = access.RoleExtra
		}
		b.IDs.expect("account")
		acc, err := b.Identity.Invite(ctx, a, "account-"+who.email, identity.NewAccount{Client: id, Name: who.name, Email: who.email, Role: role, Rights: who.rights})
		if err != nil {
			return nil, nil, err
		}
		if err := b.Identity.StorePassword(ctx, o.id, acc, Password); err != nil {
			return nil, nil, err
		}
		login := Login{ID: acc, Name: who.name, Role: string(role), Rights: who.rights.String(), Email: who.email, Password: Password}
		if n == 0 && p.mobile != "" {
			if login.Mobile, err = b.telephone(ctx, o.id, acc, p.mobile); err != nil {
				return nil, nil, err
			}
		}
		logins = append(logins, login)
	}
	me, err := b.clientActor(ctx, o.id, logins[0].ID)
	if err != nil {
		return nil, nil, err
	}
	if p.mails {
		if err := b.Identity.SetNotify(ctx, me, []string{identity.GroupDocuments, identity.GroupMessages}, false); err != nil {
			return nil, nil, err
		}
	}
	var acts []act
	for _, who := range p.lost {
		acts = append(acts, act{moment(now, 1, 9, 20), func(ctx context.Context) error { return b.lose(ctx, a, id, who) }})
	}
	for _, st := range p.dossiers {
		t := telling{b: b, desk: desk{office: o, client: p, story: st, now: now}, staff: a, me: me, clientID: id}
		acts = append(acts, t.acts()...)
	}
	return logins, acts, nil
}

// telephone links a telephone to an account, and returns its number.
func (b Builder) telephone(ctx context.Context, tenantID, account, mobile string) (string, error) {
	n, err := sms.Parse(mobile, []string{"NL"})
	if err != nil {
		return "", err
	}
	return n.E164(), b.Identity.StoreNumber(ctx, tenantID, account, n)
}

// lose invites somebody of a client at an address that does not exist: the mail comes back.
func (b Builder) lose(ctx context.Context, a access.Staff, clientID string, who account) error {
	b.IDs.expect("account")
	id, err := b.Identity.Invite(ctx, a, "account-"+who.email, identity.NewAccount{Client: clientID, Name: who.name, Email: who.email, Role: access.RoleExtra})
	if err != nil {
		return err
	}
	tenantID := a.Scope().Tenant()
	sent, err := db.One(ctx, b.DB, db.Value[string], `select id from mail where tenant_id = $1 and account_id = $2`, tenantID, id)
	if err != nil {
		return err
	}
	return notify.Returned(ctx, b.DB, tenantID, sent, bounce.Report{Failed: true, Why: mail.NoSuchAddress, Words: "550 5.1.1 <" + who.email + ">: User unknown"})
}

func (b Builder) clientActor(ctx context.Context, tenantID, account string) (access.Client, error) {
	s, err := authn.Act(ctx, b.DB, tenantID, account)
	if err != nil {
		return access.Client{}, err
	}
	me, ok := access.AsClient(s)
	if !ok {
		return me, fmt.Errorf("account %s is no client", account)
	}
	return me, nil
}
