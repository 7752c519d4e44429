package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"voordeur/internal/config"
)

// read returns the body of an address on this machine.
func read(t *testing.T, url, host string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	must(t, err)
	if host != "" {
		req.Host = host
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	b, err := io.ReadAll(res.Body)
	must(t, err)
	must(t, res.Body.Close())
	return res.StatusCode, string(b)
}

// listening waits until the program has said where it listens, and returns both addresses.
func listening(t *testing.T, out io.Reader) (visitors, operator string) {
	t.Helper()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, at, found := strings.Cut(lines.Text(), "The operator's page is on http://"); found {
			operator = at
		}
		if _, at, found := strings.Cut(lines.Text(), " listens on "); found {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return at, operator
		}
	}
	t.Fatalf("the program does not say where it listens: %v", lines.Err())
	return "", ""
}

func TestOperatorSeesWhatVisitorsDo(t *testing.T) {
	h := program(t, io.Discard)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	c, err := config.Load("")
	must(t, err)
	c.Addr, c.OpsAddr = "127.0.0.1:0", "127.0.0.1:0"
	out, says := io.Pipe()
	go func() { ended <- serveHouse(ctx, c, h, says) }()
	addr, opsAddr := listening(t, out)
	if code, _ := read(t, "http://"+addr+"/login", "notaris.localhost"); code != http.StatusOK {
		t.Fatalf("the log-in page: %d", code)
	}
	read(t, "http://"+addr+"/no-such-page", "notaris.localhost")
	_, text := read(t, "http://"+opsAddr+"/metrics", "")
	for _, want := range []string{
		`voordeur_http_requests_total{class="2xx",face="portal",method="GET",route="/login"} 1`,
		`voordeur_http_requests_total{class="4xx",face="portal",method="GET",route="none"} 1`, "voordeur_database_answers 1", `voordeur_disk_free_bytes{of="documents"}`,
		fmt.Sprintf("version=%q", version),
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, "no-such-page") {
		t.Error("a path became a figure")
	}
	if code, page := read(t, "http://"+opsAddr+"/", ""); code != http.StatusOK || !strings.Contains(page, "The database answers.") {
		t.Errorf("%d %s", code, page)
	}
	for _, path := range []string{"/metrics", "/debug/pprof/"} {
		if code, _ := read(t, "http://"+addr+path, "notaris.localhost"); code != http.StatusNotFound {
			t.Errorf("visitors reach %s: %d", path, code)
		}
	}
	stop()
	must(t, <-ended)
	if _, err := net.Dial("tcp", opsAddr); err == nil {
		t.Error("the operator's address outlives the program")
	}
}

func TestOperatorsAddressThatIsTakenStopsTheStart(t *testing.T) {
	h := program(t, io.Discard)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	c, err := config.Load("")
	must(t, err)
	c.Addr, c.OpsAddr = "127.0.0.1:0", l.Addr().String()
	if err := serveHouse(context.Background(), c, h, io.Discard); err == nil || !strings.Contains(err.Error(), "VOORDEUR_OPS_ADDR") {
		t.Errorf("%v", err)
	}
}
