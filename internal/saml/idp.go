package saml

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"voordeur/internal/eid"
)

// Why metadata is not taken.
var (
	ErrMetadata    = errors.New("saml: not metadata of one identity provider")
	ErrCertificate = errors.New("saml: metadata without certificates of RSA keys, 2048 bits at least")
	ErrAddress     = errors.New("saml: metadata with an address that is missing or not https")
)

const maxCertificates = 8

// ParseMetadata reads what an identity provider says of itself. Its signature is not checked: the metadata
// comes from somebody who knows from whom he has it. With loopback, addresses on this machine may be http, for
// a demo.
func ParseMetadata(data []byte, loopback bool) (IdP, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) > maxMessage {
		return IdP{}, ErrMetadata
	}
	root, err := read(data, true)
	if err != nil {
		return IdP{}, ErrMetadata
	}
	entities := []*etree.Element{root}
	if is(root, nsMetadata, "EntitiesDescriptor") {
		entities = children(root, nsMetadata, "EntityDescriptor")
	}
	entities = slices.DeleteFunc(entities, func(e *etree.Element) bool { return one(e, nsMetadata, "IDPSSODescriptor") == nil })
	if len(entities) != 1 || !is(entities[0], nsMetadata, "EntityDescriptor") || attr(entities[0], "entityID") == "" {
		return IdP{}, ErrMetadata
	}
	them := one(entities[0], nsMetadata, "IDPSSODescriptor")
	if !slices.Contains(strings.Fields(attr(them, "protocolSupportEnumeration")), nsProtocol) {
		return IdP{}, ErrMetadata
	}
	p := IdP{ID: attr(entities[0], "entityID")}
	if p.Certificates, err = certificates(them); err != nil {
		return IdP{}, err
	}
	if err := p.addresses(them, loopback); err != nil {
		return IdP{}, err
	}
	return p, nil
}

// certificates returns those of the keys that sign.
func certificates(them *etree.Element) ([]*x509.Certificate, error) {
	var found []*x509.Certificate
	for _, key := range children(them, nsMetadata, "KeyDescriptor") {
		if use := attr(key, "use"); use != "" && use != "signing" {
			continue
		}
		for _, data := range children(one(key, nsSignature, "KeyInfo"), nsSignature, "X509Data") {
			for _, c := range children(data, nsSignature, "X509Certificate") {
				certificate, err := certificate(text(c))
				if err != nil {
					return nil, err
				}
				found = append(found, certificate)
			}
		}
	}
	if len(found) == 0 || len(found) > maxCertificates {
		return nil, ErrCertificate
	}
	return found, nil
}

func certificate(value string) (*x509.Certificate, error) {
	der, err := base64.StdEncoding.DecodeString(unspaced(value))
	if err != nil {
		return nil, ErrCertificate
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, ErrCertificate
	}
	if key, ok := c.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() < minKeyBits {
		return nil, ErrCertificate
	}
	return c, nil
}

// addresses reads where the services of the other party are, of the bindings that are used here.
func (p *IdP) addresses(them *etree.Element, loopback bool) error {
	p.Artifacts = map[int]string{}
	for _, e := range them.ChildElements() {
		binding, location := attr(e, "Binding"), attr(e, "Location")
		ok := true
		switch {
		case is(e, nsMetadata, "SingleSignOnService"):
			ok = p.SSO.add(binding, location)
		case is(e, nsMetadata, "SingleLogoutService"):
			ok = p.SLO.add(binding, location)
			if replies := attr(e, "ResponseLocation"); binding == bindingRedirect && replies != "" {
				p.SLOReplies = replies
				ok = ok && address(replies, loopback)
			}
		case is(e, nsMetadata, "ArtifactResolutionService") && binding == bindingSOAP:
			index, err := strconv.ParseUint(attr(e, "index"), 10, 16)
			ok = err == nil && p.Artifacts[int(index)] == ""
			p.Artifacts[int(index)] = location
		default:
			continue
		}
		if !ok || !address(location, loopback) {
			return ErrAddress
		}
	}
	if p.SSO == (Endpoint{}) {
		return ErrAddress
	}
	return nil
}

// add notes an address if its binding is one of the two, and reports whether there was none yet.
func (e *Endpoint) add(binding, location string) bool {
	to := map[string]*string{bindingRedirect: &e.Redirect, bindingPOST: &e.POST}[binding]
	if to == nil {
		return true
	}
	first := *to == ""
	*to = location
	return first
}

// address reports whether a message may be sent there.
func address(location string, loopback bool) bool {
	u, err := url.Parse(location)
	return err == nil && eid.Confidential(u) && (u.Scheme == "https" || loopback)
}
