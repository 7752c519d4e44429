package dossiertype

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"voordeur/internal/errs"
	"voordeur/internal/i18n"
)

// Retention is how long a closed dossier is kept, as a file has it: a term as in ISO 8601 (P20Y; ZGW calls it
// archiefactietermijn), Forever, or "" for no term: then it never becomes due. What is none of these is kept as it was
// written until Check has said so.
type Retention string

// Forever is a dossier that goes to the archive and is never destroyed (ZGW, archiefnominatie).
const Forever Retention = "blijvend_bewaren"

// Unit is what a term is counted in.
type Unit string

// The units.
const (
	Days   Unit = "days"
	Months Unit = "months"
	Years  Unit = "years"
)

// Units are all of them, in the order of the page.
var Units = []Unit{Years, Months, Days}

// letters are how ISO 8601 writes them.
var letters = map[Unit]string{Days: "D", Months: "M", Years: "Y"}

// longest is the most of each: two hundred years.
var longest = map[Unit]int{Days: 73_000, Months: 2_400, Years: 200}

var termForm = regexp.MustCompile(`^P[0-9]{1,6}[DMY]$`)

// Keep returns a term of which the number is as somebody typed it; what is no number stays in it for Check.
func Keep(number string, u Unit) Retention {
	return Retention("P" + strings.TrimSpace(number) + letters[u])
}

// Term returns the term; ok is false where there is none.
func (r Retention) Term() (n int, u Unit, ok bool) {
	if !termForm.MatchString(string(r)) {
		return 0, "", false
	}
	number, u := r.Split()
	n, err := strconv.Atoi(number)
	return n, u, err == nil && n >= 1 && n <= longest[u]
}

// Split returns number and unit as they were written, for the form; a text that has no unit is all number.
func (r Retention) Split() (number string, u Unit) {
	rest, term := strings.CutPrefix(string(r), "P")
	for _, u := range Units {
		if n, ok := strings.CutSuffix(rest, letters[u]); ok && term {
			return n, u
		}
	}
	return string(r), ""
}

// In returns the term in words, and what is none as it was written.
func (r Retention) In(t *i18n.Texts) string {
	if r == Forever {
		return t.T("retention.forever")
	}
	if n, u, ok := r.Term(); ok {
		return t.N("retention.term."+string(u), n)
	}
	return string(r)
}

// check names the number where the unit is known, and the choice where it is not.
func (r Retention) check(f *errs.Fields) {
	if _, _, ok := r.Term(); ok || r == "" || r == Forever {
		return
	}
	if _, u := r.Split(); u != "" {
		f.Add("keep", "type.bad_retention", "max", longest[u])
		return
	}
	f.Add("retention", "type.unknown_retention", "text", string(r))
}

// Ends returns the day after the last one on which a dossier that was closed at the moment is kept, as it begins at the
// office; ok is false where it never becomes due. A month that lacks the day ends on its last one.
func (r Retention) Ends(closed time.Time) (end time.Time, ok bool) {
	n, u, ok := r.Term()
	if !ok {
		return end, false
	}
	at := i18n.Local(closed)
	year, month, day := at.Year(), at.Month(), at.Day()
	switch u {
	case Days:
		day += n
	case Months, Years:
		if u == Years {
			n *= 12
		}
		month += time.Month(n)
		day = min(day, time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day())
	}
	return time.Date(year, month, day+1, 0, 0, 0, 0, at.Location()), true
}

// RetentionOf returns how long a dossier is kept that ends with a result, "" for none: the result's own term, or else that
// of its type; own says which.
func (d Definition) RetentionOf(result string) (r Retention, own bool) {
	if res, ok := d.Result(result); ok && res.Retention != "" {
		return res.Retention, true
	}
	return d.Retention, false
}
