package saml

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"encoding/base64"
	"slices"

	"github.com/beevik/etree"
)

// How names are encrypted.
const (
	encrypted11 = "http://www.w3.org/2009/xmlenc11#"
	aes256CBC   = nsEncrypted + "aes256-cbc"
	aes256GCM   = encrypted11 + "aes256-gcm"
	oaepSHA1    = nsEncrypted + "rsa-oaep-mgf1p"
	oaep        = encrypted11 + "rsa-oaep"
	aes256      = 32 // bytes
	maxKeys     = 32 // EncryptedKeys that are tried
)

// OAEP's hashes. SHA-1 is sound there, and is what ST-SAML asks for.
var (
	oaepDigests = map[string]crypto.Hash{
		"":                     crypto.SHA1,
		nsSignature + "sha1":   crypto.SHA1,
		nsEncrypted + "sha256": crypto.SHA256,
		nsEncrypted + "sha512": crypto.SHA512,
	}
	oaepMasks = map[string]crypto.Hash{
		"":                         crypto.SHA1,
		encrypted11 + "mgf1sha1":   crypto.SHA1,
		encrypted11 + "mgf1sha256": crypto.SHA256,
		encrypted11 + "mgf1sha512": crypto.SHA512,
	}
)

// decrypt returns the NameID in an EncryptedID, and nil when it is for others than us. It is asked of what
// was verified alone, so that nobody learns from the errors what he could not sign.
func (s SP) decrypt(id *etree.Element) (*etree.Element, error) {
	data := one(id, nsEncrypted, "EncryptedData")
	if data == nil {
		return nil, refused("an encrypted name without data")
	}
	keys := slices.Concat(children(id, nsEncrypted, "EncryptedKey"), children(one(data, nsSignature, "KeyInfo"), nsEncrypted, "EncryptedKey"))
	keys = slices.DeleteFunc(keys, func(k *etree.Element) bool {
		to := attr(k, "Recipient")
		return to != "" && to != s.ID
	})
	if len(keys) == 0 {
		return nil, nil
	}
	if len(keys) > maxKeys {
		return nil, refused("an encrypted name with too many keys")
	}
	for _, k := range keys {
		for _, private := range s.keys() {
			secret := unwrap(k, private)
			if secret == nil {
				continue
			}
			return named(data, secret)
		}
	}
	return nil, refused("an encrypted name for no key of ours")
}

// unwrap returns the secret in an EncryptedKey, and nil when this key does not open it.
func unwrap(el *etree.Element, private *rsa.PrivateKey) []byte {
	method := one(el, nsEncrypted, "EncryptionMethod")
	hash, known := oaepDigests[attr(one(method, nsSignature, "DigestMethod"), "Algorithm")]
	mask, knownMask := oaepMasks[attr(one(method, encrypted11, "MGF"), "Algorithm")]
	algorithm := attr(method, "Algorithm")
	if !known || !knownMask || algorithm != oaep && (algorithm != oaepSHA1 || mask != crypto.SHA1) {
		return nil
	}
	value, err := cipherValue(el)
	if err != nil {
		return nil
	}
	secret, err := private.Decrypt(nil, value, &rsa.OAEPOptions{Hash: hash, MGFHash: mask})
	if err != nil || len(secret) != aes256 {
		return nil
	}
	return secret
}

func cipherValue(el *etree.Element) ([]byte, error) {
	return base64.StdEncoding.DecodeString(unspaced(text(one(one(el, nsEncrypted, "CipherData"), nsEncrypted, "CipherValue"))))
}

// named decrypts data, which must be a NameID.
func named(data *etree.Element, secret []byte) (*etree.Element, error) {
	value, err := cipherValue(data)
	if err != nil {
		return nil, refused("an encrypted name that is not base64")
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	var plain []byte
	switch attr(one(data, nsEncrypted, "EncryptionMethod"), "Algorithm") {
	case aes256CBC:
		plain = openCBC(block, value)
	case aes256GCM:
		plain = openGCM(block, value)
	}
	name, err := parse(plain)
	if err != nil || !is(name, nsAssertion, "NameID") {
		return nil, refused("an encrypted name that is none")
	}
	return name, nil
}

// openCBC returns nil for what is no whole number of blocks or has no padding as XML encryption has it: any
// bytes, and the last is their number.
func openCBC(block cipher.Block, value []byte) []byte {
	if len(value) < 2*aes.BlockSize || len(value)%aes.BlockSize != 0 {
		return nil
	}
	plain := make([]byte, len(value)-aes.BlockSize)
	cipher.NewCBCDecrypter(block, value[:aes.BlockSize]).CryptBlocks(plain, value[aes.BlockSize:])
	padding := int(plain[len(plain)-1])
	if padding < 1 || padding > aes.BlockSize {
		return nil
	}
	return plain[:len(plain)-padding]
}

func openGCM(block cipher.Block, value []byte) []byte {
	gcm, err := cipher.NewGCM(block)
	if err != nil || len(value) < gcm.NonceSize() {
		return nil
	}
	plain, err := gcm.Open(nil, value[:gcm.NonceSize()], value[gcm.NonceSize():], nil)
	if err != nil {
		return nil
	}
	return plain
}
