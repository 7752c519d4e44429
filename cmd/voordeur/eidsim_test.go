package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestTheSimulatorRunsOnLoopbackAndSaysWhoThereIs(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"eid-sim", "--addr", "127.0.0.1:0", "--client", "portal", "--redirect", "https://portal.example/cb"}, in)
		ended <- err
		in.CloseWithError(io.EOF)
	}()
	issuer, said := "", ""
	lines := bufio.NewScanner(out)
	for issuer == "" && lines.Scan() {
		said += lines.Text() + "\n"
		if _, url, found := strings.Cut(lines.Text(), "issuer         "); found {
			issuer = url
		}
	}
	go func() {
		for lines.Scan() { // the rest is not waited for
		}
	}()
	for _, want := range []string{"client id      portal", "client secret  ", "answers go to  https://portal.example/cb"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q: %s", want, said)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, issuer+"/.well-known/openid-configuration", nil)
	must(t, err)
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	body, err := io.ReadAll(res.Body)
	must(t, err)
	must(t, res.Body.Close())
	if res.StatusCode != http.StatusOK || !strings.Contains(string(body), `"issuer":"`+issuer+`"`) {
		t.Errorf("%d: %s", res.StatusCode, body)
	}
	http.DefaultClient.CloseIdleConnections()
	stop()
	must(t, <-ended)
}

func TestTheSimulatorRefusesWhatOthersCanReachAndNoPlaceToAnswerTo(t *testing.T) {
	for _, c := range []struct{ want, args string }{
		{"loopback", "--redirect https://portal.example/cb --addr 0.0.0.0:0"},
		{"loopback", "--redirect https://portal.example/cb --addr :0"},
		{"loopback", "--redirect https://portal.example/cb --addr 192.0.2.1:8090"},
		{"--redirect", "--addr 127.0.0.1:0"},
		{"no such file", "--addr 127.0.0.1:0 --sp not-there.xml"},
		{"metadata", "--addr 127.0.0.1:0 --sp eidsim_test.go"},
	} {
		var out bytes.Buffer
		if err := run(t.Context(), append([]string{"eid-sim"}, strings.Fields(c.args)...), &out); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.args, err)
		}
	}
}

func TestOnlyItsOwnCommandHasFlagsForTheSimulator(t *testing.T) {
	for _, c := range commands() {
		var out bytes.Buffer
		if c.name == "eid-sim" || c.name == "version" || c.name == "routes" {
			continue
		}
		must(t, run(t.Context(), []string{c.name, "--help"}, &out))
		if text := strings.ToLower(out.String()); strings.Contains(text, "simulator") || strings.Contains(text, "eid-sim") {
			t.Errorf("%s --help tells of the simulator: %s", c.name, text)
		}
	}
}
