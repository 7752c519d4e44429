package tenant

import (
	"cmp"
	"slices"
	"time"

	"voordeur/internal/access/authn"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
)

// SessionRule says when a log-in ends by itself. A zero is the program's own number.
type SessionRule struct {
	IdleMinutes int `json:"idle_minutes,omitempty"` // without a request
	Hours       int `json:"hours,omitempty"`        // after the log-in, whatever happens
}

// What holds when the organisation chose nothing, and the bounds of its choice: NIST's most at its
// second level is an hour of silence and, here rounded down to a working day, half a day in all.
const (
	defaultIdle = 30
	leastIdle   = 5
	mostIdle    = 60

	defaultHours = 10
	leastHours   = 1
	mostHours    = 12
)

// Whole returns the rule with the program's numbers where the organisation chose none.
func (r SessionRule) Whole() SessionRule {
	return SessionRule{IdleMinutes: cmp.Or(r.IdleMinutes, defaultIdle), Hours: cmp.Or(r.Hours, defaultHours)}
}

// Limits returns when a session ends under the rule.
func (r SessionRule) Limits() authn.Limits {
	r = r.Whole()
	return authn.Limits{Idle: time.Duration(r.IdleMinutes) * time.Minute, Life: time.Duration(r.Hours) * time.Hour}
}

func (r SessionRule) check(f *errs.Fields) {
	within(f, "idle", int64(r.IdleMinutes), leastIdle, mostIdle)
	within(f, "hours", int64(r.Hours), leastHours, mostHours)
}

// NextLogin lets what somebody chooses show at his next log-in.
const NextLogin = "next_login"

// Offers reports whether the tenant speaks the language.
func (t *Tenant) Offers(l i18n.Lang) bool { return slices.Contains(t.Settings.Languages, l) }

func (s *Settings) checkLanguages(f *errs.Fields) {
	if len(s.Languages) == 0 || slices.ContainsFunc(s.Languages, func(l i18n.Lang) bool { return !l.Known() }) {
		f.Add("languages", "field.choose")
	}
	if s.LanguageApply != "" && s.LanguageApply != NextLogin {
		f.Add("apply", "field.choose")
	}
}

// What a client may do with a part of his own data (conflicts.md K24).
const (
	Hidden = "hidden"
	Read   = "read"
	Edit   = "edit"
)

// ContactAccess are those, in the order of the page.
var ContactAccess = []string{Edit, Read, Hidden}

// ContactRule says what a client sees and changes of how he is reached; "" is what held before there
// was a choice.
type ContactRule struct {
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
	// Address is where he lives (A15).
	Address string `json:"address,omitempty"`
	// AddressApproval has staff decide about an address that a client gives before it is his.
	AddressApproval bool `json:"address_approval,omitempty"`
	// OneNotice gives clients one switch for mail about all changes in their dossiers (D13, E8; conflicts.md K7).
	OneNotice bool `json:"one_notice,omitempty"`
}

// Whole returns the rule with what holds where the organisation chose nothing.
func (r ContactRule) Whole() ContactRule {
	return ContactRule{Email: cmp.Or(r.Email, Read), Phone: cmp.Or(r.Phone, Hidden), Address: cmp.Or(r.Address, Hidden), AddressApproval: r.AddressApproval, OneNotice: r.OneNotice}
}

func (r ContactRule) check(f *errs.Fields) {
	for name, v := range map[string]string{"email": r.Email, "phone": r.Phone, "address": cmp.Or(r.Address, Hidden)} {
		if !slices.Contains(ContactAccess, v) {
			f.Add(name, "field.choose")
		}
	}
}
