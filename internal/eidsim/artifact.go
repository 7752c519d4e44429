package eidsim

import (
	"crypto/rand"
	"crypto/sha1" // #nosec G505 -- an artifact names its issuer by it (SAML bindings, 3.6.4)
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/beevik/etree"
)

// saved is an answer that waits for its artifact.
type saved struct {
	to       string // the party whose it is
	provider Provider
	response *etree.Element
	wrong    Misbehaviour
	at       time.Time
}

// sendArtifact sends the visitor back with the name of an answer.
func (s *Sim) sendArtifact(w http.ResponseWriter, r *http.Request, p Provider, ask request, response *etree.Element, wrong Misbehaviour) {
	sum := sha1.Sum([]byte(s.entityID(p))) // #nosec G401 -- as above
	artifact := append([]byte{0, 4, 0, 0}, sum[:]...)
	handle := make([]byte, 20)
	_, _ = rand.Read(handle) // it does not fail
	name := base64.StdEncoding.EncodeToString(append(artifact, handle...))
	s.mu.Lock()
	maps.DeleteFunc(s.artifacts, func(_ string, a *saved) bool { return s.now().After(a.at.Add(artifactLife)) })
	s.artifacts[name] = &saved{to: ask.party.entityID, provider: p, response: response, wrong: wrong, at: s.now()}
	s.mu.Unlock()
	sendTo(w, r, ask.answerTo, "SAMLart", name, "RelayState", ask.relay)
}

// take returns the answer for an artifact, once, to the party whose it is; nil for none.
func (s *Sim) take(artifact string, p Provider, who party) *saved {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.artifacts[artifact]
	if a == nil || a.provider != p || a.to != who.entityID || s.now().After(a.at.Add(artifactLife)) {
		return nil
	}
	delete(s.artifacts, artifact)
	return a
}

// resolve gives a party the answer for an artifact.
func (s *Sim) resolve(w http.ResponseWriter, r *http.Request, p Provider) {
	ask, who, err := s.envelope(r.Body, "ArtifactResolve")
	if err == nil {
		err = s.fresh(ask, "")
	}
	if err != nil {
		soapFault(w, err)
		return
	}
	now := s.now().Format(instant)
	reply := element("samlp:ArtifactResponse", "xmlns:samlp", nsProtocol, "xmlns:saml", nsAssertion, "ID", newID(), "Version", "2.0", "IssueInstant", now, "InResponseTo", attr(ask, "ID"))
	under(reply, "saml:Issuer", s.entityID(p))
	under(under(reply, "samlp:Status", ""), "samlp:StatusCode", "", "Value", statusSuccess)
	wrong := Misbehaviour("")
	// An artifact that is not known gets an answer without one (SAML core, 3.5.3).
	if a := s.take(textOf(child(ask, nsProtocol, "Artifact")), p, who); a != nil {
		if a.wrong == Never {
			<-r.Context().Done() // until the asker gives up, or the simulator stops
			return
		}
		wrong = a.wrong
		reply.AddChild(a.response.Copy())
	}
	if err := s.sign(reply, wrong); err != nil {
		soapFault(w, err)
		return
	}
	answerSOAP(w, http.StatusOK, reply)
}

// envelope reads a signed message that a party itself sends.
func (s *Sim) envelope(body io.Reader, tag string) (*etree.Element, party, error) {
	b, err := io.ReadAll(io.LimitReader(body, maxBody))
	if err != nil {
		return nil, party{}, err
	}
	root, err := parse(b)
	if err != nil {
		return nil, party{}, err
	}
	e := child(child(root, nsSOAP, "Body"), nsProtocol, tag)
	if root.Tag != "Envelope" || root.NamespaceURI() != nsSOAP || e == nil {
		return nil, party{}, fmt.Errorf("it is not one %s in an envelope", tag)
	}
	who, known := s.party(textOf(child(e, nsAssertion, "Issuer")))
	if !known {
		return nil, party{}, errors.New("its Issuer is not known here")
	}
	e, err = verified(e, who.signing, s.now())
	return e, who, err
}

func inEnvelope(e *etree.Element) *etree.Element {
	envelope := element("soap:Envelope", "xmlns:soap", nsSOAP)
	under(envelope, "soap:Body", "").AddChild(e)
	return envelope
}

func answerSOAP(w http.ResponseWriter, status int, e *etree.Element) {
	if err := answerXML(w, status, "text/xml; charset=utf-8", inEnvelope(e)); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

func soapFault(w http.ResponseWriter, why error) {
	fault := element("soap:Fault")
	under(fault, "faultcode", "soap:Client")
	under(fault, "faultstring", why.Error())
	answerSOAP(w, http.StatusInternalServerError, fault)
}
