package identity

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"voordeur/internal/i18n"
	"voordeur/internal/tenant"
)

// oneText is how many characters of the plain alphabet one text message holds.
const oneText = 160

// plainAlphabet are the characters of GSM 03.38 that take one place. One other in a message makes it hold 70 instead of 160.
const plainAlphabet = "@£$¥èéùìòÇØøÅåÆæßÉ !\"#%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

// plainly writes a name with the letters that a text message has: ë becomes e, what has no such letter a hyphen.
func plainly(name string) string {
	var b strings.Builder
	for _, r := range name {
		if strings.ContainsRune(plainAlphabet, r) {
			b.WriteRune(r)
			continue
		}
		base := []rune(norm.NFD.String(string(r)))[0]
		switch {
		case unicode.Is(unicode.Mn, r): // an accent that stands by itself
		case strings.ContainsRune(plainAlphabet, base):
			b.WriteRune(base)
		default:
			b.WriteByte('-')
		}
	}
	return b.String()
}

// cut keeps a name to so many characters.
func cut(name string, most int) string {
	r := []rune(name)
	if len(r) <= most {
		return name
	}
	return strings.TrimSpace(string(r[:most-2])) + ".."
}

// text is the message that carries the code of a statement: it says to what one agrees, or not, and fits one text message,
// however long the names are.
func (m Statement) text(texts *i18n.Texts, office, code string) string {
	what, whose, by := plainly(m.What), plainly(m.Whose), plainly(office)
	for most := oneText; ; most-- {
		body := texts.T("sms.approve."+m.Choice, "code", code, "what", cut(what, most), "whose", cut(whose, most), "office", cut(by, most))
		if len([]rune(body)) <= oneText || most <= 12 {
			return body
		}
	}
}

// message is what is sent with the code of an act: a text, or what a voice reads, digit by digit.
func (a act) message(t *tenant.Tenant, lang i18n.Lang, code string, aloud bool) (body, voice string) {
	texts := t.Texts(lang)
	if a.purpose != forApproval {
		return wording(t, lang, a.purpose, code, aloud)
	}
	if aloud {
		return texts.T("sms.spoken.approve."+a.about.Choice, "office", t.Name, "what", a.about.What, "whose", a.about.Whose, "code", digits(code)), voices[texts.Lang()]
	}
	return a.about.text(texts, t.Name, code), ""
}
