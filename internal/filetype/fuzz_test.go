package filetype_test

import (
	"strings"
	"testing"

	"voordeur/internal/errs"
	"voordeur/internal/filetype"
)

var names = []string{"", "akte.pdf", "../../etc/passwd", `C:\map\brief.docx`, "a\r\nSet-Cookie: x=1.pdf", "fdp.\u202egpj.exe", "  . .", "na\u0308m.pdf", "\"; filename=x.exe", "%41%0d.pdf", strings.Repeat("ë", 300) + ".pdf", "\xff\xfe.pdf"}

// What was taken is of an allowed kind and size, and its name alone was taken before it.
func FuzzCheck(f *testing.F) {
	policy := filetype.Policy{Extensions: []string{"pdf", "docx", "png", "txt"}, MaxBytes: 1_000_000}
	for _, n := range names {
		f.Add(n, []byte("%PDF-1.7\n"), int64(9))
	}
	f.Add("x.docx", []byte("PK\x03\x04"), int64(1<<40))
	f.Add("x.txt", []byte("<script>alert(1)</script>"), int64(-1))
	f.Add("x.png", []byte("\x89PNG\r\n\x1a\n"), int64(8))
	f.Fuzz(func(t *testing.T, name string, head []byte, size int64) {
		_, err := filetype.Check(policy, name, head, size)
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%q, %d bytes: %v is not the user's mistake", name, size, err)
			}
			return
		}
		if len(head) == 0 || size <= 0 || size > policy.MaxBytes {
			t.Errorf("%q of %d bytes was taken", name, size)
		}
		if err := filetype.CheckName(policy, name, size); err != nil {
			t.Errorf("%q was taken with its content and refused before: %v", name, err)
		}
	})
}
