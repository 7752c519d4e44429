package backup

import (
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"voordeur/internal/crypt"
	"voordeur/internal/db"
)

// format is the layout of a backup; a program refuses one that it does not know.
const format = 1

// Manifest says what a backup holds. It names no people and no dossiers, and it opens nothing.
type Manifest struct {
	Format    int              `json:"format"`
	Name      string           `json:"name"`
	At        time.Time        `json:"at"`
	Program   string           `json:"program"`
	Key       string           `json:"key"` // id of the master key
	Kind      db.Dialect       `json:"kind"`
	Schema    int64            `json:"schema"`
	Database  Part             `json:"database"`
	List      Part             `json:"list"`
	Documents int64            `json:"documents"`
	Bytes     int64            `json:"bytes"`
	Rows      map[string]int64 `json:"rows"` // by table
	Tenants   []Tenant         `json:"tenants"`
}

// Tenant is the journal of one tenant as the backup has it.
type Tenant struct {
	ID     string    `json:"id"`
	Sealed int64     `json:"sealed"`
	Root   string    `json:"root"`
	Newest time.Time `json:"newest"` // entry of the journal
}

// authentic is a manifest with what proves that it was made with the master key.
type authentic struct {
	Manifest Manifest `json:"manifest"`
	MAC      string   `json:"mac"`
}

func (m Manifest) encode(keys *crypt.Keyring) ([]byte, error) {
	plain, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(authentic{m, hex.EncodeToString(keys.MAC("backup", string(plain)))}, "", "  ")
	return append(b, '\n'), err
}

// errManifest means that somebody or something changed a manifest.
var errManifest = errors.New("is not as it was written")

// decodeManifest refuses all that encode would not have written for the same key, to the byte.
func decodeManifest(b []byte, keys *crypt.Keyring) (Manifest, error) {
	var a authentic
	if err := json.Unmarshal(b, &a); err != nil {
		return Manifest{}, errManifest
	}
	if a.Manifest.Key != keys.ID() {
		return Manifest{}, fmt.Errorf("was made with the key %.16q, and this is %s", a.Manifest.Key, keys.ID())
	}
	if a.Manifest.Format != format {
		return Manifest{}, fmt.Errorf("has format %d, this program knows %d", a.Manifest.Format, format)
	}
	want, err := a.Manifest.encode(keys)
	if err != nil {
		return Manifest{}, err
	}
	if !hmac.Equal(b, want) {
		return Manifest{}, errManifest
	}
	return a.Manifest, nil
}

// Read returns the manifest of a backup, which only the key that made it reads.
func (f *Folder) Read(name string, keys *crypt.Keyring) (Manifest, error) {
	b, err := os.ReadFile(f.path(name, manifestFile))
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	m, err := decodeManifest(b, keys)
	if err == nil && m.Name != name {
		err = fmt.Errorf("is that of %s", m.Name)
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: the manifest of %s %w", name, err)
	}
	return m, nil
}
