package world

import (
	"bytes"
	"fmt"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"voordeur/internal/dossier"
	"voordeur/internal/i18n"
	"voordeur/internal/pdf"
)

// paper is a document of the demo. Days are working days before now.
type paper struct {
	days     int
	name     string
	category dossier.Category
	kind     kind
	read     bool // the client has opened it
	internal bool // only for the office
}

// kind makes the bytes of one sort of paper.
type kind func(desk) ([]byte, error)

// desk is where a paper is made: whose house style, for whom, about what, on which day.
type desk struct {
	office office
	client person
	story  story
	day    time.Time // the date on the paper
	now    time.Time // what {+7} in a text counts from
}

// shelf keeps what was made in this process: a test binary builds the world many times.
var shelf sync.Map

func (p paper) make(k desk) ([]byte, error) {
	key := strings.Join([]string{k.office.id, k.story.number, p.name, k.day.Format(time.DateOnly), k.now.Format(time.DateOnly)}, "|")
	once, _ := shelf.LoadOrStore(key, sync.OnceValues(func() ([]byte, error) { return p.kind(k) }))
	data, err := once.(func() ([]byte, error))()
	if err != nil {
		err = fmt.Errorf("%s: %w", p.name, err)
	}
	return data, err
}

var dutch = i18n.For(i18n.NL, nil)

// distance is a day in a text, counted from now: {+7} or {-30}.
var distance = regexp.MustCompile(`\{[+-]\d+\}`)

// dated writes the days of a text out. An office agrees nothing for a weekend.
func dated(text string, now time.Time) string {
	return distance.ReplaceAllStringFunc(text, func(s string) string {
		n, err := strconv.Atoi(s[1 : len(s)-1])
		if err != nil {
			return s
		}
		at := now.AddDate(0, 0, n)
		for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			at = at.AddDate(0, 0, 1)
		}
		return dutch.Date(at)
	})
}

func (k desk) text(s string) string {
	return strings.NewReplacer("{dossier}", k.story.title, "{nummer}", k.story.number, "{klant}", k.client.name,
		"{kantoor}", k.office.name, "{plaats}", k.office.city(), "{behandelaar}", k.office.handler).Replace(dated(s, k.now))
}

// write makes a file of the blocks in the office's house style.
func (k desk) write(title string, blocks ...pdf.Block) ([]byte, error) {
	for n, b := range blocks {
		switch b := b.(type) {
		case pdf.Paragraph:
			blocks[n] = pdf.Paragraph{Text: capital(k.text(b.Text))}
		case pdf.List:
			b.Items = strings.Split(k.text(strings.Join(b.Items, "\n")), "\n")
			blocks[n] = b
		case pdf.Heading:
			blocks[n] = pdf.Heading{Level: b.Level, Text: k.text(b.Text)}
		}
	}
	var b bytes.Buffer
	err := pdf.Write(&b, pdf.Document{
		Title: title + " – " + k.story.title, Lang: "nl", Author: k.office.name, Created: k.day,
		Header: title + " – " + k.story.number, Footer: k.office.name + " · KvK " + k.office.kvk,
		PageLabel: "Bladzijde {n} van {total}", Accent: rgb(k.office.theme.HeaderGround), Blocks: blocks,
	})
	return b.Bytes(), err
}

func rgb(hex string) color.RGBA {
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
		return color.RGBA{A: 255}
	}
	return color.RGBA{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n), A: 255} // #nosec G115 -- one byte of each
}

// letterhead opens every paper: sender, addressee, date and reference.
func (k desk) letterhead(title string) []pdf.Block {
	return []pdf.Block{
		pdf.Letterhead{Name: k.office.name, Lines: []string{k.office.street, k.office.postcode, k.office.phone, "post@" + k.office.domain}},
		pdf.Address{Lines: append([]string{capital(k.client.name)}, k.client.address...)},
		pdf.Table{RowHeaders: true, Rows: [][]string{
			{"Datum", dutch.Date(k.day)}, {"Ons kenmerk", k.story.number}, {"Onderwerp", k.story.title}, {"Behandeld door", k.office.handler + ", " + k.office.phone},
		}},
		pdf.Heading{Level: 1, Text: title},
	}
}

// letter is a letter of one or two pages.
func letter(subject string, paragraphs ...string) kind {
	return func(k desk) ([]byte, error) {
		blocks := append(k.letterhead(subject), pdf.Paragraph{Text: k.client.greeting})
		for _, p := range paragraphs {
			blocks = append(blocks, block(p))
		}
		blocks = append(blocks, pdf.Paragraph{Text: "Heeft u vragen? Stuur ons een bericht in het portaal, of bel {behandelaar}."},
			pdf.Paragraph{Text: "Met vriendelijke groet,"}, pdf.Signatures{Names: []string{k.office.handler + "\n" + k.office.name}})
		return k.write(subject, blocks...)
	}
}

// block reads a piece of text: "## " opens a heading, "- " a list.
func block(text string) pdf.Block {
	if h, ok := strings.CutPrefix(text, "## "); ok {
		return pdf.Heading{Level: 2, Text: h}
	}
	if l, ok := strings.CutPrefix(text, "- "); ok {
		return pdf.List{Items: strings.Split(l, "\n- ")}
	}
	return pdf.Paragraph{Text: text}
}

// deed is a formal paper: a preamble, articles, and room to sign.
func deed(title, preamble string, signs []string, articles ...article) kind {
	return func(k desk) ([]byte, error) {
		blocks := append(k.letterhead(title), pdf.Paragraph{Text: preamble})
		for n, a := range articles {
			blocks = append(blocks, pdf.Heading{Level: 2, Text: fmt.Sprintf("Artikel %d. %s", n+1, a.title)})
			for _, p := range a.text {
				blocks = append(blocks, block(p))
			}
			if a.table != nil {
				blocks = append(blocks, a.table())
			}
		}
		blocks = append(blocks, pdf.Heading{Level: 2, Text: "Ondertekening"}, pdf.Paragraph{Text: "Aldus opgemaakt in {plaats}, op de dag die hierboven staat."})
		names := make([]string, len(signs))
		for n, s := range signs {
			names[n] = capital(k.text(s))
		}
		return k.write(title, append(blocks, pdf.Signatures{Names: names})...)
	}
}

// article is a numbered part of a deed.
type article struct {
	title string
	text  []string
	table func() pdf.Table
}

// capital begins with a capital what begins with a letter.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// euros writes an amount in cents as Dutch papers do: 1.234,50.
func euros(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	whole := strconv.FormatInt(cents/100, 10)
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "." + whole[at:]
	}
	return fmt.Sprintf("€ %s%s,%02d", sign, whole, cents%100)
}

// cost is a line of a table of amounts.
type cost struct {
	what  string
	cents int64
}

// costs is a table of amounts with its total.
func costs(caption, total string, lines ...cost) pdf.Table {
	t := pdf.Table{Caption: caption, Head: []string{"Omschrijving", "Bedrag"}, RowHeaders: true, Total: true}
	sum := int64(0)
	for _, l := range lines {
		sum += l.cents
		t.Rows = append(t.Rows, []string{l.what, euros(l.cents)})
	}
	t.Rows = append(t.Rows, []string{total, euros(sum)})
	return t
}
