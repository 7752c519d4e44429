package sms

import "crypto/subtle"

// State is what a provider knows of a message.
type State string

// The states.
const (
	Accepted  State = "accepted" // on its way
	Delivered State = "delivered"
	Failed    State = "failed"
)

// Report is what a provider reports of a message, which it names by our key, its own reference, or both.
type Report struct {
	Key, Reference string
	State          State
	Why            Why // of Failed
}

// cmpWhy is why a message that had been accepted did not arrive.
func cmpWhy(why Why) Why {
	if why == Refused || why == NotSent {
		return Undelivered
	}
	return why
}

// Callback is where a provider reports: an address that only the provider knows.
type Callback struct {
	Provider Provider
	Secret   string
}

// Known reports whether a caller knows the address. Without a secret nobody does.
func (c *Callback) Known(secret string) bool {
	return c != nil && c.Secret != "" && subtle.ConstantTimeCompare([]byte(secret), []byte(c.Secret)) == 1
}
