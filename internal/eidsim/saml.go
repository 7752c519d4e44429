package eidsim

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/beevik/etree"
)

// How long what is handed out is good for.
const (
	artifactLife = 15 * time.Minute // that of a question too
	skew         = 2 * time.Minute
)

// wrongsSAML are the wrong answers of this protocol.
var wrongsSAML = []Misbehaviour{LowLevel, OtherAudience, Expired, Replayed, Unsigned, WrongKey, OtherIssuer, OtherState, OtherRequest, Never, Failure}

// The statuses of SAML.
const (
	status          = "urn:oasis:names:tc:SAML:2.0:status:"
	statusSuccess   = status + "Success"
	statusRequester = status + "Requester"
	statusResponder = status + "Responder"

	authnFailed        = status + "AuthnFailed"
	noAuthnContext     = status + "NoAuthnContext"
	requestUnsupported = status + "RequestUnsupported"
	partialLogout      = status + "PartialLogout"
)

// session is one of DigiD, which a party can end, or be asked to end.
type session struct{ party, nameID string }

// Those of the network of eHerkenning are named by what they are in it, DigiD by its address.
func (s *Sim) entityID(p Provider) string {
	switch p {
	case EHerkenning:
		return "urn:etoegang:HM:00000009000000010000:entities:9001"
	case EIDAS:
		return "urn:etoegang:HM:00000009000000010000:entities:9002"
	}
	return s.Metadata(p)
}

// Metadata returns the address of what a provider says of its SAML side.
func (s *Sim) Metadata(p Provider) string { return s.saml(p) + "/metadata" }

func (s *Sim) saml(p Provider) string { return s.base + "/saml/" + string(p) }

// SpeakSAML are the providers that do.
func SpeakSAML() []Provider { return []Provider{DigiD, EHerkenning, EIDAS} }

func (s *Sim) samlRoutes() {
	for _, p := range SpeakSAML() {
		path := "/saml/" + string(p)
		s.mux.HandleFunc("GET "+path+"/metadata", func(w http.ResponseWriter, _ *http.Request) { s.describe(w, p) })
		s.mux.HandleFunc(path+"/sso", func(w http.ResponseWriter, r *http.Request) { s.sso(w, r, p) })
		s.mux.HandleFunc("POST "+path+"/artifact", func(w http.ResponseWriter, r *http.Request) { s.resolve(w, r, p) })
	}
	s.mux.HandleFunc("/saml/digid/logout", s.singleLogout)
	s.mux.HandleFunc("POST /saml/digid/end", s.endByHand)
}

// Describe returns a provider's own metadata, which is also at the address of Metadata.
func (s *Sim) Describe(p Provider) ([]byte, error) {
	root := element("md:EntityDescriptor", "xmlns:md", nsMetadata, "ID", newID(), "entityID", s.entityID(p))
	role := under(root, "md:IDPSSODescriptor", "", "protocolSupportEnumeration", nsProtocol, "WantAuthnRequestsSigned", "true")
	info := under(under(role, "md:KeyDescriptor", "", "use", "signing"), "ds:KeyInfo", "", "xmlns:ds", nsSignature)
	under(info, "ds:KeyName", s.keys.id)
	under(under(info, "ds:X509Data", ""), "ds:X509Certificate", base64.StdEncoding.EncodeToString(s.keys.certificate))
	under(role, "md:ArtifactResolutionService", "", "Binding", bindSOAP, "Location", s.saml(p)+"/artifact", "index", "0", "isDefault", "true")
	if p == DigiD {
		under(role, "md:SingleLogoutService", "", "Binding", bindRedirect, "Location", s.saml(p)+"/logout")
	}
	for _, binding := range []string{bindPost, bindRedirect} {
		under(role, "md:SingleSignOnService", "", "Binding", binding, "Location", s.saml(p)+"/sso")
	}
	if err := s.sign(root, ""); err != nil {
		return nil, err
	}
	return serialize(root)
}

func (s *Sim) describe(w http.ResponseWriter, p Provider) {
	b, err := s.Describe(p)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/samlmetadata+xml")
	_, _ = w.Write(b) // a party that left needs no answer
}

func answerXML(w http.ResponseWriter, status int, mediaType string, e *etree.Element) error {
	b, err := serialize(e)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(b) // a party that left needs no answer
	return nil
}

// request is what a party asks, once its signature has been checked.
type request struct {
	id, relay string
	party     party
	answerTo  string
	service   string // what it asks for
	least     level
	problem   string // the second status of the refusal that it gets, "" for none
}

// sso asks the visitor who he wants to be, and sends him back with an artifact.
func (s *Sim) sso(w http.ResponseWriter, r *http.Request, p Provider) {
	if err := r.ParseForm(); err != nil {
		refuseSAML(w, r, err)
		return
	}
	ask, err := s.request(r, p)
	if err != nil {
		refuseSAML(w, r, err)
		return
	}
	if ask.problem != "" {
		s.sendRefusal(w, r, p, ask, s.start(p, ask, statusRequester, ask.problem, ""))
		return
	}
	before := lastKey(p, ask.party.entityID)
	s.mu.Lock()
	last := s.before[before]
	s.mu.Unlock()
	c, ok := s.choose(w, r, question{
		provider: p, levels: levelsSAML(p), least: ask.least, wrongs: wrongsSAML, answered: last != nil, origins: []string{origin(ask.answerTo)},
	})
	if !ok { // the page has been shown
		return
	}
	switch {
	case c.cancelled:
		s.sendRefusal(w, r, p, ask, s.start(p, ask, statusResponder, authnFailed, "Authentication cancelled"))
		return
	case c.wrong == Failure:
		s.sendRefusal(w, r, p, ask, s.start(p, ask, statusResponder, "", ""))
		return
	case c.wrong == OtherState:
		ask.relay = rand.Text()
	}
	answer := last
	if c.wrong != Replayed {
		if answer, err = s.response(r, p, ask, c); err != nil {
			refuseSAML(w, r, err)
			return
		}
	}
	if c.wrong == "" {
		s.mu.Lock()
		s.before[before] = answer
		s.mu.Unlock()
	}
	s.sendArtifact(w, r, p, ask, answer, c.wrong)
}

// sendRefusal sends the visitor back with an answer that lets nobody in.
func (s *Sim) sendRefusal(w http.ResponseWriter, r *http.Request, p Provider, ask request, response *etree.Element) {
	if err := s.sign(response, ""); err != nil {
		refuseSAML(w, r, err)
		return
	}
	s.sendArtifact(w, r, p, ask, response, "")
}

func refuseSAML(w http.ResponseWriter, r *http.Request, why error) {
	t := texts(r)
	show(w, r, http.StatusBadRequest, messageView(t, t.T("eidsim.stopped"), t.T("eidsim.bad_saml"), why.Error()))
}

// request reads a question. An error is one that nobody can be sent back with.
func (s *Sim) request(r *http.Request, p Provider) (request, error) {
	e, who, err := s.signedMessage(r, "AuthnRequest")
	if err != nil {
		return request{}, err
	}
	if err := s.fresh(e, s.saml(p)+"/sso"); err != nil {
		return request{}, err
	}
	ask := request{id: attr(e, "ID"), relay: r.Form.Get("RelayState"), party: who}
	if len(ask.relay) > 80 {
		return ask, errors.New("its RelayState is longer than 80 bytes")
	}
	if ask.answerTo, err = who.answersTo(e); err != nil {
		return ask, err
	}
	if binding := attr(e, "ProtocolBinding"); binding != "" && binding != bindArtifact {
		ask.problem = requestUnsupported
	}
	if p == DigiD {
		ask.digid(e)
	} else {
		ask.etoegang(e)
		ask.least = catalogue(p)
		if who.encryption == nil {
			return ask, errors.New("its metadata has no key for encryption")
		}
	}
	return ask, nil
}

// digid reads the level, which a question to DigiD must name as the lowest that is good enough.
func (ask *request) digid(e *etree.Element) {
	all := levels(DigiD)
	context := child(e, nsProtocol, "RequestedAuthnContext")
	class := textOf(child(context, nsAssertion, "AuthnContextClassRef"))
	i := slices.IndexFunc(all, func(l level) bool { return l.value == class })
	switch {
	case attr(context, "Comparison") != "minimum":
		ask.problem = requestUnsupported
	case i < 0:
		ask.problem = noAuthnContext
	default:
		ask.least = all[i]
	}
}

// catalogue is the level of a service of the network of eHerkenning, where no question may name one: EH3, which is
// what most have, and any for Europeans.
func catalogue(p Provider) level {
	all := levelsSAML(p)
	if p == EHerkenning {
		return all[slices.IndexFunc(all, func(l level) bool { return l.key == "eh3" })]
	}
	return all[0]
}

// etoegang reads which service is asked for.
func (ask *request) etoegang(e *etree.Element) {
	index := attr(e, "AttributeConsumingServiceIndex")
	service, known := ask.party.services[index]
	ask.service = service
	if !known || attr(e, "ForceAuthn") != "true" || child(e, nsProtocol, "RequestedAuthnContext") != nil || child(e, nsProtocol, "NameIDPolicy") != nil {
		ask.problem = requestUnsupported
	}
}

// signedMessage reads a message of a party that came by the visitor's browser, in the address or posted.
func (s *Sim) signedMessage(r *http.Request, tag string) (*etree.Element, party, error) {
	inQuery := r.URL.Query().Has("SAMLRequest")
	var b []byte
	var err error
	if inQuery {
		b, err = inflate(r.URL.Query().Get("SAMLRequest"))
	} else {
		b, err = base64.StdEncoding.DecodeString(r.PostForm.Get("SAMLRequest"))
	}
	if err != nil {
		return nil, party{}, err
	}
	e, err := parse(b)
	if err != nil {
		return nil, party{}, err
	}
	if e.Tag != tag || e.NamespaceURI() != nsProtocol {
		return nil, party{}, fmt.Errorf("it is not a %s", tag)
	}
	who, known := s.party(textOf(child(e, nsAssertion, "Issuer")))
	if !known {
		return nil, party{}, errors.New("its Issuer is not known here")
	}
	if inQuery {
		return e, who, signedQuery(r.URL.RawQuery, "SAMLRequest", who.signing)
	}
	e, err = verified(e, who.signing, s.now())
	return e, who, err
}

// fresh checks that a message is for this place and of this moment.
func (s *Sim) fresh(e *etree.Element, destination string) error {
	issued, err := time.Parse(time.RFC3339, attr(e, "IssueInstant"))
	switch {
	case err != nil || issued.Sub(s.now()).Abs() > artifactLife:
		return errors.New("its IssueInstant is not of now")
	case attr(e, "Version") != "2.0" || attr(e, "ID") == "":
		return errors.New("its Version is not 2.0, or it has no ID")
	case destination != "" && attr(e, "Destination") != destination:
		return errors.New("its Destination is not " + destination)
	}
	return nil
}
