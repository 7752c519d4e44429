// Package dossiertype is what an administrator says of a type of dossier: its statuses, results and steps, their
// words, and who may see it. A dossier keeps the version with which it began; words hold for all versions (ADR 27).
package dossiertype

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"voordeur/internal/i18n"
)

// Words are a text in each language.
type Words map[i18n.Lang]string

// In returns the text in a language, or in Dutch where that one is empty.
func (w Words) In(l i18n.Lang) string {
	if w[l] != "" {
		return w[l]
	}
	return w[i18n.NL]
}

// Say returns a text as it was typed in both languages; what was left empty is not there.
func Say(nl, en string) Words {
	w := Words{}
	for l, text := range map[i18n.Lang]string{i18n.NL: nl, i18n.EN: en} {
		if text = strings.TrimSpace(text); text != "" {
			w[l] = text
		}
	}
	return w
}

// Definition is a type of dossier. Keys are natural: another organisation that takes the type over has the same ones.
type Definition struct {
	Key     string `json:"key"`
	Name    Words  `json:"name"`
	Explain Words  `json:"explanation,omitempty"`
	// Portal shows dossiers of this type to clients (D19), those up to Threshold (D28-D30). It holds for all dossiers.
	Portal    bool `json:"portal"`
	Threshold Rank `json:"threshold"`
	// Offered lets employees begin a dossier of it.
	Offered bool `json:"offered"`
	// Rank is how confidential a new dossier is.
	Rank Rank `json:"confidentiality"`
	// Term is in how many working days a dossier should be done, 0 for no term.
	Term int `json:"term_working_days,omitempty"`
	// Progress is what of the progress a client sees (conflicts.md K17).
	Progress Progress `json:"progress"`
	// Messages is what becomes of what clients write (conflicts.md K4), "" for what the organisation chose.
	Messages Messages `json:"messages,omitempty"`
	// Told is who is told of what a client does, "" for everybody involved.
	Told Told `json:"told,omitempty"`
	// Retention is how long a dossier is kept after it was closed, unless its result says another term.
	Retention Retention `json:"retention,omitempty"`
	Statuses  []Status  `json:"statuses"`
	Results   []Result  `json:"results,omitempty"`
	// Documents are the kinds of documents in such a dossier, in the order in which a client chooses one.
	Documents []DocumentType `json:"documents,omitempty"`
	// Steps are the progress list that a dossier begins with (N19).
	Steps []string `json:"steps,omitempty"`
}

// Progress is how a client sees where his dossier stands.
type Progress string

// The ways.
const (
	BySteps    Progress = "steps"
	ByTimeline Progress = "timeline"
	ByBoth     Progress = "both"
)

// Ways are all ways, in the order of the page.
var Ways = []Progress{ByTimeline, BySteps, ByBoth}

// Messages is what becomes of what a client writes in a dossier.
type Messages string

// What becomes of it.
const (
	Conversation  Messages = "conversation"
	NoteToHandler Messages = "note_to_handler"
)

// MessageModes are all of them, in the order of the page.
var MessageModes = []Messages{Conversation, NoteToHandler}

// MessagesAreNotes reports whether what a client writes becomes a note, which no client sees.
func (d Definition) MessagesAreNotes() bool { return d.Messages == NoteToHandler }

// Told is who is told of what a client does in a dossier that somebody handles. As long as nobody does, its department is
// told as well.
type Told string

// Who is told.
const (
	TellInvolved   Told = ""           // who handles it, and every colleague who is involved
	TellHandler    Told = "handler"    // who handles it, alone
	TellDepartment Told = "department" // who is involved, and everybody in its department, who sees it by that
)

// Tellings are all of them, in the order of the page.
var Tellings = []Told{TellInvolved, TellHandler, TellDepartment}

// Colour is the meaning that the word of a status has by its colour.
type Colour string

// The colours. None carries a meaning that the words do not.
const (
	Neutral Colour = "neutral"
	Info    Colour = "info"
	Warning Colour = "warning"
	Success Colour = "success"
)

// Colours are all of them, in the order of the page.
var Colours = []Colour{Neutral, Info, Warning, Success}

// Status is a state in which a dossier of the type can be.
type Status struct {
	Key    string `json:"key"`
	Name   Words  `json:"name"`
	Portal bool   `json:"portal"` // whether clients see it (D22)
	Final  bool   `json:"final,omitempty"`
	// Public is what clients read instead of the name, where that is another word.
	Public  Words  `json:"public_name,omitempty"`
	Text    Words  `json:"text,omitempty"`     // what it means (D23)
	Expects Words  `json:"expected,omitempty"` // what is expected of the client
	Colour  Colour `json:"colour"`
	Button  Button `json:"button,omitzero"`
	Term    int    `json:"term_working_days,omitempty"` // how long it should last, 0 for no term
}

// Button leads a client on from a status.
type Button struct {
	Label Words  `json:"label"`
	URL   string `json:"url"` // https, or a path of the portal
}

// Title returns what clients read.
func (s Status) Title(l i18n.Lang) string {
	if t := s.Public.In(l); t != "" {
		return t
	}
	return s.Name.In(l)
}

// Result is how a dossier of the type can end (D45).
type Result struct {
	Key  string `json:"key"`
	Name Words  `json:"name"`
	Text Words  `json:"text,omitempty"` // what it means, for the client
	// Retention is how long a dossier that ends so is kept, "" for as long as its type says.
	Retention Retention `json:"retention,omitempty"`
}

// DocumentType is a kind of document in a dossier of the type (D41).
type DocumentType struct {
	Key      string `json:"key"`
	Name     Words  `json:"name"`
	Explain  Words  `json:"explanation,omitempty"` // what it should show, for the client
	Deliver  bool   `json:"client_delivers"`       // whether clients may add it themselves
	Required bool   `json:"required,omitempty"`    // whether the dossier needs it (E13)
	// Rank is how confidential one is that a client adds, 0 for as confidential as its dossier.
	Rank Rank `json:"confidentiality,omitempty"`
}

// Document returns the kind of document with the key.
func (d Definition) Document(key string) (DocumentType, bool) {
	i := slices.IndexFunc(d.Documents, func(k DocumentType) bool { return k.Key == key })
	if i < 0 {
		return DocumentType{}, false
	}
	return d.Documents[i], true
}

// Deliverable returns the kinds of documents that a client may add: not those that he would not see afterwards.
func (d Definition) Deliverable() []DocumentType {
	return slices.DeleteFunc(slices.Clone(d.Documents), func(k DocumentType) bool { return !k.Deliver || k.Rank > d.Threshold })
}

// OtherDocument is the key of the kind for what is of no other kind.
const OtherDocument = "overig"

// Other is the kind for what is of no other kind. A new type has it, and so have dossiers without a type.
func Other() DocumentType {
	return DocumentType{Key: OtherDocument, Name: Words{i18n.NL: "Overig", i18n.EN: "Other"}, Deliver: true}
}

// Status returns the status with the key.
func (d Definition) Status(key string) (Status, bool) {
	i := slices.IndexFunc(d.Statuses, func(s Status) bool { return s.Key == key })
	if i < 0 {
		return Status{}, false
	}
	return d.Statuses[i], true
}

// Result returns the result with the key.
func (d Definition) Result(key string) (Result, bool) {
	i := slices.IndexFunc(d.Results, func(r Result) bool { return r.Key == key })
	if i < 0 {
		return Result{}, false
	}
	return d.Results[i], true
}

// First returns the status with which a dossier begins.
func (d Definition) First() Status {
	if len(d.Statuses) == 0 {
		return Status{}
	}
	return d.Statuses[0]
}

// Begins reports whether clients can begin a dossier of the type by themselves: it is begun, and they see it then.
func (d Definition) Begins() bool { return d.Offered && d.Portal && d.Rank <= d.Threshold }

// Fresh returns a type with the least it needs, to go on with.
func Fresh(key string, name Words) Definition {
	return Definition{
		Key: key, Name: name, Portal: true, Threshold: CaseConfidential, Offered: true, Rank: CaseConfidential, Progress: ByTimeline,
		Documents: []DocumentType{Other()},
		Statuses: []Status{
			{Key: "ontvangen", Name: Words{i18n.NL: "Ontvangen", i18n.EN: "Received"}, Portal: true, Colour: Info},
			{Key: "in-behandeling", Name: Words{i18n.NL: "In behandeling", i18n.EN: "In progress"}, Portal: true, Colour: Info},
			{Key: "afgehandeld", Name: Words{i18n.NL: "Afgehandeld", i18n.EN: "Completed"}, Portal: true, Final: true, Colour: Success},
		},
	}
}

// KeyOf makes a key of a Dutch name; one of a name without letters or digits is "", which Check refuses.
func KeyOf(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteByte('-')
		}
	}
	key := strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return r == '-' }), "-")
	if len(key) > maxKey {
		key = strings.TrimRight(key[:maxKey], "-")
	}
	if key == "new" { // the address of what is to be added
		key = "new-1"
	}
	return key
}
