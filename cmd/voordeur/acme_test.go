package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"voordeur/internal/access"
	"voordeur/internal/config"
	"voordeur/internal/db"
	"voordeur/internal/server"
	"voordeur/internal/tenant"
)

// pebble is a real authority, for tests: Let's Encrypt's own.
type pebble struct {
	url   string
	roots *x509.CertPool
	said  *journal
	stop  func()
}

// startPebble starts one that asks for hosts at our ports.
func startPebble(t *testing.T, tlsPort, httpPort int) *pebble {
	t.Helper()
	program := os.Getenv("VOORDEUR_TEST_PEBBLE")
	if program == "" {
		t.Skip("VOORDEUR_TEST_PEBBLE names no Pebble; scripts/test builds it")
	}
	dir := t.TempDir()
	pair(t, dir, 1)
	own, err := os.ReadFile(filepath.Join(dir, "cert"))
	must(t, err)
	p := &pebble{roots: x509.NewCertPool(), said: &journal{}}
	p.roots.AppendCertsFromPEM(own)
	addr := freeAddress(t)
	settings, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": addr, "managementListenAddress": freeAddress(t), "tlsPort": tlsPort, "httpPort": httpPort,
		"certificate": filepath.Join(dir, "cert"), "privateKey": filepath.Join(dir, "key"),
		"profiles": map[string]any{"default": map[string]any{"description": "ninety days", "validityPeriod": 90 * 24 * 3600}},
	}})
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "config"), settings, 0o600))
	cmd := exec.Command(program, "-config", filepath.Join(dir, "config"), "-dnsserver", namesHere(t))
	cmd.Env = []string{"PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0"}
	out, err := cmd.StdoutPipe()
	must(t, err)
	cmd.Stderr = cmd.Stdout
	must(t, cmd.Start())
	p.stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() } // it may be gone already
	t.Cleanup(p.stop)
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "ACME directory available") {
	}
	go func() { _, _ = io.Copy(p.said, out) }()
	_, number, err := net.SplitHostPort(addr)
	must(t, err)
	p.url = "https://localhost:" + number + "/dir"
	return p
}

// freeAddress is one on loopback that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, l.Close())
	return l.Addr().String()
}

// namesHere is a server of names by which every host is this machine.
func namesHere(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { must(t, conn.Close()) })
	go func() {
		ask := make([]byte, 1024)
		for {
			n, from, err := conn.ReadFrom(ask)
			if err != nil {
				return // the test is over
			}
			var m dnsmessage.Message
			if m.Unpack(ask[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Additionals = true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}}
			}
			if b, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(b, from) // who asked asks again
			}
		}
	}()
	return conn.LocalAddr().String()
}

// orders counts how often the authority was asked for a certificate.
func (p *pebble) orders() int { return strings.Count(p.said.String(), "/order-plz") }

// front is a program that has its certificates made.
type front struct {
	*authority
	t    *testing.T
	addr string
}

// serveFor serves on a listener with certificates of an authority.
func serveFor(t *testing.T, l net.Listener, c config.Config, h *server.House, p *pebble, log *journal) *front {
	t.Helper()
	c.ACMEEmail, c.ACMECA = "beheer@linde.example", p.url
	a := newAuthority(c, l.Addr(), h.Tenants, slog.New(slog.NewJSONHandler(log, nil)), p.roots)
	s := newServer(context.Background(), h.Handler(), slog.New(slog.DiscardHandler))
	stop := background(s, tls.NewListener(l, a.config()))
	t.Cleanup(func() { must(t, stop()); a.stop() })
	return &front{a, t, l.Addr().String()}
}

// visit shakes hands as a visitor of a host and returns the certificate, nil when there is none.
func (f *front) visit(host string) *x509.Certificate {
	f.t.Helper()
	conn, err := tls.Dial("tcp", f.addr, &tls.Config{ServerName: host, InsecureSkipVerify: true})
	if err != nil {
		return nil
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0]
}

// ASVS 12.2.2: the hosts of tenants have a certificate of the authority, and no other host does.
func TestACertificateIsFetchedForAHostOfATenant(t *testing.T) {
	for name, plain := range map[string]bool{"over TLS": false, "over plain HTTP": true} {
		t.Run(name, func(t *testing.T) { fetched(t, plain) })
	}
}

func fetched(t *testing.T, plain bool) {
	h := program(t, io.Discard)
	// A name of its own: certmagic remembers in the whole process what it tries again for a name.
	domain := db.RandomID() + ".example"
	must(t, h.Tenants.Create(context.Background(), tenant.Draft{
		ID: "linde", Name: "De Linde", Settings: tenant.DefaultSettings(),
		Hosts: map[access.Face]string{access.Portal: "portaal." + domain, access.Office: "kantoor." + domain},
	}))
	c, err := config.Load("")
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	if plain {
		c.RedirectAddr = freeAddress(t)
	}
	p := startPebble(t, port(l.Addr().String()), port(c.RedirectAddr))
	log := &journal{}
	f := serveFor(t, l, c, h, p, log)
	f.patience, f.issuer.DisableTLSALPNChallenge = time.Minute, plain
	if !f.firstEnd().IsZero() {
		t.Error("a certificate ends before there is one")
	}
	if plain {
		stop, err := door{plain: f.answers}.plainToo(c, h)
		must(t, err)
		defer func() { must(t, stop()) }()
	}
	if cert := f.visit("evil.example"); cert != nil || p.orders() != 0 {
		t.Errorf("a host that nobody has: %v, %d orders", cert, p.orders())
	}
	cert := f.visit("portaal." + domain)
	if cert == nil || len(cert.DNSNames) != 1 || cert.DNSNames[0] != "portaal."+domain || !strings.Contains(cert.Issuer.CommonName, "Pebble") {
		t.Fatalf("%v\n%s\n%s", cert, log, p.said)
	}
	asked := p.orders()
	if again := f.visit("Portaal." + domain); again == nil || !again.Equal(cert) || asked == 0 || p.orders() != asked {
		t.Errorf("the second visitor has another one, or it was asked for again: %d, %d", asked, p.orders())
	}
	if !f.firstEnd().Equal(cert.NotAfter) {
		t.Errorf("it ends %s, not %s", f.firstEnd(), cert.NotAfter)
	}
	if plain {
		answered(t, c.RedirectAddr, "portaal."+domain)
		return
	}
	kept(t, filepath.Join(filepath.Dir(c.Blobs), "certificates"))
	p.stop()
	withoutAuthority(t, c, h, p, cert)
}

// answered asks what else there is on the address for those who come without TLS.
func answered(t *testing.T, addr, host string) {
	t.Helper()
	for path, want := range map[string]int{"/login": http.StatusPermanentRedirect, "/.well-known/acme-challenge/nothing": http.StatusPermanentRedirect} {
		if code, _ := read(t, "http://"+addr+path, host); code != want {
			t.Errorf("%s without TLS: %d", path, code)
		}
	}
}

// kept checks that keys are for the program alone.
func kept(t *testing.T, dir string) {
	t.Helper()
	keys := 0
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %s", path, info.Mode())
		}
		if strings.HasSuffix(path, ".example.key") {
			keys++
		}
		return err
	}))
	if keys != 1 {
		t.Errorf("%d keys are kept", keys)
	}
}

// withoutAuthority starts again when the authority is away: what is there is used, also when it should
// be renewed, and what is not there is not had; both failures are told.
func withoutAuthority(t *testing.T, c config.Config, h *server.House, p *pebble, cert *x509.Certificate) {
	t.Helper()
	host := cert.DNSNames[0]
	other := strings.Replace(host, "portaal", "kantoor", 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	log := &journal{}
	f := serveFor(t, l, c, h, p, log)
	f.magic.RenewalWindowRatio = 1 // every certificate is due at once
	if got := f.visit(host); got == nil || !got.Equal(cert) {
		t.Errorf("the authority is away: %v", got)
	}
	log.awaits(t, `"host":"`+host+`","renewal":true`)
	f.patience = 10 * time.Millisecond
	if got := f.visit(other); got != nil {
		t.Errorf("a certificate from nowhere: %v", got)
	}
	log.awaits(t, `"host":"`+other+`","renewal":false`)
	if text := log.String(); !strings.Contains(text, `"level":"ERROR"`) || strings.Contains(text, "127.0.0.1:"+portOf(l)) {
		t.Errorf("%s", text)
	}
}

// awaits returns when the log has the text.
func (j *journal) awaits(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !strings.Contains(j.String(), text); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the log lacks %s: %s", text, j)
		}
	}
}

func portOf(l net.Listener) string {
	_, number, _ := net.SplitHostPort(l.Addr().String())
	return number
}
