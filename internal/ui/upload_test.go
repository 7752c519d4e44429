package ui

import (
	"testing"

	"voordeur/internal/i18n"
)

func TestTheRuleOfFilesIsASentence(t *testing.T) {
	for _, c := range []struct {
		extensions []string
		lang       i18n.Lang
		want       string
	}{
		{[]string{"pdf", "doc", "docx", "xls", "xlsx", "odt", "ods", "txt", "jpg", "png"}, i18n.NL, "Pdf, Word, Excel, tekst of foto, tot 50 MB per bestand."},
		{[]string{"pdf", "docx", "jpg"}, i18n.EN, "PDF, Word or photo, up to 50 MB a file."},
		{[]string{"ods", "pdf"}, i18n.NL, "Rekenblad of pdf, tot 50 MB per bestand."},
		{[]string{"pdf"}, i18n.NL, "Pdf, tot 50 MB per bestand."},
	} {
		if got := (Upload{Texts: i18n.For(c.lang, nil), MaxMB: 50, Extensions: c.extensions}).rule(); got != c.want {
			t.Errorf("%v: %q, want %q", c.extensions, got, c.want)
		}
	}
}
