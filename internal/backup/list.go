package backup

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"voordeur/internal/blob"
)

// A list has a line for each document: tenant, key, size and sum as stored.
const listLine = "%s %s %d %x\n"

// document is a line of a list.
type document struct {
	tenant string
	blob.Info
}

// documents calls fn for each document of a backup. It first compares the list with the manifest.
func (f *Folder) documents(m Manifest, fn func(document) error) error {
	file, err := f.part(m, listFile, m.List)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(file)
	for err == nil && lines.Scan() {
		var d document
		if d, err = parseDocument(lines.Text()); err == nil {
			err = fn(d)
		}
	}
	return errors.Join(err, lines.Err(), file.Close())
}

func parseDocument(line string) (document, error) {
	var d document
	var sum []byte
	if _, err := fmt.Sscanf(line+"\n", listLine, &d.tenant, &d.Key, &d.Size, &sum); err != nil || len(sum) != len(d.Sum) {
		return d, fmt.Errorf("the list of documents has a line that is none: %.80q", line)
	}
	copy(d.Sum[:], sum)
	return d, nil
}

// part opens a file of a backup once its bytes are those of the manifest.
func (f *Folder) part(m Manifest, name string, want Part) (*os.File, error) {
	file, err := os.Open(f.path(m.Name, name))
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	if err == nil && (n != want.Size || hex.EncodeToString(sum.Sum(nil)) != want.SHA256) {
		err = fmt.Errorf("%s of %s is not what its manifest says", name, m.Name)
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
