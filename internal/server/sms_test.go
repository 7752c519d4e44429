package server_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/notify"
	"voordeur/internal/sms"
)

// reportSecret is what the provider of text messages knows.
const reportSecret = "geheim-van-de-sms-dienst-1234"

// reports has a provider report to the house.
func (h *house) reports() {
	h.t.Helper()
	p, err := sms.Open(sms.Config{Provider: "http", URL: "https://sms.example.nl", From: "Voordeur", Body: `{"to":"{to}","text":"{text}"}`})
	must(h.t, err)
	h.Callback = &sms.Callback{Provider: p, Secret: reportSecret}
}

// texted queues a text message to a client's account and sends it; it returns the message and the client.
func (h *house) texted(email, number string) (id, client string) {
	h.t.Helper()
	ctx := context.Background()
	t, err := h.Tenants.Get(ctx, "notaris")
	must(h.t, err)
	to, err := sms.Parse(number, t.Settings.SMS.Countries)
	must(h.t, err)
	var account string
	must(h.t, h.DB.QueryRow(ctx, `select id, client_id from account where tenant_id = 'notaris' and email = $1`, email).Scan(&account, &client))
	must(h.t, h.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return notify.QueueText(ctx, tx, t.Key, t.ID, t.Settings.SMS, notify.Text{
			Account: account, Purpose: "code", To: to, Body: "Uw code is 482913", Expires: db.At(tx.Now().Add(10 * time.Minute)),
		})
	}))
	h.work()
	must(h.t, h.DB.QueryRow(ctx, `select id from sms where tenant_id = 'notaris' order by created_at desc limit 1`).Scan(&id))
	return id, client
}

func (h *house) textState(id string) string {
	h.t.Helper()
	s, err := db.One(context.Background(), h.DB, db.Value[string], `select state from sms where id = $1`, id)
	must(h.t, err)
	return s
}

// Staff read what became of a text message beside the client, without its number and its text.
func TestStaffReadWhatBecameOfATextMessage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.reports()
		s := h.staff(handlerEmail)
		id, client := h.texted(dewit, "06 12345678")
		page := s.get("/clients/" + client).body
		for _, want := range []string{"Sms-berichten", "Sms naar 06 •• •• •• 78", "· verzonden"} {
			if !strings.Contains(page, want) {
				t.Errorf("the client's page lacks %q", want)
			}
		}
		for _, secret := range []string{"12345678", "482913", "+316"} {
			if strings.Contains(page, secret) {
				t.Errorf("the client's page has %s", secret)
			}
		}
		for _, c := range []struct{ report, want string }{
			{`{"reference":"` + id + `","status":"expired"}`, "niet afgeleverd: de telefoon stond te lang uit"},
			{`{"reference":"` + id + `","status":"delivered"}`, "niet afgeleverd: "}, // what failed stays so
		} {
			if a := h.visit(portal).do("POST", "/sms/reports/"+reportSecret, "application/json", strings.NewReader(c.report)); a.status != 204 {
				t.Errorf("%s: %d", c.report, a.status)
			}
			if !strings.Contains(s.get("/clients/"+client).body, c.want) {
				t.Errorf("after %s the page lacks %q", c.report, c.want)
			}
		}
		id, _ = h.texted(dewit, "06 12345678")
		h.visit(portal).do("POST", "/sms/reports/"+reportSecret, "application/json", strings.NewReader(`{"reference":"`+id+`","status":"delivered"}`))
		if !strings.Contains(s.get("/clients/"+client).body, "afgeleverd om ") {
			t.Error("the page does not say that it was delivered")
		}
		if other := s.get("/clients"); strings.Contains(other.body, "Sms") {
			t.Error("text messages stand elsewhere")
		}
	})
}

// For who does not know the secret there is no such address; for who does, nothing but reports changes
// anything.
func TestReportsOfTextMessagesAreTakenFromTheProviderAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, _ := h.texted(dewit, "06 12345678")
		report := `{"reference":"` + id + `","status":"delivered"}`
		post := func(host, path, body string) answer {
			return h.visit(host).do("POST", path, "application/json", strings.NewReader(body))
		}
		h.Callback = nil
		missing := post(portal, "/nothing", report)
		for what, c := range map[string]*sms.Callback{"without a callback": nil, "without a secret": {Provider: h.provider()}, "without a provider": {Secret: reportSecret}} {
			h.Callback = c
			if a := post(portal, "/sms/reports/"+reportSecret, report); a.status != 404 || a.body != missing.body {
				t.Errorf("%s: %d", what, a.status)
			}
		}
		h.reports()
		for _, path := range []string{"/sms/reports/" + never, "/sms/reports/x", "/sms/reports/" + reportSecret + "x"} {
			if a := post(portal, path, report); a.status != 404 || a.body != missing.body {
				t.Errorf("%s: %d", path, a.status)
			}
		}
		if a := post(kantor, "/sms/reports/"+reportSecret, report); a.status != 404 {
			t.Errorf("at the office: %d", a.status)
		}
		if a := h.visit(portal).get("/sms/reports/" + reportSecret); a.status != 405 {
			t.Errorf("a look: %d", a.status)
		}
		if a := post(portal, "/sms/reports/"+reportSecret, strings.Repeat(" ", 300<<10)); a.status != 413 {
			t.Errorf("without end: %d", a.status)
		}
		for _, other := range []string{"", "{", "[]", `{"reference":"` + never + `","status":"delivered"}`, `{"reference":"` + id + `","status":"read"}`} {
			if a := post(portal, "/sms/reports/"+reportSecret, other); a.status != 204 {
				t.Errorf("%q: %d", other, a.status)
			}
		}
		if got := h.textState(id); got != "accepted" {
			t.Errorf("it is %s without a report", got)
		}
		if a := post("gemeente.localhost", "/sms/reports/"+reportSecret, report); a.status != 204 || h.textState(id) != "delivered" {
			t.Errorf("at another organisation's portal: %d, %s", a.status, h.textState(id))
		}
	})
}

func (h *house) provider() sms.Provider {
	h.reports()
	return h.Callback.Provider
}

func TestTheSecretOfReportsIsInNoLog(t *testing.T) {
	e := newEdge(t, dbtest.SQLite(t, nil), "https")
	e.app.Callback = &sms.Callback{Secret: reportSecret}
	e.ask("POST", portal, "/sms/reports/"+reportSecret)
	if log := e.log.String(); strings.Contains(log, reportSecret) || !strings.Contains(log, "/sms/reports/{secret}") {
		t.Errorf("the log says %s", log)
	}
}

func TestD5_AnAdministratorBoundsTextMessages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.staff(admin)
		if body := v.get("/settings").body; !strings.Contains(body, `href="/settings/sms"`) {
			t.Error("the settings do not lead to text messages")
		}
		for what, form := range map[string][]string{
			"too many": {"per_day", "10001", "countries", "NL"}, "no number": {"per_day", "veel", "countries", "NL"}, "no country": {"per_day", "10"}, "a country that is none": {"per_day", "10", "countries", "US"},
		} {
			version := versionField.FindStringSubmatch(v.get("/settings/sms").body)[1]
			if a := v.post("/settings/sms", append([]string{"version", version, "do", "save"}, form...)...); a.status != 422 {
				t.Errorf("%s: %d", what, a.status)
			}
		}
		version := versionField.FindStringSubmatch(v.get("/settings/sms").body)[1]
		if a := v.post("/settings/sms", "version", version, "do", "save", "per_day", "7", "countries", "NL", "countries", "SE"); a.status != 303 {
			t.Errorf("saved: %d", a.status)
		}
		got, err := h.Tenants.Get(context.Background(), "notaris")
		must(t, err)
		if s := got.Settings.SMS; s.PerDay != 7 || strings.Join(s.Countries, " ") != "NL SE" {
			t.Errorf("%+v", s)
		}
		if other, err := h.Tenants.Get(context.Background(), "gemeente"); err != nil || other.Settings.SMS.PerDay != notify.DefaultTextRules().PerDay {
			t.Errorf("another organisation: %+v, %v", other.Settings.SMS, err)
		}
	})
}
