package message

import "voordeur/internal/tenant"

// Seal returns a message's text as its row keeps it, for fixtures that write rows by themselves.
func Seal(t *tenant.Tenant, id, body string) []byte { return t.Key.Seal([]byte(body), aad(t.ID, id)) }
