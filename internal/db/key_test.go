package db

import (
	"testing"
	"time"
)

// A key of paging is what we gave out, or nothing.
func FuzzParseKey(f *testing.F) {
	f.Add(Key(At(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)), "abc"))
	for _, s := range []string{"", "!", "fA", "MjAyNi0wMy0wMlQwOTowMDowMC4wMDAwMDBafA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, id, ok := ParseKey(s)
		if !ok {
			if id != "" {
				t.Errorf("%q is no key and names %q", s, id)
			}
			return
		}
		again, same, ok := ParseKey(Key(at, id))
		if !ok || !again.Equal(at.Time) || same != id {
			t.Errorf("%q is %v %q, and that is %v %q", s, at, id, again, same)
		}
	})
}
