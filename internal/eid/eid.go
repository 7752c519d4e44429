// Package eid says who somebody is according to a means of identification that is not ours: DigiD,
// eHerkenning, eIDAS, or any other that speaks SAML or OpenID Connect.
package eid

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// Kind is what the identifier of a subject is.
type Kind string

// The kinds of identifiers, and where each comes from.
const (
	BSN    Kind = "bsn"    // citizen service number, nine digits with a check (DigiD, eIDAS)
	KVK    Kind = "kvk"    // number in the trade register, eight digits (eHerkenning)
	RSIN   Kind = "rsin"   // number of a legal person, nine digits with a check (eHerkenning)
	EIDAS  Kind = "eidas"  // identifier of a legal person of another member state
	Pseudo Kind = "pseudo" // pseudonym of a person, valid at one service alone (eHerkenning, eIDAS)
	Sub    Kind = "sub"    // subject of an OpenID Connect provider, unique at its issuer alone
)

// Subject is a person or company as an identifier names it. The zero Subject is nobody.
type Subject struct {
	Kind   Kind
	Value  string
	Issuer string // of a Sub or a Pseudo, which are unique there alone; "" for all others
	Branch string // the branch that the authority is restricted to (Vestigingsnummer), "" for none
	Name   string // as the means says it, to show and never to match
}

// Level is how sure an identification is, in the order of the European regulation (910/2014).
type Level int

// The levels. A means of unknown level has None.
const (
	None        Level = iota
	Basic             // DigiD Basis, eHerkenning 2
	Low               // DigiD Midden, eHerkenning 2+
	Substantial       // DigiD Substantieel, eHerkenning 3
	High              // DigiD Hoog, eHerkenning 4
)

// Login is what an identification says, in the model of field/eid.md: whose data it is about, who acts,
// and by which authority.
type Login struct {
	ID          string    // of the assertion or token, which works once
	Level       Level     // reached, never less than what was asked
	At          time.Time // when somebody identified himself there
	Session     string    // name of the session at the identity provider, for a log-out that comes from there
	NameID      string    // what the identity provider calls the session's subject, for a log-out that goes there
	Legal       Subject   // whose data it is: the person himself, or the company
	Acting      string    // who acts for the company, an opaque name that is valid at this service alone; "" for the person himself
	Representee Subject   // whom the person represents, the zero Subject for nobody
	Mandate     Mandate
	Groups      []string // of an employee, as the organisation's own directory has them
	Email       string   // of an employee, for the list of who logged in; nobody is matched by it
}

// Mandate is the authority by which somebody acts for the Representee.
type Mandate struct {
	Role     string   // bewindvoerder, curator, mentor, or "" where the means does not say
	Services []string // what it reaches to, as the means names it
}

// Request is what is asked of an identity provider.
type Request struct {
	ID       string // of this log-in: 32 characters of [0-9a-f], never used before
	Return   string // absolute address that the browser comes back to
	Level    Level  // the least that is accepted
	Language string // nl or en
	Force    bool   // who is still logged in there must identify himself anew
}

// Departure is how the browser goes to the identity provider. Fields is nil for a plain link; otherwise the
// browser posts those to URL, from a page that says so.
type Departure struct {
	URL    string
	Fields map[string]string
	Kept   []byte // what Finish needs of this request; kept sealed, and given back once
}

// Provider is one connection to an identity provider. Finish gets the parameters that the browser came back with
// and what Start kept; it answers one of the errors below, or another one when the answer is not to be
// trusted. It must not be called twice with the same Kept, which its caller sees to; an assertion that
// was used before is for the caller too, by Login.ID.
type Provider interface {
	Start(ctx context.Context, r Request) (Departure, error)
	Finish(ctx context.Context, r Request, kept []byte, answer url.Values) (Login, error)
}

// What an identification can end with, besides an answer that is not to be trusted.
var (
	ErrCancelled   = errors.New("the visitor cancelled the identification")
	ErrLevel       = errors.New("the identification is of too low a level")
	ErrUnavailable = errors.New("the identity provider does not answer")
)
