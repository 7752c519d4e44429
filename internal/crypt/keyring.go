// Package crypt encrypts what the program keeps. The keys form two layers: the master key lies in
// a file apart from the data and opens the tenants' keys, which lie wrapped in the database. A
// tenant's key opens that tenant's files and columns alone, so destroying it destroys them all,
// and replacing the master key means no more than wrapping the tenants' keys anew.
package crypt

import (
	"crypto/rand"
	"fmt"
	"io"

	"filippo.io/age"
)

// wrapAAD is the place of a wrapped tenant key; no caller's aad may begin with "crypt|".
const wrapAAD = "crypt|tenant key"

// Keyring holds the master key. It is safe for use by several goroutines.
type Keyring struct{ box *box }

// NewTenantKey makes the key of a new tenant and returns it wrapped with the master key, for the
// caller to store. Without those bytes nothing of the tenant can ever be read again.
func (k *Keyring) NewTenantKey() (wrapped []byte, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("crypt: new tenant key: %w", err)
	}
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret)
	return k.box.seal(append(secret, id.String()...), wrapAAD), nil
}

// Open unwraps a tenant's key. It returns ErrWrongKey when another master key wrapped it, and
// ErrCorrupt when the bytes were changed.
func (k *Keyring) Open(wrapped []byte) (*TenantKey, error) {
	plain, err := k.box.open(wrapped, wrapAAD)
	if err != nil {
		return nil, err
	}
	if len(plain) < secretSize {
		return nil, ErrCorrupt
	}
	id, err := age.ParseX25519Identity(string(plain[secretSize:]))
	if err != nil {
		return nil, ErrCorrupt
	}
	return &TenantKey{box: newBox(plain[:secretSize]), identity: id}, nil
}

// Rewrap returns a tenant's key wrapped with another master key. Its errors are those of Open.
func (k *Keyring) Rewrap(wrapped []byte, with *Keyring) ([]byte, error) {
	if _, err := k.Open(wrapped); err != nil {
		return nil, err
	}
	plain, err := k.box.open(wrapped, wrapAAD)
	if err != nil {
		return nil, err
	}
	return with.box.seal(plain, wrapAAD), nil
}

// Seal encrypts a value that belongs to no tenant. See TenantKey.Seal for aad.
func (k *Keyring) Seal(plain []byte, aad string) []byte { return k.box.seal(plain, aad) }

// Unseal opens what Seal made, with the same aad. Its errors are ErrWrongKey and ErrCorrupt.
func (k *Keyring) Unseal(sealed []byte, aad string) ([]byte, error) {
	return k.box.open(sealed, aad)
}

// MAC authenticates parts that belong to no tenant. See TenantKey.MAC.
func (k *Keyring) MAC(purpose string, parts ...string) []byte { return k.box.mac(purpose, parts) }

// Format keeps the key out of logs, whatever the verb.
func (k *Keyring) Format(f fmt.State, _ rune) { redact(f, "Keyring") }

func redact(w io.Writer, name string) { _, _ = io.WriteString(w, "crypt."+name+"(secret)") }
