package server_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/tenant"
)

const vanHouten = "p.vanhouten@post.example"

// actingOn switches acting for others on, or off, at the notary's.
func (h *house) actingOn(on bool) {
	h.t.Helper()
	ctx := context.Background()
	s, err := authn.Act(ctx, h.DB, "notaris", h.accountOf("beheer@delinde.example"))
	must(h.t, err)
	a, _ := access.AsStaff(s)
	t, err := h.Tenants.Get(ctx, "notaris")
	must(h.t, err)
	must(h.t, h.Tenants.Edit(ctx, a, t.Version, "modules", func(e *tenant.Edition) error {
		e.Settings.Modules[tenant.ModuleMandates] = on
		return nil
	}))
}

var mandateID = regexp.MustCompile(`/profile/mandates/([a-z2-7]{26})"`)

// mandated has mevrouw De Wit let somebody act for her, and returns the mandate.
func (h *house) mandated(from, to string, rights ...string) string {
	h.t.Helper()
	if rights == nil {
		rights = strings.Fields(access.OwnRights.String())
	}
	giver, taker := h.client(from), h.client(to)
	form := []string{"once", db.RandomID(), "email", to, "ground", "proxy"}
	for _, r := range rights {
		form = append(form, "rights", r)
	}
	if a := giver.post("/profile/mandates/new", form...); a.status != 303 {
		h.t.Fatalf("giving: %d %s", a.status, a.body)
	}
	m := mandateID.FindStringSubmatch(taker.get("/profile/mandates").body)
	if m == nil {
		h.t.Fatal("the offer is not shown to whom it was made")
	}
	if a := taker.post("/profile/mandates/" + m[1] + "/accept"); a.status != 303 {
		h.t.Fatalf("accepting: %d %s", a.status, a.body)
	}
	return m[1]
}

func TestA7_A8_WhoActsForAnotherSeesThatClientsThingsAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.actingOn(true)
		v := h.client(vanHouten)
		if a := v.get("/"); strings.Contains(a.body, "Geselecteerd") {
			t.Error("whoever has one client gets a switcher")
		}
		base := "/namens/" + h.mandated(dewit, vanHouten)
		own := v.get("/")
		if !strings.Contains(own.body, "Geselecteerd") || !strings.Contains(own.body, `href="`+base+`/"`) || strings.Contains(own.body, "U handelt namens") {
			t.Error("Home has no switcher to the other client")
		}
		hers, his := h.dossier("2026-01482"), h.dossier("2026-01455")
		home := v.get(base + "/")
		for _, want := range []string{"U handelt namens mevrouw C. de Wit", `data-own href="/"`, `href="` + base + `/dossiers"`, "2 in behandeling, 3 totaal"} {
			if !strings.Contains(home.body, want) {
				t.Errorf("Home of the other lacks %q", want)
			}
		}
		list := v.get(base + "/dossiers?q=01482").body
		if !strings.Contains(list, `href="`+base+"/dossiers/"+hers+`"`) || strings.Contains(v.get(base+"/dossiers").body, "2026-01455") {
			t.Error("the list of the other is not that of the other")
		}
		for path, want := range map[string]int{
			base + "/dossiers/" + hers: 200, "/dossiers/" + hers: 404, base + "/dossiers/" + his: 404, "/dossiers/" + his: 200,
			base + "/profile": 404, base + "/profile/mandates": 404, base + "/sessions": 404, base + "/confirm": 404, base + "/login": 404, base + "/help": 404, base: 200,
			base + "//dossiers": 404, base + "/dossiers/": 404, base + "/./dossiers": 404, "/namens/": 404, "/namens/x/dossiers": 404,
		} {
			if a := v.get(path); a.status != want {
				t.Errorf("%s: %d, want %d", path, a.status, want)
			}
		}
		if a := h.client(dewit).get(base + "/dossiers"); a.status != 404 {
			t.Errorf("somebody else uses the mandate: %d", a.status)
		}
		if a := h.visit(portal).get(base + "/dossiers?q=x"); a.status != 303 || a.header.Get("Location") != "/login?next=%2Fnamens%2F"+base[8:]+"%2Fdossiers%3Fq%3Dx" {
			t.Errorf("not logged in: %d %s", a.status, a.header.Get("Location"))
		}
		h.actingOn(false)
		if a := v.get(base + "/dossiers"); a.status != 404 || strings.Contains(v.get("/").body, "Geselecteerd") {
			t.Errorf("with acting switched off: %d", a.status)
		}
		if a := v.get("/profile/mandates"); a.status != 404 || !strings.Contains(a.body, "Dit onderdeel staat uit.") {
			t.Errorf("its pages: %d", a.status)
		}
	})
}

// addresses are all of a page: what a link, a form or a script leads to.
var addresses = regexp.MustCompile(`(?: data-own)? (?:href|action|formaction|data-endpoint)="(/[^"]*)"`)

// Every address on a page that is shown while acting keeps the prefix, or is one of those that do not have it.
func TestA8_EveryLinkOnAPageOfAnotherStaysThere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.actingOn(true)
		v := h.client(vanHouten)
		base := "/namens/" + h.mandated(dewit, vanHouten)
		plain := regexp.MustCompile(`^(/assets/|/theme\.css|/logo|/font|/logout$|/profile$|/help$|/accessibility$|/privacy$)`)
		todo, seen, pages := []string{base + "/"}, map[string]bool{}, 0
		for len(todo) > 0 && pages < 60 {
			path := todo[0]
			todo = todo[1:]
			if seen[path] {
				continue
			}
			seen[path] = true
			a := v.get(path)
			if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
				continue
			}
			pages++
			for _, m := range addresses.FindAllStringSubmatch(a.body, -1) {
				to := m[1]
				switch {
				case strings.HasPrefix(m[0], " data-own"), plain.MatchString(to):
				case strings.HasPrefix(to, base+"/"):
					if strings.Contains(m[0], "href") {
						todo = append(todo, strings.SplitN(to, "#", 2)[0])
					}
				default:
					t.Errorf("%s leads away to %s", path, to)
				}
			}
		}
		if pages < 12 {
			t.Errorf("only %d pages seen", pages)
		}
	})
}

func TestA7_WhatIsDoneForAnotherShowsBothNames(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.actingOn(true)
		v := h.client(vanHouten)
		base, d := "/namens/"+h.mandated(dewit, vanHouten), h.dossier("2026-01482")
		form := v.get(base + "/dossiers/" + d + "/messages/new").body
		if !strings.Contains(form, `action="`+base+"/dossiers/"+d+`/messages/new"`) || !strings.Contains(form, `data-endpoint="`+base+"/dossiers/"+d+`/uploads"`) {
			t.Error("the form goes elsewhere")
		}
		once := onceKey.FindStringSubmatch(form)[1]
		for range 2 { // a double click
			a := v.send(base+"/dossiers/"+d+"/messages/new", map[string]string{"once": once, "subject": "Van haar zoon", "body": "Tekst", "answers": "0"}, file{"stuk.txt", "Tekst"})
			if a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), base+"/dossiers/"+d) {
				t.Fatalf("sending: %d %s", a.status, a.header.Get("Location"))
			}
		}
		if b := v.get("/dossiers").body; strings.Contains(b, "Uw bericht is verzonden") {
			t.Error("another window says what was done for her")
		}
		if b := v.get(base + "/dossiers/" + d).body; !strings.Contains(b, "Uw bericht is verzonden") {
			t.Error("nothing says that the message was sent")
		}
		h.work()
		both := "de heer P. van Houten namens mevrouw C. de Wit"
		if n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from message where tenant_id = 'notaris' and subject = 'Van haar zoon'`); err != nil || n != 1 {
			t.Errorf("%d messages, %v", n, err)
		}
		office := h.staff("behandelaar@delinde.example")
		for who, body := range map[string]string{
			"the represented": h.client(dewit).get("/dossiers/" + d + "?tab=messages").body,
			"who acts":        v.get(base + "/dossiers/" + d + "?tab=messages").body,
			"the office":      office.get("/dossiers/" + d).body,
			"the worklist":    office.get("/").body,
			"the looks":       strings.ReplaceAll(h.client(dewit).get("/dossiers/"+d+"/looks").body, "</strong>", ""),
			"the journal":     h.staff("auditor@delinde.example").get("/journal").body,
			"the documents":   h.client(dewit).get("/dossiers/" + d + "?tab=delivered").body,
		} {
			if !strings.Contains(body, both) {
				t.Errorf("%s does not read %q", who, both)
			}
		}
	})
}

func TestA8_AMandateThatEndedOpensNothingAndLosesNoText(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.actingOn(true)
		v, giver := h.client(vanHouten), h.client(dewit)
		id := h.mandated(dewit, vanHouten)
		d := h.dossier("2026-01482")
		path := "/namens/" + id + "/dossiers/" + d + "/messages/new"
		once := onceKey.FindStringSubmatch(v.get(path).body)[1]
		if a := giver.post("/profile/mandates/" + id + "/end"); a.status != 303 {
			t.Fatalf("ending: %d", a.status)
		}
		typed := map[string]string{"once": once, "subject": "Te laat", "body": "Een lange <tekst>", "answers": "0"}
		a := v.send(path, typed)
		if a.status != 404 || !strings.Contains(a.body, "Een lange &lt;tekst&gt;") {
			t.Errorf("an old form: %d, or its text is gone", a.status)
		}
		if none := v.send(strings.Replace(path, id, never, 1), typed); strings.ReplaceAll(none.body, never, id) != a.body {
			t.Error("a mandate that ended is told from one that never was")
		}
		if n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from message where tenant_id = 'notaris' and subject = 'Te laat'`); err != nil || n != 0 {
			t.Errorf("%d messages, %v", n, err)
		}
		for _, sql := range []string{ // each of them at the very next request
			`update mandate set revoked_at = null, ends_at = created_at where tenant_id = 'notaris' and id = $1`,
			`update mandate set ends_at = null, starts_at = (select max(expires_at) from session where tenant_id = 'notaris') where tenant_id = 'notaris' and id = $1`,
			`update mandate set starts_at = created_at, accepted_at = null where tenant_id = 'notaris' and id = $1`,
		} {
			h.change(sql, id)
			if a := v.get("/namens/" + id + "/dossiers"); a.status != 404 {
				t.Errorf("%s: %d", sql, a.status)
			}
		}
		h.change(`update mandate set accepted_at = created_at where tenant_id = 'notaris' and id = $1`, id)
		if a := v.get("/namens/" + id + "/dossiers"); a.status != 200 {
			t.Errorf("in force again: %d", a.status)
		}
		h.change(`update account set state = 'blocked' where tenant_id = 'notaris' and id = $1`, h.accountOf(vanHouten))
		if a := v.get("/namens/" + id + "/dossiers"); a.status != 303 {
			t.Errorf("a blocked account: %d", a.status)
		}
	})
}

func (h *house) change(sql, id string) {
	h.t.Helper()
	_, err := dbtest.Raw(h.t, h.DB).Exec(sql, id)
	must(h.t, err)
}

func TestA7_AnOfferTellsNobodyWhoHasAnAccount(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.actingOn(true)
		giver, had := h.client(dewit), len(h.mails(vanHouten))
		give := func(email string) (answer, string) {
			a := giver.post("/profile/mandates/new", "once", db.RandomID(), "email", email, "ground", "proxy", "rights", "dossiers:see")
			return a, giver.get("/profile/mandates").body
		}
		known, listed := give(vanHouten)
		h.work()
		if known.status != 303 || !strings.Contains(listed, vanHouten) || strings.Contains(listed, "de heer P. van Houten") {
			t.Errorf("an address that is known: %d, or it tells the name", known.status)
		}
		if got := h.mails(vanHouten); len(got) != had+1 || !strings.Contains(got[had].Text, "mevrouw C. de Wit vraagt") || !strings.Contains(got[had].Text, "/profile/mandates") {
			t.Errorf("%d mails to whom it is offered, before %d", len(got), had)
		}
		unknown, both := give("niemand@post.example")
		if unknown.status != 303 || unknown.header.Get("Location") != known.header.Get("Location") || !strings.Contains(both, "niemand@post.example") {
			t.Errorf("an address that is not: %d", unknown.status)
		}
		id := mandateID.FindStringSubmatch(h.client(vanHouten).get("/profile/mandates").body)[1]
		if a := h.client(vanHouten).get("/namens/" + id + "/dossiers"); a.status != 404 {
			t.Errorf("before it is accepted: %d", a.status)
		}
		for email, says := range map[string]string{dewit: "hoort al bij u", vanHouten: "al een machtiging", "": "Dit veld is verplicht", "geen adres": "geldig e-mailadres"} {
			if a, _ := give(email); a.status != 422 || !strings.Contains(a.body, says) {
				t.Errorf("%q: %d, %q missing", email, a.status, says)
			}
		}
		if a := giver.post("/profile/mandates/new", "once", "r", "email", "x@post.example", "ground", "curator", "rights", "messages:send", "ends", "gisteren"); a.status != 422 || !strings.Contains(a.body, `value="x@post.example"`) {
			t.Errorf("a ground that staff record, rights that need others, and no date: %d", a.status)
		}
		if page := words(h.staff("auditor@delinde.example").get("/journal?group=mandate").body); !strings.Contains(page, "Aangeboden rechten: Dossiers en documenten bekijken") {
			t.Errorf("the journal does not say what was offered: %s", page)
		}
		if a := h.client(kim).post("/profile/mandates/new", "once", "r", "email", "x@post.example", "ground", "proxy", "rights", "dossiers:see"); a.status != 403 {
			t.Errorf("an extra account gives one: %d", a.status)
		}
	})
}

func TestA7_StaffRecordWithProofAndEveryoneSeesIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.actingOn(true)
		office, client := h.staff("behandelaar@delinde.example"), h.clientOf(dewit)
		path, his, her := "/clients/"+client+"/mandates", len(h.mails(vanHouten)), len(h.mails(dewit))
		if a := office.get("/clients/" + client); !strings.Contains(a.body, path) {
			t.Error("the client's page does not lead there")
		}
		bad := office.post(path, "once", "a", "email", "niemand@post.example", "ground", "curator", "rights", "dossiers:see", "proof_kind", "court", "proof", "C/13/1")
		if bad.status != 422 || !strings.Contains(bad.body, "geen account") || !strings.Contains(bad.body, "C/13/1") {
			t.Errorf("nobody's address: %d", bad.status)
		}
		if a := office.post(path, "once", "b", "email", vanHouten, "ground", "curator", "rights", "dossiers:see", "proof_kind", "court", "proof", ""); a.status != 422 {
			t.Errorf("without proof: %d", a.status)
		}
		for range 2 {
			if a := office.post(path, "once", "c", "email", vanHouten, "ground", "curator", "rights", "dossiers:see", "proof_kind", "court", "proof", "C/13/1", "ends", "31-12-2099"); a.status != 303 {
				t.Fatalf("recording: %d %s", a.status, a.body)
			}
		}
		h.work()
		if len(h.mails(vanHouten)) != his+1 || len(h.mails(dewit)) != her+1 {
			t.Error("both sides are not mailed once")
		}
		v, hers := h.client(vanHouten), h.client(dewit)
		for who, body := range map[string]string{"the office": office.get(path).body, "who acts": v.get("/profile/mandates").body, "the represented": hers.get("/profile/mandates").body} {
			if !strings.Contains(body, "Curator") || !strings.Contains(body, "31 december 2099") {
				t.Errorf("%s does not see ground and end", who)
			}
		}
		if strings.Contains(hers.get("/profile/mandates").body, "C/13/1") {
			t.Error("the note of the proof is shown outside the office")
		}
		id := mandateID.FindStringSubmatch(v.get("/profile/mandates").body)[1]
		if a := h.client(directie).post("/profile/mandates/" + id + "/end"); a.status != 404 {
			t.Errorf("a stranger ends it: %d", a.status)
		}
		if a := v.get("/namens/" + id + "/dossiers"); a.status != 200 {
			t.Errorf("it is not in force: %d", a.status)
		}
		if a := v.post("/profile/mandates/" + id + "/end"); a.status != 303 {
			t.Errorf("who acts ends it himself: %d", a.status)
		}
		page := words(h.staff("auditor@delinde.example").get("/journal?group=mandate").body)
		for _, want := range []string{
			"Rechten eerst: geen Rechten daarna: Dossiers en documenten bekijken",
			"Rechten eerst: Dossiers en documenten bekijken Rechten daarna: geen",
		} {
			if !strings.Contains(page, want) {
				t.Errorf("the journal does not say %q: %s", want, page)
			}
		}
		if a := v.get("/namens/" + id + "/dossiers"); a.status != 404 {
			t.Errorf("it is still in force: %d", a.status)
		}
	})
}

func TestA7_OfTwoHundredClicksOneAccepts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.actingOn(true)
		id := h.mandated(dewit, vanHouten)
		h.change(`update mandate set accepted_at = null where tenant_id = 'notaris' and id = $1`, id)
		v, before := h.client(vanHouten), len(h.entries("mandate.accepted"))
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				w := &visitor{h, v.host, map[string]string{"session": v.cookies["session"]}}
				if a := w.post("/profile/mandates/" + id + "/accept"); a.status != 303 {
					t.Errorf("accepting: %d", a.status)
				}
			})
		}
		all.Wait()
		if n := len(h.entries("mandate.accepted")) - before; n != 1 {
			t.Errorf("%d times accepted", n)
		}
	})
}

func (h *house) entries(event string) []string {
	h.t.Helper()
	list, err := db.All(context.Background(), h.DB, db.Value[string], `select id from journal where tenant_id = 'notaris' and event = $1`, event)
	must(h.t, err)
	return list
}

func TestA7_NewsOfTheRepresentedIsNewForWhoActs(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.actingOn(true)
		v := h.client(vanHouten)
		v.post("/profile/notifications", "groups", "messages")
		id := h.mandated(dewit, vanHouten)
		base, d := "/namens/"+id, h.dossier("2026-01482")
		h.work()
		own, mails := v.get("/").body, len(h.mails(vanHouten))
		if a := h.staff("behandelaar@delinde.example").send("/dossiers/"+d+"/messages/new", map[string]string{"once": "n", "subject": "Voor haar", "body": "Tekst", "answers": "0"}); a.status != 303 {
			t.Fatalf("sending: %d", a.status)
		}
		h.work()
		if body := v.get(base + "/").body; !strings.Contains(body, "Voor haar") || !strings.Contains(body, "1 ongelezen") {
			t.Error("it is not new on the Home of the represented")
		}
		now := v.get("/").body
		if strings.Contains(now, "Voor haar") || !strings.Contains(now, "1 nieuw") || strings.Contains(own, "1 nieuw") {
			t.Error("it is new at the wrong place, or the switcher does not say how much is")
		}
		got := h.mails(vanHouten)
		if len(got) != mails+1 || !strings.Contains(got[len(got)-1].Text, "Dit gaat over mevrouw C. de Wit") || !strings.Contains(got[len(got)-1].Text, base+"/dossiers/"+d) {
			t.Errorf("the mail: %v", got[len(got)-1:])
		}
		h.client(dewit).post("/profile/mandates/" + id + "/end")
		if n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from unread where tenant_id = 'notaris' and account_id = $1 and client_id = $2`, h.accountOf(vanHouten), h.clientOf(dewit)); err != nil || n != 0 {
			t.Errorf("%d marks are left, %v", n, err)
		}
	})
}

// E26: one human with a log-in of his own and one of a company has two lists that share nothing.
func TestE26_ACompanysLogInHasTheCompanysThingsAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		number := regexp.MustCompile(`20\d\d-\d{5}`)
		private, company := h.client(dewit), h.client(kim)
		mine := number.FindAllString(private.get("/dossiers?status=in_progress&status=closed").body, -1)
		theirs := number.FindAllString(company.get("/dossiers?status=in_progress&status=closed").body, -1)
		if len(mine) == 0 || len(theirs) == 0 {
			t.Fatal("a list is empty")
		}
		for _, n := range mine {
			if strings.Contains(fmt.Sprint(theirs), n) {
				t.Errorf("%s is in both lists", n)
			}
			if a := company.get("/dossiers/" + h.dossier(n)); a.status != 404 {
				t.Errorf("%s of the person for the company: %d", n, a.status)
			}
		}
	})
}

func TestA8_FilesAndOldTextsKeepForWhomTheyAre(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.actingOn(true)
		v := h.client(vanHouten)
		id := h.mandated(dewit, vanHouten)
		base, d := "/namens/"+id, h.dossier("2026-01482")

		a := v.tus("POST", base+"/dossiers/"+d+"/uploads", map[string]string{"Upload-Length": "9", "Upload-Metadata": "filename c3R1ay5wZGY="}, nil)
		at := a.header.Get("Location")
		if a.status != 201 || !strings.HasPrefix(at, base+"/dossiers/"+d+"/uploads/") {
			t.Fatalf("an upload begins at %q: %d", at, a.status)
		}
		// In a dossier of both of them it is still for the one for whom it was begun.
		h.change(`insert into dossier_party (tenant_id, dossier_id, client_id, added_at) select tenant_id, id, $1, created_at from dossier where tenant_id = 'notaris' and number = '2026-01482'`, h.clientOf(vanHouten))
		if own := v.tus("HEAD", at[len(base):], nil, nil); own.status != 404 {
			t.Errorf("the upload for her is one's own as well: %d", own.status)
		}
		if b := v.patch(at, 0, strings.NewReader("%PDF-1.7\n")); b.status != 204 {
			t.Errorf("the upload goes on: %d", b.status)
		}
		sent := map[string]string{"once": "own", "subject": "Voor mijzelf", "body": "Tekst", "answers": "0", "upload": at[strings.LastIndex(at, "/")+1:]}
		if b := v.send("/dossiers/"+d+"/messages/new", sent); b.status != 404 {
			t.Errorf("a file for her is sent for oneself: %d", b.status)
		}

		shown := v.get(base + "/dossiers/" + d + "/documents/" + h.document("2026-01482", "Concept akte.pdf") + "/open").header.Get("Location")
		ticket := shown[strings.Index(shown, "/view/"):]
		if b := h.visit(docs).get(ticket); b.status != 200 {
			t.Errorf("the document is not shown: %d", b.status)
		}

		h.expire()
		b := v.send(base+"/dossiers/"+d+"/messages/new", map[string]string{"once": "k", "subject": "Haar verhaal", "body": "Alles over de tuin.", "answers": "0"})
		if b.status != 303 || b.header.Get("Location") != "/login?next=%2Fresume" {
			t.Fatalf("without a session: %d %s", b.status, b.header.Get("Location"))
		}
		v = h.client(vanHouten)
		if back := v.get("/resume").header.Get("Location"); back != base+"/dossiers/"+d+"/messages/new?resume=1" || !strings.Contains(v.get(back).body, "Alles over de tuin.") {
			t.Errorf("the text comes back at %q", back)
		}

		shown = v.get(base + "/dossiers/" + d + "/documents/" + h.document("2026-01482", "Concept akte.pdf") + "/open").header.Get("Location")
		ticket = shown[strings.Index(shown, "/view/"):]
		v.post("/profile/mandates/" + id + "/end")
		if b := h.visit(docs).get(ticket); b.status != 404 {
			t.Errorf("the document is shown after the mandate has ended: %d", b.status)
		}
	})
}

// What a mandate does not give is refused as it is to an account that lacks it, and nothing tells of it.
func TestA8_A20_AMandateOpensNoMoreThanItSays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.actingOn(true)
		v := h.client(vanHouten)
		id := h.mandated(directie, vanHouten)
		k, base := h.kims(h.client(directie)), "/namens/"+id
		give := func(rights string) {
			h.t.Helper()
			must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `update mandate set rights = $2 where tenant_id = 'notaris' and id = $1`, id, rights)
				return err
			}))
		}
		h.obeys(v, base, k, give)

		v.post("/profile/notifications", "groups", "documents", "groups", "messages")
		file := k.file[strings.LastIndex(k.file, "/")+1:]
		news := func(once string) (mails int, home, own string) {
			h.t.Helper()
			h.work()
			had := len(h.mails(vanHouten))
			if a := k.office.send(k.dossier+"/messages/new", map[string]string{"once": once, "subject": "Nieuws " + once, "body": "Tekst"}); a.status != 303 {
				t.Fatalf("a message: %d", a.status)
			}
			h.later()
			for _, on := range []string{"", "1"} {
				if a := k.office.post(k.dossier+"/documents/"+file+"/show", "on", on); a.status != 303 {
					t.Fatalf("shown %q: %d", on, a.status)
				}
			}
			h.work()
			return len(h.mails(vanHouten)) - had, v.get(base + "/").body, v.get("/").body
		}
		h.change(`delete from unread where tenant_id = 'notaris' and account_id = $1`, h.accountOf(vanHouten))
		give(everyRight)
		if mails, home, own := news("een"); mails != 2 || !strings.Contains(home, "Nieuws een") || !strings.Contains(own, "2 nieuw") {
			t.Errorf("with all rights: %d mails", mails)
		}
		give("dossiers:see")
		mails, home, own := news("twee")
		if mails != 1 || strings.Contains(home, "Nieuws") || !strings.Contains(home, "akte.pdf") || !strings.Contains(own, "1 nieuw") || !strings.Contains(home, "1 ongelezen") {
			t.Errorf("without messages: %d mails, or the pages tell of a message", mails)
		}
		give("users:manage") // as it would be if somebody had put it there
		for _, path := range []string{"/profile/accounts", "/profile/accounts/new", "/profile"} {
			if a := v.get(base + path); a.status != 404 {
				t.Errorf("%s%s: %d", base, path, a.status)
			}
		}
		if mails, home, own := news("drie"); mails != 0 || strings.Contains(home, "akte.pdf") || strings.Contains(own, "badge") {
			t.Errorf("without dossiers: %d mails, or the pages tell of a document", mails)
		}
	})
}

// The right over users is given by no mandate, and by nobody through one.
func TestA8_A21_NobodyHandsOnTheRightOverUsers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.actingOn(true)
		h.handOut()
		count := func() int {
			n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from mandate where tenant_id = 'notaris'`)
			must(t, err)
			return n
		}
		head := h.client(directie)
		if strings.Contains(head.get("/profile/mandates/new").body, "users:manage") {
			t.Error("the head is offered the right over users")
		}
		if a := head.post("/profile/mandates/new", "once", "u", "email", vanHouten, "ground", "proxy", "rights", "users:manage"); a.status != 422 || count() != 0 {
			t.Errorf("that right alone: %d", a.status)
		}
		base := "/namens/" + h.mandated(directie, vanHouten, "dossiers:see", "users:manage")
		stored, err := db.One(context.Background(), h.DB, db.Value[string], `select rights from mandate where tenant_id = 'notaris'`)
		if must(t, err); stored != "dossiers:see" {
			t.Errorf("beside another it is stored: %q", stored)
		}
		h.give(kim, "dossiers:see users:manage")
		for who, v := range map[string]*visitor{"an extra account that manages users": h.client(kim), "who acts": h.client(vanHouten)} {
			at, want := "/profile/mandates/new", 403
			if who == "who acts" {
				at, want = base+at, 404
			}
			if a := v.post(at, "once", "x", "email", dewit, "ground", "proxy", "rights", "dossiers:see"); a.status != want || count() != 1 {
				t.Errorf("%s gives a mandate: %d", who, a.status)
			}
		}
	})
}
