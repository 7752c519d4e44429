package dossiertype_test

import (
	"testing"
	"time"

	"voordeur/internal/dossiertype"
	"voordeur/internal/i18n"
)

// A term is counted by the calendar of the office, and the last day is kept whole.
func TestATermOfRetentionEndsByTheCalendar(t *testing.T) {
	for _, c := range []struct {
		r            dossiertype.Retention
		closed, want string
	}{
		{"P1D", "2026-03-28T12:00:00Z", "2026-03-30T00:00:00+02:00"}, // the night of summer time
		{"P1M", "2026-01-31T12:00:00Z", "2026-03-01T00:00:00+01:00"},
		{"P1Y", "2024-02-29T12:00:00Z", "2025-03-01T00:00:00+01:00"},
		{"P4Y", "2024-02-29T12:00:00Z", "2028-03-01T00:00:00+01:00"},
		{"P20Y", "2025-12-31T23:30:00Z", "2046-01-02T00:00:00+01:00"}, // it is the first of January here
		{"P11M", "2026-01-15T12:00:00Z", "2026-12-16T00:00:00+01:00"},
	} {
		closed, err := time.Parse(time.RFC3339, c.closed)
		if err != nil {
			t.Fatal(err)
		}
		end, ok := c.r.Ends(closed)
		if got := i18n.Local(end).Format(time.RFC3339); !ok || got != c.want {
			t.Errorf("%s after %s is %s, want %s", c.r, c.closed, got, c.want)
		}
	}
	for _, r := range []dossiertype.Retention{"", dossiertype.Forever, "P0D", "20 jaar"} {
		if end, ok := r.Ends(time.Now()); ok {
			t.Errorf("%q ends on %s", r, end)
		}
	}
}

func TestAResultGoesBeforeItsTypeInHowLongADossierIsKept(t *testing.T) {
	d := sample()
	if r, own := d.RetentionOf("verleend"); r != "P20Y" || !own {
		t.Errorf("with its result it is %s", r)
	}
	d.Results[0].Retention = ""
	for _, result := range []string{"verleend", "", "gone"} {
		if r, own := d.RetentionOf(result); r != dossiertype.Forever || own {
			t.Errorf("with result %q it is %s", result, r)
		}
	}
}
