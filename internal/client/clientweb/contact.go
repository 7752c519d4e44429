package clientweb

import "voordeur/internal/identity"

// contactOf is how the holder of an account can be reached.
func (v pageView) contactOf(account string) identity.Contact {
	for _, c := range v.contacts {
		if c.Account == account {
			return c
		}
	}
	return identity.Contact{}
}
