package federation

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/errs"
	"voordeur/internal/saml"
	"voordeur/internal/tenant"
)

// What somebody fills in of a connection by SAML, at most.
const (
	maxEntity   = 1024 // of SAML
	maxServices = 20
	maxService  = 100
	maxRoots    = 64 << 10
)

// Whom the other party can call.
const (
	Technical      = "technical"
	Administrative = "administrative"
)

// ContactTypes are all of them, in the order of the page.
var ContactTypes = []string{Technical, Administrative}

// signedWords are the choices of what must be signed, by the words of a form.
var signedWords = []string{saml.Both: "both", saml.OnlyAssertion: "assertion", saml.OnlyMessage: "message"}

// SignedWords are the words of what must be signed, in the order of the page.
func SignedWords() []string { return signedWords }

// SAMLDraft is a connection by SAML as an administrator fills it in, without keys.
type SAMLDraft struct {
	Name, Level               string
	Metadata, Roots           string
	EntityID                  string // ours, "" for the address of our metadata
	Services                  string // one on each line
	ServiceIndex, ServiceName string
	Signed                    string                  // one of SignedWords
	Contacts                  map[string]saml.Contact // by type
	Logout                    bool                    // who logs out here is led to the other party's log-out, if it has one
	Enabled                   bool
}

// SAMLDraft returns the connection as a form shows it.
func (c Connection) SAMLDraft() SAMLDraft {
	of := c.Settings.SAML
	d := SAMLDraft{
		Name: c.Name, Level: c.Level.String(), Metadata: of.Metadata, Roots: of.Roots, EntityID: of.EntityID, Services: strings.Join(of.Services, "\n"),
		ServiceIndex: strconv.Itoa(of.ServiceIndex), ServiceName: of.ServiceName, Signed: signedWords[of.Signed], Contacts: map[string]saml.Contact{}, Logout: !of.NoLogout, Enabled: c.Enabled,
	}
	for _, one := range of.Contacts {
		d.Contacts[one.Type] = one
	}
	return d
}

// NamesServices reports whether the other party is asked for a service by its name: DigiD has one of each connection.
func (c Connection) NamesServices() bool { return c.Settings.SAML.Profile != saml.DigiD }

// ChangeSAML keeps what an administrator made of a connection by SAML, as it was at version. One that is switched on
// lacks nothing, or it is Invalid; one that is switched off ends the sessions that began by it.
func (f *Federation) ChangeSAML(ctx context.Context, a access.Staff, id string, version int64, d SAMLDraft) error {
	t, c, err := f.own(ctx, a, id, BySAML)
	if err != nil {
		return err
	}
	if err := f.readSAML(t, &c, d); err != nil {
		return err
	}
	return f.store(ctx, a, t, c, version, "")
}

// readSAML fills a connection in, and returns what is wrong with it.
func (f *Federation) readSAML(t *tenant.Tenant, c *Connection, d SAMLDraft) error {
	var wrong errs.Fields
	c.Name = d.Name
	checkName(&wrong, &c.Name)
	c.readLevel(&wrong, d.Level)
	of := SAML{Profile: c.Settings.SAML.Profile, NoLogout: !d.Logout}
	of.Metadata = f.readMetadata(&wrong, d.Metadata)
	of.EntityID = readEntity(&wrong, d.EntityID)
	if c.NamesServices() {
		of.Services = readServices(&wrong, d.Services)
	}
	index, err := strconv.ParseUint(strings.TrimSpace(d.ServiceIndex), 10, 16)
	if err != nil {
		wrong.Add("service_index", "connection.bad_index")
	}
	of.ServiceIndex = int(index)
	if of.ServiceName = strings.TrimSpace(d.ServiceName); utf8.RuneCountInString(of.ServiceName) > maxService {
		wrong.Add("service_name", "field.too_long", "max", maxService)
	}
	of.Signed = readSigned(&wrong, d.Signed)
	of.Contacts = readContacts(&wrong, d.Contacts, d.Enabled)
	of.Roots = readRoots(&wrong, d.Roots)
	c.Settings.SAML, c.Enabled = of, d.Enabled
	if d.Enabled {
		f.checkOn(&wrong, t, c)
	}
	return wrong.Err()
}

// checkOn says at its field what a connection lacks that is to let people in.
func (f *Federation) checkOn(wrong *errs.Fields, t *tenant.Tenant, c *Connection) {
	of := c.Settings.SAML
	if of.Metadata == "" && !wrong.Has("metadata") {
		wrong.Add("metadata", "field.required")
	}
	if c.NamesServices() && len(of.Services) == 0 && !wrong.Has("services") {
		wrong.Add("services", "field.required")
	}
	if !usable(t, *c) {
		wrong.Add("enabled", "connection.no_bsn")
	}
	if len(*wrong) > 0 {
		return
	}
	if sp, err := f.sp(t, *c); err != nil || sp.Check() != nil {
		wrong.Add("enabled", "connection.incomplete")
	}
}

// readMetadata takes what the other party says of itself, when it can be used.
func (f *Federation) readMetadata(wrong *errs.Fields, typed string) string {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return ""
	}
	_, err := saml.ParseMetadata([]byte(typed), f.inside)
	switch {
	case errors.Is(err, saml.ErrCertificate):
		wrong.Add("metadata", "connection.bad_certificate")
	case errors.Is(err, saml.ErrAddress):
		wrong.Add("metadata", "connection.bad_address")
	case err != nil:
		wrong.Add("metadata", "connection.bad_metadata")
	}
	return typed
}

func readEntity(wrong *errs.Fields, typed string) string {
	typed = strings.TrimSpace(typed)
	u, err := url.Parse(typed)
	if typed != "" && (err != nil || u.Scheme == "" || u.Opaque == "" && u.Host == "" || len(typed) > maxEntity || !plain(typed)) {
		wrong.Add("entity_id", "connection.bad_entity")
	}
	return typed
}

// plain reports whether a name has neither spaces nor what nobody sees.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
}

func readServices(wrong *errs.Fields, typed string) []string {
	var list []string
	for line := range strings.Lines(typed) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if !plain(line) || len(line) > maxEntity || len(list) == maxServices {
			wrong.Add("services", "connection.bad_services", "max", maxServices)
			return list
		}
		list = append(list, line)
	}
	return list
}

func readSigned(wrong *errs.Fields, typed string) saml.Signed {
	for signed, word := range signedWords {
		if word == typed {
			return saml.Signed(signed)
		}
	}
	wrong.Add("signed", "field.choose")
	return saml.Both
}

// readContacts takes whom the other party calls. Who is named is named in full, and who lets people in has somebody to be
// called: DigiD and eToegang take no metadata without.
func readContacts(wrong *errs.Fields, typed map[string]saml.Contact, all bool) []saml.Contact {
	var list []saml.Contact
	for _, kind := range ContactTypes {
		one := saml.Contact{Type: kind, Name: strings.TrimSpace(typed[kind].Name), Mail: strings.TrimSpace(typed[kind].Mail), Phone: strings.TrimSpace(typed[kind].Phone)}
		if !all && one == (saml.Contact{Type: kind}) {
			continue
		}
		for name, value := range map[string]string{"name": one.Name, "mail": one.Mail, "phone": one.Phone} {
			switch field := kind + "_" + name; {
			case value == "":
				wrong.Add(field, "field.required")
			case len(value) > maxLine:
				wrong.Add(field, "field.too_long", "max", maxLine)
			case name == "mail" && !mailAddress(value):
				wrong.Add(field, "email.invalid")
			case name == "phone" && strings.Trim(value, "+0123456789 -()") != "":
				wrong.Add(field, "connection.bad_phone")
			}
		}
		list = append(list, one)
	}
	return list
}

func mailAddress(s string) bool {
	parsed, err := mail.ParseAddress(s)
	return err == nil && parsed.Address == s
}

// readRoots takes the authorities by which the other party's server is known.
func readRoots(wrong *errs.Fields, typed string) string {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return ""
	}
	if list := certificates([]byte(typed)); len(list) == 0 || len(typed) > maxRoots {
		wrong.Add("roots", "connection.bad_roots")
	}
	return typed
}

// certificates reads those of a text that is PEM of certificates and nothing else; nil when it is not.
func certificates(text []byte) []*x509.Certificate {
	var list []*x509.Certificate
	for block, rest := pem.Decode(text); ; block, rest = pem.Decode(rest) {
		if block == nil {
			if strings.TrimSpace(string(rest)) != "" {
				return nil
			}
			return list
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if block.Type != "CERTIFICATE" || err != nil {
			return nil
		}
		list = append(list, one)
	}
}
