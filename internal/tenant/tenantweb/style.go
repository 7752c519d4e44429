package tenantweb

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// styleView is what the page of the house style has on top of its form.
type styleView struct {
	sheet    string            // address of the stylesheet of the preview
	nearest  map[string]string // the colour that passes, by the field that does not
	name     string
	imported bool
}

// styleSection is the house style as a form; it has handlers of its own for the preview.
func styleSection() section { return section{path: stylePath, what: "style", entries: styleEntries} }

func styleEntries(c *web.Ctx, e tenant.Edition) []entry {
	th := e.Settings.Theme
	name := entry{field: ui.Field{Name: "name", Label: c.T("settings.style.name"), Autocomplete: "organization"}, value: e.Name, set: func(e *tenant.Edition, s string) string {
		e.Name = s
		return ""
	}}
	out := []entry{name}
	out = append(out, colours(c, th.Palette, tenant.Palette{}, "", func(e *tenant.Edition) *tenant.Palette { return &e.Settings.Theme.Palette })...)
	out = append(out, colours(c, th.Dark, th.DarkPalette(), "dark_", func(e *tenant.Edition) *tenant.Palette { return &e.Settings.Theme.Dark })...)
	out = append(out, fontEntry(c, th), radiusEntry(c, th))
	return out
}

// colours are the fields of a palette; what is left empty in it, derived has.
func colours(c *web.Ctx, p, derived tenant.Palette, prefix string, of func(*tenant.Edition) *tenant.Palette) []entry {
	var out []entry
	have, made := p.Colours(), derived.Colours()
	for i, name := range tenant.Names {
		en := entry{kind: colour, value: have[name], derived: made[name], field: ui.Field{Name: prefix + name, Label: c.T("settings.style." + name)}}
		if prefix != "" {
			en.field.Label = c.T("settings.style.in_dark", "label", en.field.Label)
			en.field.Optional = c.T("ui.optional")
		}
		if i == 0 {
			en.heading = c.T("settings.style." + prefix + "colours")
			if prefix != "" {
				en.intro = c.T("settings.style.dark_intro")
			}
		}
		en.set = func(e *tenant.Edition, s string) string {
			parsed, ok := tenant.ParseColour(s)
			if s = strings.TrimSpace(s); s == "" && prefix != "" {
				parsed, ok = "", true
			}
			if !ok {
				of(e).Set(name, have[name])
				return "settings.style.not_a_colour"
			}
			of(e).Set(name, parsed)
			return ""
		}
		out = append(out, en)
	}
	return out
}

func fontEntry(c *web.Ctx, th tenant.Theme) entry {
	en := entry{kind: choose, heading: c.T("settings.style.shape"), value: th.FontOf().ID, field: ui.Field{Name: "font", Label: c.T("settings.style.font")}}
	for _, f := range tenant.Fonts {
		en.field.Options = append(en.field.Options, ui.Option{Value: f.ID, Label: f.Name})
	}
	if th.Font == tenant.FontUploaded {
		en.field.Options = append(en.field.Options, ui.Option{Value: tenant.FontUploaded, Label: c.T("settings.style.own_font")})
	}
	en.set = func(e *tenant.Edition, s string) string {
		// Only who has uploaded a font can choose it.
		if s == tenant.FontUploaded && e.Settings.Theme.Font != tenant.FontUploaded {
			return "field.choose"
		}
		e.Settings.Theme.Font = s
		return ""
	}
	return en
}

func radiusEntry(c *web.Ctx, th tenant.Theme) entry {
	return number(c, "radius", "settings.style.radius", int64(th.RadiusPixels()), func(e *tenant.Edition, n int64) {
		e.Settings.Theme.Radius = strconv.FormatInt(n, 10)
	})
}

func (p *Pages) stylePage(c *web.Ctx) error {
	t, e, err := p.now(c)
	if err != nil {
		return err
	}
	v, err := p.view(c, styleSection(), t, styleEntries(c, e))
	if err != nil {
		return err
	}
	return showStyle(c, 200, v, t, e)
}

// showStyle shows the form with the pages of the portal beside it, in the colours of e.
func showStyle(c *web.Ctx, status int, v view, t *tenant.Tenant, e tenant.Edition) error {
	th := e.Settings.Theme
	v.style.sheet, v.style.name, v.style.nearest = sheetURL(th, v.version), e.Name, map[string]string{}
	for _, clash := range th.Clashes() {
		if ui.ErrorOf(v.problems, clash.Field) != "" {
			v.style.nearest[clash.Field] = clash.Nearest
		}
	}
	title := v.heading
	if len(v.problems) > 0 || v.general != "" {
		title = c.T("page.error_title", "title", title)
	}
	return c.Render(status, stylePages(c, c.Frame(title), v, t))
}

// style previews, takes over a suggested colour, or keeps the house style.
func (p *Pages) style(c *web.Ctx, a access.Staff) error {
	f, typed, version, err := read(c)
	if err != nil {
		return err
	}
	t, e, err := p.now(c)
	if err != nil {
		return err
	}
	if name, colour, ok := strings.Cut(f.Use, "="); ok {
		typed[name] = colour
	}
	s, status := styleSection(), 422
	v, err := p.view(c, s, t, refill(s.entries(c, e), typed))
	if err != nil {
		return err
	}
	v.action = stylePath
	if f.Do == "save" && f.Use == "" {
		err := p.tenants.Edit(c.R.Context(), a, version, s.what, func(e *tenant.Edition) error { return s.put(c, e, v.fields, typed) })
		switch v.problems = problems(c, err); {
		case err == nil:
			return c.Done(stylePath, "settings.saved")
		case isConflict(err):
			status, v.theirs, v.general = 409, differences(c, s.entries(c, e), typed), c.T("settings.conflict")
		case len(v.problems) == 0:
			return err
		}
		// What is typed shows in the preview as far as it can be read.
		fill(c, s, &e, v.fields, typed)
		return showStyle(c, status, v, t, e)
	}
	// The version stays that of the form: a look changes nothing, and saving finds a colleague's change.
	v.version, v.problems = version, fill(c, s, &e, v.fields, typed)
	v.problems = append(v.problems, problems(c, e.Settings.Theme.Check())...)
	return showStyle(c, statusOf(v.problems), v, t, e)
}

// sheetURL is the address of the preview's stylesheet: everything it needs stands in it.
func sheetURL(th tenant.Theme, version int64) string {
	q := url.Values{"v": {strconv.FormatInt(version, 10)}, "font": {th.FontOf().ID}, "radius": {strconv.Itoa(th.RadiusPixels())}}
	for prefix, p := range map[string]tenant.Palette{"": th.Palette, "dark_": th.Dark} {
		have := p.Colours()
		for _, name := range slices.Sorted(maps.Keys(have)) {
			if have[name] != "" {
				q.Set(prefix+name, have[name])
			}
		}
	}
	return stylePath + "/preview.css?" + q.Encode()
}

// previewSheet serves the colours of the address as a stylesheet. What is no colour falls back on
// what the tenant has.
func (p *Pages) previewSheet(c *web.Ctx) error {
	t, e, err := p.now(c)
	if err != nil {
		return err
	}
	e.Settings.Theme.Dark = tenant.Palette{}
	for _, en := range styleEntries(c, e) {
		if v := c.Query(en.field.Name); v != "" {
			en.set(&e, v)
		}
	}
	h := c.W.Header()
	h.Set("Content-Type", "text/css; charset=utf-8")
	c.W.WriteHeader(http.StatusOK)
	_, err = c.W.Write([]byte(e.Settings.Theme.Preview(t.Version)))
	return err
}
