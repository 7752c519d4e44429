package eid

import "strings"

// levels are the names that the levels have in the profiles, in lower case: they are written in both.
var levels = map[string]Level{
	// DigiD SAML 3.x.
	"urn:oasis:names:tc:saml:2.0:ac:classes:passwordprotectedtransport": Basic,
	"urn:oasis:names:tc:saml:2.0:ac:classes:mobiletwofactorcontract":    Medium,
	"urn:oasis:names:tc:saml:2.0:ac:classes:smartcard":                  Substantial,
	"urn:oasis:names:tc:saml:2.0:ac:classes:smartcardpki":               High,
	// eID SAML 4.4 and eIDAS.
	"http://eid.logius.nl/loa/basic":         Basic,
	"http://eidas.europa.eu/loa/low":         Medium,
	"http://eidas.europa.eu/loa/substantial": Substantial,
	"http://eidas.europa.eu/loa/high":        High,
	// eToegang.
	"urn:etoegang:core:assurance-class:loa2":     Basic,
	"urn:etoegang:core:assurance-class:loa2plus": Medium,
	"urn:etoegang:core:assurance-class:loa3":     Substantial,
	"urn:etoegang:core:assurance-class:loa4":     High,
	// What brokers make of them.
	"10": Basic, "20": Medium, "25": Substantial, "30": High,
	"basis": Basic, "midden": Medium, "substantieel": Substantial, "hoog": High,
	"low": Medium, "substantial": Substantial, "high": High,
	"loa2": Basic, "loa2plus": Medium, "loa3": Substantial, "loa4": High,
}

// LevelOf returns the level of a name that one of the profiles or a broker has for it; an unknown name is none.
// Spaces around it do not count: DigiD's own examples have them.
func LevelOf(name string) Level { return levels[strings.ToLower(strings.TrimSpace(name))] }

// Levels are the levels, lowest first.
func Levels() []Level { return []Level{Basic, Medium, Substantial, High} }

// String names the level in settings and in the journal; texts for people are elsewhere.
func (l Level) String() string {
	switch l {
	case Basic:
		return "basic"
	case Medium:
		return "medium"
	case Substantial:
		return "substantial"
	case High:
		return "high"
	}
	return "none"
}

// kinds are the names that the profiles have for registers.
var kinds = map[string]Kind{
	"urn:etoegang:1.9:entityconcernedid:kvknr":                 KvK,
	"urn:etoegang:1.9:entityconcernedid:rsin":                  RSIN,
	"urn:etoegang:1.9:entityconcernedid:pseudo":                Pseudo,
	"urn:etoegang:1.12:entityconcernedid:bsn":                  BSN,
	"urn:etoegang:1.12:entityconcernedid:pseudoid":             Pseudo,
	"urn:etoegang:1.11:entityconcernedid:eidaslegalidentifier": EIDAS,
	"urn:nl-eid-gdi:1.0:id:legacy-bsn":                         BSN,
	"urn:nl-eid-gdi:1.0:id:bsn":                                BSN,
	"urn:nl-eid-gdi:1.0:id:pseudonym":                          Pseudo,
}

// KindOf returns the register of a name that one of the profiles has for it, "" for an unknown one.
func KindOf(name string) Kind { return kinds[strings.ToLower(strings.TrimSpace(name))] }
