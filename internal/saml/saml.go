// Package saml is a SAML 2.0 service provider for the log-ins of the Dutch government: DigiD, the router
// TVS, eHerkenning and eIDAS. It keeps no state and knows no tenant and no visitor; it writes messages and
// says whether an answer holds.
//
// To log somebody in, an [SP] is filled from the settings of a connection, and its [SP.Check] is nil. Then
//
//	id := saml.NewID()                                // kept with the browser's log-in that is under way
//	sent, err := sp.Start(id, relay, anew, now)       // a redirect, or a form to post when it has fields
//	...                                               // the browser comes back with SAMLart and RelayState
//	answer, err := sp.Resolve(ctx, client, artifact, id, now)
//
// where client shows the certificate that the other party knows. The caller uses an id once: it deletes what it
// kept before it asks. It keeps answer.ID until answer.Expires and lets the same one in once. An error is one of
// package eid: ErrCancelled, ErrLevel, ErrService, ErrAway, or ErrRefused with a reason for the operator that
// names nobody.
package saml

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"voordeur/internal/eid"
)

// Profile is the agreement by which the other party speaks SAML. They differ in what a message must have
// and where it says who somebody is.
type Profile string

// The profiles.
const (
	DigiD       Profile = "digid"       // DigiD SAML 3.x
	TVS         Profile = "tvs"         // ST-SAML 1.0, the router of the government
	EHerkenning Profile = "eherkenning" // eToegang 1.13, companies
	EIDAS       Profile = "eidas"       // eToegang 1.13, other countries
)

// Signed is which parts of an answer must be signed. Whatever is signed besides is verified too.
type Signed int

// What must be signed.
const (
	Both          Signed = iota // the message and the assertion in it
	OnlyAssertion               // the assertion
	OnlyMessage                 // the message: the Response, or the ArtifactResponse around it
)

// SP is our side of one connection and what it knows of the other.
type SP struct {
	Profile Profile
	ID      string // our entity id
	ACS     string // where answers come, https
	SLO     string // where log-outs come, https; "" for none
	IdP     IdP
	Current Key // signs, and decrypts
	Next    Key // of a rollover: in the metadata, and decrypts; the zero Key when there is none
	Signed  Signed
	Skew    time.Duration // by how much clocks may differ
	Level   eid.Level     // the lowest that will do

	ServiceIndex int      // of the service in our metadata
	ServiceName  string   // as a visitor reads it, in Dutch
	Services     []string // ServiceID (eToegang) or ServiceUUID (TVS): the first is asked for, an answer may be for each

	Organisation Organisation
	Contacts     []Contact
}

// IdP is the other party, as its metadata has it.
type IdP struct {
	ID           string // its entity id
	SSO          Endpoint
	SLO          Endpoint
	SLOReplies   string         // where answers to its own log-outs go in an address, "" for SLO.Redirect
	Artifacts    map[int]string // where artifacts are resolved, by index
	Certificates []*x509.Certificate
}

// Endpoint is the addresses of a service by binding, "" where it does not have that binding.
type Endpoint struct{ Redirect, POST string }

// Organisation is whose metadata it is.
type Organisation struct{ Name, DisplayName, URL string }

// Contact is whom the other party calls.
type Contact struct{ Type, Name, Mail, Phone string } // Type is technical, administrative or support

// Answer is a log-in that holds, for who has not used it before.
type Answer struct {
	Login   eid.Login
	Session Session   // to end it with
	ID      string    // of the assertion
	Expires time.Time // after this the assertion is refused anyway
}

const (
	maxSkew  = 5 * time.Minute
	maxAge   = 15 * time.Minute // of a message, which is how long an artifact is kept
	maxRelay = 80               // bytes, of the SAML bindings
)

// Artifacts reports whether answers come as an artifact to be resolved, or else in a form that the browser posts.
func (s SP) Artifacts() bool { return s.binding() == bindingArtifact }

// Check says what is missing for log-ins.
func (s SP) Check() error {
	return errors.Join(
		unless(slices.Contains([]Profile{DigiD, TVS, EHerkenning, EIDAS}, s.Profile), "a known profile"),
		unless(s.ID != "", "our entity id"),
		unless(s.ACS != "", "our address for answers"),
		unless(s.IdP.ID != "" && s.IdP.ID != s.ID, "the other party's entity id"),
		unless(s.IdP.SSO != Endpoint{}, "the other party's address for log-ins"),
		unless(len(s.IdP.Certificates) > 0, "the other party's certificate"),
		unless(s.Current.private != nil && s.Current.Certificate != nil, "our key"),
		unless(s.Level >= eid.Basic && s.Level <= eid.High, "a level"),
		unless(s.Skew >= 0 && s.Skew <= maxSkew, "a difference of clocks of at most five minutes"),
		unless(s.Signed >= Both && s.Signed <= OnlyMessage, "what must be signed"),
		unless(s.Profile == DigiD || len(s.Services) > 0, "a service"),
	)
}

func unless(ok bool, what string) error {
	if ok {
		return nil
	}
	return fmt.Errorf("saml: the connection lacks %s", what)
}

// NewID returns an id for a message, which nobody guesses.
func NewID() string { return "_" + rand.Text() }

// keys are ours for decryption.
func (s SP) keys() []*rsa.PrivateKey {
	keys := []*rsa.PrivateKey{s.Current.private}
	if s.Next.private != nil {
		keys = append(keys, s.Next.private)
	}
	return keys
}

// refused is the error of an answer that does not hold. The reason is one of ours: no part of the answer is in it.
func refused(reason string) error { return fmt.Errorf("%w: %s", eid.ErrRefused, reason) }

// check is something that must be so, and the reason for the operator when it is not.
type check struct {
	ok     bool
	reason string
}

// all is nil when every check holds, or the error of the first that does not.
func all(checks ...check) error {
	for _, c := range checks {
		if !c.ok {
			return refused(c.reason)
		}
	}
	return nil
}
