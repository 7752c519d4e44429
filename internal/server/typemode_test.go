package server_test

import (
	"context"
	"strings"
	"testing"

	"voordeur/internal/dossier"
)

// says has an administrator say of the type "melding" what becomes of messages and who is told, and takes that into use.
func (h *house) says(admin *visitor, messages, told string) (difference string) {
	h.t.Helper()
	at := h.townType("melding")
	a := admin.post(at+"/general", "version", versionField.FindStringSubmatch(admin.get(at + "/general").body)[1], "name_nl", "Melding", "name_en", "Report", "offered", "on", "portal", "on",
		"threshold", "zaakvertrouwelijk", "rank", "zaakvertrouwelijk", "term", "10", "progress", "timeline", "messages", messages, "told", told)
	if a.status != 303 {
		h.t.Fatalf("said: %d %s", a.status, words(mainOf(a.body)))
	}
	page := admin.get(at).body
	if a := admin.post(at+"/use", "version", versionField.FindStringSubmatch(page)[1]); a.status != 303 {
		h.t.Fatalf("used: %d", a.status)
	}
	h.work()
	return words(page)
}

// report makes a case of the type "melding" for the resident, in the department of the public space, and returns its address.
func (h *house) report(number string) string {
	h.t.Helper()
	ctx, clerk := context.Background(), h.townsman(townClerk)
	var client, department string
	must(h.t, h.DB.QueryRow(ctx, `select a.client_id, d.id from account a join department d on d.tenant_id = a.tenant_id where a.tenant_id = 'gemeente' and a.email_key = $1 and d.name = 'Openbare ruimte'`, resident).
		Scan(&client, &department))
	id, err := h.Dossiers.Create(ctx, clerk, number, dossier.Draft{
		Number: number, Title: "Melding " + number, Handler: clerk.Scope().Account(), Parties: []string{client},
		Type: strings.TrimPrefix(h.townType("melding"), "/settings/types/"), Department: department,
	})
	must(h.t, err)
	must(h.t, h.Dossiers.Publish(ctx, clerk, id, true))
	return "/dossiers/" + id
}

// A type says what becomes of messages: for the dossiers that begin after that, whatever the organisation chose.
func TestK4_ATypeSaysWhatBecomesOfMessages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, s, admin := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk), h.inTown(townDesk, townAdmin)
		running := h.townCase("Z-2026-0131")
		if d := h.says(admin, "conversation", ""); !strings.Contains(d, "Wat er met berichten van de klant gebeurt wordt „Gesprek: de klant leest zijn berichten en uw antwoorden”, was „Zoals bij „Onderdelen” is gekozen voor alle zaken”") {
			t.Errorf("the difference: %s", d)
		}
		fresh := h.report("Z-2026-0901")
		for path, note := range map[string]bool{running: true, fresh: false} {
			wanted, other := "/note", "/messages/new"
			if !note {
				wanted, other = other, wanted
			}
			if b := v.get(path).body; !strings.Contains(b, path+wanted) || strings.Contains(b, path+other) {
				t.Errorf("%s: the page has the wrong way to write", path)
			}
			if a := v.get(path + other); a.status != 404 {
				t.Errorf("%s%s: %d", path, other, a.status)
			}
			if b := s.get(path).body; strings.Contains(b, path+"/note") != note {
				t.Errorf("%s: the office's page has a form for notes: %v", path, !note)
			}
		}
		if a := v.send(fresh+"/messages/new", map[string]string{"once": "m", "subject": "Lamp", "body": "Hij knippert."}); a.status != 303 {
			t.Errorf("a message: %d", a.status)
		}
		if a := v.post(fresh+"/note", "once", "n", "body", "Hij knippert."); a.status != 404 {
			t.Errorf("a note there: %d", a.status)
		}
		if a := v.send(running+"/messages/new", map[string]string{"once": "m2", "subject": "Lamp", "body": "Hij knippert."}); a.status != 404 {
			t.Errorf("a message where it is a note: %d", a.status)
		}
		if b := v.get(fresh).body; !strings.Contains(b, "Lamp") {
			t.Error("the resident does not read the message again")
		}
		at := h.townType("melding")
		if a := admin.post(at+"/general", "version", versionField.FindStringSubmatch(admin.get(at + "/general").body)[1], "name_nl", "Melding", "messages", "megafoon", "told", "iedereen"); a.status != 422 ||
			strings.Count(a.body, "href=\"#messages") != 1 || strings.Count(a.body, "href=\"#told") != 1 || !strings.Contains(a.body, `value="Melding"`) {
			t.Errorf("what is none: %d", a.status)
		}
	})
}

// A type says who is told of what a client does: the handler alone, or the whole department, which sees the case by that.
func TestD35_E24_ATypeSaysWhoIsTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v, noor, tom, ro := h.inTown(townPortal, resident), h.inTown(townDesk, townClerk), h.inTown(townDesk, townColleague), h.inTown(townDesk, townAdmin)
		bells := func() [3]string { return [3]string{noor.bell(), tom.bell(), ro.bell()} }
		const none, one = "Meldingen", "1 nieuwe melding"
		for n, c := range []struct {
			told     string
			involved bool // the colleague
			want     [3]string
			sees     int // he, afterwards
		}{
			{"", true, [3]string{one, one, none}, 200},
			{"handler", true, [3]string{one, none, none}, 200},
			{"department", false, [3]string{one, one, none}, 200},
			{"", false, [3]string{one, none, none}, 404},
		} {
			h.says(ro, "", c.told)
			path := h.report("Z-2026-091" + string(rune('0'+n)))
			if c.involved {
				h.exec(`insert into dossier_staff (tenant_id, dossier_id, account_id) values ('gemeente', '` + strings.TrimPrefix(path, "/dossiers/") + `', '` + h.townsman(townColleague).Scope().Account() + `')`)
			}
			h.cleared()
			if a, _ := v.writes(path, "Hij knippert."); a.status != 303 {
				t.Fatal(a.status)
			}
			if got := bells(); got != c.want {
				t.Errorf("%q, involved %v: %v", c.told, c.involved, got)
			}
			if a := tom.get(path); a.status != c.sees {
				t.Errorf("%q, involved %v: the colleague's page is %d", c.told, c.involved, a.status)
			}
		}
		// A handler who cannot be told is not the only one: his colleagues are.
		h.says(ro, "", "handler")
		path := h.report("Z-2026-0919")
		h.exec(`insert into dossier_staff (tenant_id, dossier_id, account_id) values ('gemeente', '` + strings.TrimPrefix(path, "/dossiers/") + `', '` + h.townsman(townColleague).Scope().Account() + `')`)
		h.cleared()
		h.exec(`update account set state = 'blocked' where tenant_id = 'gemeente' and email_key = '` + townClerk + `'`)
		if a, _ := v.writes(path, "Hij knippert."); a.status != 303 || tom.bell() != one {
			t.Errorf("with a handler who is blocked: %d, %q", a.status, tom.bell())
		}
	})
}
