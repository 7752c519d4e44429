package eidsim

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/beevik/etree"

	"voordeur/internal/ui"
)

// logoutLimit is how long parties may take to end a session.
const logoutLimit = 10 * time.Second

// wrongsLogout are the wrong answers to a party that logs somebody out.
var wrongsLogout = []Misbehaviour{Partly, Failure, OtherAudience, Expired, Replayed, Unsigned, WrongKey, OtherIssuer, OtherState, OtherRequest}

// singleLogout ends a session that a party itself ended, when the visitor says so.
func (s *Sim) singleLogout(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuseSAML(w, r, err)
		return
	}
	l, err := s.leaving(r)
	if err != nil {
		refuseSAML(w, r, err)
		return
	}
	wrong := Misbehaviour(r.PostForm.Get(fieldWrong))
	t := texts(r)
	var list []ui.Problem
	out := l.party.entityID + " out"
	switch last := s.lastAnswer(DigiD, out); {
	case wrong != "" && !slices.Contains(wrongsLogout, wrong):
		list = append(list, ui.Problem{Field: fieldWrong, Text: t.T("eidsim.wrong_missing")})
	case wrong == Replayed && last == "":
		list = append(list, ui.Problem{Field: fieldWrong, Text: t.T("eidsim.no_last_logout")})
	case wrong == Replayed && r.PostForm.Get(fieldAct) == "logout":
		http.Redirect(w, r, last, http.StatusSeeOther)
		return
	}
	if r.PostForm.Get(fieldAct) != "logout" || len(list) > 0 {
		w.Header().Set("Content-Security-Policy", policy(origin(l.to.String())))
		status := http.StatusOK
		if len(list) > 0 {
			status = http.StatusUnprocessableEntity
		}
		show(w, r, status, leaveView(t, formWith(r, t, wrongsLogout, list), list))
		return
	}
	to, err := s.loggedOut(l, wrong)
	if err != nil {
		refuseSAML(w, r, err)
		return
	}
	s.mu.Lock()
	s.last[lastKey(DigiD, out)] = to
	s.mu.Unlock()
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// leaving is the question of a party to log somebody out, once its signature has been checked.
type leaving struct {
	id, nameID, relay string
	party             party
	to                *url.URL
}

// leaving reads such a question.
func (s *Sim) leaving(r *http.Request) (leaving, error) {
	e, who, err := s.signedMessage(r, "LogoutRequest")
	if err != nil {
		return leaving{}, err
	}
	if err := s.fresh(e, s.saml(DigiD)+"/logout"); err != nil {
		return leaving{}, err
	}
	to, err := url.Parse(who.endsAt(bindRedirect).replies)
	if err != nil || to.Host == "" {
		return leaving{}, errors.New("its metadata has no place for the answer")
	}
	return leaving{id: attr(e, "ID"), nameID: textOf(child(e, nsAssertion, "NameID")), relay: r.Form.Get("RelayState"), party: who, to: to}, nil
}

// loggedOut returns where to send the visitor, with the answer or a wrong one.
func (s *Sim) loggedOut(l leaving, wrong Misbehaviour) (string, error) {
	code, second := statusSuccess, ""
	switch {
	case wrong == Failure:
		code = statusResponder
	case !s.ended(session{l.party.entityID, l.nameID}):
		code = statusRequester
	case wrong == Partly:
		code, second = statusResponder, partialLogout
	}
	changes := map[Misbehaviour]func(*etree.Element){
		OtherAudience: func(e *etree.Element) { e.CreateAttr("Destination", "https://elsewhere.example/") },
		OtherRequest:  func(e *etree.Element) { e.CreateAttr("InResponseTo", newID()) },
		Expired:       func(e *etree.Element) { e.CreateAttr("IssueInstant", s.now().Add(-time.Hour).Format(instant)) },
		OtherIssuer:   func(e *etree.Element) { child(e, nsAssertion, "Issuer").SetText(unknownElsewhere) },
		OtherState:    func(*etree.Element) { l.relay = rand.Text() },
	}
	reply := s.message("LogoutResponse", "Destination", l.to.String(), "InResponseTo", l.id)
	top := under(under(reply, "samlp:Status", ""), "samlp:StatusCode", "", "Value", code)
	if second != "" {
		under(top, "samlp:StatusCode", "", "Value", second)
	}
	if change := changes[wrong]; change != nil {
		change(reply)
	}
	q, err := s.query("SAMLResponse", reply, l.relay, wrong)
	if err != nil {
		return "", err
	}
	if l.to.RawQuery != "" {
		q = l.to.RawQuery + "&" + q
	}
	l.to.RawQuery = q
	return l.to.String(), nil
}

// message makes a message of DigiD's about a session.
func (s *Sim) message(tag string, attrs ...string) *etree.Element {
	e := element("samlp:"+tag, append([]string{
		"xmlns:samlp", nsProtocol, "xmlns:saml", nsAssertion,
		"ID", newID(), "Version", "2.0", "IssueInstant", s.now().Format(instant),
	}, attrs...)...)
	under(e, "saml:Issuer", s.entityID(DigiD))
	return e
}

// ended takes a session away, and reports whether it was there.
func (s *Sim) ended(is session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, there := s.sessions[is]
	delete(s.sessions, is)
	return there
}

// EndSessions asks every party where somebody logged in with DigiD to end his sessions, as DigiD does when he logs
// out at one of them. The error is of who did not say that it did.
func (s *Sim) EndSessions(ctx context.Context, who Person) error {
	var failed []error
	for is, index := range s.open(who) {
		s.ended(is)
		if err := s.askToEnd(ctx, is, index); err != nil {
			failed = append(failed, fmt.Errorf("eidsim: %s: %w", is.party, err))
		}
	}
	return errors.Join(failed...)
}

// open are the sessions of somebody, with their names.
func (s *Sim) open(who Person) map[session]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := maps.Clone(s.sessions)
	maps.DeleteFunc(open, func(is session, _ string) bool { return is.nameID != sector+who.Legal.Value })
	return open
}

// endByHand does what somebody asks for who logs out at DigiD itself.
func (s *Sim) endByHand(w http.ResponseWriter, r *http.Request) {
	people := At(DigiD)
	i := slices.IndexFunc(people, func(p Person) bool { return p.ID == r.PostFormValue(fieldPerson) })
	if i < 0 {
		refuse(w, r, "eidsim.bad_logout")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), logoutLimit)
	defer cancel()
	t := texts(r)
	if err := s.EndSessions(ctx, people[i]); err != nil {
		show(w, r, http.StatusBadGateway, messageView(t, t.T("eidsim.stopped"), t.T("eidsim.still_in"), err.Error()))
		return
	}
	show(w, r, http.StatusOK, messageView(t, t.T("eidsim.logged_out"), t.T("eidsim.logged_out_lead"), ""))
}

func (s *Sim) askToEnd(ctx context.Context, is session, index string) error {
	who, _ := s.party(is.party)
	to := who.endsAt(bindSOAP).location
	if to == "" {
		return errors.New("its metadata has no place for SOAP")
	}
	ask := s.message("LogoutRequest", "Destination", to)
	under(ask, "saml:NameID", is.nameID)
	under(ask, "samlp:SessionIndex", index)
	if err := s.sign(ask, ""); err != nil {
		return err
	}
	body, err := serialize(inEnvelope(ask))
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	res, err := s.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	reply, from, err := s.envelope(res.Body, "LogoutResponse")
	if err != nil {
		return err
	}
	code := attr(child(child(reply, nsProtocol, "Status"), nsProtocol, "StatusCode"), "Value")
	if from.entityID != is.party || attr(reply, "InResponseTo") != attr(ask, "ID") || code != statusSuccess {
		return fmt.Errorf("it answers %q", code)
	}
	return nil
}
