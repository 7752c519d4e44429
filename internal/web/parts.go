package web

import (
	"errors"
	"io"

	"voordeur/internal/errs"
)

// maxPart is the size in bytes of a text in a form with files: a message, and then some.
const maxPart = 1_100_000

// Parts reads a form with files as it streams in: field gets the cleaned text of each field, and file each file while
// it comes. What either says ends the reading.
func (c *Ctx) Parts(field func(name, value string), file func(name string, r io.Reader) error) error {
	broken := func(err error) error { return &errs.Error{Kind: errs.Invalid, Key: "error.form_broken", Err: err} }
	parts, err := c.R.MultipartReader()
	if err != nil {
		return broken(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return broken(err)
		}
		if part.FileName() != "" {
			if err := file(part.FileName(), part); err != nil {
				return err
			}
			continue
		}
		b, err := io.ReadAll(io.LimitReader(part, maxPart))
		if err != nil {
			return broken(err)
		}
		field(part.FormName(), Clean(string(b)))
	}
}
