package saml_test

import (
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"voordeur/internal/saml"
)

// answers is a client that gets the same answer whatever it asks.
type answers []byte

func (a answers) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(a))}, nil
}

// An answer that is accepted says what the other party signed: all seeds say the same, so nothing else can be
// read from anything that is made of them.
func FuzzAnswer(f *testing.F) {
	for i, profile := range everyone {
		a := good(profile)
		a.signsResponse = true
		f.Add(uint8(i), uint8(0), []byte(a.response()))
		a.signsResponse = false
		f.Add(uint8(i), uint8(1), []byte(a.response()))
		f.Add(uint8(i), uint8(1), []byte(good(profile).envelope("_resolve")))
		for _, forged := range wrapping {
			a := good(profile)
			forged.forge(a)
			f.Add(uint8(i), uint8(forged.with), []byte(a.response()))
		}
	}
	want := map[saml.Profile]string{saml.DigiD: "999990019", saml.TVS: "999990019", saml.EHerkenning: "90000001", saml.EIDAS: "DE-pseudo-1"}
	f.Fuzz(func(t *testing.T, profile, signed uint8, data []byte) {
		s := sp(everyone[int(profile)%len(everyone)])
		s.Signed = saml.Signed(signed % 3)
		s.IdP.Artifacts = map[int]string{0: "https://idp.example/artifact"}
		got, err := s.Response(base64.StdEncoding.EncodeToString(data), request, now)
		if err == nil && (got.ID != "_assertion" || got.Login.Session != "session-1" || len(got.Login.Legal) == 0 || got.Login.Legal[0].Value != want[s.Profile]) {
			t.Errorf("%s: %+v", s.Profile, got)
		}
		if _, err := s.Resolve(t.Context(), &http.Client{Transport: answers(data)}, artifact(0), request, now); err == nil {
			t.Error("an answer to another ArtifactResolve")
		}
	})
}

// Metadata that is taken has what messages are sent to and verified with.
func FuzzMetadata(f *testing.F) {
	f.Add(theirs("", ""))
	f.Add(theirs("https://idp.example/sso\"", "http://127.0.0.1/sso\""))
	f.Add(theirs(`index="3"`, `index="70000"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := saml.ParseMetadata(data, false)
		if err != nil {
			return
		}
		addresses := []string{got.SSO.Redirect, got.SSO.POST, got.SLO.Redirect, got.SLO.POST}
		for _, a := range got.Artifacts {
			addresses = append(addresses, a)
		}
		for _, a := range addresses {
			if u, err := url.Parse(a); a != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
				t.Errorf("address %q", a)
			}
		}
		for _, c := range got.Certificates {
			if key, ok := c.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() < 2048 {
				t.Error("a weak key")
			}
		}
		if got.ID == "" || got.SSO == (saml.Endpoint{}) || len(got.Certificates) == 0 {
			t.Errorf("%+v", got)
		}
	})
}

// An encrypted name is opened or refused. CBC alone does not say whether it was changed: the signature around it does.
func FuzzEncryptedID(f *testing.F) {
	declared := func(s string) []byte {
		return []byte(strings.Replace(s, "<saml:EncryptedID>", `<saml:EncryptedID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">`, 1))
	}
	for _, c := range []cipherOf{
		{},
		{inside: true, keys: []string{"stranger", "next"}},
		{data: "http://www.w3.org/2009/xmlenc11#aes256-gcm"},
		{key: "http://www.w3.org/2009/xmlenc11#rsa-oaep", digest: "http://www.w3.org/2001/04/xmlenc#sha256", mask: "http://www.w3.org/2009/xmlenc11#mgf1sha1"},
		{cut: 1},
		{to: "urn:x"},
	} {
		f.Add(declared(c.write("urn:nl-eid-gdi:1.0:id:legacy-BSN", "999990019")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		qualifier, name, err := sp(saml.TVS).Decrypt(data)
		if err != nil && (name != "" || qualifier != "") {
			t.Error("an error with a name")
		}
		if name != "" && name != "999990019" && !bytes.Contains(data, []byte("aes256-cbc")) {
			t.Errorf("a name that nobody encrypted: %q", name)
		}
	})
}

// Nobody is logged out but by what the other party signed.
func FuzzLogout(f *testing.F) {
	f.Add(logoutSOAP("idp", nil, nil), logoutQuery("idp", nil, nil))
	f.Add(logoutSOAP("", nil, nil), logoutQuery("stranger", nil, nil))
	f.Add(logoutSOAP("idp", func(s string) string { return strings.Replace(s, "<samlp:SessionIndex>", "<samlp:SessionIndex>x", 1) }, nil), "SAMLResponse=&SigAlg=&Signature=")
	f.Add([]byte(replied(nil)), askedQuery("idp", nil, nil))
	f.Fuzz(func(t *testing.T, body []byte, query string) {
		s := sp(saml.DigiD)
		if got, err := s.ParseLogout(body, now); err == nil && (got.ID != "_l" || got.Subject != "s00000000:999990019") {
			t.Errorf("%+v", got)
		}
		if got, err := s.ParseLogoutQuery(query, now); err == nil && (got.ID != "_l" || got.Subject != "s00000000:999990019") {
			t.Errorf("%+v", got)
		}
		if err := s.LogoutAnswer(query, "", "_out", now); err == nil && !strings.Contains(query, "Signature=") {
			t.Errorf("unsigned: %q", query)
		}
		if err := s.LogoutAnswer("", base64.StdEncoding.EncodeToString(body), "_out", now); len(body) > 0 && err == nil {
			t.Errorf("of nobody: %q", body)
		}
	})
}
