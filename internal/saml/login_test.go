package saml_test

import (
	"crypto/tls"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"voordeur/internal/eid"
	"voordeur/internal/saml"
)

func id(t *testing.T, kind eid.Kind, value string) eid.Identifier {
	t.Helper()
	i, err := eid.Parse(kind, value)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestD8_ADigiDLogInByArtifact(t *testing.T) {
	r := newResolver(t)
	for _, name := range []string{"s00000000:999990019", "999990019", " s00000000:999990019 "} {
		a := good(saml.DigiD)
		a.name = name
		got, err := r.resolve(t, sp(saml.DigiD), a)
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if want := []eid.Identifier{id(t, eid.BSN, "999990019")}; !reflect.DeepEqual(got.Login.Legal, want) || got.Login.For != nil {
			t.Errorf("%q: %v for %v", name, got.Login.Legal, got.Login.For)
		}
		if got.Login.Level != eid.Medium || got.Login.Session != "session-1" || !got.Login.At.Equal(now.Add(-time.Second)) {
			t.Errorf("level %v, session %q, at %v", got.Login.Level, got.Login.Session, got.Login.At)
		}
		if got.ID != "_assertion" || !got.Expires.Equal(now.Add(3*time.Minute)) {
			t.Errorf("assertion %q until %v", got.ID, got.Expires)
		}
	}
	for _, name := range []string{"s00000001:999990019", "s00000000:999990018", "s00000000:", "s00000000: 9", "iemand"} {
		a := good(saml.DigiD)
		a.name = name
		if _, err := r.resolve(t, sp(saml.DigiD), a); err == nil {
			t.Errorf("%q is let in", name)
		}
	}
}

func TestD8_TVSSaysWhoActsAndForWhom(t *testing.T) {
	const names = "urn:nl-eid-gdi:1.0:"
	bsn := func(n string) string { return encrypted(names+"id:legacy-BSN", n) }
	pseudonym := encrypted(names+"id:Pseudonym", "polymorphic")
	r := newResolver(t)
	a := good(saml.TVS)
	a.class = "HTTP://eid.logius.nl/LoA/Basic"
	s := sp(saml.TVS)
	s.Level = eid.Basic
	got, err := r.resolve(t, s, a)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Login.Whose(), []eid.Identifier{id(t, eid.BSN, "999990019")}) || got.Login.For != nil || got.Login.Level != eid.Basic {
		t.Errorf("%+v", got.Login)
	}
	a = good(saml.TVS)
	a.attributes = attribute(names+"ServiceUUID", uuid) + attribute(names+"ActingSubjectID", pseudonym, bsn("999990019")) +
		attribute(names+"LegalSubjectID", bsn("012345672")) + attribute("urn:nl-eid-gdi:1.1:RepresentationType", "urn:nl-eid-gdi:1.1:RT:Zorg_Volledig_Gezag_Kind")
	// The evidence of others, in Advice, has names of its own that nobody reads.
	a.replace(inAssertion, "<saml:AuthnStatement", `<saml:Advice><saml:Assertion ID="_evidence"><saml:Issuer>urn:test:ad</saml:Issuer>`+
		`<saml:AttributeStatement>`+attribute(names+"ActingSubjectID", bsn("999990020"))+`</saml:AttributeStatement></saml:Assertion></saml:Advice><saml:AuthnStatement`)
	got, err = r.resolve(t, sp(saml.TVS), a)
	if err != nil {
		t.Fatal(err)
	}
	want := eid.Login{
		Legal: []eid.Identifier{id(t, eid.BSN, "999990019")}, For: []eid.Identifier{id(t, eid.BSN, "012345672")},
		Mandate: eid.Mandate{Role: "urn:nl-eid-gdi:1.1:RT:Zorg_Volledig_Gezag_Kind", Services: []string{uuid}},
		Level:   eid.Medium, At: now.Add(-time.Second), Session: "session-1", Subject: "transient-name",
	}
	if !reflect.DeepEqual(got.Login, want) {
		t.Errorf("got %+v", got.Login)
	}
}

func TestD9_EHerkenningSaysTheCompanyAndWhoActsForIt(t *testing.T) {
	const restriction = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
	r := newResolver(t)
	company := []eid.Identifier{id(t, eid.KvK, "90000001"), id(t, eid.RSIN, "001509962")}
	got, err := r.resolve(t, sp(saml.EHerkenning), good(saml.EHerkenning))
	if err != nil {
		t.Fatal(err)
	}
	if l := got.Login; !reflect.DeepEqual(l.Legal, company) || l.Acting != "0a1b@2c3d" || l.Branch != "" || l.For != nil || l.Level != eid.Substantial {
		t.Errorf("%+v", l)
	}
	a := good(saml.EHerkenning)
	a.attributes += attribute(restriction, "000012345678") + attribute("urn:etoegang:1.11:attribute-represented:CompanyName", "Bakkerij &amp; Zn.")
	if got, err = r.resolve(t, sp(saml.EHerkenning), a); err != nil || got.Login.Branch != "000012345678" || got.Login.Name != "Bakkerij & Zn." {
		t.Errorf("%+v, %v", got.Login, err)
	}
	for _, value := range []string{encrypted("urn:etoegang:1.9:EntityConcernedID:KvKnr", "90000002"), "90000002"} {
		a = good(saml.EHerkenning)
		a.attributes += attribute("urn:etoegang:1.9:IntermediateEntityID:KvKnr", value)
		if got, err = r.resolve(t, sp(saml.EHerkenning), a); err != nil {
			t.Fatal(err)
		}
		if l := got.Login; !reflect.DeepEqual(l.Legal, []eid.Identifier{id(t, eid.KvK, "90000002")}) || !reflect.DeepEqual(l.For, company) || !reflect.DeepEqual(l.Mandate.Services, []string{service}) {
			t.Errorf("an intermediary: %+v", l)
		}
	}
	// A BSN that only other keys open is passed over.
	a = good(saml.EHerkenning)
	a.replace(inAssertion, `<saml:Attribute Name="urn:etoegang:core:LegalSubjectID">`,
		`<saml:Attribute Name="urn:etoegang:core:LegalSubjectID"><saml:AttributeValue>`+encrypted("urn:etoegang:1.12:EntityConcernedID:BSN", strings.Repeat("MIIB", 100))+`</saml:AttributeValue>`)
	if got, err = r.resolve(t, sp(saml.EHerkenning), a); err != nil || !reflect.DeepEqual(got.Login.Legal, company) {
		t.Errorf("a polymorphic BSN: %v, %v", got.Login.Legal, err)
	}
	a = good(saml.EHerkenning)
	a.replace(inAssertion, service, "urn:etoegang:DV:00000001234567890000:services:9053")
	if _, err = r.resolve(t, sp(saml.EHerkenning), a); !errors.Is(err, eid.ErrService) {
		t.Errorf("another service: %v", err)
	}
}

func TestD10_EIDASSaysAPersonOrACompanyOfAnotherCountry(t *testing.T) {
	r := newResolver(t)
	got, err := r.resolve(t, sp(saml.EIDAS), good(saml.EIDAS))
	if err != nil {
		t.Fatal(err)
	}
	if l := got.Login; !reflect.DeepEqual(l.Legal, []eid.Identifier{id(t, eid.Pseudo, "DE-pseudo-1")}) || l.Name != "Zoë Müller" || l.Acting != "" {
		t.Errorf("a person: %+v", l)
	}
	a := good(saml.EIDAS)
	a.attributes += attribute("urn:etoegang:core:LegalSubjectID", encrypted("urn:etoegang:1.11:EntityConcernedID:eIDASLegalIdentifier", "DE/NL/C82fe5")) +
		attribute("urn:etoegang:1.11:attribute-represented:CompanyName", "Bäckerei GmbH")
	if got, err = r.resolve(t, sp(saml.EIDAS), a); err != nil {
		t.Fatal(err)
	}
	if l := got.Login; !reflect.DeepEqual(l.Legal, []eid.Identifier{id(t, eid.EIDAS, "DE/NL/C82fe5")}) || l.Name != "Bäckerei GmbH" || l.Acting != "DE-pseudo-1" {
		t.Errorf("a company: %+v", l)
	}
}

func TestD8_NamesAreDecryptedInEveryFormThatIsAgreed(t *testing.T) {
	const (
		xenc   = "http://www.w3.org/2001/04/xmlenc#"
		xenc11 = "http://www.w3.org/2009/xmlenc11#"
	)
	r := newResolver(t)
	for name, c := range map[string]cipherOf{
		"SHA-1 said":              {digest: "http://www.w3.org/2000/09/xmldsig#sha1"},
		"SHA-256, mask of SHA-1":  {digest: xenc + "sha256"},
		"OAEP 1.1":                {key: xenc11 + "rsa-oaep", digest: xenc + "sha256", mask: xenc11 + "mgf1sha1"},
		"OAEP 1.1, SHA-256 twice": {key: xenc11 + "rsa-oaep", digest: xenc + "sha256", mask: xenc11 + "mgf1sha256"},
		"GCM":                     {data: xenc11 + "aes256-gcm"},
		"key inside":              {inside: true},
		"the next key":            {keys: []string{"next"}},
		"a key of each":           {keys: []string{"stranger", "next", "ours"}},
	} {
		a := good(saml.TVS)
		a.attributes = attribute("urn:nl-eid-gdi:1.0:ServiceUUID", uuid) +
			attribute("urn:nl-eid-gdi:1.0:ActingSubjectID", cipherOf{to: "urn:test:other"}.write("x", "y"), c.write("urn:nl-eid-gdi:1.0:id:legacy-BSN", "999990019"))
		got, err := r.resolve(t, sp(saml.TVS), a)
		if err != nil || !reflect.DeepEqual(got.Login.Legal, []eid.Identifier{id(t, eid.BSN, "999990019")}) {
			t.Errorf("%s: %+v, %v", name, got.Login, err)
		}
	}
}

func TestD8_ALevelIsComparedAndAFailureHasItsReason(t *testing.T) {
	const codes = "urn:oasis:names:tc:SAML:2.0:status:"
	r := newResolver(t)
	// fail is the status of a failure, in the Response, without assertion.
	fail := func(p saml.Profile, first, second, words string) *answer {
		st := `<samlp:Status><samlp:StatusCode Value="` + codes + first + `">`
		if second != "" {
			st += `<samlp:StatusCode Value="` + codes + second + `"></samlp:StatusCode>`
		}
		st += `</samlp:StatusCode>`
		if words != "" {
			st += `<samlp:StatusMessage>` + words + `</samlp:StatusMessage>`
		}
		return good(p).edit(inResponse, func(s string) string {
			begin, _, _ := strings.Cut(s, "<samlp:Status>")
			return begin + st + "</samlp:Status></samlp:Response>"
		})
	}
	class := func(p saml.Profile, class string) *answer {
		a := good(p)
		a.class = class
		return a
	}
	const digid = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
	for name, c := range map[string]struct {
		a    *answer
		p    saml.Profile
		want error
	}{
		"DigiD Basis":               {class(saml.DigiD, digid+"PasswordProtectedTransport"), saml.DigiD, eid.ErrLevel},
		"DigiD Substantieel":        {class(saml.DigiD, digid+"Smartcard"), saml.DigiD, nil},
		"DigiD Hoog":                {class(saml.DigiD, digid+"SmartcardPKI"), saml.DigiD, nil},
		"TVS basic":                 {class(saml.TVS, "http://eid.logius.nl/LoA/basic"), saml.TVS, eid.ErrLevel},
		"TVS high":                  {class(saml.TVS, "http://eidas.europa.eu/LoA/high"), saml.TVS, nil},
		"EH2":                       {class(saml.EHerkenning, "urn:etoegang:core:assurance-class:loa2"), saml.EHerkenning, eid.ErrLevel},
		"EH2+":                      {class(saml.EHerkenning, "urn:etoegang:core:assurance-class:loa2plus"), saml.EHerkenning, nil},
		"EH4":                       {class(saml.EHerkenning, "urn:etoegang:core:assurance-class:loa4"), saml.EHerkenning, nil},
		"EH1":                       {class(saml.EHerkenning, "urn:etoegang:core:assurance-class:loa1"), saml.EHerkenning, eid.ErrRefused},
		"DigiD cancelled":           {fail(saml.DigiD, "Responder", "AuthnFailed", ""), saml.DigiD, eid.ErrCancelled},
		"DigiD failed":              {fail(saml.DigiD, "Responder", "RequestDenied", ""), saml.DigiD, eid.ErrRefused},
		"DigiD failed, no more":     {fail(saml.DigiD, "Responder", "", ""), saml.DigiD, eid.ErrRefused},
		"DigiD success that failed": {fail(saml.DigiD, "Success", "AuthnFailed", ""), saml.DigiD, eid.ErrRefused},
		"TVS cancelled":             {fail(saml.TVS, "Responder", "AuthnFailed", "Authentication cancelled"), saml.TVS, eid.ErrCancelled},
		"TVS failed":                {fail(saml.TVS, "Responder", "AuthnFailed", "Something else"), saml.TVS, eid.ErrRefused},
		"TVS level":                 {fail(saml.TVS, "Requester", "NoAuthnContext", ""), saml.TVS, eid.ErrLevel},
		"EH cancelled":              {fail(saml.EHerkenning, "Responder", "AuthnFailed", "Authentication cancelled"), saml.EHerkenning, eid.ErrCancelled},
		"eIDAS failed":              {fail(saml.EIDAS, "Responder", "AuthnFailed", ""), saml.EIDAS, eid.ErrRefused},
	} {
		if _, err := r.resolve(t, sp(c.p), c.a); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestD8_WhoCannotBeReachedIsAway(t *testing.T) {
	r := newResolver(t)
	s := sp(saml.DigiD)
	s.IdP.Artifacts = map[int]string{0: r.URL}
	stranger := eid.HTTPClient(true, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: r.roots})
	if _, err := s.Resolve(t.Context(), stranger, artifact(0), request, now); !errors.Is(err, eid.ErrAway) {
		t.Errorf("without our certificate: %v", err)
	}
	for status, want := range map[int]error{500: eid.ErrAway, 503: eid.ErrAway, 403: eid.ErrRefused, 302: eid.ErrRefused} {
		r.write = func(resolve string) (int, string) { return status, good(saml.DigiD).envelope(resolve) }
		if _, err := s.Resolve(t.Context(), r.client, artifact(0), request, now); !errors.Is(err, want) {
			t.Errorf("status %d: %v", status, err)
		}
	}
	for name, bad := range map[string]string{"other index": artifact(1), "none": "", "short": artifact(0)[:40], "not base64": "%%%", "long": strings.Repeat("A", 5000)} {
		if _, err := s.Resolve(t.Context(), r.client, bad, request, now); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("artifact, %s: %v", name, err)
		}
	}
	// An artifact of somebody else is not even asked for.
	r.write = func(string) (int, string) {
		t.Error("it is asked for")
		return http.StatusOK, ""
	}
	s.IdP.ID = "urn:test:another"
	if _, err := s.Resolve(t.Context(), r.client, artifact(0), request, now); !errors.Is(err, eid.ErrRefused) {
		t.Errorf("an artifact of somebody else: %v", err)
	}
	r.Close()
	s.IdP.ID = idpID
	if _, err := s.Resolve(t.Context(), r.client, artifact(0), request, now); !errors.Is(err, eid.ErrAway) {
		t.Errorf("nobody there: %v", err)
	}
}
