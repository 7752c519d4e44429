package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/config"
	"voordeur/internal/server"
	"voordeur/internal/world"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// journal is a log that several goroutines write.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// program is a house of its own with the notary in it.
func program(t *testing.T, log io.Writer) *server.House {
	t.Helper()
	settle(t, t.TempDir())
	return running(t, log)
}

// settle has the commands of a test work in a folder.
func settle(t *testing.T, dir string) {
	t.Helper()
	t.Setenv("VOORDEUR_DB", filepath.Join(dir, "voordeur.db"))
	t.Setenv("VOORDEUR_BLOBS", filepath.Join(dir, "blobs"))
	t.Setenv("VOORDEUR_KEY_FILE", filepath.Join(dir, "key"))
	t.Setenv("VOORDEUR_ORIGIN_SCHEME", "http")
	t.Setenv("VOORDEUR_SMTP_ADDR", "127.0.0.1:1")
}

// running is the program where the test has settled, until the test ends.
func running(t *testing.T, log io.Writer) *server.House {
	t.Helper()
	c, err := config.Load("")
	must(t, err)
	h, closeAll, err := houseLogging(context.Background(), c, log)
	must(t, err)
	t.Cleanup(func() { must(t, closeAll()) })
	_, err = world.Build(context.Background(), world.Builder{DB: h.DB, Tenants: h.Tenants, Identity: h.Identity, Clients: h.Clients, Dossiers: h.Dossiers, Messages: h.Messages, Asked: h.Asked, Requests: h.Requests, Approvals: h.Approvals, Mandates: h.Mandates}, "notaris")
	must(t, err)
	return h
}

// A visitor who sends his request a letter at a time loses his connection, and holds up nobody.
func TestSlowRequestsAreCut(t *testing.T) {
	s := newServer(context.Background(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			panic(http.ErrAbortHandler)
		}
	}), slog.New(slog.DiscardHandler))
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Fatalf("a limit is missing: %+v", s)
	}
	s.ReadHeaderTimeout, s.ReadTimeout, s.IdleTimeout = 200*time.Millisecond, 400*time.Millisecond, 200*time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go func() { _ = s.Serve(l) }()
	defer s.Close()
	for name, begin := range map[string]string{"header": "GET / HTTP/1.1\r\nHost: a\r\nX", "body": "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx", "idle": "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "nothing": ""} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", l.Addr().String())
			must(t, err)
			defer conn.Close()
			_, err = io.WriteString(conn, begin)
			must(t, err)
			// Reading ends only when the server closes; the test's own time limit catches a server that never does.
			if _, err := io.Copy(io.Discard, conn); err != nil && !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "reset") {
				t.Error(err)
			}
		})
	}
}

func TestBackgroundWorkStopsWhenServingFails(t *testing.T) {
	h := program(t, io.Discard)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, l.Close())
	if err := listen(context.Background(), l, h.Handler(), h.App); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v", err)
	}
}

func TestLogsHoldNothingPersonal(t *testing.T) {
	log := &journal{}
	h := program(t, log)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- listen(ctx, l, h.Handler(), h.App) }()

	cookies := map[string]string{}
	visit := func(method, path string, form url.Values) {
		t.Helper()
		req, err := http.NewRequest(method, "http://"+l.Addr().String()+path, strings.NewReader(form.Encode()))
		must(t, err)
		req.Host = "notaris.localhost"
		if form != nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for k, v := range cookies {
			req.AddCookie(&http.Cookie{Name: k, Value: v})
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		must(t, err)
		must(t, res.Body.Close())
		for _, c := range res.Cookies() {
			cookies[c.Name] = c.Value
		}
	}
	visit("POST", "/login", url.Values{"email": {"c.dewit@post.example"}, "password": {"Verkeerd-Wachtwoord1"}})
	visit("POST", "/password", url.Values{"email": {"c.dewit@post.example"}})
	visit("GET", "/activate?token=geheime-sleutel", nil)
	visit("GET", "/set-password/geheime-sleutel", nil)
	visit("POST", "/login", url.Values{"email": {"c.dewit@post.example"}, "password": {world.Password}})
	visit("GET", "/dossiers?q=geheime-zoekvraag", nil)
	visit("GET", "/dossiers/bestaat-niet-geheim", nil)
	conn, err := net.Dial("tcp", l.Addr().String())
	must(t, err)
	_, err = io.WriteString(conn, "GET /geheim HTTP/1.1\r\nHost: c.dewit@post.example\r\n\r\n")
	must(t, err)
	_, err = conn.Read(make([]byte, 100))
	must(t, err)
	must(t, conn.Close())
	_, err = h.Jobs.Drain(context.Background()) // the mail server is not there: every mail fails
	must(t, err)
	stop()
	must(t, <-ended)

	text := log.String()
	if strings.Count(text, `"msg":"request"`) < 7 || !strings.Contains(text, "job failed") {
		t.Fatalf("the log tells too little:\n%s", text)
	}
	if cookies["session"] == "" {
		t.Fatal("not logged in")
	}
	for _, secret := range []string{"dewit", "de Wit", "post.example", "geheim", "Wachtwoord1", world.Password, cookies["session"], "Lindelaan", "127.0.0.1:" + strings.Split(conn.LocalAddr().String(), ":")[1], "?"} {
		if n := strings.Index(text, secret); n >= 0 {
			t.Errorf("the log holds %q: %s", secret, text[max(0, n-200):min(len(text), n+100)])
		}
	}
}

// pair writes a certificate with its key and returns the serial number.
func pair(t *testing.T, dir string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	now := clock.System{}.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: now.Add(-time.Minute), NotAfter: now.Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "cert"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}

func TestCertificateIsRenewedWhileServing(t *testing.T) {
	dir := t.TempDir()
	pair(t, dir, 1)
	c, err := loadCertificate(filepath.Join(dir, "cert"), filepath.Join(dir, "key"), slog.New(slog.DiscardHandler))
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := newServer(context.Background(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) }), slog.New(slog.DiscardHandler))
	go func() { _ = s.Serve(tls.NewListener(l, c.config())) }()
	defer s.Close()
	serial := func() int64 {
		conn, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true})
		must(t, err)
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if n := serial(); n != 1 {
		t.Errorf("serial %d", n)
	}
	pair(t, dir, 2)
	must(t, c.read())
	if n := serial(); n != 2 {
		t.Errorf("serial %d after the renewal", n)
	}
	must(t, os.WriteFile(filepath.Join(dir, "key"), []byte("half"), 0o600))
	if err := c.read(); err == nil {
		t.Error("half a pair was taken")
	}
	if n := serial(); n != 2 {
		t.Errorf("serial %d after half a renewal", n)
	}
	if _, err := loadCertificate("no", "no", slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a missing certificate does not stop the start")
	}
}
