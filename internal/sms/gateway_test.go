package sms_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/sms"
	"voordeur/internal/sms/smstest"
)

var providers = []string{"spryng", "cm", "bird", "http"}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, c sms.Config) sms.Provider {
	t.Helper()
	p, err := sms.Open(c)
	must(t, err)
	return p
}

func message(t testing.TB, now time.Time) sms.Message {
	t.Helper()
	n, err := sms.Parse("06 12345678", allow)
	must(t, err)
	return sms.Message{To: n, Text: "Uw code is 482913.\nDeel hem [met niemand] \"ooit\" – é€", Key: "abcdefghijklmnopqrstuvwxyz", Made: now, Expires: now.Add(10 * time.Minute)}
}

// What each manner of a gateway means for a message: never that it was not sent when it was.
func TestG18_WhatAGatewaySaysIsUnderstood(t *testing.T) {
	for _, name := range providers {
		for _, manner := range smstest.Manners {
			t.Run(name+" "+string(manner), func(t *testing.T) {
				t.Parallel()
				g := smstest.Start(t, name)
				g.Now(manner)
				p := open(t, g.Config())
				m := message(t, clock.System{}.Now())
				reference, err := p.Send(context.Background(), m)
				want := map[smstest.Manner]string{smstest.Well: "accepted", smstest.Refuses: "final", smstest.Stranger: "again", smstest.Busy: "again", smstest.Down: "again", smstest.Moved: "again"}[manner]
				// Of a gateway that says nothing else, any 200 without a page is a yes.
				if name == "http" && (manner == smstest.Garbage || manner == smstest.Empty) {
					want = "accepted"
				}
				if want == "" {
					want = "uncertain"
				}
				if got := meaning(err); got != want {
					t.Errorf("it is %s, should be %s: %v", got, want, err)
				}
				if g.Calls() != 1 || len(g.Took()) == 1 != manner.Took() {
					t.Errorf("%d calls, took %v", g.Calls(), g.Took())
				}
				if manner == smstest.Well {
					checkTaken(t, name, g.Took()[0], m, reference)
				}
				if manner == smstest.Refuses && (name == "spryng" || name == "cm") && sms.Because(err) != sms.NoSuchNumber {
					t.Errorf("because %s", sms.Because(err))
				}
				if err != nil && (strings.Contains(err.Error(), "12345678") || strings.Contains(err.Error(), "482913") || strings.Contains(err.Error(), smstest.Key)) {
					t.Errorf("the error tells too much: %v", err)
				}
			})
		}
	}
}

func checkTaken(t *testing.T, name string, got smstest.Message, m sms.Message, reference string) {
	t.Helper()
	text := m.Text
	if name == "spryng" {
		text = strings.NewReplacer("[", "(", "]", ")").Replace(text)
	}
	if got.To != "+31612345678" || got.Text != text || got.Reference != m.Key || name != "bird" && got.From != "Voordeur" {
		t.Errorf("taken as %+v", got)
	}
	if (reference != "") != (name == "spryng" || name == "bird") {
		t.Errorf("its reference is %q", reference)
	}
}

func meaning(err error) string {
	switch {
	case err == nil:
		return "accepted"
	case sms.Final(err):
		return "final"
	case sms.Uncertain(err):
		return "uncertain"
	}
	return "again"
}

// Before a message is handed over nothing can have been sent: nobody there, nobody who proves to be it.
func TestG18_AGatewayThatCannotBeReachedTookNothing(t *testing.T) {
	now := clock.System{}.Now()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, closed.Close())
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and never speaks TLS
	must(t, err)
	defer silent.Close()
	for _, name := range providers {
		g := smstest.Start(t, name)
		for what, change := range map[string]func(*sms.Config){
			"nobody there":        func(c *sms.Config) { c.URL = "https://" + closed.Addr().String() },
			"nobody who speaks":   func(c *sms.Config) { c.URL = "https://" + silent.Addr().String() },
			"no such host":        func(c *sms.Config) { c.URL = "https://gateway.invalid" },
			"not its certificate": func(c *sms.Config) { c.RootCAs = nil },
		} {
			c := g.Config()
			change(&c)
			_, err := open(t, c).Send(context.Background(), message(t, now))
			if meaning(err) != "again" || sms.Because(err) != sms.NotSent || strings.Contains(err.Error(), "https://") {
				t.Errorf("%s, %s: %s: %v", name, what, meaning(err), err)
			}
		}
		if g.Calls() != 0 {
			t.Errorf("%s was asked", name)
		}
	}
}

// What the operator can mend is not the end of a message, whatever status it comes with; and a reason
// that a provider gives is told in its kind.
func TestARefusalIsOfTheMessageOrOfUs(t *testing.T) {
	for _, c := range []struct {
		provider, body, want string
		status               int
		why                  sms.Why
	}{
		{"cm", `{"details":"No account found for the given authentication","errorCode":101,"messages":[]}`, "again", 400, sms.NotSent},
		{"cm", `{"details":"No account found for the given authentication","errorCode":103,"messages":[]}`, "again", 200, sms.NotSent},
		{"cm", `{"errorCode":201,"messages":[{"status":"Rejected","messageErrorCode":402}]}`, "final", 200, sms.Blocked},
		{"cm", `{"errorCode":201,"messages":[{"status":"Rejected","messageErrorCode":304}]}`, "final", 400, sms.Refused},
		{"cm", `{"errorCode":0,"messages":[]}`, "uncertain", 200, sms.NotSent},
		{"cm", `{"errorCode":0,"messages":[{"status":"Perhaps"}]}`, "uncertain", 200, sms.NotSent},
		{"spryng", `{"errors":[{"errorCode":"insufficientCredit"}]}`, "again", 400, sms.NotSent},
		{"spryng", `{"errors":[{"errorCode":"recipientOptedOut"}]}`, "final", 400, sms.Blocked},
		{"spryng", `<html>`, "final", 400, sms.Refused},
		{"spryng", `{"data":{"messageIds":["a","b"]}}`, "uncertain", 202, sms.NotSent},
		{"bird", `{"code":"InvalidPayload"}`, "final", 422, sms.Refused},
		{"bird", `{"id":"a","status":"rejected"}`, "final", 202, sms.Refused},
		{"bird", `{"id":"","status":"accepted"}`, "uncertain", 202, sms.NotSent},
		{"http", `no`, "final", 400, sms.Refused},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		g := smstest.Start(t, c.provider)
		cfg := g.Config()
		cfg.URL = s.URL
		_, err := open(t, cfg).Send(context.Background(), message(t, clock.System{}.Now()))
		if meaning(err) != c.want || sms.Because(err) != c.why {
			t.Errorf("%s, %d %s: %s because %s: %v", c.provider, c.status, c.body, meaning(err), sms.Because(err), err)
		}
		s.Close()
	}
}

// A provider that asks for a pause gets one, from all messages.
func TestG18_AProviderThatAsksForAPauseIsLeftAlone(t *testing.T) {
	now := clock.NewManual(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	g := smstest.Start(t, "cm")
	c := g.Config()
	c.Clock = now
	p := open(t, c)
	g.Now(smstest.Busy)
	for range 3 {
		if _, err := p.Send(context.Background(), message(t, now.Now())); meaning(err) != "again" {
			t.Errorf("%v", err)
		}
	}
	g.Now(smstest.Well)
	now.Advance(smstest.Pause - time.Second)
	_, early := p.Send(context.Background(), message(t, now.Now()))
	if early == nil || g.Calls() != 1 {
		t.Errorf("%d calls before the pause is over: %v", g.Calls(), early)
	}
	now.Advance(time.Second)
	_, err := p.Send(context.Background(), message(t, now.Now()))
	must(t, err)
}

// What is no message is not handed over at all.
func TestOnlyAWholeMessageIsHandedOver(t *testing.T) {
	outbox, err := sms.OpenOutbox(t.TempDir())
	must(t, err)
	all := map[string]sms.Sender{"outbox": outbox}
	var gateways []*smstest.Gateway
	for _, name := range providers {
		g := smstest.Start(t, name)
		gateways = append(gateways, g)
		all[name] = open(t, g.Config())
	}
	for name, s := range all {
		for what, change := range map[string]func(*sms.Message){
			"no number":   func(m *sms.Message) { m.To = sms.Number{} },
			"no text":     func(m *sms.Message) { m.Text = " \n" },
			"long":        func(m *sms.Message) { m.Text = strings.Repeat("a", 1001) },
			"not UTF-8":   func(m *sms.Message) { m.Text = "\xff" },
			"control":     func(m *sms.Message) { m.Text = "a\x00b" },
			"no key":      func(m *sms.Message) { m.Key = "" },
			"key as path": func(m *sms.Message) { m.Key = "../../etc" },
		} {
			m := message(t, clock.System{}.Now())
			change(&m)
			if _, err := s.Send(context.Background(), m); !sms.Final(err) || sms.Because(err) != sms.Refused {
				t.Errorf("%s takes one with %s: %v", name, what, err)
			}
		}
	}
	for _, g := range gateways {
		if g.Calls() != 0 {
			t.Error("a gateway was asked")
		}
	}
}

func TestAProviderIsCheckedWhenItIsOpened(t *testing.T) {
	good := sms.Config{Provider: "http", URL: "https://sms.example.nl/send", Key: "k", From: "Voordeur", Header: "Authorization: Bearer {key}", Body: `{"to":"{to}","text":"{text}"}`}
	if _, err := sms.Open(good); err != nil {
		t.Fatal(err)
	}
	if p, err := sms.Open(sms.Config{Provider: sms.Off}); p != nil || err != nil {
		t.Errorf("off is %v, %v", p, err)
	}
	for what, change := range map[string]func(*sms.Config){
		"nobody":               func(c *sms.Config) { c.Provider = "twilio" },
		"plain text":           func(c *sms.Config) { c.URL = "http://sms.example.nl/send" },
		"no host":              func(c *sms.Config) { c.URL = "https:///send" },
		"a password in it":     func(c *sms.Config) { c.URL = "https://user:secret@sms.example.nl" },
		"no address":           func(c *sms.Config) { c.URL = "" },
		"no body":              func(c *sms.Config) { c.Body = "" },
		"a body that is none":  func(c *sms.Config) { c.Body = `{"to":{to},"text":"{text}"}` },
		"an unknown place":     func(c *sms.Config) { c.Body = `{"to":"{to}","text":"{text}","x":"{y}"}` },
		"no text":              func(c *sms.Config) { c.Body = `{"to":"{to}"}` },
		"no receiver":          func(c *sms.Config) { c.Body = `{"text":"{text}"}` },
		"a header that is two": func(c *sms.Config) { c.Header = "A: b\r\nC: d" },
		"a header without :":   func(c *sms.Config) { c.Header = "Bearer" },
		"a long sender":        func(c *sms.Config) { c.From = "Kantoor De Linde" },
		"a key in two":         func(c *sms.Config) { c.Key = "a b" },
		"Spryng, no account":   func(c *sms.Config) { c.Provider = "spryng" },
		"Bird, no channel":     func(c *sms.Config) { c.Provider, c.Account = "bird", "a" },
		"Bird, a path":         func(c *sms.Config) { c.Provider, c.Account = "bird", "../a/b" },
		"CM.com, no key":       func(c *sms.Config) { c.Provider, c.Key = "cm", "" },
	} {
		c := good
		change(&c)
		if _, err := sms.Open(c); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s is taken: %v", what, err)
		}
	}
	for _, near := range []string{"http://127.0.0.1:8080/send", "http://localhost/send", "http://[::1]:1/send"} {
		c := good
		c.URL = near
		if _, err := sms.Open(c); err != nil {
			t.Errorf("%s: %v", near, err)
		}
	}
}

func TestAnOutboxWritesEachMessageOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for range 2 { // the second is another run
		o, err := sms.OpenOutbox(dir)
		must(t, err)
		for range 2 {
			_, err := o.Send(context.Background(), message(t, now))
			must(t, err)
		}
		if !o.Repeatable() {
			t.Error("it does not know a message again")
		}
	}
	all, err := sms.ReadOutbox(dir)
	must(t, err)
	if len(all) != 1 || all[0].To != "+31612345678" || !strings.Contains(all[0].Text, "482913") || !all[0].At.Equal(now) {
		t.Errorf("%+v", all)
	}
	info, err := os.Stat(filepath.Join(dir, "20261124T090000.000000Z-abcdefghijklmnopqrstuvwxyz.sms.json"))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	must(t, os.WriteFile(filepath.Join(dir, "1.sms.json"), []byte("{"), 0o600))
	if _, err := sms.OpenOutbox(dir); err == nil {
		t.Error("half a message is none")
	}
}
