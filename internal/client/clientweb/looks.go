package clientweb

import "voordeur/internal/identity"

func accountIcon(acc identity.Account) string {
	switch acc.State {
	case identity.Blocked:
		return "user-off"
	case identity.Invited:
		return "mail"
	}
	return "user-check"
}
