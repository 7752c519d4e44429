package i18n

import "testing"

func TestPlacesAreFilled(t *testing.T) {
	for _, c := range []struct {
		text string
		args []any
		want string
	}{
		{"{n} van {m}", []any{"n", 2, "m", "tien"}, "2 van tien"},
		{"{n} en {n}", []any{"n", 1}, "1 en 1"},
		{"{who} schrijft {what}", []any{"who", "{what}", "what", "niets"}, "{what} schrijft niets"}, // a value has no places
		{"een {ander}", []any{"n", 1}, "een {ander}"},
		{"niet dicht {n", []any{"n", 1}, "niet dicht {n"},
		{"niets", []any{"n", 1}, "niets"},
		{"{n} zonder", nil, "{n} zonder"},
	} {
		if got := fill(c.text, c.args); got != c.want {
			t.Errorf("%q is %q, want %q", c.text, got, c.want)
		}
	}
}
