package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"voordeur/internal/config"
)

func TestHealthAsksTheProgramThatRunsHere(t *testing.T) {
	h := program(t, io.Discard)
	dir := t.TempDir()
	pair(t, dir, 1)
	for name, certificate := range map[string]bool{"behind a proxy": false, "with TLS": true} {
		t.Run(name, func(t *testing.T) {
			_, number, err := net.SplitHostPort(freeAddress(t))
			must(t, err)
			t.Setenv("VOORDEUR_ADDR", ":"+number)
			if certificate {
				t.Setenv("VOORDEUR_TLS_CERT", filepath.Join(dir, "cert"))
				t.Setenv("VOORDEUR_TLS_KEY", filepath.Join(dir, "key"))
				t.Setenv("VOORDEUR_ORIGIN_SCHEME", "https")
			}
			ask := func() (string, error) {
				var out bytes.Buffer
				err := run(context.Background(), []string{"health"}, &out)
				return out.String(), err
			}
			if _, err := ask(); err == nil {
				t.Error("nobody is there, and it is well")
			}
			c, err := config.Load("")
			must(t, err)
			c.Addr = "127.0.0.1:" + number // the test is for this machine alone
			ctx, stop := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			out, says := io.Pipe()
			go func() { ended <- serveHouse(ctx, c, h, says) }()
			listening(t, out)
			if said, err := ask(); err != nil || said != "well\n" {
				t.Errorf("%q, %v", said, err)
			}
			stop()
			must(t, <-ended)
		})
	}
	t.Setenv("VOORDEUR_ACME_EMAIL", "beheer@linde.example")
	t.Setenv("VOORDEUR_ORIGIN_SCHEME", "https")
	if err := run(context.Background(), []string{"health"}, io.Discard); err == nil || !strings.Contains(err.Error(), "--host") {
		t.Errorf("without a host: %v", err)
	}
}
