package server

import (
	"net/http"
	"net/netip"
	"strings"
)

// clientAddress returns where a request comes from. X-Forwarded-For counts only when a trusted
// proxy handed the request over: then it is the last address that no trusted proxy has. The zero
// Addr is an address that cannot be told.
func (a *App) clientAddress(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	at := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && a.trusts(at); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = hop.Unmap()
	}
	return at
}

func (a *App) trusts(at netip.Addr) bool {
	for _, p := range a.Proxies {
		if p.Contains(at) {
			return true
		}
	}
	return false
}

// network returns the /24 or /64 of an address: what is counted and journalled is never a full
// address.
func network(at netip.Addr) string {
	if !at.IsValid() {
		return ""
	}
	bits := 64
	if at.Is4() {
		bits = 24
	}
	p, err := at.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}
