package server

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// Without a trusted proxy the header says nothing; with one, the address is one that stands there
// or the proxy's own. What is kept of it is never a full address.
func FuzzForwardedFor(f *testing.F) {
	for _, h := range []string{"", "198.51.100.1", "203.0.113.9, 10.1.2.3", "::1", "fe80::1%eth0", "nonsense,,", "::ffff:10.0.0.1", "198.51.100.1:80"} {
		f.Add("127.0.0.1:4000", h)
		f.Add("192.0.2.7:4000", h)
		f.Add("[2001:db8::1%x]:1", h)
	}
	a := &App{Deps: Deps{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32")}}}
	f.Fuzz(func(t *testing.T, peer, forward string) {
		at := a.clientAddress(&http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {forward}}})
		from, err := netip.ParseAddrPort(peer)
		if err != nil {
			if at.IsValid() {
				t.Errorf("%q is an address: %v", peer, at)
			}
			return
		}
		if own := from.Addr().Unmap(); at != own {
			if !a.trusts(own) {
				t.Errorf("%v is believed to be %v", own, at)
			}
			if !strings.Contains(forward, at.String()) && !namesIt(forward, at) {
				t.Errorf("%v stands nowhere in %q", at, forward)
			}
		}
		n := network(at)
		p, err := netip.ParsePrefix(n)
		if err != nil || p.Masked() != p || p.Bits() != 64 && p.Bits() != 24 || !p.Contains(at.WithZone("")) {
			t.Errorf("%v is kept as %q: %v", at, n, err)
		}
	})
}

// namesIt reports whether an address stands in the header in any of its spellings.
func namesIt(forward string, at netip.Addr) bool {
	for hop := range strings.SplitSeq(forward, ",") {
		if a, err := netip.ParseAddr(strings.TrimSpace(hop)); err == nil && a.Unmap() == at {
			return true
		}
	}
	return false
}
