package world

import (
	"voordeur/internal/client"
	"voordeur/internal/mandate"
	"voordeur/internal/passwords"
	"voordeur/internal/tenant"
)

func homeCare() office {
	return office{
		id: "thuiszorg", name: "Thuiszorg Dichtbij", domain: "dichtbij.example", handler: "Fatima el Amrani", colleague: "Kees Mulder", admin: "Li Beheer", theme: plum,
		street: "Molenstraat 77", postcode: "8011 KL Zwolle", phone: "038 123 45 60", second: "038 123 45 61", kvk: "00000505",
		labels: inWords([]string{"Dossiers", "Zorgdossiers", "dossiers", "zorgdossiers", "Dossiernummer", "Cliëntnummer", "dossiernummer", "cliëntnummer", "Dossier", "Zorgdossier", "dossier", "zorgdossier"},
			[]string{"Dossiers", "Care files", "dossiers", "care files", "Dossier", "Care file", "dossier", "care file"}),
		statuses: []tenant.Status{status("intake", "Aangemeld", "Registered", false), status("in_progress", "Zorg loopt", "Receiving care", false), status("paused", "Tijdelijk gestopt", "Paused", false), status("closed", "Beëindigd", "Ended", true)},
		progress: []tenant.ProgressTemplate{
			steps("start", "Zorg starten", "Aanmelding ontvangen", "Kennismaken", "Zorgplan maken", "Zorgplan tekenen", "Zorg starten"),
			steps("hulpmiddel", "Hulpmiddel", "Aanvragen", "Passen", "Leveren"),
		},
		clients: []person{jansen(), dekker(), bakker(), daughter()},
		acting:  []acting{{client: "de heer A. Dekker", email: "m.dekker@post.example", ground: mandate.Proxy, proofKind: "letter", proof: "Volmacht, getekend aan huis", from: 2}},
		later:   byLetter,
	}
}

// byLetter is how the manual of the home-care organisation lets clients in (C5-C11).
func byLetter(s *tenant.Settings) {
	s.Password = passwords.Rule{Min: 8, Upper: 1, Digit: 1, Special: 1, Forbidden: "?", Twice: true}
	s.Activation = tenant.Activation{Channel: tenant.ByLetter, After: tenant.SaveContact}
	s.Login.Organisation = true
}

// daughter has no care herself: she acts for her father.
func daughter() person {
	return person{kind: client.Person, name: "mevrouw M. Dekker", salutation: "mevrouw", email: "m.dekker@post.example", mails: true, greeting: "Beste mevrouw Dekker,", signs: "M. Dekker", address: []string{"Lijsterhof 22", "8021 EC Zwolle"}}
}

// bakker gets in with the letter that waits to be printed.
func bakker() person {
	return person{
		kind: client.Person, name: "mevrouw W. Bakker", salutation: "mevrouw", number: "tz-3350", byLetter: true, address: []string{"Wilgenpad 9", "8015 CX Zwolle"},
	}
}

func jansen() person {
	return person{
		kind: client.Person, name: "mevrouw G. Jansen", salutation: "mevrouw", email: "g.jansen@post.example", mails: true, greeting: "Beste mevrouw Jansen,", signs: "G. Jansen", address: []string{"Beukenhof 4", "8014 XA Zwolle"},
		dossiers: []story{
			{
				number: "TZ-3310", title: "Hulp bij het huishouden", status: "in_progress", note: "Uw hulp komt elke dinsdag om 13.00 uur.", template: "start", done: 5, opened: 60,
				papers: []paper{post(55, "Welkom.pdf", letter("Welkom bij Thuiszorg Dichtbij", "Fijn dat wij u mogen helpen. Uw vaste hulp heet Sonja. Zij komt elke dinsdagmiddag twee uur.", "Sonja heeft een pasje met haar foto. Laat nooit iemand binnen die zich niet kan legitimeren.")).seen()},
				said: []said{
					write(15, "Sonja heeft vakantie", "Sonja is er niet op {+6}. Die dag komt haar collega Hatice. Is dat goed?").seen(), answer(14, "Dat is goed. Hatice ken ik al.").seen(),
					ask(3, "Ramen", "Kan Sonja ook een keer de ramen doen aan de voorkant?"),
				},
			},
			{
				number: "TZ-3311", title: "Verpleging en verzorging", status: "in_progress", note: "Uw zorgplan is klaar. Wilt u het lezen?", template: "start", done: 3, opened: 20,
				papers: []paper{
					file(3, "Zorgplan.pdf", carePlan), post(18, "Indicatie.pdf", letter("Uw indicatie", "De wijkverpleegkundige heeft gekeken welke zorg u nodig heeft. U krijgt elke ochtend en avond hulp bij uw steunkousen, en twee keer per week hulp bij het douchen.", "U betaalt hiervoor niets zelf. De zorgverzekering betaalt.")).seen(),
					file(2, "Overleg team.pdf", letter("Overleg team, alleen voor medewerkers", "Sleutelkluisje bestellen. Dochter is eerste contactpersoon.")).office(),
				},
				said: []said{write(3, "Uw zorgplan staat klaar", "Het zorgplan staat bij „Documenten”. Lees het samen met uw dochter. Maandag bespreken wij het, en dan kunt u het tekenen.")},
			},
			{
				number: "TZ-3298", title: "Douchestoel", status: "closed", note: "De douchestoel is gebracht.", template: "hulpmiddel", done: 3, opened: 50, closed: 41,
				said: []said{write(41, "Uw douchestoel", "De douchestoel staat er. Zit hij goed? Bel ons als hij wiebelt.").seen()},
			},
		},
	}
}

func dekker() person {
	return person{
		kind: client.Person, name: "de heer A. Dekker", salutation: "de heer", email: "a.dekker@post.example", greeting: "Beste heer Dekker,", signs: "A. Dekker", address: []string{"Esdoornlaan 15", "8017 BV Zwolle"},
		dossiers: []story{
			{
				number: "TZ-3342", title: "Zorg na uw operatie", status: "intake", note: "Wij maken een afspraak om kennis te maken.", template: "start", done: 1, opened: 3,
				said: []said{write(2, "Kennismaken", "U komt {+5} thuis uit het ziekenhuis. Wij komen graag de dag daarna bij u langs. Past 10.00 uur?")},
			},
			{
				number: "TZ-3120", title: "Tijdelijke hulp bij medicijnen", status: "closed", note: "U doet het weer zelf. Mooi zo.", template: "start", done: 5, opened: 80, closed: 58,
				papers: []paper{file(70, "Zorgplan.pdf", carePlan).seen()}, said: []said{write(59, "Wij stoppen met de hulp", "U neemt uw medicijnen weer zelf in. Daarom stopt onze hulp. Gaat het toch niet goed? Bel ons gerust.").seen()},
			},
		},
	}
}
