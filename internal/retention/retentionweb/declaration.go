package retentionweb

import (
	"bytes"

	"voordeur/internal/access"
	"voordeur/internal/filetype"
	"voordeur/internal/pdf"
	"voordeur/internal/web"
)

// declaration is the proof of a decision as a paper for the archive. Before anything was destroyed there is none.
func (p *Pages) declaration(c *web.Ctx, a access.Staff) error {
	one, gone, err := p.retention.Proof(c.R.Context(), a, c.Param("destruction"))
	if err != nil {
		return err
	}
	t, err := p.tenants.Get(c.R.Context(), c.Site.Tenant)
	if err != nil {
		return err
	}
	title := c.T("retention.declaration")
	rows := make([][]string, len(gone))
	for n, d := range gone {
		rows[n] = []string{d.Number, kind(c, d), c.Texts.ShortDate(d.ClosedAt.Time), d.Retention.In(c.Texts), ground(c, d), count(d.Documents)}
	}
	var b bytes.Buffer
	err = pdf.Write(&b, pdf.Document{
		Title: title, Lang: string(c.Texts.Lang()), Author: t.Name, Created: one.DecidedAt.Time, Header: title, Footer: t.Name, PageLabel: c.T("questionnaire.paper.page"),
		Blocks: []pdf.Block{
			pdf.Heading{Level: 1, Text: title},
			pdf.Paragraph{Text: c.Texts.N("retention.declares", len(gone), "office", t.Name, "at", c.Texts.DateTime(one.DecidedAt.Time))},
			pdf.Table{RowHeaders: true, Rows: [][]string{
				{c.T("retention.proposed_by"), waitingLine(c, one)},
				{c.T("retention.why_proposed"), one.Reason},
				{c.T("retention.decided_by"), c.T("retention.by", "name", one.DecidedByName, "at", c.Texts.DateTime(one.DecidedAt.Time))},
				{c.T("retention.why_decided"), one.Why},
			}},
			pdf.Heading{Level: 2, Text: c.T("retention.destroyed")},
			pdf.Table{Head: []string{c.T("dossier.number"), c.T("retention.type"), c.T("retention.closed_at"), c.T("retention.term"), c.T("retention.ground"), c.T("retention.documents")}, Rows: rows},
		},
	})
	if err != nil {
		return err
	}
	h := c.W.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", filetype.Disposition("attachment", c.T("retention.file", "date", c.Texts.ShortDate(one.DecidedAt.Time))))
	h.Set("Cache-Control", "no-store, private")
	_, err = c.W.Write(b.Bytes())
	return err
}
