package crypt

import (
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// TenantKey encrypts everything of one tenant. It is safe for use by several goroutines.
//
// Files are age streams (age-encryption.org/v1, chunks of 64 KiB, a fresh key per file) to an
// X25519 identity whose public half is stored nowhere: a ciphertext alone does not contain what
// is needed to attack the key exchange, not even with a quantum computer.
type TenantKey struct {
	box      *box
	identity *age.X25519Identity
}

// EncryptWriter returns a writer that encrypts to dst. The stream is complete, and can be
// decrypted, only after Close; Close does not close dst.
func (k *TenantKey) EncryptWriter(dst io.Writer) (io.WriteCloser, error) {
	w, err := age.Encrypt(dst, k.identity.Recipient())
	if err != nil {
		return nil, fmt.Errorf("crypt: encrypt: %w", err)
	}
	return w, nil
}

// EncryptReader returns the encrypted form of what src gives; it ends with src's own error when
// that is not io.EOF, and what was read until then cannot be decrypted.
func (k *TenantKey) EncryptReader(src io.Reader) (io.Reader, error) {
	r, err := age.EncryptReader(src, k.identity.Recipient())
	if err != nil {
		return nil, fmt.Errorf("crypt: encrypt: %w", err)
	}
	return r, nil
}

// DecryptReaderAt gives the plain bytes of an encrypted stream of size bytes at any offset, and
// how many there are. It has then authenticated the last chunk, and so the length; every other
// chunk is authenticated when it is read, and no byte is returned before. A stream of another
// tenant is ErrWrongKey. It is not bound to a place: the caller must know that src is the right
// file. The reader is safe for use by several goroutines.
func (k *TenantKey) DecryptReaderAt(src io.ReaderAt, size int64) (io.ReaderAt, int64, error) {
	r, plain, err := age.DecryptReaderAt(src, size, k.identity)
	if _, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		return nil, 0, ErrWrongKey
	}
	if err != nil {
		return nil, 0, fmt.Errorf("crypt: decrypt: %w", err)
	}
	return r, plain, nil
}

// Seal encrypts the value of a column. The aad says where the value belongs, written as
// "table|column|tenant|id"; it is not stored, and a value that was moved elsewhere does not open.
func (k *TenantKey) Seal(plain []byte, aad string) []byte { return k.box.seal(plain, aad) }

// Open opens what Seal made, with the same aad. Its errors are ErrWrongKey and ErrCorrupt.
func (k *TenantKey) Open(sealed []byte, aad string) ([]byte, error) { return k.box.open(sealed, aad) }

// MAC returns the HMAC-SHA256 (32 bytes) of the parts under a key of its own for each purpose:
// for signed cookies, and for blind indexes, which find a sealed value by its MAC. Compare with
// hmac.Equal.
func (k *TenantKey) MAC(purpose string, parts ...string) []byte { return k.box.mac(purpose, parts) }

// Format keeps the key out of logs, whatever the verb.
func (k *TenantKey) Format(f fmt.State, _ rune) { redact(f, "TenantKey") }
