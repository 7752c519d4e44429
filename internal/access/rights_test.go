package access_test

import (
	"testing"

	"voordeur/internal/access"
)

// A18, A20: rights are read as far as they are known and sound, and written back as they are read.
func TestA20_RightsAreReadAndWrittenAsWords(t *testing.T) {
	for _, c := range []struct {
		text, read string
		whole      bool
	}{
		{"", "", true},
		{"dossiers:see", "dossiers:see", true},
		{" messages:see  dossiers:see ", "dossiers:see messages:see", true},
		{"dossiers:see dossiers:upload messages:see messages:send users:manage", "dossiers:see dossiers:upload messages:see messages:send users:manage", true},
		{"users:manage", "users:manage", true},
		{"dossiers:see dossiers:shred", "dossiers:see", false},
		{"dossiers:upload", "", false},
		{"messages:see messages:send", "", false},
		{"dossiers:see messages:send", "dossiers:see", false},
		{"dossiers:see dossiers:see", "dossiers:see", false},
		{"DOSSIERS:SEE", "", false},
		{"dossiers", "", false},
	} {
		got, whole := access.ParseRights(c.text)
		if got.String() != c.read || whole != c.whole {
			t.Errorf("%q is read as %q, whole %t", c.text, got, whole)
		}
	}
	see, send := access.SeeDossiers|access.SeeMessages, access.OwnRights
	if !see.Within(send) || send.Within(see) || !send.Has(access.SendMessages) || see.Has(access.SendMessages) || !access.Rights(0).Within(0) {
		t.Error("a set is not within the one that has more")
	}
}

// A20, A21: what a role may do, whatever was stored for it.
func TestA21_OnlyAnExtraAccountHasTheRightsThatItWasGiven(t *testing.T) {
	everything := "dossiers:see dossiers:upload messages:see messages:send users:manage"
	for _, c := range []struct {
		role         access.Role
		stored, want string
	}{
		{access.RoleHead, "", "dossiers:see dossiers:upload messages:see messages:send approvals:approve users:manage"},
		{access.RoleClient, everything, "dossiers:see dossiers:upload messages:see messages:send approvals:approve"},
		{access.RoleExtra, "", ""},
		{access.RoleExtra, "dossiers:see", "dossiers:see"},
		{access.RoleExtra, "messages:send", ""},
		{access.RoleExtra, everything, everything},
		{access.RoleHandler, everything, ""},
		{access.RoleSystem, everything, ""},
		{"", everything, ""},
	} {
		if got := access.RightsOf(c.role, c.stored).String(); got != c.want {
			t.Errorf("%s with %q may %q", c.role, c.stored, got)
		}
	}
}
