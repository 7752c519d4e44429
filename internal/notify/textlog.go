package notify

import (
	"context"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/i18n"
	"voordeur/internal/sms"
)

// SentText is a line of the log of text messages, without the message's text.
type SentText struct {
	Account, Purpose, State string
	To                      sms.Number
	Called                  bool // it was spoken on a call
	Why                     sms.Why
	CreatedAt               db.Time
	EndedAt                 *db.Time // delivered, or failed
}

// TextLog returns the newest text messages to a client's accounts, which every employee sees.
func TextLog(ctx context.Context, r db.Reader, key *crypt.TenantKey, a access.Staff, client string) ([]SentText, error) {
	tenantID := a.Scope().Tenant()
	return db.All(ctx, r, func(scan db.Scan) (SentText, error) {
		var s SentText
		var id string
		var voice string
		var number []byte
		if err := scan(&id, &s.Account, &s.Purpose, &voice, &s.State, &s.Why, &number, &s.CreatedAt, &s.EndedAt); err != nil {
			return s, err
		}
		s.Called = voice != ""
		plain, err := key.Open(number, textAAD("number", tenantID, id))
		if err == nil {
			s.To, err = sms.Stored(string(plain))
		}
		return s, err
	}, `select x.id, x.account_id, x.purpose, x.voice, x.state, x.why, x.number, x.created_at, x.ended_at from account a
		cross join sms x where x.tenant_id = a.tenant_id and x.account_id = a.id and a.tenant_id = $1 and a.client_id = $2 order by x.created_at desc, x.id limit 20`, tenantID, client)
}

// ToText says to whom it went, and how.
func (s SentText) ToText(t *i18n.Texts) string {
	if s.Called {
		return t.T("sms.called", "number", s.To.Masked())
	}
	return t.T("sms.to", "number", s.To.Masked())
}

// StateText says in words what became of a text message.
func (s SentText) StateText(t *i18n.Texts, now time.Time) string {
	switch {
	case s.State == failed || s.State == expired:
		return t.T("sms.state."+s.State, "why", t.T("sms.why."+string(s.Why)))
	case s.State == delivered && s.EndedAt != nil && t.ShortDate(s.EndedAt.Time) == t.ShortDate(s.CreatedAt.Time):
		return t.T("sms.state.delivered_at", "time", t.Time(s.EndedAt.Time))
	case s.State == delivered && s.EndedAt != nil:
		return t.T("sms.state.delivered", "when", t.DateTime(s.EndedAt.Time))
	case (s.State == waiting || s.State == sending) && now.After(s.CreatedAt.Add(slowText)):
		return t.T("sms.state.again")
	case s.State == sending:
		return t.T("sms.state.waiting")
	}
	return t.T("sms.state." + s.State)
}

// slowText is after how long a message that still waits was tried in vain.
const slowText = time.Minute
