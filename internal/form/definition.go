// Package form is the engine of forms and questionnaires: what a definition may say, which pages and questions
// are asked after the answers so far, what is wrong with an answer, what is computed, and what the result says.
// It keeps nothing and knows no pages of a browser: whoever uses it stores what was saved of each page and folds
// it into a State again. docs/forms.md describes the format, ADR 26 says why it is our own.
package form

import (
	"math/big"
	"regexp"
	"slices"

	"voordeur/internal/i18n"
)

// The limits of a definition and of an answer.
const (
	MaxBytes     = 1 << 20 // of a definition
	MaxPages     = 100
	MaxQuestions = 500
	MaxRepeats   = 50 // of a group that repeats
	MaxFiles     = 20 // in one answer

	maxShort = 200    // characters of a short text, unless the definition says less
	maxLong  = 20_000 // of a long one at most; without a maximum defaultLong
	// defaultLong is about two pages of paper.
	defaultLong = 5_000
)

// Text is a text of a definition in each language.
type Text map[i18n.Lang]string

// In returns the text in a language.
func (t Text) In(l i18n.Lang) string {
	if s, ok := t[l]; ok {
		return s
	}
	return t[i18n.NL]
}

// Definition is a form as its maker wrote it. It does not change after Parse.
type Definition struct {
	ID           string // by which offices know it; not the id of a row
	Title, Intro Text
	Pages        []*Page

	questions map[string]*Question
	groups    map[string]*Part
}

// Page is what is asked at once and saved at once.
type Page struct {
	ID           string
	Title, Intro Text
	Show         *Cond // nil: always
	End          *End
	Parts        []*Part
}

// End says when the form is over after a page, and what is told then.
type End struct {
	When *Cond
	Text Text
}

// Part is a group of questions with an id and a name, or what stands between groups, which has neither.
type Part struct {
	ID        string
	Label     Text
	Show      *Cond
	Repeat    *Repeat
	Questions []*Question
	seq       int
}

// Repeat says how many times a group is filled in.
type Repeat struct {
	Min, Max int
	Label    Text // of one of them: "Kind"
}

// Question is one thing that is asked, or computed.
type Question struct {
	ID       string
	Kind     Kind
	Label    Text
	Help     Text
	Example  Text
	Required *Cond // nil: never
	Show     *Cond // nil: always
	Options  []Option
	Pattern  *Pattern
	Decimals int // of a number, or of what is computed
	Value    *Expr
	Prefill  []string // sources, the best first

	// What min and max say depends on the kind: a number, a count, a length or a day.
	min, max       *big.Rat
	first, last    *Day
	least, most    int
	seq            int
	part           *Part // the group that repeats it, nil for none
	amountComputed bool
}

// Option is one of the answers that can be chosen.
type Option struct {
	Value string
	Label Text
}

// Pattern is what a short text must look like, and what is told to who writes it otherwise.
type Pattern struct {
	Regexp *regexp.Regexp
	Words  Text
}

// Kind is what an answer is.
type Kind string

// The kinds of questions.
const (
	ShortText   Kind = "text"
	LongText    Kind = "longtext"
	Number      Kind = "number"
	Amount      Kind = "amount"
	Date        Kind = "date"
	Period      Kind = "period"
	YesNo       Kind = "yesno"
	Choice      Kind = "choice"  // one of
	Choices     Kind = "choices" // many of
	Email       Kind = "email"
	Phone       Kind = "phone"
	BSN         Kind = "bsn"
	RSIN        Kind = "rsin"
	KvK         Kind = "kvk"
	IBAN        Kind = "iban"
	Postcode    Kind = "postcode" // with house number
	Address     Kind = "address"
	Country     Kind = "country"
	Person      Kind = "person"
	File        Kind = "file"
	Declaration Kind = "declaration"
	Computed    Kind = "computed"
)

// Kinds lists them.
var Kinds = []Kind{
	ShortText, LongText, Number, Amount, Date, Period, YesNo, Choice, Choices, Email, Phone, BSN, RSIN, KvK, IBAN,
	Postcode, Address, Country, Person, File, Declaration, Computed,
}

// Parts are the fields in which an answer of a kind is typed, in order; none when there is one field, with the
// name of the question.
func (k Kind) Parts() []string {
	switch k {
	case Period:
		return []string{"from", "to"}
	case Postcode:
		return []string{"postcode", "number", "addition"}
	case Address:
		return []string{"street", "number", "addition", "postcode", "city", "country"}
	case Person:
		return []string{"first", "prefix", "last"}
	}
	return nil
}

// numeric kinds can be computed and compared with.
func (q *Question) numeric() bool {
	return q.Kind == Number || q.Kind == Amount || q.Kind == Computed
}

// IsAmount reports whether the answer is an amount of money.
func (q *Question) IsAmount() bool { return q.Kind == Amount || q.amountComputed }

// Most is how much of it an answer may be: characters of a text, choices or files.
func (q *Question) Most() int { return q.most }

// Page returns the page with an id, nil for none.
func (d *Definition) Page(id string) *Page {
	if i := slices.IndexFunc(d.Pages, func(p *Page) bool { return p.ID == id }); i >= 0 {
		return d.Pages[i]
	}
	return nil
}

// Question returns the question with an id, nil for none.
func (d *Definition) Question(id string) *Question { return d.questions[id] }

// Group returns the group with an id, nil for none.
func (d *Definition) Group(id string) *Part { return d.groups[id] }
