package world

import (
	"strings"

	"voordeur/internal/dossiertype"

	"voordeur/internal/access"

	"voordeur/internal/i18n"
	"voordeur/internal/tenant"
)

// account is somebody of a client; rights are those of an extra account, 0 for all but that over users.
type account struct {
	name, email string
	rights      access.Rights
}

type person struct {
	kind, name, salutation, email, number string
	greeting, signs                       string   // "Geachte mevrouw De Wit,", "C. de Wit"
	address                               []string // street; postcode and place
	extra                                 []account
	lost                                  []account // invited lately, at an address that does not exist
	mails                                 bool      // wants an e-mail of everything new
	mobile                                string    // the first account's second factor, "" for none
	byLetter                              bool      // has no e-mail address, and a letter that waits to be printed
	pin                                   bool      // gets a letter with a PIN, which waits to be printed
	dossiers                              []story
}

type office struct {
	id, name, domain, handler, colleague, admin string
	street, postcode, phone, second, kvk        string
	deputy                                      string // a second administrator, "" for none
	theme                                       tenant.Theme
	statuses                                    []tenant.Status
	progress                                    []tenant.ProgressTemplate
	types                                       []dossiertype.Definition
	made                                        map[string]string // the ids of the types by key
	forms                                       []string          // names of the samples that it uses
	products                                    []sold            // what the e-loket offers; nil where the office has none
	labels                                      map[i18n.Lang]map[string]string
	clients                                     []person
	later                                       func(*tenant.Settings) // what the office chose once the first clients were in
	acting                                      []acting               // who acts for whom; nil where the office has that switched off
	accords                                     []accord               // that the office has clients approve
}

// acting is somebody who acts for a client of the same office; the office has seen the proof. from and until are
// working days before now, the latter 0 for no end.
type acting struct {
	client, email, ground, proofKind, proof string // client is the name
	from, until                             int
}

func (o office) settings() tenant.Settings {
	s := tenant.DefaultSettings()
	own(o.id, &s)
	s.Modules[tenant.ModuleMandates] = o.acting != nil
	s.Modules[tenant.ModuleProducts] = o.products != nil
	s.Theme, s.Statuses, s.Progress, s.Labels = o.theme, o.statuses, o.progress, o.labels
	if len(o.types) > 0 {
		s.Overview, s.Documents.Layout = tenant.ByTiles, tenant.InList
	}
	s.Mail = tenant.MailSettings{From: "portaal@" + o.domain, FromName: o.name, Address: o.street + ", " + o.postcode}
	return s
}

// numbers are those of the office's dossiers, client by client.
func (o office) numbers() []string {
	var list []string
	for _, p := range o.clients {
		for _, st := range p.dossiers {
			list = append(list, st.number)
		}
	}
	return list
}

// city is what stands behind the postcode.
func (o office) city() string { return o.postcode[len("3511 AB "):] }

var (
	green = tenant.Theme{Palette: tenant.Palette{HeaderGround: "#17463a", HeaderText: "#ffffff", Accent: "#1e5a46", OnAccent: "#ffffff", Tint: "#e7f0ea"}}
	blue  = tenant.Theme{Palette: tenant.Palette{HeaderGround: "#0d3f6b", HeaderText: "#ffffff", Accent: "#0f4c81", OnAccent: "#ffffff", Tint: "#e5eef6"}}
	plum  = tenant.Theme{Palette: tenant.Palette{HeaderGround: "#5f2042", HeaderText: "#ffffff", Accent: "#7b2d55", OnAccent: "#ffffff", Tint: "#f6e9f0"}}
	slate = tenant.Theme{Palette: tenant.Palette{HeaderGround: "#2f3a45", HeaderText: "#ffffff", Accent: "#35506b", OnAccent: "#ffffff", Tint: "#e9eef3"}}
	teal  = tenant.Theme{Palette: tenant.Palette{HeaderGround: "#0b4a4f", HeaderText: "#ffffff", Accent: "#0f5d63", OnAccent: "#ffffff", Tint: "#e3f0f1"}}
)

// offices are the five tenants; what differs between them is settings and data.
func offices() []office {
	n := notary()
	n.clients = append(n.clients, visser())
	return []office{n, accountant(), municipality(), counter(), homeCare()}
}

func status(id, nl, en string, closed bool) tenant.Status {
	return tenant.Status{ID: id, Name: map[i18n.Lang]string{i18n.NL: nl, i18n.EN: en}, Closed: closed}
}

func steps(id, name string, titles ...string) tenant.ProgressTemplate {
	return tenant.ProgressTemplate{ID: id, Name: name, Steps: titles}
}

// inWords returns labels that say something else than "dossier" wherever the built-in texts do.
func inWords(nl, en []string) map[i18n.Lang]map[string]string {
	labels := map[i18n.Lang]map[string]string{}
	for lang, words := range map[i18n.Lang][]string{i18n.NL: nl, i18n.EN: en} {
		own, r := map[string]string{}, strings.NewReplacer(words...)
		for key, text := range i18n.Keys(lang) {
			if other := r.Replace(text); other != text {
				own[key] = other
			}
		}
		labels[lang] = own
	}
	return labels
}

// cases are the words of a municipality.
func cases() map[i18n.Lang]map[string]string {
	return inWords([]string{
		"Dossiers", "Zaken", "dossiers", "zaken", "Dossiernummer", "Zaaknummer", "dossiernummer", "zaaknummer",
		"Het dossier", "De zaak", "het dossier", "de zaak", "Dit dossier", "Deze zaak", "dit dossier", "deze zaak",
		"Nieuw dossier", "Nieuwe zaak", "nieuw dossier", "nieuwe zaak", "Dossier", "Zaak", "dossier", "zaak",
	},
		[]string{"Dossiers", "Cases", "dossiers", "cases", "Dossier", "Case", "dossier", "case"})
}
