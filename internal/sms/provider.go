package sms

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"voordeur/internal/clock"
)

// Config says who sends text messages.
type Config struct {
	Provider string // spryng, cm, bird or http; off is nobody
	URL      string // of the provider; "" is the one that it has itself
	Key      string // API key, product token or access key
	Account  string // Spryng: the account; Bird: WORKSPACE/CHANNEL
	From     string // who a message is from: 11 letters and digits, or a number
	// Header and Body are of http: one header with {key}, and what is posted.
	Header, Body string
	// Voice is what it takes to speak a message on a call, "" for no calls. CM.com: the number that calls; Bird:
	// the channel for calls; http: what is posted. VoiceURL is where, "" for the provider's own or, of http, URL.
	Voice, VoiceURL string
	// Repeatable is whether a gateway of http sends a message with a key that it knows no second time.
	Repeatable bool
	RootCAs    *x509.CertPool // nil means those of the machine
	Timeout    time.Duration  // for one call; 0 means 15 seconds
	Clock      clock.Clock    // nil means that of the machine
}

// Off is the provider of an installation that sends no text messages.
const Off = "off"

var (
	fromShape   = regexp.MustCompile(`^([A-Za-z0-9 ]{1,11}|\+?[0-9]{3,15})$`)
	callerShape = regexp.MustCompile(`^\+[0-9]{8,15}$`)
	idShape     = regexp.MustCompile(`^[A-Za-z0-9-]+$`)
	secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{24,128}$`)
)

// Providers are the names that Config.Provider can have.
var Providers = []string{Off, "spryng", "cm", "bird", "http"}

func (c Config) url(own string) string { return cmp.Or(strings.TrimSuffix(c.URL, "/"), own) }

func (c Config) voiceURL(own string) string { return cmp.Or(strings.TrimSuffix(c.VoiceURL, "/"), own) }

func (c Config) now() func() time.Time {
	if c.Clock == nil {
		return clock.System{}.Now
	}
	return c.Clock.Now
}

// Open returns the provider, nil for off. It asks nobody.
func Open(c Config) (Provider, error) {
	if c.Provider == Off || c.Provider == "" {
		return nil, nil
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	switch c.Provider {
	case "spryng":
		return newSpryng(c), nil
	case "cm":
		return newCM(c), nil
	case "bird":
		return newBird(c), nil
	}
	return newGeneric(c)
}

// check finds what keeps a provider from working.
func (c Config) check() error {
	var wrong []error
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf("sms: "+format, args...)) }
	workspace, channel, both := strings.Cut(c.Account, "/")
	switch {
	case c.Provider == "spryng" && !idShape.MatchString(c.Account):
		add("Spryng needs an account as SPNL0000000")
	case c.Provider == "bird" && (!both || !idShape.MatchString(workspace) || !idShape.MatchString(channel)):
		add("Bird needs an account as WORKSPACE/CHANNEL")
	case c.Provider == "http" && (c.URL == "" || c.Body == ""):
		add("a gateway needs an address and a body")
	case !known(c.Provider):
		add("%q is no provider", c.Provider)
	}
	switch {
	case c.Voice == "" || c.Provider == "http":
	case c.Provider == "spryng":
		add("Spryng makes no calls")
	case c.Provider == "cm" && !callerShape.MatchString(c.Voice):
		add("CM.com calls from a number as +31201234567")
	case c.Provider == "bird" && !idShape.MatchString(c.Voice):
		add("Bird calls from a channel")
	}
	if c.Key == "" && c.Provider != "http" {
		add("the key is missing")
	}
	if strings.ContainsAny(c.Key, " \r\n\t") {
		add("the key has white space in it")
	}
	if c.Provider != "bird" && !fromShape.MatchString(c.From) {
		add("a sender is at most 11 letters and digits, or a number")
	}
	for _, address := range []string{c.URL, c.VoiceURL} {
		if err := checkURL(address); err != nil {
			wrong = append(wrong, err)
		}
	}
	return errors.Join(wrong...)
}

func known(provider string) bool {
	for _, p := range Providers {
		if p == provider {
			return true
		}
	}
	return false
}

// checkURL takes TLS, and plain text to this machine alone.
func checkURL(address string) error {
	u, err := url.Parse(address)
	near := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	switch {
	case address == "":
		return nil
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !near):
		return errors.New("sms: the address is not https://..., or http:// on this machine")
	}
	return nil
}

// CheckSecret reports whether a secret for the callback cannot be guessed, and fits in an address.
func CheckSecret(secret string) error {
	if secret != "" && !secretShape.MatchString(secret) {
		return errors.New("sms: a secret has 24 to 128 letters, digits, - and _")
	}
	return nil
}
