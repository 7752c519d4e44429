package bounce_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"testing"

	"voordeur/internal/bounce"
	"voordeur/internal/db"
	"voordeur/internal/mail"
)

func mac(key string) bounce.MAC {
	return func(parts ...string) []byte {
		h := hmac.New(sha256.New, []byte(key))
		h.Write([]byte(strings.Join(parts, "\x00")))
		return h.Sum(nil)
	}
}

func paths(t *testing.T, key string) *bounce.Paths {
	t.Helper()
	p, err := bounce.NewPaths("Bounce@mail.test", mac(key))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAReturnPathLeadsBackToItsMailAlone(t *testing.T) {
	p, tenants := paths(t, "key"), []string{"linde", "gemeente"}
	id := db.RandomID()
	path := p.Of("gemeente", id)
	if !mail.ValidAddress(path) || path != strings.ToLower(path) {
		t.Errorf("%s cannot be mailed to", path)
	}
	for _, form := range []string{path, strings.ToUpper(path)} { // a server may change the case
		if tenant, got, ok := p.Whose(form, tenants); !ok || tenant != "gemeente" || got != id {
			t.Errorf("%s: %s of %s, %t", form, got, tenant, ok)
		}
	}
	local, domain, _ := strings.Cut(path, "@")
	forged := map[string]string{
		"another mail":      strings.Replace(path, id, db.RandomID(), 1),
		"another key":       paths(t, "other").Of("gemeente", id),
		"another tenant":    p.Of("thuiszorg", id),
		"another domain":    local + "@elsewhere.test",
		"a longer domain":   path + ".evil.test",
		"no proof":          "bounce+" + id + "@" + domain,
		"an empty proof":    "bounce+" + id + "-@" + domain,
		"half a proof":      local[:len(local)-4] + "@" + domain,
		"a longer proof":    local + "a@" + domain,
		"a letter changed":  local[:len(local)-1] + string('0'+('v'-local[len(local)-1])%2) + "x@" + domain,
		"without a token":   "bounce@" + domain,
		"another prefix":    strings.Replace(path, "bounce", "return", 1),
		"nothing":           "",
		"with a line end":   local + "\r\n@" + domain,
		"two tokens in one": "bounce+" + local + "@" + domain,
	}
	for name, address := range forged {
		if tenant, got, ok := p.Whose(address, tenants); ok {
			t.Errorf("%s: %s is taken for %s of %s", name, address, got, tenant)
		}
	}
}

func TestAddressesThatCannotTakeATokenAreRefused(t *testing.T) {
	for _, address := range []string{"", "bounce", "bounce@", "@mail.test", "a+b@mail.test", "bounce@mail.test, x@y.test", strings.Repeat("b", 21) + "@mail.test", "bounce@mail test"} {
		if _, err := bounce.NewPaths(address, mac("key")); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
	var none *bounce.Paths
	if got := none.Of("linde", "x"); got != "" {
		t.Errorf("no paths make %q", got)
	}
}
