package crypt

import (
	"bytes"
	"io"
	"testing"
)

// Sealed values are tickets, parked forms and columns: one opens only where it belongs, and nobody
// makes one.
func FuzzOpen(f *testing.F) {
	key := newTenantKey(f, newKeyring(f))
	f.Add([]byte{}, []byte("geheim"), "a", "b")
	f.Add(key.Seal([]byte("geheim"), "x"), []byte{}, "", "|")
	f.Fuzz(func(t *testing.T, made, plain []byte, aad, other string) {
		sealed := key.Seal(plain, aad)
		if got, err := key.Open(sealed, aad); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%q does not come back: %q, %v", plain, got, err)
		}
		if other != aad {
			if _, err := key.Open(sealed, other); err == nil {
				t.Errorf("what belongs to %q opens at %q", aad, other)
			}
		}
		if _, err := key.Open(made, aad+"not from the seeds"); err == nil {
			t.Errorf("%x opens", made)
		}
	})
}

// Any range that begins within a stream is that range of the file.
func FuzzRange(f *testing.F) {
	key := newTenantKey(f, newKeyring(f))
	f.Add(uint32(0), uint32(0), uint16(1))
	f.Add(uint32(3*chunk+17), uint32(chunk-1), uint16(2))
	f.Add(uint32(chunk), uint32(chunk), uint16(9))
	f.Fuzz(func(t *testing.T, size, offset uint32, length uint16) {
		plain := sample(int(size % (4 * chunk)))
		sealed := encrypt(t, key, plain)
		r, n, err := key.DecryptReaderAt(bytes.NewReader(sealed), int64(len(sealed)))
		if err != nil || n != int64(len(plain)) {
			t.Fatalf("%d bytes became %d: %v", len(plain), n, err)
		}
		at := int64(offset) % (n + 1)
		got := make([]byte, length)
		m, err := r.ReadAt(got, at)
		if want := plain[at:min(at+int64(length), n)]; !bytes.Equal(got[:m], want) || err != nil && err != io.EOF {
			t.Errorf("%d bytes at %d of %d: %d of %d, %v", length, at, n, m, len(want), err)
		}
	})
}

// What was not made with the key is no stream.
func FuzzDecrypt(f *testing.F) {
	key := newTenantKey(f, newKeyring(f))
	f.Add([]byte("age-encryption.org/v1\n-> X25519 x\n--- y\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, made []byte) {
		if got, err := decrypt(key, made); err == nil {
			t.Errorf("%d bytes decrypt to %d", len(made), len(got))
		}
	})
}
