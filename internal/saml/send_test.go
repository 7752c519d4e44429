package saml_test

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"voordeur/internal/eid"
	"voordeur/internal/saml"
)

// redirected returns the message in an address when the address is signed by us.
func redirected(t *testing.T, address, field string) (*etree.Element, url.Values) {
	t.Helper()
	_, query, _ := strings.Cut(address, "?")
	signed, _, _ := strings.Cut(query, "&Signature=")
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := base64.StdEncoding.DecodeString(values.Get("Signature"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(signed))
	if err := rsa.VerifyPKCS1v15(&privates()["ours"].PublicKey, crypto.SHA256, sum[:], signature); err != nil {
		t.Fatal(err)
	}
	if values.Get("SigAlg") != "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" {
		t.Errorf("signed with %s", values.Get("SigAlg"))
	}
	small, err := base64.StdEncoding.DecodeString(values.Get(field))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(flate.NewReader(bytes.NewReader(small)))
	if err != nil {
		t.Fatal(err)
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(data); err != nil {
		t.Fatal(err)
	}
	return doc.Root(), values
}

// attrs are those of an element that are no declaration of a namespace.
func attrs(el *etree.Element) map[string]string {
	all := map[string]string{}
	for _, a := range el.Attr {
		if a.Space != "xmlns" {
			all[a.Key] = a.Value
		}
	}
	return all
}

func TestD8_D9_D10_ARequestIsAsItsProfileHasIt(t *testing.T) {
	base := func(more ...string) map[string]string {
		all := map[string]string{"ID": "_id", "Version": "2.0", "IssueInstant": "2027-03-01T12:00:00.000Z", "Destination": "https://idp.example/sso"}
		for i := 0; i < len(more); i += 2 {
			all[more[i]] = more[i+1]
		}
		return all
	}
	for profile, want := range map[saml.Profile]map[string]string{
		saml.DigiD:       base("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact", "AssertionConsumerServiceURL", acs),
		saml.TVS:         base("AssertionConsumerServiceIndex", "0", "AttributeConsumingServiceIndex", "1"),
		saml.EHerkenning: base("ForceAuthn", "true", "AssertionConsumerServiceIndex", "0", "AttributeConsumingServiceIndex", "1"),
		saml.EIDAS:       base("ForceAuthn", "true", "AssertionConsumerServiceIndex", "0", "AttributeConsumingServiceIndex", "1"),
	} {
		s := sp(profile)
		s.IdP.Artifacts = map[int]string{0: "https://idp.example/artifact"}
		sent, err := s.Start("_id", "relay & more", false, now)
		if err != nil {
			t.Fatal(err)
		}
		m, values := redirected(t, sent.URL, "SAMLRequest")
		if !strings.HasPrefix(sent.URL, "https://idp.example/sso?SAMLRequest=") || sent.Request != "" || values.Get("RelayState") != "relay & more" {
			t.Errorf("%s is sent to %s", profile, sent.URL)
		}
		if m.FullTag() != "samlp:AuthnRequest" || !reflect.DeepEqual(attrs(m), want) || m.FindElement("./Issuer").Text() != "urn:test:sp" || m.FindElement("./Signature") != nil {
			t.Errorf("%s: %v", profile, attrs(m))
		}
		var levels []string
		for _, c := range m.FindElements("./RequestedAuthnContext[@Comparison='minimum']/AuthnContextClassRef") {
			levels = append(levels, c.Text())
		}
		if profile == saml.DigiD && !reflect.DeepEqual(levels, []string{"urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract"}) || profile != saml.DigiD && levels != nil {
			t.Errorf("%s asks for %v", profile, levels)
		}
		// By a form the message is signed in itself.
		s.IdP.SSO.Redirect = ""
		sent, err = s.Start("_id", "relay", false, now)
		if err != nil {
			t.Fatal(err)
		}
		data, err := base64.StdEncoding.DecodeString(sent.Request)
		if err != nil {
			t.Fatal(err)
		}
		want["Destination"] = "https://idp.example/sso-post"
		if m := verified(t, data, "/AuthnRequest"); sent.URL != "https://idp.example/sso-post" || sent.Relay != "relay" || !reflect.DeepEqual(attrs(m), want) {
			t.Errorf("%s by a form: %v to %s", profile, attrs(m), sent.URL)
		}
	}
}

func TestD8_NothingIsSentForAConnectionThatLacksSomething(t *testing.T) {
	for name, change := range map[string]func(*saml.SP){
		"profile":      func(s *saml.SP) { s.Profile = "other" },
		"id":           func(s *saml.SP) { s.ID = "" },
		"ACS":          func(s *saml.SP) { s.ACS = "" },
		"IdP":          func(s *saml.SP) { s.IdP.ID = "" },
		"IdP is us":    func(s *saml.SP) { s.IdP.ID = s.ID },
		"SSO":          func(s *saml.SP) { s.IdP.SSO = saml.Endpoint{} },
		"certificates": func(s *saml.SP) { s.IdP.Certificates = nil },
		"key":          func(s *saml.SP) { s.Current = saml.Key{} },
		"level":        func(s *saml.SP) { s.Level = 0 },
		"skew":         func(s *saml.SP) { s.Skew = time.Hour },
		"signed":       func(s *saml.SP) { s.Signed = 9 },
		"services":     func(s *saml.SP) { s.Services = nil },
	} {
		s := sp(saml.EHerkenning)
		change(&s)
		if sent, err := s.Start("_id", "", false, now); err == nil || sent != (saml.Sent{}) {
			t.Errorf("%s: sent", name)
		}
		if _, err := s.Response("", request, now); err == nil {
			t.Errorf("%s: an answer", name)
		}
		if _, err := s.Metadata(); err == nil {
			t.Errorf("%s: metadata", name)
		}
		if sent, err := s.Logout("_id", "", saml.Session{}, now); err == nil || sent != (saml.Sent{}) {
			t.Errorf("%s: logged out", name)
		}
		if err := s.LogoutAnswer(logoutQuery("idp", nil, nil), "", "_out", now); err == nil {
			t.Errorf("%s: an answer to a log-out", name)
		}
		if _, err := s.ParseLogoutQuery(askedQuery("idp", nil, nil), now); err == nil {
			t.Errorf("%s: a log-out by the browser", name)
		}
		if _, err := s.LogoutReplyAddress(saml.LoggedOut{}, "", true, now); err == nil {
			t.Errorf("%s: a reply by the browser", name)
		}
		if _, err := s.ParseLogout(logoutSOAP("idp", nil, nil), now); err == nil {
			t.Errorf("%s: a log-out", name)
		}
		if _, err := s.LogoutReply(saml.LoggedOut{}, true, now); err == nil {
			t.Errorf("%s: a reply", name)
		}
		if _, err := s.Resolve(t.Context(), nil, artifact(0), request, now); err == nil {
			t.Errorf("%s: resolved", name)
		}
	}
	s := sp(saml.DigiD)
	s.Services = nil
	if _, err := s.Start("_id", strings.Repeat("x", 80), false, now); err != nil {
		t.Error(err)
	}
	if _, err := s.Start("_id", strings.Repeat("x", 81), false, now); err == nil {
		t.Error("a relay of 81 bytes is sent")
	}
	s.IdP.SSO.Redirect = "https://idp.example/sso?organisatie=1"
	if sent, err := s.Start("_id", "", false, now); err != nil || !strings.HasPrefix(sent.URL, s.IdP.SSO.Redirect+"&SAMLRequest=") {
		t.Errorf("an address with a query: %v", err)
	}
	if a, b := saml.NewID(), saml.NewID(); a == b || len(a) < 27 || a[0] != '_' {
		t.Errorf("ids %q, %q", a, b)
	}
}

func TestD8_LoggingOutAsksTheOtherParty(t *testing.T) {
	s := sp(saml.DigiD)
	session := saml.Session{Name: "s00000000:999990019", Index: "session-1"}
	sent, err := s.Logout("_out", "relay", session, now)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := redirected(t, sent.URL, "SAMLRequest")
	name := m.FindElement("./NameID")
	if m.FullTag() != "samlp:LogoutRequest" || name.Text() != session.Name || len(name.Attr) != 0 || m.FindElement("./SessionIndex").Text() != session.Index || attrs(m)["Destination"] != "https://idp.example/slo" {
		t.Errorf("%v", attrs(m))
	}
	// Where the other party takes a form, the name stands in no address; and it is named as it named itself.
	s.IdP.SLO.POST = "https://idp.example/slo-post"
	sent, err = s.Logout("_out", "relay", saml.Session{Name: "x", Format: "urn:f", Qualifier: "urn:q", SPQualifier: "urn:s"}, now)
	if err != nil || sent.URL != "https://idp.example/slo-post" || sent.Relay != "relay" {
		t.Fatalf("%s, %v", sent.URL, err)
	}
	data, err := base64.StdEncoding.DecodeString(sent.Request)
	if err != nil {
		t.Fatal(err)
	}
	m = verified(t, data, "/LogoutRequest")
	if a := attrs(m.FindElement("./NameID")); a["Format"] != "urn:f" || a["NameQualifier"] != "urn:q" || a["SPNameQualifier"] != "urn:s" || m.FindElement("./SessionIndex") != nil {
		t.Errorf("the name: %v", a)
	}
	s.IdP.SLO = saml.Endpoint{}
	if _, err := s.Logout("_out", "", session, now); err == nil || s.LogsOut() {
		t.Error("a log-out without address")
	}
	if all := fmt.Sprintf("%v %+v %#v %s", session, session, session, slog.AnyValue(session).Resolve()); strings.Contains(all, "99999") {
		t.Errorf("a session prints its name: %s", all)
	}
}

// replied is the other party's answer to our log-out. A case changes it before it is signed.
func replied(change func(string) string) string {
	m := `<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Destination="https://portaal.example/uitloggen/saml" ID="_r" InResponseTo="_out" IssueInstant="` + stamp(0) + `" Version="2.0">` + issuer + success + `</samlp:LogoutResponse>`
	if change != nil {
		m = change(m)
	}
	return m
}

// logoutQuery is that answer in an address. A case changes the query after it is signed, too.
func logoutQuery(signer string, change, query func(string) string) string {
	return inQuery("SAMLResponse", signer, replied(change), query)
}

// askedQuery is the other party's request to log out, in an address.
func askedQuery(signer string, change, query func(string) string) string {
	return inQuery("SAMLRequest", signer, asked(change), query)
}

func inQuery(field, signer, m string, query func(string) string) string {
	var small bytes.Buffer
	w, err := flate.NewWriter(&small, flate.BestCompression)
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(w, m)
	_ = w.Close()
	// Small letters in what is escaped: the text that came is what was signed, not what we would have written.
	escape := strings.NewReplacer("+", "%2b", "/", "%2f", "=", "%3d").Replace
	q := field + "=" + escape(base64.StdEncoding.EncodeToString(small.Bytes())) + "&RelayState=relay&SigAlg=http%3a%2f%2fwww.w3.org%2f2001%2f04%2fxmldsig-more%23rsa-sha256"
	sum := sha256.Sum256([]byte(q))
	signature, err := rsa.SignPKCS1v15(rand.Reader, privates()[signer], crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	q += "&Signature=" + escape(base64.StdEncoding.EncodeToString(signature))
	if query != nil {
		q = query(q)
	}
	return q
}

func TestD8_TheAnswerToALogOutIsVerified(t *testing.T) {
	s := sp(saml.DigiD)
	if err := s.LogoutAnswer(logoutQuery("idp", nil, nil), "", "_out", now); err != nil {
		t.Error(err)
	}
	if err := s.LogoutAnswer("utm=1&"+logoutQuery("idp2", nil, nil), "", "_out", now); err != nil {
		t.Error(err)
	}
	to := func(old, with string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, old) {
				panic("no " + old)
			}
			return strings.Replace(s, old, with, 1)
		}
	}
	for name, query := range map[string]string{
		"nothing":           "",
		"a stranger's":      logoutQuery("stranger", nil, nil),
		"unsigned":          logoutQuery("idp", nil, to("&Signature=", "&S=")),
		"no algorithm":      logoutQuery("idp", nil, to("&SigAlg=", "&S=")),
		"SHA-1":             logoutQuery("idp", nil, to("2001%2f04%2fxmldsig-more%23rsa-sha256", "2000%2f09%2fxmldsig%23rsa-sha1")),
		"another relay":     logoutQuery("idp", nil, to("=relay", "=other")),
		"no relay":          logoutQuery("idp", nil, to("&RelayState=relay", "")),
		"a message twice":   logoutQuery("idp", nil, func(q string) string { return q + "&SAMLResponse=x" }),
		"a relay twice":     logoutQuery("idp", nil, func(q string) string { return q + "&RelayState=relay" }),
		"broken escape":     logoutQuery("idp", nil, func(q string) string { return q + "&x=%" }),
		"as a request":      logoutQuery("idp", nil, to("SAMLResponse", "SAMLRequest")),
		"too long":          logoutQuery("idp", nil, func(q string) string { return q + strings.Repeat("&", 256<<10) }),
		"another request's": logoutQuery("idp", to(`InResponseTo="_out"`, `InResponseTo="_other"`), nil),
		"no request's":      logoutQuery("idp", to(` InResponseTo="_out"`, ""), nil),
		"another address":   logoutQuery("idp", to("https://portaal", "https://other"), nil),
		"another party's":   logoutQuery("idp", to(idpID, "urn:x"), nil),
		"old":               logoutQuery("idp", to(stamp(0), stamp(-time.Hour)), nil),
		"failed":            logoutQuery("idp", to("status:Success", "status:Responder"), nil),
		"another message":   logoutQuery("idp", func(s string) string { return strings.ReplaceAll(s, "LogoutResponse", "Response") }, nil),
		"a DTD":             logoutQuery("idp", func(s string) string { return "<!DOCTYPE x>" + s }, nil),
		"a bomb":            logoutQuery("idp", func(s string) string { return s + strings.Repeat(" ", 64<<20) }, nil),
		"no XML":            logoutQuery("idp", func(string) string { return "x" }, nil),
	} {
		if err := s.LogoutAnswer(query, "", "_out", now); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.LogoutAnswer(logoutQuery("idp", to(` InResponseTo="_out"`, ""), nil), "", "", now); err == nil {
		t.Error("an answer to nothing is taken")
	}
	// Not everywhere, in the ways in which it is said.
	for name, code := range map[string]string{
		"below success":   `Success"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:PartialLogout"></samlp:StatusCode></samlp:StatusCode>`,
		"below a failure": `Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:PartialLogout"></samlp:StatusCode></samlp:StatusCode>`,
		"alone":           `PartialLogout"></samlp:StatusCode>`,
	} {
		if err := s.LogoutAnswer(logoutQuery("idp", to(`Success"></samlp:StatusCode>`, code), nil), "", "_out", now); !errors.Is(err, saml.ErrPartly) {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.LogoutAnswer(logoutQuery("stranger", to(`Success"></samlp:StatusCode>`, code), nil), "", "_out", now); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("%s, by a stranger: %v", name, err)
		}
	}
}

func TestD9_TheAnswerToALogOutInAFormIsVerified(t *testing.T) {
	s := sp(saml.EHerkenning)
	form := func(signer string, change, sent func(string) string) string {
		m := replied(change)
		if signer != "" {
			m = (&answer{signer: signer}).sign(m)
		}
		if sent != nil {
			m = sent(m)
		}
		return base64.StdEncoding.EncodeToString([]byte(m))
	}
	to := func(old, with string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, with, 1) }
	}
	if err := s.LogoutAnswer("", form("idp", nil, nil), "_out", now); err != nil {
		t.Error(err)
	}
	if err := s.LogoutAnswer("", form("idp", to("status:Success", "status:PartialLogout"), nil), "_out", now); !errors.Is(err, saml.ErrPartly) {
		t.Errorf("partly: %v", err)
	}
	for name, field := range map[string]string{
		"unsigned":          form("", nil, nil),
		"a stranger's":      form("stranger", nil, nil),
		"changed":           form("idp", to("status:Success", "status:PartialLogout"), to("status:PartialLogout", "status:Success")),
		"another request's": form("idp", to(`InResponseTo="_out"`, `InResponseTo="_other"`), nil),
		"another address":   form("idp", to("https://portaal", "https://other"), nil),
		"another party's":   form("idp", to(idpID, "urn:x"), nil),
		"old":               form("idp", to(stamp(0), stamp(-time.Hour)), nil),
		"failed":            form("idp", to("status:Success", "status:Responder"), nil),
		"another message":   form("idp", func(s string) string { return strings.ReplaceAll(s, "LogoutResponse", "Response") }, nil),
		"no base64":         "%",
		"no XML":            "eA==",
		"too long":          strings.Repeat("A", 1<<20),
	} {
		if err := s.LogoutAnswer("", field, "_out", now); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestD8_TheOtherPartyLogsOutByTheBrowser(t *testing.T) {
	to := func(old, with string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, with, 1) }
	}
	s := sp(saml.DigiD)
	got, err := s.ParseLogoutQuery(askedQuery("idp", nil, nil), now)
	if err != nil || !reflect.DeepEqual(got, saml.LoggedOut{ID: "_l", Subject: "s00000000:999990019", Sessions: []string{"session-1"}, Expires: now.Add(15*time.Minute + s.Skew)}) {
		t.Errorf("%+v, %v", got, err)
	}
	for replies, want := range map[string]string{"": "https://idp.example/slo", "https://idp.example/over": "https://idp.example/over"} {
		s.IdP.SLOReplies = replies
		address, err := s.LogoutReplyAddress(got, "relay", true, now)
		if err != nil {
			t.Fatal(err)
		}
		m, values := redirected(t, address, "SAMLResponse")
		if m.FullTag() != "samlp:LogoutResponse" || attrs(m)["InResponseTo"] != "_l" || attrs(m)["Destination"] != want || !strings.HasPrefix(address, want+"?") || values.Get("RelayState") != "relay" {
			t.Errorf("%v, %v", attrs(m), values)
		}
	}
	for name, query := range map[string]string{
		"nothing":         "",
		"unsigned":        askedQuery("idp", nil, to("&Signature=", "&S=")),
		"a stranger's":    askedQuery("stranger", nil, nil),
		"another relay":   askedQuery("idp", nil, to("=relay", "=other")),
		"as an answer":    askedQuery("idp", nil, to("SAMLRequest", "SAMLResponse")),
		"an answer":       logoutQuery("idp", nil, nil),
		"another message": askedQuery("idp", func(s string) string { return strings.ReplaceAll(s, "LogoutRequest", "AuthnRequest") }, nil),
		"old":             askedQuery("idp", to(stamp(0), stamp(-time.Hour)), nil),
		"over":            askedQuery("idp", to(stamp(time.Minute), stamp(-2*time.Minute)), nil),
		"without name":    askedQuery("idp", cut("<saml:NameID", "</saml:NameID>", ""), nil),
		"another address": askedQuery("idp", to("https://portaal", "https://other"), nil),
		"no address":      askedQuery("idp", to(` Destination="https://portaal.example/uitloggen/saml"`, ""), nil),
		"another party's": askedQuery("idp", to(idpID, "urn:x"), nil),
		"another version": askedQuery("idp", to(`Version="2.0"`, `Version="1.1"`), nil),
		"without id":      askedQuery("idp", to(` ID="_l"`, ""), nil),
	} {
		if got, err := s.ParseLogoutQuery(query, now); !errors.Is(err, eid.ErrRefused) || got.Subject != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	s.IdP.SLO, s.IdP.SLOReplies = saml.Endpoint{POST: "https://idp.example/slo-post"}, ""
	if address, err := s.LogoutReplyAddress(got, "", true, now); err == nil {
		t.Errorf("a party that has no address is answered at %q", address)
	}
}

// asked is the other party's request to log out. A case changes it before it is signed.
func asked(change func(string) string) string {
	m := `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Destination="https://portaal.example/uitloggen/saml" ID="_l" IssueInstant="` + stamp(0) + `" NotOnOrAfter="` + stamp(time.Minute) + `" Version="2.0">` +
		issuer + `<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">s00000000:999990019</saml:NameID><samlp:SessionIndex>session-1</samlp:SessionIndex></samlp:LogoutRequest>`
	if change != nil {
		m = change(m)
	}
	return m
}

// logoutSOAP is that request as the other party brings it. A case changes what is sent, too.
func logoutSOAP(signer string, change, sent func(string) string) []byte {
	m := asked(change)
	if signer != "" {
		m = (&answer{signer: signer}).sign(m)
	}
	m = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>` + m + `</s:Body></s:Envelope>`
	if sent != nil {
		m = sent(m)
	}
	return []byte(m)
}

func TestD8_TheOtherPartyLogsOut(t *testing.T) {
	to := func(old, with string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, with, 1) }
	}
	s := sp(saml.DigiD)
	for name, body := range map[string][]byte{"whole": logoutSOAP("idp", nil, nil), "sent nowhere": logoutSOAP("idp", to(` Destination="https://portaal.example/uitloggen/saml"`, ""), nil), "without end": logoutSOAP("idp", to(` NotOnOrAfter="`+stamp(time.Minute)+`"`, ""), nil)} {
		got, err := s.ParseLogout(body, now)
		if err != nil || !reflect.DeepEqual(got, saml.LoggedOut{ID: "_l", Subject: "s00000000:999990019", Sessions: []string{"session-1"}, Expires: now.Add(15*time.Minute + s.Skew)}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		for ended, code := range map[bool]string{true: "Success", false: "Responder"} {
			data, err := s.LogoutReply(got, ended, now)
			if err != nil {
				t.Fatal(err)
			}
			reply := verified(t, data, "/Envelope/Body/LogoutResponse")
			if reply.SelectAttrValue("InResponseTo", "") != "_l" || reply.FindElement("./Status/StatusCode").SelectAttrValue("Value", "") != "urn:oasis:names:tc:SAML:2.0:status:"+code {
				t.Errorf("the reply: %v", attrs(reply))
			}
		}
	}
	for name, body := range map[string][]byte{
		"nothing":         nil,
		"unsigned":        logoutSOAP("", nil, nil),
		"a stranger's":    logoutSOAP("stranger", nil, nil),
		"changed":         logoutSOAP("idp", nil, to("999990019", "999990020")),
		"session added":   logoutSOAP("idp", nil, to("<samlp:SessionIndex>", "<samlp:SessionIndex>session-2</samlp:SessionIndex><samlp:SessionIndex>")),
		"comment":         logoutSOAP("idp", nil, to("99999", "99999<!-- x -->")),
		"DTD":             logoutSOAP("idp", nil, func(s string) string { return "<!DOCTYPE x>" + s }),
		"none":            logoutSOAP("idp", nil, func(s string) string { return cut("<samlp:LogoutRequest", "</samlp:LogoutRequest>", "")(s) }),
		"old":             logoutSOAP("idp", to(stamp(0), stamp(-time.Hour)), nil),
		"over":            logoutSOAP("idp", to(stamp(time.Minute), stamp(-2*time.Minute)), nil),
		"without name":    logoutSOAP("idp", cut("<saml:NameID", "</saml:NameID>", ""), nil),
		"another address": logoutSOAP("idp", to("https://portaal", "https://other"), nil),
		"another party's": logoutSOAP("idp", to(idpID, "urn:x"), nil),
		"another version": logoutSOAP("idp", to(`Version="2.0"`, `Version="1.1"`), nil),
		"without id":      logoutSOAP("idp", to(` ID="_l"`, ""), nil),
		"no envelope":     logoutSOAP("idp", nil, func(s string) string { return between(s, "<s:Body>", "</s:Body>") }),
	} {
		if got, err := s.ParseLogout(body, now); !errors.Is(err, eid.ErrRefused) || got.Subject != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
