package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"

	"voordeur/internal/config"
	"voordeur/internal/tenant"
)

// tlsALPN is the protocol in which an authority asks whether a host is ours (RFC 8737).
const tlsALPN = "acme-tls/1"

// authority has certificates made for the hosts of tenants, each when it is first asked for, and
// renewed when a third of its life is left. A host that no tenant has gets none, and no authority
// hears of it.
type authority struct {
	log    *slog.Logger
	cache  *certmagic.Cache
	magic  *certmagic.Config
	issuer *certmagic.ACMEIssuer
	// patience is how long a visitor waits for a certificate that has still to be made.
	patience time.Duration

	mu   sync.Mutex
	ends map[string]time.Time // by host, of the certificates in use
}

// newAuthority keeps certificates and the account beside the documents. The address is the one that
// visitors reach over TLS; roots are those of the authority's own certificate, nil for the system's.
func newAuthority(c config.Config, addr net.Addr, tenants *tenant.Tenants, log *slog.Logger, roots *x509.CertPool) *authority {
	a := &authority{log: log, patience: headerTimeout, ends: map[string]time.Time{}}
	mute := zap.NewNop() // what matters comes as an event, without addresses of visitors
	a.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return a.magic, nil }, Logger: mute,
	})
	a.magic = certmagic.New(a.cache, certmagic.Config{
		Storage: &certmagic.FileStorage{Path: filepath.Join(filepath.Dir(c.Blobs), "certificates")}, Logger: mute, OnEvent: a.happened,
		OnDemand: &certmagic.OnDemandConfig{DecisionFunc: func(ctx context.Context, host string) error {
			_, _, err := tenants.ByHost(ctx, host)
			return err
		}},
	})
	a.issuer = certmagic.NewACMEIssuer(a.magic, certmagic.ACMEIssuer{
		CA: c.ACMECA, Email: c.ACMEEmail, Agreed: true, TrustedRoots: roots, Logger: mute,
		// The library would listen itself where nobody does; we always do.
		AltTLSALPNPort: port(addr.String()), AltHTTPPort: port(c.RedirectAddr), DisableHTTPChallenge: c.RedirectAddr == "",
	})
	a.magic.Issuers = []certmagic.Issuer{a.issuer}
	return a
}

// port returns the port of an address, 0 for none.
func port(addr string) int {
	_, text, err := net.SplitHostPort(addr)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// happened logs what became of a certificate. A failure leaves the one before in use, and is tried
// again.
func (a *authority) happened(ctx context.Context, event string, data map[string]any) error {
	switch event {
	case "cert_obtained":
		a.log.InfoContext(ctx, "certificate obtained", "host", data["identifier"], "renewal", data["renewal"])
	case "cert_failed":
		a.log.ErrorContext(ctx, "certificate not obtained: one that is there stays in use", "host", data["identifier"], "renewal", data["renewal"], "err", data["error"])
	}
	return nil
}

// config returns how connections are made, with the certificate of the host that is asked for.
func (a *authority) config() *tls.Config {
	c := connections(a.certificate)
	c.NextProtos = append(c.NextProtos, tlsALPN)
	return c
}

func (a *authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	cert, err := a.get(hello)
	if err != nil || slices.Equal(hello.SupportedProtos, []string{tlsALPN}) {
		return cert, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ends[strings.ToLower(hello.ServerName)] = cert.Leaf.NotAfter
	return cert, nil
}

// get waits for the certificate of a host no longer than a visitor does. What is under way goes on
// without him, and the next one finds it.
func (a *authority) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	ctx := context.WithoutCancel(hello.Context())
	var cert *tls.Certificate
	got := make(chan error, 1)
	go func() {
		c, err := a.magic.GetCertificateWithContext(ctx, hello)
		cert = c
		got <- err
	}()
	select {
	case err := <-got:
		return cert, err
	case <-time.After(a.patience):
		return nil, errors.New("the certificate is not there yet")
	}
}

// firstEnd returns when the first of the certificates in use ends, zero before there is one.
func (a *authority) firstEnd() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.ends) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(slices.Collect(maps.Values(a.ends)), time.Time.Compare)
}

// answers lets an authority ask over plain HTTP whether a host is ours; all else is for h.
func (a *authority) answers(h http.Handler) http.Handler { return a.issuer.HTTPChallengeHandler(h) }

// stop ends the work in the background.
func (a *authority) stop() { a.cache.Stop() }
