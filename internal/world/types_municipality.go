package world

import (
	"voordeur/internal/dossiertype"
	"voordeur/internal/i18n"
)

// beat is a status that a dossier of a story gets, so many working days before now.
type beat struct {
	days               int
	status, note       string
	result, resultText string
}

func at(days int, status, note string) beat { return beat{days: days, status: status, note: note} }

func (b beat) ends(result, text string) beat { b.result, b.resultText = result, text; return b }

func say(nl, en string) dossiertype.Words { return dossiertype.Words{i18n.NL: nl, i18n.EN: en} }

// The statuses that the municipalities' types share, by key.
func arrived() dossiertype.Status {
	return dossiertype.Status{
		Key: "ontvangen", Name: say("Ontvangen", "Received"), Portal: true, Colour: dossiertype.Info, Term: 3,
		Text: say("Wij hebben uw aanvraag ontvangen. Wij kijken nu of alles erbij zit.", "We have received your application. We are checking whether it is complete."),
	}
}

func examined() dossiertype.Status {
	return dossiertype.Status{Key: "toets", Name: say("Interne toets", "Internal check"), Colour: dossiertype.Neutral}
}

func underway(nl, en string) dossiertype.Status {
	return dossiertype.Status{Key: "in-behandeling", Name: say("In behandeling", "In progress"), Portal: true, Colour: dossiertype.Info, Text: say(nl, en)}
}

func waiting() dossiertype.Status {
	return dossiertype.Status{
		Key: "aanvullen", Name: say("Wacht op aanvulling", "Waiting for the applicant"), Public: say("Wij wachten op u", "We are waiting for you"), Portal: true, Colour: dossiertype.Warning, Term: 10,
		Text:    say("Wij missen nog iets. Zodra wij het hebben, gaan wij verder.", "Something is missing. We go on as soon as we have it."),
		Expects: say("Stuur ons wat nog ontbreekt met een bericht.", "Send us what is missing with a message."),
	}
}

func done(key, nl, en string) dossiertype.Status {
	return dossiertype.Status{Key: key, Name: say(nl, en), Portal: true, Final: true, Colour: dossiertype.Success}
}

func kindOf(key string, name, explain dossiertype.Words, term int, statuses ...dossiertype.Status) dossiertype.Definition {
	return dossiertype.Definition{
		Key: key, Name: name, Explain: explain, Portal: true, Threshold: dossiertype.CaseConfidential, Offered: true, Rank: dossiertype.CaseConfidential,
		Term: term, Progress: dossiertype.ByTimeline, Statuses: statuses, Documents: papersOf(),
	}
}

// kept is a type with how long its dossiers are kept, as a selection list has it.
func kept(term dossiertype.Retention, d dossiertype.Definition) dossiertype.Definition {
	d.Retention = term
	return d
}

// papersOf are the kinds of documents of a type: those that are for it alone, between those that all have.
func papersOf(own ...dossiertype.DocumentType) []dossiertype.DocumentType {
	out := append([]dossiertype.DocumentType{delivered("aanvraag", "Aanvraag", "Application")}, own...)
	return append(out, delivered("machtiging", "Machtiging", "Authorisation"), dossiertype.Other(),
		dossiertype.DocumentType{Key: "besluit", Name: say("Besluit", "Decision")})
}

func delivered(key, nl, en string) dossiertype.DocumentType {
	return dossiertype.DocumentType{Key: key, Name: say(nl, en), Deliver: true}
}

func needed(key string, name, explain dossiertype.Words) dossiertype.DocumentType {
	return dossiertype.DocumentType{Key: key, Name: name, Explain: explain, Deliver: true, Required: true}
}

// proof is a copy of an identity document.
func proof() dossiertype.DocumentType {
	return dossiertype.DocumentType{
		Key: "kopie-legitimatie", Name: say("Kopie legitimatie", "Copy of identity document"), Deliver: true,
		Explain: say("Streep uw burgerservicenummer door. Zet erop dat het een kopie is, en voor wie.", "Cross out your citizen service number. Write that it is a copy, and for whom."),
	}
}

func decided() []dossiertype.Result {
	return []dossiertype.Result{
		{Key: "verleend", Name: say("Toegekend", "Granted"), Text: say("U krijgt wat u heeft aangevraagd.", "You get what you applied for."), Retention: "P20Y"},
		{Key: "geweigerd", Name: say("Afgewezen", "Refused"), Text: say("U krijgt niet wat u heeft aangevraagd. Bent u het er niet mee eens? U kunt binnen zes weken bezwaar maken.", "You do not get what you applied for. If you disagree, you can object within six weeks."), Retention: "P5Y"},
		{Key: "ingetrokken", Name: say("Ingetrokken", "Withdrawn"), Retention: "P1Y"},
	}
}

// municipalTypes are those of Waterland aan Zee.
func municipalTypes() []dossiertype.Definition {
	permit := kindOf("omgevingsvergunning", say("Omgevingsvergunning", "Environmental permit"), say("Bouwen, verbouwen of kappen.", "Building, rebuilding or felling a tree."), 40,
		arrived(), examined(), underway("Een medewerker beoordeelt uw plan. De commissie geeft advies.", "A member of staff assesses your plan, and the committee gives advice."), waiting(), done("besluit", "Besluit genomen", "Decided"))
	permit.Results = decided()
	permit.Documents = papersOf(
		needed("situatietekening", say("Situatietekening", "Site plan"), say("Uw huis en de huizen ernaast, van boven gezien.", "Your house and the houses beside it, seen from above.")),
		delivered("foto", "Foto’s", "Photographs"), proof())
	card := kindOf("gehandicaptenparkeerkaart", say("Gehandicaptenparkeerkaart", "Disabled parking permit"), say("Parkeren dichtbij voor wie slecht loopt.", "Parking close by for those who have difficulty walking."), 30,
		arrived(), underway("Een arts kijkt naar uw aanvraag.", "A doctor looks at your application."), waiting(), done("besluit", "Besluit genomen", "Decided"))
	card.Results = decided()
	card.Documents = papersOf(
		needed("verklaring-arts", say("Verklaring van uw arts", "Statement of your doctor"), say("Niet ouder dan drie maanden.", "No older than three months.")), proof())
	return []dossiertype.Definition{
		kept("P10Y", permit), kept("P5Y", card),
		kept("P1Y", kindOf("paspoort", say("Paspoort of identiteitskaart", "Passport or identity card"), nil, 5,
			arrived(), underway("Uw document wordt gemaakt.", "Your document is being made."), done("opgehaald", "Opgehaald", "Collected"))),
		kept("P3M", kindOf("melding", say("Melding openbare ruimte", "Report about public space"), say("Iets op straat is stuk of vuil.", "Something in the street is broken or dirty."), 10,
			arrived(), underway("Wij gaan kijken en lossen het op.", "We come and see, and mend it."), done("opgelost", "Opgelost", "Solved"))),
	}
}

// counterTypes are those of Heuvelrijk.
func counterTypes() []dossiertype.Definition {
	permit := kindOf("vergunning", say("Vergunning", "Permit"), say("Parkeren, een evenement of iets anders waarvoor u toestemming nodig heeft.", "Parking, an event or something else that needs permission."), 40,
		arrived(), underway("Een medewerker beoordeelt uw aanvraag.", "A member of staff assesses your application."), waiting(), done("besluit", "Besluit genomen", "Decided"))
	permit.Results = decided()
	permit.Documents = papersOf(needed("situatietekening", say("Situatietekening", "Site plan"), nil), proof())
	return []dossiertype.Definition{
		permit,
		kindOf("uittreksel", say("Uittreksel", "Extract"), nil, 5, arrived(), underway("Wij maken uw uittreksel.", "We are making your extract."), done("verstuurd", "Verstuurd", "Sent")),
		kindOf("melding", say("Melding openbare ruimte", "Report about public space"), nil, 10, arrived(), underway("Wij gaan kijken en lossen het op.", "We come and see, and mend it."), done("opgelost", "Opgelost", "Solved")),
	}
}
