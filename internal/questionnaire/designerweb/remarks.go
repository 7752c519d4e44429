package designerweb

import (
	"voordeur/internal/form/design"
	"voordeur/internal/i18n"
	"voordeur/internal/questionnaire"
	"voordeur/internal/web"
)

// maxRemarks is how many remarks are shown at once: who mends those sees the next.
const maxRemarks = 25

// remark is what a reader would stumble over, in words, with where it can be mended.
type remark struct{ name, text, href string }

// remarks are those on a draft, up to maxRemarks.
func remarks(c *web.Ctx, d questionnaire.Draft) []remark {
	all := d.Form.Remarks()
	var list []remark
	for _, r := range all[:min(len(all), maxRemarks)] {
		text := c.T("design.remark."+r.Key, r.Args...)
		if r.Lang == i18n.EN {
			text = c.T("design.remark.in_english", "text", text)
		}
		name, href := named(c, d, r)
		list = append(list, remark{name, text, href})
	}
	return list
}

// named is what a remark is about, and where that can be changed.
func named(c *web.Ctx, d questionnaire.Draft, r design.Remark) (name, href string) {
	l := c.Texts.Lang()
	if s, ok := d.Form.Find(r.At); ok {
		return s.Item.Label.In(l), path(d) + "/questions/" + r.At
	}
	if p, _ := d.Form.Page(r.At); p != nil {
		return p.Title.In(l), path(d) + "/pages/" + r.At
	}
	return d.Form.Title.In(l), path(d) + "/general"
}
