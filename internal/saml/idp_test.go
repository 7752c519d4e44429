package saml_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"voordeur/internal/eid"
	"voordeur/internal/saml"
)

// now is the moment of every test.
var now = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	idpID   = "urn:test:idp"
	acs     = "https://portaal.example/inloggen/saml"
	request = "_request"
	service = "urn:etoegang:DV:00000001234567890000:services:9052"
	uuid    = "f847dc11-ac24-47b2-84a8-a057440ce56d"
)

// keys and the private halves of them are made once, shorter than ours are: there are many signatures to make.
var (
	keys = sync.OnceValue(func() map[string]saml.Key {
		all := map[string]saml.Key{}
		for i, name := range []string{"ours", "next", "idp", "idp2", "stranger", "client"} {
			template := &x509.Certificate{
				SerialNumber: big.NewInt(int64(i)), Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(3, 0, 0),
			}
			der, err := x509.CreateCertificate(rand.Reader, template, template, &privates()[name].PublicKey, privates()[name])
			if err != nil {
				panic(err)
			}
			secret, err := x509.MarshalPKCS8PrivateKey(privates()[name])
			if err != nil {
				panic(err)
			}
			data := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
			if all[name], err = saml.ParseKey(data); err != nil {
				panic(err)
			}
		}
		return all
	})
	privates = sync.OnceValue(func() map[string]*rsa.PrivateKey {
		all, random := map[string]*rsa.PrivateKey{}, mathrand.NewChaCha8([32]byte{})
		for _, name := range []string{"ours", "next", "idp", "idp2", "stranger", "client"} {
			all[name] = privateKey(random)
		}
		return all
	})
)

// privateKey makes a key that is the same each time, so that what one process signed another one verifies.
func privateKey(random *mathrand.ChaCha8) *rsa.PrivateKey {
	const e = 65537
	one, key := big.NewInt(1), &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: big.NewInt(1), E: e}}
	phi := big.NewInt(1)
	for range 2 {
		data := make([]byte, 128)
		_, _ = random.Read(data)
		data[0] |= 0xc0
		data[127] |= 1
		p := new(big.Int).SetBytes(data)
		less := func() *big.Int { return new(big.Int).Sub(p, one) }
		for !p.ProbablyPrime(10) || new(big.Int).Mod(less(), big.NewInt(e)).Sign() == 0 {
			p.Add(p, big.NewInt(2))
		}
		key.Primes = append(key.Primes, p)
		key.N.Mul(key.N, p)
		phi.Mul(phi, less())
	}
	key.D = new(big.Int).ModInverse(big.NewInt(e), phi)
	key.Precompute()
	if err := key.Validate(); err != nil {
		panic(err)
	}
	return key
}

// sp is our side of a connection with idp.
func sp(profile saml.Profile) saml.SP {
	s := saml.SP{
		Profile: profile, ID: "urn:test:sp", ACS: acs, SLO: "https://portaal.example/uitloggen/saml",
		IdP: saml.IdP{
			ID: idpID, SSO: saml.Endpoint{Redirect: "https://idp.example/sso", POST: "https://idp.example/sso-post"},
			SLO:          saml.Endpoint{Redirect: "https://idp.example/slo"},
			Certificates: []*x509.Certificate{keys()["idp2"].Certificate, keys()["idp"].Certificate},
		},
		Current: keys()["ours"], Next: keys()["next"], Skew: time.Minute, Level: eid.Medium,
		Services: []string{service, uuid}, ServiceIndex: 1, ServiceName: "Cliëntportaal",
		Organisation: saml.Organisation{Name: "Notariskantoor Voorbeeld", DisplayName: "Voorbeeld", URL: "https://portaal.example/"},
		Contacts: []saml.Contact{
			{Type: "technical", Name: "Beheer", Mail: "beheer@portaal.example", Phone: "+31201234567"},
			{Type: "administrative", Name: "Kantoor", Mail: "kantoor@portaal.example", Phone: "+31201234568"},
		},
	}
	return s
}

// The stages of an answer, at which a test may change it: everything is written by hand in its canonical form,
// so that nothing here depends on what reads it.
const (
	inAssertion     = iota // before the assertion is signed
	signedAssertion        // after that
	inResponse             // before the Response around it is signed, if it is
	signedResponse         // after that
	inMessage              // before the ArtifactResponse is signed, if it is
	inEnvelope             // what is sent
	stages
)

// answer is one of the test's own IdP.
type answer struct {
	profile                                         saml.Profile
	name                                            string // in NameID
	class                                           string
	attributes                                      string
	signsAssertion, signsResponse, signsMessage     bool
	signer                                          string              // name of the key
	signature, digest, canonicalization, transforms string              // algorithms; "" for the usual
	info                                            func(string) string // changes SignedInfo before it is signed
	edits                                           [stages][]func(string) string
}

// good returns an answer that is to be accepted.
func good(profile saml.Profile) *answer {
	a := &answer{profile: profile, name: "transient-name", signer: "idp", signsAssertion: true, signsMessage: true}
	switch profile {
	case saml.DigiD:
		a.name, a.class = "s00000000:999990019", "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract"
	case saml.TVS:
		a.class = "http://eidas.europa.eu/LoA/low"
		a.attributes = attribute("urn:nl-eid-gdi:1.0:ServiceUUID", uuid) +
			attribute("urn:nl-eid-gdi:1.0:ActingSubjectID", encrypted("urn:nl-eid-gdi:1.0:id:legacy-BSN", "999990019"))
	case saml.EHerkenning:
		a.class = "urn:etoegang:core:assurance-class:loa3"
		a.attributes = attribute("urn:etoegang:core:ServiceID", service) +
			attribute("urn:etoegang:core:ActingSubjectID", encrypted("urn:etoegang:1.9:EntityConcernedID:Pseudo", "0a1b@2c3d")) +
			attribute("urn:etoegang:core:LegalSubjectID",
				encrypted("urn:etoegang:1.9:EntityConcernedID:KvKnr", "90000001"), encrypted("urn:etoegang:1.9:EntityConcernedID:RSIN", "001509962"))
	case saml.EIDAS:
		a.class = "urn:etoegang:core:assurance-class:loa3"
		a.attributes = attribute("urn:etoegang:core:ServiceID", service) +
			attribute("urn:etoegang:1.9:attribute:FirstName", "Zoë") + attribute("urn:etoegang:1.9:attribute:FamilyName", "Müller") +
			attribute("urn:etoegang:core:ActingSubjectID", encrypted("urn:etoegang:1.12:EntityConcernedID:PseudoID", "DE-pseudo-1"))
	}
	return a
}

func (a *answer) edit(stage int, f func(string) string) *answer {
	a.edits[stage] = append(a.edits[stage], f)
	return a
}

// replace puts text for other text, which must be there.
func (a *answer) replace(stage int, old, with string) *answer {
	return a.edit(stage, func(s string) string {
		if !strings.Contains(s, old) {
			panic(fmt.Sprintf("the answer has no %q", old))
		}
		return strings.Replace(s, old, with, 1)
	})
}

func (a *answer) at(stage int, s string) string {
	for _, f := range a.edits[stage] {
		s = f(s)
	}
	return s
}

func stamp(d time.Duration) string { return now.Add(d).Format("2006-01-02T15:04:05Z") }

const (
	issuer  = `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">` + idpID + `</saml:Issuer>`
	success = `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></samlp:StatusCode></samlp:Status>`
)

// assertion writes the assertion.
func (a *answer) assertion() string {
	s := `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_assertion" IssueInstant="` + stamp(0) + `" Version="2.0">` +
		`<saml:Issuer>` + idpID + `</saml:Issuer>` +
		`<saml:Subject><saml:NameID>` + a.name + `</saml:NameID>` +
		`<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
		`<saml:SubjectConfirmationData InResponseTo="` + request + `" NotOnOrAfter="` + stamp(2*time.Minute) + `" Recipient="` + acs + `"></saml:SubjectConfirmationData>` +
		`</saml:SubjectConfirmation></saml:Subject>` +
		`<saml:Conditions NotBefore="` + stamp(-2*time.Minute) + `" NotOnOrAfter="` + stamp(2*time.Minute) + `">` +
		`<saml:AudienceRestriction><saml:Audience>urn:test:sp</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
		`<saml:AuthnStatement AuthnInstant="` + stamp(-time.Second) + `" SessionIndex="session-1">` +
		`<saml:AuthnContext><saml:AuthnContextClassRef> ` + a.class + `</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`
	if a.attributes != "" {
		s += `<saml:AttributeStatement>` + a.attributes + `</saml:AttributeStatement>`
	}
	s = a.at(inAssertion, s+`</saml:Assertion>`)
	if a.signsAssertion {
		s = a.sign(s)
	}
	return a.at(signedAssertion, s)
}

// response writes the Response with the assertion.
func (a *answer) response() string {
	s := a.at(inResponse, `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Destination="`+acs+`" ID="_response" InResponseTo="`+request+
		`" IssueInstant="`+stamp(0)+`" Version="2.0">`+issuer+success+a.assertion()+`</samlp:Response>`)
	if a.signsResponse {
		s = a.sign(s)
	}
	return a.at(signedResponse, s)
}

// envelope writes what comes for an artifact.
func (a *answer) envelope(resolve string) string {
	s := a.at(inMessage, `<samlp:ArtifactResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_message" InResponseTo="`+resolve+
		`" IssueInstant="`+stamp(0)+`" Version="2.0">`+issuer+success+strings.Replace(a.response(), ` xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"`, "", 1)+`</samlp:ArtifactResponse>`)
	if a.signsMessage {
		s = a.sign(s)
	}
	return a.at(inEnvelope, `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>`+s+`</s:Body></s:Envelope>`)
}

// sign puts a signature behind the first issuer of an element that is written in its canonical form.
func (a *answer) sign(s string) string {
	id := between(s, ` ID="`, `"`)
	digest, sum := cmp.Or(a.digest, "http://www.w3.org/2001/04/xmlenc#sha256"), []byte(nil)
	switch {
	case strings.HasSuffix(digest, "sha1"):
		h := sha1.Sum([]byte(s))
		sum = h[:]
	case strings.HasSuffix(digest, "sha512"):
		h := sha512.Sum512([]byte(s))
		sum = h[:]
	default:
		h := sha256.Sum256([]byte(s))
		sum = h[:]
	}
	method := cmp.Or(a.signature, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
	info := `<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">` +
		`<ds:CanonicalizationMethod Algorithm="` + cmp.Or(a.canonicalization, "http://www.w3.org/2001/10/xml-exc-c14n#") + `"></ds:CanonicalizationMethod>` +
		`<ds:SignatureMethod Algorithm="` + method + `"></ds:SignatureMethod>` +
		`<ds:Reference URI="#` + id + `"><ds:Transforms>` + cmp.Or(a.transforms, usualTransforms) + `</ds:Transforms>` +
		`<ds:DigestMethod Algorithm="` + digest + `"></ds:DigestMethod><ds:DigestValue>` + base64.StdEncoding.EncodeToString(sum) + `</ds:DigestValue></ds:Reference></ds:SignedInfo>`
	if a.info != nil {
		info = a.info(info)
	}
	hash, hashed := crypto.SHA256, []byte(nil)
	switch {
	case strings.HasSuffix(method, "sha1"):
		h := sha1.Sum([]byte(info))
		hash, hashed = crypto.SHA1, h[:]
	case strings.HasSuffix(method, "sha512"):
		h := sha512.Sum512([]byte(info))
		hash, hashed = crypto.SHA512, h[:]
	default:
		h := sha256.Sum256([]byte(info))
		hashed = h[:]
	}
	value, err := rsa.SignPKCS1v15(rand.Reader, privates()[a.signer], hash, hashed)
	if err != nil {
		panic(err)
	}
	signature := `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">` + strings.Replace(info, ` xmlns:ds="http://www.w3.org/2000/09/xmldsig#"`, "", 1) +
		`<ds:SignatureValue>` + base64.StdEncoding.EncodeToString(value) + `</ds:SignatureValue><ds:KeyInfo><ds:KeyName>any</ds:KeyName></ds:KeyInfo></ds:Signature>`
	return strings.Replace(s, "</saml:Issuer>", "</saml:Issuer>"+signature, 1)
}

const usualTransforms = `<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>` +
	`<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform>`

// between returns what stands between two texts, "" when it is not there.
func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

func attribute(name string, values ...string) string {
	s := `<saml:Attribute Name="` + name + `">`
	for _, v := range values {
		s += `<saml:AttributeValue>` + v + `</saml:AttributeValue>`
	}
	return s + `</saml:Attribute>`
}

// cipherOf is how an EncryptedID is made.
type cipherOf struct {
	data, key, digest, mask string // algorithms, without their namespace's beginning
	to                      string // Recipient
	keys                    []string
	inside                  bool // the keys stand in the KeyInfo of the data
	plain                   string
	cut                     int // bytes that are missing at the end
	secret                  int // bytes of the key, when they are not 32
}

// encrypted writes a NameID as an EncryptedID as ST-SAML has it.
func encrypted(qualifier, value string) string {
	return cipherOf{}.write(qualifier, value)
}

func (c cipherOf) write(qualifier, value string) string {
	plain := c.plain
	if plain == "" {
		plain = `<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" NameQualifier="` + qualifier + `">` + value + `</saml:NameID>`
	}
	secret := make([]byte, cmp.Or(c.secret, 32))
	_, _ = rand.Read(secret)
	block, err := aes.NewCipher(secret)
	if err != nil {
		panic(err)
	}
	var data []byte
	if c.data == "" {
		c.data = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
	}
	if strings.HasSuffix(c.data, "gcm") {
		gcm, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			panic(err)
		}
		data = gcm.Seal(nil, nil, []byte(plain), nil)
	} else {
		padding := aes.BlockSize - len(plain)%aes.BlockSize
		padded := append([]byte(plain), bytes.Repeat([]byte{7}, padding)...)
		padded[len(padded)-1] = byte(padding)
		data = make([]byte, aes.BlockSize+len(padded))
		_, _ = rand.Read(data[:aes.BlockSize])
		cipher.NewCBCEncrypter(block, data[:aes.BlockSize]).CryptBlocks(data[aes.BlockSize:], padded)
	}
	data = data[:max(0, len(data)-c.cut)]
	hashes := map[string]crypto.Hash{
		"": crypto.SHA1, "http://www.w3.org/2000/09/xmldsig#sha1": crypto.SHA1, "http://www.w3.org/2001/04/xmlenc#sha256": crypto.SHA256,
		"http://www.w3.org/2009/xmlenc11#mgf1sha1": crypto.SHA1, "http://www.w3.org/2009/xmlenc11#mgf1sha256": crypto.SHA256,
	}
	if c.key == "" {
		c.key = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
	}
	if c.to == "" {
		c.to = "urn:test:sp"
	}
	if c.keys == nil {
		c.keys = []string{"ours"}
	}
	method := `<xenc:EncryptionMethod Algorithm="` + c.key + `">`
	if c.digest != "" {
		method += `<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="` + c.digest + `"></ds:DigestMethod>`
	}
	if c.mask != "" {
		method += `<xenc11:MGF xmlns:xenc11="http://www.w3.org/2009/xmlenc11#" Algorithm="` + c.mask + `"></xenc11:MGF>`
	}
	method += `</xenc:EncryptionMethod>`
	wrapped := ""
	for _, name := range c.keys {
		w, err := rsa.EncryptOAEPWithOptions(rand.Reader, &privates()[name].PublicKey, secret, &rsa.OAEPOptions{Hash: hashes[c.digest], MGFHash: hashes[c.mask]})
		if err != nil {
			panic(err)
		}
		wrapped += `<xenc:EncryptedKey xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Recipient="` + c.to + `">` + method +
			`<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:KeyName>` + name + `</ds:KeyName></ds:KeyInfo>` +
			`<xenc:CipherData><xenc:CipherValue>` + base64.StdEncoding.EncodeToString(w) + `</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`
	}
	info, beside := "", wrapped
	if c.inside {
		info, beside = `<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">`+strings.NewReplacer(` xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"`, "", ` xmlns:ds="http://www.w3.org/2000/09/xmldsig#"`, "").Replace(wrapped)+`</ds:KeyInfo>`, ""
	}
	return `<saml:EncryptedID><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element">` +
		`<xenc:EncryptionMethod Algorithm="` + c.data + `"></xenc:EncryptionMethod>` + info +
		`<xenc:CipherData><xenc:CipherValue>` + base64.StdEncoding.EncodeToString(data) + `</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>` + beside + `</saml:EncryptedID>`
}

// artifact is one of the IdP, for its address with that index.
func artifact(index byte) string {
	source := sha1.Sum([]byte(idpID))
	return base64.StdEncoding.EncodeToString(append(append([]byte{0, 4, 0, index}, source[:]...), bytes.Repeat([]byte{9}, 20)...))
}

// resolver is the IdP's address where artifacts are resolved, which asks for our certificate and our
// signature. It gives the answer that it holds.
type resolver struct {
	*httptest.Server
	mu     sync.Mutex
	write  func(resolve string) (status int, body string)
	wrong  []string // what was not as it must be about requests
	client *http.Client
	roots  *x509.CertPool
}

func newResolver(t testing.TB) *resolver {
	r := &resolver{}
	r.Server = httptest.NewUnstartedServer(r)
	ca := x509.NewCertPool()
	ca.AddCert(keys()["client"].Certificate)
	r.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca, MinVersion: tls.VersionTLS13, Time: func() time.Time { return now }}
	r.Config.ErrorLog = log.New(io.Discard, "", 0)
	r.StartTLS()
	t.Cleanup(r.Close)
	roots := x509.NewCertPool()
	roots.AddCert(r.Certificate())
	r.roots = roots
	r.client = eid.HTTPClient(true, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, Certificates: []tls.Certificate{{Certificate: [][]byte{keys()["client"].Certificate.Raw}, PrivateKey: privates()["client"]}}})
	return r
}

func (r *resolver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(req.Body)
	doc := etree.NewDocument()
	if err != nil || doc.ReadFromBytes(body) != nil {
		r.wrong = append(r.wrong, "not XML")
		return
	}
	resolve := doc.FindElement("/Envelope/Body/ArtifactResolve")
	if resolve == nil || req.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
		r.wrong = append(r.wrong, "no ArtifactResolve in an envelope")
		return
	}
	store := &dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{keys()["ours"].Certificate}}
	ctx := dsig.NewDefaultValidationContext(store)
	ctx.Clock = dsig.NewFakeClockAt(now)
	if _, err := ctx.Validate(resolve); err != nil {
		r.wrong = append(r.wrong, "the ArtifactResolve is not signed by us: "+err.Error())
	}
	if got := resolve.FindElement("./Artifact").Text(); got != artifact(0) {
		r.wrong = append(r.wrong, "another artifact")
	}
	status, answer := r.write(resolve.SelectAttrValue("ID", ""))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

// resolve has an answer of the IdP resolved.
func (r *resolver) resolve(t testing.TB, s saml.SP, a *answer) (saml.Answer, error) {
	t.Helper()
	s.IdP.Artifacts = map[int]string{0: r.URL}
	r.mu.Lock()
	r.write = func(resolve string) (int, string) { return http.StatusOK, a.envelope(resolve) }
	r.mu.Unlock()
	got, err := s.Resolve(context.Background(), r.client, artifact(0), request, now)
	for _, w := range r.wrong {
		t.Errorf("our request: %s", w)
	}
	return got, err
}
