package world

import (
	"voordeur/internal/client"
	"voordeur/internal/tenant"
)

func municipality() office {
	return office{
		id: "gemeente", name: "Gemeente Waterland aan Zee", domain: "waterlandaanzee.example", handler: "Noor Bakker", colleague: "Tom de Graaf", admin: "Ro Beheer", deputy: "Kim Beheer", theme: blue,
		street: "Raadhuisplein 1", postcode: "1141 ZA Waterland aan Zee", phone: "0299 12 34 50", second: "0299 12 34 51", kvk: "00000303", labels: cases(),
		statuses: []tenant.Status{
			status("received", "Ontvangen", "Received", false), status("in_progress", "In behandeling", "In progress", false), status("more", "Wacht op uw aanvulling", "Waiting for you", false),
			status("granted", "Toegekend", "Granted", true), status("refused", "Afgewezen", "Refused", true), status("closed", "Afgehandeld", "Completed", true),
		},
		progress: []tenant.ProgressTemplate{
			steps("vergunning", "Omgevingsvergunning", "Aanvraag ontvangen", "Aanvraag controleren", "Buren op de hoogte brengen", "Commissie om advies vragen", "Besluit nemen", "Besluit publiceren"),
			steps("paspoort", "Paspoort of identiteitskaart", "Afspraak maken", "Aanvragen", "Klaarleggen bij de balie", "Ophalen"),
			steps("melding", "Melding openbare ruimte", "Melding ontvangen", "Bekijken", "Oplossen"),
		},
		clients: []person{yilmaz(), veenstra(), hoekstra()}, types: municipalTypes(), later: asAtTheDesk,
		forms: []string{"melding_openbare_ruimte", "kapvergunning", "parkeerkaart"}, products: []sold{streetReport(), fellingPermit("omgevingsvergunning"), parkingCard()},
		acting: []acting{},
	}
}

// withNumbers lets a municipality use the numbers of citizens.
func withNumbers(s *tenant.Settings) {
	s.BSN = "Wet algemene bepalingen burgerservicenummer, artikel 10"
}

// asAtTheDesk has residents say what they add to a case, as the manual of a large municipality wants it (D41).
func asAtTheDesk(s *tenant.Settings) {
	withNumbers(s)
	s.Messaging = tenant.AsNotes
	s.Upload = tenant.UploadRule{Routes: []string{tenant.InDossier}, Required: []string{tenant.FieldType, tenant.FieldTitle}}
}

// asAtTheCounter lets them add something with no more than a file (E19).
func asAtTheCounter(s *tenant.Settings) {
	withNumbers(s)
	s.Messaging = tenant.AsNotes
	s.Upload = tenant.UploadRule{Routes: []string{tenant.InDossier}}
}

func yilmaz() person {
	return person{
		kind: client.Person, name: "mevrouw A. Yilmaz", salutation: "mevrouw", email: "a.yilmaz@post.example", greeting: "Geachte mevrouw Yilmaz,", signs: "A. Yilmaz", address: []string{"Dijkstraat 21", "1141 BC Waterland aan Zee"},
		dossiers: []story{
			{
				number: "Z-2026-0117", title: "Omgevingsvergunning dakkapel", kind: "omgevingsvergunning", path: []beat{at(29, "toets", "Klopt de tekening met het bestemmingsplan?"), at(26, "in-behandeling", ""), at(22, "aanvullen", "Wilt u een foto sturen van de achterkant van uw huis?"), at(19, "in-behandeling", "Wij beoordelen uw aanvraag.")}, opened: 30,
				papers: []paper{
					post(29, "Ontvangstbevestiging.pdf", letter("Wij hebben uw aanvraag ontvangen", "U vraagt een vergunning voor een dakkapel aan de achterkant van uw huis. Wij beslissen binnen acht weken. Dat mag één keer zes weken langer duren.")).seen(),
					file(28, "Beschrijving bouwplan.pdf", drawing).seen(), post(3, "Uitnodiging commissie.pdf", letter("De commissie bespreekt uw plan", "De commissie omgevingskwaliteit bespreekt uw plan op {+6} om 14.00 uur in het gemeentehuis. U mag erbij zijn en u mag iets zeggen. Het hoeft niet.")),
				},
				said: []said{
					write(22, "Wij missen een foto", "Wilt u een foto sturen van de achterkant van uw huis? Dan ziet de commissie hoe de dakkapel past bij de buren.").seen(),
					answer(20, "Hierbij de foto en een tekening van de aannemer.", attachment{"Tekening aannemer.pdf", scanned("Dakkapel Dijkstraat 21", "Schaal 1 : 50. Aanzicht achtergevel.", "", "Breedte 2800, hoogte 1450.", "Voorbeeldtekening.")}),
				},
			},
			{
				number: "Z-2026-0098", title: "Paspoort", kind: "paspoort", path: []beat{at(38, "in-behandeling", ""), at(31, "opgehaald", "U heeft uw paspoort opgehaald.")}, opened: 40,
				said: []said{write(34, "Uw paspoort ligt klaar", "U kunt uw paspoort ophalen bij de balie. Neem uw oude paspoort mee. U hoeft geen afspraak te maken.").seen()},
			},
			{number: "Z-2026-0131", title: "Melding: lantaarnpaal brandt niet", kind: "melding", opened: 2},
		},
	}
}

func veenstra() person {
	return person{
		kind: client.Person, name: "de heer H. Veenstra", salutation: "de heer", email: "h.veenstra@post.example", mails: true, greeting: "Geachte heer Veenstra,", signs: "H. Veenstra", address: []string{"Zeeweg 104", "1141 GH Waterland aan Zee"},
		dossiers: []story{
			{
				number: "Z-2026-0089", title: "Kapvergunning kastanje", kind: "omgevingsvergunning", path: []beat{at(43, "in-behandeling", "De boomdeskundige komt kijken."), at(6, "besluit", "U mag de boom kappen.").ends("verleend", "Plant binnen twee jaar een nieuwe boom terug in uw tuin.")}, opened: 45,
				papers: []paper{post(6, "Besluit kapvergunning.pdf", decision("toestemming om de kastanjeboom in uw voortuin te kappen", "U mag de boom kappen. U plant binnen twee jaar een nieuwe boom terug in uw tuin.", []cost{{"Behandelen van de aanvraag", 12450}, {"Advies van de boomdeskundige", 8600}},
					"De boom is ziek en kan omvallen. Een deskundige heeft dat vastgesteld. De boom staat dicht bij de stoep, en dat is gevaarlijk.", "- Er zijn geen bezwaren van de buren.\n- Er zitten geen nesten in de boom.\n- Vleermuizen wonen er niet."))},
				said: []said{ask(30, "Hoe lang duurt het nog?", "De boom verliest takken. Kan het sneller?").seen(), reply(28, "Wij begrijpen uw zorg. De boomdeskundige komt op {-25} kijken. Zet intussen niets onder de boom.").seen()},
			},
			{
				number: "Z-2026-0125", title: "Gehandicaptenparkeerkaart", kind: "gehandicaptenparkeerkaart", path: []beat{at(13, "aanvullen", "Wij wachten op de verklaring van uw arts.")}, opened: 14,
				papers: []paper{post(13, "Wat wij nog missen.pdf", letter("Wij missen nog een verklaring", "Voor uw parkeerkaart hebben wij een verklaring van uw arts nodig. Heeft u die vóór {+10} gestuurd, dan beslissen wij binnen vier weken."))},
				said:   []said{write(13, "Een verklaring van uw arts", "Wilt u de verklaring als foto of pdf meesturen met een bericht?")},
				wanted: []want{forTheParkingCard()},
			},
		},
	}
}

// hoekstra reported a few things, so long ago that they need not be kept any more.
func hoekstra() person {
	mended := func(number, title, done string, days int) story {
		return story{
			number: number, title: "Melding: " + title, kind: "melding", path: []beat{at(days+3, "in-behandeling", ""), at(days, "opgelost", done)}, opened: days + 5,
			papers: []paper{post(days, "Uw melding.pdf", letter("Uw melding is opgelost", done+" Dank u wel voor uw melding."))},
		}
	}
	return person{
		kind: client.Person, name: "mevrouw B. Hoekstra", salutation: "mevrouw", email: "b.hoekstra@post.example", greeting: "Geachte mevrouw Hoekstra,", signs: "B. Hoekstra", address: []string{"Molenpad 3", "1141 HK Waterland aan Zee"},
		dossiers: []story{
			mended("Z-2026-0007", "tak over het fietspad", "De tak is weg.", 87),
			mended("Z-2026-0008", "bank in het park is stuk", "De bank is gemaakt.", 85),
			mended("Z-2026-0009", "losse putdeksel", "De deksel ligt weer vast.", 84),
		},
	}
}

func counter() office {
	return office{
		id: "eloket", name: "Gemeente Heuvelrijk", domain: "heuvelrijk.example", handler: "Iris Smeets", colleague: "Bart Kuipers", admin: "Mo Beheer", theme: teal,
		street: "Kerkplein 5", postcode: "6301 AB Heuvelrijk", phone: "043 123 45 60", second: "043 123 45 61", kvk: "00000404", labels: cases(),
		statuses: []tenant.Status{status("received", "Ontvangen", "Received", false), status("in_progress", "In behandeling", "In progress", false), status("closed", "Afgehandeld", "Completed", true)},
		progress: []tenant.ProgressTemplate{steps("aanvraag", "Aanvraag via het loket", "Aanvraag ontvangen", "Aanvraag controleren", "Beoordelen", "Besluit sturen")},
		clients:  []person{peters(), runners()}, types: counterTypes(), later: asAtTheCounter,
		forms: []string{"melding_openbare_ruimte", "kapvergunning"}, products: []sold{streetReport(), fellingPermit("vergunning")},
	}
}

func peters() person {
	return person{
		kind: client.Person, name: "de heer J. Peters", salutation: "de heer", email: "j.peters@post.example", greeting: "Geachte heer Peters,", signs: "J. Peters", address: []string{"Bergstraat 9", "6301 CD Heuvelrijk"},
		dossiers: []story{
			{
				number: "HR-26-5521", title: "Melding losliggende stoeptegel", kind: "melding", path: []beat{at(24, "in-behandeling", ""), at(19, "opgelost", "De tegel ligt weer vast.")}, opened: 25,
				said: []said{write(19, "Uw melding is opgelost", "De tegel ligt weer vast. Dank u wel voor uw melding.").seen()},
			},
			{
				number: "HR-26-5604", title: "Parkeervergunning voor bewoners", kind: "vergunning", path: []beat{at(7, "in-behandeling", ""), at(6, "aanvullen", "Wilt u een kopie sturen van het leasecontract?"), at(4, "in-behandeling", "Wij controleren uw kenteken.")}, opened: 8,
				papers: []paper{post(7, "Ontvangstbevestiging.pdf", letter("Wij hebben uw aanvraag ontvangen", "U vraagt een parkeervergunning aan voor zone B. Wij beslissen binnen twee weken."))},
				said:   []said{write(6, "Kopie van uw kenteken", "De auto staat niet op uw naam. Wilt u een kopie sturen van het leasecontract?"), answer(4, "Hierbij het contract van mijn werkgever.", attachment{"Leasecontract.pdf", scanned("Leasecontract (uittreksel)", "Berijder: J. Peters", "Kenteken: XX-999-X (voorbeeld)", "Looptijd: 48 maanden")})},
			},
			{number: "HR-26-5610", title: "Uittreksel uit de Basisregistratie Personen", kind: "uittreksel", opened: 1},
		},
	}
}

func runners() person {
	return person{
		kind: client.Company, name: "Atletiekvereniging Heuvellopers", email: "bestuur@heuvellopers.example", greeting: "Geacht bestuur,", signs: "Marieke Janssen, Heuvellopers", address: []string{"Sportlaan 2", "6301 EF Heuvelrijk"},
		dossiers: []story{
			{
				number: "HR-26-5580", title: "Evenementenvergunning Heuvelloop", kind: "vergunning", path: []beat{at(16, "in-behandeling", "De politie en de brandweer geven advies.")}, opened: 18,
				papers: []paper{
					post(17, "Ontvangstbevestiging.pdf", letter("Wij hebben uw aanvraag ontvangen", "U vraagt een vergunning voor de Heuvelloop op {+45}. Wij vragen advies aan de politie, de brandweer en de GGD.")).seen(),
					file(3, "Conceptbesluit.pdf", decision("een vergunning voor de Heuvelloop", "Wij zijn van plan de vergunning te geven. Dit is een concept: u kunt nog reageren.", []cost{{"Behandelen van de aanvraag", 32450}},
						"De route is veilig en de wegen zijn maar kort afgesloten.", "- Er zijn genoeg verkeersregelaars.\n- De ambulance kan overal komen.\n- U ruimt dezelfde dag op.")),
				},
				said:   []said{write(10, "Verkeersregelaars", "Hoeveel verkeersregelaars heeft u? De politie vraagt er twaalf.").seen(), answer(9, "Wij hebben er veertien. De lijst volgt.").seen()},
				wanted: []want{forTheRun()},
			},
			{
				number: "HR-26-5433", title: "Subsidie jeugdsport", kind: "vergunning", path: []beat{at(55, "in-behandeling", ""), at(33, "besluit", "").ends("verleend", "De subsidie is toegekend en betaald.")}, opened: 60,
				papers: []paper{post(33, "Besluit subsidie.pdf", decision("een subsidie voor jeugdsport", "U krijgt een subsidie van € 4.000,00. Het bedrag staat binnen twee weken op uw rekening.", nil, "Uw plan past bij ons beleid om kinderen te laten sporten.")).seen()},
			},
		},
	}
}
