package crypt

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func keyFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "master.key")
	if err := CreateKeyFile(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestKeyFileIsForItsOwnerAlone(t *testing.T) {
	path := keyFile(t)
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o601, 0o644, 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenKeyFile(path); err == nil {
			t.Errorf("mode %v is accepted", mode)
		}
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyFile(path); err != nil {
		t.Errorf("mode 0400: %v", err)
	}
}

func TestCreateKeyFileNeverOverwrites(t *testing.T) {
	path := keyFile(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := CreateKeyFile(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("err = %v, want fs.ErrExist", err)
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("the key changed (%v)", err)
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("%d files are there (%v)", len(list), err)
	}
}

func TestOpenKeyFileRefuses(t *testing.T) {
	good, err := os.ReadFile(keyFile(t))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.TrimSpace(string(good))
	line := text[strings.LastIndex(text, "\n")+1:]
	key := strings.LastIndex(line, ":") + 1
	wrong := byte('A')
	if line[key] == wrong {
		wrong = 'B'
	}
	for name, content := range map[string]string{
		"empty":         "",
		"comments only": "# nothing here\n\n",
		"two keys":      line + "\n" + line + "\n",
		"other label":   strings.Replace(line, keyLabel, "voordeur-key-9", 1),
		"no id":         keyLabel + ":" + line[key:],
		"cut short":     line[:len(line)-8],
		"one mistake":   line[:key] + string(wrong) + line[key+1:],
		"no base64":     line[:key] + "!!!!",
	} {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := OpenKeyFile(path)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		if strings.Contains(err.Error(), line[key+1:key+20]) {
			t.Errorf("%s: the error tells the key: %v", name, err)
		}
	}
}

func TestOpenKeyFileRefusesFolderAndMissing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyFile(dir); err == nil {
		t.Error("a folder is accepted")
	}
	if _, err := OpenKeyFile(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v, want fs.ErrNotExist", err)
	}
}
