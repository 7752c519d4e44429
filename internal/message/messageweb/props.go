package messageweb

import (
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/message"
	"voordeur/internal/tenant"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

func attachmentProps(c *web.Ctx, v letterView, d dossier.Document) ui.File {
	f := ui.File{Icon: ui.FileIcon(d.FileName[strings.LastIndex(d.FileName, ".")+1:]), Name: d.Title, Meta: c.Texts.Size(d.Size)}
	if f.State = d.StateText(c.Texts, c.Site.Face == access.Office, c.Now); f.State == "" {
		f.DownloadHref = "/dossiers/" + v.d.ID + "/documents/" + d.ID
	}
	if c.Site.DocsURL != "" && d.Opens() {
		f.OpenHref = "/dossiers/" + v.d.ID + "/documents/" + d.ID + "/open"
	}
	return f
}

// uploadProps is the field for attachments, with those that had arrived when the form came back.
func uploadProps(c *web.Ctx, v letterView) ui.Upload {
	u := ui.Upload{
		Texts: c.Texts, Label: c.T("message.attachments"), Optional: c.T("ui.optional"), Error: ui.ErrorOf(v.problems, "file"),
		Endpoint: "/dossiers/" + v.d.ID + "/uploads", Extensions: v.files.Takes(), MaxMB: v.files.OfficeMaxMB,
	}
	if c.Site.Face == access.Portal {
		u.MaxMB = v.files.ClientMaxMB
	}
	for _, k := range v.in.Kept {
		u.Kept = append(u.Kept, ui.KeptFile{ID: k.ID, Name: k.FileName, Size: k.Size})
	}
	return u
}

// mayAttach reports whether the writer may send files along.
func mayAttach(c *web.Ctx, r tenant.UploadRule) bool {
	a, client := access.AsClient(c.Scope)
	return !client || a.Can(access.UploadDocuments) && r.Takes(tenant.ByMessage)
}

// lead says to whom a new message goes, where that is no choice.
func lead(c *web.Ctx, v letterView) string {
	switch {
	case c.Site.Face == access.Portal:
		return c.T("message.to", "name", v.d.Handler.Name)
	case len(v.parties) == 1:
		return c.T("message.to", "name", v.parties[0].Name)
	}
	return ""
}

// conversation says to staff with whom a message is, where a dossier has several parties.
func conversation(c *web.Ctx, v letterView, m message.Message) string {
	switch {
	case len(v.parties) < 2:
		return ""
	case m.Client == "":
		return c.T("message.of_all")
	}
	return c.T("message.of_one", "name", m.ClientName)
}

// addressees are whom staff can write to in a dossier with several parties.
func addressees(c *web.Ctx, v letterView) []ui.Option {
	list := []ui.Option{{Label: c.T("message.for.all")}}
	for _, party := range v.parties {
		list = append(list, ui.Option{Value: party.ID, Label: party.Name, Chosen: party.ID == v.in.Client})
	}
	return list
}

// toMe reports whether a message came in for the side that reads the page.
func toMe(c *web.Ctx, m message.Message) bool { return m.ToMe(c.Site.Face == access.Portal) }

// direction says which way a message went, in the manual's word.
func direction(c *web.Ctx, m message.Message) string {
	if toMe(c, m) {
		return c.T("message.inbound")
	}
	return c.T("message.outbound")
}

func directionIcon(c *web.Ctx, m message.Message) string {
	if toMe(c, m) {
		return "arrow-down-left"
	}
	return "arrow-up-right"
}
