package tenant

import (
	"slices"

	"voordeur/internal/errs"
)

// SecondFactor is what an account shows besides its password. The policy is that of the portal; an
// employee always has a factor (BIO2). Means are what can be linked from now on: what somebody linked
// before keeps working.
type SecondFactor struct {
	Policy        string   `json:"policy"`
	Means         []string `json:"means"`
	RecoveryCodes bool     `json:"recovery_codes"`
	// Enrolment is how a client links his first factor: by himself, also when it is "", or with a PIN that he
	// got by post (A22).
	Enrolment string `json:"enrolment,omitempty"`
}

// The ways to link a first factor.
const (
	EnrolSelf = "self"
	EnrolPIN  = "pin_letter"
)

// The policies. An organisation from before there were any asks its clients for nothing.
const (
	FactorOff      = "off"
	FactorOptional = "optional"
	FactorRequired = "required"
)

// The means, and the choices in the order of the page.
const (
	FactorTOTP    = "totp"
	FactorSMS     = "sms"
	FactorPasskey = "passkey"
)

// FactorPolicies, FactorMeans and Enrolments are the choices, in the order of the page.
var (
	FactorPolicies = []string{FactorOff, FactorOptional, FactorRequired}
	FactorMeans    = []string{FactorTOTP, FactorSMS, FactorPasskey}
	Enrolments     = []string{EnrolSelf, EnrolPIN}
)

// DefaultSecondFactor is the notary's of the manual, with an app and passkeys as the stronger means beside
// the text message (N42-N46, ASVS 6.6.1).
func DefaultSecondFactor() SecondFactor {
	return SecondFactor{Policy: FactorOptional, Means: []string{FactorTOTP, FactorSMS, FactorPasskey}, RecoveryCodes: true}
}

// On reports whether clients have second factors at all.
func (r SecondFactor) On() bool { return r.Policy == FactorOptional || r.Policy == FactorRequired }

// Required reports whether every client must have one.
func (r SecondFactor) Required() bool { return r.Policy == FactorRequired }

// ByPIN reports whether a telephone is linked with a PIN that came by post, before any other factor (A25).
func (r SecondFactor) ByPIN() bool { return r.On() && r.Enrolment == EnrolPIN }

// Offers reports whether a client can link the means.
func (r SecondFactor) Offers(means string) bool { return slices.Contains(r.Means, means) }

func (r SecondFactor) check(f *errs.Fields) {
	if !slices.Contains(FactorPolicies, r.Policy) {
		f.Add("policy", "field.choose")
	}
	for _, m := range r.Means {
		if !slices.Contains(FactorMeans, m) {
			f.Add("means", "field.choose")
		}
	}
	if r.Enrolment != "" && !slices.Contains(Enrolments, r.Enrolment) {
		f.Add("enrolment", "field.choose")
	}
	if r.ByPIN() && !r.Offers(FactorSMS) {
		f.Add("means", "settings.second_factor.pin_needs_sms")
	}
	// A passkey is beside something that works in any browser: who must link a factor to come in may have none that can.
	if r.On() && !r.Offers(FactorTOTP) && !r.Offers(FactorSMS) {
		f.Add("means", "settings.second_factor.no_means")
	}
}
