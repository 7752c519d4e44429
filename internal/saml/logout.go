package saml

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// Session is a session of somebody at the other party, in the words of its answer: what it must be told to end it. The
// name may be a BSN, so it does not print.
type Session struct {
	Name                           string
	Format, Qualifier, SPQualifier string `json:",omitempty"`
	Index                          string `json:",omitempty"`
}

// String tells nobody's name.
func (Session) String() string { return "session" }

// GoString tells no more.
func (s Session) GoString() string { return s.String() }

// LogValue tells no more.
func (s Session) LogValue() slog.Value { return slog.StringValue(s.String()) }

// sessionOf is what an assertion calls its session.
func sessionOf(subject, statement *etree.Element) Session {
	name := one(subject, nsAssertion, "NameID")
	return Session{
		Name: text(name), Format: attr(name, "Format"), Qualifier: attr(name, "NameQualifier"), SPQualifier: attr(name, "SPNameQualifier"),
		Index: attr(statement, "SessionIndex"),
	}
}

// LogsOut reports whether the other party can be asked to end a session.
func (s SP) LogsOut() bool { return s.IdP.SLO != Endpoint{} }

// Logout makes the request to end the other party's session too. It goes by a form where the other party takes
// that: the name in it may be a BSN, and addresses are kept in more places than forms.
func (s SP) Logout(id, relay string, of Session, now time.Time) (Sent, error) {
	if err := s.Check(); err != nil {
		return Sent{}, err
	}
	if !s.LogsOut() {
		return Sent{}, errors.New("saml: the other party has no address for log-outs")
	}
	to := s.IdP.SLO
	if to.POST != "" {
		to.Redirect = ""
	}
	request := s.message("LogoutRequest", id, to.Address(), now)
	name := add(request, "saml:NameID")
	for _, a := range [][2]string{{"Format", of.Format}, {"NameQualifier", of.Qualifier}, {"SPNameQualifier", of.SPQualifier}} {
		if a[1] != "" {
			name.CreateAttr(a[0], a[1])
		}
	}
	name.SetText(of.Name)
	if of.Index != "" {
		add(request, "samlp:SessionIndex").SetText(of.Index)
	}
	return s.send(request, relay, to)
}

// ErrPartly is of an answer that holds, and says that the other party ended its own session, and not all that others
// had begun with it.
var ErrPartly = errors.New("saml: not logged out everywhere")

// LogoutAnswer checks what came back for our request to log out: the query of an address as it is, or the field
// SAMLResponse of a form.
func (s SP) LogoutAnswer(query, field, requestID string, now time.Time) error {
	if err := s.Check(); err != nil {
		return err
	}
	m, err := s.logoutAnswer(query, field, now)
	if err != nil {
		return err
	}
	if err := s.head(m, requestID, now); err != nil {
		return err
	}
	const partly = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"
	first, second, _ := status(m)
	if err := all(
		check{attr(m, "Destination") == s.SLO, "sent to another address"},
		check{first == statusOK || first == partly || second == partly, "the other party did not log out"},
	); err != nil {
		return err
	}
	if first == partly || second == partly {
		return ErrPartly
	}
	return nil
}

// logoutAnswer returns the message that answers, when its signature holds.
func (s SP) logoutAnswer(query, field string, now time.Time) (*etree.Element, error) {
	if field == "" {
		return s.queried(query, "SAMLResponse", "LogoutResponse", now)
	}
	root, err := formed(field)
	if err != nil {
		return nil, err
	}
	if !is(root, nsProtocol, "LogoutResponse") {
		return nil, refused("not an answer to a log-out")
	}
	l, err := s.sure(layer{raw: root, read: root}, now)
	if err == nil && !l.signed {
		err = refused("the message is not signed")
	}
	return l.read, err
}

// queried returns the message of one kind in a query, when the signature over the query holds.
func (s SP) queried(query, field, tag string, now time.Time) (*etree.Element, error) {
	data, err := s.fromQuery(query, field, now)
	if err != nil {
		return nil, err
	}
	m, err := parse(data)
	if err != nil || !is(m, nsProtocol, tag) {
		return nil, refused("another message than was expected")
	}
	return m, nil
}

// fromQuery returns the message in a query, when the signature over the query holds. What is signed is the
// text of its fields as it came.
func (s SP) fromQuery(query, field string, now time.Time) ([]byte, error) {
	if len(query) > maxMessage {
		return nil, refused("a query that is too long")
	}
	raw, fields := map[string]string{}, map[string]string{}
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		decoded, err := url.QueryUnescape(value)
		if _, twice := raw[name]; err != nil || twice {
			return nil, refused("a query that does not fit")
		}
		raw[name], fields[name] = value, decoded
	}
	signed := field + "=" + raw[field]
	if relay, ok := raw["RelayState"]; ok {
		signed += "&RelayState=" + relay
	}
	signed += "&SigAlg=" + raw["SigAlg"]
	signature, err := base64.StdEncoding.DecodeString(fields["Signature"])
	if err != nil || !vouched([]byte(signed), signature, signatures[fields["SigAlg"]], s.IdP.Certificates, now) {
		return nil, refused("a query that is not signed by the other party")
	}
	small, err := base64.StdEncoding.DecodeString(fields[field])
	if err != nil {
		return nil, refused("a query that does not fit")
	}
	data, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(small)), maxMessage+1))
	if err != nil {
		return nil, refused("a query that does not fit")
	}
	return data, nil
}

// LoggedOut is that the other party ended somebody's session: all of his, when it names none.
type LoggedOut struct {
	ID       string
	Subject  string
	Sessions []string
	Expires  time.Time // after this the message is refused anyway; until then its ID counts once
}

// ParseLogout reads the other party's request, in SOAP, to end a session. It must be signed.
func (s SP) ParseLogout(body []byte, now time.Time) (LoggedOut, error) {
	if err := s.Check(); err != nil {
		return LoggedOut{}, err
	}
	root, err := parse(body)
	if err != nil {
		return LoggedOut{}, refused("the request is not XML as it is read here")
	}
	raw, err := inSOAP(root, "LogoutRequest")
	if err != nil {
		return LoggedOut{}, err
	}
	l, err := s.sure(layer{raw: raw, read: raw}, now)
	if err == nil && !l.signed {
		err = refused("the request is not signed")
	}
	if err != nil {
		return LoggedOut{}, err
	}
	destination := attr(l.read, "Destination")
	return s.loggedOut(l.read, destination == "" || destination == s.SLO, now)
}

// ParseLogoutQuery reads such a request that a browser brings, in an address: its query as it is.
func (s SP) ParseLogoutQuery(query string, now time.Time) (LoggedOut, error) {
	if err := s.Check(); err != nil {
		return LoggedOut{}, err
	}
	m, err := s.queried(query, "SAMLRequest", "LogoutRequest", now)
	if err != nil {
		return LoggedOut{}, err
	}
	return s.loggedOut(m, attr(m, "Destination") == s.SLO, now)
}

// loggedOut reads a request of which it is certain whose it is.
func (s SP) loggedOut(m *etree.Element, here bool, now time.Time) (LoggedOut, error) {
	out := LoggedOut{ID: attr(m, "ID"), Subject: text(one(m, nsAssertion, "NameID")), Expires: instant(m, "IssueInstant").Add(maxAge + s.Skew)}
	for _, index := range children(m, nsProtocol, "SessionIndex") {
		out.Sessions = append(out.Sessions, text(index))
	}
	if err := all(
		check{out.ID != "", "a message without id"},
		check{attr(m, "Version") == "2.0", "another version"},
		check{s.ours(m), "the issuer of a message is somebody else"},
		check{s.fresh(instant(m, "IssueInstant"), now), "a message of another time"},
		check{attr(m, "NotOnOrAfter") == "" || s.within(m, now), "a request that is over"},
		check{here, "sent to another address"},
		check{out.Subject != "", "a subject without name"},
	); err != nil {
		return LoggedOut{}, err
	}
	return out, nil
}

// LogoutReply answers a request in SOAP, signed: whether the session has ended.
func (s SP) LogoutReply(out LoggedOut, ended bool, now time.Time) ([]byte, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	reply := s.logoutReply(out, "", ended, now)
	if err := s.Current.sign(reply); err != nil {
		return nil, err
	}
	return soap(reply)
}

// LogoutReplyAddress answers a request that a browser brought: it is where the browser goes on to.
func (s SP) LogoutReplyAddress(out LoggedOut, relay string, ended bool, now time.Time) (string, error) {
	if err := s.Check(); err != nil {
		return "", err
	}
	to := cmp.Or(s.IdP.SLOReplies, s.IdP.SLO.Redirect)
	if to == "" || len(relay) > maxMessage {
		return "", refused("a log-out that cannot be answered in an address")
	}
	return s.redirect("SAMLResponse", s.logoutReply(out, to, ended, now), relay, to)
}

func (s SP) logoutReply(out LoggedOut, to string, ended bool, now time.Time) *etree.Element {
	reply := s.message("LogoutResponse", NewID(), to, now)
	reply.CreateAttr("InResponseTo", out.ID)
	code := statusOK
	if !ended {
		code = "urn:oasis:names:tc:SAML:2.0:status:Responder"
	}
	add(add(reply, "samlp:Status"), "samlp:StatusCode", "Value", code)
	return reply
}
