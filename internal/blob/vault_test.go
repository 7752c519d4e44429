package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"voordeur/internal/crypt"
)

const chunk = 64 << 10

func tenantKey(t testing.TB) *crypt.TenantKey {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := crypt.CreateKeyFile(path); err != nil {
		t.Fatal(err)
	}
	ring, err := crypt.OpenKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := ring.NewTenantKey()
	if err != nil {
		t.Fatal(err)
	}
	key, err := ring.Open(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// vault is one tenant's vault on a real folder.
type vault struct {
	*Vault
	disk *Disk
	dir  string
	key  *crypt.TenantKey
}

func newVault(t *testing.T) vault {
	t.Helper()
	d, dir := newDisk(t)
	return vault{NewVault(d), d, dir, tenantKey(t)}
}

func (v vault) put(t *testing.T, plain []byte) Stored {
	t.Helper()
	s, err := v.Put(t.Context(), "t1", v.key, bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (v vault) read(s Stored) ([]byte, error) {
	c, err := v.Open(context.Background(), "t1", v.key, s)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(c)
	return b, errors.Join(err, c.Close())
}

func (v vault) file(s Stored) string {
	return filepath.Join(v.dir, blobsDir, "t1", s.Key[:1], s.Key)
}

func sample(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

// borders are the sizes at which the file, its trailer or the chunks just fit.
var borders = []int{0, 1, 31, chunk - 33, chunk - 32, chunk - 31, chunk - 1, chunk, chunk + 1, 2 * chunk, 3*chunk + 500}

func TestVaultRoundTrip(t *testing.T) {
	v := newVault(t)
	for _, n := range borders {
		plain := sample(n)
		s := v.put(t, plain)
		if s.PlainSize != int64(n) || s.PlainSHA256 != sha256.Sum256(plain) {
			t.Errorf("%d bytes: stored as %+v", n, s)
		}
		onDisk, err := os.ReadFile(v.file(s))
		if err != nil || s.StoredSize != int64(len(onDisk)) || s.StoredSum != sha256.Sum256(onDisk) {
			t.Errorf("%d bytes: on disk are %d, %v", n, len(onDisk), err)
		}
		if got, err := v.read(s); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: read %d, %v", n, len(got), err)
		}
	}
}

func TestVaultNeverStoresPlainBytes(t *testing.T) {
	v := newVault(t)
	plain := bytes.Repeat([]byte("burgerservicenummer "), 20000)
	s := v.put(t, plain)
	onDisk, err := os.ReadFile(v.file(s))
	if err != nil || bytes.Contains(onDisk, []byte("burgerservice")) {
		t.Errorf("the plain text is on the disk (%v)", err)
	}
}

func TestVaultServesRanges(t *testing.T) {
	v := newVault(t)
	plain := sample(3*chunk + 500)
	s := v.put(t, plain)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := v.Open(r.Context(), "t1", v.key, s)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = c.Close() }()
		http.ServeContent(w, r, "akte.pdf", time.Time{}, c)
	}))
	defer srv.Close()

	for rng, want := range map[string][]byte{
		"":                    plain,
		"bytes=0-0":           plain[:1],
		"bytes=65535-65536":   plain[chunk-1 : chunk+1],
		"bytes=65536-131071":  plain[chunk : 2*chunk],
		"bytes=100-190000":    plain[100:190001],
		"bytes=-1":            plain[len(plain)-1:],
		"bytes=196608-999999": plain[3*chunk:],
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		if rng != "" {
			req.Header.Set("Range", rng)
		}
		res, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: status %d, %d bytes, want %d (%v)", rng, res.StatusCode, len(got), len(want), err)
		}
	}
}

func TestContentReadsAndSeeksLikeAFile(t *testing.T) {
	v := newVault(t)
	plain := sample(2*chunk + 777)
	c, err := v.Open(t.Context(), "t1", v.key, v.put(t, plain))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if c.Size() != int64(len(plain)) {
		t.Errorf("Size = %d", c.Size())
	}
	if err := iotest.TestReader(c, plain); err != nil {
		t.Error(err)
	}
	got := make([]byte, 10)
	if _, err := c.Seek(chunk-5, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, got); err != nil {
		t.Fatal(err)
	}
	if at, err := c.Seek(7, io.SeekCurrent); err != nil || at != chunk+12 {
		t.Errorf("seek from the current place leads to %d, %v, want %d", at, err, chunk+12)
	}
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, plain[chunk+12:chunk+22]) {
		t.Errorf("other bytes after the seek (%v)", err)
	}
	if _, err := c.Seek(-1, io.SeekStart); err == nil {
		t.Error("a seek before the start is no error")
	}
}

func TestVaultFindsDamage(t *testing.T) {
	v := newVault(t)
	plain := sample(3 * chunk)
	s := v.put(t, plain)
	good, err := os.ReadFile(v.file(s))
	if err != nil {
		t.Fatal(err)
	}
	damage := map[string][]byte{
		"cut by one":       good[:len(good)-1],
		"cut at a chunk":   good[:len(good)-48],
		"empty":            {},
		"one more":         append(bytes.Clone(good), 0),
		"chunks exchanged": swap(good, len(good)-48-(chunk+16), len(good)-48-2*(chunk+16), chunk+16),
	}
	for _, at := range []int{0, 50, 250, chunk, 2 * chunk, len(good) - 1} {
		b := bytes.Clone(good)
		b[at] ^= 1
		damage[fmt.Sprintf("bit flipped in byte %d", at)] = b
	}
	for name, b := range damage {
		if err := os.WriteFile(v.file(s), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := v.read(s); err == nil {
			t.Errorf("%s: %d bytes and no error", name, len(got))
		} else if !bytes.HasPrefix(plain, got) {
			t.Errorf("%s: gave bytes that are not the file's", name)
		}
	}
}

func swap(b []byte, i, j, n int) []byte {
	b = bytes.Clone(b)
	for k := range n {
		b[i+k], b[j+k] = b[j+k], b[i+k]
	}
	return b
}

func TestVaultRefusesAnotherFileInItsPlace(t *testing.T) {
	v := newVault(t)
	a, b := v.put(t, []byte("akte van Jansen")), v.put(t, []byte("akte van de Wit"))
	if err := os.Rename(v.file(b), v.file(a)); err != nil {
		t.Fatal(err)
	}
	if got, err := v.read(a); !errors.Is(err, ErrMismatch) {
		t.Errorf("read %q, %v, want ErrMismatch", got, err)
	}
}

func TestVaultRefusesARowThatDoesNotFit(t *testing.T) {
	v := newVault(t)
	for name, change := range map[string]func(*Stored){
		"stored size": func(s *Stored) { s.StoredSize++ },
		"shorter":     func(s *Stored) { s.PlainSize-- },
		"longer":      func(s *Stored) { s.PlainSize++ },
		"sum":         func(s *Stored) { s.PlainSHA256[31] ^= 1 },
	} {
		s := v.put(t, []byte("akte"))
		change(&s)
		if _, err := v.Open(t.Context(), "t1", v.key, s); !errors.Is(err, ErrMismatch) {
			t.Errorf("%s: %v, want ErrMismatch", name, err)
		}
	}
}

func TestVaultRefusesAnotherTenantsKey(t *testing.T) {
	v := newVault(t)
	s := v.put(t, []byte("akte"))
	if _, err := v.Open(t.Context(), "t1", tenantKey(t), s); !errors.Is(err, crypt.ErrWrongKey) {
		t.Errorf("err = %v, want ErrWrongKey", err)
	}
}

func TestVaultPutAllJoinsTheParts(t *testing.T) {
	v := newVault(t)
	var parts []Stored
	var whole []byte
	for _, n := range borders {
		parts = append(parts, v.put(t, sample(n)))
		whole = append(whole, sample(n)...)
	}
	s, err := v.PutAll(t.Context(), "t1", v.key, parts)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.read(s); err != nil || !bytes.Equal(got, whole) || s.PlainSHA256 != sha256.Sum256(whole) {
		t.Errorf("read %d of %d bytes, %v", len(got), len(whole), err)
	}
}

func TestVaultPutAllWithABrokenPartLeavesNothing(t *testing.T) {
	v := newVault(t)
	a, b := v.put(t, sample(chunk)), v.put(t, sample(2*chunk))
	sealed, err := os.ReadFile(v.file(b))
	if err != nil {
		t.Fatal(err)
	}
	sealed[chunk] ^= 1
	if err := os.WriteFile(v.file(b), sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	gone := Stored{Key: newKey()}
	for _, parts := range [][]Stored{{a, b}, {a, gone}} {
		if _, err := v.PutAll(t.Context(), "t1", v.key, parts); err == nil {
			t.Error("no error")
		}
	}
	if got := keys(t, v.disk, "t1"); len(got) != 2 {
		t.Errorf("blobs %v, want the two parts", got)
	}
}

func TestVaultBrokenUploadLeavesNothing(t *testing.T) {
	v := newVault(t)
	cut := io.MultiReader(strings.NewReader("half an a"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := v.Put(t.Context(), "t1", v.key, cut); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("err = %v, want that of the upload", err)
	}
	if got := regular(t, v.dir); got != nil {
		t.Errorf("left behind: %v", got)
	}
}

func TestVaultDelete(t *testing.T) {
	v := newVault(t)
	s := v.put(t, []byte("akte"))
	if err := v.Delete(t.Context(), "t1", s.Key); err != nil {
		t.Fatal(err)
	}
	if got := regular(t, v.dir); got != nil {
		t.Errorf("left behind: %v", got)
	}
}
