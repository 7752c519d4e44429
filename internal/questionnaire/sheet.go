package questionnaire

import (
	"bytes"
	"cmp"
	"strings"
	"time"

	"voordeur/internal/form"
	"voordeur/internal/i18n"
	"voordeur/internal/pdf"
	"voordeur/internal/tenant"
)

// Sheet is a form as far as it is filled in.
type Sheet struct {
	Definition *form.Definition
	Progress   *form.State
	Saved      form.Saved
	Versions   map[string]int64  // how many times each page was saved
	Files      map[string]string // names of the files that were answered, by id
}

// NewSheet works out how far a form is from what was saved of it.
func NewSheet(d *form.Definition, saved form.Saved, versions map[string]int64, today form.Today) *Sheet {
	return &Sheet{d, d.Fold(saved, today), saved, versions, map[string]string{}}
}

// Try returns what the page looks like with what was typed, for a page that comes back.
func (s *Sheet) Try(page string, typed form.Answers, today form.Today) *form.Filled {
	return s.Definition.Try(s.Saved, page, typed, today)
}

// Words are the answers of a form in a language, with the names of files. What was left empty says so.
func (s *Sheet) Words(t *i18n.Texts) []form.Section {
	list := s.Progress.Summary(t)
	for _, section := range list {
		for _, b := range section.Blocks {
			for i := range b.Lines {
				s.name(&b.Lines[i], t)
			}
		}
	}
	return list
}

func (s *Sheet) name(l *form.Line, t *i18n.Texts) {
	if len(l.Files) > 0 {
		names := make([]string, len(l.Files))
		for n, id := range l.Files {
			names[n] = cmp.Or(s.Files[id], t.T("questionnaire.file_gone"))
		}
		l.Value = strings.Join(names, ", ")
	}
	if l.Value == "" {
		l.Value = t.T("questionnaire.empty")
	}
}

// Paper is the answers as a tagged PDF, under the heads with which a paper begins.
func (s *Sheet) Paper(t *tenant.Tenant, at time.Time, lang i18n.Lang, title string, heads [][]string) ([]byte, error) {
	texts := t.Texts(lang)
	blocks := []pdf.Block{pdf.Heading{Level: 1, Text: title}, pdf.Table{RowHeaders: true, Rows: append(heads, []string{texts.T("questionnaire.paper.at"), texts.DateTime(at)})}}
	for _, section := range s.Words(texts) {
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
	if s.Progress.EndText != nil {
		blocks = append(blocks, pdf.Paragraph{Text: s.Progress.EndText.In(lang)})
	}
	var b bytes.Buffer
	err := pdf.Write(&b, pdf.Document{
		Title: title, Lang: string(lang), Author: t.Name, Created: at, Header: title, Footer: t.Name, PageLabel: texts.T("questionnaire.paper.page"), Blocks: blocks,
	})
	return b.Bytes(), err
}
