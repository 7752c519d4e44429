package saml

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// Namespaces.
const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsSignature = "http://www.w3.org/2000/09/xmldsig#"
	nsEncrypted = "http://www.w3.org/2001/04/xmlenc#"
	nsSOAP      = "http://schemas.xmlsoap.org/soap/envelope/"
)

// Limits of what is read.
const (
	maxMessage    = 256 << 10
	maxDepth      = 32
	maxElements   = 1000
	maxAttributes = 64 // of an element: to look for a namespace is a walk along them
)

var errXML = errors.New("not XML as it is read here")

// parse reads a message. It takes less than XML allows: no DTD, entity, comment, processing instruction or
// other character set, no attribute or id twice, no prefix without a namespace. Two readers of the same
// bytes then have nothing to differ about.
func parse(data []byte) (*etree.Element, error) {
	if len(data) > maxMessage {
		return nil, errXML
	}
	return read(data, false)
}

// read is parse, also for a document with comments, which text of an element never has.
func read(data []byte, comments bool) (*etree.Element, error) {
	doc := etree.NewDocument()
	doc.ReadSettings = etree.ReadSettings{
		PreserveDuplicateAttrs: true, MaxDepth: maxDepth,
		CharsetReader: func(string, io.Reader) (io.Reader, error) { return nil, errXML },
	}
	if err := doc.ReadFromBytes(data); err != nil {
		return nil, errXML
	}
	var root *etree.Element
	for i, token := range doc.Child {
		switch token := token.(type) {
		case *etree.Element:
			if root != nil {
				return nil, errXML
			}
			root = token
		case *etree.CharData:
			if strings.Trim(token.Data, " \t\r\n") != "" {
				return nil, errXML
			}
		case *etree.ProcInst:
			if i != 0 || token.Target != "xml" {
				return nil, errXML
			}
		case *etree.Comment:
			if !comments {
				return nil, errXML
			}
		default:
			return nil, errXML
		}
	}
	w := walk{left: maxElements, comments: comments, ids: map[string]bool{}}
	if root == nil || !w.plain(root) {
		return nil, errXML
	}
	return root, nil
}

// walk is a look at every element of a document.
type walk struct {
	left     int  // elements
	comments bool // are passed over
	ids      map[string]bool
}

// plain reports whether an element, and what is in it, is elements, attributes and text alone.
func (w *walk) plain(el *etree.Element) bool {
	if w.left--; w.left < 0 || len(el.Attr) > maxAttributes || el.NamespaceURI() == "" && el.Space != "" {
		return false
	}
	seen := map[string]bool{}
	for _, a := range el.Attr {
		name := a.Space + ":" + a.Key
		if seen[name] {
			return false
		}
		seen[name] = true
		if a.Space != "" && a.Space != "xmlns" && a.Space != "xml" && a.NamespaceURI() == "" {
			return false
		}
		// SAML writes ID, XML encryption Id, and others id or xml:id: what one reader takes for an id is one.
		if strings.EqualFold(a.Key, "id") && a.Space != "xmlns" {
			if a.Value == "" || w.ids[a.Value] {
				return false
			}
			w.ids[a.Value] = true
		}
	}
	for _, token := range el.Child {
		switch token := token.(type) {
		case *etree.Element:
			if !w.plain(token) {
				return false
			}
		case *etree.CharData:
		case *etree.Comment:
			if !w.comments {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// is reports whether el is that element; a nil one is not.
func is(el *etree.Element, ns, tag string) bool {
	return el != nil && el.Tag == tag && el.NamespaceURI() == ns
}

// children returns those of el with that name.
func children(el *etree.Element, ns, tag string) []*etree.Element {
	if el == nil {
		return nil
	}
	var found []*etree.Element
	for _, c := range el.ChildElements() {
		if is(c, ns, tag) {
			found = append(found, c)
		}
	}
	return found
}

// one returns the child of el with that name when there is exactly one, and nil otherwise.
func one(el *etree.Element, ns, tag string) *etree.Element {
	if found := children(el, ns, tag); len(found) == 1 {
		return found[0]
	}
	return nil
}

// attr returns the value of an attribute without a prefix; etree's own way takes one with any prefix.
func attr(el *etree.Element, name string) string {
	if el == nil {
		return ""
	}
	for _, a := range el.Attr {
		if a.Space == "" && a.Key == name {
			return a.Value
		}
	}
	return ""
}

// text returns all text of an element, without the blanks around it, and "" when there are elements in it.
func text(el *etree.Element) string {
	if el == nil {
		return ""
	}
	var b strings.Builder
	for _, token := range el.Child {
		data, ok := token.(*etree.CharData)
		if !ok {
			return ""
		}
		b.WriteString(data.Data)
	}
	return strings.TrimSpace(b.String())
}

// instant returns a time in an attribute, and the zero time when it has none.
func instant(el *etree.Element, name string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, attr(el, name))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// count returns how often an element is in a document. What is in Advice is another's evidence, which nothing
// here reads.
func count(el *etree.Element, ns, tag string) int {
	n := 0
	if is(el, ns, tag) {
		n++
	}
	for _, c := range el.ChildElements() {
		if !is(c, nsAssertion, "Advice") {
			n += count(c, ns, tag)
		}
	}
	return n
}

// bytesOf writes a message of ours as it was signed.
func bytesOf(el *etree.Element) ([]byte, error) {
	doc := etree.NewDocument()
	doc.WriteSettings = etree.WriteSettings{CanonicalAttrVal: true, CanonicalEndTags: true, CanonicalText: true}
	doc.SetRoot(el)
	return doc.WriteToBytes()
}

// add makes an element in another: its name with the prefix, then names and values of attributes.
func add(to *etree.Element, tag string, attrs ...string) *etree.Element {
	el := to.CreateElement(tag)
	for i := 0; i+1 < len(attrs); i += 2 {
		el.CreateAttr(attrs[i], attrs[i+1])
	}
	return el
}
