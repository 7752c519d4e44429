package saml

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/beevik/etree"

	"voordeur/internal/eid"
)

// layer is an element as it came, in which signatures are verified, and what is read of it: the bytes that a
// signature on it or around it vouches for, once there was one.
type layer struct {
	raw, read *etree.Element
	signed    bool
}

// child returns the layer of the one child with that name.
func (l layer) child(ns, tag string) layer {
	return layer{raw: one(l.raw, ns, tag), read: one(l.read, ns, tag), signed: l.signed}
}

// sure verifies the signature on an element if there is one.
func (s SP) sure(l layer, now time.Time) (layer, error) {
	signature, err := signatureOf(l.raw)
	if err != nil || signature == nil {
		return l, err
	}
	read, err := verify(l.raw, signature, s.IdP.Certificates, now)
	return layer{raw: l.raw, read: read, signed: true}, err
}

// Response returns the answer in the field SAMLResponse of a form, when all of it holds.
func (s SP) Response(field, requestID string, now time.Time) (Answer, error) {
	if err := s.Check(); err != nil {
		return Answer{}, err
	}
	root, err := formed(field)
	if err != nil {
		return Answer{}, err
	}
	if !is(root, nsProtocol, "Response") {
		return Answer{}, refused("not a response")
	}
	return s.response(layer{raw: root, read: root}, requestID, true, now)
}

// formed reads a message in a field of a form.
func formed(field string) (*etree.Element, error) {
	if len(field) > 2*maxMessage {
		return nil, refused("the answer is too long")
	}
	data, err := base64.StdEncoding.DecodeString(unspaced(field))
	if err != nil {
		return nil, refused("the answer is not base64")
	}
	root, err := parse(data)
	if err != nil {
		return nil, refused("the answer is not XML as it is read here")
	}
	return root, nil
}

// response checks a Response and the assertion in it. One that came by the browser says where it was sent; on
// the other way DigiD leaves that out.
func (s SP) response(l layer, requestID string, browser bool, now time.Time) (Answer, error) {
	if l.raw == nil || l.read == nil {
		return Answer{}, refused("not one response")
	}
	top := l.raw
	for top.Parent() != nil && top.Parent().Tag != "" {
		top = top.Parent()
	}
	l, err := s.sure(l, now)
	if err != nil {
		return Answer{}, err
	}
	destination := attr(l.read, "Destination")
	if err := all(
		check{l.signed || s.Signed == OnlyAssertion, "the message is not signed"},
		check{count(top, nsProtocol, "Response") == 1, "more than one response"},
		check{destination == s.ACS || destination == "" && !browser && s.Profile == DigiD, "sent to another address"},
	); err != nil {
		return Answer{}, err
	}
	if err := s.head(l.read, requestID, now); err != nil {
		return Answer{}, err
	}
	if err := s.outcome(l.read); err != nil {
		return Answer{}, err
	}
	inner := l.child(nsAssertion, "Assertion")
	if err := all(
		check{inner.raw != nil && inner.read != nil, "not one assertion"},
		check{count(top, nsAssertion, "Assertion") == 1, "more than one assertion"},
	); err != nil {
		return Answer{}, err
	}
	own := layer{raw: inner.raw, read: inner.read}
	if own, err = s.sure(own, now); err != nil {
		return Answer{}, err
	}
	if own.signed {
		inner = own
	}
	if err := all(check{own.signed || s.Signed == OnlyMessage && inner.signed, "the assertion is not signed"}); err != nil {
		return Answer{}, err
	}
	return s.assertion(inner.read, requestID, now)
}

// head checks what every message of the other party begins with, and to which of ours it is an answer.
func (s SP) head(m *etree.Element, to string, now time.Time) error {
	return all(
		check{attr(m, "Version") == "2.0", "another version"},
		check{attr(m, "ID") != "", "a message without id"},
		check{to != "" && attr(m, "InResponseTo") == to, "an answer to another request"},
		check{s.ours(m), "the issuer of a message is somebody else"},
		check{s.fresh(instant(m, "IssueInstant"), now), "a message of another time"},
	)
}

// ours reports whether the other party of this connection issued an element.
func (s SP) ours(el *etree.Element) bool {
	issuer := one(el, nsAssertion, "Issuer")
	format := attr(issuer, "Format")
	return text(issuer) == s.IdP.ID && (format == "" || format == "urn:oasis:names:tc:SAML:2.0:nameid-format:entity")
}

// fresh reports whether a time is not to come and not long ago. The zero time is long ago.
func (s SP) fresh(t, now time.Time) bool {
	return !t.After(now.Add(s.Skew)) && t.After(now.Add(-maxAge-s.Skew))
}

// status returns the two codes and the words of a status.
func status(m *etree.Element) (first, second, words string) {
	st := one(m, nsProtocol, "Status")
	code := one(st, nsProtocol, "StatusCode")
	return attr(code, "Value"), attr(one(code, nsProtocol, "StatusCode"), "Value"), text(one(st, nsProtocol, "StatusMessage"))
}

// outcome is nil for a success. DigiD cancels with AuthnFailed alone; the others use that for every failure
// and tell a cancellation by its words.
func (s SP) outcome(m *etree.Element) error {
	const codes = "urn:oasis:names:tc:SAML:2.0:status:"
	first, second, words := status(m)
	cancelled := s.Profile == DigiD || first == codes+"Responder" && words == "Authentication cancelled"
	switch {
	case first == statusOK && second == "":
		return nil
	case first != statusOK && second == codes+"AuthnFailed" && cancelled:
		return eid.ErrCancelled
	case first != statusOK && second == codes+"NoAuthnContext":
		return eid.ErrLevel
	}
	return refused("the other party reports a failure")
}

// assertion checks an assertion and returns who it is about.
func (s SP) assertion(a *etree.Element, requestID string, now time.Time) (Answer, error) {
	subject := one(a, nsAssertion, "Subject")
	confirmed := one(subject, nsAssertion, "SubjectConfirmation")
	data := one(confirmed, nsAssertion, "SubjectConfirmationData")
	conditions := one(a, nsAssertion, "Conditions")
	statement := one(a, nsAssertion, "AuthnStatement")
	class := text(one(one(statement, nsAssertion, "AuthnContext"), nsAssertion, "AuthnContextClassRef"))
	level := levels[s.Profile][class]
	if s.Profile == TVS {
		level = levels[TVS][strings.ToLower(class)]
	}
	at := instant(statement, "AuthnInstant")
	if err := all(
		check{attr(a, "Version") == "2.0", "another version"},
		check{attr(a, "ID") != "", "an assertion without id"},
		check{s.ours(a), "the issuer of an assertion is somebody else"},
		check{s.fresh(instant(a, "IssueInstant"), now), "an assertion of another time"},
		check{text(one(subject, nsAssertion, "NameID")) != "", "a subject without name"},
		check{attr(confirmed, "Method") == "urn:oasis:names:tc:SAML:2.0:cm:bearer", "not for who brings it"},
		check{attr(data, "Recipient") == s.ACS, "for another recipient"},
		check{attr(data, "InResponseTo") == requestID, "an assertion for another request"},
		check{s.within(data, now), "the confirmation is over"},
		check{attr(conditions, "NotBefore") != "" && s.within(conditions, now), "outside its conditions' time"},
		check{s.audience(conditions), "for another audience"},
		check{!at.IsZero() && !at.After(now.Add(s.Skew)), "without a time of log-in"},
		check{attr(statement, "SessionNotOnOrAfter") == "" || instant(statement, "SessionNotOnOrAfter").After(now.Add(-s.Skew)), "the session is over"},
		check{level != 0, "of an unknown level"},
	); err != nil {
		return Answer{}, err
	}
	login, err := s.login(a)
	if err != nil {
		return Answer{}, err
	}
	if level < s.Level {
		return Answer{}, eid.ErrLevel
	}
	login.Level, login.At = level, at
	session := sessionOf(subject, statement)
	login.Session, login.Subject = session.Index, session.Name
	// Both times are over when the later one is.
	until := instant(data, "NotOnOrAfter")
	if end := instant(conditions, "NotOnOrAfter"); end.After(until) {
		until = end
	}
	return Answer{Login: login, Session: session, ID: attr(a, "ID"), Expires: until.Add(s.Skew)}, nil
}

// within reports whether now is before NotOnOrAfter, which must be there, and not before NotBefore.
func (s SP) within(el *etree.Element, now time.Time) bool {
	if attr(el, "NotBefore") != "" {
		from := instant(el, "NotBefore")
		if from.IsZero() || now.Add(s.Skew).Before(from) {
			return false
		}
	}
	return now.Add(-s.Skew).Before(instant(el, "NotOnOrAfter"))
}

// audience reports whether the conditions are known ones, and we are in every audience.
func (s SP) audience(conditions *etree.Element) bool {
	restrictions := children(conditions, nsAssertion, "AudienceRestriction")
	if len(restrictions) == 0 || len(restrictions)+len(children(conditions, nsAssertion, "OneTimeUse")) != len(conditions.ChildElements()) {
		return false
	}
	for _, r := range restrictions {
		us := false
		for _, a := range children(r, nsAssertion, "Audience") {
			us = us || text(a) == s.ID
		}
		if !us {
			return false
		}
	}
	return true
}
