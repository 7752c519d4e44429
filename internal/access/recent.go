package access

import (
	"time"

	"voordeur/internal/errs"
)

// RequireRecent returns an Unproved error unless whoever acts has proved himself within that time:
// by logging in, or by his password and factor once more. The server answers it with the page that
// asks for those.
func RequireRecent(s Scope, now time.Time, within time.Duration) error {
	if s.Account() != "" && now.Sub(s.Proved()) <= within {
		return nil
	}
	return &errs.Error{Kind: errs.Unproved}
}
