package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"voordeur/internal/blob"
	"voordeur/internal/config"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/move"
	"voordeur/internal/server"
)

// moveTo takes the tenants of a SQLite database over into PostgreSQL.
func moveTo(ctx context.Context, args []string, out io.Writer) error {
	flags := flagSet("move", out)
	to := flags.String("to", "", "PostgreSQL database to move to, postgres://user@host/name; the password from ~/.pgpass or PGPASSWORD")
	only := flags.String("tenant", "", "move this tenant alone; all when left out")
	c, err := configured(flags, args, out)
	if err != nil {
		return helped(err)
	}
	if db.DialectOf(c.DB) != db.SQLite || db.DialectOf(*to) != db.Postgres {
		return errors.New("move: it goes from the SQLite file of VOORDEUR_DB to the PostgreSQL database of --to")
	}
	// Nobody may write meanwhile, so that what is compared is what will be served.
	release, err := alone(c)
	if errors.Is(err, blob.ErrInUse) {
		return fmt.Errorf("stop voordeur serve before a move: %w", err)
	}
	if err != nil {
		return err
	}
	return errors.Join(moveAll(ctx, c, *to, *only, out), release())
}

func moveAll(ctx context.Context, c config.Config, to, only string, out io.Writer) error {
	keys, err := crypt.OpenKeyFile(c.KeyFile)
	if err != nil {
		return err
	}
	from, err := db.Open(ctx, c.DB, db.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	target, err := db.Open(ctx, to, db.Options{})
	if err != nil {
		return errors.Join(err, from.Close())
	}
	m := move.Move{From: from, To: target, MAC: server.JournalMAC(keys), Only: only, Say: func(form string, args ...any) { fmt.Fprintf(out, form+"\n", args...) }}
	if err = target.Migrate(ctx); err == nil {
		err = m.Run(ctx)
	}
	if err := errors.Join(err, from.Close(), target.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "the documents stay in %s: give the program VOORDEUR_DB with the new database, and the same documents and key.\n"+
		"Serve nothing from the old database any more: it knows nothing of documents that come from now on, and would delete them as orphans.\n", c.Blobs)
	return err
}
