package i18n

import (
	"testing"
	"time"
)

func TestWorkingDaysPassByWeekendsAndHolidays(t *testing.T) {
	for _, c := range []struct {
		from, to string
		n        int
	}{
		{"2026-11-27", "2026-11-30", 1},  // over a weekend
		{"2026-12-24", "2026-12-28", 1},  // Christmas, then a weekend
		{"2026-12-31", "2027-01-04", 1},  // New Year's Day is a Friday
		{"2026-04-02", "2026-04-07", 1},  // Good Friday to Easter Monday
		{"2026-04-24", "2026-04-28", 1},  // the King's birthday is a Monday
		{"2026-05-04", "2026-05-06", 1},  // the fifth of May
		{"2026-05-13", "2026-05-18", 1},  // Ascension Day and the day after, by decree
		{"2026-05-22", "2026-05-26", 1},  // Whit Monday
		{"2027-03-25", "2027-03-30", 1},  // Easter of another year
		{"2026-11-27", "2026-11-27", 0},  // no term
		{"2026-11-27", "2027-01-26", 40}, // eight weeks, with Christmas and New Year
	} {
		from, err := time.ParseInLocation(time.DateOnly, c.from, amsterdam)
		if err != nil {
			t.Fatal(err)
		}
		if got := AfterWorkingDays(from, c.n).Format(time.DateOnly); got != c.to {
			t.Errorf("%d working days after %s: %s, should be %s", c.n, c.from, got, c.to)
		}
	}
}
