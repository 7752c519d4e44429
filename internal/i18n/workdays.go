package i18n

import (
	"slices"
	"time"
)

// AfterWorkingDays returns the moment n working days later: no Saturday or Sunday, and none of the days that the
// Algemene termijnenwet names in its third article, or that a decree has made equal to them.
func AfterWorkingDays(at time.Time, n int) time.Time {
	day := Local(at)
	for n > 0 {
		if day = day.AddDate(0, 0, 1); WorkingDay(day) {
			n--
		}
	}
	return day
}

// decreed are the days that a royal decree equates with holidays for terms.
var decreed = []string{"2026-01-02", "2026-05-15", "2027-05-07", "2028-04-28", "2028-05-26"}

// WorkingDay reports whether a day counts in a term in the Netherlands.
func WorkingDay(at time.Time) bool {
	day := Local(at)
	if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	switch month, d := day.Month(), day.Day(); {
	case slices.Contains(decreed, day.Format(time.DateOnly)):
		return false
	case month == time.January && d == 1, month == time.May && d == 5, month == time.December && (d == 25 || d == 26):
		return false
	case month == time.April && d == 27: // the King's birthday; when that is a Sunday it is kept on the Saturday before
		return false
	}
	// Good Friday, Easter Monday, Ascension Day and Whit Monday, by their distance from Easter.
	since := int(date(day).Sub(easter(day.Year())).Hours() / 24)
	return since != -2 && since != 1 && since != 39 && since != 50
}

func date(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
}

// easter returns Easter Sunday of a year, by the rule of Butcher (1876).
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	j, k := c/4, c%4
	m := (a + 11*h) / 319
	r := (2*e + 2*j - k - h + m + 32) % 7
	month := (h - m + r + 90) / 25
	return time.Date(year, time.Month(month), (h-m+r+month+19)%32, 0, 0, 0, 0, time.UTC)
}

// NextHour returns when a clock of the office next strikes the hour, after a moment.
func NextHour(after time.Time, hour int) time.Time {
	now := Local(after)
	for day := now.Day(); ; day++ {
		if at := time.Date(now.Year(), now.Month(), day, hour, 0, 0, 0, now.Location()); at.After(now) {
			return at
		}
	}
}
