package saml

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"time"
)

const (
	keyBits    = 3072
	minKeyBits = 2048
	keyYears   = 3
)

var errKey = errors.New("saml: not an RSA key of 2048 bits or more with its certificate")

// Key is a key of ours with its certificate, self-signed or from an authority. It does not print the key.
type Key struct {
	private     *rsa.PrivateKey
	Certificate *x509.Certificate
}

// NewKey makes a key and a certificate for it by itself, for three years.
func NewKey(now time.Time, name string) (Key, error) {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return Key{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return Key{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(keyYears, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return Key{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	return Key{private: private, Certificate: certificate}, err
}

// Name is what our metadata calls the key.
func (k Key) Name() string {
	sum := sha256.Sum256(k.Certificate.Raw)
	return hex.EncodeToString(sum[:])
}

// MarshalPEM returns the key and its certificate to be stored, sealed.
func (k Key) MarshalPEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return nil, err
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.Certificate.Raw})...), nil
}

// ParseKey reads what MarshalPEM wrote, or a key and a certificate from elsewhere. They must belong together.
func ParseKey(data []byte) (Key, error) {
	var k Key
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		var err error
		switch {
		case block.Type == "PRIVATE KEY" && k.private == nil:
			var key any
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
			k.private, _ = key.(*rsa.PrivateKey)
		case block.Type == "RSA PRIVATE KEY" && k.private == nil:
			k.private, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case block.Type == "CERTIFICATE" && k.Certificate == nil:
			k.Certificate, err = x509.ParseCertificate(block.Bytes)
		}
		if err != nil {
			return Key{}, errKey
		}
	}
	if k.private == nil || k.Certificate == nil || k.private.N.BitLen() < minKeyBits || !k.private.PublicKey.Equal(k.Certificate.PublicKey) {
		return Key{}, errKey
	}
	return k, nil
}
