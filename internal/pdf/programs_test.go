package pdf_test

import (
	"os/exec"
	"strings"
	"testing"
)

// run runs a program that not every machine has and returns what it says.
func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed", program)
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}

func TestQpdfFindsNoFault(t *testing.T) {
	out := run(t, "qpdf", "--check", stored(t, write(t, everything(t))))
	if !strings.Contains(out, "No syntax or stream encoding errors found") || strings.Contains(out, "WARNING") {
		t.Error(out)
	}
}

func TestPdfinfoReadsTheStructureInOrder(t *testing.T) {
	path := stored(t, write(t, everything(t)))
	about := run(t, "pdfinfo", path)
	if !strings.Contains(about, "Tagged:          yes") || !strings.Contains(about, "Nota van afrekening (concept) – De Wit") {
		t.Error(about)
	}
	out := run(t, "pdfinfo", "-struct-text", path)
	rest := out
	for _, want := range []string{
		"Notariskantoor De Linde", "Mevrouw C. de Wit Lindelaan 12 3571 AB Utrecht", "Table", "TH", "Datum", "TD", "2 november 2026",
		"H1", "Nota van afrekening", "H2", "Wat u moet doen", "L (block)", "Lbl", "•", "LBody", "Lees het concept ✓", "9.", "Negen", "Link", "Naar het portaal",
		"Caption", "Kosten van de levering", "THead", "Omschrijving", "TBody", "Honorarium", "Totaal", "Figure", "Ondertekening", "P. van Houten verkoper",
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("%q does not come next in\n%s", want, rest)
		}
		rest = after
	}
	if strings.Contains(out, "Bladzijde") || strings.Contains(out, "Dossier 2026-01482") {
		t.Error("header or footer is read aloud")
	}
	if n := strings.Count(out, `"Toelichting"`); n != 1 {
		t.Errorf("the head of the table is read %d times", n)
	}
}

func TestPdftotextFindsWords(t *testing.T) {
	out := run(t, "pdftotext", "-layout", stored(t, write(t, everything(t))), "-")
	for _, want := range []string{"Bladzijde 1 van", "Dossier 2026-01482", "€ 74.080,00", "vragenlijst → terug"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
