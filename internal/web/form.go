package web

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"voordeur/internal/errs"
)

// MaxForm is the size in bytes of a form without files: a message of 1 MB and its other fields.
const MaxForm = 2 << 20

// Bind reads the posted form into dest, a pointer to a struct whose string, bool and []string
// fields carry a `form:"name"` tag. Text keeps what was typed, without control characters and
// with line ends as \n. A value given twice for a single field is refused.
func Bind(c *Ctx, dest any) error {
	c.R.Body = http.MaxBytesReader(c.W, c.R.Body, MaxForm)
	if err := c.R.ParseForm(); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return &errs.Error{Kind: errs.TooLarge, Err: err}
		}
		return &errs.Error{Kind: errs.Invalid, Key: "error.form_broken", Err: err}
	}
	v := reflect.ValueOf(dest).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("form")
		if name == "" {
			continue
		}
		if err := set(v.Field(i), name, c.R.PostForm[name]); err != nil {
			return err
		}
	}
	return nil
}

func set(field reflect.Value, name string, values []string) error {
	if field.Kind() == reflect.Slice {
		list := make([]string, len(values))
		for i, s := range values {
			list[i] = Clean(s)
		}
		field.Set(reflect.ValueOf(list))
		return nil
	}
	if len(values) > 1 {
		return &errs.Error{Kind: errs.Invalid, Key: "error.form_broken", Err: fmt.Errorf("field %s was given %d times", name, len(values))}
	}
	value := ""
	if len(values) == 1 {
		value = Clean(values[0])
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(value)
	case reflect.Bool:
		field.SetBool(value != "")
	default:
		panic("web: form field " + name + " has a kind that is not bound")
	}
	return nil
}

// Clean normalises line ends and drops control characters, which no one types.
func Clean(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= ' ' && r != 0x7f {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "�"))
}
