package server_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestE24_ADepartmentIsRemovedAndWhatWaitsInItGoesElsewhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, clerk, tom := h.inTown(townDesk, townAdmin), h.inTown(townDesk, townClerk), h.inTown(townDesk, townColleague)
		path := h.townCase("Z-2026-0131")
		dep := h.value(`select department_id from dossier where tenant_id = 'gemeente' and number = 'Z-2026-0131'`)
		at := "/settings/departments/remove/" + dep
		h.exec(`update dossier_type set department_id = '` + dep + `' where tenant_id = 'gemeente' and key = 'melding'`)
		h.exec(`delete from department_member where tenant_id = 'gemeente' and department_id <> '` + dep + `'`)
		h.exec(`delete from dossier_staff where tenant_id = 'gemeente' and dossier_id = '` + strings.TrimPrefix(path, "/dossiers/") + `'`)
		// Without another department it stays, and nothing of it goes.
		if b := admin.get(at).body; !strings.Contains(b, "Hier wacht 1 zaak zonder behandelaar.") || !strings.Contains(b, "Er is geen andere afdeling.") {
			t.Errorf("the page: %s", words(mainOf(b)))
		}
		once := "weg"
		for _, to := range []string{"", dep, never} {
			if a := admin.post(at, "once", once, "to", to); a.status != 422 || h.count(`select count(*) from department where id = '`+dep+`'`) != 1 {
				t.Errorf("to %q: %d", to, a.status)
			}
		}
		if a := admin.post(at, "once", once); a.status != 422 {
			t.Errorf("with nowhere to go: %d", a.status)
		}
		if a := clerk.post(at, "once", "x"); a.status != 403 {
			t.Errorf("by an employee: %d", a.status)
		}
		if a := h.inTown(townPortal, resident).get(at); a.status != 404 {
			t.Errorf("in the portal: %d", a.status)
		}
		admin.post("/settings/departments/new", "once", "nieuw", "name", "Wijkbeheer", "member", h.value(`select id from account where tenant_id = 'gemeente' and email_key = '`+townColleague+`'`))
		to := h.value(`select id from department where tenant_id = 'gemeente' and name = 'Wijkbeheer'`)
		h.cleared()
		if a := admin.post(at, "once", once); a.status != 422 || !strings.Contains(a.body, "Hier wachten zaken. Kies een afdeling waar ze heen gaan.") {
			t.Errorf("it does not say what keeps it: %d", a.status)
		}
		for range 2 {
			if a := admin.post(at, "once", once, "to", to); a.status != 303 {
				t.Fatalf("removed: %d %s", a.status, words(mainOf(a.body)))
			}
		}
		if n := h.count(`select count(*) from department where id = '`+dep+`'`) + h.count(`select count(*) from department_member where department_id = '`+dep+`'`) + h.count(`select count(*) from dossier where department_id = '`+dep+`'`); n != 0 {
			t.Errorf("%d rows of it are left", n)
		}
		if n := h.count(`select count(*) from journal where event = 'department.removed'`); n != 1 {
			t.Errorf("%d entries", n)
		}
		if got := h.value(`select department_id from dossier_type where tenant_id = 'gemeente' and key = 'melding'`); got != to {
			t.Error("its type waits nowhere")
		}
		if a := tom.get(path); a.status != 200 || tom.bell() == "" || !strings.Contains(tom.get("/dossiers?department="+to).body, path) {
			t.Errorf("who works there does not find it: %d", a.status)
		}
		if a := admin.get(at); a.status != 404 {
			t.Errorf("its page: %d", a.status)
		}
	})
}

// Statuses that are called the same are one choice, and find what has either.
func TestN14_D24_AStatusThatSeveralTypesHaveIsOneChoice(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.exec(`update dossier set type_id = null, type_version = 0, status = 'in_progress', shown_status = 'in_progress' where tenant_id = 'gemeente' and number = 'Z-2026-0125'`)
		h.exec(`update dossier_list set status = 'in_progress' where tenant_id = 'gemeente' and dossier_id = (select id from dossier where tenant_id = 'gemeente' and number = 'Z-2026-0125')`)
		s := h.inTown(townDesk, townClerk)
		chip := regexp.MustCompile(`(?s)name="status" value="([^"]*)"([^>]*)>\s*<span>\s*([^<]*?)\s*</span>`)
		var names []string
		value := ""
		for _, m := range chip.FindAllStringSubmatch(s.get("/dossiers?filtered=1").body, -1) {
			names = append(names, m[3])
			if m[3] == "In behandeling" {
				value = m[1]
			}
		}
		once := slices.Compact(slices.Sorted(slices.Values(names)))
		if len(names) < 5 || len(once) != len(names) {
			t.Fatalf("a name stands there twice: %v", names)
		}
		for _, key := range []string{value, "in_progress", "in-behandeling"} {
			b := s.get("/dossiers?filtered=1&status=" + key).body
			if !strings.Contains(b, "Z-2026-0117") || !strings.Contains(b, "Z-2026-0125") || strings.Contains(b, "Z-2026-0098") {
				t.Errorf("%s does not find what is called so", key)
			}
			on := 0
			for _, m := range chip.FindAllStringSubmatch(b, -1) {
				on += strings.Count(m[2], "checked")
			}
			if on != 1 {
				t.Errorf("%s: %d are ticked", key, on)
			}
		}
		if b := s.get("/dossiers?filtered=1&status=bestaatniet").body; strings.Contains(b, "Z-2026-0117") {
			t.Error("a status that is none finds something")
		}
	})
}
