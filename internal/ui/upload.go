package ui

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"voordeur/internal/filetype"
	"voordeur/internal/i18n"
)

// Upload is a form's field for files: a plain choice of files, and with JavaScript a dialog that
// sends them at once and goes on after a break.
type Upload struct {
	Texts      *i18n.Texts
	Label      string // of the plain field, and of the button that opens the dialog
	Hint       string // a remark beside the types and the size, "" for none
	Optional   string // as in Field
	Error      string
	Endpoint   string // where uploads begin, as "/dossiers/1/uploads"
	MaxMB      int64
	Extensions []string // lower case, without the dot
	Kept       []KeptFile
	// Added makes documents of the files at once, which the page shows when it is loaded again with
	// this sentence, in which {n} is how many. With "" they wait in the form as fields "upload".
	Added string
}

// KeptFile is an upload that waits for its form to be sent.
type KeptFile struct {
	ID, Name string
	Size     int64
}

func (u Upload) mode() string {
	if u.Added != "" {
		return "documents"
	}
	return "form"
}

func (u Upload) maxBytes() string { return strconv.FormatInt(u.MaxMB*1_000_000, 10) }

func (u Upload) maxText() string { return strconv.FormatInt(u.MaxMB, 10) + " MB" }

// accept lets the browser show only files that may come.
func (u Upload) accept() string {
	if len(u.Extensions) == 0 {
		return ""
	}
	return "." + strings.Join(u.Extensions, ",.")
}

// described names what belongs to the plain field, describedButton what belongs to the button.
func (u Upload) described() string {
	return strings.TrimSpace("file-plain-hint " + u.describedButton())
}

func (u Upload) describedButton() string {
	var ids []string
	if u.Hint != "" {
		ids = append(ids, "file-hint")
	}
	if u.Error != "" {
		ids = append(ids, "file-error")
	}
	return strings.Join(ids, " ")
}

// In a sentence a type of file goes by the name that most people have for it: an alias of its label,
// or none beside one that covers it.
var (
	alias   = map[string]string{"filetype.image": "filetype.photo", "filetype.text_document": "filetype.text"}
	covered = map[string]string{"filetype.spreadsheet": "filetype.excel", "filetype.csv": "filetype.excel", "filetype.presentation": "filetype.powerpoint"}
	brands  = []string{"filetype.word", "filetype.excel", "filetype.powerpoint"}
)

// rule says in words what may come: "Pdf, Word, Excel, tekst of foto, tot 50 MB per bestand."
func (u Upload) rule() string {
	var labels, names []string
	for _, ext := range u.Extensions {
		if t, ok := filetype.Lookup(ext); ok {
			labels = append(labels, cmp.Or(alias[t.Label], t.Label))
		}
	}
	for i, label := range labels {
		if slices.Contains(labels[:i], label) || slices.Contains(labels, covered[label]) {
			continue
		}
		name := u.Texts.T(label)
		if len(names) > 0 && !slices.Contains(brands, label) && name != strings.ToUpper(name) {
			name = strings.ToLower(name)
		}
		names = append(names, name)
	}
	types := strings.Join(names, ", ")
	if n := len(names); n > 1 {
		types = strings.Join(names[:n-1], ", ") + " " + u.Texts.T("ui.upload_or") + " " + names[n-1]
	}
	return u.Texts.T("ui.upload_hint", "types", types, "size", u.maxText())
}

// words are the sentences that the dialog fills in itself.
func (u Upload) words() (string, error) {
	t := u.Texts
	return templ.JSONString(map[string]string{
		"browse": t.T("ui.upload_browse"), "more": t.T("ui.upload_more"), "finish": t.T("ui.done"),
		"start_one": t.T("ui.upload_start.one"), "start_other": t.T("ui.upload_start.other"),
		"remove": t.T("ui.upload_remove"), "stop": t.T("ui.upload_stop"), "ready": t.T("ui.upload_ready"),
		"busy": t.T("ui.upload_busy"), "there": t.T("ui.upload_there"), "done": t.T("ui.upload_done"), "failed": t.T("ui.upload_failed"),
		"removed": t.T("ui.upload_removed"), "kept": t.T("ui.upload_kept"), "of": t.T("ui.upload_of"),
		"left_seconds": t.T("ui.upload_left_seconds"), "left_minutes": t.T("ui.upload_left_minutes"),
		"waiting": t.T("ui.upload_waiting"), "too_large": t.T("ui.upload_too_large", "max", u.maxText()),
		"wrong_type": t.T("ui.upload_wrong_type"), "empty": t.T("ui.upload_empty"), "error": t.T("ui.upload_error"),
		"added": u.Added,
	})
}

// bellWords are the words of a bell whose number changes.
func bellWords(t *i18n.Texts) (string, error) {
	return templ.JSONString(map[string]string{"none": t.T("ui.notices_none"), "one": t.T("ui.notices.one"), "other": t.T("ui.notices.other"), "many": t.T("ui.notices_many")})
}

// scriptWords are the texts of what scripts add to any page.
func scriptWords(t *i18n.Texts) (string, error) {
	return templ.JSONString(map[string]string{"show_password": t.T("ui.show_password"), "hide_password": t.T("ui.hide_password"), "filter_at_once": t.T("ui.filter_at_once")})
}
