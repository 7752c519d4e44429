package tenant

import (
	"slices"

	"voordeur/internal/errs"
)

// Channel is how somebody gets what he logs in with for the first time (conflicts.md K11).
type Channel string

// The channels.
const (
	ByMail   Channel = "email_link"
	ByLetter Channel = "letter"
)

// Channels are the channels in the order of the page.
var Channels = []Channel{ByMail, ByLetter}

// After is what follows on the first password (conflicts.md K10).
type After string

// What follows: the client's own data, logged in; or a page of contact data, and the log-in page again.
const (
	ToProfile   After = "login_to_profile"
	SaveContact After = "save_contact_then_relogin"
)

// Afters are what may follow, in the order of the page.
var Afters = []After{ToProfile, SaveContact}

// Activation is how clients come in for the first time. An empty field is the first of its choices.
type Activation struct {
	Channel Channel `json:"channel,omitempty"`
	After   After   `json:"after,omitempty"`
}

// LoginPage is what the portal's log-in page shows.
type LoginPage struct {
	// Organisation shows the name of the organisation in a field that cannot be changed (K13). It says
	// nothing to the server: the organisation is that of the host.
	Organisation bool `json:"show_organisation,omitempty"`
	// NoPassword lets clients in by other parties alone (K2): a password, a link to set one and a passkey do not exist.
	NoPassword bool `json:"no_password,omitempty"`
}

func (a Activation) check(f *errs.Fields) {
	if a.Channel != "" && !slices.Contains(Channels, a.Channel) {
		f.Add("channel", "field.choose")
	}
	if a.After != "" && !slices.Contains(Afters, a.After) {
		f.Add("after", "field.choose")
	}
}
