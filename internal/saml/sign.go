package saml

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// What a signature may be made with.
const (
	exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
	enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
)

var (
	signatures = map[string]x509.SignatureAlgorithm{
		rsaSHA256: x509.SHA256WithRSA,
		"http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": x509.SHA384WithRSA,
		"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": x509.SHA512WithRSA,
	}
	digests = map[string]crypto.Hash{
		"http://www.w3.org/2001/04/xmlenc#sha256":       crypto.SHA256,
		"http://www.w3.org/2001/04/xmldsig-more#sha384": crypto.SHA384,
		"http://www.w3.org/2001/04/xmlenc#sha512":       crypto.SHA512,
	}
)

// sign puts our signature on a message: after its Issuer, or first when it has none.
func (k Key) sign(el *etree.Element) error {
	ctx, err := dsig.NewSigningContext(k.private, [][]byte{k.Certificate.Raw})
	if err != nil {
		return err
	}
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if err := ctx.SetSignatureMethod(rsaSHA256); err != nil {
		return err
	}
	signature, err := ctx.ConstructSignature(el.Copy(), true)
	if err != nil {
		return err
	}
	place := 0
	if issuer := one(el, nsAssertion, "Issuer"); issuer != nil {
		place = issuer.Index() + 1
	}
	el.InsertChildAt(place, signature)
	return nil
}

// signatureOf returns the signature of an element, nil when it has none. It stands directly after the issuer
// and nowhere else.
func signatureOf(el *etree.Element) (*etree.Element, error) {
	var found *etree.Element
	for i, c := range el.ChildElements() {
		if !is(c, nsSignature, "Signature") {
			continue
		}
		if i != 1 || !is(el.ChildElements()[0], nsAssertion, "Issuer") {
			return nil, refused("a signature is not where it belongs")
		}
		found = c
	}
	return found, nil
}

// verify checks the signature on an element and returns what was signed, read anew from the bytes that were
// verified. Which key made it is ours to say: what the signature says of keys is not read.
func verify(el, signature *etree.Element, certificates []*x509.Certificate, now time.Time) (*etree.Element, error) {
	parts := signature.ChildElements()
	if len(parts) < 2 || len(parts) > 3 || !is(parts[0], nsSignature, "SignedInfo") || !is(parts[1], nsSignature, "SignatureValue") ||
		len(parts) == 3 && !is(parts[2], nsSignature, "KeyInfo") {
		return nil, refused("a signature has other parts")
	}
	copied, err := detached(parts[0])
	if err != nil {
		return nil, err
	}
	canonical, err := canonical(copied, one(parts[0], nsSignature, "CanonicalizationMethod"))
	if err != nil {
		return nil, err
	}
	info, err := parse(canonical)
	if err != nil {
		return nil, refused("what was signed is not readable")
	}
	value, err := base64.StdEncoding.DecodeString(unspaced(text(parts[1])))
	if err != nil || !vouched(canonical, value, signatures[attr(one(info, nsSignature, "SignatureMethod"), "Algorithm")], certificates, now) {
		return nil, refused("a signature is not by a key of the other party")
	}
	return referenced(el, signature, info)
}

// vouched reports whether one of the certificates, valid now, has the key that signed.
func vouched(data, signature []byte, algorithm x509.SignatureAlgorithm, certificates []*x509.Certificate, now time.Time) bool {
	if algorithm == x509.UnknownSignatureAlgorithm {
		return false
	}
	for _, c := range certificates {
		if !now.Before(c.NotBefore) && !now.After(c.NotAfter) && c.CheckSignature(algorithm, data, signature) == nil {
			return true
		}
	}
	return false
}

// referenced checks that a SignedInfo, which was verified, is of el, all of it but the signature, and returns
// that.
func referenced(el, signature, info *etree.Element) (*etree.Element, error) {
	ref := one(info, nsSignature, "Reference")
	transforms := one(ref, nsSignature, "Transforms")
	steps := children(transforms, nsSignature, "Transform")
	hash, known := digests[attr(one(ref, nsSignature, "DigestMethod"), "Algorithm")]
	want, err := base64.StdEncoding.DecodeString(unspaced(text(one(ref, nsSignature, "DigestValue"))))
	if err := all(
		check{len(info.ChildElements()) == 3 && ref != nil && len(ref.ChildElements()) == 3, "a signature is of other things too"},
		check{attr(el, "ID") != "" && attr(ref, "URI") == "#"+attr(el, "ID"), "a signature is of another element"},
		check{len(steps) == 2 && len(transforms.ChildElements()) == 2, "a signature has other transforms"},
		check{len(steps) == 2 && attr(steps[0], "Algorithm") == enveloped && len(steps[0].ChildElements()) == 0, "a signature has other transforms"},
		check{known && err == nil && len(want) == hash.Size(), "a signature has a digest of another kind"},
	); err != nil {
		return nil, err
	}
	place := signature.Index()
	copied, err := detached(el)
	if err != nil {
		return nil, err
	}
	copied.RemoveChildAt(place)
	data, err := canonical(copied, steps[1])
	if err != nil {
		return nil, err
	}
	h := hash.New()
	h.Write(data)
	if !bytes.Equal(h.Sum(nil), want) {
		return nil, refused("something was changed after it was signed")
	}
	sure, err := parse(data)
	if err != nil {
		return nil, refused("what was signed is not readable")
	}
	return sure, nil
}

// canonical returns the bytes that are signed, by a method or transform that must be the exclusive one.
func canonical(el, method *etree.Element) ([]byte, error) {
	if attr(method, "Algorithm") != exclusive {
		return nil, refused("a signature has another canonical form")
	}
	prefixes := ""
	if inside := method.ChildElements(); len(inside) > 0 {
		if len(inside) != 1 || !is(inside[0], exclusive, "InclusiveNamespaces") {
			return nil, refused("a signature has another canonical form")
		}
		prefixes = attr(inside[0], "PrefixList")
	}
	data, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(prefixes).Canonicalize(el)
	if err != nil {
		return nil, refused("a signature has no canonical form")
	}
	return data, nil
}

// detached copies an element with the namespaces that it stands in.
func detached(el *etree.Element) (*etree.Element, error) {
	around, err := etreeutils.NSBuildParentContext(el)
	if err == nil {
		el, err = etreeutils.NSDetatch(around, el)
	}
	if err != nil {
		return nil, refused("namespaces that do not fit")
	}
	return el, nil
}

// unspaced is base64 as it is decoded, without the line ends that it may have in XML.
func unspaced(s string) string { return strings.Join(strings.Fields(s), "") }
