package mail_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"voordeur/internal/i18n"
	"voordeur/internal/mail"
)

func layout() mail.Layout {
	return mail.Layout{Texts: i18n.For(i18n.NL, nil), Office: "De Vos & Zn", Address: "Kade 1, 1234 AB Utrecht", Colour: "#aa0033"}
}

func content() mail.Content {
	return mail.Content{
		Subject:    "Nieuw bericht",
		Greeting:   "Beste {name},",
		Paragraphs: []string{"{office} heeft iets voor u.", "Kijk op {link}."},
		ButtonText: "Bericht lezen", ButtonURL: "https://vos.test/b?x=1&y=2",
		SettingsURL: "https://vos.test/meldingen",
		Values:      map[string]string{"name": "Jan", "office": "De Vos & Zn", "link": "https://vos.test/?a=1&b=2"},
	}
}

func compose(t *testing.T, l mail.Layout, c mail.Content) (string, string) {
	t.Helper()
	text, page, err := mail.Compose(t.Context(), l, c)
	if err != nil {
		t.Fatal(err)
	}
	return text, page
}

func TestComposeText(t *testing.T) {
	text, _ := compose(t, layout(), content())
	want := `Beste Jan,

De Vos & Zn heeft iets voor u.

Kijk op https://vos.test/?a=1&b=2.

Bericht lezen:
https://vos.test/b?x=1&y=2

Met vriendelijke groet,
De Vos & Zn

-- 
De Vos & Zn
Kade 1, 1234 AB Utrecht
U ontvangt dit bericht omdat u meldingen van De Vos & Zn per e-mail krijgt.
Meldingen aanpassen of uitzetten: https://vos.test/meldingen
`
	if text != want {
		t.Errorf("got:\n%s\nwant:\n%s", text, want)
	}
}

// Both forms of the mail say the same words in the same order.
func TestComposeHTMLSaysTheSame(t *testing.T) {
	_, page := compose(t, layout(), content())
	shown := strings.Join(strings.Fields(visible(t, page)), " ")
	last := 0
	for _, s := range []string{
		"De Vos & Zn", "Beste Jan,", "De Vos & Zn heeft iets voor u.", "Kijk op https://vos.test/?a=1&b=2.", "Bericht lezen",
		"Met vriendelijke groet, De Vos & Zn", "De Vos & Zn Kade 1, 1234 AB Utrecht", "omdat u meldingen van De Vos & Zn", "Meldingen aanpassen of uitzetten",
	} {
		i := strings.Index(shown[last:], s)
		if i < 0 {
			t.Fatalf("%q is missing or out of order in %q", s, shown)
		}
		last += i
	}
	for _, link := range []string{"https://vos.test/b?x=1&y=2", "https://vos.test/?a=1&b=2", "https://vos.test/meldingen"} {
		if !hasLink(t, page, link) {
			t.Errorf("no link to %s", link)
		}
	}
	for _, s := range []string{`<html lang="nl"`, "<title>Nieuw bericht</title>", "prefers-color-scheme: dark", "#aa0033"} {
		if !strings.Contains(page, s) {
			t.Errorf("%s is missing", s)
		}
	}
	for _, s := range []string{"<img", "url(", "<script", "<table", "@import"} {
		if strings.Contains(page, s) {
			t.Errorf("the page contains %s", s)
		}
	}
}

func TestComposeInEnglishWithDefaults(t *testing.T) {
	text, page := compose(t, mail.Layout{Texts: i18n.For(i18n.EN, nil), Office: "Vos"}, mail.Content{Subject: "S", Paragraphs: []string{"One."}})
	if want := "Hello,\n\nOne.\n\nKind regards,\nVos\n\n-- \nVos\n"; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
	if !strings.Contains(page, `<html lang="en"`) || strings.Contains(page, "<a ") {
		t.Errorf("page is not English or has a link to nowhere:\n%s", page)
	}
}

// Security requirement 1.3.5: what people type stays text.
func TestComposeEscapes(t *testing.T) {
	evil := "<script>x</script>\" onload=\"{office}\r\n\u2028</p>"
	l, c := layout(), content()
	l.Office, l.Address = evil, evil
	c.Greeting, c.ButtonText, c.Subject = "<b>{name}", evil, evil
	c.Paragraphs = []string{"<i>{name} {link}"}
	c.Values = map[string]string{"name": evil, "link": "javascript:alert(1)"}
	text, page := compose(t, l, c)
	for _, s := range []string{"<script", "<b>", "<i>", `onload="`, "href=\"javascript"} {
		if strings.Contains(page, s) {
			t.Errorf("the page contains %s:\n%s", s, page)
		}
	}
	if !strings.Contains(text, `onload="{office}`) {
		t.Error("a value was looked at for places")
	}
	if strings.Contains(text, "\u2028") || strings.Contains(text, "\r") {
		t.Error("a value broke its line")
	}
}

func TestComposeRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*mail.Layout, *mail.Content){
		"unknown place in paragraph": func(_ *mail.Layout, c *mail.Content) { c.Paragraphs = []string{"{bsn}"} },
		"unknown place in greeting":  func(_ *mail.Layout, c *mail.Content) { c.Greeting = "{bsn}" },
		"unknown place in closing":   func(_ *mail.Layout, c *mail.Content) { c.Closing = "{bsn}" },
		"colour with style":          func(l *mail.Layout, _ *mail.Content) { l.Colour = "red;x:url(y)" },
		"button to a script":         func(_ *mail.Layout, c *mail.Content) { c.ButtonURL = "javascript:x" },
		"button to nowhere":          func(_ *mail.Layout, c *mail.Content) { c.ButtonURL = "" },
		"button without words":       func(_ *mail.Layout, c *mail.Content) { c.ButtonText = "" },
		"settings without host":      func(_ *mail.Layout, c *mail.Content) { c.SettingsURL = "/meldingen" },
	} {
		t.Run(name, func(t *testing.T) {
			l, c := layout(), content()
			spoil(&l, &c)
			if _, _, err := mail.Compose(t.Context(), l, c); err == nil {
				t.Error("was composed")
			}
		})
	}
}

// WCAG 2.2, 1.4.3: the button's words can be read on every brand colour.
func TestButtonContrast(t *testing.T) {
	for colour, ink := range map[string]string{"#ffffff": "#000000", "#000000": "#ffffff", "#ffcc00": "#000000", "#1d4f73": "#ffffff", "#747474": "#ffffff", "#777777": "#000000"} {
		l := layout()
		l.Colour = colour
		_, page := compose(t, l, content())
		if want := "background:" + colour + ";color:" + ink; !strings.Contains(page, want) {
			t.Errorf("on %s the words are not %s", colour, ink)
		}
	}
}

func TestFill(t *testing.T) {
	values := map[string]string{"name": "Jan", "office": "De Vos", "empty": ""}
	for template, want := range map[string]string{
		"": "", "Dag": "Dag", "Dag {name}, {office}.": "Dag Jan, De Vos.", "{name}{name}": "JanJan", "[{empty}]": "[]", "a\nb": "a\nb",
	} {
		if got, err := mail.Fill(template, values); err != nil || got != want {
			t.Errorf("%q gives %q (%v), want %q", template, got, err, want)
		}
	}
	for _, bad := range []string{"{", "}", "{}", "{name", "name}", "{{name}}", "{Name}", "{ name }", "{bsn}", "{name.first}", "a } b {name}"} {
		if got, err := mail.Fill(bad, values); err == nil {
			t.Errorf("%q gives %q, want an error", bad, got)
		}
	}
}

// visible returns the text of the page's body.
func visible(t *testing.T, page string) string {
	t.Helper()
	var b strings.Builder
	for n := range document(t, page).Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" && n.Parent.Data != "title" {
			b.WriteString(n.Data)
		}
		if n.Type == html.ElementNode && (n.Data == "p" || n.Data == "br") {
			b.WriteString(" ")
		}
	}
	return b.String()
}

func hasLink(t *testing.T, page, href string) bool {
	t.Helper()
	for n := range document(t, page).Descendants() {
		for _, a := range n.Attr {
			if n.Data == "a" && a.Key == "href" && a.Val == href {
				return true
			}
		}
	}
	return false
}

func document(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
