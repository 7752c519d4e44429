package dossierweb

import (
	"encoding/base64"
	"testing"
)

// What a sender of uploads wrote is read back, whatever stands beside it.
func FuzzMetadata(f *testing.F) {
	f.Add("akte.pdf", "document", "")
	f.Add("a,b c", "", "filename !!!,, x")
	f.Add("\x00\r\n", "x", " category")
	f.Fuzz(func(t *testing.T, name, category, before string) {
		b64 := base64.StdEncoding.EncodeToString
		got := metadata(before + ",filename " + b64([]byte(name)) + ", category " + b64([]byte(category)))
		if got["filename"] != name || got["category"] != category {
			t.Errorf("%q and %q are read as %q", name, category, got)
		}
	})
}
