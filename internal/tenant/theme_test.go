package tenant_test

import (
	"math"
	"math/rand"
	"strings"
	"testing"
	"testing/quick"

	"voordeur/internal/tenant"
	assets "voordeur/web"
)

// The values are those that WCAG's own examples and the tools of its working group give.
func TestD5_ContrastIsThatOfWCAG(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21},
		{"#ffffff", "#000000", 21},
		{"#777777", "#ffffff", 4.48},
		{"#767676", "#ffffff", 4.54},
		{"#ff0000", "#ffffff", 4.00},
		{"#0000ff", "#ffffff", 8.59},
		{"#008000", "#ffffff", 5.14},
		{"#123456", "#123456", 1},
	} {
		if got := tenant.Contrast(c.a, c.b); math.Abs(got-c.want) > 0.005 {
			t.Errorf("%s on %s: %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

func theme() tenant.Theme { return tenant.DefaultSettings().Theme }

func TestD5_TheDefaultThemeIsReadable(t *testing.T) {
	if got := theme().Clashes(); len(got) > 0 {
		t.Errorf("clashes: %+v", got)
	}
}

func TestD5_AnUnreadablePairIsNamedWithTheNearestThatPasses(t *testing.T) {
	th := theme()
	th.Accent = "#7fbf9f" // a soft green, unreadable on the page
	got := th.Clashes()
	if len(got) == 0 || got[0].Field != "accent" || got[0].Ratio >= 4.5 || got[0].Needed != 4.5 {
		t.Fatalf("clashes: %+v", got)
	}
	near := got[0].Nearest
	if r := tenant.Contrast(near, tenant.LightBase.Paper); r < 4.5 || r > 4.8 {
		t.Errorf("%s has %.2f on the page: not just enough", near, r)
	}
	// Still green: the middle channel is the largest.
	if near[3:5] <= near[1:3] || near[3:5] <= near[5:7] {
		t.Errorf("%s is another hue", near)
	}
}

// Whatever colours are chosen, taking every suggestion ends with a theme that passes.
func TestD5_EverySuggestionPasses(t *testing.T) {
	const digits = "0123456789abcdef"
	colour := func(b [3]byte) string {
		s := "#"
		for _, v := range b {
			s += string(digits[v>>4]) + string(digits[v&15])
		}
		return s
	}
	passes := func(a, b, c, d, e [3]byte) bool {
		th := theme()
		th.HeaderGround, th.HeaderText, th.Accent, th.OnAccent, th.Tint = colour(a), colour(b), colour(c), colour(d), colour(e)
		for _, clash := range th.Clashes() {
			if name, dark := strings.CutPrefix(clash.Field, "dark_"); dark {
				th.Dark.Set(name, clash.Nearest)
			} else {
				th.Set(clash.Field, clash.Nearest)
			}
		}
		for _, clash := range th.Clashes() {
			t.Logf("%+v still has %+v", th, clash)
		}
		return len(th.Clashes()) == 0
	}
	if err := quick.Check(passes, &quick.Config{MaxCount: 40, Rand: rand.New(rand.NewSource(1))}); err != nil {
		t.Error(err)
	}
}

// The contrast is counted against the style sheet's own colours.
func TestD5_TheBaseIsThatOfTheStyleSheet(t *testing.T) {
	sheet := strings.ReplaceAll(strings.ToLower(styleSheet(t)), ": ", ":")
	for _, b := range []tenant.Base{tenant.LightBase, tenant.DarkBase} {
		for name, colour := range map[string]string{
			"paper": b.Paper, "surface": b.Surface, "ink": b.Ink, "muted": b.Muted,
			"hairline": b.Hairline, "border": b.Border, "today": b.Today, "error": b.Error,
		} {
			short := colour
			if colour[1] == colour[2] && colour[3] == colour[4] && colour[5] == colour[6] {
				short = "#" + colour[1:2] + colour[3:4] + colour[5:6]
			}
			if !strings.Contains(sheet, "--voordeur-"+name+":"+colour) && !strings.Contains(sheet, "--voordeur-"+name+":"+short) {
				t.Errorf("the style sheet has no %s %s", name, colour)
			}
		}
	}
}

func TestD5_OnlyColoursGetIntoTheSheet(t *testing.T) {
	th := theme()
	th.Accent, th.Radius, th.Font = "red; } body { display: none", "6px; x", "</style>"
	one := tenant.Tenant{Settings: tenant.Settings{Theme: th}}
	for _, css := range []string{one.Stylesheet(), th.Preview(1)} {
		if strings.Contains(css, "display: none") || strings.Contains(css, "</style>") || strings.Contains(css, "6px; x") {
			t.Error("a text of the settings stands in the style sheet")
		}
	}
}

func TestD5_ColoursAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]string{"#1E5A46": "#1e5a46", "1e5a46": "#1e5a46", " #abc ": "#aabbcc", "rood": "", "": "", "#12345": "", "#1234567": "", "#12345g": ""} {
		if got, ok := tenant.ParseColour(typed); got != want || ok != (want != "") {
			t.Errorf("%q is %q", typed, got)
		}
	}
}

func TestD5_FontsOfTheListAreThere(t *testing.T) {
	for _, f := range tenant.Fonts[1:] {
		one := tenant.Tenant{Settings: tenant.Settings{Theme: tenant.Theme{Font: f.ID}}}
		if u := one.FontURL(); u != assets.URL(f.ID+".woff2") {
			t.Errorf("%s is at %q", f.ID, u)
		}
	}
}
