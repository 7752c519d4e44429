package saml

import (
	"encoding/base64"
	"strconv"

	"github.com/beevik/etree"
)

// Metadata returns what the other party must know of us, signed. Everybody may read it.
func (s SP) Metadata() ([]byte, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	root := etree.NewElement("md:EntityDescriptor")
	root.CreateAttr("xmlns:md", nsMetadata)
	root.CreateAttr("ID", NewID())
	root.CreateAttr("entityID", s.ID)
	us := add(root, "md:SPSSODescriptor", "AuthnRequestsSigned", "true",
		"WantAssertionsSigned", strconv.FormatBool(s.Signed != OnlyMessage), "protocolSupportEnumeration", nsProtocol)
	s.addKeys(us)
	for _, binding := range s.logoutBindings() {
		add(us, "md:SingleLogoutService", "Binding", binding, "Location", s.SLO)
	}
	add(us, "md:AssertionConsumerService", "Binding", s.binding(), "Location", s.ACS, "index", acsIndex, "isDefault", "true")
	s.addService(us)
	s.addPeople(root)
	if err := s.Current.sign(root); err != nil {
		return nil, err
	}
	return bytesOf(root)
}

// logoutBindings are how we hear of log-outs: DigiD tells us itself, and everybody answers ours in the way in which it
// is asked.
func (s SP) logoutBindings() []string {
	switch {
	case s.SLO == "":
		return nil
	case s.Profile == DigiD:
		return []string{bindingSOAP, bindingRedirect}
	case s.IdP.SLO.POST != "":
		return []string{bindingPOST}
	case s.IdP.SLO.Redirect != "":
		return []string{bindingRedirect}
	}
	return nil
}

// addKeys says which keys we have. DigiD takes one, for signatures: the next as soon as there is one. The
// others encrypt to both, and take signatures of both.
func (s SP) addKeys(us *etree.Element) {
	keys := []Key{s.Current}
	if s.Next.private != nil {
		keys = append(keys, s.Next)
	}
	uses := []string{"signing", "encryption"}
	if s.Profile == DigiD {
		keys, uses = keys[len(keys)-1:], uses[:1]
	}
	for _, use := range uses {
		for _, k := range keys {
			info := add(add(us, "md:KeyDescriptor", "use", use), "ds:KeyInfo", "xmlns:ds", nsSignature)
			add(info, "ds:KeyName").SetText(k.Name())
			add(add(info, "ds:X509Data"), "ds:X509Certificate").SetText(base64.StdEncoding.EncodeToString(k.Certificate.Raw))
		}
	}
}

// addService says what we ask for: a BSN, or the service in whose definition it says so.
func (s SP) addService(us *etree.Element) {
	service := add(us, "md:AttributeConsumingService", "index", strconv.Itoa(s.ServiceIndex), "isDefault", "true")
	add(service, "md:ServiceName", "xml:lang", "nl").SetText(s.ServiceName)
	switch s.Profile {
	case DigiD:
		add(service, "md:ServiceDescription", "xml:lang", "nl").SetText(s.ServiceName)
		add(service, "md:RequestedAttribute", "Name", "bsn")
	case TVS:
		asked := add(service, "md:RequestedAttribute", "Name", "urn:nl-eid-gdi:1.0:ServiceUUID")
		add(asked, "saml:AttributeValue", "xmlns:saml", nsAssertion).SetText(s.Services[0])
	case EHerkenning, EIDAS:
		add(service, "md:RequestedAttribute", "Name", s.Services[0], "isRequired", "false")
	}
}

// addPeople says whose portal it is and whom to call.
func (s SP) addPeople(root *etree.Element) {
	if s.Organisation != (Organisation{}) {
		organisation := add(root, "md:Organization")
		add(organisation, "md:OrganizationName", "xml:lang", "nl").SetText(s.Organisation.Name)
		add(organisation, "md:OrganizationDisplayName", "xml:lang", "nl").SetText(s.Organisation.DisplayName)
		add(organisation, "md:OrganizationURL", "xml:lang", "nl").SetText(s.Organisation.URL)
	}
	for _, c := range s.Contacts {
		person := add(root, "md:ContactPerson", "contactType", c.Type)
		add(person, "md:GivenName").SetText(c.Name)
		add(person, "md:EmailAddress").SetText("mailto:" + c.Mail)
		add(person, "md:TelephoneNumber").SetText(c.Phone)
	}
}
