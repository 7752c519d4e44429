package server_test

import (
	"context"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/eidsim"
	"voordeur/internal/saml"
	"voordeur/internal/web"
)

// samlFields are a connection by SAML to DigiD, as its form sends it.
func samlFields(t *testing.T) map[string]string {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	sim, err := eidsim.New(eidsim.Options{Base: "http://" + server.Listener.Addr().String(), Now: time.Now})
	must(t, err)
	must(t, server.Listener.Close())
	metadata, err := sim.Describe(eidsim.DigiD)
	must(t, err)
	fields := map[string]string{"version": "1", "name": "DigiD", "level": "medium", "metadata": string(metadata), "service_index": "1", "signed": "both"}
	for _, kind := range []string{"technical", "administrative"} {
		fields[kind+"_name"], fields[kind+"_mail"], fields[kind+"_phone"] = "Beheer", "beheer@delinde.example", "020 000 0000"
	}
	return fields
}

func keyPEM(t *testing.T, name string) (private, certificate string) {
	t.Helper()
	k, err := saml.NewKey(time.Now(), name)
	must(t, err)
	b, err := k.MarshalPEM()
	must(t, err)
	n := strings.Index(string(b), "-----BEGIN CERTIFICATE")
	return string(b[:n]), string(b[n:])
}

var onceField = regexp.MustCompile(`name="once" value="([^"]+)"`)

func TestD8_E2_ThePagesOfAConnectionBySAMLLoseNothingAndShowNoKey(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.staff(admin)
		made := a.post("/settings/connections/new", "once", "saml", "kind", "digid_saml", "name", "DigiD")
		at := made.header.Get("Location")
		if made.status != 303 || !strings.HasPrefix(at, "/settings/connections/") {
			t.Fatalf("made: %d to %s", made.status, at)
		}
		if again := a.post("/settings/connections/new", "once", "saml", "kind", "digid_saml", "name", "DigiD"); again.header.Get("Location") != at {
			t.Errorf("the second click: %s", again.header.Get("Location"))
		}
		page := a.get(at).body
		for _, has := range []string{"metadata", "Geven aan de andere partij", "Dit adres werkt zodra", `enctype="multipart/form-data"`} {
			if !strings.Contains(page, has) {
				t.Errorf("the page has no %s", has)
			}
		}
		if strings.Contains(page, "ServiceID") {
			t.Error("DigiD is asked for a service")
		}

		fields := samlFields(t)
		// A file takes the place of what was pasted; what is wrong with it comes back with everything else.
		typed := samlFields(t)
		typed["service_name"] = "Mijn zaken"
		if wrong := a.send(at, typed, file{"metadata.xml", "<no metadata>"}); wrong.status != 422 ||
			!strings.Contains(wrong.body, "Dit is geen SAML-metadata") || !strings.Contains(wrong.body, "&lt;no metadata&gt;") || !strings.Contains(wrong.body, `value="Mijn zaken"`) {
			t.Errorf("a wrong file: %d", wrong.status)
		}
		metadata := fields["metadata"]
		fields["metadata"] = ""
		if saved := a.send(at, fields, file{"metadata.xml", metadata}); saved.status != 303 || saved.header.Get("Location") != at {
			t.Fatalf("saved: %d %s", saved.status, words(saved.body))
		}
		if page := a.get(at).body; !strings.Contains(page, "Dit staat in de opgeslagen metadata") || !strings.Contains(page, "/saml/digid/sso") {
			t.Error("what was read is not shown")
		}
		// Somebody else was first: what was typed stays, and goes over it when it is sent once more.
		late := a.send(at, typed)
		if late.status != 409 || !strings.Contains(late.body, `value="Mijn zaken"`) || versionField.FindStringSubmatch(late.body)[1] != "2" {
			t.Errorf("an old version: %d", late.status)
		}

		for name, got := range map[string]answer{
			"a large file": a.send(at, fields, file{"metadata.xml", strings.Repeat(" ", web.MaxForm)}),
			"a large text": a.post(at, "metadata", strings.Repeat("x", web.MaxForm)),
		} {
			if got.status != 413 {
				t.Errorf("%s: %d", name, got.status)
			}
		}
		if got := a.do("POST", at, "multipart/form-data; boundary=b", strings.NewReader("--b\r\n")); got.status != 422 {
			t.Errorf("half a form: %d", got.status)
		}

		keys := at + "/keys"
		shown := func() (version, once string) {
			body := a.get(keys).body
			return versionField.FindStringSubmatch(body)[1], onceField.FindStringSubmatch(body)[1]
		}
		version, once := shown()
		own, certificate := keyPEM(t, "kantoor.example")
		_, others := keyPEM(t, "ander.example")
		for name, send := range map[string]func() answer{
			"a key of another": func() answer {
				return a.send(keys+"/bring", map[string]string{"version": version, "once": once, "secret_key": own}, file{"c.pem", others})
			},
			"an old version": func() answer {
				return a.send(keys+"/bring", map[string]string{"version": "1", "once": once, "secret_key": own}, file{"c.pem", certificate})
			},
			"a line of another": func() answer {
				return a.send(keys+"/line", map[string]string{"version": version, "once": once}, file{"k.pem", own}, file{"c.pem", others})
			},
			"without a session": func() answer {
				return h.visit(kantor).send(keys+"/bring", map[string]string{"version": version, "once": once, "secret_key": own}, file{"c.pem", certificate})
			},
			"without a session, without a file": func() answer {
				return h.visit(kantor).post(keys+"/bring", "version", version, "once", once, "secret_key", own+certificate)
			},
		} {
			got := send()
			if got.status < 400 && !strings.HasPrefix(got.header.Get("Location"), "/login") {
				t.Errorf("%s: %d to %s", name, got.status, got.header.Get("Location"))
			}
			if strings.Contains(got.body+got.header.Get("Location"), "PRIVATE KEY") {
				t.Errorf("%s: the key comes back", name)
			}
		}
		if n, err := db.One(context.Background(), h.DB, db.Value[int], `select count(*) from parked`); err != nil || n != 0 {
			t.Errorf("%d forms were parked, %v", n, err)
		}

		version, once = shown()
		bring := map[string]string{"version": version, "once": once, "secret_key": own}
		for click := range 2 {
			if got := a.send(keys+"/bring", bring, file{"c.pem", certificate}); got.status != 303 || got.header.Get("Location") != keys {
				t.Errorf("click %d: %d %s", click, got.status, words(got.body))
			}
		}
		if body := a.get(keys).body; !strings.Contains(body, "kantoor.example") || strings.Contains(body, "PRIVATE KEY") {
			t.Error("the new key is not there, or it is shown")
		}
		if body := a.get(keys + "/switch").body; !strings.Contains(body, "kantoor.example") || !strings.Contains(body, "DigiD kent één sleutel tegelijk") {
			t.Error("the question does not say what happens")
		}
		version, once = shown()
		for range 2 {
			if got := a.post(keys+"/switch", "version", version, "once", once); got.status != 303 {
				t.Errorf("the switch: %d", got.status)
			}
		}
		if got := a.get(keys + "/switch"); got.status != 303 || got.header.Get("Location") != keys {
			t.Errorf("nothing to switch to: %d", got.status)
		}
		for _, path := range []string{"/journal", "/settings/connections"} {
			if strings.Contains(a.get(path).body, "PRIVATE KEY") {
				t.Errorf("%s has a key", path)
			}
		}
	})
}

// What waits until somebody has proved himself anew has no key and no secret of another party.
func TestE1_NoSecretOfAConnectionWaitsForProof(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.staff(admin)
		ours := a.post("/settings/connections/new", "once", "ours", "kind", "digid_saml", "name", "DigiD").header.Get("Location")
		broker := a.post("/settings/connections/new", "once", "broker", "kind", "other", "name", "iDIN").header.Get("Location")
		proved := func(at time.Time) {
			must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `update session set proved_at = $1 where tenant_id = 'notaris'`, db.At(at))
				return err
			}))
		}
		own, certificate := keyPEM(t, "kantoor.example")
		typed := samlFields(t)
		typed["service_name"] = "Mijn zaken"
		now := h.DB.Clock().Now()
		for name, c := range map[string]struct {
			send         func() answer
			kept, secret string
		}{
			"the secret of a broker": {func() answer {
				return a.post(broker, "version", "1", "name", "iDIN bij ons", "secret", "van-de-broker")
			}, "iDIN bij ons", "van-de-broker"},
			"a key": {func() answer {
				return a.post(ours+"/keys/bring", "version", "1", "once", "een", "secret_key", own+certificate)
			}, `value="een"`, "PRIVATE KEY"},
			"a line, with a file": {func() answer {
				return a.send(ours+"/keys/line", map[string]string{"version": "1", "once": "twee", "secret_line": own}, file{"c.pem", certificate})
			}, `value="twee"`, "PRIVATE KEY"},
			"a form around a file": {func() answer { return a.send(ours, typed, file{"metadata.xml", "<no metadata>"}) }, "Mijn zaken", "<no metadata>"},
		} {
			proved(now.Add(-time.Hour))
			got := c.send()
			if got.status != 303 || got.header.Get("Location") != "/confirm?next=%2Fresume" {
				t.Errorf("%s: %d to %s", name, got.status, got.header.Get("Location"))
			}
			proved(now)
			if page := a.get("/resume").body; strings.Contains(page, c.secret) || !strings.Contains(page, c.kept) {
				t.Errorf("%s: a secret was kept, or nothing", name)
			}
		}
		// A file before the fields loses none of them.
		proved(now.Add(-time.Hour))
		body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"m.xml\"\r\n\r\n<x/>\r\n--b\r\nContent-Disposition: form-data; name=\"service_name\"\r\n\r\nNa het bestand\r\n--b--\r\n"
		a.do("POST", ours, "multipart/form-data; boundary=b", strings.NewReader(body))
		proved(now)
		if page := a.get("/resume").body; !strings.Contains(page, "Na het bestand") {
			t.Error("what stands below a file was lost")
		}
		// The metadata in a file is kept as if it had been pasted, and saved when the form is sent on.
		for name, sent := range map[string]map[string]string{"pasted too": typed, "not pasted": {"version": "1", "name": "DigiD"}} {
			proved(now.Add(-time.Hour))
			a.send(ours, sent, file{"metadata.xml", "<what the file says>"})
			proved(now)
			page := a.get("/resume").body
			if !strings.Contains(page, `name="metadata" value="&lt;what the file says&gt;"`) || strings.Count(page, `name="metadata"`) != 1 {
				t.Errorf("%s: the file was lost", name)
			}
		}
		proved(now.Add(-time.Hour))
		if a.send(ours, typed, file{"metadata.xml", strings.Repeat(" ", web.MaxForm)}); !strings.Contains(a.get("/resume").body, "Mijn zaken") {
			t.Error("a file that is too large takes what was typed with it")
		}
	})
}

func TestE1_AdministratorsHearInTimeOfWhatEnds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, s := h.staff(admin), h.staff("behandelaar@delinde.example")
		at := a.post("/settings/connections/new", "once", "ends", "kind", "eherkenning_saml", "name", "eHerkenning").header.Get("Location")
		fields := samlFields(t)
		fields["level"], fields["services"], fields["enabled"] = "substantial", "urn:etoegang:DV:1:services:1", "on"
		if got := a.send(at, fields); got.status != 303 {
			t.Fatalf("saved: %d %s", got.status, words(got.body))
		}
		const told = "verloopt een sleutel of certificaat"
		if strings.Contains(a.get("/").body, told) {
			t.Error("something ends already")
		}
		k, err := saml.NewKey(h.DB.Clock().Now().AddDate(-3, 0, 20), "bijna.example")
		must(t, err)
		own, err := k.MarshalPEM()
		must(t, err)
		body := a.get(at + "/keys").body
		if got := a.send(at+"/keys/line", map[string]string{"version": versionField.FindStringSubmatch(body)[1], "once": onceField.FindStringSubmatch(body)[1]}, file{"line.pem", string(own)}); got.status != 303 {
			t.Fatalf("the line: %d %s", got.status, words(got.body))
		}
		for _, path := range []string{"/settings/connections", at, at + "/keys"} {
			if !strings.Contains(a.get(path).body, "Ons certificaat voor de verbinding verloopt op") {
				t.Errorf("%s does not say it", path)
			}
		}
		if !strings.Contains(a.get("/").body, told) {
			t.Error("the administrator does not hear of it")
		}
		if strings.Contains(s.get("/").body, told) {
			t.Error("a handler hears of what he cannot change")
		}
	})
}
