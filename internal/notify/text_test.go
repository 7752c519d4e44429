package notify_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/notify"
	"voordeur/internal/sms"
)

const code = "Uw code is 482913"

var rules = notify.TextRules{Countries: []string{"NL"}, PerDay: 11}

func (p *post) number(typed string) sms.Number {
	p.t.Helper()
	n, err := sms.Parse(typed, sms.Countries())
	must(p.t, err)
	return n
}

// text queues a message. One that is over a budget is committed without it, as callers do.
func (p *post) text(to, body string) error {
	var limited error
	err := p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		limited = notify.QueueText(ctx, tx, p.Tenant(p.t, tenantID).Key, tenantID, rules, notify.Text{
			Account: p.account, Purpose: "code", To: p.number(to), Body: body, Expires: db.At(tx.Now().Add(10 * time.Minute)),
		})
		if errs.Is(limited, errs.Limited) {
			return nil
		}
		return limited
	})
	return errors.Join(err, limited)
}

func (p *post) count(want int, q string) {
	p.t.Helper()
	counts := map[string]func() (int, error){
		"texts": func() (int, error) { return db.One(ctx, p.DB, db.Value[int], `select count(*) from sms`) },
		"jobs": func() (int, error) {
			return db.One(ctx, p.DB, db.Value[int], `select count(*) from job where kind = 'sms.send' and done_at is null`)
		},
		"blocked": func() (int, error) {
			return db.One(ctx, p.DB, db.Value[int], `select count(*) from journal where event = 'account.sms_blocked'`)
		},
		"days": func() (int, error) { return db.One(ctx, p.DB, db.Value[int], `select count(*) from sms_count`) },
	}
	n, err := counts[q]()
	must(p.t, err)
	if n != want {
		p.t.Errorf("%d %s, should be %d", n, q, want)
	}
}

func TestN42_ATextIsQueuedWithItsJobAndSealed(t *testing.T) {
	each(t, func(p *post) {
		must(t, p.text("06 12345678", code))
		p.count(1, "texts")
		p.count(1, "jobs")
		rows, err := db.All(ctx, p.DB, func(scan db.Scan) (string, error) {
			var number, content []byte
			var id string
			err := scan(&id, &number, &content)
			return id + string(number) + string(content), err
		}, `select id, number, content from sms`)
		must(t, err)
		if strings.Contains(rows[0], "12345678") || strings.Contains(rows[0], "482913") {
			t.Error("it is kept in plain")
		}
		if err := p.text("+32 470 12 34 56", code); len(errs.FieldsOf(err)) != 1 || errs.FieldsOf(err)[0].Key != "phone.country" {
			t.Errorf("to a country that is not allowed: %v", err)
		}
		for _, wrong := range []string{"", strings.Repeat("a", 613)} {
			if p.text("06 12345678", wrong) == nil {
				t.Errorf("a text of %d bytes is queued", len(wrong))
			}
		}
		p.count(1, "texts")
	})
}

// Five go to a number on a day, and so many of an organisation; what is over that is journalled, names no
// number, and may be tried again after midnight.
func TestN42_BudgetsOfANumberAndOfAnOrganisation(t *testing.T) {
	each(t, func(p *post) {
		p.now.Set(time.Date(2026, 11, 24, 22, 30, 0, 0, time.UTC)) // half past eleven in the evening
		for range notify.TextsPerNumber {
			must(t, p.text("06 12345678", code))
		}
		limited := func(to, key string) {
			t.Helper()
			e, ok := errors.AsType[*errs.Error](p.text(to, code))
			if !ok || e.Kind != errs.Limited || e.Key != key || e.RetryAfter != 30*time.Minute {
				t.Errorf("over the budget of %s: %+v", to, e)
			}
		}
		limited("06 12345678", "sms.limited.number")
		p.count(5, "texts")
		p.count(1, "blocked")
		for range 4 {
			must(t, p.text("06 22345678", code))
		}
		must(t, p.text("06 32345678", code))
		must(t, p.text("06 42345678", code))
		limited("06 52345678", "sms.limited.office")
		p.count(11, "texts")
		p.count(2, "blocked")
		details, err := db.All(ctx, p.DB, db.Value[string], `select detail from journal where event = 'account.sms_blocked'`)
		must(t, err)
		if all := strings.Join(details, " "); strings.Contains(all, "345678") || !strings.Contains(all, `"budget":"number"`) || !strings.Contains(all, `"budget":"office"`) {
			t.Errorf("the journal says %s", all)
		}
		p.now.Set(p.now.Now().Add(31 * time.Minute))
		must(t, p.text("06 12345678", code))
		p.count(2, "days")
	})
}

// Those who ask at the same moment do not get past a budget together.
func TestN42_ABudgetHoldsWhenAllAskAtOnce(t *testing.T) {
	each(t, func(p *post) {
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() { _ = p.text("06 12345678", code) })
		}
		all.Wait()
		p.count(notify.TextsPerNumber, "texts")
		p.count(notify.TextsPerNumber, "jobs")
	})
}
