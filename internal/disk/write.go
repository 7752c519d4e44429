package disk

import (
	"errors"
	"os"
	"path/filepath"
)

// Write makes a small file in a folder, readable by the owner alone. It returns when both the bytes and
// the name would survive a power cut.
func Write(dir, name string, raw []byte) error {
	tmp, err := os.CreateTemp(dir, ".tmp-*") // 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(raw)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	if err := os.Rename(tmp.Name(), filepath.Join(dir, name)); err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir) // #nosec G304 -- a folder of the program's own
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
