package tenant

import (
	"maps"
	"slices"
	"strconv"

	"voordeur/internal/errs"
)

// Palette is the colours of the house style in one scheme. Colours are #rrggbb.
type Palette struct {
	HeaderGround string `json:"header_ground"`
	HeaderText   string `json:"header_text"`
	Accent       string `json:"accent"`
	OnAccent     string `json:"on_accent"`
	Tint         string `json:"tint"`
}

// Theme is the house style: values of design tokens. The zero Font and Radius are the program's
// own; a dark colour that is empty is made from the light one.
type Theme struct {
	Palette
	Dark   Palette `json:"dark,omitzero"`
	Font   string  `json:"font,omitempty"`
	Radius string  `json:"radius,omitempty"` // in pixels
	Logo   Picture `json:"logo,omitzero"`
}

// Picture is the size in pixels of a stored picture; the zero one says that there is none.
type Picture struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Base is the colours that no organisation changes, which its own must be readable on.
type Base struct{ Paper, Surface, Ink, Muted, Hairline, Border, Today, Error string }

// LightBase and DarkBase are the values of the style sheet; a test holds them to it.
var (
	LightBase = Base{Paper: "#faf8f4", Surface: "#ffffff", Ink: "#1f1e1a", Muted: "#57544b", Hairline: "#e2ddd2", Border: "#857f70", Today: "#84480a", Error: "#a3231b"}
	DarkBase  = Base{Paper: "#171714", Surface: "#1f1f1b", Ink: "#efece4", Muted: "#b5b1a5", Hairline: "#37362f", Border: "#8d8878", Today: "#e9b86a", Error: "#f2a79f"}
)

// textContrast is the contrast that WCAG 2.2 asks of text (1.4.3). What is not text (1.4.11: 3 to 1)
// is either the accent on the page, which is held to more here, or a colour nobody chooses: the focus
// ring is yellow and black, of which one stands out on any ground.
const textContrast = 4.5

// MaxRadius is the roundest corner, in pixels.
const MaxRadius = 24

// DefaultRadius is the corner of a tenant that chose none.
const DefaultRadius = 6

// FontUploaded is the id of the tenant's own font; FontDefault of the program's.
const (
	FontUploaded = "uploaded"
	FontDefault  = "atkinson"
)

// Font is a family that comes with the program.
type Font struct{ ID, Name, Fallback string }

// Fonts are the families to choose from, all with an open licence (OFL).
var Fonts = []Font{
	{FontDefault, "Atkinson Hyperlegible Next", "sans-serif"},
	{"noto-sans", "Noto Sans", "sans-serif"},
	{"open-sans", "Open Sans", "sans-serif"},
	{"public-sans", "Public Sans", "sans-serif"},
	{"source-sans-3", "Source Sans 3", "sans-serif"},
	{"source-serif-4", "Source Serif 4", "serif"},
}

// FontOf returns the chosen family; what is not in the list is the program's own.
func (t Theme) FontOf() Font {
	for _, f := range Fonts {
		if f.ID == t.Font {
			return f
		}
	}
	if t.Font == FontUploaded {
		return Font{FontUploaded, "Voordeur Own", "sans-serif"}
	}
	return Fonts[0]
}

// RadiusPixels returns the corner in pixels.
func (t Theme) RadiusPixels() int {
	n, err := strconv.Atoi(t.Radius)
	if err != nil {
		return DefaultRadius
	}
	return n
}

// Colours returns the palette by the names of its fields.
func (p Palette) Colours() map[string]string {
	return map[string]string{"header_ground": p.HeaderGround, "header_text": p.HeaderText, "accent": p.Accent, "on_accent": p.OnAccent, "tint": p.Tint}
}

// Set gives the named colour a value; a name that is not in Colours changes nothing.
func (p *Palette) Set(name, colour string) {
	switch name {
	case "header_ground":
		p.HeaderGround = colour
	case "header_text":
		p.HeaderText = colour
	case "accent":
		p.Accent = colour
	case "on_accent":
		p.OnAccent = colour
	case "tint":
		p.Tint = colour
	}
}

// Names of the colours, in the order of the form.
var Names = []string{"header_ground", "header_text", "accent", "on_accent", "tint"}

// DarkPalette returns the colours of the dark scheme: those chosen, and for the rest ones made of
// the light scheme's that are readable in the dark.
func (t Theme) DarkPalette() Palette {
	d := t.Dark
	if d.HeaderGround == "" {
		d.HeaderGround = mix(t.HeaderGround, "#000000", 0.25)
	}
	if d.HeaderText == "" {
		d.HeaderText, _ = nearest(t.HeaderText, func(c string) bool { return headerContrast(c, d.HeaderGround) >= textContrast })
	}
	if d.Accent == "" {
		d.Accent, _ = nearest(t.Accent, func(c string) bool { return Contrast(c, DarkBase.Surface) >= 8 })
	}
	if d.OnAccent == "" {
		d.OnAccent, _ = nearest(t.Accent, func(c string) bool { return Contrast(c, d.Accent) >= 7 })
	}
	if d.Tint == "" {
		d.Tint = mix(DarkBase.Surface, d.Accent, 0.1)
	}
	return d
}

// headerContrast is that of the text on the header and on the place in the rail where one is, which
// the style sheet lightens.
func headerContrast(text, ground string) float64 {
	return min(Contrast(text, ground), Contrast(text, mix(ground, "#ffffff", 0.16)))
}

// Clash is a pair of colours that too little tells apart.
type Clash struct {
	Field   string  // the one to change, "dark_" before it in the dark scheme
	With    string  // what it stands on or beside: the end of the key of the text that says so
	Ratio   float64 // what it is
	Needed  float64 // what it must be
	Nearest string  // the colour most like it that passes
}

// pair is one thing a palette must satisfy; field is what is changed to mend it.
type pair struct {
	field, with string
	needed      float64
	ratio       func(p Palette, b Base) float64
}

var pairs = []pair{
	{"accent", "on_paper", textContrast, func(p Palette, b Base) float64 {
		return min(Contrast(p.Accent, b.Paper), Contrast(p.Accent, b.Surface))
	}},
	{"on_accent", "on_button", textContrast, func(p Palette, _ Base) float64 { return Contrast(p.OnAccent, p.Accent) }},
	{"tint", "on_tint", textContrast, func(p Palette, b Base) float64 {
		return min(Contrast(p.Accent, p.Tint), Contrast(b.Ink, p.Tint))
	}},
	{"header_ground", "any_text", textContrast, func(p Palette, _ Base) float64 {
		return max(headerContrast("#ffffff", p.HeaderGround), headerContrast("#000000", p.HeaderGround))
	}},
	{"header_text", "on_header", textContrast, func(p Palette, _ Base) float64 { return headerContrast(p.HeaderText, p.HeaderGround) }},
}

// Clashes returns the pairs of both schemes that WCAG 2.2 AA does not allow, each with the nearest
// colour that passes. Where a colour is itself to be changed, what stands on it is judged on the
// changed one, so that taking every suggestion ends with none.
func (t Theme) Clashes() []Clash {
	out := clashes(t.Palette, LightBase, "")
	return append(out, clashes(t.DarkPalette(), DarkBase, "dark_")...)
}

func clashes(p Palette, b Base, prefix string) []Clash {
	var out []Clash
	for _, one := range pairs {
		ratio := one.ratio(p, b)
		if ratio >= one.needed {
			continue
		}
		best, ok := nearest(p.Colours()[one.field], func(c string) bool {
			tried := p
			tried.Set(one.field, c)
			return one.ratio(tried, b) >= one.needed
		})
		if !ok {
			best = p.Colours()[one.field]
		}
		out = append(out, Clash{Field: prefix + one.field, With: one.with, Ratio: ratio, Needed: one.needed, Nearest: best})
		p.Set(one.field, best)
	}
	return out
}

// badColours returns the fields that hold no #rrggbb; an empty one is right where blank allows it.
func badColours(p Palette, prefix string, blank bool) []string {
	var out []string
	colours := p.Colours()
	for _, name := range slices.Sorted(maps.Keys(colours)) {
		if c := colours[name]; c == "" && blank {
			continue
		} else if parsed, ok := ParseColour(c); !ok || parsed != c {
			out = append(out, prefix+name)
		}
	}
	return out
}

// Check returns an Invalid error with the fields that hold no colour, or a pair that cannot be read.
func (t Theme) Check() error {
	var f errs.Fields
	t.check(&f)
	return f.Err()
}
