package crypt

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

func TestTheMasterKeyEncryptsAStreamForOneUse(t *testing.T) {
	k, plain := newKeyring(t), bytes.Repeat([]byte("dossier "), 20_000)
	var sealed bytes.Buffer
	w, err := k.EncryptWriter(&sealed, "backup")
	if err == nil {
		_, err = w.Write(plain)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	open := func(k *Keyring, b []byte, use string) ([]byte, error) {
		r, err := k.DecryptReader(bytes.NewReader(b), use)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	}
	if got, err := open(k, sealed.Bytes(), "backup"); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if bytes.Contains(sealed.Bytes(), plain[:64]) {
		t.Error("the plain bytes stand in the stream")
	}
	if _, err := open(newKeyring(t), sealed.Bytes(), "backup"); !errors.Is(err, ErrWrongKey) {
		t.Errorf("another key: %v", err)
	}
	if _, err := open(k, sealed.Bytes(), "letters"); !errors.Is(err, ErrCorrupt) {
		t.Errorf("another use: %v", err)
	}
	for _, n := range []int{10, 60, 150, sealed.Len() / 2, sealed.Len() - 1} {
		b := bytes.Clone(sealed.Bytes())
		b[n] ^= 1
		if got, err := open(k, b, "backup"); err == nil {
			t.Errorf("byte %d of %d was changed, and %d bytes came out", n, sealed.Len(), len(got))
		}
	}
	if _, err := open(k, sealed.Bytes()[:sealed.Len()-100], "backup"); err == nil {
		t.Error("a stream that was cut off is taken for whole")
	}
}
