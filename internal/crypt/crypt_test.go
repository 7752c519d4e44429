package crypt

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func newKeyring(t testing.TB) *Keyring {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := CreateKeyFile(path); err != nil {
		t.Fatal(err)
	}
	k, err := OpenKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newTenantKey(t testing.TB, k *Keyring) *TenantKey {
	t.Helper()
	wrapped, err := k.NewTenantKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := k.Open(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestTenantKeySurvivesWrapping(t *testing.T) {
	k := newKeyring(t)
	wrapped, err := k.NewTenantKey()
	if err != nil {
		t.Fatal(err)
	}
	first, err := k.Open(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	sealed := first.Seal([]byte("123456782"), "person|bsn|t1|7")

	again, err := k.Open(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := again.Open(sealed, "person|bsn|t1|7")
	if err != nil || string(plain) != "123456782" {
		t.Fatalf("Open = %q, %v", plain, err)
	}
}

func TestWrongMasterKeyIsRefused(t *testing.T) {
	wrapped, err := newKeyring(t).NewTenantKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newKeyring(t).Open(wrapped); !errors.Is(err, ErrWrongKey) {
		t.Errorf("Open with another master key = %v, want ErrWrongKey", err)
	}
}

func TestEveryFlippedBitOfASealedValueIsFound(t *testing.T) {
	key := newTenantKey(t, newKeyring(t))
	sealed := key.Seal([]byte("NL91ABNA0417164300"), "person|iban|t1|7")
	for i := range len(sealed) * 8 {
		bad := bytes.Clone(sealed)
		bad[i/8] ^= 1 << (i % 8)
		if plain, err := key.Open(bad, "person|iban|t1|7"); err == nil {
			t.Fatalf("bit %d flipped still opens as %q", i, plain)
		}
	}
	for n := range len(sealed) {
		if _, err := key.Open(sealed[:n], "person|iban|t1|7"); err == nil {
			t.Fatalf("cut to %d bytes still opens", n)
		}
	}
}

func TestSealedValueCannotBeMoved(t *testing.T) {
	k := newKeyring(t)
	a, b := newTenantKey(t, k), newTenantKey(t, k)
	sealed := a.Seal([]byte("geheim"), "person|phone|t1|7")

	for _, aad := range []string{"person|phone|t1|8", "person|iban|t1|7", "person|phone|t2|7", ""} {
		if _, err := a.Open(sealed, aad); !errors.Is(err, ErrCorrupt) {
			t.Errorf("opened at %q: %v, want ErrCorrupt", aad, err)
		}
	}
	if _, err := b.Open(sealed, "person|phone|t1|7"); !errors.Is(err, ErrWrongKey) {
		t.Errorf("another tenant: %v, want ErrWrongKey", err)
	}
	if _, err := k.Unseal(sealed, "person|phone|t1|7"); !errors.Is(err, ErrWrongKey) {
		t.Errorf("the master key: %v, want ErrWrongKey", err)
	}
}

func TestSealIsRandomAndHidesThePlainText(t *testing.T) {
	k := newKeyring(t)
	for _, seal := range []func([]byte, string) []byte{k.Seal, newTenantKey(t, k).Seal} {
		a, b := seal([]byte("geheim"), "x"), seal([]byte("geheim"), "x")
		if bytes.Equal(a, b) {
			t.Error("the same value seals to the same bytes")
		}
		if bytes.Contains(a, []byte("geheim")) {
			t.Error("the plain text is in the sealed value")
		}
	}
}

func TestSealTakesEmptyAndLarge(t *testing.T) {
	k := newKeyring(t)
	for _, n := range []int{0, 1, 1 << 20} {
		plain := bytes.Repeat([]byte{7}, n)
		got, err := k.Unseal(k.Seal(plain, "a"), "a")
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func TestMACSeparatesPurposePartsAndTenants(t *testing.T) {
	k := newKeyring(t)
	a, b := newTenantKey(t, k), newTenantKey(t, k)
	base := a.MAC("bsn", "a", "bc")
	if !bytes.Equal(base, a.MAC("bsn", "a", "bc")) || len(base) != 32 {
		t.Fatal("the MAC is not the same twice, or not 32 bytes")
	}
	for name, other := range map[string][]byte{
		"other split":   a.MAC("bsn", "ab", "c"),
		"joined":        a.MAC("bsn", "abc"),
		"empty part":    a.MAC("bsn", "a", "bc", ""),
		"other purpose": a.MAC("iban", "a", "bc"),
		"other tenant":  b.MAC("bsn", "a", "bc"),
		"no tenant":     k.MAC("bsn", "a", "bc"),
	} {
		if bytes.Equal(base, other) {
			t.Errorf("%s gives the same MAC", name)
		}
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	k := newKeyring(t)
	key := newTenantKey(t, k)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		s := fmt.Sprintf(verb+verb, k, key)
		if s != "crypt.Keyring(secret)crypt.TenantKey(secret)" {
			t.Errorf("%s prints %q", verb, s)
		}
	}
	holder := struct{ Key *TenantKey }{key}
	if s := fmt.Sprintf("%+v", holder); strings.Contains(s, "AGE-SECRET-KEY") {
		t.Errorf("prints %q", s)
	}
}
