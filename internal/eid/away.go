package eid

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// What one call to another party may take.
const (
	callTime = 10 * time.Second
	maxReply = 1 << 20
)

// errInside is of an address that an organisation may not have the program call.
var errInside = errors.New("eid: not a public address")

// HTTPClient returns the client that calls other parties. Their addresses are typed by administrators of
// organisations, so it goes to public addresses alone and not into the operator's own network; inside lets
// it, for tests and the demo. It follows no redirects and reads a megabyte at most. What shows a certificate of ours
// or trusts other authorities than the machine has a TLS configuration of its own.
func HTTPClient(inside bool, own *tls.Config) *http.Client {
	d := &net.Dialer{Timeout: callTime}
	dial := d.DialContext
	if inside { // names of this machine (RFC 6761) that not every resolver knows
		dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if host, port, err := net.SplitHostPort(address); err == nil && strings.HasSuffix(host, ".localhost") {
				address = net.JoinHostPort("127.0.0.1", port)
			}
			return d.DialContext(ctx, network, address)
		}
	}
	if !inside {
		d.Control = func(_, address string, _ syscall.RawConn) error {
			a, err := netip.ParseAddrPort(address)
			if err != nil || !public(a.Addr().Unmap()) {
				return errInside
			}
			return nil
		}
	}
	t := &http.Transport{
		DialContext: dial, TLSHandshakeTimeout: callTime, ResponseHeaderTimeout: callTime, ForceAttemptHTTP2: true, MaxIdleConns: 10, IdleConnTimeout: time.Minute,
		TLSClientConfig: own, DisableKeepAlives: own != nil,
	}
	return &http.Client{
		Timeout: callTime, Transport: limited{t},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Confidential reports whether nobody on the way hears what is said at an address: it has TLS, or is on this machine,
// which only the demo and tests can reach.
func Confidential(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	here := u.Hostname() == "localhost" || strings.HasSuffix(u.Hostname(), ".localhost") || ip != nil && ip.IsLoopback()
	return u.Host != "" && u.User == nil && u.Fragment == "" && (u.Scheme == "https" || u.Scheme == "http" && here)
}

// nat64 is the prefix by which an IPv4 address hides in one of IPv6.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

func public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a) && !nat64.Contains(a)
}

// shared is the space of providers' own networks (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// limited reads no more of an answer than anybody needs to send.
type limited struct{ http.RoundTripper }

// RoundTrip asks, and cuts the answer.
func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("eid: %w", err)
	}
	res.Body = cut{io.LimitReader(res.Body, maxReply), res.Body}
	return res, nil
}

type cut struct {
	io.Reader
	io.Closer
}
