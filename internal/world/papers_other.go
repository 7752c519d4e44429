package world

import (
	"fmt"

	"voordeur/internal/pdf"
)

// figure is a line of the annual accounts: this year and the year before, in whole euros.
type figure struct {
	what      string
	now, then int64
}

func statement(caption, total string, lines ...figure) pdf.Table {
	t := pdf.Table{Caption: caption, Head: []string{"Omschrijving", "2025", "2024"}, RowHeaders: true, Total: true}
	var now, then int64
	for _, l := range lines {
		now, then = now+l.now, then+l.then
		t.Rows = append(t.Rows, []string{l.what, euros(l.now * 100), euros(l.then * 100)})
	}
	t.Rows = append(t.Rows, []string{total, euros(now * 100), euros(then * 100)})
	return t
}

// accounts are the annual accounts of a small company.
func accounts(k desk) ([]byte, error) {
	blocks := append(k.letterhead("Jaarrekening 2025"),
		pdf.Paragraph{Text: "Wij hebben de jaarrekening over 2025 van {klant} samengesteld met de gegevens die u ons gaf. In dit rapport leest u hoe het bedrijf er op 31 december 2025 voor stond."},
		pdf.Heading{Level: 2, Text: "Samenvatting"},
		pdf.List{Items: []string{"De omzet steeg met 7%.", "De winst na belasting is € 41.230,00.", "Het eigen vermogen is gegroeid. Het bedrijf kan zijn rekeningen op tijd betalen.", "De voorraad is hoger dan vorig jaar: u kocht in december extra fietsen in."}},
		pdf.Heading{Level: 2, Text: "Samenstellingsverklaring van de accountant"},
		pdf.Paragraph{Text: "De jaarrekening is door ons samengesteld volgens de Nederlandse standaard 4410. Wij hebben geen controle of beoordeling uitgevoerd. De juistheid en volledigheid van de gegevens zijn de verantwoordelijkheid van de directie. Wij hebben ons gehouden aan de gedrags- en beroepsregels voor accountants."},
		pdf.PageBreak{}, pdf.Heading{Level: 2, Text: "Balans per 31 december 2025"},
		statement("Activa", "Totaal activa", figure{"Inventaris", 38200, 42150}, figure{"Vervoermiddelen", 17400, 23200}, figure{"Voorraden", 96800, 78300}, figure{"Debiteuren", 21450, 19800}, figure{"Overige vorderingen", 4210, 3920}, figure{"Liquide middelen", 58340, 44730}),
		statement("Passiva", "Totaal passiva", figure{"Geplaatst kapitaal", 18000, 18000}, figure{"Overige reserves", 112330, 89100}, figure{"Lening bank", 42000, 54000}, figure{"Crediteuren", 38640, 31200}, figure{"Belastingen en premies", 16930, 12800}, figure{"Overige schulden", 8500, 7000}),
		pdf.PageBreak{}, pdf.Heading{Level: 2, Text: "Winst- en verliesrekening over 2025"},
		statement("Opbrengsten en kosten", "Resultaat na belasting", figure{"Netto-omzet", 612400, 572300}, figure{"Inkoopwaarde van de omzet", -338900, -319400}, figure{"Personeelskosten", -142600, -136900}, figure{"Afschrijvingen", -12450, -12450}, figure{"Huisvesting", -38400, -37200}, figure{"Verkoopkosten", -9850, -8800}, figure{"Autokosten", -6900, -7100}, figure{"Kantoorkosten", -7240, -6950}, figure{"Algemene kosten", -2860, -2700}, figure{"Rente", -2300, -2900}, figure{"Vennootschapsbelasting", -9670, -7200}),
		pdf.PageBreak{}, pdf.Heading{Level: 2, Text: "Toelichting"})
	for _, note := range []string{
		"## Grondslagen", "Activa en passiva staan op de balans voor wat ze hebben gekost, min afschrijving. Opbrengsten horen bij het jaar waarin de dienst of het product is geleverd. Verliezen nemen wij mee zodra ze te voorzien zijn.",
		"## Inventaris en vervoermiddelen", "Wij schrijven in gelijke delen af over vijf jaar. Op de bestelauto schrijven wij af tot een restwaarde van € 4.000,00.",
		"## Voorraden", "De voorraad is door u geteld op 31 december. Oude modellen zijn gewaardeerd op wat ze nog opbrengen.",
		"## Debiteuren", "Er is één rekening ouder dan negentig dagen. Daarvoor is € 600,00 als oninbaar meegenomen.",
		"## Lening", "Van de lening vervalt in 2026 een bedrag van € 12.000,00. De rente staat vast op 4,6%.",
		"## Personeel", "Gemiddeld werkten er 3,4 mensen in volledige dienst (2024: 3,3).",
		"## Bestemming van het resultaat", "De directie stelt voor om het resultaat toe te voegen aan de overige reserves.",
	} {
		blocks = append(blocks, block(note))
	}
	return k.write("Jaarrekening 2025", append(blocks, schedule(), pdf.Signatures{Names: []string{capital(k.client.name), k.office.handler + "\naccountant"}})...)
}

func schedule() pdf.Table {
	t := pdf.Table{Caption: "Aflossing van de lening per kwartaal", Head: []string{"Kwartaal", "Rente", "Aflossing", "Restant"}, RowHeaders: true}
	for n, rest := 0, int64(42000_00); rest > 0; n++ {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("%de kwartaal %d", n%4+1, 2026+n/4), euros(rest * 115 / 10000), euros(3000_00), euros(rest - 3000_00)})
		rest -= 3000_00
	}
	return t
}

// payslip is one month's wages of one employee.
func payslip(name, month string, gross int64) kind {
	return func(k desk) ([]byte, error) {
		return k.write("Loonstrook "+month, append(k.letterhead("Loonstrook "+month),
			pdf.Table{RowHeaders: true, Rows: [][]string{{"Werknemer", name}, {"Functie", "Monteur"}, {"Uren per week", "36"}, {"In dienst sinds", "1 maart 2021"}}},
			costs("Berekening", "Netto loon", cost{"Brutoloon", gross}, cost{"Pensioenpremie", -gross * 6 / 100}, cost{"Loonheffing", -gross * 22 / 100}, cost{"Reiskosten", 8400}),
			pdf.Paragraph{Text: "Het bedrag staat uiterlijk op de 25e op de rekening van de werknemer. Deze loonstrook is vertrouwelijk."})...)
	}
}

// taxReturn is what the accountant is going to file.
func taxReturn(title string, lines ...cost) kind {
	return func(k desk) ([]byte, error) {
		return k.write(title, append(k.letterhead(title),
			pdf.Paragraph{Text: "Dit is de aangifte zoals wij die willen versturen. Kijk de bedragen na. Wij versturen de aangifte pas als u akkoord geeft."},
			costs("Berekening", "Te betalen", lines...),
			pdf.Paragraph{Text: "Betaal het bedrag vóór {+21} aan de Belastingdienst. Het betalingskenmerk krijgt u van ons zodra de aangifte weg is."})...)
	}
}

// decision is a municipality's decision on an application; with fees it is a permit, which has
// conditions.
func decision(about, verdict string, fees []cost, reasons ...string) kind {
	return func(k desk) ([]byte, error) {
		blocks := append(k.letterhead("Besluit op uw aanvraag"), pdf.Paragraph{Text: k.client.greeting},
			pdf.Paragraph{Text: "U vroeg ons om " + about + ". In deze brief leest u ons besluit, waarom wij dat nemen en wat u kunt doen als u het er niet mee eens bent."},
			pdf.Heading{Level: 2, Text: "Ons besluit"}, pdf.Paragraph{Text: verdict}, pdf.Heading{Level: 2, Text: "Waarom"})
		for _, r := range reasons {
			blocks = append(blocks, block(r))
		}
		if len(fees) > 0 {
			blocks = append(blocks, pdf.Heading{Level: 2, Text: "Voorschriften"},
				pdf.List{Ordered: true, Items: []string{"U begint binnen een jaar na vandaag.", "U meldt ons de start en het einde van het werk via het portaal.", "U houdt dit besluit tijdens het werk bij de hand.", "U ruimt de straat op als het werk klaar is."}},
				pdf.Heading{Level: 2, Text: "Wat het kost"}, costs("Leges", "Te betalen", fees...), pdf.Paragraph{Text: "U krijgt hiervoor een aparte rekening."})
		}
		return k.write("Besluit op uw aanvraag", append(blocks,
			pdf.Heading{Level: 2, Text: "Niet mee eens?"},
			pdf.Paragraph{Text: "Bel ons eerst. Vaak komen wij er samen uit. U kunt ook bezwaar maken. Doe dat binnen zes weken na de datum van deze brief. Schrijf op waarom u het niet eens bent met het besluit, en zet erbij: uw naam, adres, de datum en het kenmerk {nummer}."},
			pdf.Paragraph{Text: "Het bezwaar houdt het besluit niet tegen. Is er haast bij? Dan kunt u de rechter vragen om een voorlopige voorziening."},
			pdf.Paragraph{Text: "Met vriendelijke groet,\nnamens het college van burgemeester en wethouders,"}, pdf.Signatures{Names: []string{k.office.handler + "\n" + k.office.name}})...)
	}
}

// drawing is the description that goes with a building application.
var drawing = letter("Beschrijving van het bouwplan",
	"Deze beschrijving hoort bij de aanvraag {nummer}. De maten zijn in millimeters.",
	"## De dakkapel", "- Breedte: 2.800, hoogte: 1.450, diepte: 1.600.\n- Afstand tot de nok: 520. Afstand tot de dakvoet: 640.\n- Afstand tot de buren: 1.100 links en 1.150 rechts.",
	"## Materiaal", "De zijkanten zijn van donkergrijs hout. De kozijnen zijn wit kunststof met dubbel glas (HR++). Het platte dak krijgt een bedekking van zink.",
	"## Sterkte", "De constructeur heeft de balken berekend. De muren eronder zijn sterk genoeg. De berekening ligt bij de aannemer en is op te vragen.")

// carePlan is what a client of home care and the nurse have agreed.
func carePlan(k desk) ([]byte, error) {
	week := pdf.Table{Caption: "Uw week", Head: []string{"Dag", "Ochtend", "Middag", "Avond"}, RowHeaders: true}
	for n, day := range []string{"maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"} {
		row := []string{capital(day), "Steunkousen aan", "–", "Steunkousen uit"}
		switch n {
		case 1:
			row[2] = "Hulp bij het huishouden, 2 uur"
		case 0, 3:
			row[1] = "Douchen en steunkousen aan"
		}
		week.Rows = append(week.Rows, row)
	}
	blocks := append(k.letterhead("Uw zorgplan"), pdf.Paragraph{Text: k.client.greeting},
		pdf.Paragraph{Text: "Dit is het zorgplan dat u samen met {behandelaar} heeft gemaakt. Het plan geldt tot {+180}. Verandert er iets in uw gezondheid? Vertel het ons. Dan passen wij het plan aan."},
		pdf.Heading{Level: 2, Text: "Wat u belangrijk vindt"},
		pdf.List{Items: []string{"Zo lang mogelijk in uw eigen huis wonen.", "Elke ochtend vóór negen uur aangekleed zijn.", "Op woensdagmiddag naar de koffie in het buurthuis.", "Zo veel mogelijk zelf doen."}}, week)
	for _, part := range []string{
		"## Lichaam", "U heeft last van vocht in uw benen. Daarom draagt u overdag steunkousen. De wijkverpleegkundige kijkt elke maand of de maat nog goed is. U kunt zich zelf wassen aan de wastafel. Bij het douchen helpt iemand van ons team.",
		"## Medicijnen", "De apotheek levert elke week een rol met zakjes. U neemt de medicijnen zelf in. Wij kijken op maandag of de rol klopt.",
		"## Veilig wonen", "- Er zijn beugels bij het toilet en in de douche.\n- De losse kleedjes zijn weg, zodat u niet valt.\n- U heeft een alarmknop om uw hals. De knop is getest op {-20}.\n- Uw dochter en de buurvrouw hebben een sleutel.",
		"## Mensen om u heen", "Uw dochter doet de boodschappen op zaterdag. De buurvrouw belt elke avond even. Uw huisarts is op de hoogte van dit plan.",
		"## Als het niet goed gaat", "Bel bij nood altijd 112. Is het geen nood, maar kan het niet wachten? Bel ons dag en nacht op het nummer bovenaan deze brief.",
		"## Afspraken", "- Wij bellen als wij meer dan een half uur later komen.\n- U belt vóór negen uur als u die dag geen zorg nodig heeft.\n- Wij bespreken dit plan elk half jaar met u.\n- Wij delen uw gegevens alleen met mensen die u helpen, en alleen als u dat goed vindt.",
		"## Toestemming", "Met uw handtekening laat u weten dat u het met dit plan eens bent. U mag uw toestemming altijd weer intrekken.",
	} {
		blocks = append(blocks, block(part))
	}
	return k.write("Zorgplan", append(blocks, pdf.Signatures{Names: []string{capital(k.client.name), k.office.handler + "\nwijkverpleegkundige"}})...)
}
