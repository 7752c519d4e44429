package crypt

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// ID names the master key without telling anything of it, as the key file and all that it sealed do.
func (k *Keyring) ID() string { return hex.EncodeToString(k.box.id[:]) }

// EncryptWriter returns a writer that encrypts to dst with the master key, for what belongs to no
// tenant or to all of them: a copy of the database. The use, which is no secret, says what it is; the
// same one decrypts. The stream is complete only after Close; Close does not close dst.
func (k *Keyring) EncryptWriter(dst io.Writer, use string) (io.WriteCloser, error) {
	w, err := age.Encrypt(dst, masterKey{k.box, use})
	if err != nil {
		return nil, fmt.Errorf("crypt: encrypt: %w", err)
	}
	return w, nil
}

// DecryptReader gives the plain bytes of what EncryptWriter made. No byte is given before it was
// authenticated. A stream of another key is ErrWrongKey.
func (k *Keyring) DecryptReader(src io.Reader, use string) (io.Reader, error) {
	r, err := age.Decrypt(src, masterKey{k.box, use})
	if _, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		return nil, ErrWrongKey
	}
	if err != nil {
		return nil, fmt.Errorf("crypt: decrypt: %w", err)
	}
	return r, nil
}

// stanza is the kind of header line that holds a stream's own key, sealed with the master key.
const stanza = "voordeur.master"

// masterKey is the master key as age asks for one.
type masterKey struct {
	box *box
	use string
}

// Wrap implements age.Recipient.
func (m masterKey) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: stanza, Body: m.box.seal(fileKey, "crypt|stream|"+m.use)}}, nil
}

// Unwrap implements age.Identity.
func (m masterKey) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != stanza {
		return nil, age.ErrIncorrectIdentity
	}
	key, err := m.box.open(stanzas[0].Body, "crypt|stream|"+m.use)
	if errors.Is(err, ErrWrongKey) {
		return nil, age.ErrIncorrectIdentity
	}
	return key, err
}
