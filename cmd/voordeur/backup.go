package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"voordeur/internal/backup"
	"voordeur/internal/blob"
	"voordeur/internal/config"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/server"
)

// makeBackup copies the installation to a folder of backups, beside the program that serves it.
func makeBackup(ctx context.Context, args []string, out io.Writer) error {
	flags := flagSet("backup", out)
	to := flags.String("to", "", "folder of the backups, on another disk or machine; made when its parent is there")
	keep := flags.Int("keep", 0, "how many backups to keep, with the documents they need; 0 keeps all")
	c, err := configured(flags, args, out)
	if err != nil {
		return helped(err)
	}
	if *to == "" || *keep < 0 {
		return errors.New("backup: --to is missing, or --keep is below 0")
	}
	folder, err := backup.Create(*to)
	if err != nil {
		return err
	}
	return errors.Join(backupTo(ctx, c, folder, *keep, out), folder.Close())
}

func backupTo(ctx context.Context, c config.Config, folder *backup.Folder, keep int, out io.Writer) error {
	keys, err := crypt.OpenKeyFile(c.KeyFile)
	if err != nil {
		return err
	}
	h, closeAll, err := beside(ctx, c, keys)
	if err != nil {
		return err
	}
	m, err := folder.Make(ctx, h)
	if err := errors.Join(err, closeAll()); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: database %s, %d files of %s, %d tenants\n", m.Name, size(m.Database.Size), m.Documents, size(m.Bytes), len(m.Tenants))
	if keep == 0 {
		return nil
	}
	gone, err := folder.Prune(ctx, keys, keep)
	if err == nil && gone != (backup.Pruned{}) {
		_, err = fmt.Fprintf(out, "removed %d older backups and %d files that none needs any more\n", gone.Backups, gone.Documents)
	}
	return err
}

// beside opens the installation for reading, while another process may serve it.
func beside(ctx context.Context, c config.Config, keys *crypt.Keyring) (backup.House, func() error, error) {
	files, err := openDocuments(c, c.Blobs)
	if err != nil {
		return backup.House{}, nil, err
	}
	d, err := db.Open(ctx, c.DB, db.Options{ReadOnly: true})
	if err != nil {
		return backup.House{}, nil, errors.Join(err, files.Close())
	}
	h := backup.House{DB: d, Store: files, Keys: keys, MAC: server.JournalMAC(keys), Program: version}
	return h, func() error { return errors.Join(d.Close(), files.Close()) }, nil
}

// restore brings a backup back to the empty place that the configuration names.
func restore(ctx context.Context, args []string, out io.Writer) error {
	flags := flagSet("restore", out)
	at := flags.String("at", "", "name of the backup; the newest when left out")
	return fromFolder(flags, args, out, func(f *backup.Folder, c config.Config, p backup.Place) error {
		if blob.IsS3(c.Blobs) {
			return errors.New("restore: a backup is restored to a folder, where it is checked before it opens: give --blobs with an empty folder, and then bring the documents to the bucket with voordeur blobs move")
		}
		name, err := f.Find(*at)
		if err != nil {
			return err
		}
		m, rep, err := f.Restore(ctx, name, p)
		if err != nil {
			return err
		}
		if describeReport(out, m, rep); !rep.Sound() {
			return fmt.Errorf("%s is not sound; %s stays shut, so that nothing is served of it", m.Name, c.Blobs)
		}
		_, err = fmt.Fprintf(out, "%s is restored: voordeur serve may start\n", m.Name)
		return err
	})
}

// drill restores the newest backup aside and says what came of it.
func drill(ctx context.Context, args []string, out io.Writer) error {
	flags := flagSet("drill", out)
	aside := flags.String("aside", "", "folder to restore in; the one of the documents' folder when left out")
	return fromFolder(flags, args, out, func(f *backup.Folder, c config.Config, p backup.Place) error {
		if *aside == "" && blob.IsS3(c.Blobs) {
			return errors.New("drill: the documents are in a bucket, so --aside must name a folder with room for a copy of them")
		}
		if *aside == "" {
			*aside = filepath.Dir(filepath.Clean(c.Blobs))
		}
		m, rep, err := f.Drill(ctx, *aside, p)
		if err != nil {
			return err
		}
		if describeReport(out, m, rep); !rep.Sound() {
			return fmt.Errorf("%s is not sound: it could not be restored", m.Name)
		}
		_, err = fmt.Fprintf(out, "%s can be restored\n", m.Name)
		return err
	})
}

// fromFolder runs a command on the folder of backups that --from names.
func fromFolder(flags *flag.FlagSet, args []string, out io.Writer, run func(*backup.Folder, config.Config, backup.Place) error) error {
	from := flags.String("from", "", "folder of the backups")
	c, err := configured(flags, args, out)
	if err != nil {
		return helped(err)
	}
	if *from == "" {
		return fmt.Errorf("%s: --from is missing", flags.Name())
	}
	keys, err := crypt.OpenKeyFile(c.KeyFile)
	if err != nil {
		return fmt.Errorf("a backup opens only with the key that made it, which is kept apart from it: %w", err)
	}
	folder, err := backup.Open(*from)
	if err != nil {
		return err
	}
	p := backup.Place{DB: c.DB, Blobs: c.Blobs, Keys: keys, MAC: server.JournalMAC(keys)}
	return errors.Join(run(folder, c, p), folder.Close())
}

// describeReport tells in words what was found.
func describeReport(out io.Writer, m backup.Manifest, rep backup.Report) {
	fmt.Fprintf(out, "%s, made by version %s of the program, schema %d:\n", m.Name, m.Program, m.Schema)
	if rep.Earlier {
		fmt.Fprintln(out, "  all was restored and checked before, only its last step was left")
		return
	}
	fmt.Fprintf(out, "  %d rows in %d tables of %d tenants\n", rep.Rows, len(m.Rows), len(m.Tenants))
	fmt.Fprintf(out, "  %d files of %s, each as stored and decrypted\n", rep.Files, size(rep.Bytes))
	newest := "without an entry"
	if !rep.Newest.IsZero() {
		newest = "the newest entry of " + rep.Newest.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	fmt.Fprintf(out, "  %d sealed entries of the journal, %s\n", rep.Entries, newest)
	wrong(out, rep)
}

func wrong(out io.Writer, rep backup.Report) {
	if err := rep.Err(); err != nil {
		fmt.Fprintf(out, "  WRONG: %s\n", strings.ReplaceAll(err.Error(), "\n", "\n  WRONG: "))
	}
}

// size writes a number of bytes for people.
func size(n int64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 1000 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}
