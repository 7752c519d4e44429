package access

import "voordeur/internal/access/internal/mint"

// Rights is what a portal account may do: a set of acts in modules, written as words. A single right is a
// set of one.
type Rights = mint.Rights

// The rights. A client on his own and the head of a company have them all; a further account has those
// that it was given (A16, A20).
const (
	SeeDossiers     = mint.SeeDossiers
	UploadDocuments = mint.UploadDocuments // and deliver them, with a message
	SeeMessages     = mint.SeeMessages
	SendMessages    = mint.SendMessages
	ManageUsers     = mint.ManageUsers // of the company that the account is of; a person has none
	// ApproveDocuments is to see what waits for an approval, and to agree or not.
	ApproveDocuments = mint.ApproveDocuments
)

const (
	// OwnRights are all rights over what is the client's.
	OwnRights = SeeDossiers | UploadDocuments | SeeMessages | SendMessages | ApproveDocuments
	// ExtraRights are those of a further account where the organisation does not hand them out one by one. Who declares for
	// a company that it agrees is chosen, and never by default.
	ExtraRights = OwnRights &^ ApproveDocuments
	allRights   = OwnRights | ManageUsers
)

// AllRights returns each right by itself, in the order of the pages. What a right needs comes before it.
func AllRights() []Rights {
	out := make([]Rights, len(mint.Words))
	for n, w := range mint.Words {
		out[n] = w.Right
	}
	return out
}

// ParseRights reads rights as String writes them. It leaves out a word that it does not know, and a right
// without those that it needs; whole is false then. Who reads goes on with the rest, who writes refuses.
func ParseRights(text string) (r Rights, whole bool) { return mint.ParseRights(text) }

// RightsOf returns the rights of a role; stored is what its account was given.
func RightsOf(r Role, stored string) Rights {
	switch r {
	case RoleClient:
		return OwnRights
	case RoleHead:
		return allRights
	case RoleExtra:
		given, _ := ParseRights(stored)
		return given
	case RoleRepresentative: // stored is what the mandate gives; users are managed for oneself alone
		given, _ := ParseRights(stored)
		return given & OwnRights
	}
	return 0
}
