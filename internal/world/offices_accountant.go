package world

import (
	"voordeur/internal/access"
	"voordeur/internal/client"
	"voordeur/internal/mandate"
	"voordeur/internal/tenant"
)

func accountant() office {
	return office{
		id: "accountant", name: "Accountantskantoor Vos & Van Leeuwen", domain: "vosvanleeuwen.example", handler: "Karim Vos", colleague: "Els van Leeuwen", admin: "Bo Beheer", theme: slate,
		street: "Marktplein 8", postcode: "5211 JX Den Bosch", phone: "073 123 45 60", second: "073 123 45 61", kvk: "00000202",
		statuses: []tenant.Status{
			status("in_progress", "In behandeling", "In progress", false), status("waiting", "Wacht op u", "Waiting for you", false),
			status("filed", "Ingediend", "Filed", true), status("closed", "Afgerond", "Completed", true),
		},
		progress: []tenant.ProgressTemplate{
			steps("jaarrekening", "Jaarrekening", "Administratie ontvangen", "Vragen stellen", "Cijfers verwerken", "Concept sturen", "Concept bespreken", "Vaststellen in de vergadering", "Deponeren"),
			steps("aangifte", "Aangifte", "Gegevens vragen", "Gegevens ontvangen", "Aangifte maken", "Akkoord ontvangen", "Indienen"),
			steps("loon", "Loonadministratie", "Uren ontvangen", "Lonen berekenen", "Loonstroken sturen", "Loonaangifte doen"),
		},
		clients: []person{ketting(), aydin(), mol(), kettingHolding(), korenaar()},
		accords: []accord{
			{number: "2026-J-219", file: "Jaarrekening 2025.pdf", kind: "Jaarrekening 2025", client: "Bakkerij De Korenaar bv", days: 14},
			{number: "2026-J-219", file: "Aangifte vennootschapsbelasting 2025.pdf", kind: "Belastingaangifte 2025", client: "Bakkerij De Korenaar bv"},
			{number: "2026-J-219", file: "Jaarrekening 2024.pdf", kind: "Jaarrekening 2024", client: "Bakkerij De Korenaar bv", by: "lotte@dekorenaar.example", remark: "Dank voor het snelle werk."},
		},
		acting: []acting{
			{client: "Fietsenmakerij De Ketting bv", email: "teun@deketting.example", ground: mandate.Company, proofKind: "register", proof: "Uittreksel van 2 maart, bestuurder T. Ketting", from: 40},
			{client: "Tuinen van Mol vof", email: "teun@deketting.example", ground: mandate.Proxy, proofKind: "letter", proof: "Volmacht voor de verbouwing, getekend door A. Mol", from: 60, until: 25},
		},
		later: asInTheManual,
	}
}

// kettingHolding is the director's own company, above the one with the bicycles (A7).
func kettingHolding() person {
	return person{
		kind: client.Company, name: "Ketting Holding bv", email: "holding@deketting.example", number: "K-203", mails: true, extra: []account{{"Teun Ketting", "teun@deketting.example", access.OwnRights}},
		greeting: "Geachte heer Ketting,", signs: "Teun Ketting, Ketting Holding bv", address: []string{"Kruisstraat 12", "5211 DV Den Bosch"},
		dossiers: []story{{
			number: "2026-V-203", title: "Aangifte vennootschapsbelasting 2025", status: "in_progress", note: "Wij maken de aangifte over 2025.", template: "aangifte", done: 2, opened: 22,
			papers: []paper{file(7, "Aangifte concept.pdf", taxReturn("Aangifte vennootschapsbelasting 2025", cost{"Belasting over de winst", 1410000}, cost{"Voorlopig betaald", -1200000}))},
			said:   []said{write(7, "Het concept van de aangifte", "Het concept staat bij „Documenten”. Kijkt u mee naar het dividend van vorig jaar?")},
		}},
	}
}

// asInTheManual is how the accountant's clients give their address (A15) and link a telephone (A22-A25). Whoever
// asks is called with a code.
func asInTheManual(s *tenant.Settings) {
	s.SMS.Voice = true
	s.Contact.Address = tenant.Edit
	s.Modules[tenant.ModuleApprovals] = true
	s.Signing.Means = []string{tenant.SignSMS, tenant.SignPIN, tenant.SignTOTP}
	s.SecondFactor = tenant.SecondFactor{Policy: tenant.FactorOptional, Means: []string{tenant.FactorSMS, tenant.FactorTOTP}, RecoveryCodes: true, Enrolment: tenant.EnrolPIN}
}

// korenaar is a bakery whose owner approves with a code by text message, and whose colleague did so with the PIN of a letter.
func korenaar() person {
	return person{
		kind: client.Company, name: "Bakkerij De Korenaar bv", email: "info@dekorenaar.example", number: "K-219", mobile: "06 12345619", mails: true,
		extra:    []account{{"Lotte Korver", "lotte@dekorenaar.example", access.OwnRights}, {"Sem Korver", "sem@dekorenaar.example", access.SeeDossiers}},
		greeting: "Geachte directie,", signs: "Bram Korver, Bakkerij De Korenaar bv", address: []string{"Molenstraat 4", "5211 DR Den Bosch"},
		dossiers: []story{{
			number: "2026-J-219", title: "Jaarrekening 2025", status: "in_progress", note: "De jaarrekening is klaar. Wij vragen uw akkoord.", template: "jaarrekening", done: 5, opened: 30,
			papers: []paper{file(25, "Jaarrekening 2024.pdf", accounts).seen(), file(4, "Jaarrekening 2025.pdf", accounts), file(3, "Aangifte vennootschapsbelasting 2025.pdf", taxReturn("Aangifte vennootschapsbelasting 2025", cost{"Belasting over de winst", 982000}, cost{"Voorlopig betaald", -900000}))},
			said:   []said{write(4, "De jaarrekening is klaar", "De jaarrekening over 2025 staat klaar. Leest u haar rustig door? Bij „Accordering” laat u weten of u akkoord gaat.")},
		}},
	}
}

func ketting() person {
	return person{
		kind: client.Company, name: "Fietsenmakerij De Ketting bv", email: "info@deketting.example", number: "K-204", mails: true,
		extra: []account{
			{"Mees Ketting", "mees@deketting.example", access.OwnRights | access.ManageUsers},
			{"Joris Bos", "joris@deketting.example", access.SeeDossiers | access.UploadDocuments},
		},
		greeting: "Geachte directie,", signs: "Teun Ketting, De Ketting bv", address: []string{"Kruisstraat 12", "5211 DV Den Bosch"},
		dossiers: []story{
			{
				number: "2026-J-204", title: "Jaarrekening 2025", status: "waiting", note: "Wij wachten op uw bankafschriften van december.", template: "jaarrekening", done: 3, opened: 35,
				papers: []paper{
					post(34, "Opdrachtbevestiging.pdf", letter("Opdrachtbevestiging", "U heeft ons gevraagd om de jaarrekening over 2025 samen te stellen. Dat doen wij voor een vast bedrag van € 2.850,00 zonder btw.", "## Wat wij nodig hebben", "- Alle bankafschriften van 2025.\n- De telling van de voorraad op 31 december.\n- Nieuwe leningen en leasecontracten.")).seen(),
					file(6, "Jaarrekening 2025 concept.pdf", accounts), file(20, "Vragenlijst jaareinde.xlsx", workbook(cost{"Voorraad 31 december", 9680000}, cost{"Debiteuren", 2145000}, cost{"Kas", 64250})).seen(),
					file(5, "Werkprogramma.pdf", letter("Werkprogramma, alleen voor kantoor", "Voorraad: telling aansluiten op inkoopfacturen van december.")).office(),
				},
				said: []said{
					write(20, "Vragen over het jaareinde", "Wij missen nog drie dingen: de bankafschriften van december, de telling van de voorraad en de lease van de bestelauto. Wilt u die sturen?").seen(),
					answer(18, "Hierbij de telling. De afschriften van december komen nog.", attachment{"Telling voorraad.pdf", scanned("Telling voorraad 31 december", "Stadsfietsen        31 stuks", "Elektrische fietsen 22 stuks", "Kinderfietsen       18 stuks", "Onderdelen          zie lijst", "", "Geteld door: Teun en Mees", "Voorbeeld, geen echte administratie.")}),
					write(6, "Het concept staat klaar", "Het concept van de jaarrekening staat bij „Documenten”. De afschriften van december ontbreken nog. Kunt u die deze week sturen?"),
				},
			},
			{
				number: "2026-B-204", title: "Aangifte btw derde kwartaal", status: "filed", note: "De aangifte is ingediend en betaald.", template: "aangifte", done: 5, opened: 32, closed: 16,
				papers: []paper{file(20, "Aangifte btw.pdf", taxReturn("Aangifte omzetbelasting", cost{"Btw over uw omzet", 3218400}, cost{"Btw over uw inkopen", -2194200})).seen()},
				said:   []said{write(20, "De btw-aangifte", "De aangifte staat klaar. Klopt het bedrag?").seen(), answer(19, "Ja, akkoord. U mag hem indienen.").seen(), reply(16, "De aangifte is weg. Betaalt u het bedrag vóór het einde van de maand?").seen()},
			},
			{
				number: "2026-L-204", title: "Loonadministratie", status: "in_progress", note: "De lonen van deze maand zijn berekend.", template: "loon", done: 3, opened: 28,
				papers: []paper{file(4, "Loonstrook Mees.pdf", payslip("M. Ketting", "november", 284000)), file(4, "Loonstrook Joris.pdf", payslip("J. Bos", "november", 256000))},
				said:   []said{ask(9, "Overuren", "Joris heeft deze maand zes uur overgewerkt. Neemt u dat mee?").seen(), reply(8, "Dat nemen wij mee. Stuurt u ook zijn urenbriefje?")},
			},
		},
	}
}

func aydin() person {
	return person{
		kind: client.Person, name: "mevrouw S. Aydin", salutation: "mevrouw", email: "s.aydin@post.example", number: "K-311", greeting: "Geachte mevrouw Aydin,", signs: "S. Aydin", address: []string{"Havensingel 30", "5211 TX Den Bosch"},
		dossiers: []story{
			{
				number: "2026-I-311", title: "Aangifte inkomstenbelasting 2025", status: "in_progress", note: "Uw aangifte staat klaar. Wij wachten op uw akkoord.", template: "aangifte", done: 3, opened: 26,
				papers: []paper{
					post(25, "Wat wij nodig hebben.pdf", letter("Uw aangifte over 2025", "Wij gaan uw aangifte maken. Stuur ons:", "- uw jaaropgaven;\n- de WOZ-beschikking van uw huis;\n- een overzicht van uw hypotheek;\n- giften en zorgkosten die u zelf heeft betaald.")).seen(),
					file(3, "Aangifte 2025.pdf", taxReturn("Aangifte inkomstenbelasting 2025", cost{"Belasting over uw inkomen", 1843000}, cost{"Heffingskortingen", -512000}, cost{"Al ingehouden loonheffing", -1298000})),
				},
				said: []said{write(25, "Uw aangifte over 2025", "Bij „Correspondentie” leest u wat wij nodig hebben.").seen(), answer(20, "Hierbij mijn jaaropgave.", attachment{"Jaaropgave.pdf", scanned("Jaaropgave 2025", "Werknemer   S. Aydin", "Fiscaal loon              EUR 51.240", "Ingehouden loonheffing    EUR 12.980", "", "Voorbeeld.")}).seen(), write(3, "Uw aangifte staat klaar", "U moet € 330,00 bijbetalen. Bent u akkoord? Laat het ons weten, dan dienen wij de aangifte in.")},
			},
			{
				number: "2025-I-311", title: "Aangifte inkomstenbelasting 2024", status: "closed", note: "De aanslag is gecontroleerd en klopt.", template: "aangifte", done: 5, opened: 90, closed: 60,
				papers: []paper{file(88, "Aangifte 2024.pdf", taxReturn("Aangifte inkomstenbelasting 2024", cost{"Belasting over uw inkomen", 1720000}, cost{"Heffingskortingen", -498000}, cost{"Al ingehouden loonheffing", -1222000})).seen()},
			},
		},
	}
}

func mol() person {
	return person{
		kind: client.Company, name: "Tuinen van Mol vof", email: "kantoor@tuinenvanmol.example", number: "K-187", pin: true, greeting: "Geachte vennoten,", signs: "Anneke Mol", address: []string{"Dijkweg 3", "5391 AA Nuland"},
		dossiers: []story{
			{
				number: "2026-S-187", title: "Van vof naar bv: rekent het voor u?", status: "in_progress", note: "Wij rekenen twee mogelijkheden door.", opened: 12,
				papers: []paper{file(4, "Berekening vof of bv.xlsx", workbook(cost{"Belasting als vof", 3812000}, cost{"Belasting als bv", -3390000}, cost{"Extra kosten van een bv", 285000}))},
				said:   []said{ask(12, "Een bv?", "Onze buurman heeft een bv. Is dat voor ons ook beter?").seen(), reply(4, "Wij hebben het doorgerekend. Het scheelt u ongeveer € 1.370,00 per jaar. De berekening staat bij „Documenten”. Zullen wij bellen?")},
			},
			{number: "2026-L-187", title: "Loonadministratie", status: "in_progress", note: "Wij wachten op de uren van deze maand.", template: "loon", opened: 10},
		},
	}
}
