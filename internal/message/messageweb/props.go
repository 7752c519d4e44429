package messageweb

import (
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/dossier"
	"voordeur/internal/message"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

func attachmentProps(c *web.Ctx, v letterView, d dossier.Document) ui.File {
	f := ui.File{Icon: ui.FileIcon(d.FileName[strings.LastIndex(d.FileName, ".")+1:]), Name: d.Title, Meta: c.Texts.Size(d.Size)}
	switch d.State {
	case dossier.Checking:
		f.State = c.T("document.checking")
	case dossier.Refused:
		f.State = c.T("document.refused")
	default:
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
		Endpoint: "/dossiers/" + v.d.ID + "/uploads", Extensions: v.files.Extensions, MaxMB: v.files.OfficeMaxMB,
	}
	if c.Site.Face == access.Portal {
		u.MaxMB = v.files.ClientMaxMB
	}
	for _, k := range v.in.Kept {
		u.Kept = append(u.Kept, ui.KeptFile{ID: k.ID, Name: k.FileName, Size: k.Size})
	}
	return u
}

// direction says where a message went, seen from the office, in the manual's word.
func direction(c *web.Ctx, m message.Message) string {
	if m.Inbound {
		return c.T("message.inbound")
	}
	return c.T("message.outbound")
}

func directionIcon(m message.Message) string {
	if m.Inbound {
		return "arrow-down-left"
	}
	return "arrow-up-right"
}
