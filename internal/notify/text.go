package notify

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/jobs"
	"voordeur/internal/sms"
)

const (
	// JobText is the kind of the job that sends one text message, with workers of its own: a provider that
	// hangs keeps no mail waiting.
	JobText = "sms.send"
	// Texters is how many of them work at once.
	Texters = 2
	// TextsPerNumber is how many go to one number on one day: a code that did not come is asked for again,
	// and nobody's telephone is flooded.
	TextsPerNumber = 5
	// maxText is how long a text may be, in bytes: a few of the parts in which it travels.
	maxText = 612
)

// TextRules are what an organisation allows its text messages.
type TextRules struct {
	Countries []string `json:"countries"` // to whose numbers they go
	PerDay    int      `json:"per_day"`   // how many leave on one day
	// Voice is whether a code is also spoken on a call, by a provider that makes them.
	Voice bool `json:"voice,omitempty"`
}

// DefaultTextRules are those of a new organisation.
func DefaultTextRules() TextRules {
	return TextRules{Countries: []string{"NL", "BE", "DE", "FR", "LU", "GB"}, PerDay: 500}
}

// Text is a text message to one account: to a number that staff recorded or its owner proved, or that he
// is about to prove with this very message. It is sealed until it has left, and wiped then.
type Text struct {
	Account string
	Purpose string // the kind of message, as an office words it
	To      sms.Number
	Body    string
	Voice   string  // the language in which it is spoken on a call, as nl-NL; "" is a text message
	Expires db.Time // from then on it is worth nothing, and is not sent any more
}

func textAAD(column, tenantID, id string) string { return "sms|" + column + "|" + tenantID + "|" + id }

// QueueText leaves a text message to be sent once the transaction has been committed. Over the budget of
// the organisation or the number it queues nothing, notes that in the journal, and returns an error of
// kind Limited: a caller that commits all the same, and hands the error on afterwards, keeps the note.
func QueueText(ctx context.Context, tx *db.Tx, key *crypt.TenantKey, tenantID string, rules TextRules, x Text) error {
	switch {
	case x.Body == "" || len(x.Body) > maxText:
		return fmt.Errorf("notify: text of %d bytes", len(x.Body))
	case x.Voice != "" && !rules.Voice:
		return fmt.Errorf("notify: a call for an organisation that makes none")
	case x.Voice == "" && x.To.Landline():
		return errs.Fields{{Name: "phone", Key: "phone.not_mobile"}}.Err()
	case !x.Expires.After(tx.Now().Time):
		return fmt.Errorf("notify: text that has expired already")
	case !slices.Contains(rules.Countries, x.To.Country()):
		return errs.Fields{{Name: "phone", Key: "phone.country"}}.Err()
	}
	if err := spend(ctx, tx, key, tenantID, rules, x); err != nil {
		return err
	}
	id := db.RandomID()
	_, err := tx.Exec(ctx, `insert into sms (tenant_id, id, account_id, purpose, number, content, voice, state, created_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $9, 'waiting', $7, $8)`, tenantID, id, x.Account, x.Purpose,
		key.Seal([]byte(x.To.E164()), textAAD("number", tenantID, id)), key.Seal([]byte(x.Body), textAAD("content", tenantID, id)), tx.Now(), x.Expires, x.Voice)
	if err != nil {
		return fmt.Errorf("notify: text: %w", err)
	}
	return jobs.EnqueueAside(ctx, tx, tenantID, JobText, id)
}

// spend counts a message, first where the budget is smaller. The counts are rows of their own, so that
// two who spend the last of a budget at once wait for each other.
func spend(ctx context.Context, tx *db.Tx, key *crypt.TenantKey, tenantID string, rules TextRules, x Text) error {
	now := i18n.Local(tx.Now().Time)
	day := now.Format(time.DateOnly)
	number := base64.RawURLEncoding.EncodeToString(key.MAC("sms.number", x.To.E164()))
	for _, budget := range []struct {
		id, why string
		most    int
	}{{day + "|" + number, "number", TextsPerNumber}, {day, "office", rules.PerDay}} {
		var n int
		err := tx.QueryRow(ctx, `insert into sms_count (tenant_id, id, n) values ($1, $2, 1)
			on conflict (tenant_id, id) do update set n = sms_count.n + 1 returning n`, tenantID, budget.id).Scan(&n)
		if err != nil {
			return fmt.Errorf("notify: text: %w", err)
		}
		if n > budget.most {
			if err := noteBlocked(ctx, tx, tenantID, x, budget.why); err != nil {
				return err
			}
			midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
			return &errs.Error{Kind: errs.Limited, Key: "sms.limited." + budget.why, RetryAfter: midnight.Sub(now)}
		}
	}
	// Of a day that is over nobody counts any more.
	_, err := tx.Exec(ctx, `delete from sms_count where tenant_id = $1 and id < $2`, tenantID, day)
	return err
}

// noteBlocked journals that a message was not sent since a budget is spent.
func noteBlocked(ctx context.Context, tx *db.Tx, tenantID string, x Text, why string) error {
	var client string
	err := tx.QueryRow(ctx, `select coalesce(client_id, '') from account where tenant_id = $1 and id = $2`, tenantID, x.Account).Scan(&client)
	if err != nil {
		return fmt.Errorf("notify: text: %w", err)
	}
	return audit.Record(ctx, tx, authn.System(tenantID, JobText), audit.Entry{
		Event: "account.sms_blocked", Client: client, Objects: []audit.Object{{Kind: "account", ID: x.Account}},
		Detail: map[string]string{"purpose": x.Purpose, "budget": why},
	})
}
