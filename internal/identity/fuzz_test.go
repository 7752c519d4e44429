package identity_test

import (
	"strings"
	"testing"

	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
)

// A password that is good stays good when something is put behind it, unless that is forbidden or
// makes it too long.
func FuzzPasswordRule(f *testing.F) {
	f.Add("Abcdefg1!", "x", 8, 1, 1, 1, "")
	f.Add("ÀÉÎ٣＠", "\x00", 3, 3, 1, 1, "@")
	f.Add("\xff\xfe", "\u0301", 0, 0, 0, 0, "x")
	f.Fuzz(func(t *testing.T, password, more string, least, upper, digit, special int, forbidden string) {
		r := tenant.PasswordRule{Min: least, Upper: upper, Digit: digit, Special: special, Forbidden: forbidden}
		err := identity.CheckRule(r, password)
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%v is not the user's mistake", err)
			}
			return
		}
		if len(password) > 256 || forbidden != "" && strings.ContainsAny(password, forbidden) || len(password) < least {
			t.Errorf("%q was taken", password)
		}
		longer := password + more
		if len(longer) > 256 || forbidden != "" && strings.ContainsAny(more, forbidden) || strings.ToValidUTF8(longer, "") != longer {
			return
		}
		if err := identity.CheckRule(r, longer); err != nil {
			t.Errorf("%q is good and %q is not: %v", password, longer, err)
		}
	})
}
