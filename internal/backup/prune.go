package backup

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"time"

	"voordeur/internal/blob"
	"voordeur/internal/crypt"
)

// Pruned is what went.
type Pruned struct{ Backups, Documents int }

// Prune removes all but the newest backups, and then the documents that none of those needs. It
// removes no document when it cannot read the list of even one of them.
func (f *Folder) Prune(ctx context.Context, keys *crypt.Keyring, keep int) (Pruned, error) {
	var gone Pruned
	names, err := f.Names()
	if err != nil {
		return gone, err
	}
	for len(names) > keep {
		if err := f.remove(names[0]); err != nil {
			return gone, fmt.Errorf("backup: prune: %w", err)
		}
		names = names[1:]
		gone.Backups++
	}
	needed, err := f.needed(keys, names)
	if err == nil {
		gone.Documents, err = f.collect(ctx, needed)
	}
	if err != nil {
		return gone, fmt.Errorf("backup: prune: %w", err)
	}
	return gone, nil
}

// remove takes a backup's name away first, so that no half of one is ever found.
func (f *Folder) remove(name string) error {
	if err := os.RemoveAll(f.path(newDir)); err != nil {
		return err
	}
	if err := os.Rename(f.path(name), f.path(newDir)); err != nil {
		return err
	}
	if err := syncFolder(f.dir); err != nil {
		return err
	}
	return os.RemoveAll(f.path(newDir))
}

// key is the name of a document, small: there may be millions.
type key [16]byte

func keyOf(text string) (key, error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(key{}) {
		return key{}, fmt.Errorf("%q is no key of a document", text)
	}
	return key(b), nil
}

// needed returns the keys that the backups name. They are random, so those of two tenants differ.
func (f *Folder) needed(keys *crypt.Keyring, names []string) (map[key]bool, error) {
	needed := map[key]bool{}
	for _, name := range names {
		m, err := f.Read(name, keys)
		if err != nil {
			return nil, err
		}
		err = f.documents(m, func(d document) error {
			k, err := keyOf(d.Key)
			needed[k] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return needed, nil
}

func (f *Folder) collect(ctx context.Context, needed map[key]bool) (int, error) {
	tenants, err := f.pool.Tenants()
	if err != nil {
		return 0, err
	}
	total := 0
	for _, t := range tenants {
		n, err := blob.Collect(ctx, f.pool, t, always, func(_ context.Context, text string) (bool, error) {
			k, err := keyOf(text)
			return needed[k], err
		})
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// always is after every time: nobody else writes to the pool, so no document is too young to go.
var always = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
