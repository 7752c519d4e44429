package notify

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/jobs"
	"voordeur/internal/sms"
)

// The states of a text message. Sending is kept while the provider is asked, and before it is: whoever
// comes after a program that was killed knows that the message may have left.
const (
	waiting   = "waiting"
	sending   = "sending"
	accepted  = "accepted"
	delivered = "delivered"
	failed    = "failed"
	unknown   = "unknown" // it may have been sent, and is not sent a second time
	expired   = "expired" // it was not sent, and is worth nothing any more
)

// textTime bounds how long a provider is asked. It is below the lease of the job, and below how long
// the program waits for its jobs when it ends: an answer that is cut off is one that nobody knows.
const textTime = 16 * time.Second

// TextJob returns the job that hands a queued text message to the provider. What leaves the house is
// not sent twice: a try whose end is not known is repeated only with a provider that knows our key. Nil
// is no provider.
func TextJob(d *db.DB, keyOf KeyOf, sender sms.Sender) jobs.Func {
	return texter{d, keyOf, sender}.do
}

type texter struct {
	db     *db.DB
	keyOf  KeyOf
	sender sms.Sender
}

func (w texter) do(ctx context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
	var id string
	if err := json.Unmarshal(j.Payload, &id); err != nil {
		return nil, err
	}
	m, ours, err := w.begin(ctx, j, id)
	if err != nil || !ours {
		return nil, err
	}
	// When the program ends it waits for the answer: nobody asks a second time what became of it.
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), textTime)
	defer cancel()
	reference, err := w.sender.Send(asking, m)
	switch {
	case err == nil:
		return w.settle(j, id, settlement{state: accepted, reference: reference}), nil
	case sms.Final(err):
		return w.settle(j, id, settlement{state: failed, why: sms.Because(err)}), nil
	case sms.Uncertain(err) && !w.sender.Repeatable():
		return w.settle(j, id, settlement{state: unknown}), nil
	case sms.Uncertain(err): // the state stays sending
		return nil, err
	}
	return nil, errors.Join(err, w.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update sms set state = 'waiting', why = $4 where tenant_id = $1 and id = $2 and state = 'sending' and attempts = $3`,
			j.Tenant, id, j.Attempt, string(sms.Because(err)))
		return err
	}))
}

var errOther = errors.New("notify: another try has the message")

// queued is a message of which the job finds out what is to be done with it.
type queued struct {
	state, voice    string
	expires, made   db.Time
	number, content []byte
}

// begin notes that a message is being handed over, and returns it. It is not ours when there is nothing
// to hand over any more.
func (w texter) begin(ctx context.Context, j jobs.Job, id string) (m sms.Message, ours bool, err error) {
	var q queued
	key, err := w.keyOf(ctx, j.Tenant)
	if err != nil {
		return m, false, err
	}
	err = w.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		ours = false
		err := tx.QueryRow(ctx, `select state, voice, expires_at, created_at, number, content from sms where tenant_id = $1 and id = $2`, j.Tenant, id).
			Scan(&q.state, &q.voice, &q.expires, &q.made, &q.number, &q.content)
		if err != nil || q.state != waiting && q.state != sending {
			return err
		}
		if s := w.over(q, tx.Now()); s.state != "" {
			return s.write(ctx, tx, j, id, q.state)
		}
		if m, err = openText(key, j.Tenant, id, q); err != nil {
			return err
		}
		ours = true
		n, err := tx.Exec(ctx, `update sms set state = 'sending', attempts = $3 where tenant_id = $1 and id = $2 and state = $4 and attempts < $3`,
			j.Tenant, id, j.Attempt, q.state)
		return db.Guard(n, err, errOther)
	})
	return m, ours && err == nil, err
}

// over tells what becomes of a message that is not handed over any more, nothing when it is.
func (w texter) over(q queued, now db.Time) settlement {
	tried := q.state == sending // by somebody who did not come to tell how it ended
	switch late := !now.Before(q.expires.Time); {
	case w.sender == nil && !tried:
		return settlement{state: failed, why: sms.NotSent}
	case tried && (late || w.sender == nil || !w.sender.Repeatable()):
		return settlement{state: unknown}
	case late:
		return settlement{state: expired, why: sms.NotSent}
	}
	return settlement{}
}

// openText returns a message as it was queued.
func openText(key *crypt.TenantKey, tenantID, id string, q queued) (sms.Message, error) {
	m := sms.Message{Key: id, Voice: q.voice, Made: q.made.Time, Expires: q.expires.Time}
	number, err := key.Open(q.number, textAAD("number", tenantID, id))
	if err != nil {
		return m, err
	}
	if m.To, err = sms.Stored(string(number)); err != nil {
		return m, err
	}
	text, err := key.Open(q.content, textAAD("content", tenantID, id))
	m.Text = string(text)
	return m, err
}

// settlement is how the way of a message from here ends. Its text is wiped then.
type settlement struct {
	state, reference string
	why              sms.Why
}

// settle writes the end of a try, unless a report of the provider or a later try was first.
func (w texter) settle(j jobs.Job, id string, s settlement) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error { return s.write(ctx, tx, j, id, sending) }
}

func (s settlement) write(ctx context.Context, tx *db.Tx, j jobs.Job, id, from string) error {
	var sent, ended *db.Time
	if now := tx.Now(); s.state == failed || s.state == expired {
		ended = &now
	} else {
		sent = &now
	}
	_, err := tx.Exec(ctx, `update sms set state = $4, why = $5, reference = $6, content = null, sent_at = $7, ended_at = $8, attempts = $3
		where tenant_id = $1 and id = $2 and state = $9 and attempts <= $3`, j.Tenant, id, j.Attempt, s.state, string(s.why), s.reference, sent, ended, from)
	return err
}

// A report names a message by our key or the provider's, and not whose it is. It is for the one that has it.
const findText = `select tenant_id, id from sms where id = $1 union select tenant_id, id from sms where reference = $2 and reference <> ''`

// Reported keeps what a provider reports of a message: the state only goes forward, and told twice it is
// the same as once. Of a message that is not there nothing is kept. The caller has proved to be the
// provider of the installation, which has one for all organisations.
func Reported(ctx context.Context, d *db.DB, r sms.Report) error {
	type one struct{ tenantID, id string }
	found, err := db.All(ctx, d, func(scan db.Scan) (one, error) {
		var o one
		err := scan(&o.tenantID, &o.id)
		return o, err
	}, findText, r.Key, r.Reference)
	if err != nil || len(found) != 1 {
		return err
	}
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return forward(ctx, tx, found[0].tenantID, found[0].id, r)
	})
}

func forward(ctx context.Context, tx *db.Tx, tenantID, id string, r sms.Report) error {
	var err error
	switch r.State {
	case sms.Accepted: // of which we did not know it
		_, err = tx.Exec(ctx, `update sms set state = 'accepted', why = '', content = null, sent_at = coalesce(sent_at, $3), ended_at = null
			where tenant_id = $1 and id = $2 and state in ('waiting', 'sending', 'unknown', 'expired')`, tenantID, id, tx.Now())
	case sms.Delivered: // whatever we thought of it
		_, err = tx.Exec(ctx, `update sms set state = 'delivered', why = '', content = null, sent_at = coalesce(sent_at, $3), ended_at = $3
			where tenant_id = $1 and id = $2 and state not in ('delivered', 'failed')`, tenantID, id, tx.Now())
	case sms.Failed:
		_, err = tx.Exec(ctx, `update sms set state = 'failed', why = $4, content = null, sent_at = coalesce(sent_at, $3), ended_at = $3
			where tenant_id = $1 and id = $2 and state in ('sending', 'accepted', 'unknown')`, tenantID, id, tx.Now(), string(r.Why))
	}
	return err
}
