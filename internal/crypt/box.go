package crypt

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// What can be wrong with something that was encrypted. Both mean that nothing of it may be used.
var (
	// ErrWrongKey means that it was made with another key than the one at hand.
	ErrWrongKey = errors.New("crypt: made with another key")
	// ErrCorrupt means that its bytes were changed or cut, or that it was moved to another place.
	ErrCorrupt = errors.New("crypt: does not verify")
)

const (
	secretSize = 32
	idSize     = 8
	version    = 1
	headerSize = 1 + idSize
)

// box seals values and makes MACs with keys that are derived from one secret. A sealed value is
//
//	version (1 byte) ‖ key id (8) ‖ nonce (12) ‖ AES-256-GCM ciphertext ‖ tag (16)
//
// Random nonces of 96 bits are good for 2^32 values under one key (NIST SP 800-38D, 8.3).
type box struct {
	secret []byte
	id     [idSize]byte
	aead   cipher.AEAD
}

func newBox(secret []byte) *box {
	b := &box{secret: secret}
	copy(b.id[:], derive(secret, "id"))
	block := must(aes.NewCipher(derive(secret, "seal")))
	b.aead = must(cipher.NewGCMWithRandomNonce(block))
	return b
}

func (b *box) seal(plain []byte, aad string) []byte {
	out := make([]byte, 0, headerSize+len(plain)+b.aead.Overhead())
	out = append(append(out, version), b.id[:]...)
	return b.aead.Seal(out, nil, plain, append(out[:headerSize:headerSize], aad...))
}

func (b *box) open(sealed []byte, aad string) ([]byte, error) {
	if len(sealed) < headerSize+b.aead.Overhead() || sealed[0] != version {
		return nil, ErrCorrupt
	}
	if [idSize]byte(sealed[1:headerSize]) != b.id {
		return nil, ErrWrongKey
	}
	header := sealed[:headerSize:headerSize]
	plain, err := b.aead.Open(nil, nil, sealed[headerSize:], append(header, aad...))
	if err != nil {
		return nil, ErrCorrupt
	}
	return plain, nil
}

// mac writes the length before every part, so that ("a", "bc") and ("ab", "c") differ.
func (b *box) mac(purpose string, parts []string) []byte {
	h := hmac.New(sha256.New, derive(b.secret, "mac/"+purpose))
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// derive gives a key of 32 bytes for one use of a secret (HKDF-SHA256, RFC 5869).
func derive(secret []byte, use string) []byte {
	return must(hkdf.Key(sha256.New, secret, nil, "voordeur/1/"+use, secretSize))
}

// must is for primitives that fail on a wrong key length alone; here that length is fixed.
func must[T any](v T, err error) T {
	if err != nil {
		panic("crypt: " + err.Error())
	}
	return v
}
