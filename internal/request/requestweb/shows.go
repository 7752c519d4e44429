package requestweb

import (
	"strings"

	"voordeur/internal/dossier"
	"voordeur/internal/request"
	"voordeur/internal/ui"
	"voordeur/internal/web"
)

// pages is how many photos of a draft become one PDF.
func pages(i request.Item) int {
	n := 0
	for _, k := range i.Kept {
		if i.Together && k.Photo() {
			n++
		}
	}
	return n
}

// act is what the button of an item is called.
func act(c *web.Ctx, i request.Item) string {
	switch {
	case i.Ready():
		return c.T("request.change")
	case i.State == request.Rejected:
		return c.T("request.mend")
	}
	return c.T("request.answer")
}

// toHandIn says what handing in does now.
func toHandIn(c *web.Ctx, q request.Request) string {
	switch ready, left := q.ReadyItems(), q.Left(); {
	case ready == 0:
		return c.T("request.hand_in_none")
	case ready < left:
		return c.T("request.hand_in_part", "ready", ready, "left", left)
	}
	return c.T("request.hand_in_all")
}

func keptNames(i request.Item) []string {
	var out []string
	for _, k := range i.Kept {
		out = append(out, k.FileName)
	}
	return out
}

func handedNames(i request.Item) []string {
	var out []string
	for _, d := range i.Documents {
		out = append(out, d.FileName)
	}
	return out
}

// itemsAt are the positions of the items of a form.
func (v askView) itemsAt() []int {
	out := make([]int, len(v.in.items))
	for n := range out {
		out[n] = n
	}
	return out
}

// documentState says of a document that cannot be opened yet, or never, what it is; "" of any other.
func documentState(c *web.Ctx, d request.Handed) string {
	switch d.State {
	case dossier.Released:
		return ""
	case dossier.Checking:
		return c.T("document.checking")
	case dossier.Refused:
		return c.T("request.file_refused")
	}
	return c.T("request.file_held")
}

// lookAt is what the link to an item is called.
func lookAt(c *web.Ctx, i request.Item, judges bool) string {
	if judges && i.State == request.Received {
		return c.T("request.judge")
	}
	return c.T("request.look")
}

// fileOf is the row of a document that was handed in.
func fileOf(c *web.Ctx, q request.Request, d request.Handed) ui.File {
	f := ui.File{Icon: ui.FileIcon(d.FileName[strings.LastIndex(d.FileName, ".")+1:]), Name: d.Title, Meta: c.T("request.file_meta", "name", d.FileName, "size", c.Texts.Size(d.Size)), State: documentState(c, d)}
	if f.State == "" {
		f.DownloadHref = dossierHref(q.Dossier) + "/documents/" + d.ID
		if c.Site.DocsURL != "" && d.Opens() {
			f.OpenHref = f.DownloadHref + "/open"
		}
	}
	return f
}
