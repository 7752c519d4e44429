package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"voordeur/internal/config"
	"voordeur/internal/db"
	"voordeur/internal/server"
)

// How long things may take. A handler that moves a file lifts the limits of reading and writing.
const (
	graceful      = 20 * time.Second
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	headerBytes   = 32 << 10
)

func newServer(ctx context.Context, h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: headerBytes, BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		// What net/http logs by itself names addresses of visitors.
		ErrorLog: slog.NewLogLogger(quiet{log.Handler()}, slog.LevelWarn),
	}
}

// quiet keeps the message of net/http without what it tells of the visitor: the text stops where
// the address begins.
type quiet struct{ slog.Handler }

// Handle logs what kind of thing went wrong.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	text, _, _ := strings.Cut(r.Message, " from ")
	if kind, _, found := strings.Cut(text, " serving "); found {
		text = kind
	}
	return q.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, text, 0))
}

// listen serves until ctx ends or serving fails; then it stops the work in the background and lets
// what runs finish, but waits no longer than is graceful.
func listen(ctx context.Context, l net.Listener, h http.Handler, app *server.App) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := newServer(ctx, h, app.Log)
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		app.Work(ctx)
	}()
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	var err error
	select {
	case err = <-failed:
		stop()
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceful)
	defer cancel()
	if down := s.Shutdown(limited); down != nil {
		err = errors.Join(err, down, s.Close())
	}
	select {
	case <-worked:
	case <-limited.Done():
		err = errors.Join(err, errors.New("a job did not end in time; it runs again at the next start"))
	}
	return err
}

func serve(ctx context.Context, args []string, out io.Writer) error {
	flags := flagSet("serve", out)
	scanner := flags.String("scan", "", "virus scanner, instead of VOORDEUR_SCAN")
	c, err := configured(flags, args, out)
	if err != nil {
		return helped(err)
	}
	c.Scan = cmp.Or(*scanner, c.Scan)
	h, closeAll, err := house(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(serveHouse(ctx, c, h, out), closeAll())
}

// serveHouse serves the visitors and, when there are addresses for it, the operator and the mail
// server that hands over what came back.
func serveHouse(ctx context.Context, c config.Config, h *server.House, out io.Writer) error {
	l, ends, err := listener(ctx, c, h.Log)
	if err != nil {
		return err
	}
	stop, err := operated(c, h, ends, out)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	end, err := returned(c, h, out)
	if err != nil {
		return errors.Join(err, stop(), l.Close())
	}
	fmt.Fprintf(out, "Voordeur %s listens on %s\n", version, l.Addr())
	return errors.Join(listen(ctx, l, h.Handler(), h.App), end(), stop())
}

// listener listens, with TLS when there is a certificate; then ends tells when that one ends.
func listener(ctx context.Context, c config.Config, log *slog.Logger) (l net.Listener, ends func() time.Time, err error) {
	if c.TLSCert == "" {
		l, err = net.Listen("tcp", c.Addr)
		return l, nil, err
	}
	cert, err := loadCertificate(c.TLSCert, c.TLSKey, log)
	if err != nil {
		return nil, nil, err
	}
	if l, err = net.Listen("tcp", c.Addr); err != nil {
		return nil, nil, err
	}
	go cert.watch(ctx)
	return tls.NewListener(l, cert.config()), cert.ends, nil
}

func migrate(ctx context.Context, args []string, out io.Writer) error {
	c, err := configured(flagSet("migrate", out), args, out)
	if err != nil {
		return helped(err)
	}
	d, err := db.Open(ctx, c.DB, db.Options{})
	if err != nil {
		return err
	}
	return errors.Join(d.Migrate(ctx), d.Close())
}

func routes(_ context.Context, _ []string, out io.Writer) error {
	h, err := server.Wire(server.Parts{Log: slog.New(slog.DiscardHandler), Version: version})
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(out, h.Table())
	return err
}
