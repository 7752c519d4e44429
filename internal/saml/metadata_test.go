package saml_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"voordeur/internal/saml"
)

// verified returns a message of ours when goxmldsig takes its signature for ours.
func verified(t *testing.T, data []byte, path string) *etree.Element {
	t.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(data); err != nil {
		t.Fatal(err)
	}
	ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{keys()["ours"].Certificate}})
	ctx.Clock = dsig.NewFakeClockAt(now)
	el := doc.FindElement(path)
	if el == nil {
		t.Fatalf("no %s in %s", path, data)
	}
	sure, err := ctx.Validate(el)
	if err != nil {
		t.Fatal(err)
	}
	return sure
}

// found returns the elements with that path, each with the attributes that are asked for.
func found(el *etree.Element, path string, attrs ...string) []string {
	var all []string
	for _, e := range el.FindElements(path) {
		s := []string{}
		for _, a := range attrs {
			s = append(s, e.SelectAttrValue(a, "-"))
		}
		all = append(all, strings.Join(s, " "))
	}
	return all
}

func TestD8_D9_D10_OurMetadataSaysWhatEachProfileAsksFor(t *testing.T) {
	ours, next := keys()["ours"].Name(), keys()["next"].Name()
	for profile, want := range map[saml.Profile]struct {
		uses, names []string
		asked       string
		logout      []string
	}{
		saml.DigiD:       {[]string{"signing"}, []string{next}, "bsn", []string{"SOAP", "HTTP-Redirect"}},
		saml.TVS:         {[]string{"signing", "signing", "encryption", "encryption"}, []string{ours, next, ours, next}, "urn:nl-eid-gdi:1.0:ServiceUUID", []string{"HTTP-POST"}},
		saml.EHerkenning: {[]string{"signing", "signing", "encryption", "encryption"}, []string{ours, next, ours, next}, service, []string{"HTTP-Redirect"}},
		saml.EIDAS:       {[]string{"signing", "signing", "encryption", "encryption"}, []string{ours, next, ours, next}, service, nil},
	} {
		s := sp(profile)
		s.IdP.Artifacts = map[int]string{0: "https://idp.example/artifact"}
		switch profile {
		case saml.TVS:
			s.Services, s.IdP.SLO.POST = []string{uuid}, "https://idp.example/slo-post"
		case saml.EIDAS: // whose broker has no log-out
			s.IdP.SLO = saml.Endpoint{}
		}
		data, err := s.Metadata()
		if err != nil {
			t.Fatal(err)
		}
		m := verified(t, data, "/EntityDescriptor")
		if m.SelectAttrValue("entityID", "") != s.ID || m.SelectAttr("validUntil") != nil || m.SelectAttr("cacheDuration") != nil {
			t.Errorf("%s: %v", profile, m.Attr)
		}
		var names []string
		for _, n := range m.FindElements("//KeyName") {
			names = append(names, n.Text())
		}
		if got := found(m, "//KeyDescriptor", "use"); !reflect.DeepEqual(got, want.uses) || !reflect.DeepEqual(names, want.names) {
			t.Errorf("%s: keys for %v: %v", profile, got, names)
		}
		if got := found(m, "//RequestedAttribute", "Name"); !reflect.DeepEqual(got, []string{want.asked}) {
			t.Errorf("%s asks for %v", profile, got)
		}
		var logout []string
		for _, binding := range want.logout {
			logout = append(logout, "urn:oasis:names:tc:SAML:2.0:bindings:"+binding+" "+s.SLO)
		}
		if got := found(m, "//SingleLogoutService", "Binding", "Location"); !slices.Equal(got, logout) {
			t.Errorf("%s logs out at %v", profile, got)
		}
		acsIs := found(m, "//AssertionConsumerService", "Binding", "Location", "index", "isDefault")
		if !reflect.DeepEqual(acsIs, []string{"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact " + acs + " 0 true"}) {
			t.Errorf("%s takes answers at %v", profile, acsIs)
		}
		if people := found(m, "//ContactPerson/TelephoneNumber"); len(people) != 2 || len(m.FindElements("//NameIDFormat")) != 0 {
			t.Errorf("%s: %d people, or a format of names", profile, len(people))
		}
	}
	s := sp(saml.DigiD)
	s.Next, s.SLO = saml.Key{}, ""
	data, err := s.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	if m := verified(t, data, "/EntityDescriptor"); m.FindElement("//KeyName").Text() != ours || len(m.FindElements("//SingleLogoutService")) != 0 {
		t.Error("without a rollover or log-outs: something else than the one key")
	}
}

// theirs is metadata of an identity provider; a case changes it.
func theirs(old, with string) []byte {
	s := `<?xml version="1.0"?><!-- from the operator -->
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:test:idp">
<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:KeyName>x</ds:KeyName><ds:X509Data><ds:X509Certificate>
` + base64.StdEncoding.EncodeToString(keys()["idp"].Certificate.Raw) + `
</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:KeyDescriptor><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(keys()["idp2"].Certificate.Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:KeyDescriptor use="encryption"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></md:KeyDescriptor>
<md:ArtifactResolutionService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://idp.example/artifact" index="3"/>
<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/slo"/>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/sso-post"/>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://idp.example/sso-soap"/>
</md:IDPSSODescriptor></md:EntityDescriptor>`
	if !strings.Contains(s, old) {
		panic("metadata has no " + old)
	}
	return []byte(strings.Replace(s, old, with, 1))
}

func TestD8_MetadataOfAnIdentityProviderIsRead(t *testing.T) {
	want := saml.IdP{
		ID: "urn:test:idp", SSO: saml.Endpoint{Redirect: "https://idp.example/sso", POST: "https://idp.example/sso-post"},
		SLO: saml.Endpoint{Redirect: "https://idp.example/slo"}, Artifacts: map[int]string{3: "https://idp.example/artifact"},
		Certificates: []*x509.Certificate{keys()["idp"].Certificate, keys()["idp2"].Certificate},
	}
	several := `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:EntityDescriptor entityID="urn:test:sp"><md:SPSSODescriptor/></md:EntityDescriptor>`
	_, bare, _ := strings.Cut(string(theirs("", "")), "-->")
	for name, data := range map[string][]byte{
		"alone": theirs("", ""), "with a byte order mark": append([]byte("\ufeff"), theirs("", "")...), "among others": []byte(several + bare + `</md:EntitiesDescriptor>`),
	} {
		got, err := saml.ParseMetadata(data, false)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	demo := theirs("https://idp.example/sso\"", "http://127.0.0.1:8080/sso\"")
	if _, err := saml.ParseMetadata(demo, false); !errors.Is(err, saml.ErrAddress) {
		t.Errorf("http: %v", err)
	}
	if got, err := saml.ParseMetadata(demo, true); err != nil || got.SSO.Redirect != "http://127.0.0.1:8080/sso" {
		t.Errorf("http of a demo: %v, %v", got.SSO, err)
	}
	const slo = `"https://idp.example/slo"`
	if got, err := saml.ParseMetadata(theirs(slo, slo+` ResponseLocation="https://idp.example/over"`), false); err != nil || got.SLOReplies != "https://idp.example/over" {
		t.Errorf("answers go to %q, %v", got.SLOReplies, err)
	}
	if _, err := saml.ParseMetadata(theirs(slo, slo+` ResponseLocation="http://idp.example/over"`), false); !errors.Is(err, saml.ErrAddress) {
		t.Errorf("answers in the clear: %v", err)
	}
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now, NotAfter: now.Add(time.Hour)}
	certificate := base64.StdEncoding.EncodeToString(keys()["idp"].Certificate.Raw)
	other := func(der []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return theirs(certificate, base64.StdEncoding.EncodeToString(der))
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":             {nil, saml.ErrMetadata},
		"a page":              {[]byte("<html><body>"), saml.ErrMetadata},
		"a DTD":               {theirs("<md:EntityDescriptor", `<!DOCTYPE x [<!ENTITY a "b">]><md:EntityDescriptor`), saml.ErrMetadata},
		"too long":            {bytes.Repeat([]byte(" "), 256<<10+1), saml.ErrMetadata},
		"no entity id":        {theirs(` entityID="urn:test:idp"`, ""), saml.ErrMetadata},
		"SAML 1":              {theirs("SAML:2.0:protocol", "SAML:1.1:protocol"), saml.ErrMetadata},
		"of a service":        {bytes.ReplaceAll(theirs("", ""), []byte("IDPSSODescriptor"), []byte("SPSSODescriptor")), saml.ErrMetadata},
		"two providers":       {[]byte(several + bare + bare + `</md:EntitiesDescriptor>`), saml.ErrMetadata},
		"no certificate":      {[]byte(strings.ReplaceAll(string(theirs("", "")), "X509Certificate", "X509SubjectName")), saml.ErrCertificate},
		"broken certificate":  {theirs(certificate, "AAAA"), saml.ErrCertificate},
		"no base64":           {theirs(certificate, "%%"), saml.ErrCertificate},
		"elliptic curve":      {other(x509.CreateCertificate(rand.Reader, template, template, &elliptical.PublicKey, elliptical)), saml.ErrCertificate},
		"short key":           {other(x509.CreateCertificate(rand.Reader, template, template, &short.PublicKey, short)), saml.ErrCertificate},
		"comment in one":      {theirs("</ds:X509Certificate>", "<!-- x --></ds:X509Certificate>"), saml.ErrCertificate},
		"http":                {theirs("https://idp.example/artifact", "http://idp.example/artifact"), saml.ErrAddress},
		"script":              {theirs("https://idp.example/slo", "javascript:alert(1)"), saml.ErrAddress},
		"with a password":     {theirs("https://idp.example/sso\"", "https://a:b@idp.example/sso\""), saml.ErrAddress},
		"no host":             {theirs("https://idp.example/sso\"", "https:///sso\""), saml.ErrAddress},
		"two of a kind":       {theirs("bindings:HTTP-POST", "bindings:HTTP-Redirect"), saml.ErrAddress},
		"no log-in":           {[]byte(strings.ReplaceAll(string(theirs("", "")), "SingleSignOnService", "NameIDMappingService")), saml.ErrAddress},
		"index without sense": {theirs(`index="3"`, `index="x"`), saml.ErrAddress},
	} {
		if got, err := saml.ParseMetadata(c.data, true); !errors.Is(err, c.want) || !reflect.DeepEqual(got, saml.IdP{}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestD8_AKeyIsStoredWithItsCertificate(t *testing.T) {
	k, err := saml.NewKey(now, "Voorbeeld")
	if err != nil {
		t.Fatal(err)
	}
	data, err := k.MarshalPEM()
	if err != nil {
		t.Fatal(err)
	}
	got, err := saml.ParseKey(data)
	if err != nil || !got.Certificate.Equal(k.Certificate) || got.Name() != k.Name() {
		t.Fatal(err)
	}
	if again, err := got.MarshalPEM(); err != nil || !bytes.Equal(again, data) {
		t.Errorf("another key: %v", err)
	}
	if bits := k.Certificate.PublicKey.(*rsa.PublicKey).N.BitLen(); bits != 3072 || !k.Certificate.NotAfter.Equal(now.AddDate(3, 0, 0)) || k.Certificate.Subject.CommonName != "Voorbeeld" {
		t.Errorf("%d bits until %v", bits, k.Certificate.NotAfter)
	}
	other, err := keys()["next"].MarshalPEM()
	if err != nil {
		t.Fatal(err)
	}
	secret, rest := pem.Decode(data)
	_, othersCertificate := pem.Decode(other)
	old := append(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(privates()["next"])}), othersCertificate...)
	if got, err := saml.ParseKey(old); err != nil || got.Name() != keys()["next"].Name() {
		t.Errorf("a key in the old form: %v", err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	elliptical, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{
		"an elliptic curve": append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: elliptical}), rest...),
		"nothing":           nil, "no key": rest, "no certificate": pem.EncodeToMemory(secret),
		"of another":  append(pem.EncodeToMemory(secret), othersCertificate...),
		"broken key":  append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{1}}), rest...),
		"broken cert": append(pem.EncodeToMemory(secret), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{1}})...),
	} {
		if _, err := saml.ParseKey(bad); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	s := sp(saml.DigiD)
	inside := privates()["ours"].D.String()
	encoded, err := json.Marshal(s.Current)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprintf("%v %+v %#v", s.Current, s, s), fmt.Sprint(&s.Current), string(encoded)} {
		if strings.Contains(printed, inside[:20]) {
			t.Error("a key prints itself")
		}
	}
}
