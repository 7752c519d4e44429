package notify

import (
	"context"
	"encoding/json"
	"fmt"

	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/jobs"
	"voordeur/internal/mail"
)

// JobSend is the kind of the job that sends one mail.
const JobSend = "mail.send"

// Outgoing is a mail to one account. Its text is sealed until it has left, and wiped then.
type Outgoing struct {
	Account string
	Purpose string // for staff in the mail log: invitation, link, password_set, documents, messages
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
// so a receiver recognises a repetition after a lost answer.
func SendJob(d *db.DB, keyOf KeyOf, sender mail.Sender) jobs.Func {
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
		key, err := keyOf(ctx, j.Tenant)
		if err != nil {
			return nil, err
		}
		plain, err := key.Open(sealed, contentAAD(j.Tenant, id))
		if err != nil {
			return nil, err
		}
		var m mail.Message
		if err := json.Unmarshal(plain, &m); err != nil {
			return nil, err
		}
		return sent(j, id, sender.Send(ctx, m))
	}
}

// sent decides what becomes of a mail after the sender's answer.
func sent(j jobs.Job, id string, err error) (func(context.Context, *db.Tx) error, error) {
	state, reason := "sent", ""
	if err != nil {
		if !mail.Permanent(err) && !j.Last() {
			return nil, err
		}
		state, reason = "failed", err.Error()
	}
	return func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update mail set state = $3, content = null, sent_at = $4, attempts = $5, error = $6 where tenant_id = $1 and id = $2`,
			j.Tenant, id, state, tx.Now(), j.Attempt, reason)
		return err
	}, nil
}

// Sent is a line of the mail log, without the mail's text (N2).
type Sent struct {
	Purpose, Address, Subject, State, Error string
	CreatedAt                               db.Time
	SentAt                                  *db.Time
}

// Log returns the newest mails to a client's accounts.
func Log(ctx context.Context, r db.Reader, tenantID, client string) ([]Sent, error) {
	return db.All(ctx, r, func(scan db.Scan) (Sent, error) {
		var s Sent
		err := scan(&s.Purpose, &s.Address, &s.Subject, &s.State, &s.Error, &s.CreatedAt, &s.SentAt)
		return s, err
	}, `select m.purpose, m.address, m.subject, m.state, m.error, m.created_at, m.sent_at from account a
		cross join mail m where m.tenant_id = a.tenant_id and m.account_id = a.id and a.tenant_id = $1 and a.client_id = $2 order by m.created_at desc, m.id limit 50`, tenantID, client)
}
