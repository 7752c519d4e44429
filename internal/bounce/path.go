// Package bounce takes back mail that did not arrive: every mail leaves with a return path of its
// own, and the reports of non-delivery that come back to one are taken in and understood (ADR 14).
package bounce

import (
	"crypto/hmac"
	"encoding/base32"
	"errors"
	"strings"

	"voordeur/internal/mail"
)

// MAC authenticates the parts of a return path.
type MAC func(parts ...string) []byte

const (
	macBytes = 10 // of which nobody tries many: each try is a conversation with a mail server
	// maxLocal keeps the local part within its 64 bytes, with an id of 26 letters behind it.
	maxLocal = 20
)

// letters are those of a token, in which case says nothing: mail servers may change it.
var letters = base32.HexEncoding.WithPadding(base32.NoPadding)

// Paths makes the return paths of mails, and knows them again.
type Paths struct {
	local, domain string
	mac           MAC
}

// NewPaths returns the return paths at an address as bounce@mail.example.nl, which become
// bounce+TOKEN@mail.example.nl.
func NewPaths(address string, mac MAC) (*Paths, error) {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	if !mail.ValidAddress(address) || len(local) > maxLocal || strings.Contains(local, "+") {
		return nil, errors.New("bounce: not an address with at most 20 letters before the @ and no +")
	}
	return &Paths{local, domain, mac}, nil
}

// Of returns the return path of a mail, which only this installation can make. No Paths make none.
func (p *Paths) Of(tenantID, id string) string {
	if p == nil {
		return ""
	}
	return p.local + "+" + id + "-" + p.proof(tenantID, id) + "@" + p.domain
}

func (p *Paths) proof(tenantID, id string) string {
	return strings.ToLower(letters.EncodeToString(p.mac(tenantID, id)[:macBytes]))
}

// Whose returns the mail whose return path an address is, of one of the tenants. The path does not
// name its tenant: whose proof fits has sent it.
func (p *Paths) Whose(address string, tenants []string) (tenantID, id string, ok bool) {
	token, found := strings.CutPrefix(strings.ToLower(address), p.local+"+")
	token, rest := strings.CutSuffix(token, "@"+p.domain)
	id, proof, whole := strings.Cut(token, "-")
	if !found || !rest || !whole {
		return "", "", false
	}
	for _, t := range tenants {
		if hmac.Equal([]byte(proof), []byte(p.proof(t, id))) {
			return t, id, true
		}
	}
	return "", "", false
}
