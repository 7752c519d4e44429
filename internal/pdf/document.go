// Package pdf writes tagged PDF files that screen readers can read: the shape of PDF/UA-1 (ISO
// 14289-1) in PDF 1.7 (ISO 32000-1). A document is a list of blocks; the package sets them on A4
// pages and writes the same bytes for the same document every time.
//
// Section and table numbers in comments are those of ISO 32000-1.
package pdf

import (
	"image/color"
	"time"
)

// Document is what Write turns into a file. Title and Lang are mandatory.
type Document struct {
	Title   string
	Lang    string // BCP 47, such as "nl"
	Author  string
	Created time.Time // written in UTC; never taken from a clock

	Header    string     // atop every page but the first
	Footer    string     // at the left below every page
	PageLabel string     // at the right below every page; {n} and {total} become numbers
	Accent    color.RGBA // of letterhead and headings; the zero value is black

	Blocks []Block
}

// Block is a part of a document: one of the exported types of this package.
type Block interface {
	// check returns what is wrong with the block, before anything is laid out.
	check(*checker) error
	draw(*layout) error
}

// Heading is a heading of level 1 to 6. The first one of a document has level 1 and no level is
// skipped on the way down. Headings are also the bookmarks of the file.
type Heading struct {
	Level int
	Text  string
}

// Paragraph is running text. A line feed in it starts a new line.
type Paragraph struct{ Text string }

// List is a list with bullets or, when Ordered, with numbers from Start on (0 means 1).
type List struct {
	Items   []string
	Ordered bool
	Start   int
}

// Table is a table whose rows all have as many cells as Head. Without Head it needs RowHeaders and
// is drawn without lines, as a list of names and values. A column with nothing but numbers and
// amounts stands right.
type Table struct {
	Caption    string
	Head       []string
	Rows       [][]string
	RowHeaders bool // the first cell of every row is its header
	Total      bool // the last row is a total, drawn bold below a line
}

// Image is a JPEG or PNG picture. Alt says in words what it shows and is mandatory.
type Image struct {
	Data     []byte
	Alt      string
	WidthMM  float64 // 0 means as wide as the text
	FullPage bool    // alone on a page that lies when the picture does, as large as the paper allows, without header and footer
}

// Link is a line of text that leads to URL: an absolute URI in ASCII (RFC 3986).
type Link struct{ Text, URL string }

// PageBreak starts a new page, unless the page is still empty.
type PageBreak struct{}

// Letterhead is the sender's name and address atop a letter.
type Letterhead struct {
	Name  string
	Lines []string
}

// Address is the addressee of a letter, where the window of an envelope shows it.
type Address struct{ Lines []string }

// Signatures leaves room for one signature for each name, two beside each other. What follows a
// line feed in a name stands below it.
type Signatures struct{ Names []string }
