package pdf

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// checker knows what came before a block.
type checker struct{ level int }

func (d Document) check() error {
	if strings.TrimSpace(d.Title) == "" {
		return errors.New("pdf: document without a title")
	}
	if strings.TrimSpace(d.Lang) == "" {
		return errors.New("pdf: document without a language")
	}
	var c checker
	for n, b := range d.Blocks {
		if err := b.check(&c); err != nil {
			return fmt.Errorf("pdf: block %d: %w", n, err)
		}
	}
	return nil
}

func (h Heading) check(c *checker) error {
	if h.Level < 1 || h.Level > 6 {
		return fmt.Errorf("heading of level %d", h.Level)
	}
	if h.Level > c.level+1 {
		return fmt.Errorf("heading of level %d after level %d", h.Level, c.level)
	}
	if strings.TrimSpace(h.Text) == "" {
		return errors.New("heading without text")
	}
	c.level = h.Level
	return nil
}

func (t Table) check(*checker) error {
	if len(t.Rows) == 0 {
		return errors.New("table without rows")
	}
	if len(t.Head) == 0 && !t.RowHeaders {
		return errors.New("table without headers")
	}
	columns := len(t.Rows[0])
	if len(t.Head) > 0 {
		columns = len(t.Head)
	}
	if columns == 0 {
		return errors.New("table without columns")
	}
	for n, r := range t.Rows {
		if len(r) != columns {
			return fmt.Errorf("table row %d has %d cells, not %d", n, len(r), columns)
		}
	}
	return nil
}

func (i Image) check(*checker) error {
	if strings.TrimSpace(i.Alt) == "" {
		return errors.New("image without a description")
	}
	if i.WidthMM < 0 {
		return fmt.Errorf("image of %v mm", i.WidthMM)
	}
	return nil
}

func (k Link) check(*checker) error {
	if strings.TrimSpace(k.Text) == "" {
		return errors.New("link without text")
	}
	for _, r := range k.URL {
		if r <= ' ' || r > '~' {
			return fmt.Errorf("link to %q, which is not ASCII", k.URL)
		}
	}
	u, err := url.Parse(k.URL)
	if err != nil {
		return err
	}
	if u.Scheme == "" {
		return fmt.Errorf("link to %q, which is not absolute", k.URL)
	}
	return nil
}

func (l Letterhead) check(*checker) error {
	if strings.TrimSpace(l.Name) == "" {
		return errors.New("letterhead without a name")
	}
	return nil
}

func (Paragraph) check(*checker) error  { return nil }
func (List) check(*checker) error       { return nil }
func (PageBreak) check(*checker) error  { return nil }
func (Address) check(*checker) error    { return nil }
func (Signatures) check(*checker) error { return nil }
