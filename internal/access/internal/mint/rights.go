package mint

import "strings"

// Rights is what a portal account may do: a set of acts in modules. A single right is a set of one.
type Rights uint32

// The rights, in the order of Words.
const (
	SeeDossiers Rights = 1 << iota
	UploadDocuments
	SeeMessages
	SendMessages
	ManageUsers
	ApproveDocuments
)

// Word is how one right is written, and which others it is nothing without.
type Word struct {
	Right Rights
	Text  string // module:act
	Needs Rights
}

// Words are all rights, in the order of the pages; a further one is one line here and one above.
var Words = []Word{
	{SeeDossiers, "dossiers:see", 0},
	{UploadDocuments, "dossiers:upload", SeeDossiers},
	{SeeMessages, "messages:see", SeeDossiers},
	{SendMessages, "messages:send", SeeDossiers | SeeMessages},
	{ApproveDocuments, "approvals:approve", SeeDossiers},
	{ManageUsers, "users:manage", 0},
}

// ParseRights reads the text that String writes. It leaves out a word that it does not know, and one that
// stands there without what it needs; whole is false then, so that whoever writes can refuse it.
func ParseRights(text string) (r Rights, whole bool) {
	known := 0
	words := strings.Fields(text)
	for _, w := range Words {
		for _, word := range words {
			if word == w.Text {
				known++
				if r.Has(w.Needs) {
					r |= w.Right
				}
			}
		}
	}
	return r, known == len(words) && r.count() == known
}

func (r Rights) count() int { return len(strings.Fields(r.String())) }

// Has reports whether all of these rights are in the set.
func (r Rights) Has(all Rights) bool { return r&all == all }

// Within reports whether the other set has all rights of this one.
func (r Rights) Within(other Rights) bool { return other.Has(r) }

// String writes the set as words, as it is stored and noted in the journal.
func (r Rights) String() string {
	var words []string
	for _, w := range Words {
		if r.Has(w.Right) {
			words = append(words, w.Text)
		}
	}
	return strings.Join(words, " ")
}
