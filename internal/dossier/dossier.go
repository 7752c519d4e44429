// Package dossier is dossiers and what is in them: parties, progress, documents and files on their
// way in. What an actor does not see does not exist for him.
package dossier

import (
	"context"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/bulkhead"
	"voordeur/internal/db"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/heic"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

// Dossiers reads and changes dossiers.
type Dossiers struct {
	db       *db.DB
	tenants  *tenant.Tenants
	identity *identity.Identity
	vault    *blob.Vault
	looks    *audit.Looks
	types    *dossiertype.Types
	// Searches and Pictures bound what searches for dossiers and makes images anew. The wiring sets them.
	Searches, Pictures *bulkhead.Bulkhead
	// HEIC makes JPEG of photos in HEIC, nil where nobody does. The wiring sets it.
	HEIC *heic.Converter
	// Shown is called in the transaction that shows a dossier to accounts, or hides it from them: it
	// returns the marks of what features above have for them in it. The wiring sets it.
	Shown func(ctx context.Context, tx *db.Tx, s access.Scope, dossier string) ([]notify.Mark, error)
	// Refused is called in the transaction that refuses a document for good. The wiring sets it.
	Refused func(ctx context.Context, tx *db.Tx, s access.Scope, document Document) error
	// Destroying are called in the transaction that destroys a dossier, before anything of it is gone but that its
	// documents came with messages: each feature above removes what it keeps of it. The wiring sets it.
	Destroying []func(ctx context.Context, tx *db.Tx, s access.Scope, dossier string) error
	// Returned is called before that, when photos go back to the answer with which they came: one of them could not be
	// a page of the document. The wiring sets it.
	Returned func(ctx context.Context, tx *db.Tx, s access.Scope, document Document, item string) error
}

// New returns the dossiers of a database.
func New(d *db.DB, tenants *tenant.Tenants, ids *identity.Identity, vault *blob.Vault, looks *audit.Looks) *Dossiers {
	ds := &Dossiers{
		db: d, tenants: tenants, identity: ids, vault: vault, looks: looks, types: dossiertype.New(d),
		Shown:    func(context.Context, *db.Tx, access.Scope, string) ([]notify.Mark, error) { return nil, nil },
		Refused:  func(context.Context, *db.Tx, access.Scope, Document) error { return nil },
		Returned: func(context.Context, *db.Tx, access.Scope, Document, string) error { return nil },
	}
	ds.types.Changed = ds.typeChanged
	ids.Ask(ds.stands, identity.DocumentShown, identity.DocumentRemoved, identity.StatusChanged)
	ids.Ask(ds.noticeStands, identity.Noticed)
	return ds
}

// Dossier is a dossier as its page shows it.
type Dossier struct {
	ID, Number, Title string
	Type              dossiertype.Ref // zero for none
	Rank              dossiertype.Rank
	// Status is the newest one. Shown is the newest that clients see, "" for none yet, and Note what is said to them of it.
	Status, Shown, Note string
	Result, ResultText  string // "" as long as there is none
	Closed              bool
	Handler             Person     // zero as long as there is none
	Department          Department // in which it waits as long as nobody handles it, zero for none
	PublishedAt, DueAt  *db.Time
	ClosedAt, ExpiresAt *db.Time // since when it is closed, and from when on it need not be kept; nil for open, and for no term
	InPortal            bool     // its parties see it (conflicts.md K20)
	StartedAt           db.Time
	UpdatedAt           db.Time
	Version             int64
}

// Person is an employee with how to reach him.
type Person struct {
	ID, Name, Phone, Hours string
	AwayUntil              *db.Time // nil for not
	Deputy                 string   // the name of who stands in for him then, "" for nobody
}

// Department is where a dossier waits.
type Department struct{ ID, Name string }

// Away reports whether he is not there now.
func (p Person) Away(now time.Time) bool { return p.AwayUntil != nil && p.AwayUntil.After(now) }

// clientSees is the one predicate of what a client sees: in the portal, and party to it himself (N54).
// $1 is the tenant, $2 the client.
const clientSees = ` d.tenant_id = $1 and ` + InPortal + `and exists (select 1 from dossier_party p
	where p.tenant_id = d.tenant_id and p.dossier_id = d.id and p.client_id = $2) `

// ClientSees is that predicate, for lists of features above that go across dossiers, which they call d.
const ClientSees = clientSees

// staffSees is the one predicate of what an employee sees: where he is involved, what waits in his department, or
// everything ($4) for an administrator and an auditor. $1 is the tenant, $2 the account.
const staffSees = ` d.tenant_id = $1 and (cast($4 as boolean) or exists (select 1 from dossier_staff w
	where w.tenant_id = d.tenant_id and w.dossier_id = d.id and w.account_id = $2)
	or d.handler_id is null and exists (select 1 from department_member b where b.tenant_id = d.tenant_id and b.department_id = d.department_id and b.account_id = $2)) `

// StaffSees is that predicate, for lists of features above that go across dossiers, which they call d.
const StaffSees = staffSees

const selectDossier = `select d.id, d.number, d.title, coalesce(d.type_id, ''), d.type_version, d.rank, d.status, d.shown_status, d.note, d.result, d.result_text, d.closed,
	d.published_at, d.due_at, d.closed_at, d.expires_at, ` + InPortal + `, d.created_at, d.updated_at, d.version, coalesce(h.id, ''), coalesce(h.name, ''), coalesce(h.phone, ''), coalesce(h.hours, ''), v.until, coalesce(y.name, ''), coalesce(f.id, ''), coalesce(f.name, '')
	from dossier d left join account h on h.tenant_id = d.tenant_id and h.id = d.handler_id left join absence v on v.tenant_id = h.tenant_id and v.account_id = h.id
	left join account y on y.tenant_id = v.tenant_id and y.id = v.deputy_id left join department f on f.tenant_id = d.tenant_id and f.id = d.department_id where `

func scanDossier(scan db.Scan) (Dossier, error) {
	var d Dossier
	err := scan(&d.ID, &d.Number, &d.Title, &d.Type.ID, &d.Type.Number, &d.Rank, &d.Status, &d.Shown, &d.Note, &d.Result, &d.ResultText, &d.Closed,
		&d.PublishedAt, &d.DueAt, &d.ClosedAt, &d.ExpiresAt, &d.InPortal, &d.StartedAt, &d.UpdatedAt, &d.Version, &d.Handler.ID, &d.Handler.Name, &d.Handler.Phone, &d.Handler.Hours,
		&d.Handler.AwayUntil, &d.Handler.Deputy, &d.Department.ID, &d.Department.Name)
	return d, err
}

// ForClient loads and authorises in one statement; what the client does not see is NotFound. An account
// that may see no dossiers is Forbidden (A20).
func ForClient(ctx context.Context, r db.Reader, a access.Client, id string) (Dossier, error) {
	if err := a.Require(access.SeeDossiers); err != nil {
		return Dossier{}, err
	}
	s := a.Scope()
	return db.One(ctx, r, scanDossier, selectDossier+clientSees+`and d.id = $3`, s.Tenant(), s.Client(), id)
}

// ForStaff loads and authorises in one statement; what the employee does not see is NotFound.
func ForStaff(ctx context.Context, r db.Reader, a access.Staff, id string) (Dossier, error) {
	s := a.Scope()
	return db.One(ctx, r, scanDossier, selectDossier+staffSees+`and d.id = $3`, s.Tenant(), s.Account(), id, a.SeesAll())
}

// Hold is hold for features above that change something in a dossier.
func Hold(ctx context.Context, tx *db.Tx, tenantID, id string) error {
	return hold(ctx, tx, tenantID, id)
}

// hold makes other changes of the dossier wait for this transaction, so that who sees it does not
// change between looking and marking unread.
func hold(ctx context.Context, tx *db.Tx, tenantID, id string) error {
	_, err := tx.Exec(ctx, `update dossier set version = version where tenant_id = $1 and id = $2`, tenantID, id)
	return err
}

// ForWork is ForStaff for a change, which holds the dossier: an auditor, who sees it, is Forbidden.
func ForWork(ctx context.Context, tx *db.Tx, a access.Staff, id string) (Dossier, error) {
	if err := hold(ctx, tx, a.Scope().Tenant(), id); err != nil {
		return Dossier{}, err
	}
	d, err := ForStaff(ctx, tx, a, id)
	if err == nil && !a.Can(access.Work) {
		err = errs.New(errs.Forbidden, "")
	}
	return d, err
}

// ClientView loads a dossier for the client's page and records the look.
func (ds *Dossiers) ClientView(ctx context.Context, a access.Client, id string) (Dossier, error) {
	d, err := ForClient(ctx, ds.db, a, id)
	if err != nil {
		return d, err
	}
	return d, ds.looks.Look(ctx, a.Scope(), audit.Entry{Event: "dossier.viewed", Dossier: id, Client: a.Scope().Client()})
}

// StaffView loads a dossier for the employee's page and records the look.
func (ds *Dossiers) StaffView(ctx context.Context, a access.Staff, id string) (Dossier, error) {
	d, err := ForStaff(ctx, ds.db, a, id)
	if err != nil {
		return d, err
	}
	return d, ds.looks.Look(ctx, a.Scope(), audit.Entry{Event: "dossier.viewed", Dossier: id})
}

const selectReaders = `select a.id, p.client_id, '', '' from dossier_party p cross join account a
	where a.tenant_id = p.tenant_id and a.client_id = p.client_id and p.tenant_id = $1 and p.dossier_id = $3 and (cast($4 as text) = '' or p.client_id = $4)
	union all select m.account_id, m.client_id, m.id, c.name from dossier_party p cross join mandate m cross join client c
	where c.tenant_id = m.tenant_id and c.id = m.client_id and m.tenant_id = p.tenant_id and m.client_id = p.client_id and p.tenant_id = $1 and p.dossier_id = $3 and (cast($4 as text) = '' or p.client_id = $4) and ` + authn.Holds + ` and ' ' || m.rights || ' ' like $5
	order by 1, 2`

// Readers returns the portal accounts that see the dossier when it is published: those of one of its parties, or
// of all of them when client is "", and who acts for them now with the right to see it.
func Readers(ctx context.Context, tx *db.Tx, tenantID, dossier, client string, right access.Rights) ([]notify.Reader, error) {
	return db.All(ctx, tx, func(scan db.Scan) (notify.Reader, error) {
		var r notify.Reader
		err := scan(&r.Account, &r.Client, &r.Mandate, &r.For)
		return r, err
	}, selectReaders, tenantID, tx.Now(), dossier, client, "% "+right.String()+" %")
}

// Staff returns the employees involved in the dossier.
func Staff(ctx context.Context, r db.Reader, tenantID, dossier string) ([]string, error) {
	return db.All(ctx, r, db.Value[string], `select account_id from dossier_staff where tenant_id = $1 and dossier_id = $2 order by account_id`, tenantID, dossier)
}

// Party is a client in a dossier.
type Party struct {
	ID, Name  string
	Initiator bool // with whom it began
}

// selectParties has a cross join, which keeps SQLite from walking over all clients by name until it
// has met the dossier's; so have other statements that come from a party. A test sees to it.
const selectParties = `select c.id, c.name, q.initiator from dossier d join dossier_party q on q.tenant_id = d.tenant_id and q.dossier_id = d.id
	cross join client c where c.tenant_id = q.tenant_id and c.id = q.client_id and ` + staffSees + `and d.id = $3 order by c.name, c.id`

func scanParty(scan db.Scan) (Party, error) {
	var p Party
	err := scan(&p.ID, &p.Name, &p.Initiator)
	return p, err
}

// Parties returns the clients in a dossier that the employee sees.
func (ds *Dossiers) Parties(ctx context.Context, a access.Staff, dossier string) ([]Party, error) {
	return db.All(ctx, ds.db, scanParty, selectParties, a.Scope().Tenant(), a.Scope().Account(), dossier, a.SeesAll())
}

// searchText is what a search of a short list is compared with, and a dossier's own words are made of: number and title in
// lower case.
func searchText(number, title string) string {
	text := number
	for i, c := range number {
		if strings.ContainsRune(separators, c) {
			text += " " + number[i+1:]
		}
	}
	return strings.ToLower(text + " " + title)
}

// pattern makes a like-pattern of what somebody typed.
func pattern(typed string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(strings.TrimSpace(typed))) + "%"
}
