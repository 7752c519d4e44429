package form

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Day is a day of the calendar, or one so long before or after today.
type Day struct {
	fixed               string
	years, months, days int
}

var relative = regexp.MustCompile(`^today(?:([+-])([0-9]{1,4})([dmy]))?$`)

// parseDay reads 2026-12-03, today, today-18y, today+3m or today+28d.
func parseDay(s string) (*Day, bool) {
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return &Day{fixed: s}, true
	}
	m := relative.FindStringSubmatch(s)
	if m == nil {
		return nil, false
	}
	n, _ := strconv.Atoi(m[1] + m[2])
	d := &Day{}
	switch m[3] {
	case "y":
		d.years = n
	case "m":
		d.months = n
	case "d":
		d.days = n
	}
	return d, m[3] != "y" || n >= -maxYears && n <= maxYears
}

// maxYears keeps a day within what has four digits.
const maxYears = 200

// on returns the day as 2026-12-03 when today is so. A month that has no such day ends on its last.
func (d *Day) on(today string) string {
	if d.fixed != "" {
		return d.fixed
	}
	t, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return today
	}
	first := time.Date(t.Year()+d.years, t.Month()+time.Month(d.months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1+d.days).Format(time.DateOnly)
}

var (
	isoDay   = regexp.MustCompile(`^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$`)
	dutchDay = regexp.MustCompile(`^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})$`)
)

// readDay reads a day as a browser sends it or as people write it: 3-12-2026.
func readDay(s string) (string, bool) {
	y, m, d := "", "", ""
	if f := isoDay.FindStringSubmatch(s); f != nil {
		y, m, d = f[1], f[2], f[3]
	} else if f := dutchDay.FindStringSubmatch(s); f != nil {
		y, m, d = f[3], f[2], f[1]
	} else {
		return "", false
	}
	s = y + "-" + pad(m) + "-" + pad(d)
	t, err := time.Parse(time.DateOnly, s)
	return s, err == nil && t.Year() >= 1800 && t.Year() <= 2200
}

func pad(s string) string { return strings.Repeat("0", 2-len(s)) + s }
