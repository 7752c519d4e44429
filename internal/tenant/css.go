package tenant

import (
	"fmt"
	"strconv"
	"strings"

	assets "voordeur/web"
)

// FontURL returns the address of the font that the house style asks for, "" for the program's own.
func (t *Tenant) FontURL() string { return t.Settings.Theme.fontURL(t.Version) }

func (t Theme) fontURL(version int64) string {
	switch f := t.FontOf(); f.ID {
	case FontDefault:
		return ""
	case FontUploaded:
		return "/font?v=" + strconv.FormatInt(version, 10)
	default:
		return assets.URL(f.ID + ".woff2")
	}
}

// Stylesheet returns the house style as values of design tokens, for the light scheme and the dark
// one. Only colours and numbers get in.
func (t *Tenant) Stylesheet() string {
	if t.sheet != "" {
		return t.sheet
	}
	th := t.Settings.Theme
	return th.fontFace(t.Version) + ":root {" + th.shape() + " }\n" +
		"@media (prefers-color-scheme: light) { :root {" + th.tokens() + " } }\n" +
		"@media (prefers-color-scheme: dark) { :root {" + th.DarkPalette().tokens() + " } }\n"
}

// Preview returns a stylesheet that shows the theme in both schemes side by side, below the classes
// preview-light and preview-dark and nowhere else. How the preview is laid out is in the program's
// own sheet.
func (t Theme) Preview(version int64) string {
	var b strings.Builder
	b.WriteString(t.fontFace(version))
	for _, s := range []struct {
		name    string
		palette Palette
		base    Base
	}{{"light", t.Palette, LightBase}, {"dark", t.DarkPalette(), DarkBase}} {
		fmt.Fprintf(&b, ".preview-%s { color-scheme: %s;%s%s%s }\n", s.name, s.name, s.base.tokens(), s.palette.tokens(), t.shape())
	}
	return b.String()
}

func (p Palette) tokens() string {
	colours := p.Colours()
	var b strings.Builder
	for _, name := range Names {
		b.WriteString(token(strings.ReplaceAll(name, "_", "-"), colours[name]))
	}
	return b.String()
}

func (b Base) tokens() string {
	return token("paper", b.Paper) + token("surface", b.Surface) + token("ink", b.Ink) + token("muted", b.Muted) +
		token("hairline", b.Hairline) + token("border", b.Border) + token("today", b.Today) + token("error", b.Error)
}

// token writes one colour; what is none is left out, so that no text gets into the sheet.
func token(name, colour string) string {
	c, ok := ParseColour(colour)
	if !ok {
		return ""
	}
	return " --voordeur-" + name + ": " + c + ";"
}

func (t Theme) shape() string {
	s := " --voordeur-radius: " + strconv.Itoa(min(max(t.RadiusPixels(), 0), MaxRadius)) + "px;"
	if f := t.FontOf(); f.ID != FontDefault {
		s += fmt.Sprintf(" --voordeur-font: %q, %s;", f.Name, f.Fallback)
	}
	return s
}

func (t Theme) fontFace(version int64) string {
	u := t.fontURL(version)
	if u == "" {
		return ""
	}
	return fmt.Sprintf("@font-face { font-family: %q; src: url(%q) format(\"woff2\"); font-weight: 100 900; font-display: optional; }\n", t.FontOf().Name, u)
}
