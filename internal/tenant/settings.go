package tenant

import (
	"slices"

	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/inspect"
	"voordeur/internal/notify"
	"voordeur/internal/passwords"
)

// Settings is everything an organisation chooses for itself. It is kept as one JSON document with
// a version; what differs between tenants stands here and nowhere in code.
type Settings struct {
	Languages []i18n.Lang `json:"languages"`
	// BSN is on what ground the organisation may use the number of citizens, "" for none (Wabb): without it there is none here.
	BSN string `json:"bsn,omitempty"`
	// LanguageApply is when a language that somebody chooses shows: NextLogin, or "" for at once (conflicts.md K3).
	LanguageApply string                          `json:"language_apply,omitempty"`
	Modules       map[string]bool                 `json:"modules"`
	Labels        map[i18n.Lang]map[string]string `json:"labels,omitempty"`
	Theme         Theme                           `json:"theme"`
	Password      passwords.Rule                  `json:"password"`
	Activation    Activation                      `json:"activation"`
	Login         LoginPage                       `json:"login"`
	Contact       ContactRule                     `json:"contact,omitzero"`
	Sessions      SessionRule                     `json:"sessions,omitzero"`
	Users         UserRule                        `json:"users,omitzero"`
	Statuses      []Status                        `json:"statuses"`
	Progress      []ProgressTemplate              `json:"progress,omitempty"`
	Files         FileRule                        `json:"files"`
	Mail          MailSettings                    `json:"mail"`
	SMS           notify.TextRules                `json:"sms"`
	// SecondFactor is what clients show besides their password (conflicts.md K14).
	SecondFactor SecondFactor `json:"second_factor"`
	// Signing is how clients approve documents.
	Signing SigningRule `json:"signing,omitzero"`
	// Overview is how clients see their dossiers: ByTiles, or "" for a list with a filter.
	Overview string `json:"overview,omitempty"`
	// Documents is how clients see the documents of a dossier.
	Documents DocumentRule `json:"documents,omitzero"`
	// Upload is how clients hand in files.
	Upload UploadRule `json:"upload,omitzero"`
	// Messaging is what becomes of what clients write: AsNotes, or "" for a conversation (conflicts.md K4).
	Messaging string `json:"messaging,omitempty"`
	// ClosedMessaging lets clients write in dossiers that are closed (unclear.md Q9: default off).
	ClosedMessaging bool `json:"closed_messaging"`
}

// UserRule is how a company gives its people accounts (conflicts.md K28).
type UserRule struct {
	// Rights lets it choose what each of them may do. Without it an extra account has all rights but that
	// over users; what was withheld before stays withheld.
	Rights bool `json:"rights_matrix,omitempty"`
	Wizard bool `json:"wizard,omitempty"` // asks in steps, and makes nothing before the last one
}

// The modules of the program; what is off answers 403 and is in no menu.
const (
	ModuleDossiers       = "dossiers"
	ModuleMessages       = "messages"
	ModuleProfile        = "profile"
	ModuleMandates       = "mandates" // acting for somebody else
	ModuleQuestionnaires = "questionnaires"
	ModuleProducts       = "products" // the e-loket; off, it answers 404
	ModuleApprovals      = "approvals"
)

// ByTiles shows dossiers as tiles, and those that are over below them (D24).
const ByTiles = "tiles"

// AsNotes keeps what a client writes in a dossier as a note of the office, which no client sees (D34, D36).
const AsNotes = "note"

// MessagesAreNotes reports whether what clients write becomes notes.
func (s Settings) MessagesAreNotes() bool { return s.Messaging == AsNotes }

func (s Settings) checkMessaging(f *errs.Fields) {
	if s.Messaging != "" && s.Messaging != AsNotes {
		f.Add("messaging", "field.choose")
	}
}

// DocumentRule is how clients see the documents of a dossier (conflicts.md K21, K32).
type DocumentRule struct {
	Layout string `json:"layout,omitempty"` // InList, or "" for a tab for each sort
}

// InList shows all documents of a dossier in one list, those of the client and those of the office.
const InList = "list"

// UploadRule is where clients hand in files, and what they say of them (conflicts.md K15, K16).
type UploadRule struct {
	// Routes are ByMessage and InDossier; nil, which is what held before there was a choice, is ByMessage.
	Routes []string `json:"route"`
	// Required are the fields of a file that is added in a dossier: FieldType and FieldTitle.
	Required []string `json:"required_fields,omitempty"`
}

// The ways in which clients hand in files, and what they can be asked to say.
const (
	ByMessage  = "message"
	InDossier  = "case"
	FieldType  = "type"
	FieldTitle = "title"
)

// UploadRoutes and UploadFields are all of them, in the order of the page.
var (
	UploadRoutes = []string{ByMessage, InDossier}
	UploadFields = []string{FieldType, FieldTitle}
)

// Takes reports whether clients hand in files by the route.
func (r UploadRule) Takes(route string) bool {
	return slices.Contains(r.Routes, route) || r.Routes == nil && route == ByMessage
}

// Asks reports whether clients must fill in the field.
func (r UploadRule) Asks(field string) bool { return slices.Contains(r.Required, field) }

func (r UploadRule) check(f *errs.Fields) {
	for _, part := range []struct {
		name      string
		list, all []string
	}{{"route", r.Routes, UploadRoutes}, {"required", r.Required, UploadFields}} {
		if slices.ContainsFunc(part.list, func(s string) bool { return !slices.Contains(part.all, s) }) {
			f.Add(part.name, "field.choose")
		}
	}
}

func (r DocumentRule) check(f *errs.Fields) {
	if r.Layout != "" && r.Layout != InList {
		f.Add("documents_list", "field.choose")
	}
}

// Status is a state a dossier can be in, with its words.
type Status struct {
	ID     string               `json:"id"`
	Name   map[i18n.Lang]string `json:"name"`
	Closed bool                 `json:"closed"`
}

// ProgressTemplate is a list of steps that a dossier can start with (N19).
type ProgressTemplate struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Steps []string `json:"steps"`
}

// FileRule says what may be uploaded.
type FileRule struct {
	Extensions    []string `json:"extensions"` // lower case, without the dot
	ClientMaxMB   int64    `json:"client_max_mb"`
	OfficeMaxMB   int64    `json:"office_max_mb"`
	DossierMaxMB  int64    `json:"dossier_max_mb"`  // quota for one dossier
	MaxAttachment int      `json:"max_attachments"` // for one message
	// Macros and External are what happens to documents with programs in them, and with parts that
	// are fetched from elsewhere; "" is inspect.Flag.
	Macros   inspect.Treatment `json:"macros,omitempty"`
	External inspect.Treatment `json:"external,omitempty"`

	heic bool // photos in HEIC can be turned here
}

// Takes returns the extensions of what may come in: those that the office allows, and photos that become JPEG, where it
// allows that one.
func (r FileRule) Takes() []string {
	if !slices.Contains(r.Extensions, "jpg") {
		return r.Extensions
	}
	more := []string{"webp"}
	if r.heic {
		more = append(more, "heic", "heif")
	}
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(r.Extensions, more))))
}

// MailSettings is who outgoing mail is from.
type MailSettings struct {
	From     string `json:"from"`
	FromName string `json:"from_name"`
	Address  string `json:"address"` // the office's postal address, at the foot of a mail
}

// DefaultSettings are those of a new tenant: a notary's office as the manual describes it.
func DefaultSettings() Settings {
	return Settings{
		Languages: []i18n.Lang{i18n.NL, i18n.EN},
		Contact:   ContactRule{Email: Edit, Phone: Edit},
		Modules:   map[string]bool{ModuleDossiers: true, ModuleMessages: true, ModuleQuestionnaires: true, ModuleProfile: true},
		Theme:     Theme{Palette: Palette{HeaderGround: "#17463a", HeaderText: "#ffffff", Accent: "#1e5a46", OnAccent: "#ffffff", Tint: "#e7f0ea"}},
		Password:  passwords.Rule{Min: 8, Upper: 1, Digit: 1},
		Statuses: []Status{
			{ID: "in_progress", Name: map[i18n.Lang]string{i18n.NL: "In behandeling", i18n.EN: "In progress"}},
			{ID: "closed", Name: map[i18n.Lang]string{i18n.NL: "Afgerond", i18n.EN: "Completed"}, Closed: true},
		},
		Files: FileRule{
			Extensions:  []string{"pdf", "docx", "xlsx", "odt", "ods", "txt", "jpg", "jpeg", "png"},
			ClientMaxMB: 50, OfficeMaxMB: 2148, DossierMaxMB: 21480, MaxAttachment: 20,
		},
		SMS:          notify.DefaultTextRules(),
		SecondFactor: DefaultSecondFactor(),
	}
}

// Status returns the status with the id; an id that the tenant no longer has is open and named
// after itself.
func (s Settings) Status(id string) Status {
	for _, st := range s.Statuses {
		if st.ID == id {
			return st
		}
	}
	return Status{ID: id, Name: map[i18n.Lang]string{i18n.NL: id, i18n.EN: id}}
}

// HasStatus reports whether the tenant has the status.
func (s Settings) HasStatus(id string) bool {
	for _, st := range s.Statuses {
		if st.ID == id {
			return true
		}
	}
	return false
}
