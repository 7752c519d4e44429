package sms

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// callTime bounds one call with all of its stages.
	callTime = 15 * time.Second
	dialTime = 5 * time.Second
	// maxAnswer and maxHeader are how much of an answer is listened to, in bytes.
	maxAnswer = 64 << 10
	maxHeader = 32 << 10
	// maxPause is the longest that a provider can ask to be left alone.
	maxPause = 10 * time.Minute
)

// gateway is the way to a provider: one call over a connection of its own for each message, so that
// nothing is ever sent twice by a connection that had gone stale.
type gateway struct {
	name   string
	url    string
	header http.Header
	client *http.Client
	now    func() time.Time
	time   time.Duration // for one call
	until  atomic.Int64  // when the provider may be asked again, in nanoseconds since 1970
	// refusal reads from an answer why a message was refused; nil knows nothing.
	refusal func(body []byte) (code string, why Why)
}

func newGateway(name, url string, c Config) *gateway {
	transport := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: dialTime}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.RootCAs},
		TLSHandshakeTimeout: dialTime, DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: maxHeader,
	}
	return &gateway{name: name, url: url, header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}, now: c.now(), time: cmp.Or(c.Timeout, callTime), client: &http.Client{
		Transport: transport,
		// Where a provider is does not change by itself, and its key goes nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// post hands a message over, and returns what the provider says when it says yes.
func (g *gateway) post(ctx context.Context, body []byte, more http.Header) ([]byte, error) {
	if wait := time.Unix(0, g.until.Load()).Sub(g.now()); wait > 0 {
		return nil, &failure{wait: wait, text: fmt.Sprintf("sms: %s asked for a pause", g.name)}
	}
	ctx, cancel := context.WithTimeout(ctx, g.time)
	defer cancel()
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url, bytes.NewReader(body))
	if err != nil {
		return nil, g.fail(again, withoutURL(err))
	}
	req.GetBody = nil // it is not sent a second time by itself
	for _, h := range []http.Header{g.header, more} {
		for name, values := range h {
			req.Header[name] = values
		}
	}
	answer, err := g.client.Do(req)
	if err != nil {
		if written.Load() {
			return nil, g.fail(uncertain, withoutURL(err))
		}
		return nil, g.fail(again, withoutURL(err))
	}
	defer answer.Body.Close()
	return g.read(ctx, answer)
}

// read tells what an answer means. Whatever is not certain about a message that was handed over is
// uncertain.
func (g *gateway) read(ctx context.Context, answer *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err == nil {
		err = ctx.Err() // an answer may end just as we hang up, and because of it
	}
	if err == nil && len(body) > maxAnswer {
		err = errors.New("an answer without end")
	}
	status := answer.StatusCode
	said := fmt.Errorf("status %d", status)
	switch {
	case status >= 200 && status < 300 && err != nil:
		return nil, g.fail(uncertain, withoutURL(err))
	case status >= 200 && status < 300 && strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html"):
		return nil, g.garbled() // a page for people, of whoever stands before the provider
	case status >= 200 && status < 300:
		return body, nil
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return nil, g.pause(answer, said)
	case status >= 300 && status < 400, status == http.StatusUnauthorized, status == http.StatusPaymentRequired, status == http.StatusForbidden,
		status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusRequestTimeout:
		// It does not know us, or what we ask is not there: the operator can mend that.
		return nil, g.fail(again, said)
	case status >= 400 && status < 500:
		return nil, g.refused(status, body)
	}
	// A provider that failed at it, or a proxy that lost it on the way, may have sent it.
	return nil, g.fail(uncertain, said)
}

// refused is an answer that the message will not be sent. Of a code that speaks of us it is tried
// again, as the operator can mend that.
func (g *gateway) refused(status int, body []byte) error {
	code, why := "", Refused
	if g.refusal != nil {
		code, why = g.refusal(body)
	}
	f := &failure{outcome: final, why: why, text: fmt.Sprintf("sms: %s: status %d %s", g.name, status, word(code))}
	if why == NotSent {
		f.outcome = again
	}
	return f
}

// pause keeps everybody from the provider for as long as it asks.
func (g *gateway) pause(answer *http.Response, said error) error {
	f := g.fail(again, said)
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		f.wait = min(maxPause, time.Duration(min(seconds, int(maxPause/time.Second)))*time.Second)
		g.until.Store(g.now().Add(f.wait).UnixNano())
	}
	return f
}

// garbled is an answer that says yes and is not what a provider says.
func (g *gateway) garbled() error {
	return g.fail(uncertain, errors.New("an answer that is not understood"))
}

func (g *gateway) fail(o outcome, err error) *failure {
	return &failure{outcome: o, why: NotSent, text: "sms: " + g.name, err: err}
}

// withoutURL takes the address out of an error: it may hold a secret.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

var wordShape = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,60}$`)

// word returns a code of a provider as it may stand in a log: its sentences repeat numbers.
func word(code string) string {
	if !wordShape.MatchString(code) {
		return ""
	}
	return code
}
