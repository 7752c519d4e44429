package web

import (
	"errors"
	"io"

	"voordeur/internal/errs"
)

// maxParts is the number of texts in a form with files: 500 questions of which each repeats.
const maxParts = 20_000

// Parts reads a form with files as it streams in: field gets the cleaned text of each field, and file each file while
// it comes, with the name of its field. What either says ends the reading. All texts together are as large as a form
// without files at most: they are kept in memory.
func (c *Ctx) Parts(field func(name, value string), file func(field, name string, r io.Reader) error) error {
	broken := func(err error) error { return &errs.Error{Kind: errs.Invalid, Key: "error.form_broken", Err: err} }
	parts, err := c.R.MultipartReader()
	if err != nil {
		return broken(err)
	}
	for n, left := 0, int64(MaxForm); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return broken(err)
		}
		if part.FileName() != "" {
			if err := file(part.FormName(), part.FileName(), part); err != nil {
				return err
			}
			continue
		}
		b, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return broken(err)
		}
		left -= int64(len(b))
		if n++; n > maxParts || left < 0 {
			return &errs.Error{Kind: errs.TooLarge}
		}
		field(part.FormName(), Clean(string(b)))
	}
}
