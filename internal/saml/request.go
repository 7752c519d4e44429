package saml

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"voordeur/internal/eid"
)

const (
	bindings        = "urn:oasis:names:tc:SAML:2.0:bindings:"
	bindingRedirect = bindings + "HTTP-Redirect"
	bindingPOST     = bindings + "HTTP-POST"
	bindingArtifact = bindings + "HTTP-Artifact"
	bindingSOAP     = bindings + "SOAP"
	timeFormat      = "2006-01-02T15:04:05.000Z"
	acsIndex        = "0"
)

// Sent is where a browser goes with a message: to URL as it is, or with a form that posts Request and Relay
// there, as SAMLRequest and RelayState, when Request is not "".
type Sent struct{ URL, Request, Relay string }

// Start makes the request to log somebody in; anew is that a session of his there is not enough. The other party
// gives relay back; nothing says that it does so unchanged.
func (s SP) Start(id, relay string, anew bool, now time.Time) (Sent, error) {
	if err := s.Check(); err != nil {
		return Sent{}, err
	}
	to := s.IdP.SSO
	request := s.message("AuthnRequest", id, to.Address(), now)
	if anew || s.Profile == EHerkenning || s.Profile == EIDAS {
		request.CreateAttr("ForceAuthn", "true")
	}
	switch s.Profile {
	case DigiD:
		request.CreateAttr("ProtocolBinding", s.binding())
		request.CreateAttr("AssertionConsumerServiceURL", s.ACS)
		wanted := add(request, "samlp:RequestedAuthnContext", "Comparison", "minimum")
		add(wanted, "saml:AuthnContextClassRef").SetText(digidClass(s.Level))
	case TVS, EHerkenning, EIDAS:
		request.CreateAttr("AssertionConsumerServiceIndex", acsIndex)
		request.CreateAttr("AttributeConsumingServiceIndex", strconv.Itoa(s.ServiceIndex))
	}
	return s.send(request, relay, to)
}

// binding is how answers come: as artifacts, unless the other party has no address to resolve them.
func (s SP) binding() string {
	if len(s.IdP.Artifacts) == 0 {
		return bindingPOST
	}
	return bindingArtifact
}

// Address is the one that is used.
func (e Endpoint) Address() string {
	if e.Redirect != "" {
		return e.Redirect
	}
	return e.POST
}

// message begins a message of ours with what each has; to is "" for an answer on the line it was asked on.
func (s SP) message(tag, id, to string, now time.Time) *etree.Element {
	m := etree.NewElement("samlp:" + tag)
	m.CreateAttr("xmlns:samlp", nsProtocol)
	m.CreateAttr("xmlns:saml", nsAssertion)
	m.CreateAttr("ID", id)
	m.CreateAttr("Version", "2.0")
	m.CreateAttr("IssueInstant", now.UTC().Format(timeFormat))
	if to != "" {
		m.CreateAttr("Destination", to)
	}
	add(m, "saml:Issuer").SetText(s.ID)
	return m
}

// send signs a request for a redirect, or for a form where the other party takes no redirect.
func (s SP) send(request *etree.Element, relay string, to Endpoint) (Sent, error) {
	if len(relay) > maxRelay {
		return Sent{}, errors.New("saml: a RelayState of more than 80 bytes")
	}
	if to.Redirect != "" {
		address, err := s.redirect("SAMLRequest", request, relay, to.Redirect)
		return Sent{URL: address}, err
	}
	if err := s.Current.sign(request); err != nil {
		return Sent{}, err
	}
	data, err := bytesOf(request)
	return Sent{URL: to.POST, Request: base64.StdEncoding.EncodeToString(data), Relay: relay}, err
}

// redirect returns an address with a message in its query, which is signed instead of the message.
func (s SP) redirect(field string, message *etree.Element, relay, to string) (string, error) {
	data, err := bytesOf(message)
	if err != nil {
		return "", err
	}
	var small bytes.Buffer
	w, err := flate.NewWriter(&small, flate.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(data); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	query := field + "=" + url.QueryEscape(base64.StdEncoding.EncodeToString(small.Bytes()))
	if relay != "" {
		query += "&RelayState=" + url.QueryEscape(relay)
	}
	query += "&SigAlg=" + url.QueryEscape(rsaSHA256)
	sum := sha256.Sum256([]byte(query))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.Current.private, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	query += "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(signature))
	if strings.Contains(to, "?") {
		return to + "&" + query, nil
	}
	return to + "?" + query, nil
}

// digidClass is what DigiD calls a level.
func digidClass(level eid.Level) string {
	for class, l := range levels[DigiD] {
		if l == level {
			return class
		}
	}
	return ""
}
