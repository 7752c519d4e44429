package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"voordeur/internal/blob"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/mail"
	"voordeur/internal/scan"
	"voordeur/internal/server"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
)

// seeded is the tenant that gets the dossiers, and quiet the one beside it that is measured while
// the first is flooded.
const (
	seeded = "notaris"
	quiet  = "gemeente"
)

// firstStep is how many dossiers are made before PostgreSQL looks how large its tables have become,
// which it does again each time they have doubled: it would check references as it does in small ones.
const firstStep = 10_000

// bigClient is the account of the seeded client that three dossiers in a hundred belong to.
const bigClient = "seedaccount0000000000000big"

// fillVersion changes with what fill makes.
const fillVersion = "1"

// installation is all that one program stands on: database, key and documents.
type installation struct {
	address string // of the database
	dir     string // of key and documents
}

// data makes installations and keeps them, so that only the first run has to wait for them.
type data struct {
	root     string // one folder for each schema
	postgres string // address of a cluster, "" for SQLite alone
	out      io.Writer
}

// newData keys the cache by what the rows are made from: another schema gets rows of its own.
func newData(c Config, out io.Writer) (*data, error) {
	sum := sha256.New()
	_, _ = io.WriteString(sum, fillVersion) // a hash takes everything
	for _, pattern := range []string{"internal/db/migrations/*.sql", "internal/world/seed*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			return nil, errors.Join(fmt.Errorf("bench: no %s here: it runs in the root of the repository", pattern), err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f) // #nosec G304 -- the repository's own
			if err != nil {
				return nil, err
			}
			_, _ = sum.Write(b)
		}
	}
	root, err := filepath.Abs(filepath.Join(c.Cache, hex.EncodeToString(sum.Sum(nil)[:4])))
	return &data{root: root, postgres: c.Postgres, out: out}, err
}

// dialects are the databases that are measured.
func (d *data) dialects() []db.Dialect {
	if d.postgres == "" {
		return []db.Dialect{db.SQLite}
	}
	return []db.Dialect{db.SQLite, db.Postgres}
}

// at names an installation; it need not be there.
func (d *data) at(dialect db.Dialect, name string) (installation, error) {
	in := installation{dir: filepath.Join(d.root, string(dialect)+"-"+name)}
	if dialect == db.SQLite {
		in.address = filepath.Join(in.dir, "voordeur.db")
		return in, nil
	}
	u, err := url.Parse(d.postgres)
	if err != nil {
		return in, err
	}
	u.Path = "/" + d.database(name)
	in.address = u.String()
	return in, nil
}

// database names one of PostgreSQL; the cluster may hold those of several schemas.
func (d *data) database(name string) string { return "bench_" + filepath.Base(d.root) + "_" + name }

// seeded returns an installation with that many dossiers, and makes it the first time.
func (d *data) seeded(ctx context.Context, dialect db.Dialect, dossiers int) (installation, error) {
	name := fmt.Sprint(dossiers)
	in, err := d.at(dialect, name)
	if err != nil {
		return in, err
	}
	ready := filepath.Join(in.dir, "ready")
	if _, err := os.Stat(ready); err == nil {
		return in, nil
	}
	fmt.Fprintf(d.out, "making %d dossiers on %s, once\n", dossiers, dialect)
	if err := d.empty(ctx, dialect, name, ""); err != nil {
		return in, err
	}
	if err := crypt.CreateKeyFile(filepath.Join(in.dir, "key")); err != nil {
		return in, err
	}
	if err := fill(ctx, in, dossiers); err != nil {
		return in, fmt.Errorf("bench: fill %s: %w", in.dir, err)
	}
	return in, os.WriteFile(ready, nil, 0o600)
}

// copied returns an installation of its own with what another one has, to be written in.
func (d *data) copied(ctx context.Context, dialect db.Dialect, dossiers int, dir string) (installation, error) {
	from, err := d.seeded(ctx, dialect, dossiers)
	if err != nil {
		return from, err
	}
	in := installation{address: filepath.Join(dir, "voordeur.db"), dir: dir}
	if err := os.CopyFS(dir, os.DirFS(from.dir)); err != nil {
		return in, err
	}
	if err := os.Chmod(filepath.Join(dir, "key"), 0o600); err != nil || dialect == db.SQLite { // CopyFS lets others read
		return in, err
	}
	name := "copy"
	at, err := d.at(dialect, name)
	if err != nil {
		return in, err
	}
	in.address = at.address
	return in, d.empty(ctx, dialect, name, d.database(fmt.Sprint(dossiers)))
}

// empty makes the place of an installation: a folder, and on PostgreSQL a database, which may be the
// copy of another one.
func (d *data) empty(ctx context.Context, dialect db.Dialect, name, from string) error {
	in, err := d.at(dialect, name)
	if err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(in.dir), os.MkdirAll(in.dir, 0o700)); err != nil || dialect == db.SQLite {
		return err
	}
	return createDatabase(ctx, d.postgres, d.database(name), from)
}

// fill makes a tenant as the demo has it, with people who can log in, and adds the dossiers.
func fill(ctx context.Context, in installation, dossiers int) error {
	h, closeAll, err := house(ctx, in)
	if err != nil {
		return err
	}
	b := world.Builder{DB: h.DB, Tenants: h.Tenants, Identity: h.Identity, Clients: h.Clients, Dossiers: h.Dossiers, Messages: h.Messages, Asked: h.Asked, Requests: h.Requests, Mandates: h.Mandates, Work: func(ctx context.Context) error {
		_, err := h.Jobs.Drain(ctx)
		return err
	}}
	_, err = world.Build(ctx, b, seeded, quiet)
	for left, step := dossiers, firstStep; left > 0 && err == nil; left, step = left-step, 2*step {
		err = b.Seed(ctx, seeded, min(left, step), true)
		if err == nil && h.DB.Dialect() == db.Postgres {
			err = command(ctx, in.address, "vacuum analyze") // as autovacuum does within minutes in use
		}
	}
	if err == nil {
		err = h.Identity.StorePassword(ctx, seeded, bigClient, world.Password)
	}
	if err == nil {
		_, err = h.Jobs.Drain(ctx)
	}
	if err == nil {
		err = h.Seal(ctx)
	}
	return errors.Join(err, closeAll())
}

// house opens an installation as the program does.
func house(ctx context.Context, in installation) (*server.House, func() error, error) {
	keys, err := crypt.OpenKeyFile(filepath.Join(in.dir, "key"))
	if err != nil {
		return nil, nil, err
	}
	outbox, err := mail.OpenOutbox(filepath.Join(in.dir, "outbox"))
	if err != nil {
		return nil, nil, err
	}
	disk, err := blob.OpenDisk(filepath.Join(in.dir, "blobs"))
	if err != nil {
		return nil, nil, err
	}
	d, err := db.Open(ctx, in.address, db.Options{})
	if err != nil {
		return nil, nil, errors.Join(err, disk.Close())
	}
	closeAll := func() error { return errors.Join(d.Close(), disk.Close()) }
	if err := d.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	h, err := server.Wire(server.Parts{
		DB: d, Keys: keys, Blobs: disk, Sender: outbox, Scanner: scan.Off{}, Origin: tenant.Origin{Scheme: "http"}, Log: slog.New(slog.DiscardHandler), Version: "bench",
	})
	return h, closeAll, err
}
