package saml

import (
	"regexp"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"voordeur/internal/eid"
)

// levels is what each profile calls them. Those of TVS are compared in small letters.
var levels = map[Profile]map[string]eid.Level{
	DigiD: {
		"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport": eid.Basic,
		"urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract":    eid.Medium,
		"urn:oasis:names:tc:SAML:2.0:ac:classes:Smartcard":                  eid.Substantial,
		"urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI":               eid.High,
	},
	TVS: {
		"http://eid.logius.nl/loa/basic":         eid.Basic,
		"http://eidas.europa.eu/loa/low":         eid.Medium,
		"http://eidas.europa.eu/loa/substantial": eid.Substantial,
		"http://eidas.europa.eu/loa/high":        eid.High,
	},
	EHerkenning: toegang,
	EIDAS:       toegang,
}

var toegang = map[string]eid.Level{
	"urn:etoegang:core:assurance-class:loa2":     eid.Basic,
	"urn:etoegang:core:assurance-class:loa2plus": eid.Medium,
	"urn:etoegang:core:assurance-class:loa3":     eid.Substantial,
	"urn:etoegang:core:assurance-class:loa4":     eid.High,
}

// registers is what NameQualifier calls them in each profile. A name from another register is passed over.
var registers = map[Profile]map[string]eid.Kind{
	TVS: {"urn:nl-eid-gdi:1.0:id:legacy-BSN": eid.BSN},
	EHerkenning: {
		"urn:etoegang:1.9:EntityConcernedID:KvKnr":     eid.KvK,
		"urn:etoegang:1.9:EntityConcernedID:RSIN":      eid.RSIN,
		"urn:etoegang:1.9:EntityConcernedID:Pseudo":    eid.Pseudo,
		"urn:etoegang:1.12:EntityConcernedID:PseudoID": eid.Pseudo,
		"urn:etoegang:1.12:EntityConcernedID:BSN":      eid.BSN,
	},
	EIDAS: {
		"urn:etoegang:1.11:EntityConcernedID:eIDASLegalIdentifier": eid.EIDAS,
		"urn:etoegang:1.9:EntityConcernedID:Pseudo":                eid.Pseudo,
		"urn:etoegang:1.12:EntityConcernedID:PseudoID":             eid.Pseudo,
		"urn:etoegang:1.12:EntityConcernedID:BSN":                  eid.BSN,
	},
}

// maxName is the length up to which a BSN or a pseudonym is one. A longer one is polymorphic: other bytes each
// time, for who has keys of that scheme.
const maxName = 128

var branchNumber = regexp.MustCompile(`^[0-9]{12}$`)

// login returns who a verified assertion is about.
func (s SP) login(a *etree.Element) (eid.Login, error) {
	if s.Profile == DigiD {
		return digid(text(one(one(a, nsAssertion, "Subject"), nsAssertion, "NameID")))
	}
	given, err := attributesOf(a)
	if err != nil {
		return eid.Login{}, err
	}
	if s.Profile == TVS {
		return s.tvs(given)
	}
	return s.toegang(given)
}

// digid reads the name of a subject: a BSN behind the code of its sector, which may be missing.
func digid(name string) (eid.Login, error) {
	id, err := eid.Parse(eid.BSN, strings.TrimPrefix(name, "s00000000:"))
	if err != nil {
		return eid.Login{}, refused("the subject is not a BSN")
	}
	return eid.Login{Legal: []eid.Identifier{id}}, nil
}

// tvs reads who acts, and whom he represents if he does.
func (s SP) tvs(given attributes) (eid.Login, error) {
	const names, representation = "urn:nl-eid-gdi:1.0:", "urn:nl-eid-gdi:1.1:RepresentationType"
	service := given.text(names + "ServiceUUID")
	acting, err := s.names(given[names+"ActingSubjectID"])
	if err != nil {
		return eid.Login{}, err
	}
	legal, err := s.names(given[names+"LegalSubjectID"])
	if err != nil {
		return eid.Login{}, err
	}
	if err := s.service(service); err != nil {
		return eid.Login{}, err
	}
	represents := len(given[names+"LegalSubjectID"]) > 0
	if err := all(
		check{len(acting) > 0, "nobody acts who has a name for us"},
		check{!represents || len(legal) > 0, "whom he represents has no name for us"},
		check{represents || len(given[representation]) == 0, "a representation of nobody"},
	); err != nil {
		return eid.Login{}, err
	}
	login := eid.Login{Legal: acting, For: legal}
	if represents {
		login.Mandate = eid.Mandate{Role: given.text(representation), Services: []string{service}}
	}
	return login, nil
}

// toegang reads a company, who acts for it, and for which it acts when it is an intermediary; or a person of
// another country.
func (s SP) toegang(given attributes) (eid.Login, error) {
	const core = "urn:etoegang:core:"
	service := given.text(core + "ServiceID")
	if err := s.service(service); err != nil {
		return eid.Login{}, err
	}
	acting, err := s.names(given[core+"ActingSubjectID"])
	if err != nil {
		return eid.Login{}, err
	}
	legal, err := s.names(given[core+"LegalSubjectID"])
	if err != nil {
		return eid.Login{}, err
	}
	if err := all(
		check{len(acting) > 0, "nobody acts who has a name for us"},
		check{len(legal) > 0 || s.Profile == EIDAS && len(given[core+"LegalSubjectID"]) == 0, "no company that has a name for us"},
	); err != nil {
		return eid.Login{}, err
	}
	if len(legal) == 0 {
		const person = "urn:etoegang:1.9:attribute:"
		return eid.Login{Legal: acting, Name: strings.TrimSpace(given.text(person+"FirstName") + " " + given.text(person+"FamilyName"))}, nil
	}
	login := eid.Login{Legal: legal, Acting: acting[0].Value, Name: given.text("urn:etoegang:1.11:attribute-represented:CompanyName")}
	const restriction, intermediary = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr", "urn:etoegang:1.9:IntermediateEntityID:KvKnr"
	if len(given[restriction]) > 0 {
		login.Branch = given.text(restriction)
		if err := all(
			check{branchNumber.MatchString(login.Branch), "not the number of a branch"},
			check{slices.ContainsFunc(legal, func(i eid.Identifier) bool { return i.Kind == eid.KvK }), "a branch of no company"},
		); err != nil {
			return eid.Login{}, err
		}
	}
	if len(given[intermediary]) > 0 {
		between, err := s.intermediary(given[intermediary])
		if err != nil {
			return eid.Login{}, err
		}
		login.For, login.Legal = legal, between
		login.Mandate.Services = []string{service}
	}
	return login, nil
}

// intermediary returns the company that acts for another: its number in the trade register, encrypted or not.
func (s SP) intermediary(values []*etree.Element) ([]eid.Identifier, error) {
	if len(values) == 1 && text(values[0]) != "" {
		id, err := eid.Parse(eid.KvK, text(values[0]))
		return []eid.Identifier{id}, all(check{err == nil, "an intermediary that is no company"})
	}
	ids, err := s.names(values)
	if err != nil {
		return nil, err
	}
	return ids, all(check{len(ids) > 0, "an intermediary without a name for us"})
}

// service checks for which of our services an answer is.
func (s SP) service(id string) error {
	switch {
	case id == "":
		return refused("for no service")
	case !slices.Contains(s.Services, id):
		return eid.ErrService
	}
	return nil
}

// attributes are the values of an assertion, by name.
type attributes map[string][]*etree.Element

// attributesOf returns those of the assertion itself, each name once.
func attributesOf(a *etree.Element) (attributes, error) {
	statement := one(a, nsAssertion, "AttributeStatement")
	if statement == nil {
		return nil, refused("not one statement of attributes")
	}
	given := attributes{}
	for _, at := range children(statement, nsAssertion, "Attribute") {
		name := attr(at, "Name")
		if _, twice := given[name]; twice || name == "" {
			return nil, refused("an attribute twice, or without name")
		}
		given[name] = children(at, nsAssertion, "AttributeValue")
	}
	return given, nil
}

// text is the one value of an attribute, "" when there are none or more.
func (a attributes) text(name string) string {
	if len(a[name]) != 1 {
		return ""
	}
	return text(a[name][0])
}

// names decrypts values and returns those for us that are of a register that we know, the same once.
func (s SP) names(values []*etree.Element) ([]eid.Identifier, error) {
	var ids []eid.Identifier
	for _, v := range values {
		hidden := one(v, nsAssertion, "EncryptedID")
		if hidden == nil || len(v.ChildElements()) != 1 {
			return nil, refused("a name that is not encrypted")
		}
		name, err := s.decrypt(hidden)
		if err != nil {
			return nil, err
		}
		kind, known := registers[s.Profile][attr(name, "NameQualifier")]
		if name == nil || !known || (kind == eid.BSN || kind == eid.Pseudo) && len(text(name)) > maxName {
			continue
		}
		id, err := eid.Parse(kind, text(name))
		if err != nil {
			return nil, refused("a name that its register cannot have given out")
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}
