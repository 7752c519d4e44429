package tenant

import (
	"cmp"
	"time"

	"voordeur/internal/access/authn"
	"voordeur/internal/errs"
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
