package server_test

import (
	"context"
	"encoding/hex"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
)

var (
	approvalPath = regexp.MustCompile(`^/dossiers/[a-z0-9]{26}/approvals/[a-z0-9]{26}$`)
	offerLink    = regexp.MustCompile(`/approvals/new\?document=([a-z0-9]{26})`)
)

// approves gives the notary approvals, with telephones that are linked by the PIN of a letter, and changes more of its settings.
func (h *house) approves(change func(*tenant.Settings)) {
	h.t.Helper()
	ctx := context.Background()
	s, err := authn.Act(ctx, h.DB, "notaris", h.accountOf(admin))
	must(h.t, err)
	a, _ := access.AsStaff(s)
	t, err := h.Tenants.Get(ctx, "notaris")
	must(h.t, err)
	must(h.t, h.Tenants.Edit(ctx, a, t.Version, "modules", func(e *tenant.Edition) error {
		e.Settings.Modules[tenant.ModuleApprovals] = true
		e.Settings.SecondFactor = tenant.SecondFactor{Policy: tenant.FactorOptional, Means: []string{tenant.FactorSMS, tenant.FactorTOTP}, RecoveryCodes: true, Enrolment: tenant.EnrolPIN}
		if change != nil {
			change(&e.Settings)
		}
		return nil
	}))
}

// telephone links a telephone to an account.
func (h *house) telephone(email string) {
	h.t.Helper()
	n, err := sms.Parse("06 12345678", []string{"NL"})
	must(h.t, err)
	must(h.t, h.Identity.StoreNumber(context.Background(), "notaris", h.accountOf(email), n))
}

// lastText is the text message that went out last.
func (h *house) lastText() string {
	h.t.Helper()
	h.work()
	all, err := sms.ReadOutbox(filepath.Join(h.dir, "outbox"))
	must(h.t, err)
	return all[len(all)-1].Text
}

// offers offers a document of a dossier, and returns the address of the approval and the document.
func (s *visitor) offers(number, kind string, more ...string) (path, doc string) {
	s.h.t.Helper()
	at := "/dossiers/" + s.h.dossier(number)
	doc = first(offerLink, s.get(at).body)
	page := s.get(at + "/approvals/new?document=" + doc).body
	a := s.post(at+"/approvals/new", append([]string{"once", first(onceField, page), "document", doc, "to", s.h.clientOf(dewit), "kind", kind, "due", s.h.inDays(7)}, more...)...)
	path = a.header.Get("Location")
	if a.status != 303 || !approvalPath.MatchString(path) {
		s.h.t.Fatalf("offering: %d %s", a.status, words(mainOf(a.body)))
	}
	return path, doc
}

// asksCode has a code sent that confirms a choice, and returns it.
func (v *visitor) asksCode(path, choice string) string {
	v.h.t.Helper()
	if a := v.post(path, "choice", choice, "remark", "Blijft staan", "do", "code"); a.status != 200 || !strings.Contains(a.body, "Blijft staan") || !strings.Contains(a.body, "De sms is onderweg.") {
		v.h.t.Fatalf("a code: %d %s", a.status, words(mainOf(a.body)))
	}
	return v.h.text()
}

// restedCodes lets a next code be sent.
func (h *house) restedCodes() {
	h.exec(`update sent_code set created_at = $1 where tenant_id = 'notaris'`, db.At(h.DB.Clock().Now().Add(-time.Minute)))
}

func (h *house) stateOf(path string) string {
	return h.value(`select state from approval where id = '` + path[len(path)-26:] + `'`)
}

func TestA24_A26_A27_A28_A29_A35_AnApprovalFromOfferToDeclaration(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, other, s := h.client(dewit), h.client(houten), h.staff(handlerEmail)
		if a := v.get("/approvals"); a.status != 404 {
			t.Errorf("the module is off: %d", a.status)
		}
		if a := s.get("/dossiers/" + h.dossier("2026-01482") + "/approvals/new"); a.status != 404 {
			t.Errorf("the module is off, for staff: %d", a.status)
		}
		h.approves(nil)
		h.telephone(dewit)
		v.post("/profile/notifications", "groups", "approvals")
		path, doc := s.offers("2026-01482", "Jaarrekening 2025")
		if to := h.mailedTo("approvals"); len(to) != 1 || to[0] != dewit {
			t.Errorf("mail to %v", to)
		}
		h.discreet(h.mails(dewit)[len(h.mails(dewit))-1], event{name: "a document is offered"})
		if l := h.mails(dewit); strings.Contains(l[len(l)-1].Text, "Jaarrekening") {
			t.Error("the mail names the document")
		}

		// A26: he finds it, and nobody else does.
		for _, at := range []string{"/", "/approvals", "/dossiers/" + h.dossier("2026-01482")} {
			if b := v.get(at).body; !strings.Contains(b, `href="`+path+`"`) || !strings.Contains(b, "Jaarrekening 2025") {
				t.Errorf("%s does not lead to it: %s", at, words(mainOf(b)))
			}
			if b := other.get(at).body; strings.Contains(b, path) {
				t.Errorf("%s tells another client of it", at)
			}
		}
		never := other.get(path[:len(path)-26] + strings.Repeat("a", 26))
		if a := other.get(path); a.status != 404 || a.body != never.body {
			t.Errorf("another client: %d", a.status)
		}
		if a := other.post(path, "choice", "agree"); a.status != 404 {
			t.Errorf("another client answers: %d", a.status)
		}

		// A27: he opens the document and keeps it; without that he is warned.
		page := v.get(path).body
		if !strings.Contains(page, "U heeft dit document hier nog niet geopend.") || !strings.Contains(page, "/documents/"+doc+`"`) {
			t.Errorf("before it is opened: %s", words(mainOf(page)))
		}
		if a := v.get("/dossiers/" + h.dossier("2026-01482") + "/documents/" + doc); a.status != 200 {
			t.Fatalf("the file: %d", a.status)
		}
		if b := v.get(path).body; strings.Contains(b, "nog niet geopend") {
			t.Error("it is opened and the page warns")
		}
		if b := s.get(path).body; !strings.Contains(words(b), "Geopend door") || strings.Contains(b, "nog niet geopend door de klant") {
			t.Errorf("staff do not see who opened it: %s", words(mainOf(b)))
		}

		// A28: without a choice nothing goes, not even a code.
		if a := v.post(path, "remark", "Blijft staan", "do", "code"); a.status != 422 || !strings.Contains(a.body, "Kies „Akkoord” of „Niet akkoord”.") || !strings.Contains(a.body, "Blijft staan") {
			t.Errorf("no choice: %d", a.status)
		}
		// A24: the message says what the code is for, and fits.
		code := v.asksCode(path, "agree")
		if text := h.lastText(); !strings.Contains(text, "om akkoord te gaan met 'Jaarrekening 2025' van mevrouw C. de Wit") || len(text) > 160 {
			t.Errorf("the message: %q", text)
		}
		if a := v.post(path, "choice", "agree", "do", "code"); a.status != 429 || a.header.Get("Retry-After") == "" {
			t.Errorf("another at once: %d", a.status)
		}
		refused := func(what string, a answer) {
			t.Helper()
			if a.status != 422 || h.stateOf(path) != "offered" || !strings.Contains(a.body, "Blijft staan") || strings.Contains(a.body, `value="`+code+`"`) {
				t.Errorf("%s: %d, %s: %s", what, a.status, h.stateOf(path), words(mainOf(a.body)))
			}
		}
		refused("for the other choice", v.post(path, "choice", "refuse", "remark", "Blijft staan", "sent", "code", "code", code))
		refused("none", v.post(path, "choice", "agree", "remark", "Blijft staan", "sent", "code"))
		next := h.visit(portal)
		next.post("/login", "email", dewit, "password", world.Password)
		login := h.text()
		refused("one to log in", v.post(path, "choice", "agree", "remark", "Blijft staan", "sent", "code", "code", login))
		if a := next.post("/login/code", "code", code); a.status != 422 {
			t.Errorf("the code of an approval logs in: %d", a.status)
		}
		if a := next.post("/login/code", "code", login); a.status != 303 {
			t.Errorf("the code to log in does not: %d", a.status)
		}

		a := v.post(path, "choice", "agree", "remark", "Dank voor het werk", "sent", "code", "code", code[:3]+" "+code[3:])
		if a.status != 303 || a.header.Get("Location") != path || h.stateOf(path) != "agreed" {
			t.Fatalf("the right code: %d %s", a.status, words(mainOf(a.body)))
		}
		told := v.get(path)
		if !strings.Contains(told.body, "Het verzenden is geslaagd.") {
			t.Error("the page does not say whether it succeeded")
		}
		// A35: what was declared stays, and cannot be said twice.
		sum, err := db.One(context.Background(), h.DB, db.Value[[]byte], `select sha256 from document where tenant_id = 'notaris' and id = $1`, doc)
		must(t, err)
		hash := hex.EncodeToString(sum)
		for who, b := range map[string]string{"client": told.body, "staff": s.get(path).body} {
			for _, want := range []string{"verklaart akkoord te gaan met „Jaarrekening 2025”", "Dank voor het werk", "Code per sms", hash, "mevrouw C. de Wit"} {
				if !strings.Contains(b, want) {
					t.Errorf("the declaration lacks %q for the %s: %s", want, who, words(mainOf(b)))
				}
			}
		}
		h.restedCodes()
		for _, again := range []answer{v.post(path, "choice", "agree", "code", code), v.post(path, "choice", "refuse", "do", "code"), v.post(path, "choice", "refuse", "code", code)} {
			if again.status != 409 || h.stateOf(path) != "agreed" {
				t.Errorf("once more: %d", again.status)
			}
		}
		if detail := h.value(`select detail from journal where event = 'approval.agreed'`); len(h.entries("approval.agreed")) != 1 || !strings.Contains(detail, hash) || !strings.Contains(detail, `"signed_with":"sms"`) {
			t.Errorf("the journal: %s", detail)
		}
		if a := s.post(path + "/withdraw"); a.status != 409 || h.stateOf(path) != "agreed" {
			t.Errorf("withdrawn after it: %d", a.status)
		}
		if b := v.get("/").body; strings.Contains(b, "Geef antwoord: Jaarrekening") {
			t.Error("it is still to be done")
		}
		if b := v.get("/approvals").body; !strings.Contains(words(b), "Wat u al beantwoordde") || !strings.Contains(words(b), "Akkoord op") {
			t.Errorf("the list: %s", words(mainOf(b)))
		}
		if b := s.get("/notices").body; !strings.Contains(b, "De klant gaf antwoord op een document ter accordering") {
			t.Error("the handler is not told")
		}
	})
}

func TestA24_A32_AWrongOldOrUsedCodeChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s := h.client(dewit), h.staff(handlerEmail)
		h.approves(nil)
		h.telephone(dewit)
		path, _ := s.offers("2026-01482", "Jaarrekening 2025")
		send := func(code string) answer {
			return v.post(path, "choice", "agree", "remark", "Blijft staan", "sent", "code", "code", code)
		}
		code := v.asksCode(path, "agree")
		h.exec(`update sent_code set expires_at = $1 where tenant_id = 'notaris'`, db.At(h.DB.Clock().Now().Add(-time.Second)))
		if a := send(code); a.status != 422 || !strings.Contains(a.body, "Deze code klopt niet") || !strings.Contains(a.body, "Blijft staan") {
			t.Errorf("expired: %d", a.status)
		}
		h.restedCodes()
		h.unthrottle()
		code = v.asksCode(path, "agree")
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		for range 5 {
			if a := send(wrong); a.status != 422 || !strings.Contains(a.body, `value="agree" checked`) {
				t.Errorf("wrong: %d", a.status)
			}
		}
		if a := send(code); a.status != 429 {
			t.Errorf("after five: %d", a.status)
		}
		h.unthrottle()
		if a := send(code); a.status != 422 || h.stateOf(path) != "offered" {
			t.Errorf("the right one after five: %d", a.status)
		}
		if n := len(h.entries("account.signature_refused")); n != 7 {
			t.Errorf("%d refusals in the journal", n)
		}
		// Two hundred at once with one code: one declaration.
		h.restedCodes()
		h.unthrottle()
		code = v.asksCode(path, "agree")
		var all sync.WaitGroup
		var done atomic.Int32
		for range 200 {
			all.Go(func() {
				w := &visitor{h, v.host, map[string]string{"session": v.cookies["session"]}}
				if w.post(path, "choice", "agree", "code", code).status == http.StatusSeeOther {
					done.Add(1)
				}
			})
		}
		all.Wait()
		if n := done.Load(); n != 1 || len(h.entries("approval.agreed")) != 1 {
			t.Errorf("%d succeeded", n)
		}
		// What was used confirms nothing else.
		h.unthrottle()
		second, _ := s.offers("2026-01482", "Iets anders")
		if a := v.post(second, "choice", "agree", "code", code); a.status != 422 || h.stateOf(second) != "offered" {
			t.Errorf("used: %d", a.status)
		}
	})
}

func TestA32_WithoutATelephoneThePINOfTheLetterConfirms(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		allow := func(means ...string) {
			h.approves(func(s *tenant.Settings) { s.Signing = tenant.SigningRule{Means: means, MustOpen: true, Remark: true} })
		}
		allow(tenant.SignSMS)
		v := h.client(dewit)
		pin, s := h.posted()
		first, doc := s.offers("2026-01482", "Aangifte 2025")
		if b := v.get(first).body; !strings.Contains(b, "U heeft nog niets waarmee u uw antwoord kunt bevestigen.") || strings.Contains(b, `name="choice"`) {
			t.Errorf("without anything: %s", words(mainOf(b)))
		}
		if a := v.post(first, "choice", "agree"); a.status == 303 || h.stateOf(first) != "offered" {
			t.Errorf("without anything: %d", a.status)
		}
		allow(tenant.SignSMS, tenant.SignPIN)
		if b := v.get(first).body; !strings.Contains(b, `name="pin"`) || strings.Contains(b, `value="code"`) {
			t.Errorf("with a letter: %s", words(mainOf(b)))
		}
		if a := v.post(first, "choice", "agree", "pin", pin); a.status != 422 || !strings.Contains(a.body, "Open eerst het document.") {
			t.Errorf("not opened: %d", a.status)
		}
		v.get("/dossiers/" + h.dossier("2026-01482") + "/documents/" + doc)
		if a := v.post(first, "choice", "refuse", "pin", pin); a.status != 422 || !strings.Contains(a.body, "Schrijf waarom u niet akkoord gaat.") {
			t.Errorf("no remark: %d", a.status)
		}
		for _, wrong := range []string{"", "0000 000x"} {
			if a := v.post(first, "choice", "agree", "pin", wrong); a.status != 422 || h.stateOf(first) != "offered" || !strings.Contains(a.body, `value="agree" checked`) {
				t.Errorf("PIN %q: %d", wrong, a.status)
			}
		}
		if a := v.post(first, "choice", "agree", "pin", strings.ReplaceAll(pin, " ", "")); a.status != 303 {
			t.Fatalf("the PIN: %d %s", a.status, words(mainOf(a.body)))
		}
		if b := v.get(first).body; !strings.Contains(b, "Pincode uit een brief") {
			t.Error("the declaration does not say the means")
		}
	})
}

// A25: where the office sends no PIN letters nobody is sent a code to approve; he shows once more that it is he.
func TestA25_WithoutPINLettersAnApprovalAsksNoTextMessage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.approves(func(s *tenant.Settings) { s.SecondFactor = tenant.SecondFactor{Policy: tenant.FactorOff} })
		v := h.client(dewit)
		h.telephone(dewit)
		path, _ := h.staff(handlerEmail).offers("2026-01482", "Aangifte 2025")
		if b := v.get(path).body; strings.Contains(b, `value="code"`) || strings.Contains(b, `name="code"`) || !strings.Contains(b, `name="choice"`) {
			t.Errorf("the page: %s", words(mainOf(b)))
		}
		if a := v.post(path, "choice", "agree", "do", "code"); a.status != 404 {
			t.Errorf("a code is sent: %d", a.status)
		}
		ago := db.At(h.DB.Clock().Now().Add(-10 * time.Minute))
		h.exec(`update session set created_at = $1, proved_at = $1 where tenant_id = 'notaris'`, ago)
		a := v.post(path, "choice", "refuse", "remark", "Blijft staan")
		if a.status != 303 || a.header.Get("Location") != "/confirm?next=%2Fresume" || h.stateOf(path) != "offered" {
			t.Fatalf("logged in ten minutes ago: %d %s", a.status, a.header.Get("Location"))
		}
		v.post("/confirm", "password", world.Password, "next", "/resume")
		if a := v.get(v.get("/resume").header.Get("Location")); !strings.Contains(a.body, "Blijft staan") || !strings.Contains(a.body, `value="refuse" checked`) {
			t.Errorf("what was typed: %d %s", a.status, words(mainOf(a.body)))
		}
		if a := v.post(path, "choice", "refuse", "remark", "Blijft staan", "resumed", "1"); a.status != 303 || h.stateOf(path) != "refused" {
			t.Errorf("after it: %d", a.status)
		}
	})
}

func TestA34_ARefusalComesBackAndANewVersionIsOffered(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.approves(func(s *tenant.Settings) { s.SecondFactor = tenant.SecondFactor{Policy: tenant.FactorOff} })
		v, s, at := h.client(dewit), h.staff(handlerEmail), "/dossiers/"+h.dossier("2026-01482")
		path, doc := s.offers("2026-01482", "Jaarrekening 2025")
		if a := s.post(at+"/approvals/new", "once", "twice", "document", doc, "to", h.clientOf(dewit), "kind", "Nog eens"); a.status != 409 || !strings.Contains(a.body, "Nog eens") {
			t.Errorf("offered twice: %d", a.status)
		}
		if a := v.post(path, "choice", "refuse", "remark", "De voorraad klopt niet"); a.status != 303 {
			t.Fatalf("refusing: %d %s", a.status, words(mainOf(a.body)))
		}
		if b := s.get("/").body; !strings.Contains(b, "Niet akkoord, te bekijken") || !strings.Contains(b, path) {
			t.Error("it is no work of the handler")
		}
		if b := s.get(at).body; !strings.Contains(b, "De voorraad klopt niet") {
			t.Error("the dossier does not have the remark")
		}
		if a := v.post(path, "choice", "agree"); a.status != 409 || h.stateOf(path) != "refused" {
			t.Errorf("agreed after all: %d", a.status)
		}
		if a := s.post(at+"/approvals/new", "once", "same", "document", doc, "to", h.clientOf(dewit), "kind", "Jaarrekening 2025"); a.status != 409 || !strings.Contains(a.body, "Voeg eerst een nieuwe versie toe") {
			t.Errorf("the same file again: %d", a.status)
		}
		second, other := s.offers("2026-01482", "Jaarrekening 2025, versie 2", "replaces", path[len(path)-26:])
		if other == doc {
			t.Fatal("the page offers the document that was refused")
		}
		if b := s.get("/").body; strings.Contains(b, "Niet akkoord, te bekijken") {
			t.Error("it is still work")
		}
		if a := v.post(path, "choice", "agree"); a.status != 409 {
			t.Errorf("the old version: %d", a.status)
		}
		if a := v.post(second, "choice", "agree"); a.status != 303 || h.stateOf(second) != "agreed" || h.stateOf(path) != "refused" {
			t.Errorf("the new version: %d", a.status)
		}
		for what, fields := range map[string][]string{
			"no document": {"kind", "Iets", "document", strings.Repeat("a", 26)}, "no name": {"kind", " ", "document", other}, "long": {"kind", strings.Repeat("x", 61), "document", other},
			"a day that is over": {"kind", "Iets", "document", other, "due", "2020-01-01"}, "no day": {"kind", "Iets", "document", other, "due", "morgen"}, "of another": {"kind", "Iets", "document", other, "to", h.clientOf(houten)},
		} {
			if a := s.post(at+"/approvals/new", append([]string{"once", what, "to", h.clientOf(dewit)}, fields...)...); a.status != 422 {
				t.Errorf("%s: %d", what, a.status)
			}
		}
	})
}

func TestA35_WhatIsAnotherFileOrAwayIsNotApproved(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.approves(func(s *tenant.Settings) { s.SecondFactor = tenant.SecondFactor{Policy: tenant.FactorOff} })
		v, s, at := h.client(dewit), h.staff(handlerEmail), "/dossiers/"+h.dossier("2026-01482")
		path, doc := s.offers("2026-01482", "Jaarrekening 2025")
		closed := func(what, says string) {
			t.Helper()
			a := v.post(path, "choice", "agree", "remark", "Blijft staan")
			if a.status != 409 || h.stateOf(path) != "offered" || !strings.Contains(a.body, says) || !strings.Contains(a.body, "Blijft staan") {
				t.Errorf("%s: %d %s", what, a.status, words(mainOf(a.body)))
			}
			if b := v.get("/approvals").body; strings.Contains(b, path) {
				t.Errorf("%s: it is listed", what)
			}
			if b := v.get(path).body; strings.Contains(b, `name="choice"`) || !strings.Contains(b, says) {
				t.Errorf("%s: it is asked", what)
			}
		}
		s.post(at + "/documents/" + doc + "/show")
		closed("withdrawn from the client", "staat nu niet in het portaal")
		s.post(at+"/documents/"+doc+"/show", "on", "1")
		h.exec(`update document set state = 'quarantined' where tenant_id = 'notaris' and id = $1`, doc)
		closed("held", "staat nu niet in het portaal")
		h.exec(`update document set state = 'released' where tenant_id = 'notaris' and id = $1`, doc)
		h.exec(`update dossier set closed = true where tenant_id = 'notaris' and id = $1`, h.dossier("2026-01482"))
		closed("a closed dossier", "Dit dossier is afgesloten.")
		h.exec(`update dossier set closed = false where tenant_id = 'notaris' and id = $1`, h.dossier("2026-01482"))
		h.exec(`update document set sha256 = (select y.sha256 from document y where y.tenant_id = 'notaris' and y.sha256 <> document.sha256 order by y.id limit 1) where tenant_id = 'notaris' and id = $1`, doc)
		closed("another file", "Dit bestand is veranderd")
		if b := s.get(path).body; !strings.Contains(b, "Het bestand is veranderd.") {
			t.Error("staff do not see that it must be offered again")
		}
		if a := s.post(path + "/withdraw"); a.status != 303 || h.stateOf(path) != "withdrawn" {
			t.Errorf("withdrawing: %d", a.status)
		}
		if a := v.post(path, "choice", "agree"); a.status != 409 {
			t.Errorf("withdrawn: %d", a.status)
		}
		again, _ := s.offers("2026-01482", "Jaarrekening 2025")
		if a := v.post(again, "choice", "agree"); a.status != 303 {
			t.Errorf("offered again: %d %s", a.status, words(mainOf(a.body)))
		}
	})
}

func TestA9_A20_A35_OnlyWhoMayApproveDoesAndForWhomIsKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.actingOn(true)
		h.approves(func(s *tenant.Settings) { s.SecondFactor = tenant.SecondFactor{Policy: tenant.FactorOff} })
		path, _ := h.staff(handlerEmail).offers("2026-01482", "Jaarrekening 2025")
		v := h.client(vanHouten)
		base := "/namens/" + h.mandated(dewit, vanHouten, "dossiers:see")
		for n, a := range []answer{v.get(base + "/approvals"), v.get(base + path), v.post(base+path, "choice", "agree")} {
			if a.status != 403 {
				t.Errorf("a mandate without the right, %d: %d", n, a.status)
			}
		}
		if b := v.get(base + "/").body; strings.Contains(b, "Jaarrekening 2025") || strings.Contains(b, "/approvals") {
			t.Error("Home tells of it")
		}
		h.exec(`update mandate set rights = 'dossiers:see approvals:approve' where tenant_id = 'notaris'`)
		if b := v.get(base + path).body; !strings.Contains(words(b), "namens mevrouw C. de Wit") {
			t.Errorf("for whom: %s", words(mainOf(b)))
		}
		h.exec(`update mandate set ends_at = $1 where tenant_id = 'notaris'`, db.At(h.DB.Clock().Now().Add(-time.Second)))
		if a := v.post(base+path, "choice", "agree"); h.stateOf(path) != "offered" {
			t.Errorf("a mandate that is over: %d", a.status)
		}
		h.exec(`update mandate set ends_at = null where tenant_id = 'notaris'`)
		if a := v.post(base+path, "choice", "agree"); a.status != 303 {
			t.Fatalf("with the right: %d %s", a.status, words(mainOf(a.body)))
		}
		if b := h.client(dewit).get(path).body; !strings.Contains(b, "de heer P. van Houten, namens mevrouw C. de Wit verklaart akkoord") {
			t.Errorf("the declaration: %s", words(mainOf(b)))
		}
	})
}
