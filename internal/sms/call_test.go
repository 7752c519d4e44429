package sms_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"voordeur/internal/clock"
	"voordeur/internal/sms"
	"voordeur/internal/sms/smstest"
)

// spoken is a message that is spoken on a call to a number.
func spoken(t testing.TB, typed string) sms.Message {
	t.Helper()
	n, err := sms.ParseCalled(typed, allow)
	must(t, err)
	m := message(t, clock.System{}.Now())
	m.To, m.Text, m.Voice = n, "Uw code is: 4, 8, 2, 9, 1, 3.", "nl-NL"
	return m
}

// What each manner of a gateway means for a call is what it means for a text: never that nobody was called
// when somebody was.
func TestG18_N42_WhatAGatewaySaysOfACallIsUnderstood(t *testing.T) {
	for _, name := range []string{"cm", "bird", "http"} {
		for _, manner := range smstest.Manners {
			t.Run(name+" "+string(manner), func(t *testing.T) {
				t.Parallel()
				g := smstest.Start(t, name)
				g.Now(manner)
				p, m := open(t, g.Config()), spoken(t, "030 123 45 67")
				if !p.Calls() {
					t.Fatal("it makes no calls")
				}
				_, err := p.Send(context.Background(), m)
				want := map[smstest.Manner]string{smstest.Well: "accepted", smstest.Refuses: "final", smstest.Stranger: "again", smstest.Busy: "again", smstest.Down: "again", smstest.Moved: "again"}[manner]
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
					t.Errorf("%d requests, took %v", g.Calls(), g.Took())
				}
				if manner == smstest.Well {
					got := g.Took()[0]
					if got.To != "+31301234567" || got.Text != m.Text || got.Voice != "nl-NL" || name != "bird" && got.Reference != m.Key || name == "cm" && got.From != smstest.Caller {
						t.Errorf("taken as %+v", got)
					}
				}
				if err != nil && (strings.Contains(err.Error(), "1234567") || strings.Contains(err.Error(), "4, 8, 2") || strings.Contains(err.Error(), smstest.Key)) {
					t.Errorf("the error tells too much: %v", err)
				}
			})
		}
	}
}

func TestACallThatCMRefusesIsFinal(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"type":"call-queued","success":false,"error":"+31301234567 is no number"}`))
	}))
	defer s.Close()
	c := smstest.Start(t, "cm").Config()
	c.VoiceURL = s.URL
	_, err := open(t, c).Send(context.Background(), spoken(t, "030 123 45 67"))
	if meaning(err) != "final" || strings.Contains(err.Error(), "1234567") {
		t.Errorf("%s: %v", meaning(err), err)
	}
}

// A provider that makes no calls sends no text in place of one, and no landline gets a text.
func TestN42_WhatCannotBeSpokenIsNotSent(t *testing.T) {
	for _, name := range providers {
		g := smstest.Start(t, name)
		c := g.Config()
		c.Voice = ""
		p, m := open(t, c), spoken(t, "06 12345678")
		if p.Calls() {
			t.Errorf("%s makes calls without being set up for it", name)
		}
		if _, err := p.Send(context.Background(), m); meaning(err) != "final" {
			t.Errorf("%s: %v", name, err)
		}
		m = spoken(t, "030 123 45 67")
		m.Voice = ""
		if _, err := p.Send(context.Background(), m); meaning(err) != "final" || sms.Because(err) != sms.NoSuchNumber {
			t.Errorf("%s, a text to a landline: %v", name, err)
		}
		if g.Calls() != 0 {
			t.Errorf("%s was asked", name)
		}
	}
}

func TestN42_LandlinesThatAreCalled(t *testing.T) {
	for typed, want := range map[string]string{
		"030 123 45 67": "+31301234567", "+31 (0)20 1234567": "+31201234567", "088-1234567": "+31881234567", "085 1234567": "+31851234567", "0314 123456": "+31314123456",
		"06 12345678": "+31612345678", "+32 470 12 34 56": "+32470123456",
		"0900 1234567": "phone.invalid", "0900 1234": "phone.invalid", "0800 1234567": "phone.invalid", "084 1234567": "phone.not_mobile", "087 1234567": "phone.not_mobile",
		"+32 2 123 45 67": "phone.invalid", "+1 202 555 0123": "phone.country", "": "phone.missing",
	} {
		n, err := sms.ParseCalled(typed, allow)
		got := keyOf(t, err)
		if err == nil {
			got = n.E164()
			if again, err := sms.Stored(got); err != nil || again != n || strings.Contains(n.String(), "123") {
				t.Errorf("%q is kept as %v, shown as %s: %v", typed, again, n, err)
			}
		}
		if got != want {
			t.Errorf("%q is %q, should be %q", typed, got, want)
		}
	}
	n, err := sms.ParseCalled("030 123 45 67", allow)
	must(t, err)
	if !n.Landline() || n.Masked() != "0•• ••• •• 67" || n.Country() != "NL" {
		t.Errorf("%v, %s", n, n.Country())
	}
	if m, err := sms.Parse("06 12345678", allow); err != nil || m.Landline() {
		t.Errorf("%v is a landline: %v", m, err)
	}
	if _, err := sms.ParseCalled("030 123 45 67", []string{"BE"}); keyOf(t, err) != "phone.country" {
		t.Errorf("a country that is not allowed: %v", err)
	}
}

func TestCallsAreCheckedWhenTheProviderIsOpened(t *testing.T) {
	for what, change := range map[string]func(*sms.Config){
		"Spryng":                   func(c *sms.Config) { c.Provider, c.Account, c.Voice = "spryng", "SPNL0000000", "x" },
		"CM.com, a name":           func(c *sms.Config) { c.Provider, c.Voice = "cm", "Voordeur" },
		"Bird, a path":             func(c *sms.Config) { c.Provider, c.Account, c.Voice = "bird", "a/b", "../c" },
		"http, no text":            func(c *sms.Config) { c.Voice = `{"to":"{to}"}` },
		"http, an unknown place":   func(c *sms.Config) { c.Voice = `{"to":"{to}","text":"{text}","x":"{y}"}` },
		"http, plain text to call": func(c *sms.Config) { c.VoiceURL = "http://sms.example.nl/call" },
	} {
		c := sms.Config{Provider: "http", URL: "https://sms.example.nl/send", Key: "k", From: "Voordeur", Body: `{"to":"{to}","text":"{text}"}`, Voice: `{"to":"{to}","text":"{text}"}`}
		if _, err := sms.Open(c); err != nil {
			t.Fatal(err)
		}
		change(&c)
		if _, err := sms.Open(c); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
}

func TestAnOutboxSaysWhatIsSpoken(t *testing.T) {
	dir := t.TempDir()
	o, err := sms.OpenOutbox(dir)
	must(t, err)
	if _, err := o.Send(context.Background(), spoken(t, "030 123 45 67")); err != nil || !o.Calls() {
		t.Fatal(err)
	}
	all, err := sms.ReadOutbox(dir)
	if err != nil || len(all) != 1 || !all[0].Voice || all[0].Language != "nl-NL" || all[0].To != "+31301234567" {
		t.Errorf("%+v, %v", all, err)
	}
}
