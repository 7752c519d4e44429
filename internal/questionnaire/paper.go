package questionnaire

import (
	"bytes"
	"cmp"
	"strings"

	"voordeur/internal/form"
	"voordeur/internal/i18n"
	"voordeur/internal/pdf"
	"voordeur/internal/tenant"
)

// Words are the answers of a questionnaire in a language, with the names of files. What was left empty says so.
func (f *Filling) Words(t *i18n.Texts) []form.Section {
	list := f.State.Summary(t)
	for _, section := range list {
		for _, b := range section.Blocks {
			for i := range b.Lines {
				f.name(&b.Lines[i], t)
			}
		}
	}
	return list
}

func (f *Filling) name(l *form.Line, t *i18n.Texts) {
	if len(l.Files) > 0 {
		names := make([]string, len(l.Files))
		for n, id := range l.Files {
			names[n] = cmp.Or(f.Files[id], t.T("questionnaire.file_gone"))
		}
		l.Value = strings.Join(names, ", ")
	}
	if l.Value == "" {
		l.Value = t.T("questionnaire.empty")
	}
}

// paper is the result as it stands in the dossier.
func (qs *Questionnaires) paper(t *tenant.Tenant, f *Filling, lang i18n.Lang) ([]byte, error) {
	texts, now := t.Texts(lang), qs.db.Clock().Now()
	title := f.Title.In(lang)
	blocks := []pdf.Block{
		pdf.Heading{Level: 1, Text: title},
		pdf.Table{RowHeaders: true, Rows: [][]string{
			{texts.T("questionnaire.paper.client"), f.ClientName}, {texts.T("questionnaire.paper.dossier"), f.DossierTitle}, {texts.T("questionnaire.paper.at"), texts.DateTime(now)},
		}},
	}
	for _, section := range f.Words(texts) {
		blocks = append(blocks, pdf.Heading{Level: 2, Text: section.Title})
		for _, b := range section.Blocks {
			if b.Heading != "" {
				blocks = append(blocks, pdf.Heading{Level: 3, Text: b.Heading})
			}
			var rows [][]string
			for _, l := range b.Lines {
				rows = append(rows, []string{l.Label, l.Value})
			}
			blocks = append(blocks, pdf.Table{RowHeaders: true, Rows: rows})
		}
	}
	if f.State.EndText != nil {
		blocks = append(blocks, pdf.Paragraph{Text: f.State.EndText.In(lang)})
	}
	var b bytes.Buffer
	err := pdf.Write(&b, pdf.Document{
		Title: title, Lang: string(lang), Author: t.Name, Created: now, Header: title, Footer: t.Name, PageLabel: texts.T("questionnaire.paper.page"), Blocks: blocks,
	})
	return b.Bytes(), err
}
