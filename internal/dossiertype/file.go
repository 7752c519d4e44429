package dossiertype

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"voordeur/internal/errs"
)

// MaxFile is how many bytes a file with a type may have.
const MaxFile = 1 << 20

// format says what a file is; a later form of it would have another number.
const format = "voordeur-dossier-type/1"

type file struct {
	Format string `json:"format"`
	Definition
}

// Write returns the type as a file that people can read, which Read takes.
func Write(d Definition) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(file{format, d})
	return b.Bytes(), err
}

// Read reads a type from a file. One with a key that is not known, or with something where it does not belong, is
// refused with the place: what was meant by it would be lost.
func Read(b []byte) (Definition, error) {
	var f file
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	dec.DisallowUnknownFields()
	err := dec.Decode(&f)
	if err == nil && f.Format != format {
		return f.Definition, refused("type.file_format", nil)
	}
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			return f.Definition, refused("type.file_broken", nil, "line", lineAt(b, dec.InputOffset()))
		}
		return f.Definition, nil
	}
	var typ *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); {
	case unknown:
		return f.Definition, refused("type.file_unknown", err, "key", strings.Trim(name, `"`), "line", lineAt(b, dec.InputOffset()))
	case errors.As(err, &typ):
		return f.Definition, refused("type.file_kind", err, "key", strings.TrimPrefix(typ.Field, "Definition."), "line", lineAt(b, typ.Offset))
	case errors.As(err, &syntax):
		return f.Definition, refused("type.file_broken", err, "line", lineAt(b, syntax.Offset))
	}
	return f.Definition, refused("type.file_broken", err, "line", lineAt(b, dec.InputOffset()))
}

func refused(key string, err error, args ...any) error {
	return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "file", Key: key, Args: args}}, Err: err}
}

func lineAt(b []byte, offset int64) int {
	return 1 + bytes.Count(b[:min(int(offset), len(b))], []byte("\n"))
}
