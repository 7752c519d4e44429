package server_test

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"voordeur/internal/db"
)

// handOut has the office let companies choose the rights of their people, in steps (conflicts.md K28).
func (h *house) handOut() {
	h.t.Helper()
	admin := h.staff("beheer@delinde.example")
	v := between(admin.get("/settings/accounts").body, `name="version" value="`, `"`)
	if a := admin.post("/settings/accounts", "version", v, "rights", "on", "wizard", "on"); a.status != 303 {
		h.t.Fatalf("the settings: %d", a.status)
	}
}

// give stores rights past the program.
func (h *house) give(email, rights string) {
	h.t.Helper()
	must(h.t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update account set rights = $2 where tenant_id = 'notaris' and email_key = $1`, email, rights)
		return err
	}))
}

func (h *house) rightsOf(email string) string {
	h.t.Helper()
	out, err := db.One(context.Background(), h.DB, db.Value[string], `select rights from account where tenant_id = 'notaris' and email_key = $1`, email)
	must(h.t, err)
	return out
}

const everyRight = "dossiers:see dossiers:upload messages:see messages:send"

// kims are the addresses of what Kim sees: a dossier, a document that the office put there, one that came
// with a message, and that message.
type kims struct {
	office                          *visitor
	dossier, file, letter, attached string
}

func (h *house) kims(v *visitor) kims {
	h.t.Helper()
	k := kims{office: h.staff("beheer@delinde.example"), dossier: regexp.MustCompile(`href="(/dossiers/[a-z0-9]{26})"`).FindStringSubmatch(v.get("/dossiers").body)[1]}
	if a := k.office.send(k.dossier+"/messages/new", map[string]string{"once": "with", "subject": "Met bijlage", "body": "Zie de bijlage."}, file{"bijlage.pdf", smallPDF}); a.status != 303 {
		h.t.Fatalf("the office sends a file: %d", a.status)
	}
	if a := k.office.send(k.dossier+"/documents", map[string]string{"once": "doc", "category": "document"}, file{"akte.pdf", smallPDF}); a.status != 303 {
		h.t.Fatalf("the office adds a file: %d", a.status)
	}
	h.work()
	id := k.dossier[len("/dossiers/"):]
	one := func(out string, err error) string {
		h.t.Helper()
		must(h.t, err)
		return out
	}
	doc := one(db.One(context.Background(), h.DB, db.Value[string], `select max(id) from document where tenant_id = 'notaris' and dossier_id = $1 and title = 'akte.pdf'`, id))
	if a := k.office.post(k.dossier+"/documents/"+doc+"/show", "on", "1"); a.status != 303 {
		h.t.Fatalf("the office shows it: %d", a.status)
	}
	k.file = k.dossier + "/documents/" + doc
	k.attached = k.dossier + "/documents/" + one(db.One(context.Background(), h.DB, db.Value[string], `select max(id) from document where tenant_id = 'notaris' and dossier_id = $1 and title = 'bijlage.pdf'`, id))
	k.letter = k.dossier + "/messages/" + one(db.One(context.Background(), h.DB, db.Value[string], `select max(id) from message where tenant_id = 'notaris' and dossier_id = $1 and subject = 'Met bijlage'`, id))
	return k
}

// obeys shows that each address under base, and what the pages show, is as the rights say that give hands out.
func (h *house) obeys(v *visitor, base string, k kims, give func(rights string)) {
	h.t.Helper()
	for n, c := range []struct {
		rights string
		open   []string // addresses that answer 200
		closed []string
		gone   []string // that are as if they were not there
		status map[string]int
		says   []string // on its Home or the dossier's page
		hides  []string
	}{
		{everyRight, []string{"/dossiers", k.dossier, k.file, k.attached, k.letter, k.dossier + "/messages/new"}, nil, nil, map[string]int{"write": 303, "file": 303, "tus": 201}, []string{`href="` + base + `/dossiers"`, "messages/new", "Met bijlage"}, nil},
		{"users:manage", nil, []string{"/dossiers", k.dossier, k.file, k.attached, k.letter, k.dossier + "/messages/new", k.dossier + "/looks", k.file + "/open"}, nil, map[string]int{"write": 403, "file": 403, "tus": 403}, []string{`href="/profile"`}, []string{`href="` + base + `/dossiers"`, "in behandeling", "Met bijlage", "akte.pdf", "ongelezen"}},
		{"dossiers:see messages:see messages:send", []string{"/dossiers", k.dossier, k.file, k.attached, k.letter, k.dossier + "/messages/new"}, nil, nil, map[string]int{"write": 303, "file": 403, "tus": 403}, []string{`href="` + base + `/dossiers"`, "messages/new"}, nil},
		{"dossiers:see dossiers:upload", []string{"/dossiers", k.dossier, k.file}, []string{k.letter, k.dossier + "/messages/new"}, []string{k.attached}, map[string]int{"write": 403, "file": 403, "tus": 201}, []string{`href="` + base + `/dossiers"`, "akte.pdf"}, []string{"messages/new", "Met bijlage", "tab=messages"}},
		{"dossiers:see dossiers:upload messages:see", []string{"/dossiers", k.dossier, k.file, k.attached, k.letter}, []string{k.dossier + "/messages/new"}, nil, map[string]int{"write": 403, "file": 403, "tus": 201}, []string{"Met bijlage"}, []string{"messages/new"}},
	} {
		give(c.rights)
		for status, list := range map[int][]string{200: c.open, 403: c.closed, 404: c.gone} {
			for _, path := range list {
				if a := v.get(base + path); a.status != status {
					h.t.Errorf("with %q: %s answers %d, want %d", c.rights, path, a.status, status)
				}
			}
		}
		begun := v.tus("POST", base+k.dossier+"/uploads", map[string]string{"Upload-Length": "9", "Upload-Metadata": "filename c3R1ay5wZGY="}, nil)
		got := map[string]int{
			"write": v.send(base+k.dossier+"/messages/new", map[string]string{"once": "w" + strconv.Itoa(n), "subject": "Vraag", "body": "Tekst"}).status,
			"file":  v.send(base+k.dossier+"/messages/new", map[string]string{"once": "f" + strconv.Itoa(n), "subject": "Vraag", "body": "Tekst"}, file{"stuk.pdf", smallPDF}).status,
			"tus":   begun.status,
		}
		for what, want := range c.status {
			if got[what] != want {
				h.t.Errorf("with %q: %s answers %d, want %d", c.rights, what, got[what], want)
			}
		}
		pages := v.get(base+"/").body + v.get(base+k.dossier).body + v.get(base+k.dossier+"?tab=messages").body + v.get(base+k.dossier+"?tab=document").body
		for _, s := range c.says {
			if !strings.Contains(pages, s) {
				h.t.Errorf("with %q the pages do not have %q", c.rights, s)
			}
		}
		for _, s := range c.hides {
			if strings.Contains(pages, s) {
				h.t.Errorf("with %q the pages have %q", c.rights, s)
			}
		}
	}
}

func TestA20_WhatAnAccountMayNotDoIsClosedAtEachAddressFromTheNextRequestOn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(kim)
		k := h.kims(v)
		h.obeys(v, "", k, func(rights string) { h.give(kim, rights) })
		h.give(kim, "")
		if a := v.get("/dossiers"); a.status != http.StatusForbidden || !strings.Contains(a.body, "Uw account heeft hier geen toegang toe.") {
			t.Errorf("without any right: %d", a.status)
		}
		if a := v.get("/profile"); a.status != 200 {
			t.Errorf("its own data: %d", a.status)
		}
	})
}

func TestA20_WhatWasBegunEndsWithTheRight(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(kim)
		k := h.kims(v)
		dossier := k.dossier[len("/dossiers/"):]
		file, letter := v.opened(dossier, k.file[strings.LastIndex(k.file, "/")+1:]), v.opened(dossier, k.attached[strings.LastIndex(k.attached, "/")+1:])
		at, a := v.begin(dossier, "stuk.pdf", len(smallPDF), "")
		if a.status != 201 || v.patch(at, 0, strings.NewReader(smallPDF[:4])).status != 204 {
			t.Fatalf("begun: %d", a.status)
		}
		shown := func(rights string, wantFile, wantLetter int) {
			t.Helper()
			h.give(kim, rights)
			d := h.visit(docs)
			if f, l := d.get(file).status, d.get(letter).status; f != wantFile || l != wantLetter {
				t.Errorf("with %q: the document %d, the attachment %d", rights, f, l)
			}
		}
		shown(everyRight, 200, 200)
		shown("dossiers:see", 200, 404)
		if a := v.patch(at, 4, strings.NewReader(smallPDF[4:])); a.status != 403 {
			t.Errorf("the next piece: %d", a.status)
		}
		if a := v.tus("DELETE", at, nil, nil); a.status != 403 {
			t.Errorf("the bin: %d", a.status)
		}
		shown("users:manage", 404, 404)
		h.give(kim, everyRight)
		if a := v.patch(at, 4, strings.NewReader(smallPDF[4:])); a.status != 204 {
			t.Errorf("given back: %d", a.status)
		}
		h.give(kim, "dossiers:see messages:see messages:send")
		id := at[strings.LastIndex(at, "/")+1:]
		if a := v.send(k.dossier+"/messages/new", map[string]string{"once": "late", "subject": "Stuk", "body": "Tekst", "upload": id}); a.status != 403 {
			t.Errorf("sent with a message: %d", a.status)
		}
	})
}

func TestA20_NobodyIsMailedOfWhatHeMayNotSee(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(kim)
		k := h.kims(v)
		if a := v.post("/profile/notifications", "groups", "documents", "groups", "messages"); a.status != 303 {
			t.Fatalf("switched on: %d", a.status)
		}
		handler, id := k.office, k.file[strings.LastIndex(k.file, "/")+1:]
		write := func(once string) {
			h.t.Helper()
			if a := handler.send(k.dossier+"/messages/new", map[string]string{"once": once, "subject": "Bericht " + once, "body": "Tekst"}); a.status != 303 {
				t.Fatalf("a message: %d", a.status)
			}
			h.later()
			for _, on := range []string{"", "1"} {
				if a := handler.post(k.dossier+"/documents/"+id+"/show", "on", on); a.status != 303 {
					t.Fatalf("shown %q: %d", on, a.status)
				}
			}
			h.work()
		}
		told := func() (messages, documents int) {
			for _, m := range h.mails(kim) {
				switch {
				case strings.Contains(m.Subject, "bericht"):
					messages++
				case strings.Contains(m.Subject, "document"):
					documents++
				}
			}
			return messages, documents
		}
		m0, d0 := told()
		write("een")
		m1, d1 := told()
		if m1 != m0+1 || d1 != d0+1 {
			t.Fatalf("with all rights: %d messages and %d documents more", m1-m0, d1-d0)
		}
		h.give(kim, "dossiers:see")
		write("twee")
		if m, d := told(); m != m1 || d != d1+1 {
			t.Errorf("without messages: %d messages and %d documents more", m-m1, d-d1)
		}
		h.give(kim, "users:manage")
		write("drie")
		if m, d := told(); m != m1 || d != d1+1 {
			t.Errorf("without dossiers: %d messages and %d documents more", m-m1, d-d1-1)
		}
	})
}

func TestA14_OnlySettingsOfWhatIsThereAndMayBeSeenAreOfferedAndSaved(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.client(kim)
		stored := func() string {
			out, err := db.One(context.Background(), h.DB, db.Value[string], `select notify from account where tenant_id = 'notaris' and email_key = $1`, kim)
			must(t, err)
			return out
		}
		save := func(want string, groups ...string) {
			t.Helper()
			var form []string
			for _, g := range groups {
				form = append(form, "groups", g)
			}
			if a := v.post("/profile/notifications", form...); a.status != 303 || stored() != want {
				t.Errorf("%v: %d, stored %q, want %q", groups, a.status, stored(), want)
			}
		}
		offers := func(group string) bool {
			return strings.Contains(v.get("/profile").body, `name="groups" value="`+group+`"`)
		}
		if !offers("documents") || !offers("messages") {
			t.Error("with both modules and rights both are offered")
		}
		save("documents messages", "documents", "messages")
		h.give(kim, "dossiers:see")
		if !offers("documents") || offers("messages") {
			t.Error("a setting of what he may not see is offered")
		}
		save("messages") // as it was, for the day that he may see them again
		save("documents messages", "documents", "messages")
		h.give(kim, everyRight)
		save("", []string{}...)
		admin := h.staff("beheer@delinde.example")
		if a := admin.post("/settings/modules", admin.form("/settings/modules", "modules", "dossiers profile")...); a.status != 303 {
			t.Fatalf("messages off: %d", a.status)
		}
		if !offers("documents") || offers("messages") || offers("questionnaires") {
			t.Error("a setting of a module that is off is offered")
		}
		save("documents", "documents", "messages", "questionnaires", "unheard")
		h.give(kim, "users:manage")
		if strings.Contains(v.get("/profile").body, `id="notifications"`) {
			t.Error("a block without settings is shown")
		}
		save("documents")
	})
}

func TestA21_OnlyWhoManagesUsersSeesThemAndNobodyRaisesHimself(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.handOut()
		v, own := h.client(kim), "/profile/accounts/"+h.accountOf(kim)
		bas := h.accountOf("bas@bakkerijsmit.example")
		paths := []string{"/profile/accounts", "/profile/accounts/new", "/profile/accounts/new/rights", "/profile/accounts/new/confirm", "/profile/accounts/" + bas, "/profile/accounts/" + bas + "/edit", "/profile/accounts/" + bas + "/remove"}
		for _, path := range paths {
			if a := v.get(path); a.status != 403 {
				t.Errorf("%s without the right: %d", path, a.status)
			}
		}
		if strings.Contains(v.get("/profile").body, "/profile/accounts") {
			t.Error("it is led there")
		}
		raise := []string{"name", "Kim Smit", "was", everyRight, "rights", "dossiers:see", "rights", "users:manage"}
		if a := v.post(own+"/edit", raise...); a.status != 403 || h.rightsOf(kim) != everyRight {
			t.Errorf("it raises itself: %d, %q", a.status, h.rightsOf(kim))
		}
		h.give(kim, "dossiers:see users:manage")
		if a := v.get("/profile/accounts"); a.status != 200 || !strings.Contains(a.body, bas) || strings.Contains(a.body, own) || !strings.Contains(v.get("/profile").body, "/profile/accounts") {
			t.Errorf("with the right: %d", a.status)
		}
		if a := v.post(own+"/edit", raise...); a.status != 404 || h.rightsOf(kim) != "dossiers:see users:manage" {
			t.Errorf("it changes its own rights: %d", a.status)
		}
		for what, path := range map[string]string{"itself": own, "the head": "/profile/accounts/" + h.accountOf(directie)} {
			for _, verb := range []string{"/edit", "/remove"} {
				if a := v.post(path+verb, "name", "Anders", "was", "", "rights", "dossiers:see"); a.status != 404 {
					t.Errorf("%s%s: %d", what, verb, a.status)
				}
			}
		}
		if a := v.post("/profile/accounts/"+bas+"/edit", "name", "Bas Smit", "was", everyRight, "rights", "dossiers:see", "rights", "messages:see"); a.status != 403 || h.rightsOf("bas@bakkerijsmit.example") != everyRight {
			t.Errorf("it gives what it lacks: %d", a.status)
		}
	})
}

func TestA18_RightsAreChangedLaterAndHoldAtTheNextRequest(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.handOut()
		head, v, one := h.client(directie), h.client(kim), "/profile/accounts/"+h.accountOf(kim)
		page := head.get(one + "/edit").body
		for _, word := range strings.Fields(everyRight) {
			if !regexp.MustCompile(`value="` + word + `" checked`).MatchString(page) {
				t.Errorf("%s is not ticked", word)
			}
		}
		before := len(h.mails(kim))
		if a := head.post(one+"/edit", "name", "Kim de Smit", "was", everyRight, "rights", "dossiers:see", "rights", "messages:see"); a.status != 303 {
			t.Fatalf("changed: %d", a.status)
		}
		if a := v.get("/dossiers"); a.status != 200 || !strings.Contains(a.body, "Kim de Smit") {
			t.Errorf("what is left: %d", a.status)
		}
		if _, a := v.begin(regexp.MustCompile(`/dossiers/([a-z0-9]{26})`).FindStringSubmatch(v.get("/dossiers").body)[1], "x.pdf", 9, ""); a.status != 403 {
			t.Errorf("what was withdrawn: %d", a.status)
		}
		h.work()
		if got := h.mails(kim); len(got) != before+1 || !strings.Contains(got[len(got)-1].Subject, "rechten") {
			t.Errorf("its owner is mailed %d times", len(got)-before)
		}
		detail, err := db.One(context.Background(), h.DB, db.Value[string], `select detail from journal where tenant_id = 'notaris' and event = 'account.changed'`)
		must(t, err)
		if !strings.Contains(detail, `"old":"`+everyRight+`"`) || !strings.Contains(detail, `"new":"dossiers:see messages:see"`) {
			t.Errorf("the journal has %s", detail)
		}
		page = words(h.staff("auditor@delinde.example").get("/journal?group=account").body)
		if want := "Rechten eerst: Dossiers en documenten bekijken, Documenten meesturen, Berichten lezen, Berichten versturen Rechten daarna: Dossiers en documenten bekijken, Berichten lezen"; !strings.Contains(page, want) {
			t.Errorf("the page of the journal does not say what could be done before and since: %s", page)
		}
		for _, c := range []struct {
			what   string
			form   []string
			status int
			says   string
		}{
			{"the same once more", []string{"name", "Kim de Smit", "was", everyRight, "rights", "dossiers:see", "rights", "messages:see"}, 303, ""},
			{"from a page that is stale", []string{"name", "Kim", "was", everyRight, "rights", "dossiers:see"}, 409, ""},
			{"a right without what it needs", []string{"name", "Kim", "was", "dossiers:see messages:see", "rights", "messages:send"}, 422, "Kies ook"},
			{"no right", []string{"name", "Kim", "was", "dossiers:see messages:see"}, 422, "ten minste één recht"},
			{"no name", []string{"name", " ", "was", "dossiers:see messages:see", "rights", "dossiers:see"}, 422, "Dit veld is verplicht"},
			{"a right that is none", []string{"name", "Kim", "was", "dossiers:see messages:see", "rights", "dossiers:shred"}, 403, ""},
		} {
			if a := head.post(one+"/edit", c.form...); a.status != c.status || !strings.Contains(a.body, c.says) {
				t.Errorf("%s: %d, want %d and %q", c.what, a.status, c.status, c.says)
			}
		}
		if got := h.rightsOf(kim); got != "dossiers:see messages:see" {
			t.Errorf("in the end it may %q", got)
		}
	})
}

func TestA16_A17_TheWizardMakesOneUserAtTheEndAndNoneBefore(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.handOut()
		head := h.client(directie)
		const piet = "piet@bakkerijsmit.example"
		accounts := func() int {
			n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from account where tenant_id = 'notaris'`)
			must(t, err)
			return n
		}
		had := accounts()
		for _, path := range []string{"/profile", "/profile/accounts", "/profile/accounts/new", "/profile/accounts/" + h.accountOf(kim)} {
			if b := words(head.get(path).body); !strings.Contains(b, "Gebruikers") || strings.Contains(b, "Extra accounts") {
				t.Errorf("%s does not call them users", path)
			}
		}
		if a := head.get("/profile/accounts"); !strings.Contains(a.body, `href="/profile/accounts/new"`) || strings.Contains(a.body, `name="email"`) {
			t.Error("the list does not lead to the steps")
		}
		draft := onceKey.FindStringSubmatch(head.get("/profile/accounts/new").body)[1]
		for email, says := range map[string]string{"": "Dit veld is verplicht", "geen adres": "Vul een geldig e-mailadres in", "KIM@bakkerijsmit.example": "al een account", dewit: "al een account"} {
			if a := head.post("/profile/accounts/new", "once", draft, "name", "Mies", "email", email); a.status != 422 || !strings.Contains(a.body, says) || !strings.Contains(a.body, `value="Mies"`) {
				t.Errorf("%q: %d, %q missing", email, a.status, says)
			}
		}
		if a := head.get("/profile/accounts/new/rights?draft=" + draft); a.header.Get("Location") != "/profile/accounts/new" {
			t.Errorf("the second step before the first: %d", a.status)
		}
		for range 2 { // a double click, or back and on again
			if a := head.post("/profile/accounts/new", "once", draft, "name", "Piet Smit", "email", piet); a.header.Get("Location") != "/profile/accounts/new/rights?draft="+draft {
				t.Fatalf("the first step: %d to %s", a.status, a.header.Get("Location"))
			}
		}
		if a := head.get("/profile/accounts/new?draft=" + draft); !strings.Contains(a.body, `value="Piet Smit"`) || !strings.Contains(a.body, piet) {
			t.Error("going back loses what was typed")
		}
		if a := head.get("/profile/accounts/new/confirm?draft=" + draft); a.header.Get("Location") != "/profile/accounts/new/rights?draft="+draft {
			t.Errorf("the last step before the second: %d", a.status)
		}
		if a := head.post("/profile/accounts/new/rights", "draft", draft, "rights", "messages:see"); a.status != 422 || !strings.Contains(a.body, "Kies ook") {
			t.Errorf("a right without what it needs: %d", a.status)
		}
		if a := head.post("/profile/accounts/new/rights", "draft", draft, "rights", "dossiers:see"); a.header.Get("Location") != "/profile/accounts/new/confirm?draft="+draft {
			t.Fatalf("the second step: %d to %s", a.status, a.header.Get("Location"))
		}
		for range 2 { // loaded anew
			if a := head.get("/profile/accounts/new/confirm?draft=" + draft); a.status != 200 || !strings.Contains(a.body, piet) || !strings.Contains(a.body, "Dossiers en documenten bekijken") || strings.Contains(a.body, "Berichten") {
				t.Errorf("the overview: %d", a.status)
			}
		}
		h.give(kim, "users:manage")
		for _, path := range []string{"/profile/accounts/new", "/profile/accounts/new/rights", "/profile/accounts/new/confirm"} {
			if a := h.client(kim).get(path + "?draft=" + draft); a.status != 303 || strings.Contains(a.body, piet) {
				t.Errorf("another's at %s: %d", path, a.status)
			}
		}
		if a := h.client(kim).post("/profile/accounts/new/confirm", "draft", draft); a.header.Get("Location") != "/profile/accounts/new" {
			t.Errorf("another confirms it: %d", a.status)
		}
		if accounts() != had || len(h.mails(piet)) != 0 {
			t.Error("stopping there leaves a user or a mail")
		}
		for range 2 {
			if a := head.post("/profile/accounts/new/confirm", "draft", draft); a.header.Get("Location") != "/profile/accounts" {
				t.Fatalf("confirmed: %d to %s", a.status, a.header.Get("Location"))
			}
		}
		if got := h.mails(piet); accounts() != had+1 || len(got) != 1 || !strings.Contains(got[0].Text, "/password") || h.rightsOf(piet) != "dossiers:see" {
			t.Errorf("%d users more, %d mails, rights %q", accounts()-had, len(got), h.rightsOf(piet))
		}
		if a := head.get("/profile/accounts"); !strings.Contains(a.body, piet+" ·") {
			t.Error("the user is not in the list")
		}
		if a := head.get("/profile/accounts/new/confirm?draft=" + draft); a.header.Get("Location") != "/profile/accounts/new" {
			t.Errorf("what was done is still there: %d", a.status)
		}
		// Somebody else takes the address between the first step and the last.
		late := onceKey.FindStringSubmatch(head.get("/profile/accounts/new").body)[1]
		head.post("/profile/accounts/new", "once", late, "name", "Mies", "email", "mies@bakkerijsmit.example")
		head.post("/profile/accounts/new/rights", "draft", late, "rights", "dossiers:see")
		head.post("/profile/accounts", "once", "direct", "name", "Mies", "email", "mies@bakkerijsmit.example")
		if a := head.post("/profile/accounts/new/confirm", "draft", late); a.status != 422 || !strings.Contains(a.body, "al een account") {
			t.Errorf("the address was taken: %d", a.status)
		}
	})
}

func TestA19_AUserIsDeletedAndNobodyDeletesHimselfOrAnothersUser(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.handOut()
		h.give("bas@bakkerijsmit.example", everyRight)
		h.give(kim, "users:manage")
		v := h.client(kim)
		bas := "/profile/accounts/" + h.accountOf("bas@bakkerijsmit.example")
		for what, id := range map[string]string{"of a person": h.accountOf(dewit), "his own": h.accountOf(kim), "the head": h.accountOf(directie), "nobody's": never} {
			if a := v.post("/profile/accounts/" + id + "/remove"); a.status != 404 {
				t.Errorf("%s: %d", what, a.status)
			}
		}
		if a := v.get(bas + "/remove"); a.status != 200 {
			t.Errorf("the question: %d", a.status)
		}
		if a := v.post(bas + "/remove"); a.status != 303 || strings.Contains(v.get("/profile/accounts").body, bas) {
			t.Errorf("deleted: %d", a.status)
		}
		if a := h.client(kim).get("/profile"); a.status != 200 {
			t.Errorf("whoever deleted is still there: %d", a.status)
		}
	})
}

func TestK28_WhereRightsAreNotHandedOutAnExtraAccountHasTheFixedOnes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		head, one := h.client(directie), "/profile/accounts/"+h.accountOf(kim)
		for _, path := range []string{"/profile/accounts/new", "/profile/accounts/new/rights", "/profile/accounts/new/confirm"} {
			if a := head.get(path); a.status != 403 {
				t.Errorf("%s: %d", path, a.status)
			}
		}
		if a := head.get("/profile/accounts"); !strings.Contains(a.body, `name="email"`) || strings.Contains(a.body, "/profile/accounts/new") {
			t.Error("the plain form is not there")
		}
		if a := head.get(one + "/edit"); a.status != 200 || strings.Contains(a.body, `name="rights"`) {
			t.Errorf("rights are offered: %d", a.status)
		}
		if a := head.post(one+"/edit", "name", "Kim Bakker", "rights", "users:manage"); a.status != 303 || h.rightsOf(kim) != everyRight {
			t.Errorf("rights are changed: %d, %q", a.status, h.rightsOf(kim))
		}
		h.give(kim, everyRight+" users:manage") // before the office switched it off
		if v := h.client(kim); v.get("/profile/accounts").status != 403 || v.get("/dossiers").status != 200 || strings.Contains(v.get("/profile").body, "/profile/accounts") {
			t.Error("an extra account manages users")
		}
		staff := h.staff("behandelaar@delinde.example")
		office := "/clients/" + h.clientOf(directie) + "/accounts/" + h.accountOf(kim) + "/rights"
		if a := staff.get(office); a.status != 403 {
			t.Errorf("staff change rights: %d", a.status)
		}
		h.handOut()
		if a := h.client(kim).get("/profile/accounts"); a.status != 200 {
			t.Errorf("switched on: %d", a.status)
		}
	})
}

func TestA16_StaffSeeUsersAndTheirRightsAndChangeThem(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.handOut()
		staff, client := h.staff("behandelaar@delinde.example"), "/clients/"+h.clientOf(directie)
		one := client + "/accounts/" + h.accountOf(kim) + "/rights"
		if a := staff.get(client); !strings.Contains(a.body, "Mag: Dossiers en documenten bekijken") || !strings.Contains(a.body, one) {
			t.Error("the client's page does not tell what its users may do")
		}
		if a := staff.post(one, "name", "Kim Smit", "was", everyRight, "rights", "dossiers:see", "rights", "users:manage"); a.status != 303 || h.rightsOf(kim) != "dossiers:see users:manage" {
			t.Errorf("changed: %d, %q", a.status, h.rightsOf(kim))
		}
		if a := staff.post(one, "name", "Kim Smit", "was", "dossiers:see users:manage", "rights", "messages:send"); a.status != 422 || !strings.Contains(a.body, "Kies ook") {
			t.Errorf("a right without what it needs: %d", a.status)
		}
		if a := staff.get(client + "/accounts/" + h.accountOf(directie) + "/rights"); a.status != 404 {
			t.Errorf("of the head: %d", a.status)
		}
		if a := h.staff("auditor@delinde.example").post(one, "name", "Kim", "was", "", "rights", "dossiers:see"); a.status != 403 {
			t.Errorf("by an auditor: %d", a.status)
		}
	})
}
