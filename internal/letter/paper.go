package letter

import (
	"bytes"
	"context"
	"image/color"
	"strconv"
	"strings"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/i18n"
	"voordeur/internal/pdf"
	"voordeur/internal/tenant"
)

// Paper is a letter as it is printed: in the house style, on A4, for an envelope with a window. Portal
// is the address where one logs in.
func Paper(t *tenant.Tenant, portal string, r Row, c Content) ([]byte, error) {
	var b bytes.Buffer
	err := pdf.Write(&b, document(t, portal, r, c))
	return b.Bytes(), err
}

// Papers are letters as they are printed at once: each on a sheet of its own and in its own language. The
// file has its title in the language of texts.
func Papers(t *tenant.Tenant, portal string, texts *i18n.Texts, at time.Time, all []Filled) ([]byte, error) {
	var documents []pdf.Document
	for _, l := range all {
		documents = append(documents, document(t, portal, l.Row, l.Content))
	}
	var b bytes.Buffer
	err := pdf.WriteSheets(&b, pdf.Document{Title: texts.T("letters.file", "date", texts.Date(at)), Lang: string(texts.Lang()), Author: t.Name, Created: at}, documents)
	return b.Bytes(), err
}

func document(t *tenant.Tenant, portal string, r Row, c Content) pdf.Document {
	texts := t.Texts(i18n.Lang(c.Language))
	title := texts.T("letter.title."+r.Kind, "office", t.Name)
	var head []string
	for part := range strings.SplitSeq(t.Settings.Mail.Address, ",") {
		if part = strings.TrimSpace(part); part != "" {
			head = append(head, part)
		}
	}
	rows, copying, steps := pinOf(texts, portal, c)
	if r.Kind == KindLogin {
		rows, copying, steps = loginOf(texts, t, portal, c)
	}
	blocks := []pdf.Block{
		pdf.Letterhead{Name: t.Name, Lines: head},
		pdf.Address{Lines: append([]string{c.Name}, c.Address...)},
		pdf.Paragraph{Text: texts.Date(r.CreatedAt.Time)},
		pdf.Heading{Level: 1, Text: title},
		pdf.Paragraph{Text: texts.T("letter.intro."+r.Kind, "office", t.Name)},
		pdf.Table{RowHeaders: true, Rows: rows},
		pdf.Paragraph{Text: copying},
		pdf.Heading{Level: 2, Text: texts.T("letter.steps." + r.Kind)},
		pdf.List{Ordered: true, Items: strings.Split(steps, "\n")},
		pdf.Paragraph{Text: texts.T("letter.until."+r.Kind, "date", texts.Date(r.ExpiresAt.Time))},
		pdf.Paragraph{Text: texts.T("letter.keep." + r.Kind)},
		pdf.Paragraph{Text: texts.T("mail.closing") + "\n" + t.Name},
	}
	return pdf.Document{
		Title: title, Lang: string(texts.Lang()), Author: t.Name, Created: r.CreatedAt.Time,
		Footer: t.Name, PageLabel: "{n} / {total}", Accent: accent(t), Blocks: blocks,
	}
}

// loginOf is what one logs in with, how to copy it, and how to log in for the first time.
func loginOf(texts *i18n.Texts, t *tenant.Tenant, portal string, c Content) (rows [][]string, copying, steps string) {
	rows = [][]string{{texts.T("letter.where"), portal}, {texts.T("login.username"), c.UserName}, {texts.T("login.password"), c.Secret}}
	if t.Settings.Login.Organisation {
		rows = append(rows, []string{texts.T("login.organisation"), t.Name})
	}
	list := "letter.login.list"
	if t.Settings.Activation.After != tenant.SaveContact {
		list = "letter.login.list_profile"
	}
	return rows, texts.T("letter.login.capitals"), texts.T(list)
}

// pinOf is the PIN, and how to link a telephone with it.
func pinOf(texts *i18n.Texts, portal string, c Content) (rows [][]string, copying, steps string) {
	return [][]string{{texts.T("letter.where"), portal}, {texts.T("pin.label"), c.Secret}}, texts.T("letter.pin.spaces"), texts.T("letter.pin.list")
}

// accent is the tenant's own colour, or black.
func accent(t *tenant.Tenant) color.RGBA {
	hex, ok := tenant.ParseColour(t.Settings.Theme.Accent)
	if !ok {
		return color.RGBA{A: 255}
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
		return color.RGBA{A: 255}
	}
	return color.RGBA{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n), A: 255} // #nosec G115 -- three bytes
}

// Specimen is a letter that waits to be printed, with the moment and the id that it was made with as its
// name.
type Specimen struct {
	Name string
	PDF  []byte
}

// Specimens returns the letters of a tenant that wait to be printed, and leaves them waiting. It is for
// the demo and for tests, which have no post: elsewhere nobody reads a letter but who prints it.
func Specimens(ctx context.Context, d *db.DB, t *tenant.Tenant, portal string) ([]Specimen, error) {
	type waiting struct {
		row    Row
		sealed []byte
	}
	found, err := db.All(ctx, d, func(scan db.Scan) (waiting, error) {
		var w waiting
		err := scan(&w.row.ID, &w.row.Kind, &w.row.CreatedAt, &w.row.ExpiresAt, &w.sealed)
		return w, err
	}, `select id, kind, created_at, expires_at, content from letter where tenant_id = $1 and state = 'to_print' and content is not null order by created_at, id`, t.ID)
	if err != nil {
		return nil, err
	}
	var all []Specimen
	for _, w := range found {
		c, err := unseal(t, w.row.ID, w.sealed)
		if err != nil {
			return nil, err
		}
		paper, err := Paper(t, portal, w.row, c)
		if err != nil {
			return nil, err
		}
		all = append(all, Specimen{w.row.CreatedAt.UTC().Format("20060102T150405.000000Z") + "-" + t.ID + "+" + w.row.ID, paper})
	}
	return all, nil
}
