package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"voordeur/internal/bounce"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/i18n"
	"voordeur/internal/jobs"
	"voordeur/internal/mail"
)

const (
	// JobSend is the kind of the job that sends one mail.
	JobSend = "mail.send"
	// Tries is how often a mail is tried: for about three days, hourly in the end. A mail server that is
	// away for a weekend loses nothing.
	Tries = 80
)

// Outgoing is a mail to one account. Its text is sealed until it has left, and wiped then.
type Outgoing struct {
	Account string
	Purpose string // the kind of mail, as an office words it
	Message mail.Message
}

func contentAAD(tenantID, id string) string { return "mail|content|" + tenantID + "|" + id }

// Queue leaves a mail to be sent once the transaction has been committed.
func Queue(ctx context.Context, tx *db.Tx, key *crypt.TenantKey, tenantID string, o Outgoing) error {
	id := db.RandomID()
	o.Message.ID, o.Message.Tenant, o.Message.Date = id, tenantID, tx.Now().Time
	if err := o.Message.Validate(); err != nil {
		return fmt.Errorf("notify: mail: %w", err)
	}
	b, err := json.Marshal(o.Message)
	if err != nil {
		return fmt.Errorf("notify: mail: %w", err)
	}
	_, err = tx.Exec(ctx, `insert into mail (tenant_id, id, account_id, purpose, address, subject, content, state, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, 'queued', $8)`, tenantID, id, o.Account, o.Purpose, o.Message.To, o.Message.Subject,
		key.Seal(b, contentAAD(tenantID, id)), tx.Now())
	if err != nil {
		return fmt.Errorf("notify: mail: %w", err)
	}
	return jobs.Enqueue(ctx, tx, tenantID, JobSend, id)
}

// KeyOf returns a tenant's key.
type KeyOf func(ctx context.Context, tenantID string) (*crypt.TenantKey, error)

// SendJob returns the job that hands a queued mail to the sender. The mail's id is its Message-ID,
// so a receiver recognises a repetition after a lost answer; what comes back of it comes to its own
// return path.
func SendJob(d *db.DB, keyOf KeyOf, sender mail.Sender, paths *bounce.Paths) jobs.Func {
	return func(ctx context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
		var id, state string
		if err := json.Unmarshal(j.Payload, &id); err != nil {
			return nil, err
		}
		var sealed []byte
		if err := d.QueryRow(ctx, `select state, content from mail where tenant_id = $1 and id = $2`, j.Tenant, id).Scan(&state, &sealed); err != nil {
			return nil, err
		}
		if state != "queued" {
			return nil, nil
		}
		m, err := open(ctx, keyOf, j.Tenant, id, sealed)
		if err != nil {
			return nil, err
		}
		m.ReturnPath = paths.Of(j.Tenant, id)
		return sent(j, id, sender.Send(ctx, m))
	}
}

// open returns the message of a mail as it was queued.
func open(ctx context.Context, keyOf KeyOf, tenantID, id string, sealed []byte) (m mail.Message, err error) {
	key, err := keyOf(ctx, tenantID)
	if err != nil {
		return m, err
	}
	plain, err := key.Open(sealed, contentAAD(tenantID, id))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(plain, &m)
}

// sent decides what becomes of a mail after the sender's answer. It may have come back in between.
func sent(j jobs.Job, id string, err error) (func(context.Context, *db.Tx) error, error) {
	if err != nil && !mail.Permanent(err) && !j.Last() {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		if err != nil {
			return fail(ctx, tx, j.Tenant, id, failure{mail.Because(err), mail.Said(err), j.Attempt})
		}
		_, err := tx.Exec(ctx, `update mail set state = 'sent', content = null, sent_at = $3, attempts = $4 where tenant_id = $1 and id = $2 and state = 'queued'`,
			j.Tenant, id, tx.Now(), j.Attempt)
		return err
	}, nil
}

// Sent is a line of the mail log, without the mail's text (N2).
type Sent struct {
	Purpose, Address, Subject, State, Error string
	Why                                     mail.Why // it did not arrive, or is late; "" for nothing
	CreatedAt                               db.Time
	SentAt                                  *db.Time
}

// slow is after how long a mail that still waits was tried in vain.
const slow = 5 * time.Minute

// StateText says in words what became of a mail.
func (s Sent) StateText(t *i18n.Texts, now time.Time) string {
	switch {
	case s.State == "failed":
		return t.T("account.mail.failed", "why", t.T("mail.why."+string(s.Why)))
	case s.State == "queued" && now.After(s.CreatedAt.Add(slow)):
		return t.T("account.mail.again")
	case s.State == "sent" && s.Why == delayed:
		return t.T("account.mail.delayed")
	}
	return t.T("account.mail." + s.State)
}

// Log returns the newest mails to a client's accounts.
func Log(ctx context.Context, r db.Reader, tenantID, client string) ([]Sent, error) {
	return db.All(ctx, r, func(scan db.Scan) (Sent, error) {
		var s Sent
		err := scan(&s.Purpose, &s.Address, &s.Subject, &s.State, &s.Error, &s.Why, &s.CreatedAt, &s.SentAt)
		return s, err
	}, `select m.purpose, m.address, m.subject, m.state, m.error, m.why, m.created_at, m.sent_at from account a
		cross join mail m where m.tenant_id = a.tenant_id and m.account_id = a.id and a.tenant_id = $1 and a.client_id = $2 order by m.created_at desc, m.id limit 50`, tenantID, client)
}
