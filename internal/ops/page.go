package ops

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
)

// check is an alarm with what became of it.
type check struct {
	alarm
	state string // well, wrong or unknown
	value string // the figure in words
	limit string
}

// checks judges all alarms of which there is something to judge.
func checks(f Figures) []check {
	var list []check
	for _, a := range alarms {
		v, found := f.worst(a)
		c := check{alarm: a, state: "well", value: say(v, a.unit), limit: say(a.limit, a.unit)}
		switch {
		case found && a.rings(v):
			c.state = "wrong"
		case !found && f.Err != nil:
			c.state, c.value = "unknown", "unknown"
		case !found && a.optional:
			continue
		}
		list = append(list, c)
	}
	return list
}

// these returns the checks in a state.
func these(list []check, state string) []check {
	var some []check
	for _, c := range list {
		if c.state == state {
			some = append(some, c)
		}
	}
	return some
}

// title says how it is in one line.
func title(list []check) string {
	wrong, unknown := len(these(list, "wrong")), len(these(list, "unknown"))
	switch {
	case wrong == 1:
		return "One thing needs you"
	case wrong > 1:
		return strconv.Itoa(wrong) + " things need you"
	case unknown > 0:
		return "Some things could not be seen"
	}
	return "All is well"
}

// threshold says when a check rings.
func (c check) threshold() string {
	switch {
	case c.unit == answer:
		return "no"
	case c.below:
		return "below " + c.limit
	}
	return "above " + c.limit
}

// say puts a figure into words.
func say(v float64, u unit) string {
	switch u {
	case seconds:
		return span(time.Duration(v * float64(time.Second)))
	case bytes:
		return size(v)
	case answer:
		if v == 0 {
			return "no"
		}
		return "yes"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// span says a time in its two largest units.
func span(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	d = d.Round(time.Second)
	parts := []struct {
		n    time.Duration
		unit string
	}{{d / (24 * time.Hour), "d"}, {d / time.Hour % 24, "h"}, {d / time.Minute % 60, "min"}, {d / time.Second % 60, "s"}}
	for i, p := range parts[:3] {
		next := parts[i+1]
		switch {
		case p.n > 0 && next.n > 0:
			return fmt.Sprintf("%s%d %s %d %s", sign, p.n, p.unit, next.n, next.unit)
		case p.n > 0:
			return fmt.Sprintf("%s%d %s", sign, p.n, p.unit)
		}
	}
	return fmt.Sprintf("%s%d s", sign, parts[3].n)
}

func size(v float64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	n := 0
	for v >= 1024 && n < len(units)-1 {
		v, n = v/1024, n+1
	}
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) + " " + units[n]
}

// row is a line of a table: its name and what there is of it.
type row struct{ name, count, oldest string }

func rows(by map[string]Backlog) []row {
	var list []row
	for _, name := range slices.Sorted(maps.Keys(by)) {
		b := by[name]
		list = append(list, row{name, strconv.Itoa(b.Count), span(b.Oldest)})
	}
	return list
}
