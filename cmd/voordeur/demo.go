package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"voordeur/internal/blob"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/eidsim"
	"voordeur/internal/mail"
	"voordeur/internal/scan"
	"voordeur/internal/server"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
)

// demo fills an empty folder with the five demo tenants and serves them on loopback.
func demo(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(out)
	addr := flags.String("addr", "127.0.0.1:8080", "loopback address to listen on")
	dir := flags.String("data", "data", "folder for database, documents and outgoing mail")
	scanner := flags.String("scan", "off", "virus scanner: off, clamd:unix:/PATH or clamd:HOST:PORT")
	if err := flags.Parse(args); err != nil {
		return helped(err)
	}
	scans, err := scan.New(*scanner)
	if err != nil {
		return fmt.Errorf("--scan: %w", err)
	}
	if err := onLoopback(*addr); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return err
	}
	h, closeAll, err := demoHouse(ctx, *dir, port, scans)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	sum, err := demoWorld(ctx, h, *dir)
	var sim *eidsim.Sim
	if err == nil {
		sim, err = demoParties(ctx, h, sum, port)
	}
	if err == nil {
		describe(out, sum, port)
		err = layOutLetters(ctx, h, filepath.Join(*dir, "outbox"))
	}
	if err == nil {
		work, stop := context.WithCancel(ctx)
		defer stop()
		go layOut(work, h, filepath.Join(*dir, "outbox"))
		err = listen(ctx, listener, outboxHost{dir: filepath.Join(*dir, "outbox"), next: eidHost{sim, h.Handler()}}, h.App)
	}
	return errors.Join(err, closeAll())
}

func helped(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}

// onLoopback refuses an address that others can reach: everybody knows how to log in here.
func onLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("this listens on loopback only, not on %q: everybody knows how to log in here", host)
	}
	return nil
}

func demoHouse(ctx context.Context, dir, port string, scanner scan.Scanner) (*server.House, func() error, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, err
	}
	keyFile := filepath.Join(dir, "key")
	if _, err := os.Stat(keyFile); errors.Is(err, fs.ErrNotExist) {
		if err := crypt.CreateKeyFile(keyFile); err != nil {
			return nil, nil, err
		}
	}
	keys, err := crypt.OpenKeyFile(keyFile)
	if err != nil {
		return nil, nil, err
	}
	outbox, err := mail.OpenOutbox(filepath.Join(dir, "outbox"))
	if err != nil {
		return nil, nil, err
	}
	texts, err := sms.OpenOutbox(filepath.Join(dir, "outbox"))
	if err != nil {
		return nil, nil, err
	}
	disk, err := blob.OpenDisk(filepath.Join(dir, "blobs"))
	if err != nil {
		return nil, nil, err
	}
	d, err := db.Open(ctx, filepath.Join(dir, "voordeur.db"), db.Options{Clock: &world.Clock{}})
	if err != nil {
		return nil, nil, errors.Join(err, disk.Close())
	}
	closeAll := func() error { return errors.Join(d.Close(), disk.Close()) }
	photos, err := demoPhotos(ctx, dir)
	if err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	if err := d.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	h, err := server.Wire(server.Parts{
		DB: d, Keys: keys, Blobs: disk, Sender: outbox, Texts: texts, Scanner: scanner, Photos: photos,
		Origin: tenant.Origin{Scheme: "http", Port: port}, Log: slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), Version: version, Inside: true,
	})
	if err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	return h, closeAll, nil
}

// demoWorld makes the tenants the first time, and keeps how to log in in demo.json; a folder that
// has been filled before is opened as it is.
func demoWorld(ctx context.Context, h *server.House, dir string) (world.Summary, error) {
	file := filepath.Join(dir, "demo.json")
	var sum world.Summary
	ids, err := h.Tenants.IDs(ctx)
	if err != nil {
		return sum, err
	}
	if len(ids) == 0 {
		sum, err = world.Build(ctx, world.Builder{DB: h.DB, Tenants: h.Tenants, Identity: h.Identity, Clients: h.Clients, Dossiers: h.Dossiers, Messages: h.Messages, Asked: h.Asked, Requests: h.Requests, Approvals: h.Approvals, Mandates: h.Mandates, Work: func(ctx context.Context) error {
			_, err := h.Jobs.Drain(ctx)
			return err
		}})
		if err != nil {
			return sum, fmt.Errorf("the demo could not be filled; empty %s and try again: %w", dir, err)
		}
	} else {
		b, err := os.ReadFile(file) // #nosec G304 -- in the folder that the operator named
		if err != nil {
			return sum, fmt.Errorf("%s was not filled to the end; empty it and try again: %w", dir, err)
		}
		if err := json.Unmarshal(b, &sum); err != nil {
			return sum, err
		}
		if err := readdress(ctx, h, &sum); err != nil {
			return sum, err
		}
	}
	b, err := json.MarshalIndent(sum, "", "  ")
	if err != nil {
		return sum, err
	}
	return sum, os.WriteFile(file, append(b, '\n'), 0o600)
}

// readdress puts this run's port in the addresses.
func readdress(ctx context.Context, h *server.House, sum *world.Summary) error {
	for i := range sum.Tenants {
		t, err := h.Tenants.Get(ctx, sum.Tenants[i].ID)
		if err != nil {
			return err
		}
		sum.Tenants[i].Portal, sum.Tenants[i].Office = h.Tenants.URL(t, "portal"), h.Tenants.URL(t, "office")
	}
	return nil
}

func describe(out io.Writer, sum world.Summary, port string) {
	fmt.Fprintf(out, "Voordeur %s, the demo. Every password is %s; staff also need a code of the secret %s.\n", version, world.Password, world.TOTP)
	for _, t := range sum.Tenants {
		fmt.Fprintf(out, "\n%s\n  clients  %s\n  staff    %s\n", t.Name, t.Portal, t.Office)
		for _, l := range t.Logins {
			code := ""
			if l.Mobile != "" {
				code = "(also needs the code of a text message)"
			}
			fmt.Fprintf(out, "    %-14s %s %s\n", l.Role, l.Email, code)
		}
	}
	fmt.Fprintf(out, "\nOutgoing mail and text messages: http://outbox.localhost:%s\nSimulated DigiD, eHerkenning, eIDAS and work accounts: http://%s:%s\n", port, eidName, port)
}
