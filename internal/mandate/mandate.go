// Package mandate is acting for somebody else: who may, for whom, on what ground, from when until when. What a
// mandate opens is decided where sessions are loaded (access/authn), at every request anew.
package mandate

import (
	"context"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
)

// Mandates reads and changes mandates.
type Mandates struct {
	db       *db.DB
	tenants  *tenant.Tenants
	identity *identity.Identity
}

// New returns the mandates of a database.
func New(d *db.DB, tenants *tenant.Tenants, ids *identity.Identity) *Mandates {
	return &Mandates{db: d, tenants: tenants, identity: ids}
}

// The grounds on which somebody acts. What a court or the law gives is recorded by staff, who have seen the proof.
const (
	Company  = "company"  // a company of one's own
	Proxy    = "proxy"    // volmacht
	Parent   = "parent"   // of a child
	Guardian = "guardian" // bewindvoerder
	Curator  = "curator"
	Mentor   = "mentor"
)

// Grounds are all of them, in the order of the form.
var Grounds = []string{Proxy, Company, Parent, Guardian, Curator, Mentor}

// Given are the grounds on which a client himself can let somebody act.
var Given = []string{Proxy, Company}

// Proofs are what staff can have been shown.
var Proofs = []string{"letter", "court", "register", "birth", "other"}

// The states of a mandate at a moment. Only one that is in force opens anything.
const (
	Offered = "offered" // nobody has accepted it yet
	Lapsed  = "lapsed"  // nobody did in time
	Coming  = "coming"
	InForce = "in_force"
	Over    = "over" // its time is
	Ended   = "ended"
)

// offerLife is how long an offer can be accepted.
const offerLife = 30 * 24 * time.Hour

// Mandate is one, as its pages show it. AccountName is "" as long as nobody has accepted: whether the address has an
// account is not told before.
type Mandate struct {
	ID, Client, ClientName, Account, AccountName, Email string
	Ground                                              string
	Rights                                              access.Rights
	StartsAt, CreatedAt                                 db.Time
	EndsAt, AcceptedAt, RevokedAt                       *db.Time
	GivenBy, EndedBy                                    string // names
	Office                                              bool   // staff recorded it
	ProofKind                                           string
	proof                                               []byte // sealed
}

// State returns what the mandate is at a moment.
func (m Mandate) State(now time.Time) string {
	switch {
	case m.RevokedAt != nil:
		return Ended
	case m.EndsAt != nil && !now.Before(m.EndsAt.Time):
		return Over
	case m.AcceptedAt == nil && now.After(m.CreatedAt.Add(offerLife)):
		return Lapsed
	case m.AcceptedAt == nil:
		return Offered
	case now.Before(m.StartsAt.Time):
		return Coming
	}
	return InForce
}

// Open reports whether there is something to end.
func (m Mandate) Open(now time.Time) bool {
	st := m.State(now)
	return st == Offered || st == Coming || st == InForce
}

const selectMandate = `select m.id, m.client_id, c.name, coalesce(m.account_id, ''), case when m.accepted_at is null then '' else coalesce(a.name, '') end, m.email, m.ground, m.rights,
	m.starts_at, m.created_at, m.ends_at, m.accepted_at, m.revoked_at, g.name, coalesce(e.name, ''), g.face = 'office', m.proof_kind, m.proof
	from mandate m join client c on c.tenant_id = m.tenant_id and c.id = m.client_id
	join account g on g.tenant_id = m.tenant_id and g.id = m.created_by
	left join account a on a.tenant_id = m.tenant_id and a.id = m.account_id
	left join account e on e.tenant_id = m.tenant_id and e.id = m.revoked_by where m.tenant_id = $1 `

const (
	ofClient    = `and m.client_id = $2 `
	ofAccount   = `and m.account_id = $2 `
	newestFirst = `order by m.created_at desc, m.id desc limit 100`
)

func scanMandate(scan db.Scan) (Mandate, error) {
	var m Mandate
	var rights string
	err := scan(&m.ID, &m.Client, &m.ClientName, &m.Account, &m.AccountName, &m.Email, &m.Ground, &rights, &m.StartsAt, &m.CreatedAt, &m.EndsAt, &m.AcceptedAt, &m.RevokedAt,
		&m.GivenBy, &m.EndedBy, &m.Office, &m.ProofKind, &m.proof)
	m.Rights, _ = access.ParseRights(rights)
	return m, err
}

// ForMe returns who acts, acted or is asked to act for the client's own person or company.
func (ms *Mandates) ForMe(ctx context.Context, a access.Client) ([]Mandate, error) {
	return db.All(ctx, ms.db, scanMandate, selectMandate+ofClient+newestFirst, a.Scope().Tenant(), a.Scope().Client())
}

// ByMe returns for whom the account acts, acted or is asked to act.
func (ms *Mandates) ByMe(ctx context.Context, a access.Client) ([]Mandate, error) {
	return db.All(ctx, ms.db, scanMandate, selectMandate+ofAccount+newestFirst, a.Scope().Tenant(), a.Scope().Account())
}

// Mine returns one of ByMe or ForMe.
func (ms *Mandates) Mine(ctx context.Context, a access.Client, id string) (Mandate, error) {
	return db.One(ctx, ms.db, scanMandate, selectMandate+`and m.id = $2 and (m.account_id = $3 or m.client_id = $4)`,
		a.Scope().Tenant(), id, a.Scope().Account(), a.Scope().Client())
}

// OfClient returns the mandates for a client, for staff.
func (ms *Mandates) OfClient(ctx context.Context, a access.Staff, client string) ([]Mandate, error) {
	return db.All(ctx, ms.db, scanMandate, selectMandate+ofClient+newestFirst, a.Scope().Tenant(), client)
}

// Proof returns what staff noted of the proof that they were shown.
func (ms *Mandates) Proof(ctx context.Context, a access.Staff, m Mandate) (string, error) {
	t, err := ms.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil || len(m.proof) == 0 {
		return "", err
	}
	plain, err := t.Key.Open(m.proof, proofAAD(t.ID, m.ID))
	return string(plain), err
}

func proofAAD(tenantID, id string) string { return "mandate|proof|" + tenantID + "|" + id }

// Choice is a client whose things an account can look at.
type Choice struct {
	Mandate, Client, Name, Ground string // Mandate is "" for his own
	Unread                        int    // of what he may see of that client, capped at 100
}

const selectChoices = `select x.mandate_id, x.client_id, x.name, x.ground, x.role, x.rights,
		(select count(*) from (select 1 from unread u where u.tenant_id = $1 and u.account_id = $3 and u.client_id = x.client_id and u.kind = 'document' limit 100) capped),
		(select count(*) from (select 1 from unread u where u.tenant_id = $1 and u.account_id = $3 and u.client_id = x.client_id and u.kind = 'message' limit 100) capped)
	from (select '' as mandate_id, c.id as client_id, c.name as name, '' as ground, a.role as role, a.rights as rights from account a join client c on c.tenant_id = a.tenant_id and c.id = a.client_id
			where a.tenant_id = $1 and a.id = $3
		union all select m.id, c.id, c.name, m.ground, 'representative', m.rights from mandate m join client c on c.tenant_id = m.tenant_id and c.id = m.client_id
			where m.tenant_id = $1 and m.account_id = $3 and ` + authn.Holds + `) x
	order by case when x.mandate_id = '' then 0 else 1 end, x.name, x.mandate_id limit 200`

// Choices returns for whom the account of a scope can act now, its own client first.
func Choices(ctx context.Context, d *db.DB, s access.Scope) ([]Choice, error) {
	return db.All(ctx, d, func(scan db.Scan) (Choice, error) {
		var c Choice
		var role access.Role
		var rights string
		var documents, messages int
		err := scan(&c.Mandate, &c.Client, &c.Name, &c.Ground, &role, &rights, &documents, &messages)
		c.Unread = authn.Unread(access.RightsOf(role, rights), documents, messages)
		return c, err
	}, selectChoices, s.Tenant(), db.At(d.Clock().Now()), s.Account())
}
