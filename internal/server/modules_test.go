package server_test

import (
	"strings"
	"testing"
)

// messagesOff switches the module of messages off for the whole office.
func (h *house) messagesOff() {
	h.t.Helper()
	v := h.staff(admin)
	if a := v.post("/settings/modules", v.form("/settings/modules", "modules", "dossiers")...); a.status != 303 {
		h.t.Fatalf("messages off: %d", a.status)
	}
}

func TestD5_NoFileComesInForAMessageThatCannotBeSent(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		client, id := h.client("c.dewit@post.example"), h.dossier("2026-01482")
		at, a := client.begin(id, "akte.pdf", 9, "")
		if a.status != 201 {
			t.Fatalf("with the module: %d", a.status)
		}
		h.messagesOff()
		if _, a := client.begin(id, "akte.pdf", 9, ""); a.status != 403 {
			t.Errorf("begun without the module: %d", a.status)
		}
		if a := client.patch(at, 0, strings.NewReader("%PDF-1.7\n")); a.status != 403 {
			t.Errorf("sent without the module: %d", a.status)
		}
	})
}

func TestD5_N20_TheClientsPageHasNoMessagesForStaffEither(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.dossier("2026-01482")
		v := h.staff("behandelaar@delinde.example")
		at := v.get("/dossiers/" + id + "/as-client").header.Get("Location")
		if a := v.get(at + "?tab=messages"); a.status != 200 || !strings.Contains(mainOf(a.body), "tab=messages") {
			t.Fatalf("with the module: %d at %q", a.status, at)
		}
		with := mainOf(v.get(at + "?tab=messages").body)
		h.messagesOff()
		without := mainOf(v.get(at + "?tab=messages").body)
		documents := mainOf(v.get(at).body)
		if without == with || without != documents {
			t.Error("messages are shown though their module is off")
		}
	})
}
