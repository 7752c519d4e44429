package tenant

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
)

// Tokens is what a published package of design tokens says about a house style.
type Tokens struct {
	Used        []UsedToken
	UnknownFont string // a family that does not come with the program
}

// UsedToken is a token and the field it fills.
type UsedToken struct{ Field, Token, Value string }

// wishes are the tokens that fill a field, the best first, without the prefix of the organisation
// or the project that publishes them.
var wishes = []struct {
	field  string
	tokens []string
}{
	{"header_ground", []string{"voordeur-header-ground", "page-header-background-color", "header-background-color", "navigation-bar-background-color", "nav-bar-background-color", "page-footer-background-color"}},
	{"header_text", []string{"voordeur-header-text", "page-header-color", "header-color", "navigation-bar-color", "nav-bar-color", "page-footer-color"}},
	{"accent", []string{"voordeur-accent", "button-primary-action-background-color", "button-primary-background-color", "button-background-color", "link-color"}},
	{"on_accent", []string{"voordeur-on-accent", "button-primary-action-color", "button-primary-color", "button-color"}},
	{"tint", []string{"voordeur-tint", "alert-info-background-color", "highlight-background-color"}},
	{"font", []string{"voordeur-font", "document-font-family", "paragraph-font-family", "body-font-family"}},
	{"radius", []string{"voordeur-radius", "button-border-radius", "textbox-border-radius", "text-input-border-radius"}},
}

// ReadTokens reads a file of the Design Tokens format, of Style Dictionary, or a style sheet with
// custom properties, and takes the colours, the font and the corner that the program has a place for.
func ReadTokens(b []byte) (Tokens, error) {
	const most = 2 << 20
	if len(b) == 0 {
		return Tokens{}, refused("file", "upload.none")
	}
	if len(b) > most {
		return Tokens{}, refused("file", "settings.import.too_large")
	}
	all := map[string]string{}
	if s := strings.TrimSpace(strings.TrimPrefix(string(b), "\ufeff")); strings.HasPrefix(s, "{") {
		var tree map[string]any
		if err := json.Unmarshal([]byte(s), &tree); err != nil {
			return Tokens{}, refused("file", "settings.import.broken")
		}
		flatten(all, "", tree, 0)
	} else {
		customProperties(all, s)
	}
	found := choose(all)
	if len(found.Used) == 0 && found.UnknownFont == "" {
		return Tokens{}, refused("file", "settings.import.nothing")
	}
	return found, nil
}

// choose looks for each field's best token whose value can be read.
func choose(all map[string]string) Tokens {
	var out Tokens
	names := slices.Sorted(maps.Keys(all))
	for _, w := range wishes {
		for _, want := range w.tokens {
			i := slices.IndexFunc(names, func(n string) bool {
				_, ok := readValue(w.field, resolve(all, n, 0))
				return (n == want || strings.HasSuffix(n, "-"+want) && !strings.Contains(strings.TrimSuffix(n, "-"+want), "-")) && ok
			})
			if i < 0 {
				continue
			}
			value, _ := readValue(w.field, resolve(all, names[i], 0))
			if w.field == "font" {
				if value = fontNamed(value); value == "" {
					out.UnknownFont = firstFamily(resolve(all, names[i], 0))
					break
				}
			}
			out.Used = append(out.Used, UsedToken{w.field, names[i], value})
			break
		}
	}
	return out
}

// Apply returns the theme with what was found. Where the package says nothing of a colour that must
// go with one it gave, that one is made to fit.
func (k Tokens) Apply(t Theme) Theme {
	said := map[string]bool{}
	for _, u := range k.Used {
		said[u.Field] = true
		switch u.Field {
		case "font":
			t.Font = u.Value
		case "radius":
			t.Radius = u.Value
		default:
			t.Set(u.Field, u.Value)
		}
	}
	if said["accent"] {
		t.Dark = Palette{}
		if !said["on_accent"] {
			t.OnAccent = readableOn(t.Accent)
		}
		if !said["tint"] {
			t.Tint = mix("#ffffff", t.Accent, 0.1)
		}
		if !said["header_ground"] && !said["header_text"] {
			t.HeaderGround, t.HeaderText = t.Accent, readableOn(t.Accent)
		}
	}
	if said["header_ground"] && !said["header_text"] {
		t.HeaderText = readableOn(t.HeaderGround)
	}
	return t
}

func readableOn(ground string) string {
	if Contrast("#ffffff", ground) >= Contrast("#000000", ground) {
		return "#ffffff"
	}
	return "#000000"
}

// maxDepth is how deep tokens may nest, and how often one may refer to another.
const maxDepth = 20

func flatten(all map[string]string, at string, node map[string]any, depth int) {
	if depth > maxDepth {
		return
	}
	for _, key := range []string{"$value", "value"} {
		if v, ok := node[key]; ok {
			if s := tokenText(v); s != "" {
				all[at] = s
				return
			}
		}
	}
	for name, child := range node {
		next := strings.ToLower(strings.Trim(at+"-"+name, "-"))
		switch c := child.(type) {
		case map[string]any:
			flatten(all, next, c, depth+1)
		case string:
			// A flat list of names and values is what some packages publish.
			if !strings.HasPrefix(name, "$") {
				all[strings.TrimPrefix(next, "--")] = c
			}
		}
	}
}

// tokenText writes the value of a token as CSS would.
func tokenText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any: // font families
		var parts []string
		for _, p := range v {
			parts = append(parts, tokenText(p))
		}
		return strings.Join(parts, ", ")
	case map[string]any: // a colour or a dimension of the Design Tokens format
		if hex, ok := v["hex"].(string); ok {
			return hex
		}
		if n, ok := v["value"].(float64); ok {
			unit, _ := v["unit"].(string)
			return strconv.FormatFloat(n, 'f', -1, 64) + unit
		}
		if parts, ok := v["components"].([]any); ok && v["colorSpace"] == "srgb" && len(parts) == 3 {
			var c []string
			for _, p := range parts {
				n, _ := p.(float64)
				c = append(c, strconv.Itoa(int(n*255+0.5)))
			}
			return "rgb(" + strings.Join(c, " ") + ")"
		}
	}
	return ""
}

// customProperties reads the declarations of custom properties of a style sheet, the first of each
// name: what stands in a media query comes later.
func customProperties(all map[string]string, css string) {
	css = withoutComments(css)
	for css != "" {
		_, rest, found := strings.Cut(css, "--")
		if !found {
			return
		}
		css = rest
		end := strings.IndexFunc(rest, func(r rune) bool {
			return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		})
		if end <= 0 {
			continue
		}
		name, after := strings.ToLower(rest[:end]), strings.TrimLeft(rest[end:], " \t\r\n")
		if !strings.HasPrefix(after, ":") { // a use, as in var(--x)
			continue
		}
		value, left := declaration(after[1:])
		if _, had := all[name]; !had {
			all[name] = value
		}
		css = left
	}
}

// declaration cuts a value at the ; or } that ends it, outside strings and brackets.
func declaration(s string) (value, rest string) {
	depth, quote := 0, byte(0)
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case quote != 0:
			if b == '\\' {
				i++
			} else if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'':
			quote = b
		case b == '(':
			depth++
		case b == ')':
			depth--
		case (b == ';' || b == '}') && depth <= 0:
			return strings.TrimSpace(s[:i]), s[i:]
		}
	}
	return strings.TrimSpace(s), ""
}

func withoutComments(css string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(css, "/*")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, css, _ = strings.Cut(after, "*/")
		b.WriteByte(' ')
	}
}

var (
	braceRef = regexp.MustCompile(`^\{([A-Za-z0-9_. -]+)\}$`)
	varRef   = regexp.MustCompile(`^var\(\s*--([A-Za-z0-9_-]+)\s*(?:,(.*))?\)$`)
	rgbCall  = regexp.MustCompile(`^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*(?:1|1\.0+|100%)\s*)?\)$`)
	length   = regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,4})?|\.\d{1,4})(px|rem|em)?$`)
)

// resolve returns a token's value, following what it refers to.
func resolve(all map[string]string, name string, depth int) string {
	v := strings.TrimSpace(all[name])
	if depth > maxDepth {
		return ""
	}
	if m := braceRef.FindStringSubmatch(v); m != nil {
		ref := strings.TrimSuffix(strings.ToLower(strings.ReplaceAll(m[1], ".", "-")), "-value")
		return resolve(all, ref, depth+1)
	}
	if m := varRef.FindStringSubmatch(v); m != nil {
		if got := resolve(all, strings.ToLower(m[1]), depth+1); got != "" {
			return got
		}
		return strings.TrimSpace(m[2])
	}
	return v
}

// readValue returns a value as the field keeps it.
func readValue(field, v string) (string, bool) {
	switch field {
	case "font":
		return v, v != ""
	case "radius":
		return readRadius(v)
	}
	return readColour(v)
}

func readRadius(v string) (string, bool) {
	m := length.FindStringSubmatch(strings.TrimSpace(v))
	if m == nil {
		return "", false
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if m[2] == "rem" || m[2] == "em" {
		n *= 16
	}
	return strconv.Itoa(min(MaxRadius, int(n+0.5))), err == nil
}

// readColour takes the ways of writing an opaque colour that token packages use.
func readColour(v string) (string, bool) {
	v = strings.ToLower(strings.TrimSpace(v))
	if len(v) == 9 && strings.HasPrefix(v, "#") && strings.HasSuffix(v, "ff") {
		v = v[:7]
	}
	if strings.HasPrefix(v, "#") {
		return ParseColour(v)
	}
	if m := rgbCall.FindStringSubmatch(v); m != nil {
		var c [3]uint8
		for i, part := range m[1:4] {
			n, err := strconv.ParseUint(part, 10, 8)
			if err != nil {
				return "", false
			}
			c[i] = uint8(n)
		}
		return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]), true
	}
	if c, ok := colornames.Map[v]; ok {
		return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B), true
	}
	return "", false
}

func firstFamily(v string) string {
	name, _, _ := strings.Cut(v, ",")
	return strings.Trim(strings.TrimSpace(name), `"'`)
}

// fontNamed returns the id of the program's family of that name, "" for none.
func fontNamed(v string) string {
	name := strings.TrimSuffix(strings.ToLower(firstFamily(v)), " variable")
	for _, f := range Fonts {
		own := strings.ToLower(f.Name)
		if name == own || name == strings.TrimRight(own, " 0123456789") || name == strings.TrimSuffix(own, " next") {
			return f.ID
		}
	}
	return ""
}
