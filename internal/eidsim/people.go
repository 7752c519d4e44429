package eidsim

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"voordeur/internal/eid"
)

// Provider is a party that logs people in, as it stands in the addresses.
type Provider string

// The providers.
const (
	DigiD       Provider = "digid"
	EHerkenning Provider = "eherkenning"
	EIDAS       Provider = "eidas"
	Entra       Provider = "entra" // the directory that an organisation has of its own employees
)

// Providers are all of them, in the order in which they are shown.
func Providers() []Provider { return []Provider{DigiD, EHerkenning, EIDAS, Entra} }

// Person is somebody who does not exist and whom the simulator can log in.
type Person struct {
	ID            string // in the form; it does not change
	At            Provider
	Given, Family string
	Born          string // as 1980-01-31, of who comes from another country
	// Legal is the number of himself or of the company for which he acts; the zero value for an employee.
	Legal   eid.Identifier
	Company string // its name, "" for who acts for himself
	RSIN    string // of the company, "" for none
	Branch  string // the one branch for which he may act, "" for all
	Email   string
	Groups  []string // of an employee
}

func natural(id, given, family, bsn string) Person {
	return Person{ID: id, At: DigiD, Given: given, Family: family, Legal: eid.Identifier{Kind: eid.BSN, Value: bsn}}
}

func company(id, given, family, name, kvk, rsin string) Person {
	return Person{ID: id, At: EHerkenning, Given: given, Family: family, Company: name, RSIN: rsin, Legal: eid.Identifier{Kind: eid.KvK, Value: kvk}}
}

func european(id, given, family, born string, legal eid.Identifier, company string) Person {
	return Person{ID: id, At: EIDAS, Given: given, Family: family, Born: born, Legal: legal, Company: company}
}

func employee(id, given, family, email string, groups ...string) Person {
	return Person{ID: id, At: Entra, Given: given, Family: family, Email: email, Groups: groups}
}

// branched is the same company with somebody who may act for one of its branches only.
func branched(p Person, number string) Person {
	p.Branch = number
	return p
}

// People returns who can be logged in. The numbers of citizens are from the range that is given out for tests,
// those of companies from one that the trade register does not use, and the last of each kind is nobody's
// client. Most names are those of the demo's clients.
func People() []Person {
	return []Person{
		natural("yilmaz", "Aylin", "Yilmaz", "999990019"),
		natural("veenstra", "Hendrik", "Veenstra", "999990020"),
		natural("peters", "Johan", "Peters", "999990032"),
		natural("dekker-m", "Maria", "Dekker", "999990044"),
		natural("jansen", "Greet", "Jansen", "999990056"),
		natural("dekker-a", "Arie", "Dekker", "999990068"),
		natural("dewit", "Carla", "de Wit", "999990081"),
		natural("aydin", "Selin", "Aydin", "999990093"),
		natural("stranger", "Nel", "Onbekend", "999990111"),

		company("heuvellopers", "Marieke", "Janssen", "Atletiekvereniging Heuvellopers", "90000001", "999990123"),
		company("holding", "Teun", "Ketting", "Ketting Holding bv", "90000002", "999990135"),
		company("ketting", "Teun", "Ketting", "Fietsenmakerij De Ketting bv", "90000003", "999990147"),
		branched(company("ketting-branch", "Loes", "Winkel", "Fietsenmakerij De Ketting bv", "90000003", "999990147"), "900000000031"),
		company("tuinen", "Anneke", "Mol", "Tuinen van Mol vof", "90000004", ""),
		company("stranger-company", "Piet", "Onbekend", "Bakkerij Zonder Dossier bv", "90000009", "999990159"),

		european("keller", "Jonas", "Keller", "1979-04-18", eid.Identifier{Kind: eid.BSN, Value: "999990160"}, ""),
		european("peeters", "Lotte", "Peeters", "1988-11-02", eid.Identifier{Kind: eid.Pseudo, Value: "4f6b1e0c9a2d47d38f3f"}, ""),
		european("lefevre", "Camille", "Lefèvre", "1971-07-30", eid.Identifier{Kind: eid.EIDAS, Value: "NL/FR/900000123"}, "Lefèvre Immobilier SARL"),

		employee("bakker", "Noor", "Bakker", "behandelaar@waterlandaanzee.example", "portaal-behandelaars"),
		employee("degraaf", "Tom", "de Graaf", "collega@waterlandaanzee.example", "portaal-behandelaars"),
		employee("beheer", "Ro", "Beheer", "beheer@waterlandaanzee.example", "portaal-behandelaars", "portaal-beheerders"),
		employee("nieuw", "Fleur", "Nieuw", "fleur@waterlandaanzee.example", "portaal-behandelaars"),
		employee("stranger-employee", "Wim", "Onbekend", "wim@elders.example"),
	}
}

// At returns who can be logged in at a provider.
func At(p Provider) []Person {
	return slices.DeleteFunc(People(), func(who Person) bool { return who.At != p })
}

// Name returns how somebody is called.
func (p Person) Name() string { return p.Given + " " + p.Family }

// Title is his name with that of his company.
func (p Person) Title() string {
	if p.Company == "" {
		return p.Name()
	}
	return p.Name() + ", " + p.Company
}

// Subject returns the name that the providers have for somebody towards everybody. It is the same after a restart.
func (p Person) Subject() string { return opaque("subject", p.ID) }

// Acting returns the name of somebody who acts for a company, which is another one for every party that asks.
func (p Person) Acting(client string) string {
	return opaque("acting", client, p.ID) + "@" + opaque("for", client, p.Legal.Value)
}

// Number is by what the provider knows somebody.
func (p Person) Number() string {
	if p.At == Entra {
		return p.Email
	}
	return p.Legal.Value
}

func opaque(parts ...string) string {
	h := sha256.New()
	for _, s := range parts {
		h.Write(append([]byte(s), 0))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// levelsSAML are the levels of a provider where it speaks SAML: the network of eHerkenning names those of eIDAS in
// its own way.
func levelsSAML(p Provider) []level {
	if p != EIDAS {
		return levels(p)
	}
	const classes = "urn:etoegang:core:assurance-class:"
	return []level{{classes + "loa2", "low"}, {classes + "loa3", "substantial"}, {classes + "loa4", "high"}}
}

// level is how sure a provider is: the value that stands in its answers, and the key of its name.
type level struct{ value, key string }

// levels of a provider, lowest first.
func levels(p Provider) []level {
	switch p {
	case DigiD:
		const classes = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
		return []level{
			{classes + "PasswordProtectedTransport", "basic"},
			{classes + "MobileTwoFactorContract", "medium"},
			{classes + "Smartcard", "substantial"},
			{classes + "SmartcardPKI", "high"},
		}
	case EHerkenning:
		const classes = "urn:etoegang:core:assurance-class:"
		return []level{{classes + "loa2", "eh2"}, {classes + "loa2plus", "eh2plus"}, {classes + "loa3", "eh3"}, {classes + "loa4", "eh4"}}
	case EIDAS:
		const classes = "http://eidas.europa.eu/LoA/"
		return []level{{classes + "low", "low"}, {classes + "substantial", "substantial"}, {classes + "high", "high"}}
	default:
		return []level{{"pwd", "password"}, {"mfa", "mfa"}}
	}
}
