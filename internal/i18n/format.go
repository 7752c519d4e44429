package i18n

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // the office's time zone must be there on every machine
)

var amsterdam = mustZone("Europe/Amsterdam")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

var months = map[Lang][]string{
	NL: {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
	EN: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

var weekdays = map[Lang][]string{
	NL: {"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"},
	EN: {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
}

// Local returns t in the office's time zone.
func Local(t time.Time) time.Time { return t.In(amsterdam) }

// Date returns "dinsdag 3 december 2026".
func (t *Texts) Date(at time.Time) string {
	at = Local(at)
	return fmt.Sprintf("%s %d %s %d", weekdays[t.Lang()][at.Weekday()], at.Day(), months[t.Lang()][at.Month()-1], at.Year())
}

// DayMonth returns "3 december", with the year only when it is not now's.
func (t *Texts) DayMonth(at, now time.Time) string {
	at, now = Local(at), Local(now)
	s := fmt.Sprintf("%d %s", at.Day(), months[t.Lang()][at.Month()-1])
	if at.Year() != now.Year() {
		s += fmt.Sprintf(" %d", at.Year())
	}
	return s
}

// ShortDate returns "03-12-2026", for tables.
func (t *Texts) ShortDate(at time.Time) string { return Local(at).Format("02-01-2006") }

// Time returns "8.42 uur", in English "8:42 am".
func (t *Texts) Time(at time.Time) string {
	at = Local(at)
	if t.Lang() == EN {
		return strings.ToLower(at.Format("3:04 PM"))
	}
	return fmt.Sprintf("%d.%02d uur", at.Hour(), at.Minute())
}

// DateTime returns "dinsdag 3 december 2026 om 8.42 uur".
func (t *Texts) DateTime(at time.Time) string {
	if t.Lang() == EN {
		return t.Date(at) + " at " + t.Time(at)
	}
	return t.Date(at) + " om " + t.Time(at)
}

// Recent returns "vandaag om 8.42 uur" for now's own day, else the day and month.
func (t *Texts) Recent(at, now time.Time) string {
	a, n := Local(at), Local(now)
	if a.YearDay() != n.YearDay() || a.Year() != n.Year() {
		return t.DayMonth(at, now)
	}
	if t.Lang() == EN {
		return "today at " + t.Time(at)
	}
	return "vandaag om " + t.Time(at)
}

// ISO returns the machine-readable form for a time element.
func ISO(at time.Time) string { return Local(at).Format(time.RFC3339) }

// Size returns a file's size in MB with one decimal, "1,2 MB"; what is smaller than 0.1 MB in kB.
func (t *Texts) Size(bytes int64) string {
	const mb = 1_000_000
	if bytes < mb/10 {
		return fmt.Sprintf("%d kB", (bytes+999)/1000)
	}
	s := fmt.Sprintf("%.1f MB", float64(bytes)/mb)
	if t.Lang() == NL {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}
