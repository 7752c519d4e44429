package eidsim

import (
	"cmp"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// party is who has people logged in by SAML, as its metadata says.
type party struct {
	entityID   string
	signing    []*x509.Certificate // two while it changes its key
	encryption *x509.Certificate   // nil for none
	keyName    string              // of that one
	answers    []endpoint
	logout     []endpoint
	services   map[string]string // the name of what it asks for, by index
}

type endpoint struct {
	binding, location, index string
	replies                  string // where answers go, which may be another address
	preferred                bool
}

// Trust adds a party that speaks SAML, or what is new of it, by its metadata.
func (s *Sim) Trust(metadata []byte) error {
	root, err := parse(metadata)
	if err != nil {
		return fmt.Errorf("eidsim: metadata: %w", err)
	}
	p, err := partyOf(root)
	if err != nil {
		return fmt.Errorf("eidsim: metadata: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parties = append(slices.DeleteFunc(s.parties, func(old party) bool { return old.entityID == p.entityID }), p)
	return nil
}

// party returns who has a name.
func (s *Sim) party(entityID string) (party, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.parties, func(p party) bool { return p.entityID == entityID })
	if i < 0 {
		return party{}, false
	}
	return s.parties[i], true
}

func partyOf(root *etree.Element) (party, error) {
	p := party{entityID: attr(root, "entityID"), services: map[string]string{}}
	role := child(root, nsMetadata, "SPSSODescriptor")
	if root.Tag != "EntityDescriptor" || p.entityID == "" || role == nil {
		return p, errors.New("not an EntityDescriptor with an entityID and one SPSSODescriptor")
	}
	for _, k := range children(role, nsMetadata, "KeyDescriptor") {
		info := child(k, nsSignature, "KeyInfo")
		certificate, err := certificateOf(info)
		if err != nil {
			return p, err
		}
		if use := attr(k, "use"); use != "encryption" {
			p.signing = append(p.signing, certificate)
		}
		if use := attr(k, "use"); use != "signing" {
			p.encryption, p.keyName = certificate, textOf(child(info, nsSignature, "KeyName"))
		}
	}
	p.answers = endpoints(role, "AssertionConsumerService")
	p.logout = endpoints(role, "SingleLogoutService")
	for _, service := range children(role, nsMetadata, "AttributeConsumingService") {
		name := ""
		if wanted := children(service, nsMetadata, "RequestedAttribute"); len(wanted) > 0 {
			name = attr(wanted[0], "Name")
		}
		p.services[attr(service, "index")] = name
	}
	if len(p.signing) == 0 || !slices.ContainsFunc(p.answers, func(e endpoint) bool { return e.binding == bindArtifact }) {
		return p, errors.New("no key for signing, or nowhere to send an artifact to")
	}
	return p, nil
}

func certificateOf(info *etree.Element) (*x509.Certificate, error) {
	data := child(child(info, nsSignature, "X509Data"), nsSignature, "X509Certificate")
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(textOf(data)), ""))
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func endpoints(role *etree.Element, tag string) []endpoint {
	var list []endpoint
	for _, e := range children(role, nsMetadata, tag) {
		list = append(list, endpoint{binding: attr(e, "Binding"), location: attr(e, "Location"), replies: cmp.Or(attr(e, "ResponseLocation"), attr(e, "Location")), index: attr(e, "index"), preferred: attr(e, "isDefault") == "true"})
	}
	return list
}

// answersTo returns where the answer to a request goes: the address or index that it names, which the metadata must
// have, or else the preferred one, or else the first.
func (p party) answersTo(request *etree.Element) (string, error) {
	url, index := attr(request, "AssertionConsumerServiceURL"), attr(request, "AssertionConsumerServiceIndex")
	if url != "" && index != "" {
		return "", errors.New("it names an address and an index for the answer")
	}
	first := ""
	for _, e := range p.answers {
		switch {
		case e.binding != bindArtifact:
		case url != "" && e.location == url, index != "" && e.index == index, url == "" && index == "" && e.preferred:
			return e.location, nil
		case first == "":
			first = e.location
		}
	}
	if url != "" || index != "" {
		return "", errors.New("it wants its answer where the metadata has no place for an artifact")
	}
	return first, nil
}

// endsAt returns where a party hears of the end of a session in one way; nothing of it is there when there is none.
func (p party) endsAt(binding string) endpoint {
	for _, e := range p.logout {
		if e.binding == binding {
			return e
		}
	}
	return endpoint{}
}
