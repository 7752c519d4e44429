package saml

// Decrypt returns the name in an EncryptedID.
func (s SP) Decrypt(data []byte) (qualifier, name string, err error) {
	id, err := parse(data)
	if err != nil {
		return "", "", err
	}
	el, err := s.decrypt(id)
	return attr(el, "NameQualifier"), text(el), err
}
