package web

import (
	"bytes"
	"net/url"
	"path"
	"slices"
	"strings"
)

// ActingPrefix begins the addresses at which somebody acts for another: the mandate's id follows, and then an
// address of the portal. Nothing else says for whom he acts, so that two windows never mix (ADR 21).
const ActingPrefix = "/namens/"

// ofClient are the first parts of the portal's addresses whose contents are a client's: they exist for whoever
// acts for him too. All others are an account's own, or the organisation's, and exist at their plain address alone.
// A feature with pages of a client's things adds its part here: the routes, the redirects and the links on pages
// all ask OfClient.
var ofClient = []string{"", "{$}", "actions", "approvals", "dossiers"}

// OfClient reports whether an address, or the pattern of a route, is one of a client's things.
func OfClient(address string) bool {
	rest, ok := strings.CutPrefix(address, "/")
	if !ok {
		return false
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	return slices.Contains(ofClient, rest[:end]) && (end == len(rest) || end > 0 || rest[0] != '/')
}

// Acting takes an address apart at which somebody acts for another. What browsers would never ask for like
// this is none.
func Acting(u *url.URL) (mandate string, plain *url.URL, ok bool) {
	rest, ok := strings.CutPrefix(u.Path, ActingPrefix)
	mandate, below, _ := strings.Cut(rest, "/")
	below = "/" + below
	if !ok || mandate == "" || Clean(mandate) != mandate || path.Clean(below) != below || !OfClient(below) {
		return "", nil, false
	}
	p := *u
	p.Path, p.RawPath = below, ""
	if escaped := strings.TrimPrefix(u.EscapedPath(), ActingPrefix+mandate); u.RawPath != "" {
		if escaped == u.EscapedPath() {
			return "", nil, false // the mandate itself was escaped
		}
		p.RawPath = escaped
	}
	return mandate, &p, true
}

// At returns where an address is for whoever asks: below the prefix while he acts for somebody, and the address is
// one of a client's things.
func (c *Ctx) At(address string) string {
	if c.Base == "" || !OfClient(address) {
		return address
	}
	return c.Base + address
}

// BaseOf returns what stands before an address at which somebody acts for another, "" for any other address.
func BaseOf(address string) string {
	if rest, ok := strings.CutPrefix(address, ActingPrefix); ok {
		mandate, _, _ := strings.Cut(rest, "/")
		return ActingPrefix + mandate
	}
	return ""
}

// Path returns the path that was asked for, with the prefix.
func (c *Ctx) Path() string { return c.Base + c.R.URL.Path }

// Address returns the path and query that were asked for, with the prefix.
func (c *Ctx) Address() string { return c.Base + c.R.URL.RequestURI() }

// local are how the pages write an address of this host. In what templ makes, a quotation mark that is not
// escaped is one of a template's own, so nothing that somebody typed looks like this.
var local = [][]byte{[]byte(` href="/`), []byte(` action="/`), []byte(` formaction="/`), []byte(` data-endpoint="/`)}

// own is the attribute before an address of one's own on a page of somebody else.
var own = []byte(` data-own`)

// prefixed writes a page with every address of a client's things below the prefix.
func (c *Ctx) prefixed(page []byte) []byte {
	out := make([]byte, 0, len(page)+len(page)/8)
	for {
		at, start := len(page), 0
		for _, attribute := range local {
			if i := bytes.Index(page[:at], attribute); i >= 0 {
				at, start = i, i+len(attribute)-1
			}
		}
		if at == len(page) {
			return append(out, page...)
		}
		end := start + bytes.IndexByte(page[start:], '"')
		out = append(out, page[:start]...)
		if !bytes.HasSuffix(page[:at], own) && OfClient(string(page[start:end])) {
			out = append(out, c.Base...)
		}
		out, page = append(out, page[start:end]...), page[end:]
	}
}
