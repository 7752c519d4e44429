// Package message is the conversation in a dossier between the office and its client. Where a dossier
// has several parties each has a conversation of his own (ADR 6).
package message

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

// Messages reads and sends messages.
type Messages struct {
	db       *db.DB
	tenants  *tenant.Tenants
	identity *identity.Identity
	dossiers *dossier.Dossiers
}

// New returns the messages of a database.
func New(d *db.DB, tenants *tenant.Tenants, ids *identity.Identity, dossiers *dossier.Dossiers) *Messages {
	ms := &Messages{db: d, tenants: tenants, identity: ids, dossiers: dossiers}
	ids.Ask(ms.stands, identity.MessageSent)
	return ms
}

// Tab is the place of messages among the unread marks of a dossier.
const Tab = "messages"

const (
	maxSubject = 200
	maxBody    = 1_000_000 // bytes
)

// Message is a letter in a dossier. Inbound and outbound are as the client sees it (N25).
type Message struct {
	ID, Dossier, Author, Subject, Body, ReplyTo string
	Behalf                                      string // for whom its author acted, "" for himself
	Client, ClientName                          string // the party whose conversation it is, "" for every party's
	Inbound, Unread                             bool
	SentAt                                      db.Time
	ReadBy                                      int // accounts of the other side that have read it
	sealed                                      []byte
}

// ToMe reports whether the message came in for who looks at it: a client, or else the office.
func (m Message) ToMe(client bool) bool { return m.Inbound == client }

const selectMessage = `select m.id, m.dossier_id, w.name, m.subject, coalesce(m.reply_to, ''), m.direction = 'inbound', m.sent_at,
	exists (select 1 from unread u where u.tenant_id = m.tenant_id and u.account_id = $2 and u.kind = 'message' and u.object_id = m.id),
	(select count(*) from message_read r join account o on o.tenant_id = r.tenant_id and o.id = r.account_id
		where r.tenant_id = m.tenant_id and r.message_id = m.id and o.face <> w.face), m.body, coalesce(m.client_id, ''), coalesce(c.name, ''), coalesce(bc.name, '')
	from message m join account w on w.tenant_id = m.tenant_id and w.id = m.author_id
	left join client c on c.tenant_id = m.tenant_id and c.id = m.client_id
	left join mandate b on b.tenant_id = m.tenant_id and b.id = m.mandate_id left join client bc on bc.tenant_id = b.tenant_id and bc.id = b.client_id where m.tenant_id = $1 and m.dossier_id = $3 `

// clientSees is the one predicate of a message in a dossier that the client sees: of his own
// conversation, and those to every party. $4 is the client.
const clientSees = ` and (m.client_id is null or m.client_id = $4) `

const newestFirst = ` order by m.sent_at desc, m.id desc`

func scanMessage(scan db.Scan) (Message, error) {
	var m Message
	err := scan(&m.ID, &m.Dossier, &m.Author, &m.Subject, &m.ReplyTo, &m.Inbound, &m.SentAt, &m.Unread, &m.ReadBy, &m.sealed, &m.Client, &m.ClientName, &m.Behalf)
	return m, err
}

// List returns the messages of a dossier that was loaded for the actor, newest first, without
// their texts; none to an account that may not see messages.
func (ms *Messages) List(ctx context.Context, s access.Scope, d dossier.Dossier) ([]Message, error) {
	if c, client := access.AsClient(s); client {
		if !c.Can(access.SeeMessages) {
			return nil, nil
		}
		return db.All(ctx, ms.db, scanMessage, selectMessage+clientSees+newestFirst, s.Tenant(), s.Account(), d.ID, s.Client())
	}
	return db.All(ctx, ms.db, scanMessage, selectMessage+newestFirst, s.Tenant(), s.Account(), d.ID)
}

// find loads a message of a dossier that was loaded for the actor, without its text. One of another
// party's conversation is NotFound.
func find(ctx context.Context, r db.Reader, s access.Scope, dossierID, id string) (Message, error) {
	if c, client := access.AsClient(s); client {
		if err := c.Require(access.SeeMessages); err != nil {
			return Message{}, err
		}
		return db.One(ctx, r, scanMessage, selectMessage+clientSees+`and m.id = $5`, s.Tenant(), s.Account(), dossierID, s.Client(), id)
	}
	return db.One(ctx, r, scanMessage, selectMessage+`and m.id = $4`, s.Tenant(), s.Account(), dossierID, id)
}

// Read opens one message of a dossier that was loaded for the actor: it becomes read for his
// account, and the look is recorded (N26).
func (ms *Messages) Read(ctx context.Context, s access.Scope, d dossier.Dossier, id string) (Message, error) {
	m, err := find(ctx, ms.db, s, d.ID, id)
	if err != nil {
		return m, err
	}
	t, err := ms.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return m, err
	}
	plain, err := t.Key.Open(m.sealed, aad(t.ID, m.ID))
	if err != nil {
		return m, err
	}
	m.Body = string(plain)
	return m, ms.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into message_read (tenant_id, message_id, account_id, first_at) values ($1, $2, $3, $4) on conflict do nothing`,
			t.ID, m.ID, s.Account(), tx.Now())
		if err != nil {
			return err
		}
		if _, err := notify.Read(ctx, tx, t.ID, s.Account(), notify.Message, m.ID); err != nil {
			return err
		}
		if err := notify.Seen(ctx, tx, t.ID, s.Account(), d.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "message.read", Dossier: d.ID, Client: cmp.Or(s.Client(), m.Client), Objects: []audit.Object{{Kind: "message", ID: m.ID}}})
	})
}

func aad(tenantID, id string) string { return "message|body|" + tenantID + "|" + id }

// Draft is a message as it was typed.
type Draft struct {
	Subject, Body, ReplyTo string
	Client                 string // the party to whom staff write, "" for every party; an answer goes to whom it answers
	Uploads                []string
	// Answers is how many answers of one's own side to ReplyTo the writer had seen. When there are
	// more by now, somebody answered in another window, and sending is a Conflict.
	Answers int
}

func (in *Draft) check(t *tenant.Tenant) error {
	var f errs.Fields
	in.Subject = strings.Join(strings.Fields(in.Subject), " ")
	if in.Subject == "" {
		f.Add("subject", "field.required")
	} else if utf8.RuneCountInString(in.Subject) > maxSubject {
		f.Add("subject", "field.too_long", "max", maxSubject)
	}
	if strings.TrimSpace(in.Body) == "" {
		f.Add("body", "field.required")
	} else if len(in.Body) > maxBody {
		f.Add("body", "message.too_long")
	}
	if len(in.Uploads) > t.Settings.Files.MaxAttachment {
		f.Add("upload", "message.too_many_files", "max", t.Settings.Files.MaxAttachment)
	}
	return f.Err()
}

// SendAsClient sends a message with its attachments to the office (N27, N28, N33). Once is the
// form's key: a double click sends one.
func (ms *Messages) SendAsClient(ctx context.Context, a access.Client, dossierID, once string, in Draft) (string, error) {
	if err := a.Require(access.SendMessages); err != nil {
		return "", err
	}
	return ms.send(ctx, a.Scope(), once, in, func(ctx context.Context, tx *db.Tx, t *tenant.Tenant) (dossier.Dossier, error) {
		d, err := dossier.ForClient(ctx, tx, a, dossierID)
		if err != nil {
			return d, err
		}
		def, err := ms.dossiers.Definition(ctx, tx, a.Scope(), d.Type)
		if err == nil && def.MessagesAreNotes() {
			return d, errs.Missing()
		}
		if err == nil && d.Closed && !t.Settings.ClosedMessaging {
			err = errs.New(errs.Conflict, "dossier.closed_no_message")
		}
		return d, err
	})
}

// SendAsStaff sends a message with its attachments to the dossier's clients (N34).
func (ms *Messages) SendAsStaff(ctx context.Context, a access.Staff, dossierID, once string, in Draft) (string, error) {
	return ms.send(ctx, a.Scope(), once, in, func(ctx context.Context, tx *db.Tx, _ *tenant.Tenant) (dossier.Dossier, error) {
		return dossier.ForWork(ctx, tx, a, dossierID)
	})
}

type loader func(context.Context, *db.Tx, *tenant.Tenant) (dossier.Dossier, error)

func (ms *Messages) send(ctx context.Context, s access.Scope, once string, in Draft, load loader) (string, error) {
	t, err := ms.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return "", err
	}
	var id string
	err = ms.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := load(ctx, tx, t)
		if err != nil {
			return err
		}
		if err := in.check(t); err != nil {
			return err
		}
		had, fresh, err := tx.Once(ctx, t.ID, s.Account(), once)
		if err != nil || !fresh {
			id = had
			return err
		}
		id = tx.NewID()
		if err := ms.store(ctx, tx, t, s, d, id, in); err != nil {
			return err
		}
		return tx.Finish(ctx, t.ID, s.Account(), once, id)
	})
	return id, err
}

func (ms *Messages) store(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, d dossier.Dossier, id string, in Draft) error {
	client, err := whose(ctx, tx, s, d, in)
	if err != nil {
		return err
	}
	if _, portal := access.AsClient(s); portal && len(in.Uploads) > 0 && !t.Settings.Upload.Takes(tenant.ByMessage) {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "file", Key: "upload.not_by_message"}}}
	}
	_, err = tx.Exec(ctx, `insert into message (tenant_id, id, dossier_id, client_id, direction, author_id, reply_to, subject, body, sent_at, mandate_id)
		values ($1, $2, $3, nullif($4, ''), $5, $6, nullif($7, ''), $8, $9, $10, nullif($11, ''))`,
		t.ID, id, d.ID, client, directionOf(s), s.Account(), in.ReplyTo, in.Subject, t.Key.Seal([]byte(in.Body), aad(t.ID, id)), tx.Now(), s.Behalf().Mandate)
	if err != nil {
		return err
	}
	if _, err := ms.dossiers.Attach(ctx, tx, s, d.ID, dossier.Letter{ID: id, Client: client}, in.Uploads); err != nil {
		return err
	}
	if err := dossier.Touch(ctx, tx, t.ID, d.ID); err != nil {
		return err
	}
	if err := ms.announce(ctx, tx, s, d, dossier.Letter{ID: id, Client: client}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s, audit.Entry{Event: "message.sent", Dossier: d.ID, Client: client, Objects: []audit.Object{{Kind: "message", ID: id}}})
}

// whose returns the party in whose conversation a new message stands, "" for every party's. It
// refuses to answer what the actor does not see, and what was answered meanwhile.
func whose(ctx context.Context, tx *db.Tx, s access.Scope, d dossier.Dossier, in Draft) (string, error) {
	_, client := access.AsClient(s)
	if in.ReplyTo != "" {
		asked, err := find(ctx, tx, s, d.ID, in.ReplyTo)
		if err != nil {
			return "", err
		}
		n, err := answers(ctx, tx, s, d.ID, in.ReplyTo)
		if err == nil && n > in.Answers {
			err = errs.New(errs.Conflict, "message.answered_meanwhile")
		}
		if err != nil || !client {
			return asked.Client, err
		}
	}
	if client {
		return s.Client(), nil
	}
	return addressee(ctx, tx, s, d.ID, in.Client)
}

// addressee checks to whom staff write. What is written to everybody while there is one party stays
// his: who joins later does not read it.
func addressee(ctx context.Context, tx *db.Tx, s access.Scope, dossierID, client string) (string, error) {
	parties, err := db.All(ctx, tx, db.Value[string], `select client_id from dossier_party where tenant_id = $1 and dossier_id = $2`, s.Tenant(), dossierID)
	if err != nil {
		return "", err
	}
	if client == "" && len(parties) == 1 {
		return parties[0], nil
	}
	if client != "" && !slices.Contains(parties, client) {
		return "", &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "client", Key: "field.choose"}}}
	}
	return client, nil
}

// answers counts the answers of the actor's own side; a client does not notice those of others.
func answers(ctx context.Context, r db.Reader, s access.Scope, dossierID, id string) (int, error) {
	return db.One(ctx, r, db.Value[int], `select count(*) from message where tenant_id = $1 and dossier_id = $2 and reply_to = $3 and direction = $4
		and (cast($5 as text) = '' or client_id = $5)`, s.Tenant(), dossierID, id, directionOf(s), s.Client())
}

// Answers counts the answers of the actor's own side to a message of a dossier that was loaded for
// him.
func (ms *Messages) Answers(ctx context.Context, s access.Scope, d dossier.Dossier, id string) (int, error) {
	return answers(ctx, ms.db, s, d.ID, id)
}

// directionOf is which way a message of the actor goes, as the client sees it.
func directionOf(s access.Scope) string {
	if _, client := access.AsClient(s); client {
		return "outbound"
	}
	return "inbound"
}

// announce marks a message unread for the other side, and mails clients who asked for that.
func (ms *Messages) announce(ctx context.Context, tx *db.Tx, s access.Scope, d dossier.Dossier, sent dossier.Letter) error {
	if _, client := access.AsClient(s); client {
		staff, err := dossier.Staff(ctx, tx, s.Tenant(), d.ID)
		if err != nil {
			return err
		}
		readers := make([]notify.Reader, len(staff))
		for n, id := range staff {
			readers[n].Account = id
		}
		if err := mark(ctx, tx, s, d.ID, sent.ID, readers); err != nil {
			return err
		}
		return ms.dossiers.TellStaff(ctx, tx, s, d.ID, notify.OfMessage)
	}
	if !d.InPortal {
		return nil
	}
	readers, err := dossier.Readers(ctx, tx, s.Tenant(), d.ID, sent.Client, access.SeeMessages)
	if err != nil {
		return err
	}
	if err := mark(ctx, tx, s, d.ID, sent.ID, readers); err != nil {
		return err
	}
	return ms.identity.Notify(ctx, tx, s.Tenant(), identity.Changes(readers, identity.MessageSent, d.ID, sent.ID)...)
}

func mark(ctx context.Context, tx *db.Tx, s access.Scope, dossierID, id string, readers []notify.Reader) error {
	marks := make([]notify.Mark, len(readers))
	for n, r := range readers {
		marks[n] = notify.Mark{Account: r.Account, Client: r.Client, Kind: notify.Message, Object: id, Dossier: dossierID, Tab: Tab, At: tx.Now()}
	}
	return notify.Add(ctx, tx, s.Tenant(), marks...)
}

// Shown returns the messages of a dossier that are unread for the accounts that now see it; it is
// dossier.Dossiers' hook.
func (ms *Messages) Shown(ctx context.Context, tx *db.Tx, s access.Scope, dossierID string) ([]notify.Mark, error) {
	return db.All(ctx, tx, func(scan db.Scan) (notify.Mark, error) {
		m := notify.Mark{Kind: notify.Message, Dossier: dossierID, Tab: Tab}
		err := scan(&m.Account, &m.Client, &m.Object, &m.At)
		return m, err
	}, selectShown, s.Tenant(), tx.Now(), dossierID)
}

const (
	shownIn = ` from message x
		join dossier d on d.tenant_id = x.tenant_id and d.id = x.dossier_id and ` + dossier.InPortal + `
		join dossier_party p on p.tenant_id = d.tenant_id and p.dossier_id = d.id `
	shown = ` and x.tenant_id = $1 and x.dossier_id = $3 and x.direction = 'inbound' and (x.client_id is null or x.client_id = p.client_id)
		and not exists (select 1 from message_read r where r.tenant_id = x.tenant_id and r.message_id = x.id and r.account_id = `
	selectShown = `select a.id, p.client_id, x.id, x.sent_at` + shownIn + `cross join account a
		where a.tenant_id = p.tenant_id and a.client_id = p.client_id` + shown + `a.id)
		union all select m.account_id, p.client_id, x.id, x.sent_at` + shownIn + `cross join mandate m
		where m.tenant_id = p.tenant_id and m.client_id = p.client_id and ` + authn.Holds + ` and ' ' || m.rights || ' ' like '% messages:see %'` + shown + `m.account_id)`
)
