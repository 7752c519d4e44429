package dossierweb

import (
	"strconv"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/message"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// inList reports whether the page has all documents in one list, and the messages below it, instead of tabs (conflicts.md K21).
func (v pageView) inList() bool { return v.settings.Documents.Layout == tenant.InList }

// listed are the documents of the client and of the office. What came with a message of the office stands there.
func (v pageView) listed() []dossier.Document {
	var out []dossier.Document
	for _, d := range v.docs {
		if d.Origin == "client" || d.Message == "" {
			out = append(out, d)
		}
	}
	return out
}

// anchor is the id of a part of the page in a list: links that ask for a tab lead to it.
func (v pageView) anchor(c *web.Ctx, tab string) string {
	if (tab == message.Tab) == (c.Query("tab") == message.Tab) {
		return "onderdelen"
	}
	return tab
}

// showsMessages reports whether the page has a conversation: where what clients write becomes notes, only what there is to read.
func (v pageView) showsMessages(c *web.Ctx) bool {
	return c.May(tenant.ModuleMessages, access.SeeMessages) && (!v.def.MessagesAreNotes() || len(v.messages) > 0)
}

// kindOf is what kind of document it is, "" when nobody said.
func (v pageView) kindOf(c *web.Ctx, d dossier.Document) string {
	k, _ := v.def.Document(d.Type)
	return k.Name.In(c.Texts.Lang())
}

// listedFile is a row of the list: "Openen" and "Opslaan als" (E17, E18).
func (v pageView) listedFile(c *web.Ctx, d dossier.Document) ui.File {
	f := v.file(c, d)
	f.Meta, f.Save = numbered(c, v.kindOf(c, d), d), c.T("document.save_as")
	return f
}

// numbered is the kind of a document, where it has one, and its number (D39).
func numbered(c *web.Ctx, kind string, d dossier.Document) string {
	if kind == "" {
		return c.T("document.numbered", "n", strconv.FormatInt(d.Reference, 10))
	}
	return c.T("document.kind_numbered", "kind", kind, "n", strconv.FormatInt(d.Reference, 10))
}

// origin says whether the document is of the client, who may be several people, or of the office (conflicts.md K32).
func origin(c *web.Ctx, d dossier.Document, me string) string {
	switch {
	case d.Origin == "office":
		return c.T("document.by_us")
	case d.By == me:
		return c.T("document.by_you")
	}
	return c.T("document.by", "name", c.By(d.Author, d.Behalf))
}

// me is the account through whose eyes the page is seen.
func (v pageView) me(c *web.Ctx) string {
	if v.as != nil {
		return v.as.Account
	}
	return c.Scope.Account()
}

// The ids of what staff read beside showing a document and taking it back: clients are mailed (D18).
const (
	showWarning = "show-mails"
	hideWarning = "hide-mails"
)

// warnedOf is the id of the warning that belongs to the button of a document, "" where nobody is mailed: of what clients
// do not see anyway (D29), and of what goes, where the organisation has no mail about that (conflicts.md K8).
func (v pageView) warnedOf(d dossier.Document) string {
	switch {
	case !v.d.InPortal || d.TooHigh:
		return ""
	case d.PublishedAt == nil:
		return showWarning
	case v.settings.Contact.OneNotice:
		return hideWarning
	}
	return ""
}

// staffKinds are what an employee can say that a document is.
func (v pageView) staffKinds(c *web.Ctx) []ui.Option {
	out := []ui.Option{{Label: c.T("document.type_none")}}
	for _, k := range v.def.Documents {
		out = append(out, ui.Option{Value: k.Key, Label: k.Name.In(c.Texts.Lang())})
	}
	return out
}
