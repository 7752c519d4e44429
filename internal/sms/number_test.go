package sms_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"voordeur/internal/errs"
	"voordeur/internal/sms"
)

var allow = []string{"NL", "BE", "DE", "FR", "LU", "GB"}

// keyOf is the text of what is wrong with a number, "" for a good one.
func keyOf(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	f := errs.FieldsOf(err)
	if len(f) != 1 || f[0].Name != "phone" {
		t.Fatalf("not about the field: %v", err)
	}
	return f[0].Key
}

func TestN42_ANumberIsReadAsPeopleWriteIt(t *testing.T) {
	for typed, want := range map[string]string{
		"06 12345678": "+31612345678", "06-12345678": "+31612345678", " 06 12 34 56 78 ": "+31612345678", "0612345678": "+31612345678",
		"(06) 12.34.56.78": "+31612345678", "06\u00a012\u202f34\u20115678": "+31612345678",
		"+31612345678": "+31612345678", "+31 (0)6 12345678": "+31612345678", "+31 06 12345678": "+31612345678", "0031 6 12345678": "+31612345678", "31612345678": "+31612345678",
		"+32 470 12 34 56": "+32470123456", "+32 0470/12.34.56": "+32470123456", "0032470123456": "+32470123456",
		"+49 151 23456789": "+4915123456789", "+49 (0)171 2345678": "+491712345678", "+33 6 12 34 56 78": "+33612345678", "+352 621 123 456": "+352621123456",
		"+44 7700 900123": "phone.country", "+44 (0)7700 900123": "phone.country", "+44 7911 123456": "phone.country", "+44 7400 123456": "+447400123456",
		"": "phone.missing", "  ": "phone.missing", "06": "phone.invalid", "06 1234567": "phone.invalid", "06 123456789": "phone.invalid", "12345678": "phone.invalid",
		"612345678": "phone.invalid", "06 6234567a": "phone.invalid", "06 66123456": "phone.invalid", "097 012345678": "phone.invalid", "+": "phone.invalid", "++31612345678": "phone.invalid",
		"06 12345678; drop": "phone.invalid", "tel:0612345678": "phone.invalid", "٠٦١٢٣٤٥٦٧٨": "phone.invalid", "０６１２３４５６７８": "phone.invalid", strings.Repeat("0", 41): "phone.invalid",
		"030 1234567": "phone.not_mobile", "+31 30 1234567": "phone.not_mobile", "0900 1234": "phone.invalid", "+32 2 123 45 67": "phone.invalid",
		"+1 202 555 0123": "phone.country", "+7 912 345 67 89": "phone.country", "+34 612 34 56 78": "phone.country", "+882 16 12345678": "phone.country",
	} {
		n, err := sms.Parse(typed, allow)
		got := keyOf(t, err)
		if err == nil {
			got = n.E164()
		}
		if got != want {
			t.Errorf("%q is %q, should be %q", typed, got, want)
		}
	}
}

// A country that is not allowed gets nothing, whatever the number; and nothing is allowed that is not named.
func TestN42_OnlyAllowedCountriesAreSentTo(t *testing.T) {
	for _, list := range [][]string{nil, {}, {"BE"}, {"nl"}} {
		if _, err := sms.Parse("06 12345678", list); keyOf(t, err) != "phone.country" {
			t.Errorf("%v allows a Dutch number: %v", list, err)
		}
	}
	for _, iso := range sms.Countries() {
		if iso == "" || len(iso) != 2 {
			t.Errorf("%q is no country", iso)
		}
	}
}

// Whatever prints a number, in whatever way, prints it masked.
func TestN42_ANumberIsMaskedWhereverItIsPrinted(t *testing.T) {
	n, err := sms.Parse("06 12345678", allow)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	l := slog.New(slog.NewJSONHandler(&log, nil))
	l.Info("sent", "to", n, "all", struct{ To sms.Number }{n})
	out, err := json.Marshal(map[string]any{"to": n})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{log.String(), string(out), n.String(), fmt.Sprintf("%v %+v %#v %s %q %d %x", n, n, n, n, n, n, n), fmt.Sprint([]sms.Number{n}), fmt.Sprintf("%+v", struct{ N sms.Number }{n})} {
		if strings.Contains(s, "345") || !strings.Contains(s, "78") {
			t.Errorf("it is printed as %s", s)
		}
	}
	if n.Masked() != "06 •• •• •• 78" || (sms.Number{}).Masked() != "" {
		t.Errorf("masked as %q", n.Masked())
	}
	if b, _ := sms.Parse("+32470123456", allow); b.Masked() != "+32 •• •• •• 56" || b.Country() != "BE" {
		t.Errorf("masked as %q of %q", b.Masked(), b.Country())
	}
}

func TestWhatIsKeptIsANumberOrNothing(t *testing.T) {
	if n, err := sms.Stored("+31612345678"); err != nil || n.E164() != "+31612345678" {
		t.Errorf("%v, %v", n.E164(), err)
	}
	for _, wrong := range []string{"", "+", "31612345678", "+3161234567", "+31612345678 ", "+12025550123", "0612345678"} {
		if _, err := sms.Stored(wrong); err == nil || strings.Contains(err.Error(), "6123") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// Nothing that anybody types becomes a number that Stored would not know, or that is not E.164.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"06 12345678", "+31 (0)6 12345678", "0032470123456", "+4915123456789", "+44 7400 123456", "", "+", "00", "+310", "+44 07700 000000", "0000000000000000"} {
		f.Add(s)
	}
	every := sms.Countries()
	f.Fuzz(func(t *testing.T, typed string) {
		n, err := sms.Parse(typed, every)
		if err != nil {
			if keyOf(t, err) == "" || n.E164() != "" {
				t.Errorf("%q: %v with %v", typed, err, n.E164())
			}
			return
		}
		again, err := sms.Stored(n.E164())
		if err != nil || again != n || len(n.E164()) < 9 || len(n.E164()) > 16 {
			t.Errorf("%q is %q: %v", typed, n.E164(), err)
		}
		if twice, err := sms.Parse(n.E164(), every); err != nil || twice != n {
			t.Errorf("%q is %q, and that is %q: %v", typed, n.E164(), twice.E164(), err)
		}
		if strings.Contains(n.Masked(), n.E164()[4:]) {
			t.Errorf("%q is not masked", typed)
		}
	})
}
