package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// serveTLS serves with a certificate of its own on loopback.
func serveTLS(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	pair(t, dir, 1)
	c, err := loadCertificate(filepath.Join(dir, "cert"), filepath.Join(dir, "key"), slog.New(slog.DiscardHandler))
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := newServer(context.Background(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) }), slog.New(slog.DiscardHandler))
	go func() { _ = s.Serve(tls.NewListener(l, c.config())) }()
	t.Cleanup(func() { must(t, s.Close()) })
	return l.Addr().String()
}

// ASVS 12.1.1, 12.1.2, 12.2.1; NCSC's guidelines on TLS: what is not good is not spoken.
func TestOnlyGoodTLSIsSpoken(t *testing.T) {
	addr := serveTLS(t)
	for name, c := range map[string]struct {
		ask  *tls.Config
		want uint16 // version, 0 for none
	}{
		"newest":          {&tls.Config{}, tls.VersionTLS13},
		"1.2":             {&tls.Config{MaxVersion: tls.VersionTLS12}, tls.VersionTLS12},
		"1.1":             {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, 0},
		"1.0":             {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, 0},
		"ChaCha20":        {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256}}, tls.VersionTLS12},
		"CBC":             {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA}}, 0},
		"CBC with SHA256": {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256}}, 0},
		"RC4":             {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}}, 0},
	} {
		c.ask.InsecureSkipVerify = true
		conn, err := tls.Dial("tcp", addr, c.ask)
		if err != nil {
			if c.want != 0 {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if got := conn.ConnectionState().Version; got != c.want {
			t.Errorf("%s: spoken as %s", name, tls.VersionName(got))
		}
		must(t, conn.Close())
	}
	conn, err := net.Dial("tcp", addr)
	must(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	must(t, err)
	if a, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || a.StatusCode != http.StatusBadRequest {
		t.Errorf("in the clear: %v, %v", a, err)
	}
}

// ASVS 4.2.1: where one request ends and the next begins is never in doubt. Each of these hides one
// to /hidden in what somebody else would take for the end of the first.
func TestARequestIsNotHiddenInAnother(t *testing.T) {
	var hidden atomic.Int32
	s := newServer(context.Background(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hidden" {
			hidden.Add(1)
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			http.Error(w, "400", http.StatusBadRequest)
		}
	}), slog.New(slog.DiscardHandler))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go func() { _ = s.Serve(l) }()
	defer s.Close()
	ask := func(text string) (statuses []int) {
		conn, err := net.Dial("tcp", l.Addr().String())
		must(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, text)
		must(t, err)
		must(t, conn.(*net.TCPConn).CloseWrite())
		for r := bufio.NewReader(conn); ; {
			a, err := http.ReadResponse(r, nil)
			if err != nil {
				return statuses
			}
			_, err = io.Copy(io.Discard, a.Body)
			must(t, err)
			statuses = append(statuses, a.StatusCode)
		}
	}
	const second = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
	length := fmt.Sprintf("Content-Length: %d", len(second)+5)
	for name, head := range map[string]string{
		"two lengths":               "Content-Length: 5\r\n" + length,
		"a length with a sign":      "Content-Length: +5",
		"a length in hexadecimal":   "Content-Length: 0x5",
		"a list of lengths":         "Content-Length: 5, 5",
		"a space before the colon":  "Content-Length : 5",
		"an unknown coding":         "Transfer-Encoding: xchunked\r\n" + length,
		"two codings":               "Transfer-Encoding: chunked, identity\r\n" + length,
		"the coding twice":          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
		"a coding with a tab":       "Transfer-Encoding: \x0bchunked\r\n" + length,
		"a header with a zero byte": "X-A: a\x00b\r\n" + length,
		"a name with a space":       "X A: b\r\n" + length,
	} {
		got := ask("POST /first HTTP/1.1\r\nHost: a\r\n" + head + "\r\n\r\n0\r\n\r\n" + second)
		if len(got) != 1 || got[0] < 400 {
			t.Errorf("%s: %v", name, got)
		}
	}
	for name, body := range map[string]string{
		"a size with a sign": "-1\r\n\r\n", "a size with 0x": "0x0\r\n\r\n", "a size that overflows": "fffffffffffffffff\r\n", "no end of a piece": "1\r\nab\r\n0\r\n\r\n",
	} {
		got := ask("POST /first HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body + second)
		if len(got) != 1 || got[0] != http.StatusBadRequest {
			t.Errorf("%s: %v", name, got)
		}
	}
	if n := hidden.Load(); n != 0 {
		t.Errorf("%d hidden requests were answered", n)
	}
	// With both the pieces count, as the standard has it, so that the second one is a request by itself.
	if got := ask("POST /first HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + length + "\r\n\r\n0\r\n\r\n" + second); len(got) != 2 || hidden.Load() != 1 {
		t.Errorf("pieces and a length: %v", got)
	}
	if got := ask("POST /first HTTP/1.1\r\nHost: a\r\n" + strings.Replace(length, "Content-Length: ", "Content-Length:", 1) + "\r\n\r\n0\r\n\r\n" + second); len(got) != 1 || got[0] != 200 || hidden.Load() != 1 {
		t.Errorf("a length alone: %v", got)
	}
}
