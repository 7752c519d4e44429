package world

import (
	"voordeur/internal/client"
	"voordeur/internal/form"
	"voordeur/internal/tenant"
)

func notary() office {
	return office{
		id: "notaris", name: "Notariskantoor De Linde", domain: "delinde.example", handler: "Sanne Verhoeven", colleague: "Jan Terpstra", admin: "Bea Beheer", theme: green,
		street: "Lindelaan 1", postcode: "3511 AB Utrecht", phone: "030 123 45 60", second: "030 123 45 61", kvk: "00000101",
		statuses: tenant.DefaultSettings().Statuses, forms: []string{"koopovereenkomst", "huwelijkse_voorwaarden", "testament"},
		progress: []tenant.ProgressTemplate{
			steps("levering", "Aankoop van een woning", "Opdracht ontvangen", "Gegevens controleren", "Kadaster raadplegen", "Waarborgsom ontvangen", "Vragenlijst invullen",
				"Hypotheekstukken ontvangen", "Concept van de akte sturen", "Nota van afrekening sturen", "Akte tekenen", "Akte inschrijven"),
			steps("testament", "Testament", "Gesprek voeren", "Concept sturen", "Akkoord ontvangen", "Akte tekenen", "Inschrijven in het testamentenregister"),
		},
		clients: []person{deWit(), vanHouten(), smit()},
	}
}

func idCard() attachment { return attachment{"identiteitskaart.jpg", photograph} }

func deWit() person {
	return person{
		kind: client.Person, name: "mevrouw C. de Wit", salutation: "mevrouw", email: "c.dewit@post.example", number: "1482",
		greeting: "Geachte mevrouw De Wit,", signs: "C. de Wit", address: []string{"Kanaalstraat 48", "3531 CJ Utrecht"},
		dossiers: []story{
			{
				number: "2026-01482", title: "Aankoop woning Lindelaan 12", status: "in_progress", note: "Wij wachten op uw vragenlijst. Daarna maken wij de leveringsakte op.", template: "levering", done: 4, opened: 24,
				papers: []paper{
					post(23, "Opdrachtbevestiging.pdf", engagement).seen(), post(15, "Brief over de planning.pdf", planning).seen(),
					post(12, "Waarborgsom ontvangen.pdf", letter("De waarborgsom is binnen", "De bankgarantie van tien procent is op onze rekening gekomen. U hoeft niets te doen.", "Na de levering vervalt de garantie vanzelf.")).seen(),
					file(4, "Concept akte.pdf", conveyance("Het woonhuis met tuin aan de Lindelaan 12 te Utrecht", "gemeente Utrecht, sectie D, nummer 4821, groot 1 are en 62 centiare", "de heer M. Okonkwo", 389_500_00)),
					file(2, "Nota van afrekening.xlsx", workbook(fees...)),
					file(3, "Werkversie.pdf", letter("Werkversie, alleen voor kantoor", "Nog nakijken: de achterom staat niet op de kadastrale kaart. Vraag het Kadaster om de oude akte.", "De verkoper tekent op {+24} om 10.00 uur, de koper om 10.30 uur.")).office(),
				},
				asked: []asked{{days: 2, form: "koopovereenkomst"}},
				said: []said{
					write(22, "Welkom bij ons kantoor", "Gefeliciteerd met de koop van de woning aan de Lindelaan 12. Uw dossier is geopend. In dit portaal leest u waar wij mee bezig zijn en wat wij van u nodig hebben.\n\nIn de opdrachtbevestiging staat wat het kost.").seen(),
					answer(21, "Dank u wel. Ik kan alles goed vinden. Ik ga akkoord met de opdrachtbevestiging.").seen(),
					write(12, "Wat wij nog van u nodig hebben", "Wilt u ons een kopie van uw identiteitskaart sturen? Een foto met uw telefoon is goed, als alles leesbaar is.\n\nDe waarborgsom van uw bank is binnen. Daar hoeft u niets meer voor te doen.").seen(),
					answer(11, "In de bijlage vindt u de foto van mijn kaart. Is het zo scherp genoeg?", idCard()),
					write(4, "Het concept van de akte staat klaar", "Het concept van de leveringsakte staat bij „Documenten”. Wilt u het lezen en ons vóór {+7} laten weten of het klopt? Let vooral op uw naam, uw adres en de koopsom."),
					write(2, "De vragenlijst", "Wij missen nog een paar antwoorden: gaat u zelf in de woning wonen, en heeft u eerder een huis gehad? Dat hebben wij nodig voor de overdrachtsbelasting. U mag uw antwoord gewoon hieronder typen."),
				},
			},
			{
				number: "2026-01483", title: "Hypotheek Lindelaan 12", status: "in_progress", note: "De stukken van uw bank zijn binnen.", template: "levering", done: 6, opened: 22,
				papers: []paper{
					post(21, "Opdrachtbevestiging.pdf", engagement).seen(), post(9, "Brief over de hypotheek.pdf", letter("Uw hypotheek", "De stukken van uw bank zijn binnen. De rente staat tien jaar vast op 3,65%. Wij maken nu de hypotheekakte.", "## Wat u zelf moet regelen", "- Een opstalverzekering die ingaat op {+24}.\n- Het eigen geld op onze rekening, uiterlijk {+21}.", "De bank betaalt haar deel rechtstreeks aan ons.")),
					file(6, "Hypotheekakte concept.pdf", mortgage("het woonhuis aan de Lindelaan 12 te Utrecht", 350_000_00, 3.65)), file(9, "Hypotheekofferte (scan).pdf", scanned("Bindende hypotheekofferte", "Volksbank Midden nv", "Aanvrager: {klant}", "", "Hoofdsom          € 350.000,00", "Rente                     3,65%", "Rentevast             10 jaar", "Looptijd             360 maanden", "", "Deze offerte is bindend tot {+40}. U heeft de offerte getekend en teruggestuurd. De bank heeft uw inkomen en uw schulden getoetst en stemt in met de lening.", "", "Voor akkoord,")).seen(),
					file(5, "Volmacht hypotheek.pdf", proxy),
					file(5, "Werkversie.pdf", letter("Werkversie, alleen voor kantoor", "De bank wil in artikel 4 haar eigen tekst over verhuur. Overleg met mr. Van der Linde.")).office(),
				},
				asked: []asked{{days: 15, form: "koopovereenkomst", answers: bought()}},
				said: []said{
					write(18, "Uw hypotheek", "Uw bank heeft ons gevraagd om de hypotheekakte te maken. Wij hebben daarvoor de getekende offerte nodig. Heeft u die al?").seen(),
					answer(17, "Ja, die is vorige week getekend. De bank zou hem naar u sturen. Is dat gelukt?").seen(),
					reply(16, "De offerte is binnen, dank u wel. U vindt hem bij „Documenten”. U kunt dus rustig afwachten.").seen(),
					ask(8, "Opstalverzekering", "Op welke datum moet mijn verzekering ingaan? Ik wil niet dubbel betalen."),
					reply(7, "Laat de verzekering ingaan op {+24}. Dat is de dag waarop u tekent. Vanaf dan is de woning van u, ook als u de sleutel later krijgt."),
				},
			},
			{
				number: "2024-00310", title: "Testament mevrouw De Wit", status: "closed", note: "Het testament is ingeschreven.", template: "testament", done: 5, opened: 70, closed: 44,
				papers: []paper{
					post(69, "Opdrachtbevestiging.pdf", engagement).seen(), file(60, "Concept testament.pdf", will).seen(),
					post(45, "Bericht van inschrijving.pdf", letter("Uw testament is ingeschreven", "Uw testament is ingeschreven in het Centraal Testamentenregister. De akte zelf ligt veilig in onze kluis.", "Verandert er iets in uw leven, bijvoorbeeld door een huwelijk of een kind? Kijk dan of uw testament nog klopt. Wij denken graag met u mee.")).seen(),
					file(45, "Afschrift testament (scan).pdf", scanned("Afschrift van het testament", "Voor mij, mr. A. van der Linde, notaris te Utrecht, verscheen: {klant}.", "", "De comparante herroept alle eerdere uiterste wilsbeschikkingen en benoemt tot haar enige erfgenaam haar nicht, S. de Wit.", "", "Aan de Stichting Vrienden van het Stadspark legateert zij een bedrag van tweeduizend euro, vrij van rechten.", "", "WAARVAN AKTE, verleden te Utrecht. Na zakelijke opgave van de inhoud is deze akte door de comparante en mij ondertekend.", "", "Volgt ondertekening. Uitgegeven voor afschrift,")).seen(),
				},
				said: []said{
					write(60, "Het concept van uw testament", "Het concept staat bij „Documenten”. Lees het rustig door. Schrijf op wat u niet begrijpt, dan bespreken wij dat samen.").seen(),
					answer(58, "Ik heb het gelezen en ben tevreden. Alleen de naam van mijn nicht is met een c.").seen(),
					reply(57, "Dank u, wij hebben de naam verbeterd. U kunt komen tekenen op kantoor.").seen(),
					write(45, "Uw testament is ingeschreven", "Alles is klaar. Wij sluiten dit dossier. U kunt uw papieren hier altijd blijven lezen.").seen(),
				},
			},
			{
				number: "2026-01499", title: "Volmacht (in voorbereiding)", status: "in_progress", opened: 5, hidden: true,
				papers: []paper{
					post(4, "Opdrachtbevestiging.pdf", engagement), file(3, "Concept volmacht.pdf", proxy),
					file(3, "Werkversie.pdf", letter("Werkversie, alleen voor kantoor", "Nog vragen of de volmacht ook voor de hypotheek geldt.")).office(),
				},
			},
		},
	}
}

func vanHouten() person {
	return person{
		kind: client.Person, name: "de heer P. van Houten", salutation: "de heer", email: "p.vanhouten@post.example", number: "1455",
		greeting: "Geachte heer Van Houten,", signs: "P. van Houten", address: []string{"Prinsenkade 7", "4811 VB Breda"},
		dossiers: []story{
			{
				number: "2026-01455", title: "Testament Van Houten", status: "in_progress", note: "Wij sturen u het concept.", opened: 16,
				papers: []paper{
					post(15, "Opdrachtbevestiging.pdf", engagement).seen(), post(10, "Verslag van het gesprek.pdf", letter("Verslag van ons gesprek", "Dank u voor uw komst. Dit hebben wij met u besproken.", "- Uw kinderen Lotte en Ruben erven samen, ieder de helft.\n- Uw zus Hanna wordt executeur.\n- Wat uw kinderen erven, blijft van hen als zij gaan scheiden.\n- Tot hun vijfentwintigste beheert uw zus het geld.", "Klopt dit? Dan maken wij het concept.")),
					file(3, "Concept testament.pdf", will), file(9, "Uitleg executeur.pdf", letter("Wat doet een executeur?", "Een executeur regelt uw nalatenschap. Hij betaalt de rekeningen, doet de laatste aangifte en verdeelt wat overblijft.", "Kies iemand die u vertrouwt en die er tijd voor heeft. U kunt ook ons kantoor vragen.")),
					file(3, "Werkversie.pdf", letter("Werkversie, alleen voor kantoor", "Let op: kind Ruben is nog geen achttien. Bewind opnemen.")).office(),
				},
				asked: []asked{{days: 3, form: "testament"}},
				said: []said{
					write(15, "Welkom bij ons kantoor", "U wilt een testament maken. Goed dat u dat regelt. Wij nodigen u graag uit voor een gesprek. Schikt volgende week dinsdag om 14.00 uur?").seen(),
					answer(14, "Dinsdag om 14.00 uur is goed. Mijn zus Hanna komt mee. Hierbij mijn identiteitskaart.", idCard()).seen(),
					write(9, "Verslag van ons gesprek", "Bij „Correspondentie” leest u wat wij hebben besproken. Klopt het zo?").seen(),
					answer(8, "Ja, dit klopt. Mag de roeivereniging ook iets krijgen? Ik denk aan 2.500 euro."),
					reply(3, "Dat kan. Wij hebben het in het concept gezet. U vindt het bij „Documenten”."),
				},
			},
			{
				number: "2026-01431", title: "Levering Prinsenkade 7", status: "in_progress", note: "De overdracht is op {+24}.", template: "levering", done: 8, opened: 40,
				papers: []paper{
					post(39, "Opdrachtbevestiging.pdf", engagement).seen(), post(20, "Brief over de planning.pdf", planning).seen(),
					file(12, "Concept akte.pdf", conveyance("Het appartement aan de Prinsenkade 7 te Breda", "gemeente Breda, sectie A, nummer 1107, appartementsindex 4", "mevrouw L. Sarmiento", 312_000_00)).seen(),
					post(9, "Opgave vereniging van eigenaars.pdf", letter("Opgave van de vereniging van eigenaars", "De verkoper heeft zijn bijdrage betaald tot en met deze maand. De bijdrage is € 142,50 per maand.", "Het reservefonds is € 61.200,00. Er is een onderhoudsplan voor tien jaar.")),
					file(6, "Nota van afrekening.pdf", settlement(fees...)), file(6, "Nota van afrekening.xlsx", workbook(fees...)),
					file(7, "Werkversie.pdf", letter("Werkversie, alleen voor kantoor", "Vereniging van eigenaars: opgave van de schuld is binnen, geen achterstand.")).office(),
				},
				said: []said{
					write(20, "De planning", "De overdracht van de Prinsenkade 7 kan op {+24} om 10.30 uur. Kunt u dan?").seen(),
					answer(19, "Ja, dan kan ik. Mag mijn dochter erbij zijn?").seen(),
					reply(18, "Natuurlijk, zij is welkom.").seen(),
					write(6, "De nota van afrekening", "De nota staat bij „Documenten”. Wilt u het bedrag vóór {+17} overmaken? Ons rekeningnummer staat op de nota. Wij wijzigen dat nooit per e-mail."),
					ask(5, "Vraag over de nota", "Waarom betaal ik btw over de recherche? Dat stond niet in de offerte."),
				},
			},
			{
				number: "2025-00977", title: "Verdeling van de nalatenschap van mevrouw M. van Houten-de Bruin, met de woning aan de Oude Haven 22 en de effectenrekening bij de Volksbank", status: "closed", note: "De verdeling is afgerond.", opened: 90, closed: 30,
				papers: []paper{
					post(89, "Opdrachtbevestiging.pdf", engagement).seen(), post(80, "Verklaring van erfrecht.pdf", letter("Verklaring van erfrecht", "Wij verklaren dat mevrouw M. van Houten-de Bruin is overleden en dat zij geen testament had.", "Haar erfgenamen zijn, ieder voor de helft: de heer P. van Houten en mevrouw H. van Houten.", "Met deze verklaring kunt u naar de bank.")).seen(),
					file(60, "Boedelbeschrijving.pdf", settlement(cost{"Woning Oude Haven 22", 285_000_00}, cost{"Effectenrekening", 64_310_00}, cost{"Spaarrekening", 21_904_55}, cost{"Inboedel", 3_500_00}, cost{"Uitvaart", -8_720_00})).seen(),
					file(35, "Akte van verdeling (scan).pdf", scanned("Akte van verdeling", "Voor mij, mr. A. van der Linde, notaris te Utrecht, verschenen de erfgenamen.", "", "Partijen verdelen de nalatenschap als volgt: aan de heer P. van Houten wordt toegedeeld de woning; aan mevrouw H. van Houten worden toegedeeld de effecten en de spaarrekening, met een bedrag ineens.", "", "Partijen geven elkaar over en weer kwijting.", "", "WAARVAN AKTE.")).seen(),
					file(60, "Werkversie.pdf", letter("Werkversie, alleen voor kantoor", "WOZ-waarde opgevraagd.")).office(),
				},
				said: []said{
					write(80, "De verklaring van erfrecht", "Gecondoleerd met het verlies van uw moeder. De verklaring van erfrecht is klaar. Daarmee kunt u naar de bank.").seen(),
					answer(78, "Dank u wel. De bank heeft de rekening vrijgegeven.").seen(),
					write(35, "De verdeling is getekend", "Alle erfgenamen hebben getekend. De akte is ingeschreven.").seen(),
					answer(34, "Fijn. Mijn zus en ik zijn blij dat het zo rustig is gegaan.").seen(),
				},
			},
			{
				number: "2026-01360", title: "Levering Oude Haven 22", status: "in_progress", note: "Wij stellen de nota op.", template: "levering", done: 7, opened: 45,
				papers: []paper{
					post(44, "Opdrachtbevestiging.pdf", engagement).seen(), post(25, "Brief over de planning.pdf", planning).seen(),
					file(14, "Concept akte.pdf", conveyance("Het woonhuis aan de Oude Haven 22 te Breda", "gemeente Breda, sectie C, nummer 310, groot 2 are", "de heer P. van Houten en mevrouw H. van Houten", 298_000_00)),
					file(13, "Volmacht.pdf", proxy), post(13, "Uitleg volmacht.pdf", letter("Tekenen in het buitenland", "Uw zus kan de volmacht tekenen bij een notaris in Portugal. Vraag om een apostille: dat is een stempel waarmee wij zien dat de handtekening echt is.", "Stuur ons het origineel per aangetekende post.")),
					file(8, "Werkversie.pdf", letter("Werkversie, alleen voor kantoor", "Nota: rente van drie dagen verrekenen.")).office(),
				},
				said: []said{
					write(25, "Verkoop van de Oude Haven 22", "De koper heeft zijn hypotheek rond. Wij maken nu de akte. Kan uw zus bij het tekenen zijn?").seen(),
					answer(24, "Nee, zij woont in Portugal. Kan zij een volmacht tekenen?").seen(),
					reply(13, "Dat kan. De volmacht staat bij „Documenten”. Zij moet die tekenen bij een notaris in Portugal, of bij de ambassade."),
					answer(12, "Ik heb de volmacht doorgestuurd. Zij gaat er {+3} mee naar de notaris."),
				},
			},
		},
	}
}

// visser logs in with his password and a code by text message, and has no dossier yet.
func visser() person {
	return person{
		kind: client.Person, name: "de heer T. Visser", salutation: "de heer", email: "t.visser@post.example", number: "1501", mobile: "06 12345601",
		greeting: "Geachte heer Visser,", signs: "T. Visser", address: []string{"Oudegracht 12", "3511 AB Utrecht"},
	}
}

func smit() person {
	return person{
		kind: client.Company, name: "Bakkerij Smit bv", email: "directie@bakkerijsmit.example", number: "1390", extra: []account{{name: "Kim Smit", email: "kim@bakkerijsmit.example"}},
		lost:     []account{{name: "Bas Smit", email: "bas@bakkerijsmit.example"}},
		greeting: "Geachte directie,", signs: "Willem Smit, Bakkerij Smit bv", address: []string{"Vechtstraat 41", "3554 TR Utrecht"},
		dossiers: []story{
			{
				number: "2026-01390", title: "Oprichting Bakkerij Smit bv", status: "closed", note: "De bv is ingeschreven.", opened: 80, closed: 52,
				papers: []paper{
					post(79, "Opdrachtbevestiging.pdf", engagement).seen(), file(65, "Akte van oprichting.pdf", articlesOfAssociation).seen(),
					post(54, "Bericht van inschrijving.pdf", letter("Uw bv is ingeschreven", "Uw bv staat in het Handelsregister. Vanaf vandaag is de bv zelf aansprakelijk, en u niet meer.", "- Open een bankrekening op naam van de bv.\n- Stort het kapitaal van honderd euro.\n- Zet het nummer van de Kamer van Koophandel op uw rekeningen.")).seen(),
					file(54, "Uittreksel handelsregister (scan).pdf", scanned("Uittreksel Handelsregister", "Rechtsvorm      Besloten vennootschap", "Naam            Bakkerij Smit bv", "Zetel           Utrecht", "Vestiging       Vechtstraat 41, 3554 TR Utrecht", "Kapitaal        EUR 100,00", "", "Bestuurder      W. Smit, alleen bevoegd", "", "Activiteit      Brood- en banketbakkerij met winkel", "", "Dit uittreksel is een voorbeeld en heeft geen rechtskracht.")).seen(),
					file(60, "Nota van afrekening.xlsx", workbook(cost{"Honorarium oprichting", 42500}, cost{"Inschrijving Handelsregister", 8250}, cost{"Btw 21%", 8925})).seen(),
					file(66, "Werkversie.pdf", letter("Werkversie, alleen voor kantoor", "Naam is vrij in het Handelsregister.")).office(),
				},
				said: []said{
					write(66, "De akte van oprichting", "Het concept van de oprichtingsakte staat klaar. Klopt de omschrijving van uw bedrijf?").seen(),
					answer(65, "Ja. Wij verkopen ook koffie, maar dat hoeft er niet bij.").seen(),
					write(54, "De bv bestaat", "Uw bv is ingeschreven in het Handelsregister. Van harte gefeliciteerd!").seen(),
					answer(53, "Dank u! Wij komen snel een taart brengen.").seen(),
				},
			},
			{
				number: "2026-01466", title: "Hypotheek Vechtstraat 41", status: "in_progress", note: "Wij wachten op de bank.", template: "levering", done: 3, opened: 19,
				papers: []paper{
					post(18, "Opdrachtbevestiging.pdf", engagement).seen(), post(8, "Brief aan de bank.pdf", letter("Kopie van onze brief aan de bank", "Wij hebben uw bank gevraagd om de stukken voor de hypotheek. Wij missen nog de taxatie en de akte van geldlening.", "De bank heeft beloofd om dit vóór {+5} te sturen.")).seen(),
					file(7, "Concept hypotheekakte.pdf", mortgage("de winkel met bakkerij en bovenwoning aan de Vechtstraat 41 te Utrecht", 420_000_00, 4.1)), file(6, "Nota van afrekening.xlsx", workbook(fees...)),
					file(6, "Werkversie.pdf", letter("Werkversie, alleen voor kantoor", "Borgstelling van W. Smit: partner moet meetekenen.")).office(),
				},
				said: []said{
					write(17, "De hypotheek op de Vechtstraat", "Wij wachten op de taxatie van uw bank. Weet u wanneer de taxateur komt?").seen(),
					answer(16, "De taxateur is gisteren geweest. Hij stuurt het rapport naar de bank. Hierbij alvast mijn identiteitskaart en de oude tekening.", idCard(), attachment{"Plattegrond bakkerij.pdf", scanned("Plattegrond Vechtstraat 41", "Begane grond: winkel 42 m2, bakkerij 68 m2, opslag 15 m2.", "Eerste verdieping: woning 74 m2.", "", "Oven en koeling staan op eigen fundering. De kabel van 63 ampere komt binnen aan de kant van de steeg.", "", "Getekend door aannemer Bos, voorbeeld.")}),
					write(7, "Het concept staat klaar", "Het concept van de hypotheekakte staat bij „Documenten”. Bespreekt u het ook met uw accountant?"),
					ask(5, "Wie moet er tekenen?", "Moet mijn vrouw ook tekenen? Zij werkt niet in de bakkerij."),
				},
			},
			{
				number: "2026-01402", title: "Aandelenoverdracht", status: "in_progress", note: "Het concept is klaar.", opened: 33,
				papers: []paper{
					post(32, "Opdrachtbevestiging.pdf", engagement).seen(), post(20, "Verslag van het gesprek.pdf", letter("Verslag van ons gesprek", "U wilt de helft van de aandelen overdragen aan uw dochter Kim. De prijs is de waarde volgens de jaarrekening.", "- De accountant stelt de waarde vast.\n- Kim betaalt in vijf jaar.\n- U blijft bestuurder.")).seen(),
					file(10, "Concept akte overdracht aandelen.pdf", shares), file(10, "Aandeelhoudersregister.pdf", letter("Aandeelhoudersregister", "Aandelen 1 tot en met 100, nominaal € 1,00, volgestort, staan op naam van W. Smit.", "Na het tekenen van de akte schrijven wij de overdracht van de aandelen 51 tot en met 100 bij.")),
					file(9, "Werkversie.pdf", letter("Werkversie, alleen voor kantoor", "Blokkeringsregeling: geen andere aandeelhouders.")).office(),
				},
				asked: []asked{{days: 3, form: "koopovereenkomst"}},
				said: []said{
					write(20, "Verslag van ons gesprek", "Bij „Correspondentie” leest u wat wij hebben besproken. Heeft uw accountant de waarde al berekend?").seen(),
					answer(15, "Ja: 64.000 euro voor de helft. Hij stuurt u de berekening.").seen(),
					write(10, "Het concept staat klaar", "Wij hebben de prijs in het concept gezet. Leest u het samen met Kim? Zij kan met haar eigen account in het portaal."),
					ask(6, "Betalen in termijnen", "Kim vraagt of zij ook eerder mag aflossen.").seen(),
					reply(5, "Ja. In artikel 3 staat dat eerder aflossen altijd mag, zonder kosten."),
				},
			},
			{
				number: "2026-01368", title: "Schenking van aandelen", status: "in_progress", note: "Wij wachten tot de overdracht is getekend.", template: "levering", done: 2, opened: 38,
				said: []said{
					write(37, "Later schenken", "U wilt later ook aandelen schenken. Wij hebben daarvoor alvast een dossier gemaakt. Er staan nog geen papieren in: dat komt na de overdracht.").seen(),
					answer(36, "Duidelijk. Wij wachten rustig af.").seen(),
				},
			},
		},
	}
}

// bought is what mevrouw De Wit answered about her purchase.
func bought() []page {
	return []page{
		{"koper", form.Answers{
			"naam.first": {"Cornelia"}, "naam.prefix": {"de"}, "naam.last": {"Wit"}, "geboren": {"14-03-1958"}, "geboorteplaats": {"Utrecht"},
			"adres.street": {"Kanaalstraat"}, "adres.number": {"48"}, "adres.postcode": {"3531 CJ"}, "adres.city": {"Utrecht"},
			"email": {"c.dewit@post.example"}, "telefoon": {"06 12345678"}, "samen": {"no"},
		}},
		{"burgerlijk", form.Answers{"staat": {"nee"}}},
		{"woning", form.Answers{
			"ligging.street": {"Lindelaan"}, "ligging.number": {"12"}, "ligging.postcode": {"3571 AB"}, "ligging.city": {"Utrecht"},
			"soort": {"huis"}, "erfpacht": {"nee"}, "levering": {signing}, "bewonen": {"yes"},
		}},
		{"geld", form.Answers{"prijs": {"389.500"}, "roerend": {"1.250"}, "hypotheek": {"yes"}, "bank": {"Volksbank Midden nv"}, "bedrag": {"350.000"}, "iban": {"NL91 ABNA 0417 1643 00"}}},
		{"afronden", form.Answers{"opmerking": {"Graag bellen na vijf uur."}, "verklaring": {"yes"}}},
	}
}
