package saml

import (
	"bytes"
	"context"
	"crypto/sha1" // #nosec G505 -- SAML names the maker of an artifact by it; nothing is secured with it
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/beevik/etree"

	"voordeur/internal/eid"
)

const (
	artifactType = 0x0004
	artifactSize = 2 + 2 + 20 + 20 // type, index, whose it is, and its name there
	statusOK     = "urn:oasis:names:tc:SAML:2.0:status:Success"
)

// Resolve asks the other party for the answer that an artifact stands for, and returns it when all of it
// holds. requestID is that of the request with which this browser was sent away.
func (s SP) Resolve(ctx context.Context, client *http.Client, artifact, requestID string, now time.Time) (Answer, error) {
	if err := s.Check(); err != nil {
		return Answer{}, err
	}
	address, err := s.resolver(artifact)
	if err != nil {
		return Answer{}, err
	}
	id := NewID()
	resolve := s.message("ArtifactResolve", id, address, now)
	add(resolve, "samlp:Artifact").SetText(artifact)
	if err := s.Current.sign(resolve); err != nil {
		return Answer{}, err
	}
	body, err := call(ctx, client, address, resolve)
	if err != nil {
		return Answer{}, err
	}
	root, err := parse(body)
	if err != nil {
		return Answer{}, refused("the answer is not XML as it is read here")
	}
	return s.artifactResponse(root, id, requestID, now)
}

// resolver returns the address for an artifact, when it is one of the other party.
func (s SP) resolver(artifact string) (string, error) {
	if len(artifact) > base64.StdEncoding.EncodedLen(artifactSize) {
		return "", refused("not an artifact")
	}
	data, err := base64.StdEncoding.DecodeString(artifact)
	if err != nil || len(data) != artifactSize || binary.BigEndian.Uint16(data) != artifactType {
		return "", refused("not an artifact")
	}
	source := sha1.Sum([]byte(s.IdP.ID)) // #nosec G401 -- as above
	address := s.IdP.Artifacts[int(binary.BigEndian.Uint16(data[2:]))]
	return address, all(
		check{subtle.ConstantTimeCompare(data[4:24], source[:]) == 1, "an artifact of somebody else"},
		check{address != "", "an artifact of an unknown address"},
	)
}

// call sends a signed message in SOAP and returns the answer.
func call(ctx context.Context, client *http.Client, address string, message *etree.Element) ([]byte, error) {
	data, err := soap(message)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "text/xml; charset=utf-8")
	request.Header.Set("SOAPAction", `"http://www.oasis-open.org/committees/security"`)
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", eid.ErrAway, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxMessage+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", eid.ErrAway, err)
	}
	if response.StatusCode >= http.StatusInternalServerError {
		return nil, fmt.Errorf("%w: status %d", eid.ErrAway, response.StatusCode)
	}
	return body, all(check{response.StatusCode == http.StatusOK, "the other party did not take the artifact"})
}

// soap puts a message in an envelope.
func soap(message *etree.Element) ([]byte, error) {
	envelope := etree.NewElement("soap:Envelope")
	envelope.CreateAttr("xmlns:soap", nsSOAP)
	add(envelope, "soap:Body").AddChild(message)
	return bytesOf(envelope)
}

// inSOAP returns the one message in an envelope.
func inSOAP(root *etree.Element, tag string) (*etree.Element, error) {
	body := one(root, nsSOAP, "Body")
	message := one(body, nsProtocol, tag)
	return message, all(check{is(root, nsSOAP, "Envelope") && message != nil && len(body.ChildElements()) == 1, "not the one message in an envelope"})
}

// artifactResponse returns the answer in what came for an artifact.
func (s SP) artifactResponse(root *etree.Element, id, requestID string, now time.Time) (Answer, error) {
	raw, err := inSOAP(root, "ArtifactResponse")
	if err != nil {
		return Answer{}, err
	}
	outer, err := s.sure(layer{raw: raw, read: raw}, now)
	if err != nil {
		return Answer{}, err
	}
	if err := s.head(outer.read, id, now); err != nil {
		return Answer{}, err
	}
	if first, _, _ := status(outer.read); first != statusOK {
		return Answer{}, refused("the other party has nothing for the artifact")
	}
	return s.response(outer.child(nsProtocol, "Response"), requestID, false, now)
}
