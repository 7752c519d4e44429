package homeweb

import "testing"

func TestHowSomebodyIsGreeted(t *testing.T) {
	for name, want := range map[string][2]string{
		"mevrouw C. de Wit":            {"madam", "De Wit"},
		"de heer J. Peters":            {"sir", "Peters"},
		"De heer P.J. van 't Hoff":     {"sir", "Van 't Hoff"},
		"dhr. mr. A. El Amrani":        {"sir", "El Amrani"},
		"Mevrouw Ökter":                {"madam", "Ökter"},
		"Fietsenmakerij De Ketting bv": {"", ""},
		"Kim Smit":                     {"", ""},
		"mevrouw C.":                   {"", ""},
		"de heer":                      {"", ""},
		"":                             {"", ""},
	} {
		if title, surname := addressed(name); title != want[0] || surname != want[1] {
			t.Errorf("%q is greeted as %s %q", name, title, surname)
		}
	}
}
