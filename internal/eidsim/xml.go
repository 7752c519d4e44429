package eidsim

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // #nosec G505 -- the key transport of the network of eHerkenning is OAEP with SHA-1
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// The names of the standards.
const (
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsSignature = "http://www.w3.org/2000/09/xmldsig#"
	nsEncrypted = "http://www.w3.org/2001/04/xmlenc#"
	nsSOAP      = "http://schemas.xmlsoap.org/soap/envelope/"

	bindArtifact = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
	bindPost     = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
	bindRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	bindSOAP     = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"

	algSignature = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
	algDigest    = "http://www.w3.org/2001/04/xmlenc#sha256"

	instant = "2006-01-02T15:04:05Z"
)

// element makes an element with attributes in pairs.
func element(tag string, attrs ...string) *etree.Element {
	e := etree.NewElement(tag)
	for i := 0; i+1 < len(attrs); i += 2 {
		e.CreateAttr(attrs[i], attrs[i+1])
	}
	return e
}

// under adds an element below another.
func under(parent *etree.Element, tag, text string, attrs ...string) *etree.Element {
	e := element(tag, attrs...)
	if text != "" {
		e.SetText(text)
	}
	parent.AddChild(e)
	return e
}

// textOf is all the text of an element. Text stops at a comment, and what stops there can be made to say less.
func textOf(e *etree.Element) string {
	var b strings.Builder
	for _, t := range e.NotNil().Child {
		if c, ok := t.(*etree.CharData); ok {
			b.WriteString(c.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// child is the one child with a name in a namespace, or nil.
func child(e *etree.Element, ns, tag string) *etree.Element {
	all := children(e, ns, tag)
	if len(all) != 1 {
		return nil
	}
	return all[0]
}

func children(e *etree.Element, ns, tag string) []*etree.Element {
	return slices.DeleteFunc(e.NotNil().ChildElements(), func(c *etree.Element) bool { return c.Tag != tag || c.NamespaceURI() != ns })
}

func attr(e *etree.Element, name string) string { return e.NotNil().SelectAttrValue(name, "") }

func parse(b []byte) (*etree.Element, error) {
	d := etree.NewDocument()
	d.ReadSettings.ValidateInput = true
	if err := d.ReadFromBytes(b); err != nil {
		return nil, err
	}
	if d.Root() == nil {
		return nil, errors.New("no XML")
	}
	return d.Root(), nil
}

func serialize(e *etree.Element) ([]byte, error) {
	d := etree.NewDocumentWithRoot(e)
	d.WriteSettings = etree.WriteSettings{CanonicalText: true, CanonicalAttrVal: true} // a line end in a text survives
	return d.WriteToBytes()
}

// sign puts a signature where the schema of SAML has it: behind the issuer, or in front where there is none. What
// shall be wrong with an answer is wrong here.
func (s *Sim) sign(e *etree.Element, wrong Misbehaviour) error {
	if wrong == Unsigned {
		return nil
	}
	key, err := s.keys.of(wrong)
	if err != nil {
		return err
	}
	signer, err := dsig.NewSigningContext(key, nil)
	if err != nil {
		return err
	}
	signer.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	signature, err := signer.ConstructSignature(e, true)
	if err != nil {
		return err
	}
	// As DigiD does, the answer names its key instead of bringing it.
	info := signature.SelectElement("KeyInfo")
	info.Child = nil
	under(info, "ds:KeyName", s.keys.id)
	at := 0
	if issuer := child(e, nsAssertion, "Issuer"); issuer != nil {
		at = issuer.Index() + 1
	}
	e.InsertChildAt(at, signature)
	return nil
}

// verified returns what a signature on an element holds for, if one of these keys made it.
func verified(e *etree.Element, certificates []*x509.Certificate, now time.Time) (*etree.Element, error) {
	signature := child(e, nsSignature, "Signature")
	if signature == nil {
		return nil, errors.New("it has no signature")
	}
	info := child(signature, nsSignature, "SignedInfo")
	reference := child(info, nsSignature, "Reference")
	if attr(child(info, nsSignature, "SignatureMethod"), "Algorithm") != algSignature || attr(child(reference, nsSignature, "DigestMethod"), "Algorithm") != algDigest {
		return nil, errors.New("it is not signed with rsa-sha256 and sha256")
	}
	if attr(reference, "URI") != "#"+attr(e, "ID") {
		return nil, errors.New("its signature is about something else")
	}
	// What a message brings of keys does not count: only the metadata does.
	if key := child(signature, nsSignature, "KeyInfo"); key != nil {
		signature.RemoveChild(key)
	}
	within, err := etreeutils.NSBuildParentContext(e)
	if err != nil {
		return nil, err
	}
	for _, c := range certificates {
		alone, err := etreeutils.NSDetatch(within, e) // with the names of namespaces that stand around it
		if err != nil {
			return nil, err
		}
		v := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{c}})
		v.Clock = dsig.NewFakeClockAt(now)
		if is, err := v.Validate(alone); err == nil {
			return is, nil
		}
	}
	return nil, errors.New("no key of its metadata made its signature")
}

// signedQuery checks the signature of a query (SAML bindings, 3.4.4.1), which is about its bytes as they came.
func signedQuery(raw, message string, certificates []*x509.Certificate) error {
	signed := ""
	for _, name := range []string{message, "RelayState", "SigAlg"} {
		if value, ok := rawValue(raw, name); ok {
			signed += "&" + name + "=" + value
		}
	}
	q, err := url.ParseQuery(raw)
	if err != nil {
		return err
	}
	if q.Get("SigAlg") != algSignature {
		return errors.New("it is not signed with rsa-sha256")
	}
	signature, err := base64.StdEncoding.DecodeString(q.Get("Signature"))
	if err != nil {
		return err
	}
	for _, c := range certificates {
		if c.CheckSignature(x509.SHA256WithRSA, []byte(strings.TrimPrefix(signed, "&")), signature) == nil {
			return nil
		}
	}
	return errors.New("no key of its metadata made its signature")
}

func rawValue(raw, name string) (string, bool) {
	for pair := range strings.SplitSeq(raw, "&") {
		if k, v, _ := strings.Cut(pair, "="); k == name {
			return v, true
		}
	}
	return "", false
}

// inflate reads a message of a query.
func inflate(value string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), maxBody))
}

// query returns a message as a signed query. What shall be wrong with its signature is wrong here.
func (s *Sim) query(name string, message *etree.Element, relay string, wrong Misbehaviour) (string, error) {
	b, err := serialize(message)
	if err != nil {
		return "", err
	}
	var small bytes.Buffer
	z, err := flate.NewWriter(&small, flate.DefaultCompression)
	if err != nil {
		return "", err
	}
	if _, err := z.Write(b); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	q := name + "=" + url.QueryEscape(base64.StdEncoding.EncodeToString(small.Bytes()))
	if relay != "" {
		q += "&RelayState=" + url.QueryEscape(relay)
	}
	if wrong == Unsigned {
		return q, nil
	}
	key, err := s.keys.of(wrong)
	if err != nil {
		return "", err
	}
	q += "&SigAlg=" + url.QueryEscape(algSignature)
	sum := sha256.Sum256([]byte(q))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return q + "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(signature)), nil
}

// encrypted makes an EncryptedID of a NameID as the network of eHerkenning does: AES-256-CBC under a fresh key,
// which lies beside it, for the one who may read it.
func encrypted(nameID *etree.Element, to party) (*etree.Element, error) {
	plain, err := serialize(nameID)
	if err != nil {
		return nil, err
	}
	key, iv := make([]byte, 32), make([]byte, aes.BlockSize)
	_, _ = rand.Read(key) // it does not fail
	_, _ = rand.Read(iv)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	padding := make([]byte, aes.BlockSize-len(plain)%aes.BlockSize)
	padding[len(padding)-1] = byte(len(padding)) // XML Encryption, 5.2
	body := append(plain, padding...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(body, body) // #nosec G407 -- it is random, and fresh for each number
	public, ok := to.encryption.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("its key for encryption is not RSA")
	}
	wrapped, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, public, key, nil) // #nosec G401 -- as above
	if err != nil {
		return nil, err
	}

	dataID, keyID := newID(), newID()
	id := element("saml:EncryptedID")
	data := under(id, "xenc:EncryptedData", "", "xmlns:xenc", nsEncrypted, "Id", dataID, "Type", nsEncrypted+"Element")
	under(data, "xenc:EncryptionMethod", "", "Algorithm", nsEncrypted+"aes256-cbc")
	info := under(data, "ds:KeyInfo", "", "xmlns:ds", nsSignature)
	under(info, "ds:RetrievalMethod", "", "Type", nsEncrypted+"EncryptedKey", "URI", "#"+keyID)
	under(under(data, "xenc:CipherData", ""), "xenc:CipherValue", base64.StdEncoding.EncodeToString(append(iv, body...)))

	sealed := under(id, "xenc:EncryptedKey", "", "xmlns:xenc", nsEncrypted, "Id", keyID, "Recipient", to.entityID)
	method := under(sealed, "xenc:EncryptionMethod", "", "Algorithm", nsEncrypted+"rsa-oaep-mgf1p")
	under(method, "ds:DigestMethod", "", "xmlns:ds", nsSignature, "Algorithm", nsSignature+"sha1")
	if to.keyName != "" {
		under(under(sealed, "ds:KeyInfo", "", "xmlns:ds", nsSignature), "ds:KeyName", to.keyName)
	}
	under(under(sealed, "xenc:CipherData", ""), "xenc:CipherValue", base64.StdEncoding.EncodeToString(wrapped))
	under(under(sealed, "xenc:ReferenceList", ""), "xenc:DataReference", "", "URI", "#"+dataID)
	return id, nil
}

func newID() string { return "_" + rand.Text() }
