package eid_test

import (
	"fmt"
	"strings"
	"testing"

	"voordeur/internal/eid"
)

func TestD8_NumbersAreReadAsTheirRegistersGiveThem(t *testing.T) {
	for _, c := range []struct {
		kind      eid.Kind
		in, value string // value "" is refused
	}{
		{eid.BSN, "999990019", "999990019"},
		{eid.BSN, " 9999.90.019 ", "999990019"},
		{eid.BSN, "12345672", "012345672"},
		{eid.BSN, "999990018", ""}, // fails the elfproef
		{eid.BSN, "000000000", ""},
		{eid.BSN, "1234567", ""},
		{eid.BSN, "9999900190", ""},
		{eid.BSN, "99999001a", ""},
		{eid.BSN, "٩٩٩٩٩٠٠١٩", ""},
		{eid.BSN, "", ""},
		{eid.RSIN, "001509962", "001509962"},
		{eid.RSIN, "001509963", ""},
		{eid.KvK, "90000001", "90000001"},
		{eid.KvK, "9000 0001", "90000001"},
		{eid.KvK, "9000001", ""},
		{eid.KvK, "00000000", ""},
		{eid.Branch, "90000001/000012345678", "90000001/000012345678"},
		{eid.Branch, "90000001/12345678", ""},
		{eid.Branch, "90000001", ""},
		{eid.EIDAS, "DE/NL/C82fe5", "DE/NL/C82fe5"},
		{eid.EIDAS, "de/nl/C82fe5", ""},
		{eid.EIDAS, "DE/NL/", ""},
		{eid.EIDAS, "DE/NL/" + strings.Repeat("x", 257), ""},
		{eid.Sub, "https://idp.example 3f", "https://idp.example 3f"},
		{eid.Sub, "a\nb", ""},
		{eid.Pseudo, "", ""},
		{"other", "1", ""},
	} {
		got, err := eid.Parse(c.kind, c.in)
		if got.Value != c.value || (err == nil) != (c.value != "") {
			t.Errorf("%s %q: %q, %v, want %q", c.kind, c.in, got.Value, err, c.value)
		}
		if err != nil && len(c.in) > 3 && strings.Contains(err.Error(), c.in) {
			t.Errorf("the error tells %q", c.in)
		}
	}
}

func TestD8_AnIdentifierDoesNotPrintItsValue(t *testing.T) {
	id, err := eid.Parse(eid.BSN, "999990019")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(f, struct{ Who eid.Identifier }{id}); strings.Contains(got, "9999") {
			t.Errorf("%s prints %s", f, got)
		}
	}
	login := eid.Login{Legal: []eid.Identifier{id}, Subject: "s00000000:999990019", Name: "9999"}
	for _, f := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(f, login); strings.Contains(got, "9999") {
			t.Errorf("%s prints %s", f, got)
		}
	}
	if id.Masked() != "•••••••19" {
		t.Errorf("masked: %s", id.Masked())
	}
}
