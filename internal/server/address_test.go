package server

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestClientAddressBelievesTrustedProxiesOnly(t *testing.T) {
	a := &App{Deps: Deps{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32")}}}
	for _, c := range []struct {
		peer    string
		forward []string
		want    string
	}{
		{"192.0.2.7:4000", []string{"198.51.100.1"}, "192.0.2.0/24"}, // not a proxy: the header is the visitor's own invention
		{"127.0.0.1:4000", []string{"198.51.100.1"}, "198.51.100.0/24"},
		{"127.0.0.1:4000", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.0/24"}, // the first one may be invented
		{"127.0.0.1:4000", []string{"198.51.100.1, 10.1.2.3"}, "198.51.100.0/24"},
		{"127.0.0.1:4000", []string{"198.51.100.1", "10.1.2.3"}, "198.51.100.0/24"},
		{"127.0.0.1:4000", []string{"2001:db8:1:2:3::4"}, "2001:db8:1:2::/64"},
		{"127.0.0.1:4000", []string{"nonsense"}, "127.0.0.0/24"},
		{"127.0.0.1:4000", nil, "127.0.0.0/24"},
		{"[::ffff:192.0.2.7]:4000", nil, "192.0.2.0/24"},
		{"pipe", nil, ""},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.forward}}
		if got := network(a.clientAddress(r)); got != c.want {
			t.Errorf("%s for %v: %q, want %q", c.peer, c.forward, got, c.want)
		}
	}
}
