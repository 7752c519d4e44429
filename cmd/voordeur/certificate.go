package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// lookEvery is how often the files of the certificate are looked at.
const lookEvery = time.Minute

// certificate is a certificate whose files may be renewed while the program runs.
type certificate struct {
	cert, key string
	log       *slog.Logger
	current   atomic.Pointer[tls.Certificate]
	seen      [2]time.Time
}

// loadCertificate reads the files for the first time; what is wrong then stops the start.
func loadCertificate(cert, key string, log *slog.Logger) (*certificate, error) {
	c := &certificate{cert: cert, key: key, log: log}
	return c, c.read()
}

func (c *certificate) read() error {
	seen, err := c.times()
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	c.seen = seen
	c.current.Store(&pair)
	return nil
}

func (c *certificate) times() (seen [2]time.Time, err error) {
	for n, file := range []string{c.cert, c.key} {
		info, err := os.Stat(file)
		if err != nil {
			return seen, err
		}
		seen[n] = info.ModTime()
	}
	return seen, nil
}

// ends returns until when the certificate in use is valid.
func (c *certificate) ends() time.Time { return c.current.Load().Leaf.NotAfter }

// config returns how connections are made, with the certificate of their moment.
func (c *certificate) config() *tls.Config {
	return connections(func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil })
}

// connections returns how visitors' connections are made: TLS 1.3, or 1.2 with the suites alone that
// NCSC calls good. Go's own list still has those with CBC.
func connections(get func(*tls.ClientHelloInfo) (*tls.Certificate, error)) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: get,
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		},
	}
}

// watch reads the files again after SIGHUP, and when they have changed, until ctx ends. A pair that
// is not whole leaves the one before it in use: the two files are replaced one after the other.
func (c *certificate) watch(ctx context.Context) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
		case <-tick.C:
			if seen, err := c.times(); err == nil && seen == c.seen {
				continue
			}
		}
		if err := c.read(); err != nil {
			c.log.Error("certificate: the one before stays in use", "err", err)
			continue
		}
		c.log.Info("certificate read again")
	}
}
