package identity

import "strings"

// browsers and systems are what a user agent says of itself, the most telling first: nearly all call
// themselves Safari and Mozilla too.
var (
	browsers = [][2]string{
		{"Edg", "Edge"},
		{"OPR/", "Opera"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"},
		{"Version/", "Safari"},
	}
	systems = [][2]string{
		{"iPhone", "iPhone"},
		{"iPad", "iPad"},
		{"Android", "Android"},
		{"Windows", "Windows"},
		{"CrOS", "ChromeOS"},
		{"Mac OS X", "Mac"},
		{"Linux", "Linux"},
	}
)

// Agent is a kind of browser on a kind of system, by their own names; "" is one that is not known. It
// is all that is kept of a user agent: enough for an owner to know his own, too little to follow him.
type Agent struct{ Browser, System string }

// Browser reads the kind of browser from a user agent.
func Browser(userAgent string) Agent {
	return Agent{first(browsers, userAgent), first(systems, userAgent)}
}

func first(names [][2]string, s string) string {
	for _, n := range names {
		if strings.Contains(s, n[0]) {
			return n[1]
		}
	}
	return ""
}

func (a Agent) stored() string { return a.Browser + "|" + a.System }

func readAgent(stored string) Agent {
	browser, system, _ := strings.Cut(stored, "|")
	return Agent{browser, system}
}
