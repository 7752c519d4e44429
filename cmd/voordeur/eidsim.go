package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"

	"voordeur/internal/clock"
	"voordeur/internal/eidsim"
)

// eidSim serves a simulator of log-in services on loopback, for the programs that have people logged in.
func eidSim(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("eid-sim", flag.ContinueOnError)
	flags.SetOutput(out)
	addr := flags.String("addr", "127.0.0.1:8090", "loopback address to listen on")
	client := eidsim.Client{}
	flags.StringVar(&client.ID, "client", "voordeur", "id of the program that has people logged in")
	flags.StringVar(&client.Secret, "secret", "", "its secret; without this one is made up")
	flags.Func("redirect", "`URL` where its answers go, in full; may be there more than once", func(s string) error {
		client.RedirectURIs = append(client.RedirectURIs, s)
		return nil
	})
	flags.Func("logout", "`URL` where people may go after logging out; may be there more than once", func(s string) error {
		client.LogoutURIs = append(client.LogoutURIs, s)
		return nil
	})
	var parties [][]byte
	flags.Func("sp", "`FILE` with the metadata of a program that speaks SAML; may be there more than once", func(name string) error {
		b, err := os.ReadFile(name) // #nosec G304 -- a file that whoever starts the simulator named
		parties = append(parties, b)
		return err
	})
	if err := flags.Parse(args); err != nil {
		return helped(err)
	}
	if len(client.RedirectURIs)+len(parties) == 0 {
		return errors.New("say where answers go: with --redirect by OpenID Connect, with --sp by SAML")
	}
	client.Secret = cmp.Or(client.Secret, rand.Text())
	if err := onLoopback(*addr); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	sim, err := eidsim.New(eidsim.Options{Base: "http://" + listener.Addr().String(), Clients: []eidsim.Client{client}, Now: clock.System{}.Now})
	for _, metadata := range parties {
		if err == nil {
			err = sim.Trust(metadata)
		}
	}
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	describeSim(out, sim, client)
	return serveSim(ctx, listener, sim)
}

// serveSim serves until ctx ends. An answer that never comes ends with it.
func serveSim(ctx context.Context, l net.Listener, sim *eidsim.Sim) error {
	s := newServer(ctx, sim, slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	s.BaseContext = func(net.Listener) context.Context { return ctx }
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceful)
	defer cancel()
	err := s.Shutdown(limited)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func describeSim(out io.Writer, sim *eidsim.Sim, c eidsim.Client) {
	fmt.Fprintf(out, "Voordeur %s, a simulator of log-in services. Nobody in it exists, and everybody can log in as anybody.\n\n", version)
	fmt.Fprintf(out, "client id      %s\nclient secret  %s\n", c.ID, c.Secret)
	for _, u := range c.RedirectURIs {
		fmt.Fprintf(out, "answers go to  %s\n", u)
	}
	for _, p := range eidsim.Providers() {
		fmt.Fprintf(out, "\n%s\n  issuer         %s\n", p, sim.Issuer(p))
		if slices.Contains(eidsim.SpeakSAML(), p) {
			fmt.Fprintf(out, "  SAML metadata  %s\n", sim.Metadata(p))
		}
		for _, who := range eidsim.At(p) {
			fmt.Fprintf(out, "    %-22s %s\n", who.Number(), who.Title())
		}
	}
}
