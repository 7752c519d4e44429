package filetype

import (
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"voordeur/internal/errs"
)

// HeadSize is how many bytes of the start of a file Check looks at: enough to get past the
// thumbnail that some programs put first in an Office document.
const HeadSize = 64 << 10

// The limit is mimetype's own and holds for the process; no other package uses it.
func init() { mimetype.SetLimit(HeadSize) }

// megabyte is the one that users reckon with, as i18n.Texts.Size does.
const megabyte = 1_000_000

// Policy says which files may be uploaded in one place.
type Policy struct {
	Extensions []string // lower case, without the dot; those that Lookup does not know never pass
	MaxBytes   int64    // whole megabytes of 1,000,000 bytes, so that the text can name it
}

// Check reports what an upload is, or why it may not come in: an errs.Invalid with one text for
// the field "file". The extension and the content must agree (ASVS 5.2.2). Head is the start of
// the file, HeadSize bytes or all of it, and size the length of the whole.
func Check(policy Policy, name string, head []byte, size int64) (Type, error) {
	k, key := announced(policy, name, size)
	if key == "" && len(head) == 0 {
		key = keyEmpty
	}
	if key == "" && !mimetype.EqualsAny(mimetype.Detect(head).String(), k.contents...) {
		key = keyType
	}
	if key != "" {
		return Type{}, wrong(policy, key)
	}
	return k.Type, nil
}

// CheckName is Check for a file of which no byte has come yet: its name and announced size only.
func CheckName(policy Policy, name string, size int64) error {
	if _, key := announced(policy, name, size); key != "" {
		return wrong(policy, key)
	}
	return nil
}

const (
	keyEmpty    = "file.empty"
	keyName     = "file.name"
	keyTooLarge = "file.too_large"
	keyType     = "file.type"
)

func wrong(policy Policy, key string) error {
	var f errs.Fields
	if key == keyTooLarge {
		f.Add("file", key, "max", policy.MaxBytes/megabyte)
	} else {
		f.Add("file", key)
	}
	return f.Err()
}

// announced returns the text key of what is wrong with a name and size, or "".
func announced(policy Policy, name string, size int64) (kind, string) {
	_, extension := split(CleanName(name))
	if extension == "" {
		return kind{}, keyName
	}
	extension = strings.ToLower(extension[1:])
	k, ok := lookup(extension)
	switch {
	case !ok || !slices.Contains(policy.Extensions, extension):
		return kind{}, keyType
	case size <= 0:
		return kind{}, keyEmpty
	case size > policy.MaxBytes:
		return kind{}, keyTooLarge
	}
	return k, ""
}
