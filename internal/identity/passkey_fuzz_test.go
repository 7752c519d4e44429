package identity

import (
	"strings"
	"testing"
)

// Whatever a browser sends as the answer of a passkey is read or refused, without a panic.
func FuzzPasskeyAnswer(f *testing.F) {
	for _, s := range []string{
		"", "{", "[]", `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`,
		`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA","userHandle":"AA"}}`,
		`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVgA"}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		if p := parseAnswer(answer); p != nil && len(p.RawID) == 0 {
			t.Error("an answer of no passkey is read")
		}
		_ = parseMade(answer)
		if parseAnswer(answer+strings.Repeat(" ", maxAnswer)) != nil {
			t.Error("an answer of any length is read")
		}
	})
}
