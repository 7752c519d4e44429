package tenant

import (
	"slices"

	"voordeur/internal/errs"
)

// SigningRule is how clients approve documents (conflicts.md K14).
type SigningRule struct {
	// Means are with what they confirm that they agree, or not; nil is all of SigningMeans.
	Means []string `json:"means,omitempty"`
	// MustOpen refuses an answer of who did not open the document; without it he is warned (A27).
	MustOpen bool `json:"must_open,omitempty"`
	// Remark wants a remark of who does not agree (unclear.md Q18: default off).
	Remark bool `json:"remark,omitempty"`
}

// The means: a code by text message, of an app, the PIN of a letter, and for who has none of those, to log in anew.
const (
	SignSMS   = "sms"
	SignTOTP  = "totp"
	SignPIN   = "pin"
	SignLogin = "login"
)

// SigningMeans are all of them, in the order of the page.
var SigningMeans = []string{SignSMS, SignPIN, SignTOTP, SignLogin}

// Allows reports whether clients can confirm with the means. A text message and a PIN only count where a telephone is linked
// with the PIN of a letter (A25); where nothing that is chosen counts, they log in anew.
func (r SigningRule) Allows(means string, f SecondFactor) bool {
	chosen := r.Means == nil || slices.Contains(r.Means, means)
	switch means {
	case SignSMS, SignPIN:
		return chosen && f.ByPIN()
	case SignTOTP:
		return chosen && f.On()
	case SignLogin:
		return chosen || !r.Allows(SignSMS, f) && !r.Allows(SignPIN, f) && !r.Allows(SignTOTP, f)
	}
	return false
}

func (r SigningRule) check(f *errs.Fields) {
	if r.Means != nil && len(r.Means) == 0 || slices.ContainsFunc(r.Means, func(m string) bool { return !slices.Contains(SigningMeans, m) }) {
		f.Add("means", "field.choose")
	}
}
