package eidsim

import (
	"net"
	"net/http"
	"time"

	"github.com/beevik/etree"

	"voordeur/internal/eid"
)

// sector is what stands before a BSN in the names of DigiD.
const sector = "s00000000:"

// The kinds of numbers, as the network of eHerkenning names them.
const (
	qualifierRSIN    = "urn:etoegang:1.9:EntityConcernedID:RSIN"
	qualifierPseudo  = "urn:etoegang:1.9:EntityConcernedID:Pseudo"
	nameIDTransient  = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
	claimServiceID   = "urn:etoegang:core:ServiceID"
	confirmedBearer  = "urn:oasis:names:tc:SAML:2.0:cm:bearer"              // #nosec G101 -- a name of the standard, no secret
	unknownElsewhere = "urn:etoegang:HM:00000009000000010000:entities:0000" // nobody's
)

// start makes a Response without anything in it yet.
func (s *Sim) start(p Provider, ask request, code, second, text string) *etree.Element {
	e := element("samlp:Response", "xmlns:samlp", nsProtocol, "xmlns:saml", nsAssertion,
		"ID", newID(), "Version", "2.0", "IssueInstant", s.now().Format(instant), "Destination", ask.answerTo, "InResponseTo", ask.id)
	under(e, "saml:Issuer", s.entityID(p))
	state := under(e, "samlp:Status", "")
	top := under(state, "samlp:StatusCode", "", "Value", code)
	if second != "" {
		under(top, "samlp:StatusCode", "", "Value", second)
	}
	if text != "" {
		under(state, "samlp:StatusMessage", text)
	}
	return e
}

// response is the answer that lets somebody in, or a wrong one if that was chosen.
func (s *Sim) response(r *http.Request, p Provider, ask request, c choice) (*etree.Element, error) {
	now := s.now()
	if c.wrong == Expired {
		now = now.Add(-time.Hour)
	}
	if c.wrong == OtherRequest {
		ask.id = newID()
	}
	e := s.start(p, ask, statusSuccess, "", "")
	assertion, err := s.assertion(r, p, ask, c, now)
	if err != nil {
		return nil, err
	}
	if c.wrong == OtherIssuer {
		child(e, nsAssertion, "Issuer").SetText(unknownElsewhere)
		child(assertion, nsAssertion, "Issuer").SetText(unknownElsewhere)
	}
	if err := s.sign(assertion, c.wrong); err != nil {
		return nil, err
	}
	e.AddChild(assertion)
	return e, s.sign(e, c.wrong)
}

// assertion says who somebody is.
func (s *Sim) assertion(r *http.Request, p Provider, ask request, c choice, now time.Time) (*etree.Element, error) {
	a := element("saml:Assertion", "xmlns:saml", nsAssertion, "ID", newID(), "Version", "2.0", "IssueInstant", now.Format(instant))
	under(a, "saml:Issuer", s.entityID(p))
	subject := under(a, "saml:Subject", "")
	nameID := newID()
	if p == DigiD {
		nameID = sector + c.person.Legal.Value
		under(subject, "saml:NameID", nameID)
	} else {
		under(subject, "saml:NameID", nameID, "Format", nameIDTransient)
	}
	confirmation := under(subject, "saml:SubjectConfirmation", "", "Method", confirmedBearer)
	under(confirmation, "saml:SubjectConfirmationData", "", "InResponseTo", ask.id, "Recipient", ask.answerTo, "NotOnOrAfter", now.Add(skew).Format(instant))

	audience := ask.party.entityID
	if c.wrong == OtherAudience {
		audience = unknownElsewhere
	}
	conditions := under(a, "saml:Conditions", "", "NotBefore", now.Add(-skew).Format(instant), "NotOnOrAfter", now.Add(skew).Format(instant))
	under(under(conditions, "saml:AudienceRestriction", ""), "saml:Audience", audience)

	if p != DigiD {
		proof, err := s.evidence(now)
		if err != nil {
			return nil, err
		}
		under(a, "saml:Advice", "").AddChild(proof)
	}
	statement := under(a, "saml:AuthnStatement", "", "AuthnInstant", now.Format(instant))
	if p == DigiD {
		statement.CreateAttr("SessionIndex", s.begin(ask.party, nameID))
		host, _, _ := net.SplitHostPort(r.RemoteAddr) // a server's handler has it in this form
		under(statement, "saml:SubjectLocality", "", "Address", host)
	}
	context := under(statement, "saml:AuthnContext", "")
	if level := c.level.value; level != "" { // nothing is below the lowest level but none
		under(context, "saml:AuthnContextClassRef", level)
	} else {
		under(context, "saml:AuthnContextClassRef", "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified")
	}
	if p != DigiD {
		return a, attributes(a, ask, c.person)
	}
	return a, nil
}

// evidence is what another party of the network said before, which the network passes on within its own assertion.
// It is signed too, and who takes it for the answer lets the wrong company in.
func (s *Sim) evidence(now time.Time) (*etree.Element, error) {
	a := element("saml:Assertion", "xmlns:saml", nsAssertion, "ID", newID(), "Version", "2.0", "IssueInstant", now.Format(instant))
	under(a, "saml:Issuer", "urn:etoegang:AD:00000009000000020000:entities:9001")
	under(under(a, "saml:Subject", ""), "saml:NameID", newID(), "Format", nameIDTransient)
	attribute := under(under(a, "saml:AttributeStatement", ""), "saml:Attribute", "", "Name", claimLegal)
	under(under(attribute, "saml:AttributeValue", ""), "saml:NameID", "90000008", "NameQualifier", qualifierKvK)
	return a, s.sign(a, "")
}

// begin keeps a session, so that it can be ended, and returns its name. Of one person at a party there is one.
func (s *Sim) begin(who party, nameID string) string {
	index := newID()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[session{who.entityID, nameID}] = index
	return index
}

// attributes adds what the network of eHerkenning says of somebody. Numbers are encrypted, the rest is not.
func attributes(a *etree.Element, ask request, p Person) error {
	statement := under(a, "saml:AttributeStatement", "")
	var failed error
	secret := func(name string, pairs ...string) {
		attribute := under(statement, "saml:Attribute", "", "Name", name)
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i+1] == "" {
				continue
			}
			nameID := element("saml:NameID", "xmlns:saml", nsAssertion, "NameQualifier", pairs[i])
			nameID.SetText(pairs[i+1])
			id, err := encrypted(nameID, ask.party)
			if err != nil {
				failed = err
				return
			}
			under(attribute, "saml:AttributeValue", "").AddChild(id)
		}
	}
	open := func(name, value string) {
		if value != "" {
			under(under(statement, "saml:Attribute", "", "Name", name), "saml:AttributeValue", value)
		}
	}
	qualifier := map[eid.Kind]string{eid.KvK: qualifierKvK, eid.BSN: claimBSN, eid.Pseudo: claimPseudo, eid.EIDAS: claimForeign}[p.Legal.Kind]
	secret(claimLegal, qualifier, p.Legal.Value, qualifierRSIN, p.RSIN)
	secret(claimActing, qualifierPseudo, p.Acting(ask.party.entityID))
	open(claimServiceID, ask.service)
	open(claimBranch, p.Branch)
	open(claimCompany, p.Company)
	if p.At == EIDAS {
		open(claimGiven, p.Given)
		open(claimFamily, p.Family)
		open(claimBorn, p.Born)
	}
	return failed
}
