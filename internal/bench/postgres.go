package bench

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
)

// command runs one statement on a server of PostgreSQL, outside a transaction.
func command(ctx context.Context, address, statement string) error {
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, statement)
	return errors.Join(err, c.Close(ctx))
}

// createDatabase makes a database anew, empty or as a copy of another one.
func createDatabase(ctx context.Context, address, name, template string) error {
	if template == "" {
		template = "template1"
	}
	for _, statement := range []string{
		"drop database if exists " + quoted(name) + " with (force)",
		"create database " + quoted(name) + " template " + quoted(template),
	} {
		if err := command(ctx, address, statement); err != nil {
			return err
		}
	}
	return nil
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// postmaster returns the process that all of the server's others come from.
func postmaster(ctx context.Context, address string) (int, error) {
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		return 0, err
	}
	var backend int
	err = c.QueryRow(ctx, "select pg_backend_pid()").Scan(&backend)
	var parent int
	if err == nil {
		parent, err = parentOf(backend)
	}
	return parent, errors.Join(err, c.Close(ctx))
}
