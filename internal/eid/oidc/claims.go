package oidc

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/eid"
)

// Path is where a claim stands: the names from the outside in. Names have dots and colons in them, so a
// path is a list and never a text that is cut (field/eid.md 4).
type Path []string

// ParsePath reads a path as an administrator types it: one name, or several as a JSON list.
func ParsePath(text string) (Path, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	if !strings.HasPrefix(text, "[") {
		return Path{text}, nil
	}
	var p Path
	if err := json.Unmarshal([]byte(text), &p); err != nil || len(p) == 0 || slices.Contains(p, "") {
		return nil, fmt.Errorf("oidc: not a list of names")
	}
	return p, nil
}

// String writes a path as ParsePath reads it.
func (p Path) String() string {
	if len(p) == 0 {
		return ""
	}
	if len(p) == 1 && !strings.HasPrefix(p[0], "[") {
		return p[0]
	}
	b, err := json.Marshal([]string(p))
	if err != nil {
		return ""
	}
	return string(b)
}

// Claims is where a provider says what. An empty path is what it does not say.
type Claims struct {
	BSN         Path `json:"bsn,omitempty"`
	Company     Path `json:"company,omitempty"` // a KvK number or an RSIN
	CompanyKind Path `json:"company_kind,omitempty"`
	EIDAS       Path `json:"eidas,omitempty"`
	Pseudo      Path `json:"pseudo,omitempty"`
	Branch      Path `json:"branch,omitempty"`
	Acting      Path `json:"acting,omitempty"`
	// Whom he represents, and by which mandate.
	ForBSN     Path `json:"for_bsn,omitempty"`
	ForCompany Path `json:"for_company,omitempty"`
	Role       Path `json:"role,omitempty"`
	Service    Path `json:"service,omitempty"`

	Name   Path `json:"name,omitempty"`
	Given  Path `json:"given,omitempty"` // and family, where there is no whole name
	Family Path `json:"family,omitempty"`
	Email  Path `json:"email,omitempty"`
	Level  Path `json:"level,omitempty"`
	Groups Path `json:"groups,omitempty"`
	// Subject makes the provider's own name for somebody his identifier: for whoever gives no number.
	Subject bool `json:"subject,omitempty"`
}

// presets are what the brokers of field/eid.md send.
var presets = map[string]Claims{
	"digid": {
		BSN: Path{"bsn"}, ForBSN: Path{"urn:nl-eid-gdi:1.0:LegalSubjectID"}, Service: Path{"urn:nl-eid-gdi:1.0:ServiceUUID"},
		Level: Path{"acr"}, Name: Path{"name"},
	},
	"eherkenning": {
		Company: Path{"urn:etoegang:core:LegalSubjectID"}, CompanyKind: Path{"namequalifier"}, Acting: Path{"urn:etoegang:core:ActingSubjectID"},
		Branch: Path{"urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"}, Service: Path{"urn:etoegang:core:ServiceID"},
		Level: Path{"acr"}, Name: Path{"urn:etoegang:1.11:attribute-represented:CompanyName"},
	},
	"eidas": {
		BSN: Path{"urn:etoegang:1.12:EntityConcernedID:BSN"}, Pseudo: Path{"urn:etoegang:1.12:EntityConcernedID:PseudoID"},
		EIDAS: Path{"urn:etoegang:1.11:EntityConcernedID:eIDASLegalIdentifier"}, Service: Path{"urn:etoegang:core:ServiceID"},
		Level: Path{"acr"}, Name: Path{"urn:etoegang:1.11:attribute-represented:CompanyName"},
		Given: Path{"urn:etoegang:1.9:attribute:FirstName"}, Family: Path{"urn:etoegang:1.9:attribute:FamilyName"},
	},
	"keycloak": {
		BSN: Path{"aanvrager", "bsn"}, Company: Path{"aanvrager", "kvk"}, Acting: Path{"aanvrager", "uid"},
		ForBSN: Path{"gemachtigde", "bsn"}, ForCompany: Path{"gemachtigde", "kvk"}, Level: Path{"acr"}, Name: Path{"name"},
	},
	"private": {Subject: true, Name: Path{"name"}, Level: Path{"acr"}},
	"staff":   {Subject: true, Name: Path{"name"}, Email: Path{"email"}, Groups: Path{"groups"}},
}

// Presets are their names, in the order of the page.
var Presets = []string{"digid", "eherkenning", "eidas", "keycloak", "private", "staff"}

// Preset returns what a kind of provider sends.
func Preset(name string) (Claims, bool) {
	c, ok := presets[name]
	return c, ok
}

// answer is the claims of a provider.
type answer map[string]any

// text returns the claim of a path, "" for none and for what is no single text.
func (a answer) text(p Path) string {
	switch v := a.find(p).(type) {
	case string:
		return strings.TrimSpace(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// texts returns the claim of a path that may be a list.
func (a answer) texts(p Path) []string {
	list, ok := a.find(p).([]any)
	if !ok {
		if one := a.text(p); one != "" {
			return []string{one}
		}
		return nil
	}
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func (a answer) find(p Path) any {
	if len(p) == 0 {
		return nil
	}
	var v any = map[string]any(a)
	for _, name := range p {
		inside, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = inside[name]
	}
	return v
}

// identifier reads the claim of a path as a number of a register. A claim that is there and is no such number is
// an error: whoever is that must not become somebody else by the next claim.
func (a answer) identifier(list []eid.Identifier, k eid.Kind, p Path) ([]eid.Identifier, error) {
	value := a.text(p)
	if value == "" {
		if a.find(p) != nil && a.find(p) != "" {
			return nil, fmt.Errorf("%w: the claim of a %s is no text", eid.ErrRefused, k)
		}
		return list, nil
	}
	id, err := eid.Parse(k, value)
	if err != nil {
		return nil, fmt.Errorf("%w: the claim of a %s is none", eid.ErrRefused, k)
	}
	return append(list, id), nil
}

// company is identifier for a number that is of one of two registers: as the provider says, or by its length.
func (a answer) company(list []eid.Identifier, p, kind Path) ([]eid.Identifier, error) {
	k := eid.RSIN
	if len(a.text(p)) == 8 {
		k = eid.KvK
	}
	if named := a.text(kind); named != "" {
		if k = eid.KindOf(named); k != eid.KvK && k != eid.RSIN {
			return nil, fmt.Errorf("%w: the company is of an unknown register", eid.ErrRefused)
		}
	}
	return a.identifier(list, k, p)
}

// login is what the claims say of somebody.
func (c Claims) login(a answer, issuer, subject string) (eid.Login, error) {
	l := eid.Login{
		Branch: a.text(c.Branch), Acting: a.text(c.Acting), Name: a.text(c.Name), Email: a.text(c.Email), Level: eid.LevelOf(a.text(c.Level)),
		Groups: a.texts(c.Groups), Subject: subject, Session: a.text(Path{"sid"}),
	}
	if l.Name == "" {
		l.Name = strings.TrimSpace(a.text(c.Given) + " " + a.text(c.Family))
	}
	if slices.Contains(a.texts(Path{"amr"}), "mfa") { // RFC 8176: more than one factor
		l.Level = max(l.Level, eid.Substantial)
	}
	var err error
	for _, one := range []struct {
		kind eid.Kind
		path Path
	}{{eid.BSN, c.BSN}, {eid.EIDAS, c.EIDAS}, {eid.Pseudo, c.Pseudo}} {
		if l.Legal, err = a.identifier(l.Legal, one.kind, one.path); err != nil {
			return l, err
		}
	}
	if l.Legal, err = a.company(l.Legal, c.Company, c.CompanyKind); err != nil {
		return l, err
	}
	if l.For, err = a.identifier(nil, eid.BSN, c.ForBSN); err != nil {
		return l, err
	}
	if l.For, err = a.company(l.For, c.ForCompany, nil); err != nil {
		return l, err
	}
	if len(l.For) > 0 {
		l.Mandate = eid.Mandate{Role: a.text(c.Role), Services: a.texts(c.Service)}
	}
	if c.Subject {
		id, err := eid.Parse(eid.Sub, issuer+" "+subject)
		if err != nil {
			return l, fmt.Errorf("%w: the subject is none", eid.ErrRefused)
		}
		l.Legal = append(l.Legal, id)
	}
	if len(l.Legal) == 0 {
		return l, fmt.Errorf("%w: nothing says who it is", eid.ErrRefused)
	}
	return l, nil
}
