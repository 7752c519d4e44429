package mail

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"voordeur/internal/i18n"
)

// Layout is what all mail of one organisation has in common.
type Layout struct {
	Texts   *i18n.Texts // language and the tenant's own labels
	Office  string      // name of the organisation
	Address string      // one line with the postal address, may be empty
	Colour  string      // brand colour as #rrggbb; empty means a dark blue
}

// Content is what one mail says. Greeting, Paragraphs and Closing are templates (see Fill) over
// Values; a place whose value is an http or https URL becomes a link.
type Content struct {
	Subject     string // title of the HTML page
	Greeting    string // empty means a neutral one
	Paragraphs  []string
	Points      []string // a list below the paragraphs, of plain words
	ButtonText  string   // with ButtonURL the one thing to do; both or neither
	ButtonURL   string
	Closing     string // empty means the usual one
	SettingsURL string // where notifications are switched off; empty for mail that cannot be
	Values      map[string]string
}

// Compose returns the content as plain text and as an HTML page that says the same. An unknown
// place, a URL that is not http or https, and a malformed colour are errors. Source: WCAG 2.2 AA
// for the page; no picture is loaded, so opening the mail tells nobody.
func Compose(ctx context.Context, layout Layout, content Content) (text, html string, err error) {
	l, err := newLetter(layout, content)
	if err != nil {
		return "", "", fmt.Errorf("mail: compose: %w", err)
	}
	var b strings.Builder
	if err := page(l).Render(ctx, &b); err != nil {
		return "", "", fmt.Errorf("mail: compose: %w", err)
	}
	return l.text(), b.String(), nil
}

// letter is a content with everything filled in, ready to be written in either form.
type letter struct {
	layout     Layout
	content    Content
	greeting   []piece
	paragraphs [][]piece
	closing    []piece
	ink        string // colour of the words on the brand colour
}

const defaultColour = "#1d4f73"

var colourShape = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

func newLetter(layout Layout, content Content) (letter, error) {
	t := layout.Texts
	if layout.Colour == "" {
		layout.Colour = defaultColour
	}
	if content.Greeting == "" {
		content.Greeting = t.T("mail.greeting")
	}
	if content.Closing == "" {
		content.Closing = t.T("mail.closing")
	}
	layout.Office, layout.Address = OneLine(layout.Office), OneLine(layout.Address)
	content.Subject, content.ButtonText = OneLine(content.Subject), OneLine(content.ButtonText)
	points := make([]string, len(content.Points))
	for n, p := range content.Points {
		points[n] = OneLine(p)
	}
	content.Points = points
	l := letter{layout: layout, content: content, ink: inkOn(layout.Colour)}
	if err := l.check(); err != nil {
		return letter{}, err
	}
	return l, l.fill()
}

func (l *letter) check() error {
	if !colourShape.MatchString(l.layout.Colour) {
		return errors.New("colour is not #rrggbb")
	}
	if (l.content.ButtonText == "") != (l.content.ButtonURL == "") {
		return errors.New("a button needs a text and a url")
	}
	for _, u := range []string{l.content.ButtonURL, l.content.SettingsURL} {
		if u != "" && !validURL(u) {
			return errors.New("url is not absolute http or https")
		}
	}
	return nil
}

func (l *letter) fill() error {
	var err error
	if l.greeting, err = parse(l.content.Greeting, l.content.Values); err != nil {
		return err
	}
	if l.closing, err = parse(l.content.Closing, l.content.Values); err != nil {
		return err
	}
	for _, p := range l.content.Paragraphs {
		pieces, err := parse(p, l.content.Values)
		if err != nil {
			return err
		}
		l.paragraphs = append(l.paragraphs, pieces)
	}
	return nil
}

// text writes the letter as plain text, a blank line between its parts.
func (l letter) text() string {
	t := l.layout.Texts
	parts := []string{join(l.greeting)}
	for _, p := range l.paragraphs {
		parts = append(parts, join(p))
	}
	if len(l.content.Points) > 0 {
		parts = append(parts, "- "+strings.Join(l.content.Points, "\n- "))
	}
	if l.content.ButtonURL != "" {
		parts = append(parts, l.content.ButtonText+":\n"+l.content.ButtonURL)
	}
	parts = append(parts, join(l.closing)+"\n"+l.layout.Office)
	// "-- " opens a signature (RFC 3676 4.3), which answers leave out.
	footer := []string{"-- ", l.layout.Office}
	if l.layout.Address != "" {
		footer = append(footer, l.layout.Address)
	}
	if l.content.SettingsURL != "" {
		footer = append(footer, t.T("mail.notifications.why", "office", l.layout.Office),
			t.T("mail.notifications.off")+": "+l.content.SettingsURL)
	}
	return strings.Join(append(parts, strings.Join(footer, "\n")), "\n\n") + "\n"
}

// inkOn returns black or white, whichever contrasts more with the colour; that is always at least
// 4.5 to 1 (WCAG 2.2, 1.4.3).
func inkOn(colour string) string {
	if luminance(colour) > 0.179 { // above it black on the colour contrasts more than white
		return "#000000"
	}
	return "#ffffff"
}

// luminance is the relative luminance that WCAG 2.2 defines for #rrggbb; 0 for anything else.
func luminance(colour string) float64 {
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil {
		return 0
	}
	channel := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}
