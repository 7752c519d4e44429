package server_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/world"
)

// ask is a form for a product: a condition, a file that is not required, and no client data.
const ask = `{"format": 1, "id": "plein", "title": {"nl": "Vraag over het plein", "en": "Question about the square"}, "pages": [
	{"id": "wat", "title": {"nl": "Wat wilt u?", "en": "What do you want?"}, "questions": [
		{"id": "soort", "kind": "choice", "label": {"nl": "Soort", "en": "Kind"}, "required": true, "options": [{"value": "markt", "label": {"nl": "Markt", "en": "Market"}}, {"value": "feest", "label": {"nl": "Feest", "en": "Party"}}]},
		{"id": "gasten", "kind": "number", "label": {"nl": "Aantal gasten", "en": "Number of guests"}, "required": true, "show": {"answer": "soort", "is": "feest"}}]},
	{"id": "wie", "title": {"nl": "Wie bent u?", "en": "Who are you?"}, "questions": [
		{"id": "naam", "kind": "text", "label": {"nl": "Naam", "en": "Name"}, "required": true, "prefill": ["client.name"]},
		{"id": "tekening", "kind": "file", "label": {"nl": "Tekening", "en": "Drawing"}}]}]}`

var numberIn = regexp.MustCompile(`Het nummer is (\d{4}-\d{6})`)

// counter is the office's side of the e-loket.
type counter struct {
	*house
	admin *visitor
}

func (h *house) counter() counter {
	h.t.Helper()
	v := counter{h, h.inTown(townDesk, townAdmin)}
	if a := v.admin.post("/settings/questionnaires", "source", ask); a.status != 303 {
		h.t.Fatalf("the form: %d %s", a.status, words(a.body))
	}
	return v
}

// option returns the value of what can be chosen by a label.
func option(body, field, label string) string {
	_, rest, _ := strings.Cut(body, `name="`+field+`"`)
	rest, _, _ = strings.Cut(rest, "</select>")
	return first(regexp.MustCompile(`<option value="([^"]*)"[^>]*>`+regexp.QuoteMeta(label)), rest)
}

// sells makes a product of the form and returns its address; fields replace what it is made with.
func (h counter) sells(name string, fields ...string) string {
	h.t.Helper()
	page := h.admin.get("/settings/products/new").body
	in := url.Values{
		"once": {first(onceField, page)}, "name_nl": {name}, "lead_nl": {"Een vraag over het plein."}, "search": {"café terras"}, "active": {"on"},
		"form": {option(page, "form", "Vraag over het plein")}, "type": {option(page, "type", "Melding openbare ruimte")}, "handler": {option(page, "handler", "Noor Bakker")}, "means": {""},
	}
	for i := 0; i+1 < len(fields); i += 2 {
		in.Set(fields[i], fields[i+1])
	}
	var list []string
	for k, v := range in {
		list = append(list, k, v[0])
	}
	if a := h.admin.post("/settings/products/new", list...); a.status != 303 {
		h.t.Fatalf("a product: %d %s", a.status, words(a.body))
	}
	return h.found(name)
}

// found is the address of a product by its name in the administrator's list.
func (h counter) found(name string) string {
	h.t.Helper()
	list := h.admin.get("/settings/products").body
	m := regexp.MustCompile(`/settings(/products/[a-z0-9]{26})"[^>]*>` + regexp.QuoteMeta(name) + "<").FindStringSubmatch(list)
	if m == nil {
		h.t.Fatalf("no product %s: %s", name, words(list))
	}
	return m[1]
}

// begins starts a product and returns where it is filled in.
func (v *visitor) begins(product string, fields ...string) string {
	v.h.t.Helper()
	a := v.post(product+"/start", fields...)
	if a.status != 303 {
		v.h.t.Fatalf("starting: %d %s", a.status, words(a.body))
	}
	return a.header.Get("Location")
}

// confirmed is whom the town mailed that an application came in.
func (h *house) confirmed() []string {
	h.t.Helper()
	list, err := db.All(context.Background(), h.DB, db.Value[string], `select address from mail where tenant_id = 'gemeente' and purpose = 'application' order by created_at`)
	must(h.t, err)
	return list
}

// cases is how many the town has.
func (h *house) cases() int {
	h.t.Helper()
	n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from dossier where tenant_id = 'gemeente'`)
	must(h.t, err)
	return n
}

func TestE4_E5_AProductIsFoundFilledInAndBecomesACase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		o := h.counter()
		product := o.sells("Het plein gebruiken")
		v := h.inTown(townPortal, resident)
		before := h.cases()

		// Found by other words, without accents, in another order; what is not there says what to do.
		if p := v.get("/products?q=" + url.QueryEscape("TERRAS cafe")).body; !strings.Contains(p, product) || !strings.Contains(words(p), "1 gevonden met") {
			t.Errorf("a search: %s", words(p))
		}
		if p := words(v.get("/products?q=onderzeeboot").body); !strings.Contains(p, "Probeer één woord") || strings.Contains(p, "Het plein gebruiken") {
			t.Errorf("nothing found: %s", p)
		}
		if p := words(v.get(product).body); !strings.Contains(p, "Een vraag over het plein.") || !strings.Contains(p, "Beginnen") {
			t.Errorf("the page of the product: %s", p)
		}

		at := v.begins(product)
		if again := v.begins(product); again != at {
			t.Errorf("a second start is another application: %s and %s", at, again)
		}
		// What is required is said by its field, and there is no case (E4).
		if a := v.page(at, "wat", "a.soort", "feest", "a.gasten", ""); a.status != 422 || !strings.Contains(a.body, `href="#a.gasten"`) {
			t.Errorf("an answer that is required: %d %s", a.status, words(a.body))
		}
		if a := v.post(at + "/send"); a.status != 409 || !strings.Contains(words(a.body), "Nog niet alle vragen zijn beantwoord") {
			t.Errorf("sending what is not complete: %d %s", a.status, words(a.body))
		}
		if a := v.page(at, "wat", "a.soort", "feest", "a.gasten", "40"); a.status != 303 {
			t.Fatalf("the first page: %d %s", a.status, words(a.body))
		}

		// It is there again after another log-in, on Home and among the cases.
		v = h.inTown(townPortal, resident)
		for _, page := range []string{"/", "/dossiers"} {
			if p := v.get(page).body; !strings.Contains(p, at) || !strings.Contains(words(p), "Nog niet verstuurd") {
				t.Errorf("%s lacks what was begun: %s", page, words(p))
			}
		}
		body := v.get(at).body
		if !strings.Contains(body, `value="mevrouw A. Yilmaz"`) {
			t.Errorf("nothing is filled in from what is known: %s", words(body))
		}
		fields := map[string]string{"page": "wie", "once": first(onceField, body), "version": "0", "a.naam": "A. Yilmaz"}
		if a := v.sendAs("a.tekening", at, fields, file{"plan.exe", "MZ"}); a.status != 422 || !strings.Contains(a.body, "Dit bestandstype") {
			t.Errorf("a wrong file: %d %s", a.status, words(a.body))
		}
		if a := v.sendAs("a.tekening", at, fields, file{"plan.pdf", "%PDF-1.7\nx"}); a.status != 303 {
			t.Fatalf("a file: %d %s", a.status, words(a.body))
		}
		if p := words(v.get(at).body); !strings.Contains(p, "Controleer uw antwoorden") || !strings.Contains(p, "plan.pdf") || !strings.Contains(p, "40") {
			t.Errorf("the summary: %s", p)
		}

		// "Versturen" makes one case, with its number, however often it is clicked.
		a := v.post(at + "/send")
		if a.status != 303 {
			t.Fatalf("sending: %d %s", a.status, words(a.body))
		}
		at2 := a.header.Get("Location")
		page := words(v.get(at2).body)
		number := first(numberIn, page)
		if number == "" || !strings.Contains(page, "Het plein gebruiken") || !strings.Contains(page, "Ontvangen") {
			t.Errorf("the case after sending: %s", page)
		}
		if b := v.post(at + "/send"); b.status != 303 || b.header.Get("Location") != at2 {
			t.Errorf("the second click: %d %s", b.status, b.header.Get("Location"))
		}
		if n := h.cases(); n != before+1 {
			t.Errorf("%d cases more", n-before)
		}
		if to := h.confirmed(); len(to) != 1 || to[0] != resident {
			t.Errorf("confirmations to %v", to)
		}
		h.work()
		list := v.get("/dossiers").body
		if !strings.Contains(list, at2) || strings.Contains(list, at) || !strings.Contains(list, number) {
			t.Errorf("the tiles: %s", words(list))
		}
		if p := v.get(at2 + "?tab=delivered").body; strings.Count(p, "<span>Het plein gebruiken.pdf</span>") != 1 || strings.Count(p, "<span>plan.pdf</span>") != 1 {
			t.Errorf("the documents of the case: %s", words(p))
		}

		// The handler has the case, its papers and the answers.
		s := h.inTown(townDesk, townClerk)
		if p := words(s.get("/").body); !strings.Contains(p, number) {
			t.Errorf("the worklist: %s", p)
		}
		if p := words(s.get(at2).body); !strings.Contains(p, number) || !strings.Contains(p, "mevrouw A. Yilmaz") {
			t.Errorf("the handler's case: %s", p)
		}
		asked := questionLink.FindString(s.get(at2 + "/questionnaires").body)
		if p := words(s.get(asked).body); !strings.Contains(p, "Aantal gasten 40") || !strings.Contains(p, "plan.pdf") {
			t.Errorf("the answers for the office: %s", p)
		}
		if p := h.inTown(townDesk, "collega@waterlandaanzee.example"); p.get(at2).status != 404 {
			t.Error("a colleague who is not involved opens the case")
		}
	})
}

// change posts a product's form with other fields than it has.
func (h counter) change(product string, fields ...string) answer {
	h.t.Helper()
	page := h.admin.get("/settings" + product).body
	in := []string{
		"version", first(versionField, page), "name_nl", "Het plein gebruiken", "lead_nl", "Een vraag over het plein.", "form", option(page, "form", "Vraag over het plein"),
		"type", option(page, "type", "Melding openbare ruimte"), "handler", option(page, "handler", "Noor Bakker"), "active", "on",
	}
	for i := 0; i+1 < len(fields); i += 2 {
		for n := 0; n < len(in); n += 2 {
			if in[n] == fields[i] {
				in[n+1] = fields[i+1]
				fields[i] = ""
			}
		}
	}
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] != "" {
			in = append(in, fields[i], fields[i+1])
		}
	}
	return h.admin.post("/settings"+product, in...)
}

func TestE5_D7_WhatIsNotOfferedIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		o := h.counter()
		product := o.sells("Het plein gebruiken")
		v, nobody := h.inTown(townPortal, resident), h.visit(townPortal)
		at := v.begins(product)
		if a := v.page(at, "wat", "a.soort", "markt"); a.status != 303 {
			t.Fatalf("a page: %d", a.status)
		}
		if a := v.page(at, "wie", "a.naam", "A. Yilmaz"); a.status != 303 {
			t.Fatalf("the last page: %d", a.status)
		}
		// A visitor hears that he has to log in, and is not told of it in the list.
		if a := nobody.get(product); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/login") {
			t.Errorf("a product for who has logged in: %d", a.status)
		}
		if p := nobody.get("/products").body; strings.Contains(p, "Het plein") || !strings.Contains(p, "Iets melden op straat") {
			t.Errorf("what a visitor finds: %s", words(p))
		}

		// Not in use: not in the list, 404 by its address, nothing begins, and nothing that was filled in is lost (E5).
		cases := h.cases()
		if a := o.change(product, "active", ""); a.status != 303 {
			t.Fatalf("switching off: %d %s", a.status, words(a.body))
		}
		if p := v.get("/products").body; strings.Contains(p, "Het plein") {
			t.Error("what is not in use is in the list")
		}
		if a, b := v.get(product), v.post(product+"/start"); a.status != 404 || b.status != 404 {
			t.Errorf("what is not in use: %d, and to begin it %d", a.status, b.status)
		}
		if a := v.post(at + "/send"); a.status != 409 || !strings.Contains(words(a.body), "Wij nemen dit formulier nu niet aan") || !strings.Contains(a.body, "A. Yilmaz") {
			t.Errorf("sending what is not in use: %d %s", a.status, words(a.body))
		}
		if h.cases() != cases {
			t.Error("there is a case of what is not in use")
		}
		// In use again, with another version of the form: what was begun keeps its own.
		if a := o.admin.post("/settings/questionnaires", "source", strings.Replace(ask, `"id": "naam"`, `"id": "hele_naam"`, 1)); a.status != 303 {
			t.Fatalf("another version: %d", a.status)
		}
		if a := o.change(product, "active", "on"); a.status != 303 {
			t.Fatalf("switching on: %d %s", a.status, words(a.body))
		}
		if p := words(v.get(at).body); !strings.Contains(p, "A. Yilmaz") || !strings.Contains(p, "Versturen") {
			t.Errorf("what was begun before the form changed: %s", p)
		}
		// The type is taken out of the portal: its dossiers would not be seen.
		h.change(`update dossier_type set latest = 0 where tenant_id = 'gemeente' and key = 'melding' and $1 <> ''`, "x")
		if a := v.post(at + "/send"); a.status == 303 {
			t.Error("a case of a type that is not begun")
		}
		h.change(`update dossier_type set latest = 1 where tenant_id = 'gemeente' and key = 'melding' and $1 <> ''`, "x")

		// The module is off: the portal works, and there is no trace of forms (D7).
		page := o.admin.get("/settings/modules").body
		if a := o.admin.post("/settings/modules", "version", first(versionField, page), "do", "save", "modules", "dossiers", "modules", "messages", "modules", "questionnaires", "modules", "profile"); a.status != 303 {
			t.Fatalf("the module: %d %s", a.status, words(a.body))
		}
		for _, path := range []string{"/products", product, product + "/form", at} {
			for name, who := range map[string]*visitor{"a client": v, "a visitor": nobody} {
				if a := who.get(path); a.status != 404 {
					t.Errorf("%s with the module off, for %s: %d", path, name, a.status)
				}
			}
		}
		if a := o.admin.get("/settings"); a.status != 200 || strings.Contains(a.body, "/settings/products") {
			t.Errorf("the settings with the module off: %d", a.status)
		}
		for _, path := range []string{"/", "/dossiers"} {
			if a := v.get(path); a.status != 200 || strings.Contains(a.body, "/products") || strings.Contains(a.body, "/applications") {
				t.Errorf("%s with the module off: %d", path, a.status)
			}
		}
	})
}

func TestE4_AFormBeforeTheLogInKeepsWhatWasTyped(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		o := h.counter()
		product := o.sells("Het plein gebruiken", "public", "on")
		nobody, other := h.visit(townPortal), h.visit(townPortal)
		if p := words(nobody.get(product).body); !strings.Contains(p, "zonder in te loggen") {
			t.Errorf("the page for a visitor: %s", p)
		}
		at := nobody.begins(product)
		if at != product+"/form" {
			t.Fatalf("a visitor fills in at %s", at)
		}
		if a := nobody.page(at, "wat", "a.soort", "feest", "a.gasten", "veel"); a.status != 422 || !strings.Contains(a.body, `value="veel"`) {
			t.Errorf("a wrong answer: %d", a.status)
		}
		if a := nobody.page(at, "wat", "a.soort", "feest", "a.gasten", "12"); a.status != 303 {
			t.Fatalf("a page: %d %s", a.status, words(a.body))
		}
		if p := nobody.get(at).body; !strings.Contains(words(p), "Bestanden kunt u toevoegen als u bent ingelogd") || strings.Contains(p, `type="file"`) {
			t.Errorf("a file before the log-in: %s", words(p))
		}
		if a := nobody.page(at, "wie", "a.naam", "Iemand"); a.status != 303 {
			t.Fatalf("the last page: %d %s", a.status, words(a.body))
		}
		sum := nobody.get(at).body
		if p := words(sum); !strings.Contains(p, "Inloggen en versturen") || !strings.Contains(p, "Iemand") || strings.Contains(sum, "/send") {
			t.Errorf("the summary: %s", p)
		}
		// It is that browser's alone, and nothing of it stands in an address.
		if a := other.get(at); a.status != 303 || a.header.Get("Location") != product {
			t.Errorf("another browser: %d %s", a.status, a.header.Get("Location"))
		}
		if a := other.send(at, map[string]string{"page": "wie", "once": "k", "version": "0", "a.naam": "Wat ik typte"}); a.status != 410 || !strings.Contains(a.body, "Wat ik typte") {
			t.Errorf("a page of what is not kept: %d %s", a.status, words(a.body))
		}

		// Logged in, he goes on with it, asked for by himself: it may be somebody else's computer.
		if a := nobody.post("/login", "email", resident, "password", world.Password, "next", product); a.status != 303 || a.header.Get("Location") != product {
			t.Fatalf("logging in: %d %s", a.status, a.header.Get("Location"))
		}
		if p := words(nobody.get(product).body); !strings.Contains(p, "Verder met wat ik invulde") || strings.Contains(p, "Iemand") {
			t.Errorf("the page after the log-in: %s", p)
		}
		if p := nobody.get("/").body; strings.Contains(p, "Nog niet verstuurd") {
			t.Error("what was filled in before the log-in is his before he asked for it")
		}
		mine := nobody.begins(product, "take", "1")
		if p := words(nobody.get(mine).body); !strings.Contains(p, "Iemand") || !strings.Contains(p, "12") || !strings.Contains(p, "Versturen") {
			t.Errorf("what he goes on with: %s", p)
		}
		if a := nobody.post(product+"/start", "take", "1"); a.status != 303 || a.header.Get("Location") != product {
			t.Errorf("taking it twice: %d %s", a.status, a.header.Get("Location"))
		}
		if a := h.inTown(townPortal, "h.veenstra@post.example").get(mine); a.status != 404 {
			t.Errorf("somebody else's: %d", a.status)
		}
		if a := nobody.post(mine + "/send"); a.status != 303 {
			t.Errorf("sending: %d %s", a.status, words(a.body))
		}
	})
}

func TestE4_WhatIsNotSentIsForgottenInTime(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		o := h.counter()
		product := o.sells("Het plein gebruiken", "public", "on")
		nobody, v := h.visit(townPortal), h.inTown(townPortal, resident)
		open, own := nobody.begins(product), v.begins(product)
		for who, at := range map[*visitor]string{nobody: open, v: own} {
			if a := who.page(at, "wat", "a.soort", "markt"); a.status != 303 {
				t.Fatalf("a page: %d", a.status)
			}
		}
		kept := func() (n int) {
			n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from application_page where tenant_id = 'gemeente'`)
			must(t, err)
			return n
		}
		if _, _, err := h.Collector.Run(context.Background()); err != nil || kept() != 2 {
			t.Errorf("%d pages after collecting what is new: %v", kept(), err)
		}
		h.change(`update application set ends_at = created_at where tenant_id = 'gemeente' and account_id is null and $1 <> ''`, "x")
		if a := nobody.get(open); a.status != 303 {
			t.Errorf("what is over is still shown: %d", a.status)
		}
		if _, _, err := h.Collector.Run(context.Background()); err != nil || kept() != 1 {
			t.Errorf("%d pages after the time of one: %v", kept(), err)
		}
		// Thrown away by himself: at once, and for nobody else.
		if a := h.inTown(townPortal, "h.veenstra@post.example").post(own + "/discard"); a.status != 404 {
			t.Errorf("somebody else throws it away: %d", a.status)
		}
		if a := v.post(own + "/discard"); a.status != 303 || kept() != 0 || v.get(own).status != 404 {
			t.Errorf("thrown away: %d, %d pages", a.status, kept())
		}
	})
}

func TestE4_AnEndedSessionLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		o := h.counter()
		product := o.sells("Het plein gebruiken")
		v := h.inTown(townPortal, resident)
		at := v.begins(product)
		once := first(onceField, v.get(at).body)
		h.change(`update session set expires_at = created_at where tenant_id = 'gemeente' and $1 <> ''`, "x")
		a := v.send(at, map[string]string{"page": "wat", "once": once, "version": "0", "a.soort": "feest", "a.gasten": "77"})
		if a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/login") {
			t.Fatalf("a page after the session: %d %s", a.status, words(a.body))
		}
		v.post("/login", "email", resident, "password", world.Password, "next", "/resume")
		if p := v.get(at + "?resume=1").body; !strings.Contains(p, `value="77"`) {
			t.Errorf("what was typed is gone: %s", words(p))
		}
	})
}

func TestE4_AProductSaysHowOneMustHaveLoggedIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		o := h.counter()
		product := o.sells("Het plein gebruiken", "means", "digid")
		v := h.inTown(townPortal, resident)
		if p := v.get(product).body; !strings.Contains(words(p), "Hiervoor logt u in met DigiD") || strings.Contains(p, product+"/start") {
			t.Errorf("with a password: %s", words(p))
		}
		at := v.begins(product) // past the page
		v.page(at, "wat", "a.soort", "markt")
		v.page(at, "wie", "a.naam", "A")
		if a := v.post(at + "/send"); a.status != 409 || !strings.Contains(words(a.body), "log in met DigiD") {
			t.Errorf("sending with a password: %d", a.status)
		}
		h.change(`update session set means = 'digid+substantial' where tenant_id = 'gemeente' and $1 <> ''`, "x")
		if a := v.post(at + "/send"); a.status != 303 {
			t.Errorf("sending with DigiD: %d %s", a.status, words(a.body))
		}
	})
}

// What an administrator types wrong comes back with the reason, and nobody else makes products.
func TestE4_AProductIsMadeByTheAdministrator(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		o := h.counter()
		a := o.admin.post("/settings/products/new", "once", "k1", "lead_nl", "Wat ik schreef", "search", strings.Repeat("x", 600))
		for _, want := range []string{`href="#name_nl"`, `href="#form"`, `href="#type"`, `href="#handler"`, `href="#search"`, "Wat ik schreef"} {
			if a.status != 422 || !strings.Contains(a.body, want) {
				t.Errorf("%d, without %s", a.status, want)
			}
		}
		product := o.sells("Het plein gebruiken")
		stale := o.admin.get("/settings" + product).body
		if a := o.change(product, "lead_nl", "Anders."); a.status != 303 {
			t.Fatalf("a change: %d %s", a.status, words(a.body))
		}
		if p := words(h.inTown(townPortal, resident).get(product).body); !strings.Contains(p, "Anders.") {
			t.Errorf("the client reads: %s", p)
		}
		if a := o.admin.post("/settings"+product, "version", first(versionField, stale), "name_nl", "Oud", "lead_nl", "Oud", "form", option(stale, "form", "Vraag over het plein"),
			"type", option(stale, "type", "Melding openbare ruimte"), "handler", option(stale, "handler", "Noor Bakker")); a.status != 409 || !strings.Contains(a.body, `value="Oud"`) {
			t.Errorf("an old page: %d", a.status)
		}
		if a := h.inTown(townDesk, townClerk).get("/settings/products"); a.status != 403 {
			t.Errorf("a handler: %d", a.status)
		}
		if a := o.admin.post("/settings/products/new", "once", "k2", "name_nl", "Kapvergunning", "lead_nl", "x", "public", "on", "form", "kapvergunning", "type", option(stale, "type", "Melding openbare ruimte"), "handler", option(stale, "handler", "Noor Bakker")); a.status != 422 || !strings.Contains(a.body, `href="#public"`) {
			t.Errorf("a form that needs files, before the log-in: %d %s", a.status, words(a.body))
		}
	})
}
