package crypt

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The key file is text: lines of comment, and one line "voordeur-key-1:<id>:<key>" with the key's
// id in hexadecimal, which catches a mistyped key, and 32 random bytes in base64.
const (
	keyLabel    = "voordeur-key-1"
	keyFileMax  = 4096
	keyFileNote = "# The master key. Who has it can read everything; without it nothing can be read.\n" +
		"# Keep a copy, but not together with a backup of the data.\n"
)

// CreateKeyFile makes a new master key and writes it to path with mode 0600. It never replaces a
// file that is there already: the error then wraps fs.ErrExist.
//
// The file gets its name once it is whole, or a power cut in between would leave a key file that is
// none, and that no later start dares to replace.
func CreateKeyFile(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return fmt.Errorf("crypt: create key file: %w", err)
	}
	if err = writeKey(f); err == nil {
		err = os.Link(f.Name(), path) // never replaces
	}
	made := err == nil
	if err = errors.Join(err, os.Remove(f.Name())); err == nil {
		err = syncFolder(dir)
	}
	if err != nil && made {
		err = errors.Join(err, os.Remove(path))
	}
	if err != nil {
		return fmt.Errorf("crypt: create key file: %w", err)
	}
	return nil
}

// writeKey returns only when the key is durable, as syncFolder does for its name: data that is
// encrypted with a key that a power cut takes away is lost.
func writeKey(f *os.File) error {
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret)
	id := newBox(secret).id
	_, err := fmt.Fprintf(f, "%s%s:%x:%s\n", keyFileNote, keyLabel, id, base64.StdEncoding.EncodeToString(secret))
	return errors.Join(err, f.Sync(), f.Close())
}

func syncFolder(name string) error {
	dir, err := os.Open(name) // #nosec G304 -- the folder of the key file
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// ReplaceKeyFile puts the key file next in the place of the one at path, in one moment, and returns
// where it keeps the one that was there: beside it, with the key's id at the end of its name.
func ReplaceKeyFile(path, next string) (kept string, err error) {
	old, err := OpenKeyFile(path)
	if err != nil {
		return "", err
	}
	kept = path + "." + old.ID()
	if err := os.Link(path, kept); err != nil && !errors.Is(err, fs.ErrExist) { // there since a replacement that was broken off
		return "", fmt.Errorf("crypt: replace key file: %w", err)
	}
	if err := errors.Join(os.Rename(next, path), syncFolder(filepath.Dir(path))); err != nil {
		return "", fmt.Errorf("crypt: replace key file: %w", err)
	}
	return kept, nil
}

// OpenKeyFile reads the master key. It refuses a file that the group or others can touch, and one
// that is empty, malformed or mistyped.
func OpenKeyFile(path string) (*Keyring, error) {
	f, err := os.Open(path) // #nosec G304 -- the key file that the operator named
	if err != nil {
		return nil, fmt.Errorf("crypt: open key file: %w", err)
	}
	defer func() { _ = f.Close() }() // nothing was written

	// The open file is asked, so that nobody can put another in its place in between.
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("crypt: open key file: %w", err)
	}
	if mode := info.Mode(); !mode.IsRegular() || mode.Perm()&0o077 != 0 {
		return nil, fmt.Errorf("crypt: key file %s has mode %v: it must be a file that its owner alone can read (chmod 600)", path, mode)
	}
	text, err := io.ReadAll(io.LimitReader(f, keyFileMax))
	if err != nil {
		return nil, fmt.Errorf("crypt: read key file: %w", err)
	}
	secret, err := parseKey(text)
	if err != nil {
		return nil, fmt.Errorf("crypt: key file %s: %w", path, err)
	}
	return &Keyring{box: newBox(secret)}, nil
}

// parseKey's errors never quote the text: it may be a key with one mistake.
func parseKey(text []byte) ([]byte, error) {
	var line string
	for l := range bytes.Lines(text) {
		l = bytes.TrimSpace(l)
		if len(l) == 0 || l[0] == '#' {
			continue
		}
		if line != "" {
			return nil, errors.New("more than one line with a key")
		}
		line = string(l)
	}
	if line == "" {
		return nil, errors.New("has no key")
	}
	label, rest, _ := strings.Cut(line, ":")
	id, key, ok := strings.Cut(rest, ":")
	if label != keyLabel || !ok {
		return nil, errors.New("is not a key file")
	}
	secret, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(secret) != secretSize {
		return nil, errors.New("the key is not 32 bytes in base64")
	}
	if own := newBox(secret).id; hex.EncodeToString(own[:]) != id {
		return nil, errors.New("the key does not match its id")
	}
	return secret, nil
}
