package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"voordeur/internal/blob"
	"voordeur/internal/config"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/rekey"
	"voordeur/internal/server"
)

// nextKey is the key file that is to come in the place of another.
func nextKey(file string) string { return file + ".new" }

// newKey replaces the master key.
func newKey(ctx context.Context, args []string, out io.Writer) error {
	c, err := configured(flagSet("rekey", out), args, out)
	if err != nil {
		return helped(err)
	}
	if lockless(c) {
		return replaceKey(ctx, c, out)
	}
	release, err := alone(c)
	if errors.Is(err, blob.ErrInUse) {
		return fmt.Errorf("stop voordeur serve before its key is replaced: %w", err)
	}
	if err != nil {
		return err
	}
	return errors.Join(replaceKey(ctx, c, out), release())
}

func replaceKey(ctx context.Context, c config.Config, out io.Writer) error {
	old, err := crypt.OpenKeyFile(c.KeyFile)
	if err != nil {
		return err
	}
	if err := crypt.CreateKeyFile(nextKey(c.KeyFile)); err != nil && !errors.Is(err, fs.ErrExist) { // of a run that was broken off
		return err
	}
	next, err := crypt.OpenKeyFile(nextKey(c.KeyFile))
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, c.DB, db.Options{})
	if err != nil {
		return err
	}
	err = rekey.Replacement{
		DB: d, Old: rekey.Master{Keys: old, MAC: server.JournalMAC(old)}, New: rekey.Master{Keys: next, MAC: server.JournalMAC(next)},
		Say: func(form string, args ...any) { fmt.Fprintf(out, form+"\n", args...) },
	}.Run(ctx)
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	kept, err := crypt.ReplaceKeyFile(c.KeyFile, nextKey(c.KeyFile))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s is the new key: copy it to where the old one was kept.\n"+
		"%s is the old one: backups from before need it. Begin a new folder of backups.\n", c.KeyFile, kept)
	return err
}

// halfReplaced refuses a key of which the replacement was broken off: neither of the two opens all.
func halfReplaced(file string) error {
	if _, err := os.Stat(nextKey(file)); err == nil {
		return fmt.Errorf("a replacement of the key was broken off, %s is there: run voordeur rekey again", nextKey(file))
	}
	return nil
}
