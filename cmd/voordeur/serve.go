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
	"voordeur/internal/trace"
)

// How long things may take. A handler that moves a file lifts the limits of reading and writing.
const (
	graceful      = 20 * time.Second
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	headerBytes   = 32 << 10
	tracesTime    = 5 * time.Second
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
	s.RegisterOnShutdown(app.Stop)
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
	texts := flags.String("sms", "", "who sends text messages, instead of VOORDEUR_SMS")
	c, err := configured(flags, args, out)
	if err != nil {
		return helped(err)
	}
	c.Scan, c.SMS = cmp.Or(*scanner, c.Scan), cmp.Or(*texts, c.SMS)
	h, closeAll, err := house(ctx, c)
	if err != nil {
		return err
	}
	stopTraces, err := traced(ctx, c, h)
	if err != nil {
		return errors.Join(err, closeAll())
	}
	return errors.Join(serveHouse(ctx, c, h, out), stopTraces(), closeAll())
}

// traced sends traces where the settings say so. What it returns sends what is left; traces that
// nobody takes then are no failure of the program.
func traced(ctx context.Context, c config.Config, h *server.House) (stop func() error, err error) {
	if c.OTLPEndpoint == "" {
		return func() error { return nil }, nil
	}
	last, err := trace.Open(ctx, c.OTLPEndpoint, version, h.Log)
	if err != nil {
		return nil, fmt.Errorf("VOORDEUR_OTLP_ENDPOINT: %w", err)
	}
	return func() error {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), tracesTime)
		defer cancel()
		if err := last(limited); err != nil {
			h.Log.Warn("the last traces were not received", "err", err)
		}
		return nil
	}, nil
}

// serveHouse serves the visitors and, when there are addresses for it, the operator, those who come
// without TLS, and the mail server that hands over what came back.
func serveHouse(ctx context.Context, c config.Config, h *server.House, out io.Writer) error {
	d, err := doorOf(ctx, c, h)
	if err != nil {
		return err
	}
	stop, err := operated(c, h, d.ends, out)
	if err != nil {
		return errors.Join(err, d.Close())
	}
	stopPlain, err := d.plainToo(c, h)
	if err != nil {
		return errors.Join(err, stop(), d.Close())
	}
	end, err := returned(c, h, out)
	if err != nil {
		return errors.Join(err, stopPlain(), stop(), d.Close())
	}
	fmt.Fprintf(out, "Voordeur %s listens on %s\n", version, d.Addr())
	return errors.Join(listen(ctx, d, h.Handler(), h.App), end(), stopPlain(), stop())
}

// door is where visitors come in.
type door struct {
	net.Listener
	ends  func() time.Time                // when the first certificate ends; nil behind a proxy
	plain func(http.Handler) http.Handler // what an authority asks without TLS; nil when it does not
}

// doorOf listens, with TLS when there is a certificate or an authority that makes them.
func doorOf(ctx context.Context, c config.Config, h *server.House) (door, error) {
	var cert *certificate
	var err error
	if c.TLSCert != "" {
		if cert, err = loadCertificate(c.TLSCert, c.TLSKey, h.Log); err != nil {
			return door{}, err
		}
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return door{}, err
	}
	switch {
	case cert != nil:
		go cert.watch(ctx)
		return door{Listener: tls.NewListener(l, cert.config()), ends: cert.ends}, nil
	case c.ACMEEmail != "":
		a := newAuthority(c, l.Addr(), h.Tenants, h.Log, nil)
		context.AfterFunc(ctx, a.stop)
		return door{tls.NewListener(l, a.config()), a.firstEnd, a.answers}, nil
	}
	return door{Listener: l}, nil
}

// plainToo answers on the address for those who come without TLS, when there is one. What it returns
// stops that.
func (d door) plainToo(c config.Config, h *server.House) (stop func() error, err error) {
	if c.RedirectAddr == "" {
		return func() error { return nil }, nil
	}
	handler := h.Redirect()
	if d.plain != nil {
		handler = d.plain(handler)
	}
	l, err := net.Listen("tcp", c.RedirectAddr)
	if err != nil {
		return nil, fmt.Errorf("VOORDEUR_REDIRECT_ADDR: %w", err)
	}
	return background(newServer(context.Background(), handler, h.Log), l), nil
}

// background serves until the function that it returns is called.
func background(s *http.Server, l net.Listener) (stop func() error) {
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	return func() error {
		err := s.Close()
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}
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
