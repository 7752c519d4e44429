package main

import (
	"errors"
	"fmt"
	"io"
	"net"

	"voordeur/internal/bounce"
	"voordeur/internal/config"
	"voordeur/internal/server"
)

// returned takes in reports of mail that did not arrive, when there is an address for it. What it
// returns stops that; a report that was not confirmed comes again.
func returned(c config.Config, h *server.House, out io.Writer) (stop func() error, err error) {
	if c.BounceListen == "" {
		return func() error { return nil }, nil
	}
	l, err := net.Listen("tcp", c.BounceListen)
	if err != nil {
		return nil, fmt.Errorf("VOORDEUR_BOUNCE_LISTEN: %w", err)
	}
	fmt.Fprintf(out, "Mail that does not arrive comes back to %s\n", l.Addr())
	b := bounce.NewListener(h.Returns, h.Bounces(), h.Log)
	ended := make(chan error, 1)
	go func() { ended <- b.Serve(l) }()
	return func() error {
		err := b.Close()
		// A program that ends at once can do so before Serve knows its listener.
		if closed := l.Close(); !errors.Is(closed, net.ErrClosed) {
			err = errors.Join(err, closed)
		}
		return errors.Join(err, <-ended)
	}, nil
}
