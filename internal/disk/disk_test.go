package disk_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"voordeur/internal/disk"
)

func TestRoom(t *testing.T) {
	dir := t.TempDir()
	r, err := disk.At(dir)
	if err != nil || r.Total == 0 || r.Free > r.Total {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := disk.At(filepath.Join(dir, "nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}
