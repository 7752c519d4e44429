package saml_test

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"voordeur/internal/eid"
	"voordeur/internal/saml"
)

// forgery is an answer that must be refused, made of a good one.
type forgery struct {
	name  string
	forge func(a *answer)
	want  error          // nil stands for ErrRefused
	of    []saml.Profile // nil stands for all
	with  saml.Signed    // what must be signed
}

var (
	everyone = []saml.Profile{saml.DigiD, saml.TVS, saml.EHerkenning, saml.EIDAS}
	onlyTVS  = []saml.Profile{saml.TVS}
	onlyEH   = []saml.Profile{saml.EHerkenning}
	toegang  = []saml.Profile{saml.EHerkenning, saml.EIDAS}
	hidden   = []saml.Profile{saml.TVS, saml.EHerkenning, saml.EIDAS}
)

// without takes away what begins with one text and ends with another.
func without(stage int, from, to string) func(*answer) {
	return func(a *answer) {
		a.edit(stage, func(s string) string {
			before, rest, ok := strings.Cut(s, from)
			_, after, ok2 := strings.Cut(rest, to)
			if !ok || !ok2 {
				panic("the answer has no " + from + " " + to)
			}
			return before + after
		})
	}
}

// signedInfo changes what is signed of the assertion: its signature is good, and says something odd.
func signedInfo(change func(string) string) func(*answer) {
	return func(a *answer) {
		a.info = change
		a.edit(signedAssertion, func(s string) string {
			a.info = nil
			return s
		})
	}
}

// cut puts a text for what begins with one text and ends with another.
func cut(from, to, with string) func(string) string {
	return func(s string) string { return strings.Replace(s, from+between(s, from, to)+to, with, 1) }
}

// twice has what begins with one text and ends with another a second time.
func twice(from, to string) func(string) string {
	return func(s string) string {
		part := from + between(s, from, to) + to
		return strings.Replace(s, part, part+part, 1)
	}
}

// swap puts one text for another.
func swap(stage int, old, with string) func(*answer) {
	return func(a *answer) { a.replace(stage, old, with) }
}

// wrapped puts an evil assertion somewhere, with the good one, which its signature is of, somewhere else. place
// gets both: the evil one without signature, the good one's signature, and the good one without and with it.
func wrapped(place func(evil, signature, bare, whole string) string) func(*answer) {
	return func(a *answer) {
		a.signsMessage = false
		a.edit(signedAssertion, func(whole string) string {
			signature := "<ds:Signature" + between(whole, "<ds:Signature", "</ds:Signature>") + "</ds:Signature>"
			bare := strings.Replace(whole, signature, "", 1)
			evil := strings.NewReplacer(`ID="_assertion"`, `ID="_evil"`, "999990019", "999990020", "90000001", "90000002", "session-1", "session-2").Replace(bare)
			return place(evil, signature, bare, whole)
		})
	}
}

// wrappedMessage is the same with the Response.
func wrappedMessage(place func(evil, signature, bare, whole string) string) func(*answer) {
	return func(a *answer) {
		a.signsMessage, a.signsResponse, a.signsAssertion = false, true, false
		a.edit(signedResponse, func(whole string) string {
			signature := "<ds:Signature" + between(whole, "<ds:Signature", "</ds:Signature>") + "</ds:Signature>"
			bare := strings.Replace(whole, signature, "", 1)
			evil := strings.NewReplacer(`ID="_response"`, `ID="_evil"`, `ID="_assertion"`, `ID="_evilassertion"`, "999990019", "999990020", "90000001", "90000002").Replace(bare)
			return place(evil, signature, bare, whole)
		})
	}
}

func behindIssuer(s, add string) string {
	return strings.Replace(s, "</saml:Issuer>", "</saml:Issuer>"+add, 1)
}

func inEnd(s, tag, add string) string {
	i := strings.LastIndex(s, "</"+tag+">")
	return s[:i] + add + s[i:]
}

func object(signature, content string) string {
	return strings.Replace(signature, "</ds:Signature>", "<ds:Object>"+content+"</ds:Object></ds:Signature>", 1)
}

// wrapping is the eight ways of XSW and some more, on assertion and message, where that alone must be signed.
var wrapping = []forgery{
	{name: "XSW1: the good message in the evil one's signature", with: saml.OnlyMessage, forge: wrappedMessage(func(evil, sig, bare, _ string) string {
		return behindIssuer(evil, object(sig, bare))
	})},
	{name: "XSW2: the good message beside the signature in the evil one", with: saml.OnlyMessage, forge: wrappedMessage(func(evil, sig, bare, _ string) string {
		return behindIssuer(evil, bare+sig)
	})},
	{name: "XSW3: the evil assertion before the good one", with: saml.OnlyAssertion, forge: wrapped(func(evil, _, _, whole string) string { return evil + whole })},
	{name: "XSW4: the good assertion in the evil one", with: saml.OnlyAssertion, forge: wrapped(func(evil, _, _, whole string) string {
		return inEnd(evil, "saml:Assertion", whole)
	})},
	{name: "XSW5: the signature in the evil assertion, the good one behind", with: saml.OnlyAssertion, forge: wrapped(func(evil, sig, bare, _ string) string {
		return behindIssuer(evil, sig) + bare
	})},
	{name: "XSW6: the good assertion in the signature in the evil one", with: saml.OnlyAssertion, forge: wrapped(func(evil, sig, bare, _ string) string {
		return behindIssuer(evil, object(sig, bare))
	})},
	{name: "XSW7: the evil assertion in extensions", with: saml.OnlyAssertion, forge: wrapped(func(evil, _, _, whole string) string {
		return "<samlp:Extensions>" + evil + "</samlp:Extensions>" + whole
	})},
	{name: "XSW8: the good assertion in an object of the signature", with: saml.OnlyAssertion, forge: wrapped(func(evil, sig, bare, _ string) string {
		return strings.Replace(evil, "<saml:Subject>", object(sig, bare)+"<saml:Subject>", 1)
	})},
	{name: "the evil assertion behind the good one", with: saml.OnlyAssertion, forge: wrapped(func(evil, _, _, whole string) string { return whole + evil })},
	{name: "the good assertion in the evil one's advice", with: saml.OnlyAssertion, forge: wrapped(func(evil, sig, bare, _ string) string {
		return strings.Replace(behindIssuer(evil, sig), "<saml:AuthnStatement", "<saml:Advice>"+bare+"</saml:Advice><saml:AuthnStatement", 1)
	})},
	{name: "the good assertion, signed, in the evil one's advice", with: saml.OnlyAssertion, forge: wrapped(func(evil, _, _, whole string) string {
		return strings.Replace(evil, "<saml:AuthnStatement", "<saml:Advice>"+whole+"</saml:Advice><saml:AuthnStatement", 1)
	})},
	{name: "the evil assertion with the good one's id", with: saml.OnlyAssertion, forge: wrapped(func(evil, sig, bare, _ string) string {
		return behindIssuer(strings.Replace(evil, "_evil", "_assertion", 1), object(sig, bare))
	})},
	{name: "the good message in the evil one's extensions", with: saml.OnlyMessage, forge: wrappedMessage(func(evil, _, _, whole string) string {
		return behindIssuer(evil, "<samlp:Extensions>"+whole+"</samlp:Extensions>")
	})},
	{name: "the signature of the assertion on the message", with: saml.OnlyMessage, forge: func(a *answer) {
		a.signsMessage = false
		a.edit(signedResponse, func(s string) string {
			sig := "<ds:Signature" + between(s, "<ds:Signature", "</ds:Signature>") + "</ds:Signature>"
			return behindIssuer(strings.Replace(s, sig, "", 1), sig)
		})
	}},
	{name: "a second assertion, signed by who may", with: saml.OnlyMessage, forge: func(a *answer) {
		a.edit(signedAssertion, func(s string) string { return s + strings.ReplaceAll(s, "_assertion", "_second") })
	}},
}

// signing is what is wrong with signatures.
var signing = []forgery{
	{name: "nothing is signed", forge: func(a *answer) { a.signsAssertion, a.signsMessage = false, false }},
	{name: "the message is not signed", forge: func(a *answer) { a.signsMessage = false }},
	{name: "the assertion is not signed", forge: func(a *answer) { a.signsAssertion = false }},
	{name: "only the assertion must be signed and is not", with: saml.OnlyAssertion, forge: func(a *answer) { a.signsAssertion = false }},
	{name: "only the message must be signed and is not", with: saml.OnlyMessage, forge: func(a *answer) { a.signsMessage = false }},
	{name: "signed by a stranger", forge: func(a *answer) { a.signer = "stranger" }},
	{name: "signed by us", forge: func(a *answer) { a.signer = "ours" }},
	{name: "the assertion is changed", forge: swap(signedAssertion, "session-1", "session-2")},
	{name: "the message is changed", forge: swap(inEnvelope, `ID="_message"`, `ID="_massage"`)},
	{name: "the status is changed", forge: swap(inEnvelope, "status:Success", "status:Success ")},
	{name: "a blank is added", forge: swap(signedAssertion, "<saml:Subject>", "<saml:Subject> ")},
	{name: "the digest is changed", forge: swap(signedAssertion, "<ds:DigestValue>", "<ds:DigestValue>AAAA")},
	{name: "the digest is empty", forge: signedInfo(cut("<ds:DigestValue>", "</ds:DigestValue>", "<ds:DigestValue></ds:DigestValue>"))},
	{name: "the digest is short", forge: signedInfo(cut("<ds:DigestValue>", "</ds:DigestValue>", "<ds:DigestValue>AAAA</ds:DigestValue>"))},
	{name: "there is no digest", forge: signedInfo(cut("<ds:DigestValue>", "</ds:DigestValue>", ""))},
	{name: "there is no method of the digest", forge: signedInfo(cut("<ds:DigestMethod", "</ds:DigestMethod>", ""))},
	{name: "two digests", forge: signedInfo(twice("<ds:DigestValue>", "</ds:DigestValue>"))},
	{name: "the digest has a comment", forge: swap(signedAssertion, "<ds:DigestValue>", "<ds:DigestValue><!--AAAA-->")},
	{name: "the signature is empty", forge: func(a *answer) {
		without(signedAssertion, "<ds:SignatureValue>", "</ds:SignatureValue>")(a)
		a.replace(signedAssertion, "<ds:KeyInfo>", "<ds:SignatureValue></ds:SignatureValue><ds:KeyInfo>")
	}},
	{name: "the signature is not base64", forge: swap(signedAssertion, "<ds:SignatureValue>", "<ds:SignatureValue>%")},
	{name: "there is no SignedInfo", forge: without(signedAssertion, "<ds:SignedInfo>", "</ds:SignedInfo>")},
	{name: "there is no SignatureValue", forge: without(signedAssertion, "<ds:SignatureValue>", "</ds:SignatureValue>")},
	{name: "there is no Reference", forge: signedInfo(cut("<ds:Reference", "</ds:Reference>", ""))},
	{name: "there are no transforms", forge: signedInfo(cut("<ds:Transforms>", "</ds:Transforms>", ""))},
	{name: "there is no method", forge: signedInfo(cut("<ds:SignatureMethod", "</ds:SignatureMethod>", ""))},
	{name: "two methods", forge: signedInfo(twice("<ds:SignatureMethod", "</ds:SignatureMethod>"))},
	{name: "SHA-1", forge: func(a *answer) { a.signature = "http://www.w3.org/2000/09/xmldsig#rsa-sha1" }},
	{name: "SHA-1 as the digest", forge: func(a *answer) { a.digest = "http://www.w3.org/2000/09/xmldsig#sha1" }},
	{name: "HMAC", forge: func(a *answer) { a.signature = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256" }},
	{name: "no algorithm", forge: func(a *answer) { a.signature = "none" }},
	{name: "an elliptic curve's algorithm", forge: func(a *answer) { a.signature = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" }},
	{name: "inclusive canonical form", forge: func(a *answer) { a.canonicalization = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" }},
	{name: "canonical form with comments", forge: func(a *answer) { a.canonicalization = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments" }},
	{name: "no transforms", forge: func(a *answer) { a.transforms = " " }},
	{name: "one transform", forge: func(a *answer) {
		a.transforms = `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform>`
	}},
	{name: "XPath", forge: func(a *answer) {
		a.transforms = usualTransforms + `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>false()</ds:XPath></ds:Transform>`
	}},
	{name: "XSLT first", forge: func(a *answer) {
		a.transforms = `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"></ds:Transform>` + usualTransforms
	}},
	{name: "transforms the other way round", forge: func(a *answer) {
		parts := strings.SplitAfter(usualTransforms, "</ds:Transform>")
		a.transforms = parts[1] + parts[0]
	}},
	{name: "a transform twice", forge: func(a *answer) {
		a.transforms = usualTransforms + strings.SplitAfter(usualTransforms, "</ds:Transform>")[1]
	}},
	{name: "something in a transform", forge: func(a *answer) {
		a.transforms = strings.Replace(usualTransforms, "></ds:Transform>", "><ds:XPath>1</ds:XPath></ds:Transform>", 1)
	}},
	{name: "two references", forge: signedInfo(twice("<ds:Reference", "</ds:Reference>"))},
	{name: "a reference to something else too", forge: signedInfo(func(s string) string {
		return strings.Replace(s, "<ds:Reference", `<ds:Reference URI="#_other"></ds:Reference><ds:Reference`, 1)
	})},
	{name: "something else in SignedInfo", forge: signedInfo(func(s string) string {
		return strings.Replace(s, "</ds:SignedInfo>", "<ds:Other></ds:Other></ds:SignedInfo>", 1)
	})},
	{name: "something else in the reference", forge: signedInfo(func(s string) string {
		return strings.Replace(s, "</ds:Reference>", "<ds:Other></ds:Other></ds:Reference>", 1)
	})},
	{name: "something else among the transforms", forge: func(a *answer) { a.transforms = usualTransforms + "<ds:Other></ds:Other>" }},
	{name: "two SignedInfo", forge: func(a *answer) { a.edit(signedAssertion, twice("<ds:SignedInfo>", "</ds:SignedInfo>")) }},
	{name: "two signatures", forge: func(a *answer) { a.edit(signedAssertion, twice("<ds:Signature ", "</ds:Signature>")) }},
	{name: "an object in the signature", forge: func(a *answer) { a.edit(signedAssertion, func(s string) string { return object(s, "x") }) }},
	{name: "the signature at the end", forge: func(a *answer) {
		a.edit(signedAssertion, func(s string) string {
			sig := "<ds:Signature" + between(s, "<ds:Signature", "</ds:Signature>") + "</ds:Signature>"
			return inEnd(strings.Replace(s, sig, "", 1), "saml:Assertion", sig)
		})
	}},
	{name: "a signature of everything", forge: signedInfo(cut(` URI="`, `"`, ` URI=""`))},
	{name: "a signature of another element", forge: signedInfo(cut(` URI="`, `"`, ` URI="#_other"`))},
	{name: "a signature by XPointer", forge: signedInfo(cut(` URI="`, `"`, ` URI="#xpointer(/)"`))},
	{name: "a signature of another place", forge: signedInfo(cut(` URI="`, `"`, ` URI="https://idp.example/x"`))},
	{name: "a signature of nothing", forge: signedInfo(cut(` URI="`, `"`, ""))},
	{name: "a signature of the message, on the assertion", forge: swap(signedAssertion, `URI="#_assertion"`, `URI="#_response"`)},
	{name: "a signature of no namespace", forge: swap(signedAssertion, `xmlns:ds="http://www.w3.org/2000/09/xmldsig#"`, `xmlns:ds="urn:x"`)},
}

// content is what is wrong in what the other party signed: another's answer, or none at all.
var content = []forgery{
	{name: "for another audience", forge: swap(inAssertion, "urn:test:sp<", "urn:test:other<")},
	{name: "for us and another audience", forge: swap(inAssertion, "</saml:AudienceRestriction>", "</saml:AudienceRestriction><saml:AudienceRestriction><saml:Audience>urn:x</saml:Audience></saml:AudienceRestriction>")},
	{name: "for no audience", forge: without(inAssertion, "<saml:Audience>", "</saml:Audience>")},
	{name: "for everybody", forge: without(inAssertion, "<saml:AudienceRestriction>", "</saml:AudienceRestriction>")},
	{name: "for an audience that begins as ours", forge: swap(inAssertion, "urn:test:sp<", "urn:test:sp2<")},
	{name: "an unknown condition", forge: swap(inAssertion, "<saml:AudienceRestriction>", "<saml:ProxyRestriction></saml:ProxyRestriction><saml:AudienceRestriction>")},
	{name: "no conditions", forge: without(inAssertion, "<saml:Conditions", "</saml:Conditions>")},
	{name: "conditions twice", forge: func(a *answer) { a.edit(inAssertion, twice("<saml:Conditions", "</saml:Conditions>")) }},
	{name: "sent to another address", forge: swap(inResponse, `Destination="`+acs, `Destination="https://other.example`)},
	{name: "sent to no address", of: hidden, forge: swap(inResponse, ` Destination="`+acs+`"`, "")},
	{name: "sent to our address and more", forge: swap(inResponse, `Destination="`+acs, `Destination="`+acs+"/")},
	{name: "another recipient", forge: swap(inAssertion, `Recipient="`+acs, `Recipient="https://other.example`)},
	{name: "no recipient", forge: swap(inAssertion, ` Recipient="`+acs+`"`, "")},
	{name: "the response answers another request", forge: swap(inResponse, `InResponseTo="`+request, `InResponseTo="_other`)},
	{name: "the response answers none", forge: swap(inResponse, ` InResponseTo="`+request+`"`, "")},
	{name: "the assertion answers another request", forge: swap(inAssertion, `InResponseTo="`+request, `InResponseTo="_other`)},
	{name: "the assertion answers none", forge: swap(inAssertion, ` InResponseTo="`+request+`"`, "")},
	{name: "the message answers another request", forge: swap(inMessage, `InResponseTo="`, `InResponseTo="x`)},
	{name: "the message answers none", forge: swap(inMessage, `InResponseTo="`, `In="`)},
	{name: "the assertion is another's", forge: swap(inAssertion, idpID+"<", "urn:test:other<")},
	{name: "the response is another's", forge: swap(inResponse, idpID+"<", "urn:test:other<")},
	{name: "the message is another's", forge: swap(inMessage, idpID+"<", "urn:test:other<")},
	{name: "the response is nobody's", forge: without(inResponse, "<saml:Issuer", "</saml:Issuer>")},
	{name: "the response is two parties'", forge: swap(inResponse, "<samlp:Status>", issuer+"<samlp:Status>")},
	{name: "the issuer is a person", forge: swap(inAssertion, "<saml:Issuer>", `<saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">`)},
	{name: "the confirmation is over", forge: swap(inAssertion, `NotOnOrAfter="`+stamp(2*time.Minute)+`" Recipient`, `NotOnOrAfter="`+stamp(-time.Minute)+`" Recipient`)},
	{name: "the confirmation has no end", forge: swap(inAssertion, `NotOnOrAfter="`+stamp(2*time.Minute)+`" Recipient`, "Recipient")},
	{name: "the confirmation ends at no time", forge: swap(inAssertion, `NotOnOrAfter="`+stamp(2*time.Minute)+`" Recipient`, `NotOnOrAfter="tomorrow" Recipient`)},
	{name: "the confirmation is to begin", forge: swap(inAssertion, `NotOnOrAfter="`+stamp(2*time.Minute)+`" Recipient`, `NotBefore="`+stamp(61*time.Second)+`" NotOnOrAfter="`+stamp(2*time.Minute)+`" Recipient`)},
	{name: "the conditions are over", forge: swap(inAssertion, `NotOnOrAfter="`+stamp(2*time.Minute)+`">`, `NotOnOrAfter="`+stamp(-time.Minute)+`">`)},
	{name: "the conditions are to begin", forge: swap(inAssertion, `NotBefore="`+stamp(-2*time.Minute), `NotBefore="`+stamp(61*time.Second))},
	{name: "the conditions have no beginning", forge: swap(inAssertion, ` NotBefore="`+stamp(-2*time.Minute)+`"`, "")},
	{name: "the conditions begin at no time", forge: swap(inAssertion, `NotBefore="`+stamp(-2*time.Minute), `NotBefore="yesterday`)},
	{name: "the conditions have no end", forge: swap(inAssertion, ` NotOnOrAfter="`+stamp(2*time.Minute)+`">`, ">")},
	{name: "the assertion is of the future", forge: swap(inAssertion, `IssueInstant="`+stamp(0), `IssueInstant="`+stamp(61*time.Second))},
	{name: "the assertion is old", forge: swap(inAssertion, `IssueInstant="`+stamp(0), `IssueInstant="`+stamp(-16*time.Minute))},
	{name: "the assertion is of no time", forge: swap(inAssertion, ` IssueInstant="`+stamp(0)+`"`, "")},
	{name: "the response is of the future", forge: swap(inResponse, `IssueInstant="`+stamp(0), `IssueInstant="`+stamp(61*time.Second))},
	{name: "the response is of no time", forge: swap(inResponse, ` IssueInstant="`+stamp(0)+`" Version="2.0">`+issuer, ` Version="2.0">`+issuer)},
	{name: "the message is old", forge: swap(inMessage, `IssueInstant="`+stamp(0), `IssueInstant="`+stamp(-16*time.Minute))},
	{name: "version 1.1 of the assertion", forge: swap(inAssertion, `Version="2.0"`, `Version="1.1"`)},
	{name: "version 1.1 of the response", forge: swap(inResponse, `Version="2.0"`, `Version="1.1"`)},
	{name: "no version of the message", forge: swap(inMessage, ` Version="2.0"`, "")},
	{name: "the response has no id", forge: swap(inResponse, ` ID="_response"`, "")},
	{name: "the assertion has no id", with: saml.OnlyMessage, forge: func(a *answer) { a.signsAssertion = false; a.replace(inAssertion, ` ID="_assertion"`, "") }},
	{name: "an id twice", forge: swap(inAssertion, `ID="_assertion"`, `ID="_response"`)},
	{name: "an id twice, once in small letters", forge: swap(inAssertion, "<saml:Subject>", `<saml:Subject id="_assertion">`)},
	{name: "an id twice, once of XML", forge: swap(inAssertion, "<saml:Subject>", `<saml:Subject xml:id="_assertion">`)},
	{name: "an attribute twice", forge: swap(signedAssertion, `Version="2.0"`, `Version="2.0" Version="2.0"`)},
	{name: "an attribute twice, where nothing is signed", forge: swap(inEnvelope, "<s:Body>", `<s:Body a="1" a="1">`)},
	{name: "an id with another prefix", forge: swap(signedAssertion, ` ID="_assertion"`, ` saml:ID="_assertion"`)},
	{name: "no subject", forge: without(inAssertion, "<saml:Subject>", "</saml:Subject>")},
	{name: "no name", forge: without(inAssertion, "<saml:NameID>", "</saml:NameID>")},
	{name: "an empty name", forge: func(a *answer) { a.name = " " }},
	{name: "two names", forge: swap(inAssertion, "<saml:NameID>", "<saml:NameID>s00000000:999990020</saml:NameID><saml:NameID>")},
	{name: "a comment in the name", forge: swap(inAssertion, "</saml:NameID>", "<!-- x --></saml:NameID>")},
	{name: "a comment in the name, after it was signed", forge: swap(signedAssertion, "</saml:NameID>", "<!-- x --></saml:NameID>")},
	{name: "a comment elsewhere", forge: swap(signedAssertion, "<saml:Subject>", "<!-- x --><saml:Subject>")},
	{name: "an instruction in the name", forge: swap(signedAssertion, "</saml:NameID>", "<?x y?></saml:NameID>")},
	{name: "an element in the name", forge: swap(inAssertion, "</saml:NameID>", "<b></b></saml:NameID>")},
	{name: "no confirmation", forge: without(inAssertion, "<saml:SubjectConfirmation ", "</saml:SubjectConfirmation>")},
	{name: "no data of the confirmation", forge: without(inAssertion, "<saml:SubjectConfirmationData", "</saml:SubjectConfirmationData>")},
	{name: "a confirmation by a key", forge: swap(inAssertion, "cm:bearer", "cm:holder-of-key")},
	{name: "two confirmations", forge: func(a *answer) {
		a.edit(inAssertion, twice("<saml:SubjectConfirmation ", "</saml:SubjectConfirmation>"))
	}},
	{name: "no statement of a log-in", forge: without(inAssertion, "<saml:AuthnStatement", "</saml:AuthnStatement>")},
	{name: "a log-in at no time", forge: swap(inAssertion, `AuthnInstant="`+stamp(-time.Second)+`" `, "")},
	{name: "a log-in of the future", forge: swap(inAssertion, `AuthnInstant="`+stamp(-time.Second), `AuthnInstant="`+stamp(61*time.Second))},
	{name: "a session that is over", forge: swap(inAssertion, `SessionIndex="session-1"`, `SessionIndex="session-1" SessionNotOnOrAfter="`+stamp(-time.Minute)+`"`)},
	{name: "no level", forge: without(inAssertion, "<saml:AuthnContextClassRef>", "</saml:AuthnContextClassRef>")},
	{name: "an unknown level", forge: func(a *answer) { a.class = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password" }},
	{name: "a level of DigiD", of: hidden, forge: func(a *answer) { a.class = "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI" }},
	{name: "a level of TVS", of: []saml.Profile{saml.DigiD, saml.EHerkenning, saml.EIDAS}, forge: func(a *answer) { a.class = "http://eidas.europa.eu/LoA/high" }},
	{name: "a level of eHerkenning", of: []saml.Profile{saml.DigiD, saml.TVS}, forge: func(a *answer) { a.class = "urn:etoegang:core:assurance-class:loa4" }},
	{name: "a level in capitals", of: []saml.Profile{saml.DigiD, saml.EHerkenning, saml.EIDAS}, forge: func(a *answer) { a.class = strings.ToUpper(a.class) }},
	{name: "the assertion is encrypted", forge: func(a *answer) {
		a.edit(signedAssertion, func(string) string {
			return `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"></saml:EncryptedAssertion>`
		})
	}},
	{name: "no assertion", forge: func(a *answer) { a.edit(signedAssertion, func(string) string { return "" }) }},
	{name: "the assertion in extensions alone", forge: func(a *answer) {
		a.edit(signedAssertion, func(s string) string { return "<samlp:Extensions>" + s + "</samlp:Extensions>" })
	}},
	{name: "no status", forge: without(inResponse, "<samlp:Status>", "</samlp:Status>")},
	{name: "two statuses", forge: swap(inResponse, success, success+success)},
	{name: "a failure with an assertion", forge: swap(inResponse, "status:Success", "status:Responder")},
	{name: "the message failed", forge: swap(inMessage, "status:Success", "status:Requester")},
	{name: "the message has no status", forge: without(inMessage, "<samlp:Status>", "</samlp:Status>")},
	{name: "no response", forge: func(a *answer) { a.edit(signedResponse, func(string) string { return "" }) }},
	{name: "two responses", with: saml.OnlyAssertion, forge: func(a *answer) {
		a.signsMessage = false
		a.edit(signedResponse, func(s string) string {
			return s + strings.NewReplacer("_response", "_r2", "_assertion", "_a2").Replace(s)
		})
	}},
	{name: "a response in extensions", with: saml.OnlyAssertion, forge: func(a *answer) {
		a.signsMessage = false
		a.edit(signedResponse, func(s string) string {
			return behindIssuer(s, `<samlp:Extensions><samlp:Response ID="_r2" Version="2.0">`+success+"</samlp:Response></samlp:Extensions>")
		})
	}},
	{name: "a DTD", forge: swap(inEnvelope, "<s:Envelope", "<!DOCTYPE x><s:Envelope")},
	{name: "a DTD from elsewhere", forge: swap(inEnvelope, "<s:Envelope", `<!DOCTYPE x SYSTEM "http://127.0.0.1/x"><s:Envelope`)},
	{name: "an entity", forge: func(a *answer) {
		a.replace(inEnvelope, "<s:Envelope", `<!DOCTYPE x [<!ENTITY a "x">]><s:Envelope`)
		a.replace(inEnvelope, "session-1", "&a;")
	}},
	{name: "a bomb of entities", forge: func(a *answer) {
		bomb := `<!DOCTYPE x [<!ENTITY a0 "ha">`
		for i := range 9 {
			bomb += fmt.Sprintf(`<!ENTITY a%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&a%d;", i), 10))
		}
		a.replace(inEnvelope, "<s:Envelope", bomb+"]><s:Envelope")
		a.replace(inEnvelope, "session-1", "&a9;")
	}},
	{name: "an unknown entity", forge: swap(inEnvelope, "session-1", "&nbsp;")},
	{name: "an instruction", forge: swap(inEnvelope, "<s:Body>", "<?php x ?><s:Body>")},
	{name: "two roots", forge: func(a *answer) { a.edit(inEnvelope, func(s string) string { return s + "<x/>" }) }},
	{name: "text behind the root", forge: func(a *answer) { a.edit(inEnvelope, func(s string) string { return s + "x" }) }},
	{name: "cut off", forge: func(a *answer) { a.edit(inEnvelope, func(s string) string { return s[:len(s)/2] }) }},
	{name: "nothing", forge: func(a *answer) { a.edit(inEnvelope, func(string) string { return "" }) }},
	{name: "too long", forge: func(a *answer) { a.edit(inEnvelope, func(s string) string { return s + strings.Repeat(" ", 256<<10) }) }},
	{name: "too deep", forge: swap(inEnvelope, "<s:Body>", strings.Repeat("<x>", 40)+strings.Repeat("</x>", 40)+"<s:Body>")},
	{name: "too many elements", forge: swap(inEnvelope, "<s:Body>", strings.Repeat("<x/>", 1000)+"<s:Body>")},
	{name: "too many attributes", forge: func(a *answer) {
		a.edit(inEnvelope, func(s string) string {
			many := "<s:Body"
			for i := range 65 {
				many += fmt.Sprintf(` a%d=""`, i)
			}
			return strings.Replace(s, "<s:Body", many, 1)
		})
	}},
	{name: "another character set", forge: swap(inEnvelope, `encoding="UTF-8"`, `encoding="UTF-7"`)},
	{name: "a prefix without namespace", forge: swap(inEnvelope, "<s:Body>", "<y:z/><s:Body>")},
	{name: "two bodies", forge: swap(inEnvelope, "<s:Body>", "<s:Body/><s:Body>")},
	{name: "two things in the body", forge: swap(inEnvelope, "<s:Body>", "<s:Body><s:Fault/>")},
	{name: "no envelope", forge: func(a *answer) {
		a.edit(inEnvelope, func(s string) string { return between(s, "<s:Body>", "</s:Body>") })
	}},
	{name: "another SOAP", forge: swap(inEnvelope, "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")},
	{name: "another protocol", forge: func(a *answer) {
		a.edit(inEnvelope, func(s string) string {
			return strings.Replace(s, "SAML:2.0:protocol", "SAML:1.1:protocol", 1)
		})
	}},
}

// naming is what is wrong with who it says that somebody is.
var naming = []forgery{
	{name: "no BSN", of: []saml.Profile{saml.DigiD}, forge: func(a *answer) { a.name = "s00000000:999990018" }},
	{name: "a number of another sector", of: []saml.Profile{saml.DigiD}, forge: func(a *answer) { a.name = "s00000001:999990019" }},
	{name: "no attributes", of: hidden, forge: func(a *answer) { a.attributes = "" }},
	{name: "attributes twice", of: hidden, forge: swap(inAssertion, "</saml:AttributeStatement>", "</saml:AttributeStatement><saml:AttributeStatement></saml:AttributeStatement>")},
	{name: "attributes in advice alone", of: hidden, forge: func(a *answer) {
		a.replace(inAssertion, "<saml:AttributeStatement>", `<saml:Advice><saml:Assertion ID="_e"><saml:AttributeStatement>`)
		a.replace(inAssertion, "</saml:AttributeStatement>", "</saml:AttributeStatement></saml:Assertion></saml:Advice>")
	}},
	{name: "an attribute without name", of: hidden, forge: swap(inAssertion, "<saml:AttributeStatement>", "<saml:AttributeStatement><saml:Attribute></saml:Attribute>")},
	{name: "who acts, twice", of: hidden, forge: func(a *answer) {
		a.edit(inAssertion, func(s string) string {
			name := between(s, `<saml:Attribute Name="urn:nl-eid-gdi:1.0:Acting`, `"`)
			if name == "" {
				return strings.Replace(s, "<saml:AttributeStatement>", "<saml:AttributeStatement>"+attribute("urn:etoegang:core:ActingSubjectID"), 1)
			}
			return strings.Replace(s, "<saml:AttributeStatement>", "<saml:AttributeStatement>"+attribute("urn:nl-eid-gdi:1.0:ActingSubjectID"), 1)
		})
	}},
	{name: "nobody acts", of: onlyTVS, forge: swap(inAssertion, `1.0:ActingSubjectID`, `1.0:Other`)},
	{name: "nobody acts for the company", of: toegang, forge: swap(inAssertion, `core:ActingSubjectID`, `core:Other`)},
	{name: "no company", of: onlyEH, forge: swap(inAssertion, `core:LegalSubjectID`, `core:Other`)},
	{name: "no service", of: onlyTVS, forge: swap(inAssertion, `1.0:ServiceUUID`, `1.0:Other`)},
	{name: "no service of eToegang", of: toegang, forge: swap(inAssertion, `core:ServiceID`, `core:Other`)},
	{name: "another service", of: onlyTVS, want: eid.ErrService, forge: swap(inAssertion, uuid, "0"+uuid)},
	{name: "another service of eToegang", of: toegang, want: eid.ErrService, forge: swap(inAssertion, service, service+"1")},
	{name: "two services", of: toegang, forge: swap(inAssertion, "<saml:AttributeValue>"+service, "<saml:AttributeValue>urn:x</saml:AttributeValue><saml:AttributeValue>"+service)},
	{name: "a name in clear", of: onlyTVS, forge: func(a *answer) {
		a.attributes = attribute("urn:nl-eid-gdi:1.0:ServiceUUID", uuid) + attribute("urn:nl-eid-gdi:1.0:ActingSubjectID", `<saml:NameID NameQualifier="urn:nl-eid-gdi:1.0:id:legacy-BSN">999990019</saml:NameID>`)
	}},
	{name: "whom he represents is for another", of: onlyTVS, forge: func(a *answer) {
		a.attributes += attribute("urn:nl-eid-gdi:1.0:LegalSubjectID", cipherOf{to: "urn:x"}.write("urn:nl-eid-gdi:1.0:id:legacy-BSN", "012345672"))
	}},
	{name: "a representation of nobody", of: onlyTVS, forge: func(a *answer) { a.attributes += attribute("urn:nl-eid-gdi:1.1:RepresentationType", "x") }},
	{name: "a company of eHerkenning for eIDAS", of: []saml.Profile{saml.EIDAS}, forge: func(a *answer) { a.attributes = good(saml.EHerkenning).attributes }},
	{name: "a person of eIDAS for eHerkenning", of: onlyEH, forge: func(a *answer) { a.attributes = good(saml.EIDAS).attributes }},
	{name: "a branch that is none", of: onlyEH, forge: func(a *answer) { a.attributes += attribute("urn:etoegang:1.9:ServiceRestriction:Vestigingsnr", "12") }},
	{name: "two branches", of: onlyEH, forge: func(a *answer) {
		a.attributes += attribute("urn:etoegang:1.9:ServiceRestriction:Vestigingsnr", "000012345678", "000012345679")
	}},
	{name: "a branch of no company", of: onlyEH, forge: func(a *answer) {
		a.attributes = attribute("urn:etoegang:core:ServiceID", service) + attribute("urn:etoegang:core:ActingSubjectID", encrypted("urn:etoegang:1.9:EntityConcernedID:Pseudo", "p")) +
			attribute("urn:etoegang:core:LegalSubjectID", encrypted("urn:etoegang:1.9:EntityConcernedID:RSIN", "001509962")) +
			attribute("urn:etoegang:1.9:ServiceRestriction:Vestigingsnr", "000012345678")
	}},
	{name: "an intermediary that is no company", of: onlyEH, forge: func(a *answer) {
		a.attributes += attribute("urn:etoegang:1.9:IntermediateEntityID:KvKnr", "9000000")
	}},
	{name: "two intermediaries", of: onlyEH, forge: func(a *answer) {
		a.attributes += attribute("urn:etoegang:1.9:IntermediateEntityID:KvKnr", "90000002", "90000003")
	}},
	{name: "a polymorphic pseudonym", of: toegang, forge: func(a *answer) {
		a.edit(inAssertion, cut(`<saml:Attribute Name="urn:etoegang:core:ActingSubjectID">`, "</saml:Attribute>",
			attribute("urn:etoegang:core:ActingSubjectID", encrypted("urn:etoegang:1.12:EntityConcernedID:PseudoID", strings.Repeat("MIIB", 100)))))
	}},
	{name: "an intermediary for another", of: onlyEH, forge: func(a *answer) {
		a.attributes += attribute("urn:etoegang:1.9:IntermediateEntityID:KvKnr", cipherOf{to: "urn:x"}.write("urn:etoegang:1.9:EntityConcernedID:KvKnr", "90000002"))
	}},
}

// hiding is what is wrong with an encrypted name: who acts, which each profile but DigiD has encrypted.
func hiding() []forgery {
	const (
		xenc   = "http://www.w3.org/2001/04/xmlenc#"
		xenc11 = "http://www.w3.org/2009/xmlenc11#"
	)
	name := `<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" NameQualifier="REGISTER">999990019</saml:NameID>`
	var all []forgery
	add := func(what string, c cipherOf, edit func(string) string) {
		all = append(all, forgery{name: "encrypted: " + what, of: hidden, forge: func(a *answer) {
			register := "urn:etoegang:1.12:EntityConcernedID:BSN"
			if a.profile == saml.TVS {
				register = "urn:nl-eid-gdi:1.0:id:legacy-BSN"
			}
			own := c
			own.plain = strings.Replace(c.plain, "REGISTER", register, 1)
			id := own.write(register, "999990019")
			if edit != nil {
				id = edit(id)
			}
			acting := "urn:etoegang:core:ActingSubjectID"
			if a.profile == saml.TVS {
				acting = "urn:nl-eid-gdi:1.0:ActingSubjectID"
			}
			a.edit(inAssertion, func(s string) string {
				from := `<saml:Attribute Name="` + acting + `">`
				old := from + between(s, from, "</saml:Attribute>") + "</saml:Attribute>"
				return strings.Replace(s, old, attribute(acting, id), 1)
			})
		}})
	}
	replaced := func(old, with string) func(string) string {
		return func(s string) string { return strings.ReplaceAll(s, old, with) }
	}
	add("for another", cipherOf{to: "urn:x"}, nil)
	add("with another's key", cipherOf{keys: []string{"stranger"}}, nil)
	add("one byte short", cipherOf{cut: 1}, nil)
	add("a block short", cipherOf{cut: 16}, nil)
	add("less than a block", cipherOf{cut: 200}, nil)
	add("GCM, one byte short", cipherOf{data: xenc11 + "aes256-gcm", cut: 1}, nil)
	add("no comment", cipherOf{plain: strings.Replace(name, "999990019", "99999<!-- -->0019", 1)}, nil)
	add("no DTD", cipherOf{plain: "<!DOCTYPE x>" + name}, nil)
	add("no XML", cipherOf{plain: "999990019"}, nil)
	add("two names", cipherOf{plain: name + name}, nil)
	add("another element", cipherOf{plain: strings.ReplaceAll(name, "NameID", "BaseID")}, nil)
	add("no register", cipherOf{plain: strings.Replace(name, "REGISTER", "x", 1)}, nil)
	add("no BSN", cipherOf{plain: strings.Replace(name, "999990019", "999990018", 1)}, nil)
	add("AES-128", cipherOf{}, replaced(xenc+"aes256-cbc", xenc+"aes128-cbc"))
	add("Triple DES", cipherOf{}, replaced(xenc+"aes256-cbc", xenc+"tripledes-cbc"))
	add("no algorithm", cipherOf{}, replaced(xenc+"aes256-cbc", ""))
	add("PKCS 1 padding", cipherOf{}, replaced(xenc+"rsa-oaep-mgf1p", xenc+"rsa-1_5"))
	add("an unknown digest", cipherOf{digest: "http://www.w3.org/2000/09/xmldsig#sha1"}, replaced("#sha1", "#md5"))
	add("another digest", cipherOf{digest: xenc + "sha256"}, replaced("#sha256", "#sha512"))
	add("a mask that its algorithm does not have", cipherOf{digest: xenc + "sha256", mask: xenc11 + "mgf1sha256"}, nil)
	add("no data", cipherOf{}, replaced("xenc:EncryptedData", "xenc:Other"))
	add("no key", cipherOf{}, replaced("xenc:EncryptedKey", "xenc:Other"))
	add("no base64", cipherOf{}, replaced("<xenc:CipherValue>", "<xenc:CipherValue>%"))
	add("no value", cipherOf{}, replaced("xenc:CipherValue", "xenc:CipherReference"))
	add("40 keys, the last ours", cipherOf{keys: strings.Fields(strings.Repeat("stranger ", 39) + "ours")}, nil)
	add("a short key", cipherOf{secret: 16}, nil)
	return all
}

func (f forgery) profiles() []saml.Profile {
	if f.of == nil {
		return everyone
	}
	return f.of
}

// goodOnes tries what the forgeries are made of: with each of their settings the unforged answer is accepted,
// so that it is the forgery that is refused.
func goodOnes(try func(saml.SP, *answer) error, t *testing.T) {
	for _, profile := range everyone {
		for _, with := range []saml.Signed{saml.Both, saml.OnlyAssertion, saml.OnlyMessage} {
			s, a := sp(profile), good(profile)
			s.Signed = with
			a.signsAssertion, a.signsMessage = with != saml.OnlyMessage, with != saml.OnlyAssertion
			if err := try(s, a); err != nil {
				t.Fatalf("%s: a good answer: %v", profile, err)
			}
		}
	}
}

func TestD8_D9_D10_NoForgedAnswerIsAccepted(t *testing.T) {
	r := newResolver(t)
	count, reasons := 0, map[string]bool{}
	goodOnes(func(s saml.SP, a *answer) error {
		_, err := r.resolve(t, s, a)
		return err
	}, t)
	for _, list := range [][]forgery{wrapping, signing, content, naming, hiding()} {
		for _, f := range list {
			for _, profile := range f.profiles() {
				s := sp(profile)
				s.Signed = f.with
				a := good(profile)
				f.forge(a)
				got, err := r.resolve(t, s, a)
				want := f.want
				if want == nil {
					want = eid.ErrRefused
				}
				if !errors.Is(err, want) || got.ID != "" || got.Login.Legal != nil {
					t.Errorf("%s, %s: %+v, %v", profile, f.name, got, err)
					continue
				}
				for _, secret := range []string{"999990019", "90000001", "session-1", "transient-name", "_assertion"} {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("%s, %s: the reason tells %s", profile, f.name, secret)
					}
				}
				reasons[err.Error()] = true
				count++
			}
		}
	}
	t.Logf("%d forged answers, %d reasons", count, len(reasons))
	if count < 600 || len(reasons) < 40 {
		t.Errorf("only %d forged answers, %d reasons", count, len(reasons))
	}
}

func TestD8_AnAnswerByAFormIsVerifiedAsOneForAnArtifact(t *testing.T) {
	form := func(a *answer) string {
		a.signsResponse = a.signsMessage
		return base64.StdEncoding.EncodeToString([]byte(a.response()))
	}
	count := 0
	goodOnes(func(s saml.SP, a *answer) error {
		_, err := s.Response(form(a), request, now)
		return err
	}, t)
	for _, list := range [][]forgery{wrapping, signing, content, naming, hiding()} {
		for _, f := range list {
			for _, profile := range f.profiles() {
				s := sp(profile)
				s.Signed = f.with
				a := good(profile)
				f.forge(a)
				if a.edits[inMessage] != nil || a.edits[inEnvelope] != nil {
					continue // of what a form does not have
				}
				if got, err := s.Response(form(a), request, now); err == nil || got.ID != "" {
					t.Errorf("%s, %s: %+v", profile, f.name, got)
				}
				count++
			}
		}
	}
	if count < 400 {
		t.Errorf("only %d forged answers", count)
	}
	for name, field := range map[string]string{"nothing": "", "no base64": "%", "too long": strings.Repeat("A", 600<<10), "another message": base64.StdEncoding.EncodeToString([]byte(success))} {
		if _, err := sp(saml.DigiD).Response(field, request, now); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Only an artifact's answer may leave out where it is sent.
	a := good(saml.DigiD).replace(inResponse, ` Destination="`+acs+`"`, "")
	if _, err := sp(saml.DigiD).Response(form(a), request, now); !errors.Is(err, eid.ErrRefused) {
		t.Errorf("sent to no address: %v", err)
	}
	// Without a request of ours nobody is let in, not even by an answer that is to none.
	a = good(saml.DigiD).replace(inResponse, ` InResponseTo="`+request+`"`, "").replace(inAssertion, ` InResponseTo="`+request+`"`, "")
	if _, err := sp(saml.DigiD).Response(form(a), "", now); !errors.Is(err, eid.ErrRefused) {
		t.Errorf("to no request: %v", err)
	}
}

func TestD8_WhatMayDifferIsAccepted(t *testing.T) {
	r := newResolver(t)
	for name, c := range map[string]struct {
		change  func(a *answer)
		profile saml.Profile
		with    saml.Signed
	}{
		"the other certificate": {func(a *answer) { a.signer = "idp2" }, saml.TVS, saml.Both},
		"SHA-512": {func(a *answer) {
			a.signature, a.digest = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", "http://www.w3.org/2001/04/xmlenc#sha512"
		}, saml.TVS, saml.Both},
		"the response is signed":  {func(a *answer) { a.signsMessage, a.signsResponse = false, true }, saml.EHerkenning, saml.Both},
		"all three are signed":    {func(a *answer) { a.signsResponse = true }, saml.EIDAS, saml.Both},
		"the message alone":       {func(a *answer) { a.signsAssertion = false }, saml.DigiD, saml.OnlyMessage},
		"the assertion alone":     {func(a *answer) { a.signsMessage = false }, saml.DigiD, saml.OnlyAssertion},
		"no destination of DigiD": {swap(inResponse, ` Destination="`+acs+`"`, ""), saml.DigiD, saml.Both},
		"no KeyInfo":              {without(signedAssertion, "<ds:KeyInfo>", "</ds:KeyInfo>"), saml.DigiD, saml.OnlyAssertion},
		"a stranger's KeyInfo":    {swap(signedAssertion, "<ds:KeyName>any", "<ds:KeyName>stranger"), saml.DigiD, saml.OnlyAssertion},
		"a list of prefixes": {func(a *answer) {
			// Only the assertion's signature has the list, so the message around it is signed without xs.
			const declared = ` xmlns:xs="http://www.w3.org/2001/XMLSchema"`
			a.transforms = strings.Replace(usualTransforms, `exc-c14n#">`, `exc-c14n#"><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"></ec:InclusiveNamespaces>`, 1)
			a.replace(inAssertion, ` ID="_assertion"`, declared+` ID="_assertion"`)
			a.edit(signedAssertion, func(s string) string {
				a.transforms = ""
				return strings.Replace(s, declared, "", 1)
			})
			a.replace(inEnvelope, "<saml:Assertion ", "<saml:Assertion"+declared+" ")
		}, saml.DigiD, saml.Both},
		"used once":            {swap(inAssertion, "</saml:AudienceRestriction>", "</saml:AudienceRestriction><saml:OneTimeUse></saml:OneTimeUse>"), saml.TVS, saml.Both},
		"another audience too": {swap(inAssertion, "</saml:Audience>", "</saml:Audience><saml:Audience>urn:x</saml:Audience>"), saml.TVS, saml.Both},
		"blanks around texts": {func(a *answer) {
			a.replace(inAssertion, idpID+"<", "\n  "+idpID+"\n<")
			a.replace(inAssertion, "urn:test:sp<", " urn:test:sp\n<")
		}, saml.TVS, saml.Both},
		"a session still":           {swap(inAssertion, `SessionIndex="session-1"`, `SessionIndex="session-1" SessionNotOnOrAfter="`+stamp(time.Minute)+`"`), saml.TVS, saml.Both},
		"a minute ahead":            {swap(inAssertion, `IssueInstant="`+stamp(0), `IssueInstant="`+stamp(time.Minute)), saml.DigiD, saml.Both},
		"conditions just over":      {swap(inAssertion, `NotOnOrAfter="`+stamp(2*time.Minute)+`">`, `NotOnOrAfter="`+stamp(-59*time.Second)+`">`), saml.DigiD, saml.Both},
		"a carriage return":         {swap(inAssertion, `SessionIndex="session-1"`, `SessionIndex="session&#xD;1"`), saml.DigiD, saml.Both},
		"blanks around the message": {func(a *answer) { a.edit(inEnvelope, func(s string) string { return s + " \n" }) }, saml.DigiD, saml.Both},
		"a header":                  {swap(inEnvelope, "<s:Body>", "<s:Header/><s:Body>"), saml.DigiD, saml.Both},
		"an issuer with a format":   {swap(inAssertion, "<saml:Issuer>", `<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">`), saml.DigiD, saml.Both},
	} {
		a := good(c.profile)
		c.change(a)
		s := sp(c.profile)
		s.Signed = c.with
		if _, err := r.resolve(t, s, a); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A certificate of theirs that is over, or not yet valid, vouches for nothing.
	for when, ok := range map[time.Duration]bool{-time.Hour: false, 0: true, 3 * time.Hour: false} {
		template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(when - time.Hour), NotAfter: now.Add(when + time.Minute)}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &privates()["idp"].PublicKey, privates()["idp"])
		if err != nil {
			t.Fatal(err)
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		s := sp(saml.DigiD)
		s.IdP.Certificates = []*x509.Certificate{certificate}
		if _, err := r.resolve(t, s, good(saml.DigiD)); (err == nil) != ok {
			t.Errorf("a certificate of %v: %v", when, err)
		}
	}
}
