package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"

	"voordeur/internal/config"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/mail"
	"voordeur/internal/server"
	"voordeur/internal/tenant"
)

// flagSet returns the flags of a command; --help of those that take a configuration lists it.
func flagSet(name string, out io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(out)
	return flags
}

// configured parses a command's flags, and the configuration with --config, --db and --blobs, which
// every command takes that opens the database.
func configured(flags *flag.FlagSet, args []string, out io.Writer) (config.Config, error) {
	file := flags.String("config", "", "file of KEY=value lines; the environment goes before it")
	address := flags.String("db", "", "database, instead of VOORDEUR_DB")
	folder := flags.String("blobs", "", "documents, instead of VOORDEUR_BLOBS")
	flags.Usage = func() {
		fmt.Fprintf(out, "voordeur %s [flags]\n", flags.Name())
		flags.PrintDefaults()
		fmt.Fprint(out, "\nConfiguration, in the file or the environment:\n", config.Help())
	}
	if err := flags.Parse(args); err != nil {
		return config.Config{}, err
	}
	c, err := config.Load(*file)
	if *address != "" {
		c.DB = *address
	}
	if *folder != "" {
		c.Blobs = *folder
	}
	return c, err
}

// opened opens all that the configuration of a command names.
func opened(ctx context.Context, flags *flag.FlagSet, args []string, out io.Writer) (*server.House, func() error, error) {
	c, err := configured(flags, args, out)
	if err != nil {
		return nil, nil, err
	}
	return house(ctx, c)
}

// house opens everything the configuration names, and logs to the standard error.
func house(ctx context.Context, c config.Config) (*server.House, func() error, error) {
	return houseLogging(ctx, c, os.Stderr)
}

func houseLogging(ctx context.Context, c config.Config, out io.Writer) (*server.House, func() error, error) {
	log := slog.New(slog.NewJSONHandler(out, nil))
	sender, err := mail.NewSMTP(c.SMTP())
	if err != nil {
		return nil, nil, err
	}
	texts, err := c.Texts()
	if err != nil {
		return nil, nil, err
	}
	scanner, err := c.Scanner()
	if err != nil {
		return nil, nil, err
	}
	photos, err := c.Photos()
	if err != nil {
		return nil, nil, err
	}
	files, err := openDocuments(c, c.Blobs)
	if err != nil {
		return nil, nil, err
	}
	if s, ok := files.(interface{ Answers(context.Context) error }); ok {
		if err := s.Answers(ctx); err != nil {
			log.Warn("the store of documents", "err", err)
		}
	}
	d, err := db.Open(ctx, c.DB, db.Options{Fatal: func(err error) {
		log.Error("the process ends", "err", err)
		os.Exit(1)
	}})
	if err != nil {
		return nil, nil, errors.Join(err, files.Close())
	}
	closeAll := func() error { return errors.Join(d.Close(), files.Close()) }
	if err := d.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	keys, err := masterKey(ctx, d, c.KeyFile)
	if err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	returns, err := c.Returns(func(parts ...string) []byte { return keys.MAC("bounce", parts...) })
	if err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	h, err := server.Wire(server.Parts{
		DB: d, Keys: keys, Blobs: files, Sender: sender, Returns: returns, Texts: texts, Reports: c.SMSReports, Scanner: scanner, Photos: photos,
		Origin: tenant.Origin{Scheme: c.OriginScheme, Port: c.OriginPort}, Proxies: c.Proxies, Contact: c.Contact, Log: log, Version: version,
	})
	return h, closeAll, err
}

// masterKey opens the key file. It makes one for an empty database only: a new key beside old data
// would hide that the key was lost.
func masterKey(ctx context.Context, d *db.DB, file string) (*crypt.Keyring, error) {
	if err := halfReplaced(file); err != nil {
		return nil, err
	}
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		tenants, err := db.One(ctx, d, db.Value[int], `select count(*) from tenant`)
		if err != nil {
			return nil, err
		}
		if tenants > 0 {
			return nil, fmt.Errorf("the key file %s is missing, and the database holds data that only it can open: put it back", file)
		}
		if err := crypt.CreateKeyFile(file); err != nil {
			return nil, err
		}
	}
	return crypt.OpenKeyFile(file)
}
