package identity

import (
	"strings"
	"testing"

	"voordeur/internal/i18n"
)

func TestA24_TheMessageOfACodeFitsWhateverTheNames(t *testing.T) {
	long := strings.Repeat("Zeer lange naam ", 12)
	for _, lang := range i18n.Langs {
		for _, choice := range []string{"agree", "refuse"} {
			for _, m := range []Statement{
				{Choice: choice, What: "Jaarrekening 2025", Whose: "Holding BV"},
				{Choice: choice, What: long, Whose: "Holding BV"},
				{Choice: choice, What: "Jaarrekening 2025", Whose: long},
				{Choice: choice, What: long, Whose: long},
				{Choice: choice, What: "Financiën „Ω” 2025", Whose: "Çağla Öztürk"},
			} {
				body := m.text(i18n.For(lang, nil), long, "123456")
				if n := len([]rune(body)); n > oneText || !strings.HasPrefix(body, "123456 ") {
					t.Errorf("%d characters: %q", n, body)
				}
				if i := strings.IndexFunc(body, func(r rune) bool { return !strings.ContainsRune(plainAlphabet, r) }); i >= 0 {
					t.Errorf("not in the plain alphabet: %q", body[i:])
				}
			}
		}
	}
	if body := (Statement{Choice: "refuse", What: "Financiën 2025", Whose: "Holding BV"}).text(i18n.For(i18n.NL, nil), "Kantoor Vos", "123456"); !strings.Contains(body, "niet akkoord te gaan met 'Financien 2025' van Holding BV") {
		t.Errorf("%q", body)
	}
}
