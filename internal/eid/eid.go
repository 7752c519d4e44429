// Package eid is who somebody is according to another party: a government's log-in or a broker. Every
// protocol ends in a [Login], which has the form of the canonical model in the standards: the subject, who
// acts for it, and whom it represents.
package eid

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"
)

// Kind is the register that an identifier is from.
type Kind string

// The kinds of identifiers.
const (
	BSN    Kind = "bsn"    // a person in the Dutch register, nine digits
	RSIN   Kind = "rsin"   // a legal entity, nine digits
	KvK    Kind = "kvk"    // a company in the trade register, eight digits
	Branch Kind = "branch" // one branch of a company: its KvK number, "/" and the twelve digits of the branch
	EIDAS  Kind = "eidas"  // a person or company of another European country, "NL/DE/..."
	Pseudo Kind = "pseudo" // a name that a means made up for this one service
	Sub    Kind = "sub"    // the name that an OpenID provider has for somebody, with its issuer
)

// Identifier names a person or a company in a register. It does not print its value: a BSN has no place in
// a log.
type Identifier struct {
	Kind  Kind
	Value string
}

// ErrIdentifier is of a value that its register cannot have given out.
var ErrIdentifier = errors.New("eid: not an identifier of its kind")

var (
	eidasID = regexp.MustCompile(`^[A-Z]{2}/[A-Z]{2}/[!-~]{1,256}$`)
	// subject is what an OpenID provider or a means may call somebody.
	subject = regexp.MustCompile(`^[!-~][ -~]{0,510}[!-~]$|^[!-~]$`)
)

// Parse returns an identifier in the form in which it is compared. Spaces and dots between the digits of a
// number do not count, and a BSN that lost its leading zero has it again. An error says nothing of the value.
func Parse(k Kind, value string) (Identifier, error) {
	value = strings.TrimSpace(value)
	ok := false
	switch k {
	case BSN, RSIN:
		if value, ok = digits(value, 8, 9); ok {
			value = strings.Repeat("0", 9-len(value)) + value
			ok = elfproef(value)
		}
	case KvK:
		value, ok = digits(value, 8, 8)
		ok = ok && value != "00000000"
	case Branch:
		company, branch, _ := strings.Cut(value, "/")
		id, err := Parse(KvK, company)
		branch, ok = digits(branch, 12, 12)
		value, ok = id.Value+"/"+branch, ok && err == nil
	case EIDAS:
		ok = eidasID.MatchString(value)
	case Pseudo, Sub:
		ok = subject.MatchString(value)
	}
	if !ok {
		return Identifier{}, ErrIdentifier
	}
	return Identifier{Kind: k, Value: value}, nil
}

// digits returns the digits of a number, and whether there are between low and high of them and nothing else.
func digits(value string, low, high int) (string, bool) {
	value = strings.NewReplacer(" ", "", ".", "", "\u00a0", "").Replace(value)
	for _, c := range value {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	return value, len(value) >= low && len(value) <= high
}

// elfproef is the check of a BSN and an RSIN: the digits times 9, 8, ... 2 and -1 are together a multiple of 11.
func elfproef(nine string) bool {
	sum := -int(nine[8] - '0')
	for i := range 8 {
		sum += int(nine[i]-'0') * (9 - i)
	}
	return sum%11 == 0 && nine != "000000000"
}

// Masked returns as much of the value as helps somebody who knows it: its last two characters.
func (i Identifier) Masked() string {
	if len(i.Value) <= 4 {
		return strings.Repeat("•", len(i.Value))
	}
	return strings.Repeat("•", min(len(i.Value)-2, 8)) + i.Value[len(i.Value)-2:]
}

// String does not tell the value.
func (i Identifier) String() string { return string(i.Kind) + " " + i.Masked() }

// GoString does not tell the value.
func (i Identifier) GoString() string { return i.String() }

// LogValue does not tell the value.
func (i Identifier) LogValue() slog.Value { return slog.StringValue(string(i.Kind)) }

// Level is how sure the other party is, in the order in which the levels of DigiD, eHerkenning and eIDAS
// are compared. The zero value is no level, which satisfies nothing that asks for one.
type Level int

// The levels. Those of eHerkenning: EH2, EH2+, EH3, EH4.
const (
	Basic       Level = iota + 1 // DigiD Basis, EH2
	Medium                       // DigiD Midden, EH2+, eIDAS low
	Substantial                  // DigiD Substantieel, EH3
	High                         // DigiD Hoog, EH4
)

// Login is what another party says of who logged in, once all of it has been verified.
type Login struct {
	Legal   []Identifier // the person, or the company for which he acts; more than one when it has several numbers
	Branch  string       // the one branch (vestigingsnummer) to which he is restricted, "" for none; never where he is
	Acting  string       // what the other party calls the person at the keyboard of a company, opaque; "" when that is the subject
	For     []Identifier // whom he represents, nil for nobody
	Mandate Mandate      // by what he represents
	Level   Level
	Name    string    // as the other party gives it, "" when it does not; nobody is found by it
	At      time.Time // when he proved himself
	Session string    // what the other party calls its session, to end it with
	Subject string    // how it names him in that session, to end it with; never stored or shown
	Email   string    // of an employee
	Groups  []string  // of an employee, as the other party names them
}

// String tells how many identifiers there are and how sure the other party is, and nobody's number or name.
func (l Login) String() string {
	return fmt.Sprintf("login of %d, for %d, %s", len(l.Legal), len(l.For), l.Level)
}

// GoString tells no more.
func (l Login) GoString() string { return l.String() }

// LogValue tells no more.
func (l Login) LogValue() slog.Value { return slog.StringValue(l.String()) }

// Mandate is by what somebody represents another: the role of a curator or mentor, or the services that a
// mandate register has.
type Mandate struct {
	Role     string
	Services []string
}

// Whose returns the identifiers of those whose data may be shown: who is represented, or else the subject. Who is
// restricted to one branch of a company is not authorised for the company (eToegang, ServiceRestriction).
func (l Login) Whose() []Identifier {
	if len(l.For) > 0 {
		return l.For
	}
	if l.Branch == "" {
		return l.Legal
	}
	for _, id := range l.Legal {
		if id.Kind == KvK {
			if branch, err := Parse(Branch, id.Value+"/"+l.Branch); err == nil {
				return []Identifier{branch}
			}
		}
	}
	return nil
}

// The reasons why somebody who went to log in elsewhere is not let in.
var (
	ErrCancelled = errors.New("eid: cancelled")      // by himself
	ErrLevel     = errors.New("eid: level too low")  // of what he showed
	ErrService   = errors.New("eid: not authorised") // for this service by his company
	ErrRefused   = errors.New("eid: answer refused") // the answer does not hold
	ErrAway      = errors.New("eid: no answer")      // the other party could not be reached
)
