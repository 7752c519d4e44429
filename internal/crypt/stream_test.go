package crypt

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
)

const chunk = 64 << 10 // of an age stream

func sample(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n)})
	_, _ = r.Read(b)
	return b
}

func encrypt(t *testing.T, key *TenantKey, plain []byte) []byte {
	t.Helper()
	r, err := key.EncryptReader(bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// decrypt reads all through 1,000 bytes at a time, which never fit a chunk.
func decrypt(key *TenantKey, sealed []byte) ([]byte, error) {
	r, size, err := key.DecryptReaderAt(bytes.NewReader(sealed), int64(len(sealed)))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = io.CopyBuffer(struct{ io.Writer }{&out}, io.NewSectionReader(r, 0, size), make([]byte, 1000))
	return out.Bytes(), err
}

func TestStreamRoundTrip(t *testing.T) {
	key := newTenantKey(t, newKeyring(t))
	for _, n := range []int{0, 1, chunk - 1, chunk, chunk + 1, 3*chunk + 17} {
		plain := sample(n)
		if got, err := decrypt(key, encrypt(t, key, plain)); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("reader, %d bytes: got %d, %v", n, len(got), err)
		}
		var dst bytes.Buffer
		w, err := key.EncryptWriter(&dst)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(plain); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := decrypt(key, dst.Bytes()); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("writer, %d bytes: got %d, %v", n, len(got), err)
		}
	}
}

func TestStreamRangesAtChunkBorders(t *testing.T) {
	key := newTenantKey(t, newKeyring(t))
	plain := sample(3*chunk + 100)
	sealed := encrypt(t, key, plain)
	r, size, err := key.DecryptReaderAt(bytes.NewReader(sealed), int64(len(sealed)))
	if err != nil || size != int64(len(plain)) {
		t.Fatalf("size %d, %v", size, err)
	}
	for _, at := range []int{0, chunk - 1, chunk, chunk + 1, 2*chunk - 1, 3 * chunk, 3*chunk + 99} {
		for _, n := range []int{1, 2, chunk, chunk + 1} {
			n = min(n, len(plain)-at)
			got := make([]byte, n)
			if _, err := r.ReadAt(got, int64(at)); err != nil && err != io.EOF {
				t.Fatalf("%d at %d: %v", n, at, err)
			}
			if !bytes.Equal(got, plain[at:at+n]) {
				t.Errorf("%d at %d: other bytes", n, at)
			}
		}
	}
}

func TestStreamCutAnywhereIsFound(t *testing.T) {
	key := newTenantKey(t, newKeyring(t))
	sealed := encrypt(t, key, sample(2*chunk))
	for _, cut := range []int{1, 16, 17, chunk, chunk + 16, len(sealed) - 20, len(sealed)} {
		if _, err := decrypt(key, sealed[:len(sealed)-cut]); err == nil {
			t.Errorf("%d bytes cut off: no error", cut)
		}
	}
	if _, err := decrypt(key, append(bytes.Clone(sealed), 0)); err == nil {
		t.Error("a byte added: no error")
	}
}

func TestStreamFlippedBitsAreFound(t *testing.T) {
	key := newTenantKey(t, newKeyring(t))
	sealed := encrypt(t, key, sample(chunk+500))
	// Every byte of the header and then one in every 97.
	for i := 0; i < len(sealed); i++ {
		if i > 250 && i%97 != 0 && i != len(sealed)-1 {
			continue
		}
		sealed[i] ^= 4
		if _, err := decrypt(key, sealed); err == nil {
			t.Fatalf("byte %d changed: no error", i)
		}
		sealed[i] ^= 4
	}
}

func TestStreamOfAnotherTenantIsRefused(t *testing.T) {
	k := newKeyring(t)
	sealed := encrypt(t, newTenantKey(t, k), []byte("akte"))
	if _, err := decrypt(newTenantKey(t, k), sealed); !errors.Is(err, ErrWrongKey) {
		t.Errorf("err = %v, want ErrWrongKey", err)
	}
}

func TestBrokenSourceBreaksTheStream(t *testing.T) {
	key := newTenantKey(t, newKeyring(t))
	broken := io.MultiReader(bytes.NewReader(sample(chunk)), errReader{io.ErrUnexpectedEOF})
	r, err := key.EncryptReader(broken)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := io.ReadAll(r)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("err = %v, want that of the source", err)
	}
	if _, err := decrypt(key, sealed); err == nil {
		t.Error("what was read before the error decrypts")
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }
