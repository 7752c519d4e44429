package worldtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"testing"
)

// What the authenticator says beside a signature: somebody was there, he unlocked it, the key can leave the
// device, and has; and that a key follows.
const (
	Present        = 0x01
	Verified       = 0x04
	BackupEligible = 0x08
	BackedUp       = 0x10
	withKey        = 0x40
)

// Passkey is an authenticator with one key, and the browser around it. What it says can be changed, to say
// something wrong.
type Passkey struct {
	ID     []byte
	AAGUID [16]byte
	User   string // the handle of its owner
	Count  uint32 // goes up by one with each use, unless it is zero
	Flags  byte
	Origin string
	RPID   string
	Type   string // of what is signed, "" for the right one

	key *ecdsa.PrivateKey
}

// NewPasskey returns one that has made nothing yet, in a browser at an address.
func NewPasskey(t testing.TB, origin string) *Passkey {
	t.Helper()
	u, err := url.Parse(origin)
	must(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	p := &Passkey{ID: make([]byte, 32), Count: 1, Flags: Present | Verified, Origin: origin, RPID: u.Hostname(), key: key}
	_, err = rand.Read(p.ID)
	must(t, err)
	return p
}

// Make answers the options of a page that wants a passkey.
func (p *Passkey) Make(t testing.TB, options []byte) string {
	t.Helper()
	var asked struct {
		PublicKey struct {
			Challenge string
			User      struct{ ID string }
		} `json:"publicKey"`
	}
	must(t, json.Unmarshal(options, &asked))
	user, err := base64.RawURLEncoding.DecodeString(asked.PublicKey.User.ID)
	must(t, err)
	p.User = string(user)
	data := p.data(withKey)
	data = append(data, p.AAGUID[:]...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(p.ID))) // #nosec G115 -- 32 bytes
	data = append(data, p.ID...)
	data = append(data, p.cose()...)
	// {"fmt": "none", "attStmt": {}, "authData": …}
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59"), byte(len(data)>>8), byte(len(data)))
	return p.answer(t, map[string]any{
		"clientDataJSON": b64(p.client(t, "webauthn.create", asked.PublicKey.Challenge)), "attestationObject": b64(append(object, data...)), "transports": []string{"internal"},
	})
}

// Sign answers the options of a page that asks for a passkey.
func (p *Passkey) Sign(t testing.TB, options []byte) string {
	t.Helper()
	var asked struct {
		PublicKey struct{ Challenge string } `json:"publicKey"`
	}
	must(t, json.Unmarshal(options, &asked))
	if p.Count > 0 {
		p.Count++
	}
	client, data := p.client(t, "webauthn.get", asked.PublicKey.Challenge), p.data(0)
	of := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), of[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, p.key, sum[:])
	must(t, err)
	return p.answer(t, map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64([]byte(p.User))})
}

func (p *Passkey) answer(t testing.TB, response map[string]any) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"id": b64(p.ID), "rawId": b64(p.ID), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": response})
	must(t, err)
	return string(b)
}

func (p *Passkey) client(t testing.TB, kind, challenge string) []byte {
	t.Helper()
	if p.Type != "" {
		kind = p.Type
	}
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": p.Origin, "crossOrigin": false})
	must(t, err)
	return b
}

func (p *Passkey) data(more byte) []byte {
	host := sha256.Sum256([]byte(p.RPID))
	return binary.BigEndian.AppendUint32(append(host[:], p.Flags|more), p.Count)
}

// cose is the public key: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
func (p *Passkey) cose() []byte {
	point, err := p.key.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	out := append([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}, point[1:33]...)
	return append(append(out, 0x22, 0x58, 0x20), point[33:]...)
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
