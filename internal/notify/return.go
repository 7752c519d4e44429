package notify

import (
	"context"
	"time"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/bounce"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/mail"
)

// lateReport is how long after a mail was made a report of it still counts. Mail servers give up
// after five days; who finds an old mail must not make its receiver unreachable.
const lateReport = 14 * 24 * time.Hour

// delayed is why a mail that was sent has not arrived yet; it is no reason for anything.
const delayed = "delayed"

// Returned keeps what a report of non-delivery says of a mail. Told twice it is the same as once,
// and of a mail that is not there, or long ago, nothing is kept.
func Returned(ctx context.Context, d *db.DB, tenantID, id string, r bounce.Report) error {
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := tx.QueryRow(ctx, `select 1 from mail where tenant_id = $1 and id = $2 and created_at > $3`, tenantID, id, db.At(tx.Now().Add(-lateReport))).Scan(new(int))
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if !r.Failed {
			_, err := tx.Exec(ctx, `update mail set why = $3, error = $4 where tenant_id = $1 and id = $2 and state = 'sent'`, tenantID, id, delayed, r.Words)
			return err
		}
		return fail(ctx, tx, tenantID, id, failure{why: r.Why, words: r.Words})
	})
}

// failure is why a mail did not arrive.
type failure struct {
	why      mail.Why
	words    string // of a mail server
	attempts int64  // of ours, 0 when the mail had been sent
}

// fail ends a mail that will not arrive. When the fault lies with the receiver, his account cannot be
// reached until that is mended.
func fail(ctx context.Context, tx *db.Tx, tenantID, id string, f failure) error {
	var account, address string
	err := tx.QueryRow(ctx, `update mail set state = 'failed', content = null, why = $3, error = $4, sent_at = coalesce(sent_at, $5),
		attempts = case when $6 > 0 then $6 else attempts end where tenant_id = $1 and id = $2 and state <> 'failed' returning account_id, address`,
		tenantID, id, string(f.why), f.words, tx.Now(), f.attempts).Scan(&account, &address)
	if errs.Is(err, errs.NotFound) { // it has been told before
		return nil
	}
	if err != nil {
		return err
	}
	return lose(ctx, tx, Unreachable{Account: account, Address: address, Why: f.why, Words: f.words}, tenantID)
}

// lose notes that a portal account cannot be reached, if the address is still its own. What is noted
// already stays as it is; one that mail was sent to anew is noted again.
func lose(ctx context.Context, tx *db.Tx, u Unreachable, tenantID string) error {
	if u.Why == mail.NotSent {
		_, err := tx.Exec(ctx, `update unreachable set clears_at = null where tenant_id = $1 and account_id = $2`, tenantID, u.Account)
		return err
	}
	err := tx.QueryRow(ctx, `select client_id from account where tenant_id = $1 and id = $2 and email = $3 and face = 'portal'`, tenantID, u.Account, u.Address).Scan(&u.Client)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `insert into unreachable (tenant_id, account_id, address, why, words, at) values ($1, $2, $3, $4, $5, $6)
		on conflict (tenant_id, account_id) do update set address = excluded.address, why = excluded.why, words = excluded.words, at = excluded.at, clears_at = null
		where unreachable.clears_at is not null`, tenantID, u.Account, u.Address, string(u.Why), u.Words, tx.Now())
	if err != nil || n == 0 {
		return err
	}
	return audit.Record(ctx, tx, authn.System(tenantID, JobSend), audit.Entry{
		Event: "account.unreachable", Client: u.Client, Objects: []audit.Object{{Kind: "account", ID: u.Account}}, Detail: map[string]string{"why": string(u.Why)},
	})
}
