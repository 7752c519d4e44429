// Package request is what an office asks of a client in a dossier (E13, E22): named items by a day, what the client answers
// to each, what the office thinks of that, and which documents a dossier needs and has (ADR 31).
package request

import (
	"context"
	"slices"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
)

// Requests reads and changes requests.
type Requests struct {
	db       *db.DB
	tenants  *tenant.Tenants
	identity *identity.Identity
	dossiers *dossier.Dossiers
	looks    *audit.Looks
}

// New returns the requests of a database.
func New(d *db.DB, tenants *tenant.Tenants, ids *identity.Identity, dossiers *dossier.Dossiers, looks *audit.Looks) *Requests {
	rs := &Requests{db: d, tenants: tenants, identity: ids, dossiers: dossiers, looks: looks}
	ids.Ask(rs.stands, identity.RequestSent, identity.RequestRejected, identity.RequestReminder)
	return rs
}

// The states of a request.
const (
	Open      = "open"
	Done      = "done" // everything is approved
	Withdrawn = "withdrawn"
)

// State is how it stands with an item, or with a document that a dossier needs.
type State string

// The states.
const (
	Missing  State = "open" // nothing was handed in yet
	Received State = "received"
	Approved State = "approved"
	Rejected State = "rejected" // and asked for again
)

// Way is how an item is answered.
type Way string

// The ways.
const (
	ByFiles Way = "files"
	ByText  Way = "text"
	ByNone  Way = "none" // it does not apply, with the reason
)

// Ways are all of them, in the order of the page.
var Ways = []Way{ByFiles, ByText, ByNone}

// Request is what was asked of a client in a dossier.
type Request struct {
	ID, Dossier, DossierTitle, State string
	Client, ClientName               string
	Word, SentBy                     string
	DueOn                            string // the last day, as 2026-12-31
	RemindDays                       int
	Closed                           bool // its dossier
	SentAt                           db.Time
	EndedAt                          *db.Time
	Items                            []Item
}

// Item is one thing that is asked for.
type Item struct {
	ID, Request, Dossier   string
	Name, Explain, Example string
	Kind                   string // key of the kind of document that it becomes, "" for none
	State                  State
	// Draft is how the client will answer, "" while he has saved nothing. Only he reads it.
	Draft     Way
	DraftSaid string
	Kept      []dossier.Kept // the files of the draft
	Together  bool           // whether its photos become one PDF
	SavedAt   *db.Time       // nil for what came back from the check
	// Answer is how he did, with what he typed and the documents that came of it.
	Answer           Way
	Said             string
	Documents        []Handed
	HandedBy, Behalf string
	HandedAt         *db.Time
	Reason           string // why it was rejected, "" when all its files were refused
	DecidedBy        string
	DecidedAt        *db.Time
	Version          int64
	decider          string
}

// Handed is a document that came of an answer.
type Handed struct {
	ID, Title, State, FileName, MediaType string
	Refusal                               string // why it was refused, a text "refusal.…"
	Size                                  int64
}

// Opens reports whether a browser may show it.
func (h Handed) Opens() bool {
	return dossier.Document{State: h.State, FileName: h.FileName, MediaType: h.MediaType, Size: h.Size}.Opens()
}

// Waits reports whether the client can still answer.
func (r Request) Waits() bool { return r.State == Open && !r.Closed }

// Due is the last day as a time within it.
func (r Request) Due() time.Time { return day(r.DueOn).Add(12 * time.Hour) }

// Overdue reports whether the last day has passed and something is still asked for.
func (r Request) Overdue(now time.Time) bool {
	return r.Waits() && r.Left() > 0 && i18n.Local(now).Format(time.DateOnly) > r.DueOn
}

// Left is how many items the client still has to hand in.
func (r Request) Left() int { return r.count(Item.Waits) }

// ReadyItems is how many of those he has answered and not handed in.
func (r Request) ReadyItems() int { return r.count(Item.Ready) }

// ToJudge is how many items the office has to look at.
func (r Request) ToJudge() int { return r.count(func(i Item) bool { return i.State == Received }) }

func (r Request) count(is func(Item) bool) int {
	n := 0
	for _, i := range r.Items {
		if is(i) {
			n++
		}
	}
	return n
}

// Waits reports whether the item is asked for, for the first time or again.
func (i Item) Waits() bool { return i.State == Missing || i.State == Rejected }

// Ready reports whether there is an answer that can be handed in.
func (i Item) Ready() bool {
	return i.Waits() && i.SavedAt != nil && (i.Draft == ByText || i.Draft == ByNone || i.Draft == ByFiles && len(i.Kept) > 0)
}

// day is a date as time, the zero time for what is none.
func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, i18n.Local(time.Time{}).Location())
	if err != nil {
		return time.Time{}
	}
	return t
}

// over says why nothing can be handed in any more.
func (r Request) over() error {
	switch {
	case r.State == Withdrawn:
		return errs.New(errs.Conflict, "request.withdrawn")
	case r.State == Done:
		return errs.New(errs.Conflict, "request.done")
	case r.Closed:
		return errs.New(errs.Conflict, "request.closed")
	}
	return nil
}

const selectRequest = `select r.id, r.dossier_id, d.title, d.closed, r.client_id, c.name, r.word, w.name, r.due_on, r.remind_days, r.state, r.sent_at, r.ended_at from request r
	join dossier d on d.tenant_id = r.tenant_id and d.id = r.dossier_id
	join client c on c.tenant_id = r.tenant_id and c.id = r.client_id
	join account w on w.tenant_id = r.tenant_id and w.id = r.sent_by where r.tenant_id = $1 `

func scanRequest(scan db.Scan) (Request, error) {
	var r Request
	err := scan(&r.ID, &r.Dossier, &r.DossierTitle, &r.Closed, &r.Client, &r.ClientName, &r.Word, &r.SentBy, &r.DueOn, &r.RemindDays, &r.State, &r.SentAt, &r.EndedAt)
	return r, err
}

// isHis is the one predicate of a request that a client sees: it is to him. $2 is the client.
const isHis = ` and r.client_id = $2 `

const selectItem = `select i.id, i.request_id, i.dossier_id, i.name, i.explanation, i.example, i.document_type, i.state, i.draft, i.draft_said, i.saved_at, i.together,
	i.answer, i.said, i.handed_at, coalesce(h.name, ''), coalesce(bc.name, ''), i.reason, i.decided_at, coalesce(v.name, ''), coalesce(i.decided_by, ''), i.version from request_item i
	left join account h on h.tenant_id = i.tenant_id and h.id = i.handed_by
	left join account v on v.tenant_id = i.tenant_id and v.id = i.decided_by
	left join mandate b on b.tenant_id = i.tenant_id and b.id = i.mandate_id left join client bc on bc.tenant_id = b.tenant_id and bc.id = b.client_id
	where i.tenant_id = $1 and i.dossier_id = $2 order by i.request_id, i.position`

// The two places in which an answer is sealed.
func draftPlace(tenantID, item string) string { return "request|draft|" + tenantID + "|" + item }
func saidPlace(tenantID, item string) string  { return "request|said|" + tenantID + "|" + item }

func unseal(t *tenant.Tenant, sealed []byte, place string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := t.Key.Open(sealed, place)
	return string(plain), err
}

// scanItem reads an item; what the client alone may read stays sealed without drafts.
func scanItem(t *tenant.Tenant, drafts bool) func(db.Scan) (Item, error) {
	return func(scan db.Scan) (Item, error) {
		var i Item
		var draft, said []byte
		err := scan(&i.ID, &i.Request, &i.Dossier, &i.Name, &i.Explain, &i.Example, &i.Kind, &i.State, &i.Draft, &draft, &i.SavedAt, &i.Together,
			&i.Answer, &said, &i.HandedAt, &i.HandedBy, &i.Behalf, &i.Reason, &i.DecidedAt, &i.DecidedBy, &i.decider, &i.Version)
		if err != nil {
			return i, err
		}
		if !drafts {
			i.Draft, i.SavedAt = "", nil
		} else if i.DraftSaid, err = unseal(t, draft, draftPlace(t.ID, i.ID)); err != nil {
			return i, err
		}
		i.Said, err = unseal(t, said, saidPlace(t.ID, i.ID))
		return i, err
	}
}

// fill adds their items to the requests of one dossier, with the drafts of the client when it is he who looks.
func (rs *Requests) fill(ctx context.Context, r db.Reader, s access.Scope, dossierID string, list []Request) error {
	if len(list) == 0 {
		return nil
	}
	t, err := rs.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	a, client := access.AsClient(s)
	items, err := db.All(ctx, r, scanItem(t, client), selectItem, t.ID, dossierID)
	if err != nil {
		return err
	}
	var kept []dossier.Kept
	if client {
		if kept, err = dossier.KeptIn(ctx, r, a, dossierID); err != nil {
			return err
		}
	}
	type handed struct {
		item string
		Handed
	}
	docs, err := db.All(ctx, r, func(scan db.Scan) (handed, error) {
		var h handed
		err := scan(&h.item, &h.ID, &h.Title, &h.State, &h.FileName, &h.MediaType, &h.Refusal, &h.Size)
		return h, err
	}, `select x.item_id, o.id, o.title, o.state, o.file_name, o.media_type, o.refusal, o.size from request_item i join request_document x on x.tenant_id = i.tenant_id and x.item_id = i.id
		join document o on o.tenant_id = x.tenant_id and o.id = x.document_id where i.tenant_id = $1 and i.dossier_id = $2 order by o.created_at, o.reference`, t.ID, dossierID)
	if err != nil {
		return err
	}
	for _, i := range items {
		n := slices.IndexFunc(list, func(q Request) bool { return q.ID == i.Request })
		if n < 0 {
			continue
		}
		for _, k := range kept {
			if k.Item == i.ID {
				i.Kept = append(i.Kept, k)
			}
		}
		for _, h := range docs {
			if h.item == i.ID {
				i.Documents = append(i.Documents, h.Handed)
			}
		}
		list[n].Items = append(list[n].Items, i)
	}
	return nil
}

// InDossier returns the requests of a dossier that was loaded for whoever looks, the newest first: an employee sees all of
// them, a client his own but for what was withdrawn.
func (rs *Requests) InDossier(ctx context.Context, s access.Scope, dossierID string) ([]Request, error) {
	if c, client := access.AsClient(s); client {
		return rs.ofClient(ctx, s, dossierID, c.Scope().Client())
	}
	list, err := db.All(ctx, rs.db, scanRequest, selectRequest+`and r.dossier_id = $2 order by r.sent_at desc, r.id desc`, s.Tenant(), dossierID)
	if err != nil {
		return nil, err
	}
	return list, rs.fill(ctx, rs.db, s, dossierID, list)
}

// AsClient returns what the client of a preview sees.
func (rs *Requests) AsClient(ctx context.Context, a access.Staff, p dossier.Preview) ([]Request, error) {
	return rs.ofClient(ctx, a.Scope(), p.Dossier.ID, p.Party.ID)
}

func (rs *Requests) ofClient(ctx context.Context, s access.Scope, dossierID, client string) ([]Request, error) {
	list, err := db.All(ctx, rs.db, scanRequest, selectRequest+isHis+`and r.dossier_id = $3 and r.state <> 'withdrawn' order by r.sent_at desc, r.id desc`, s.Tenant(), client, dossierID)
	if err != nil {
		return nil, err
	}
	return list, rs.fill(ctx, rs.db, s, dossierID, list)
}

// forClient loads a request of a dossier that the client sees; any other is NotFound.
func (rs *Requests) forClient(ctx context.Context, r db.Reader, a access.Client, dossierID, id string) (Request, error) {
	if _, err := dossier.ForClient(ctx, r, a, dossierID); err != nil {
		return Request{}, err
	}
	q, err := db.One(ctx, r, scanRequest, selectRequest+isHis+`and r.dossier_id = $3 and r.id = $4`, a.Scope().Tenant(), a.Scope().Client(), dossierID, id)
	return rs.whole(ctx, r, a.Scope(), q, err)
}

// forStaff loads a request of a dossier that the employee sees; any other is NotFound.
func (rs *Requests) forStaff(ctx context.Context, r db.Reader, a access.Staff, dossierID, id string) (Request, error) {
	if _, err := dossier.ForStaff(ctx, r, a, dossierID); err != nil {
		return Request{}, err
	}
	q, err := db.One(ctx, r, scanRequest, selectRequest+`and r.dossier_id = $2 and r.id = $3`, a.Scope().Tenant(), dossierID, id)
	return rs.whole(ctx, r, a.Scope(), q, err)
}

func (rs *Requests) whole(ctx context.Context, r db.Reader, s access.Scope, q Request, err error) (Request, error) {
	if err != nil {
		return q, err
	}
	list := []Request{q}
	err = rs.fill(ctx, r, s, q.Dossier, list)
	return list[0], err
}

// requestOf is the id of the request of an item in a dossier, NotFound for any other. Who may see it is asked of the request.
func requestOf(ctx context.Context, r db.Reader, s access.Scope, dossierID, item string) (string, error) {
	return db.One(ctx, r, db.Value[string], `select request_id from request_item where tenant_id = $1 and dossier_id = $2 and id = $3`, s.Tenant(), dossierID, item)
}

// Item returns the item with the id, the zero one for none.
func (r Request) Item(id string) Item {
	for _, i := range r.Items {
		if i.ID == id {
			return i
		}
	}
	return Item{}
}

// Read returns a request for a client, and records the look.
func (rs *Requests) Read(ctx context.Context, a access.Client, dossierID, id string) (Request, error) {
	q, err := rs.forClient(ctx, rs.db, a, dossierID, id)
	if err != nil {
		return q, err
	}
	return q, rs.looks.Look(ctx, a.Scope(), entry("request.read", q))
}

// ReadItem returns the request of an item for a client, and records the look.
func (rs *Requests) ReadItem(ctx context.Context, a access.Client, dossierID, item string) (Request, Item, error) {
	if _, err := dossier.ForClient(ctx, rs.db, a, dossierID); err != nil {
		return Request{}, Item{}, err
	}
	id, err := requestOf(ctx, rs.db, a.Scope(), dossierID, item)
	if err != nil {
		return Request{}, Item{}, err
	}
	q, err := rs.Read(ctx, a, dossierID, id)
	return q, q.Item(item), err
}

// Open returns a request for an employee, and records the look.
func (rs *Requests) Open(ctx context.Context, a access.Staff, dossierID, id string) (Request, error) {
	q, err := rs.forStaff(ctx, rs.db, a, dossierID, id)
	if err != nil {
		return q, err
	}
	return q, rs.looks.Look(ctx, a.Scope(), entry("request.read", q))
}

// OpenItem returns the request of an item for an employee, and records the look.
func (rs *Requests) OpenItem(ctx context.Context, a access.Staff, dossierID, item string) (Request, error) {
	if _, err := dossier.ForStaff(ctx, rs.db, a, dossierID); err != nil {
		return Request{}, err
	}
	id, err := requestOf(ctx, rs.db, a.Scope(), dossierID, item)
	if err != nil {
		return Request{}, err
	}
	return rs.Open(ctx, a, dossierID, id)
}

// Due is a request with how much of it waits.
type Due struct {
	ID, Dossier, DossierTitle, ClientName string
	DueOn                                 string
	Items                                 int
}

// Day is the last day as a time within it.
func (d Due) Day() time.Time { return day(d.DueOn).Add(12 * time.Hour) }

// Past reports whether the last day has passed.
func (d Due) Past(now time.Time) bool { return i18n.Local(now).Format(time.DateOnly) > d.DueOn }

func scanDue(scan db.Scan) (Due, error) {
	var d Due
	err := scan(&d.ID, &d.Dossier, &d.DossierTitle, &d.ClientName, &d.DueOn, &d.Items)
	return d, err
}

const selectDue = `select r.id, r.dossier_id, d.title, c.name, r.due_on, `

// Waiting returns the requests of which the client still has to hand something in, what is needed first before the rest, up
// to a hundred.
func (rs *Requests) Waiting(ctx context.Context, a access.Client) ([]Due, error) {
	if !a.Can(access.SeeDossiers) {
		return nil, nil
	}
	return db.All(ctx, rs.db, scanDue, selectDue+`(select count(*) from request_item i where i.tenant_id = r.tenant_id and i.request_id = r.id and i.state in ('open', 'rejected')) from request r
		join dossier d on d.tenant_id = r.tenant_id and d.id = r.dossier_id join client c on c.tenant_id = r.tenant_id and c.id = r.client_id
		where r.tenant_id = $1`+isHis+`and r.state = 'open' and not d.closed and`+dossier.ClientSees+`
		and exists (select 1 from request_item i where i.tenant_id = r.tenant_id and i.request_id = r.id and i.state in ('open', 'rejected')) order by r.due_on, r.id limit 100`,
		a.Scope().Tenant(), a.Scope().Client())
}

// HandedIn returns the requests of which an employee has to judge something, in the dossiers in which he takes part, the
// oldest first, up to a hundred.
func (rs *Requests) HandedIn(ctx context.Context, a access.Staff) ([]Due, error) {
	return db.All(ctx, rs.db, scanDue, selectDue+`(select count(*) from request_item i where i.tenant_id = r.tenant_id and i.request_id = r.id and i.state = 'received') from dossier_staff s
		cross join request r join dossier d on d.tenant_id = r.tenant_id and d.id = r.dossier_id join client c on c.tenant_id = r.tenant_id and c.id = r.client_id
		where r.tenant_id = s.tenant_id and r.dossier_id = s.dossier_id and s.tenant_id = $1 and s.account_id = $2 and r.state = 'open' and not d.closed
		and exists (select 1 from request_item i where i.tenant_id = r.tenant_id and i.request_id = r.id and i.state = 'received') order by r.sent_at, r.id limit 100`,
		a.Scope().Tenant(), a.Scope().Account())
}

func record(ctx context.Context, tx *db.Tx, s access.Scope, event string, q Request) error {
	return audit.Record(ctx, tx, s, entry(event, q))
}

func entry(event string, q Request) audit.Entry {
	return audit.Entry{Event: event, Dossier: q.Dossier, Client: q.Client, Objects: []audit.Object{{Kind: "request", ID: q.ID}}}
}

// Kinds are the kinds of documents that can be asked for: not those that the client would not see himself.
func Kinds(def dossiertype.Definition) []dossiertype.DocumentType {
	return slices.DeleteFunc(slices.Clone(def.Documents), func(k dossiertype.DocumentType) bool { return k.Rank > def.Threshold })
}
