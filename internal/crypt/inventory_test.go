package crypt_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// inventory is every use of cryptography outside tests, by package; docs/security.md says what each
// is for (ASVS 11.1.2, 11.1.3).
var inventory = map[string]string{
	"cmd/voordeur":            "crypto/rand crypto/tls crypto/x509 github.com/caddyserver/certmagic",
	"internal/access/authn":   "crypto/sha256",
	"internal/audit":          "crypto/hmac crypto/rand crypto/sha256 golang.org/x/mod/sumdb/tlog",
	"internal/backup":         "crypto/hmac crypto/sha256",
	"internal/bench":          "crypto/sha256 github.com/pquerna/otp/totp math/rand/v2",
	"internal/blob":           "crypto/rand crypto/sha256 crypto/tls",
	"internal/bounce":         "crypto/hmac",
	"internal/crypt":          "crypto/aes crypto/cipher crypto/hkdf crypto/hmac crypto/rand crypto/sha256 filippo.io/age",
	"internal/db":             "crypto/rand crypto/sha256 math/rand/v2",
	"internal/eid":            "crypto/tls",
	"internal/federation":     "crypto/tls crypto/x509",
	"internal/eidsim":         "crypto crypto/aes crypto/cipher crypto/rand crypto/rsa crypto/sha1 crypto/sha256 crypto/subtle crypto/x509 crypto/x509/pkix github.com/go-jose/go-jose/v4 github.com/russellhaering/goxmldsig github.com/russellhaering/goxmldsig/etreeutils",
	"internal/identity":       "crypto/hmac crypto/rand crypto/subtle github.com/pquerna/otp github.com/pquerna/otp/totp golang.org/x/crypto/argon2",
	"internal/letter":         "crypto/hmac",
	"internal/mail":           "crypto/sha256 crypto/tls crypto/x509",
	"internal/move":           "crypto/sha256",
	"internal/passwords":      "crypto/sha256",
	"internal/pdf":            "crypto/sha256",
	"internal/saml":           "crypto crypto/aes crypto/cipher crypto/rand crypto/rsa crypto/sha1 crypto/sha256 crypto/subtle crypto/x509 crypto/x509/pkix github.com/russellhaering/goxmldsig github.com/russellhaering/goxmldsig/etreeutils",
	"internal/sms":            "crypto/subtle crypto/tls crypto/x509",
	"internal/storm/powercut": "math/rand/v2",
	"internal/world":          "math/rand/v2",
	"web":                     "crypto/sha256",
}

// cryptographic reports whether a package is one to account for.
func cryptographic(path string) bool {
	for _, part := range []string{"crypto", "rand", "age", "otp", "totp", "tlog", "certmagic", "go-jose", "goxmldsig", "md4", "md5", "sha1"} {
		if slices.Contains(strings.Split(path, "/"), part) {
			return !strings.HasPrefix(path, "voordeur/")
		}
	}
	return false
}

// A new use of cryptography is a decision: it goes into the inventory, or it does not go in.
func TestCryptographyIsWhereTheInventorySays(t *testing.T) {
	found := map[string]map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && (d.Name() == "node_modules" || d.Name() == ".cache" || d.Name() == "scripts") {
				return fs.SkipDir
			}
			return err
		}
		dir := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../../")
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(dir, "test") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if cryptographic(name) {
				if found[dir] == nil {
					found[dir] = map[string]bool{}
				}
				found[dir][name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, names := range found {
		if got := strings.Join(slices.Sorted(maps.Keys(names)), " "); got != inventory[dir] {
			t.Errorf("%s uses %s, and the inventory says %q", dir, got, inventory[dir])
		}
	}
	if len(found) != len(inventory) {
		t.Errorf("%d packages use cryptography, %d are in the inventory", len(found), len(inventory))
	}
}
