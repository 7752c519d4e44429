package server

import "net/http"

// policy is the Content-Security-Policy of every answer: scripts come from this host, and
// none may turn text into HTML or code, not even by a Trusted Types policy.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// headers are those of security.md 1.7, on every answer. secure is whether visitors come over TLS,
// be it ended here or at a proxy.
func headers(h http.Header, secure bool) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", permissions(""))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload")
	}
}

// permissions is the Permissions-Policy of a page that does this with passkeys, or nothing.
func permissions(passkeys string) string {
	use, make := "()", "()"
	switch passkeys {
	case "get":
		use = "(self)"
	case "create":
		make = "(self)"
	}
	return "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=" + use + ", publickey-credentials-create=" + make
}

// recorder knows what the log and the panic guard ask of an answer.
type recorder struct {
	http.ResponseWriter
	id, tenant, face, pattern string
	status                    int
	wrote                     bool
}

// WriteHeader remembers the status.
func (r *recorder) WriteHeader(status int) {
	if !r.wrote {
		r.status, r.wrote = status, true
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write remembers that the answer has begun.
func (r *recorder) Write(p []byte) (int, error) {
	r.wrote = true
	return r.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
