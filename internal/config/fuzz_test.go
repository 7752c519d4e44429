package config

import (
	"strings"
	"testing"
)

// A line of the file sets one name to what stands behind its first "=", or is told to be wrong.
func FuzzParse(f *testing.F) {
	f.Add("VOORDEUR_ADDR=127.0.0.1:9\n# remark\n\nVOORDEUR_DB = a=b ")
	f.Add("=\r\n==\n#=")
	f.Fuzz(func(t *testing.T, text string) {
		values := map[string]string{}
		wrong := parse("file", text, values)
		lines := 0
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			if lines++; strings.Contains(line, "=") {
				continue
			}
			if len(wrong) == 0 {
				t.Errorf("%q was taken", line)
			}
		}
		if len(values)+len(wrong) > lines {
			t.Errorf("%d lines gave %d values and %d complaints", lines, len(values), len(wrong))
		}
		for k, v := range values {
			if strings.TrimSpace(k) != k || strings.TrimSpace(v) != v || strings.Contains(k, "=") || strings.ContainsAny(v, "\n") {
				t.Errorf("%q is %q", k, v)
			}
		}
	})
}
