package eidsim_test

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"

	"voordeur/internal/eidsim"
)

const (
	sha256RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
	assertion = `xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"`
	minimum   = `<samlp:RequestedAuthnContext Comparison="minimum"><saml:AuthnContextClassRef>` + mobile + `</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>`
	another   = "urn:another" // an office with another key
	service   = "urn:etoegang:DV:00000000000000000000:services:9052"
)

// office is a party that speaks SAML: a key, its certificate and what it says of itself.
type office struct {
	*house
	name    string
	profile eidsim.Provider
	key     *rsa.PrivateKey
	der     []byte
	soap    string // where it hears of the end of a session
	certs   []*x509.Certificate
}

// ours and theirs are two keys, made once: that takes a while.
var ours, theirs = sync.OnceValue(newKey), sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

func certificate(t *testing.T, key *rsa.PrivateKey, now time.Time) []byte {
	t.Helper()
	about := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "office"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	must(t, err)
	return der
}

// office is trusted by the simulator.
func (h *house) office(p eidsim.Provider, name string) *office {
	h.t.Helper()
	key := ours()
	if name == another {
		key = theirs()
	}
	o := &office{house: h, name: name, profile: p, key: key, der: certificate(h.t, key, h.clock.Now()), soap: "https://portal.example/soap"}
	must(h.t, h.sim.Trust([]byte(o.metadata())))
	root := read(h.t, h.get(h.url+"/saml/"+string(p)+"/metadata").body)
	for _, e := range root.FindElements("./IDPSSODescriptor/KeyDescriptor/KeyInfo/X509Data/X509Certificate") {
		der, err := base64.StdEncoding.DecodeString(e.Text())
		must(h.t, err)
		c, err := x509.ParseCertificate(der)
		must(h.t, err)
		o.certs = append(o.certs, c)
	}
	return o
}

func (o *office) metadata() string {
	key := `<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:KeyName>key one</ds:KeyName><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(o.der) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`
	return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="` + o.name + `">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:KeyDescriptor use="signing">` + key + `</md:KeyDescriptor><md:KeyDescriptor use="encryption">` + key + `</md:KeyDescriptor>
<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="` + o.soap + `"/>
<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://portal.example/slo"/>
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://portal.example/post" index="0"/>
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact" Location="` + callback + `" index="1" isDefault="true"/>
<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact" Location="https://portal.example/second" index="2"/>
<md:AttributeConsumingService index="5"><md:ServiceName xml:lang="nl">Portaal</md:ServiceName><md:RequestedAttribute Name="` + service + `"/></md:AttributeConsumingService>
</md:SPSSODescriptor></md:EntityDescriptor>`
}

func read(t *testing.T, s string) *etree.Element {
	t.Helper()
	d := etree.NewDocument()
	must(t, d.ReadFromString(s))
	if d.Root() == nil {
		t.Fatalf("no XML: %q", s)
	}
	return d.Root()
}

// request is an AuthnRequest as the profile wants it, with changes in pairs of old and new.
func (o *office) request(changes ...string) string {
	attrs, body := `ForceAuthn="true" AttributeConsumingServiceIndex="5"`, ""
	if o.profile == eidsim.DigiD {
		attrs, body = `AssertionConsumerServiceURL="`+callback+`"`, minimum
	}
	s := fmt.Sprintf(`<samlp:AuthnRequest %s ID="_q" Version="2.0" IssueInstant="%s" Destination="%s/saml/%s/sso" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact" %s><saml:Issuer>%s</saml:Issuer>%s</samlp:AuthnRequest>`,
		assertion, o.clock.Now().Format(time.RFC3339), o.url, o.profile, attrs, o.name, body)
	return strings.NewReplacer(changes...).Replace(s)
}

func (o *office) sso() string { return o.url + "/saml/" + string(o.profile) + "/sso" }

// inAddress is the address at which a log-in begins, signed.
func (o *office) inAddress(address, message, relay string) string {
	o.t.Helper()
	var small bytes.Buffer
	z, err := flate.NewWriter(&small, flate.BestCompression)
	must(o.t, err)
	_, err = z.Write([]byte(message))
	must(o.t, err)
	must(o.t, z.Close())
	q := "SAMLRequest=" + url.QueryEscape(base64.StdEncoding.EncodeToString(small.Bytes())) + "&RelayState=" + url.QueryEscape(relay) + "&SigAlg=" + url.QueryEscape(sha256RSA)
	sum := sha256.Sum256([]byte(q))
	signature, err := rsa.SignPKCS1v15(rand.Reader, o.key, crypto.SHA256, sum[:])
	must(o.t, err)
	return address + "?" + q + "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(signature))
}

// signed has a signature of the office's behind the issuer.
func (o *office) signed(message string) *etree.Element {
	o.t.Helper()
	e := read(o.t, message)
	c, err := dsig.NewSigningContext(o.key, [][]byte{o.der})
	must(o.t, err)
	c.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	signature, err := c.ConstructSignature(e, true)
	must(o.t, err)
	e.InsertChildAt(1, signature)
	return e
}

func text(t *testing.T, e *etree.Element) string {
	t.Helper()
	s, err := etree.NewDocumentWithRoot(e).WriteToString()
	must(t, err)
	return s
}

// posted is a question as a form has it.
func (o *office) posted(message string) url.Values {
	o.t.Helper()
	return url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString([]byte(text(o.t, o.signed(message))))}, "RelayState": {"the relay"}}
}

// ask sends an ArtifactResolve and returns what comes back.
func (o *office) ask(ctx context.Context, artifact string, signer *office) (*http.Response, error) {
	o.t.Helper()
	message := fmt.Sprintf(`<samlp:ArtifactResolve %s ID="_r" Version="2.0" IssueInstant="%s"><saml:Issuer>%s</saml:Issuer><samlp:Artifact>%s</samlp:Artifact></samlp:ArtifactResolve>`,
		assertion, o.clock.Now().Format(time.RFC3339), o.name, artifact)
	body := `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>` + text(o.t, signer.signed(message)) + `</s:Body></s:Envelope>`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.url+"/saml/"+string(o.profile)+"/artifact", strings.NewReader(body))
	must(o.t, err)
	req.Header.Set("Content-Type", "text/xml")
	return o.http.Do(req)
}

// resolve returns the ArtifactResponse for an artifact.
func (o *office) resolve(artifact string) *etree.Element {
	o.t.Helper()
	res, err := o.ask(o.t.Context(), artifact, o)
	must(o.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(o.t, err)
	e := read(o.t, string(b)).FindElement("./Body/ArtifactResponse")
	if res.StatusCode != http.StatusOK || e == nil || e.SelectAttrValue("InResponseTo", "") != "_r" {
		o.t.Fatalf("%d: %s", res.StatusCode, b)
	}
	return e
}

// sees verifies the signature on an element, and returns what it holds for.
func (o *office) sees(e *etree.Element) (*etree.Element, error) {
	o.t.Helper()
	within, err := etreeutils.NSBuildParentContext(e)
	must(o.t, err)
	e, err = etreeutils.NSDetatch(within, e)
	must(o.t, err)
	if info := e.FindElement("./Signature/KeyInfo"); info != nil {
		if info.FindElement("./KeyName") == nil || len(info.ChildElements()) != 1 {
			o.t.Error("the key is not named, or more than named")
		}
		info.Parent().RemoveChild(info) // goxmldsig knows certificates only
	}
	v := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: o.certs})
	v.Clock = dsig.NewFakeClockAt(o.clock.Now())
	return v.Validate(e)
}

// login returns the Response that somebody's log-in ends in.
func (o *office) login(choice url.Values) *etree.Element {
	o.t.Helper()
	return o.resolve(o.artifact(choice)).SelectElement("Response")
}

func (o *office) artifact(choice url.Values) string {
	o.t.Helper()
	return o.back(o.post(o.inAddress(o.sso(), o.request(), "the relay"), choice)).Get("SAMLart")
}

// opened decrypts the values of an attribute, by the kind of the number.
func (o *office) opened(assertion *etree.Element, name string) map[string]string {
	o.t.Helper()
	values := map[string]string{}
	for _, id := range assertion.FindElements("./AttributeStatement/Attribute[@Name='" + name + "']/AttributeValue/EncryptedID") {
		cipherValue := func(path string) []byte {
			b, err := base64.StdEncoding.DecodeString(id.FindElement(path + "/CipherData/CipherValue").Text())
			must(o.t, err)
			return b
		}
		if to := id.FindElement("./EncryptedKey"); to.SelectAttrValue("Recipient", "") != o.name || to.FindElement("./KeyInfo/KeyName").Text() != "key one" {
			o.t.Error("the key is for somebody else")
		}
		key, err := rsa.DecryptOAEP(sha1.New(), rand.Reader, o.key, cipherValue("./EncryptedKey"), nil)
		must(o.t, err)
		block, err := aes.NewCipher(key)
		must(o.t, err)
		data := cipherValue("./EncryptedData")
		cipher.NewCBCDecrypter(block, data[:16]).CryptBlocks(data[16:], data[16:])
		data = data[16 : len(data)-int(data[len(data)-1])]
		nameID := read(o.t, string(data))
		values[nameID.SelectAttrValue("NameQualifier", "")] = nameID.Text()
	}
	return values
}

func TestMetadataIsSignedAndNamesWhatThereIs(t *testing.T) {
	h := simulator(t)
	for p, want := range map[eidsim.Provider]string{
		eidsim.DigiD:       "ArtifactResolutionService SingleLogoutService SingleSignOnService SingleSignOnService",
		eidsim.EHerkenning: "ArtifactResolutionService SingleSignOnService SingleSignOnService", eidsim.EIDAS: "ArtifactResolutionService SingleSignOnService SingleSignOnService",
	} {
		o := h.office(p, "urn:office")
		e, err := o.sees(read(t, h.get(h.url+"/saml/"+string(p)+"/metadata").body))
		must(t, err)
		var names []string
		for _, place := range e.SelectElement("IDPSSODescriptor").ChildElements() {
			if at := place.SelectAttrValue("Location", ""); at != "" && strings.HasPrefix(at, h.url+"/saml/"+string(p)+"/") {
				names = append(names, place.Tag)
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s", p, got)
		}
	}
}

func TestALogInByArtifactIsSignedThreeTimes(t *testing.T) {
	h := simulator(t)
	for _, c := range []struct {
		profile                      eidsim.Provider
		person, level, claim, number string
		want                         map[string]string // decrypted
	}{
		{profile: eidsim.DigiD, person: "yilmaz", level: mobile},
		{eidsim.EHerkenning, "ketting-branch", eh3, "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr", "900000000031", map[string]string{
			"urn:etoegang:1.9:EntityConcernedID:KvKnr": "90000003", "urn:etoegang:1.9:EntityConcernedID:RSIN": "999990147",
		}},
		{eidsim.EHerkenning, "tuinen", eh3, "urn:etoegang:core:ServiceID", service, map[string]string{"urn:etoegang:1.9:EntityConcernedID:KvKnr": "90000004"}},
		{eidsim.EIDAS, "keller", "urn:etoegang:core:assurance-class:loa2", "urn:etoegang:1.9:attribute:FamilyName", "Keller", map[string]string{"urn:etoegang:1.12:EntityConcernedID:BSN": "999990160"}},
		{eidsim.EIDAS, "lefevre", "urn:etoegang:core:assurance-class:loa4", "urn:etoegang:1.11:attribute-represented:CompanyName", "Lefèvre Immobilier SARL", map[string]string{
			"urn:etoegang:1.11:EntityConcernedID:eIDASLegalIdentifier": "NL/FR/900000123",
		}},
	} {
		o := h.office(c.profile, "urn:office")
		for _, way := range []string{"in the address", "posted"} {
			choice := login(c.person, c.level, "")
			var got reply
			if way == "posted" {
				form := o.posted(o.request())
				page := o.post(o.sso(), form)
				if page.status != http.StatusOK || !strings.Contains(page.body, `name="SAMLRequest" value="`+form.Get("SAMLRequest")) || !strings.Contains(page.body, "SIMULATOR") {
					t.Fatalf("%s: %d: %s", c.profile, page.status, page.body)
				}
				for k, v := range form {
					choice[k] = v
				}
				got = o.post(o.sso(), choice)
			} else {
				got = o.post(o.inAddress(o.sso(), o.request(), "the relay"), choice)
			}
			back := o.back(got)
			if back.Get("RelayState") != "the relay" {
				t.Errorf("%s %s: came back with %v", c.profile, way, back)
			}
			outer, err := o.sees(o.resolve(back.Get("SAMLart")))
			must(t, err)
			response, err := o.sees(outer.SelectElement("Response"))
			must(t, err)
			a, err := o.sees(response.SelectElement("Assertion"))
			must(t, err)
			for path, want := range map[string]string{
				"./AuthnStatement/AuthnContext/AuthnContextClassRef": c.level,
				"./Conditions/AudienceRestriction/Audience":          "urn:office",
				"./Issuer": response.SelectElement("Issuer").Text(),
				"./AttributeStatement/Attribute[@Name='" + c.claim + "']/AttributeValue": c.number,
			} {
				if e := a.FindElement(path); want != "" && (e == nil || e.Text() != want) {
					t.Errorf("%s %s: %s is not %s", c.person, way, path, want)
				}
			}
			data := a.FindElement("./Subject/SubjectConfirmation/SubjectConfirmationData")
			if data.SelectAttrValue("InResponseTo", "") != "_q" || data.SelectAttrValue("Recipient", "") != callback || response.SelectAttrValue("InResponseTo", "") != "_q" || response.SelectAttrValue("Destination", "") != callback {
				t.Errorf("%s %s: it answers something else", c.person, way)
			}
			if name := a.FindElement("./Subject/NameID"); c.profile == eidsim.DigiD && name.Text() != "s00000000:999990019" || c.profile != eidsim.DigiD && !strings.HasSuffix(name.SelectAttrValue("Format", ""), ":transient") {
				t.Errorf("%s %s: the name is %s", c.person, way, name.Text())
			}
			if c.profile == eidsim.DigiD {
				continue
			}
			if other := a.FindElements("./Advice/Assertion/AttributeStatement/Attribute"); len(other) != 1 {
				t.Errorf("%s %s: %d pieces of evidence", c.person, way, len(other))
			}
			legal := o.opened(a, "urn:etoegang:core:LegalSubjectID")
			if fmt.Sprint(legal) != fmt.Sprint(c.want) {
				t.Errorf("%s %s: %v", c.person, way, legal)
			}
			if acting := o.opened(a, "urn:etoegang:core:ActingSubjectID"); !strings.Contains(acting["urn:etoegang:1.9:EntityConcernedID:Pseudo"], "@") {
				t.Errorf("%s %s: acting is %v", c.person, way, acting)
			}
		}
	}
}

func TestEveryWrongAnswerBySAMLIsWhatItSays(t *testing.T) {
	h := simulator(t)
	o := h.office(eidsim.DigiD, "urn:office")
	wrong := func(m eidsim.Misbehaviour) *etree.Element { return o.login(login("yilmaz", mobile, m)) }
	at := func(e *etree.Element, path, name string) string {
		found := e.FindElement(path)
		switch {
		case found == nil:
			return ""
		case name == "":
			return found.Text()
		}
		return found.SelectAttrValue(name, "")
	}
	good := wrong("")
	for m, c := range map[eidsim.Misbehaviour]struct{ path, name string }{
		eidsim.LowLevel:      {"./Assertion/AuthnStatement/AuthnContext/AuthnContextClassRef", ""},
		eidsim.OtherAudience: {"./Assertion/Conditions/AudienceRestriction/Audience", ""},
		eidsim.OtherIssuer:   {"./Assertion/Issuer", ""},
		eidsim.OtherRequest:  {"./Assertion/Subject/SubjectConfirmation/SubjectConfirmationData", "InResponseTo"},
	} {
		bad := wrong(m)
		if a, b := at(good, c.path, c.name), at(bad, c.path, c.name); a == "" || b == "" || a == b {
			t.Errorf("%s: %q and %q", m, a, b)
		}
		// That alone is wrong with it: it is signed as it should be.
		for _, e := range []*etree.Element{bad, bad.SelectElement("Assertion")} {
			if _, err := o.sees(e); err != nil {
				t.Errorf("%s: %v", m, err)
			}
		}
	}
	if at(wrong(eidsim.LowLevel), "./Assertion/AuthnStatement/AuthnContext/AuthnContextClassRef", "") != password {
		t.Error("it is not the level below")
	}
	if until, err := time.Parse(time.RFC3339, at(wrong(eidsim.Expired), "./Assertion/Conditions", "NotOnOrAfter")); err != nil || !until.Before(h.clock.Now()) {
		t.Errorf("it is good until %v, %v", until, err)
	}
	last := wrong("")
	if again := wrong(eidsim.Replayed); at(again, "./Assertion", "ID") != at(last, "./Assertion", "ID") || again.SelectAttrValue("ID", "") != last.SelectAttrValue("ID", "") {
		t.Error("it is not the answer of before")
	}
	for m, because := range map[eidsim.Misbehaviour]error{eidsim.Unsigned: dsig.ErrMissingSignature, eidsim.WrongKey: rsa.ErrVerification} {
		outer := o.resolve(o.artifact(login("yilmaz", mobile, m)))
		for _, e := range []*etree.Element{outer, outer.SelectElement("Response"), outer.FindElement("./Response/Assertion")} {
			if _, err := o.sees(e); !errors.Is(err, because) {
				t.Errorf("%s: %s: %v", m, e.Tag, err)
			}
		}
	}
	if back := o.back(o.post(o.inAddress(o.sso(), o.request(), "the relay"), login("yilmaz", mobile, eidsim.OtherState))); back.Get("RelayState") == "the relay" || back.Get("RelayState") == "" {
		t.Errorf("the relay: %v", back)
	}
	if got := wrong(eidsim.Failure); at(got, "./Status/StatusCode", "Value") != "urn:oasis:names:tc:SAML:2.0:status:Responder" || got.SelectElement("Assertion") != nil {
		t.Error("a failure with an assertion")
	}
	if got := o.post(o.inAddress(o.sso(), o.request(), ""), login("yilmaz", mobile, eidsim.OtherNonce)); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a nonce by SAML: %d", got.status)
	}
	cancelled := o.login(url.Values{"act": {"cancel"}})
	if at(cancelled, "./Status/StatusCode", "Value") != "urn:oasis:names:tc:SAML:2.0:status:Responder" || at(cancelled, "./Status/StatusCode/StatusCode", "Value") != "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed" || at(cancelled, "./Status/StatusMessage", "") != "Authentication cancelled" {
		t.Errorf("cancelled: %s", text(t, cancelled))
	}
	if _, err := o.sees(cancelled); err != nil {
		t.Errorf("cancelled: %v", err)
	}
}

func TestTheCatalogueSaysTheLevelOfAService(t *testing.T) {
	h := simulator(t)
	for p, c := range map[eidsim.Provider]struct{ person, refused, below string }{
		eidsim.EHerkenning: {"holding", "urn:etoegang:core:assurance-class:loa2plus", "urn:etoegang:core:assurance-class:loa2plus"},
		eidsim.EIDAS:       {"keller", "urn:etoegang:core:assurance-class:loa2plus", "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"},
	} {
		o := h.office(p, "urn:office")
		if got := o.post(o.inAddress(o.sso(), o.request(), "r"), login(c.person, c.refused, "")); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: a level that is not offered: %d", p, got.status)
		}
		low := o.login(login(c.person, eh3, eidsim.LowLevel))
		if got := low.FindElement("./Assertion/AuthnStatement/AuthnContext/AuthnContextClassRef").Text(); got != c.below {
			t.Errorf("%s: below is %s", p, got)
		}
	}
}

func TestAnArtifactThatIsNeverAnswered(t *testing.T) {
	h := simulator(t)
	o := h.office(eidsim.DigiD, "urn:office")
	artifact := o.artifact(login("yilmaz", mobile, eidsim.Never))
	ctx, giveUp := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		res, err := o.ask(ctx, artifact, o)
		if err == nil {
			err = res.Body.Close()
		}
		done <- err
	}()
	if got := o.get(o.inAddress(o.sso(), o.request(), "")); got.status != http.StatusOK {
		t.Errorf("meanwhile: %d", got.status)
	}
	giveUp()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestAQuestionThatIsNotTheOfficesIsSentNowhere(t *testing.T) {
	h := simulator(t)
	o, stranger := h.office(eidsim.DigiD, "urn:office"), h.office(eidsim.DigiD, another)
	stranger.name = "urn:office" // whose key it has not
	address := func(change ...string) string { return o.inAddress(o.sso(), o.request(change...), "r") }
	for name, at := range map[string]string{
		"another's key":         stranger.inAddress(o.sso(), o.request(), "r"),
		"nobody":                address("urn:office", "urn:nobody"),
		"another place":         address("/saml/digid/sso", "/saml/eidas/sso"),
		"an hour ago":           address(h.clock.Now().Format(time.RFC3339), h.clock.Now().Add(-time.Hour).Format(time.RFC3339)),
		"another version":       address(`Version="2.0"`, `Version="1.1"`),
		"an address not known":  address(callback, "https://elsewhere.example/"),
		"an address by post":    address(callback, "https://portal.example/post"),
		"an index not known":    address(`AssertionConsumerServiceURL="`+callback+`"`, `AssertionConsumerServiceIndex="9"`),
		"an index by post":      address(`AssertionConsumerServiceURL="`+callback+`"`, `AssertionConsumerServiceIndex="0"`),
		"an address and index":  address("AssertionConsumerServiceURL", `AssertionConsumerServiceIndex="1" AssertionConsumerServiceURL`),
		"another message":       address("AuthnRequest", "LogoutRequest"),
		"no XML":                o.inAddress(o.sso(), "hello", "r"),
		"a relay too long":      o.inAddress(o.sso(), o.request(), strings.Repeat("r", 81)),
		"another relay":         strings.Replace(address(), "RelayState=r", "RelayState=q", 1),
		"without its signature": address()[:strings.Index(address(), "&Signature=")],
		"SHA-1":                 strings.Replace(address(), url.QueryEscape(sha256RSA), url.QueryEscape("http://www.w3.org/2000/09/xmldsig#rsa-sha1"), 1),
		"nothing":               o.sso(),
	} {
		for _, got := range []reply{o.get(at), o.post(at, login("yilmaz", mobile, ""))} {
			if got.status != http.StatusBadRequest || got.header.Get("Location") != "" || !strings.Contains(got.body, "SIMULATOR") {
				t.Errorf("%s: %d to %s", name, got.status, got.header.Get("Location"))
			}
		}
	}
	changed := o.signed(o.request())
	changed.SelectElement("RequestedAuthnContext").SelectElement("AuthnContextClassRef").SetText(password)
	moved := o.signed(o.request())
	moved.CreateAttr("ID", "_other")
	for name, e := range map[string]*etree.Element{"changed": changed, "moved": moved, "without its signature": read(t, o.request()), "another's key": stranger.signed(o.request())} {
		form := url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString([]byte(text(t, e)))}}
		if got := o.post(o.sso(), form); got.status != http.StatusBadRequest {
			t.Errorf("%s, posted: %d", name, got.status)
		}
	}
}

func TestAQuestionThatTheProfileForbidsComesBackAsAStatus(t *testing.T) {
	h := simulator(t)
	digid, network := h.office(eidsim.DigiD, "urn:office"), h.office(eidsim.EHerkenning, "urn:office-2")
	for name, c := range map[string]struct {
		o          *office
		old, fresh string
		second     string
	}{
		"no level":           {digid, minimum, "", "RequestUnsupported"},
		"an exact level":     {digid, "minimum", "exact", "RequestUnsupported"},
		"a level not known":  {digid, mobile, "urn:loa9", "NoAuthnContext"},
		"an answer by post":  {digid, "HTTP-Artifact", "HTTP-POST", "RequestUnsupported"},
		"not anew":           {network, `ForceAuthn="true"`, "", "RequestUnsupported"},
		"no service":         {network, `AttributeConsumingServiceIndex="5"`, "", "RequestUnsupported"},
		"another service":    {network, `ServiceIndex="5"`, `ServiceIndex="6"`, "RequestUnsupported"},
		"a level of its own": {network, "</samlp:AuthnRequest>", minimum + "</samlp:AuthnRequest>", "RequestUnsupported"},
		"a kind of name":     {network, "</samlp:AuthnRequest>", "<samlp:NameIDPolicy/></samlp:AuthnRequest>", "RequestUnsupported"},
	} {
		back := c.o.back(c.o.get(c.o.inAddress(c.o.sso(), c.o.request(c.old, c.fresh), "r")))
		response, err := c.o.sees(c.o.resolve(back.Get("SAMLart")).SelectElement("Response"))
		must(t, err)
		if got := response.FindElement("./Status/StatusCode/StatusCode").SelectAttrValue("Value", ""); got != "urn:oasis:names:tc:SAML:2.0:status:"+c.second || response.SelectElement("Assertion") != nil {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestTheAnswerGoesWhereTheIndexSays(t *testing.T) {
	o := simulator(t).office(eidsim.EHerkenning, "urn:office")
	for index, want := range map[string]string{`AssertionConsumerServiceIndex="2"`: "https://portal.example/second?", "": callback + "?"} {
		got := o.post(o.inAddress(o.sso(), o.request("ForceAuthn", index+" ForceAuthn"), "r"), login("holding", eh3, ""))
		if to := got.header.Get("Location"); !strings.HasPrefix(to, want) {
			t.Errorf("%s goes to %s", index, to)
		}
	}
}

func TestAnArtifactIsForOneOfficeOnce(t *testing.T) {
	h := simulator(t)
	o, other, elsewhere := h.office(eidsim.DigiD, "urn:office"), h.office(eidsim.DigiD, another), h.office(eidsim.EIDAS, "urn:office")
	artifact := o.artifact(login("yilmaz", mobile, ""))
	empty := func(name string, e *etree.Element) {
		t.Helper()
		if e.SelectElement("Response") != nil {
			t.Errorf("%s: there is an answer", name)
		}
		if _, err := o.sees(e); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	empty("another office", other.resolve(artifact))
	empty("another provider", elsewhere.resolve(artifact))
	res, err := o.ask(t.Context(), artifact, other)
	must(t, err)
	must(t, res.Body.Close())
	if res.StatusCode != http.StatusInternalServerError {
		t.Errorf("another's key: %d", res.StatusCode)
	}
	if o.resolve(artifact).SelectElement("Response") == nil {
		t.Error("no answer for whose it is")
	}
	empty("twice", o.resolve(artifact))
	empty("made up", o.resolve("AAQAAA"))
	artifact = o.artifact(login("yilmaz", mobile, ""))
	h.clock.Advance(16 * time.Minute)
	empty("after a quarter of an hour", o.resolve(artifact))
	raw, err := base64.StdEncoding.DecodeString(artifact)
	must(t, err)
	source := sha1.Sum([]byte(h.url + "/saml/digid/metadata"))
	if !slices.Equal(raw[:4], []byte{0, 4, 0, 0}) || !slices.Equal(raw[4:24], source[:]) || len(raw) != 44 {
		t.Errorf("the artifact is %x", raw)
	}
	if got := h.post(h.url+"/saml/digid/artifact", url.Values{"x": {"y"}}); got.status != http.StatusInternalServerError || !strings.Contains(got.body, "Fault") {
		t.Errorf("no envelope: %d, %s", got.status, got.body)
	}
}

// vouched returns what was signed of an address, and whether the provider did.
func (o *office) vouched(to *url.URL) (url.Values, bool) {
	o.t.Helper()
	signed, signature, _ := strings.Cut(to.RawQuery, "&Signature=")
	signature, err := url.QueryUnescape(signature)
	must(o.t, err)
	raw, err := base64.StdEncoding.DecodeString(signature)
	must(o.t, err)
	return to.Query(), o.certs[0].CheckSignature(x509.SHA256WithRSA, []byte(signed), raw) == nil
}

// loggedOut returns the answer to a log-out in the address where the visitor goes.
func (o *office) loggedOut(got reply) (*etree.Element, *url.URL) {
	o.t.Helper()
	to, err := url.Parse(got.header.Get("Location"))
	must(o.t, err)
	q, good := o.vouched(to)
	if got.status != http.StatusSeeOther || !good {
		o.t.Fatalf("%d to %s: %s", got.status, to, got.body)
	}
	packed, err := base64.StdEncoding.DecodeString(q.Get("SAMLResponse"))
	must(o.t, err)
	b, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	must(o.t, err)
	return read(o.t, string(b)), to
}

func TestAnOfficeEndsASessionWithDigiD(t *testing.T) {
	h := simulator(t)
	o := h.office(eidsim.DigiD, "urn:office")
	o.login(login("yilmaz", mobile, ""))
	message := func() string {
		return fmt.Sprintf(`<samlp:LogoutRequest %s ID="_l" Version="2.0" IssueInstant="%s" Destination="%s/saml/digid/logout"><saml:Issuer>urn:office</saml:Issuer><saml:NameID>s00000000:999990019</saml:NameID></samlp:LogoutRequest>`,
			assertion, h.clock.Now().Format(time.RFC3339), h.url)
	}
	logout := func(change ...string) string {
		return o.inAddress(h.url+"/saml/digid/logout", strings.NewReplacer(change...).Replace(message()), "bye")
	}
	press := func(at, wrong string) reply { return h.post(at, url.Values{"act": {"logout"}, "wrong": {wrong}}) }
	page := h.get(logout())
	if page.status != http.StatusOK || !strings.Contains(page.body, "SIMULATOR") || !strings.Contains(page.body, "Uitloggen bij DigiD") || !strings.Contains(page.header.Get("Content-Security-Policy"), "form-action 'self' https://portal.example") {
		t.Fatalf("%d: %s", page.status, page.body)
	}
	if home := h.get(h.url + "/"); !strings.Contains(home.body, "Uitloggen bij DigiD") {
		t.Error("who only sees the page is logged out")
	}
	for _, want := range []string{"Success", "Requester"} { // the second time there is none
		e, to := o.loggedOut(press(logout(), ""))
		if code := e.FindElement("./Status/StatusCode").SelectAttrValue("Value", ""); !strings.HasSuffix(code, want) || e.SelectAttrValue("InResponseTo", "") != "_l" || to.Query().Get("RelayState") != "bye" || to.Path != "/slo" {
			t.Errorf("%s to %s", code, to)
		}
	}
	first := press(logout(), "").header.Get("Location")
	if again := press(logout(), "replay").header.Get("Location"); again != first {
		t.Errorf("the answer of before is %s", again)
	}
	o.login(login("yilmaz", mobile, ""))
	for wrong, is := range map[string]func(e *etree.Element, to *url.URL) bool{
		"partly": func(e *etree.Element, _ *url.URL) bool {
			return e.FindElement("./Status/StatusCode/StatusCode[@Value='urn:oasis:names:tc:SAML:2.0:status:PartialLogout']") != nil
		},
		"server_error": func(e *etree.Element, _ *url.URL) bool {
			return e.FindElement("./Status/StatusCode[@Value='urn:oasis:names:tc:SAML:2.0:status:Responder']") != nil
		},
		"audience": func(e *etree.Element, _ *url.URL) bool {
			return e.SelectAttrValue("Destination", "") != "https://portal.example/slo"
		},
		"expired": func(e *etree.Element, _ *url.URL) bool {
			return e.SelectAttrValue("IssueInstant", "") < h.clock.Now().Add(-30*time.Minute).Format(time.RFC3339)
		},
		"issuer": func(e *etree.Element, _ *url.URL) bool {
			return !strings.Contains(e.SelectElement("Issuer").Text(), h.url)
		},
		"state":        func(_ *etree.Element, to *url.URL) bool { return to.Query().Get("RelayState") != "bye" },
		"inresponseto": func(e *etree.Element, _ *url.URL) bool { return e.SelectAttrValue("InResponseTo", "") != "_l" },
	} {
		if wrong == "partly" { // which says that it had a session
			o.login(login("yilmaz", mobile, ""))
		}
		if e, to := o.loggedOut(press(logout(), wrong)); !is(e, to) {
			t.Errorf("%s is not wrong: %s", wrong, text(t, e))
		}
	}
	for _, wrong := range []string{"unsigned", "key"} {
		to, err := url.Parse(press(logout(), wrong).header.Get("Location"))
		must(t, err)
		if _, good := o.vouched(to); good || to.Path != "/slo" {
			t.Errorf("%s: %s", wrong, to)
		}
	}
	for name, form := range map[string]url.Values{
		"what nobody can do wrong": {"act": {"logout"}, "wrong": {"hello"}}, "wrong in English": {"act": {"en"}, "wrong": {"hello"}},
	} {
		if got := h.post(logout(), form); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	form := o.posted(message())
	if got := h.post(h.url+"/saml/digid/logout", form); got.status != http.StatusOK || !strings.Contains(got.body, `name="SAMLRequest" value="`+form.Get("SAMLRequest")) {
		t.Errorf("in a form: %d", got.status)
	}
	for name, at := range map[string]string{"another place": logout("/logout", "/sso"), "another message": logout("LogoutRequest", "AuthnRequest"), "no signature": logout()[:len(logout())-400]} {
		if got := h.get(at); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}

func TestDigiDEndsASessionAtTheOffice(t *testing.T) {
	h := simulator(t)
	o := h.office(eidsim.DigiD, "urn:office")
	codes := make(chan string, 1) // what the office answers next
	heard := make(chan string, 2)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		ask, err := o.sees(read(t, string(b)).FindElement("./Body/LogoutRequest"))
		if err != nil {
			t.Error(err)
			return
		}
		heard <- ask.SelectElement("NameID").Text()
		reply := o.signed(fmt.Sprintf(`<samlp:LogoutResponse %s ID="_a" Version="2.0" IssueInstant="%s" InResponseTo="%s"><saml:Issuer>urn:office</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:%s"/></samlp:Status></samlp:LogoutResponse>`,
			assertion, h.clock.Now().Format(time.RFC3339), ask.SelectAttrValue("ID", ""), <-codes))
		fmt.Fprintf(w, `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>`, text(t, reply))
	}))
	defer server.Close()
	o.soap = server.URL
	must(t, h.sim.Trust([]byte(o.metadata())))
	yilmaz := eidsim.At(eidsim.DigiD)[0]

	must(t, h.sim.EndSessions(t.Context(), yilmaz)) // nobody to ask
	if len(heard) > 0 {
		t.Error("asked to end a session that is not there")
	}
	o.login(login("yilmaz", mobile, ""))
	codes <- "Success"
	must(t, h.sim.EndSessions(t.Context(), yilmaz))
	if got := <-heard; got != "s00000000:999990019" {
		t.Errorf("heard of %s", got)
	}
	codes <- "Responder"
	o.login(login("yilmaz", mobile, ""))
	if err := h.sim.EndSessions(t.Context(), yilmaz); err == nil || !strings.Contains(err.Error(), "Responder") {
		t.Errorf("it did not end: %v", err)
	}
	<-heard

	// The same by hand, on the first page.
	press := func() reply { return h.post(h.url+"/saml/digid/end", url.Values{"person": {"yilmaz"}}) }
	if home := h.get(h.url + "/"); strings.Contains(home.body, "Uitloggen bij DigiD") {
		t.Error("nobody is logged in, and there is a button")
	}
	o.login(login("yilmaz", mobile, ""))
	if home := h.get(h.url + "/"); strings.Count(home.body, "Uitloggen bij DigiD") != 1 {
		t.Error("somebody is logged in, and there is no button")
	}
	codes <- "Responder"
	if got := press(); got.status != http.StatusBadGateway || !strings.Contains(got.body, "Responder") || !strings.Contains(got.body, "SIMULATOR") {
		t.Errorf("it did not end: %d, %s", got.status, got.body)
	}
	<-heard
	codes <- "Success"
	o.login(login("yilmaz", mobile, ""))
	if got := press(); got.status != http.StatusOK || <-heard != "s00000000:999990019" {
		t.Errorf("it ended: %d, %s", got.status, got.body)
	}
	if got := h.post(h.url+"/saml/digid/end", url.Values{"person": {"nobody"}}); got.status != http.StatusBadRequest {
		t.Errorf("nobody: %d", got.status)
	}
}

func TestMetadataThatCannotBeTrusted(t *testing.T) {
	h := simulator(t)
	o := h.office(eidsim.DigiD, "urn:office")
	for name, change := range map[string][]string{
		"no name":            {`entityID="urn:office"`, ""},
		"no role":            {"SPSSODescriptor", "IDPSSODescriptor"},
		"no key":             {"KeyDescriptor", "Nothing"},
		"a key that is none": {"<ds:X509Certificate>", "<ds:X509Certificate>AAAA"},
		"no artifact":        {"HTTP-Artifact", "HTTP-POST"},
		"no XML":             {"<md:Entity", "hello"},
	} {
		if err := h.sim.Trust([]byte(strings.NewReplacer(change...).Replace(o.metadata()))); err == nil {
			t.Errorf("%s was trusted", name)
		}
	}
	withoutKey := h.office(eidsim.EHerkenning, "urn:open")
	must(t, h.sim.Trust([]byte(strings.Replace(withoutKey.metadata(), `use="encryption"`, `use="signing"`, 1))))
	if got := h.get(withoutKey.inAddress(withoutKey.sso(), withoutKey.request(), "r")); got.status != http.StatusBadRequest {
		t.Errorf("nobody can encrypt for it: %d", got.status)
	}
}
