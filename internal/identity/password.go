package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"voordeur/internal/bulkhead"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/tenant"
)

// maxPassword is the length in bytes up to which a password is taken whole (ASVS 6.2.9).
const maxPassword = 256

// Costs of argon2id: 19 MiB, 2 passes, 1 lane; about 32 ms on one core.
const (
	argonMemory = 19 * 1024
	argonPasses = 2
	argonKey    = 32
)

// RuleText returns the tenant's password rule in words (N4).
func RuleText(t *i18n.Texts, r tenant.PasswordRule) string {
	var parts []string
	for _, p := range []struct {
		n   int
		key string
	}{{r.Upper, "password.rule.upper"}, {r.Digit, "password.rule.digit"}, {r.Special, "password.rule.special"}} {
		if p.n > 0 {
			parts = append(parts, t.N(p.key, p.n))
		}
	}
	s := t.T("password.rule.min", "n", r.Min)
	if len(parts) > 0 {
		and := " " + t.T("password.rule.and") + " "
		list := strings.Join(parts[:len(parts)-1], ", ")
		if list != "" {
			list += and
		}
		s += ", " + t.T("password.rule.of_which") + " " + list + parts[len(parts)-1]
	}
	return s
}

// CheckRule returns an Invalid error on field password when it breaks the tenant's rule.
func CheckRule(r tenant.PasswordRule, password string) error {
	var upper, digit, special int
	for _, c := range password {
		switch {
		case unicode.IsUpper(c):
			upper++
		case unicode.IsDigit(c):
			digit++
		case !unicode.IsLetter(c) && unicode.IsPrint(c):
			special++
		}
	}
	ok := utf8.RuneCountInString(password) >= r.Min && upper >= r.Upper && digit >= r.Digit && special >= r.Special &&
		(r.Forbidden == "" || !strings.ContainsAny(password, r.Forbidden))
	var f errs.Fields
	switch {
	case !ok:
		f.Add("password", "password.broken")
	case len(password) > maxPassword:
		f.Add("password", "password.too_long", "max", maxPassword)
	}
	return f.Err()
}

const hashQueue = 50 // of a tenant

// hasher runs argon2id on at most as many cores as there are, also for one tenant alone: on the
// morning of its first letter that is all the program does.
type hasher struct{ *bulkhead.Bulkhead }

// Hashing is what bounds the hashing of passwords.
func (i *Identity) Hashing() *bulkhead.Bulkhead { return i.hash.Bulkhead }

func newHasher() hasher {
	cores := runtime.GOMAXPROCS(0)
	return hasher{bulkhead.New(bulkhead.Limits{Total: cores, Tenant: cores, Queue: hashQueue, Wait: 20 * time.Second})}
}

func (h hasher) run(ctx context.Context, tenantID, password string, salt []byte) ([]byte, error) {
	leave, err := h.Enter(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	defer leave()
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, argonPasses, argonMemory, 1, argonKey), nil
}

const phc = "$argon2id$v=19$m=19456,t=2,p=1$"

func (h hasher) hash(ctx context.Context, tenantID, password string) (string, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	key, err := h.run(ctx, tenantID, password, salt)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return phc + b64(salt) + "$" + b64(key), nil
}

// dummy is what an unknown address is compared with, so that it takes as long as a known one.
const dummy = phc + "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func (h hasher) matches(ctx context.Context, tenantID, stored, password string) (bool, error) {
	if stored == "" {
		stored = dummy
	}
	parts := strings.Split(strings.TrimPrefix(stored, phc), "$")
	if len(parts) != 2 || len(password) > maxPassword {
		return false, nil
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[0])
	if err != nil {
		return false, fmt.Errorf("identity: stored hash: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[1])
	if err != nil {
		return false, fmt.Errorf("identity: stored hash: %w", err)
	}
	got, err := h.run(ctx, tenantID, password, salt)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}
