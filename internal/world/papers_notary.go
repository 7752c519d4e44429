package world

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"voordeur/internal/pdf"
)

var engagement = letter("Opdrachtbevestiging",
	"U heeft ons gevraagd om voor u te werken aan: {dossier}. In deze brief leest u wat wij doen, wat het kost en wat wij van u nodig hebben.",
	"## Wat wij doen",
	"- Wij controleren uw gegevens en die van de andere partij in de openbare registers.\n- Wij stellen de akte op en sturen u het concept.\n- Wij leggen de akte uit in gewone woorden, vóór u tekent.\n- Wij schrijven de akte in en sturen u een afschrift.",
	"## Wat wij van u nodig hebben",
	"- Een kopie van uw paspoort of identiteitskaart. Een duidelijke foto is goed.\n- Uw burgerservicenummer en uw telefoonnummer.\n- Een antwoord op onze vragen, het liefst binnen een week.",
	"## Wat het kost",
	"Wij werken voor een vast bedrag. De kosten van het Kadaster en andere registers betaalt u apart. Vóór het tekenen krijgt u een nota van afrekening met alle bedragen. U betaalt pas als u het daarmee eens bent.",
	"## Uw gegevens",
	"Wij bewaren uw gegevens veilig en niet langer dan de wet vraagt. Alleen de medewerkers die aan uw dossier werken zien ze. In het portaal ziet u wie uw gegevens heeft bekeken.",
	"## Als u niet tevreden bent",
	"Vertel het ons. Komen wij er samen niet uit, dan kunt u naar de Geschillencommissie Notariaat. Op ons werk zijn onze algemene voorwaarden van toepassing. Onze aansprakelijkheid is beperkt tot wat onze verzekering betaalt.")

var planning = letter("De planning van uw dossier",
	"Uw dossier {dossier} loopt volgens plan. Hieronder leest u wat er nog gebeurt en wanneer.",
	"- Uiterlijk {+4} hebben wij alle stukken van de bank nodig.\n- Op {+10} sturen wij u het concept van de akte.\n- Op {+17} krijgt u de nota van afrekening.\n- Op {+24} om 10.30 uur tekent u bij ons op kantoor.",
	"## Wat neemt u mee?",
	"Neem uw geldige paspoort of identiteitskaart mee. Een rijbewijs is niet genoeg. Kunt u niet zelf komen? Laat het ons op tijd weten. Dan maken wij een volmacht, zodat iemand anders voor u kan tekenen.",
	"## Parkeren en toegang",
	"Ons kantoor heeft een ingang zonder drempel en een lift. Parkeren kan achter het gebouw. Meld u bij de balie; wij halen u op.")

// proxy lets an employee of the office sign.
var proxy = deed("Volmacht",
	"De ondergetekende, {klant}, geeft hierbij volmacht aan iedere medewerker van {kantoor} om namens hem of haar de akte te tekenen die bij dit dossier hoort: {dossier}.",
	[]string{"{klant}\nvolmachtgever"},
	article{title: "Waarvoor de volmacht geldt", text: []string{"- de akte tekenen volgens het concept dat de volmachtgever heeft ontvangen;\n- kleine fouten en schrijffouten in de akte verbeteren;\n- de koopsom ontvangen en daarvoor kwijting geven;\n- alles doen wat nodig is om de akte in te schrijven in de openbare registers."}},
	article{title: "Grenzen", text: []string{"De gevolmachtigde mag niet afwijken van het concept op een punt dat de volmachtgever geld kost of rechten ontneemt. De gevolmachtigde mag de volmacht niet aan een ander doorgeven."}},
	article{title: "Duur", text: []string{"De volmacht geldt tot en met {+60}. De volmachtgever kan de volmacht eerder intrekken. Dat kan alleen schriftelijk, en vóór het tekenen van de akte."}},
	article{title: "Legalisatie", text: []string{"De handtekening onder deze volmacht wordt gecontroleerd door een notaris. Neem daarvoor uw geldige paspoort of identiteitskaart mee."}})

// general are the articles that most deeds share.
var general = []article{
	{title: "Kosten en belastingen", text: []string{"De kosten van deze akte, het kadastrale recht en de overdrachtsbelasting komen voor rekening van de koper, tenzij partijen iets anders hebben afgesproken.", "De koper doet een beroep op het tarief dat past bij zijn situatie. De notaris doet de aangifte en betaalt de belasting uit de gelden die hij onder zich heeft."}},
	{title: "Baten en lasten", text: []string{"Vanaf vandaag zijn de baten voor de koper en komen de lasten voor zijn rekening. Partijen hebben de zakelijke lasten over het lopende jaar met elkaar verrekend. De gebruikerslasten zijn niet verrekend."}},
	{title: "Garanties", text: []string{"De verkoper verklaart en staat ervoor in:", "- dat hij bevoegd is om te verkopen en te leveren;\n- dat er geen beslagen of hypotheken op het verkochte rusten, behalve die hierna worden doorgehaald;\n- dat er geen huur, pacht of ander gebruiksrecht van derden is;\n- dat hij geen aanschrijving van de overheid heeft ontvangen die nog niet is uitgevoerd;\n- dat het verkochte niet is aangewezen als beschermd monument, en dat daarvoor geen aanvraag loopt."}},
	{title: "Bodem en milieu", text: []string{"Het is de verkoper niet bekend dat de bodem vuil is, of dat er ondergrondse tanks of asbest aanwezig zijn die het normale gebruik beletten.", "Blijkt later dat dit toch zo is, dan is dat voor rekening van de koper, tenzij de verkoper het wist en heeft verzwegen."}},
	{title: "Staat van de woning", text: []string{"De koper aanvaardt het verkochte in de staat waarin het vandaag is. De koper heeft de woning voor het tekenen bekeken, samen met de verkoper of diens makelaar. De meterstanden zijn toen opgenomen en door beide partijen getekend.", "De verkoper heeft de woning leeg en ontruimd opgeleverd, op de roerende zaken na die zijn meeverkocht."}},
	{title: "Erfdienstbaarheden en bijzondere verplichtingen", text: []string{"Voor bekende erfdienstbaarheden, kwalitatieve bedingen en bijzondere verplichtingen verwijzen partijen naar de vorige akte van levering. Daarin staat, woordelijk:", "„Ten behoeve van het verkochte en ten laste van het naastgelegen erf bestaat het recht om via de achterom te voet, met rijwielen en met huisvuil te gaan naar de openbare weg, op de minst bezwarende wijze en zonder hinder te veroorzaken.”", "De koper aanvaardt deze verplichtingen uitdrukkelijk. Zij gaan op hem over en hij legt ze op aan iedere volgende eigenaar."}},
	{title: "Risico en verzekering", text: []string{"Vanaf het moment van ondertekenen draagt de koper het risico van brand, storm en andere schade. De koper heeft zelf gezorgd voor een opstalverzekering vanaf vandaag."}},
	{title: "Ontbindende voorwaarden", text: []string{"De ontbindende voorwaarden in de koopovereenkomst zijn uitgewerkt. Geen van partijen kan zich er nog op beroepen. Afspraken die nog niet zijn nagekomen blijven tussen partijen gelden."}},
	{title: "Waarborgsom en bankgarantie", text: []string{"De koper heeft een bankgarantie gegeven van tien procent van de koopsom. Met het betalen van de koopsom is de garantie vervallen. De notaris stuurt haar terug naar de bank."}},
	{title: "Doorhaling van hypotheken", text: []string{"De bank van de verkoper heeft schriftelijk verklaard dat zij meewerkt aan de doorhaling van haar hypotheek, zodra de schuld is betaald. De notaris betaalt die schuld uit de koopsom en schrijft de doorhaling in."}},
	{title: "Keuze van woonplaats", text: []string{"Partijen kiezen voor de uitvoering van deze akte, ook voor de belastingen, woonplaats op het kantoor van de notaris."}},
	{title: "Wet ter voorkoming van witwassen", text: []string{"De notaris heeft vastgesteld wie de partijen zijn en waar het geld vandaan komt. De stukken waaruit dat blijkt bewaart hij vijf jaar. Daarna worden zij vernietigd."}},
	{title: "Volmacht voor herstel", text: []string{"Partijen geven de medewerkers van de notaris volmacht om schrijffouten in deze akte te verbeteren en om alles te doen wat nodig is voor de inschrijving in de openbare registers."}},
	{title: "Inhoud van de akte", text: []string{"De notaris heeft de zakelijke inhoud van deze akte aan partijen verteld en uitgelegd. Hij heeft gewezen op de gevolgen. Partijen hebben tijdig een concept ontvangen en stemmen in met een beperkte voorlezing.", "Tot slot hebben partijen de akte ondertekend, en direct daarna de notaris, om tien uur zesenveertig minuten."}},
}

// conveyance is the draft of a deed that hands over a house.
func conveyance(house, registered, seller string, price int64) kind {
	own := []article{
		{title: "Partijen", text: []string{seller + ", hierna te noemen: de verkoper.", "{klant}, hierna te noemen: de koper.", "De identiteit van partijen is vastgesteld aan de hand van hun paspoort of identiteitskaart. De nummers staan in het dossier van de notaris."}},
		{title: "Koop en levering", text: []string{"De verkoper heeft aan de koper verkocht, en levert hierbij aan de koper, die koopt en aanvaardt:", house + ", kadastraal bekend " + registered + ", hierna te noemen: het verkochte.", "De koper gebruikt het verkochte als woning. De koopovereenkomst is door partijen getekend en ligt bij de notaris."}},
		{
			title: "Koopsom en betaling", text: []string{"De koopsom is " + euros(price) + ". De koper heeft dit bedrag, met de kosten, gestort op de kwaliteitsrekening van de notaris. De verkoper geeft hem daarvoor kwijting."},
			table: func() pdf.Table {
				return costs("Wat de koper betaalt", "Samen", cost{"Koopsom", price}, cost{"Overdrachtsbelasting 2%", price / 50}, cost{"Meeverkochte roerende zaken", 350000})
			},
		},
		{title: "Herkomst van de eigendom", text: []string{"De verkoper heeft het verkochte verkregen door inschrijving van een akte van levering in de openbare registers van het Kadaster. In die akte heeft de vorige eigenaar kwijting gegeven voor de koopsom en afstand gedaan van het recht om ontbinding te vragen."}},
		{title: "Over- en ondermaat", text: []string{"Is de werkelijke grootte van het verkochte anders dan de opgegeven grootte, dan heeft geen van partijen daardoor recht op geld."}},
	}
	goods := article{title: "Lijst van zaken", text: []string{"De volgende zaken horen bij de koop. Wat de verkoper meeneemt, staat er ook bij."}, table: household}
	return deed("Concept akte van levering", "CONCEPT. Vandaag, {+24}, verschijnen voor mij, mr. A. van der Linde, notaris in {plaats}, de partijen die hierna worden genoemd. Dit is een concept: er kan nog iets veranderen tot het tekenen.",
		[]string{seller + "\nverkoper", "{klant}\nkoper", "mr. A. van der Linde\nnotaris"}, append(append(own, general...), goods)...)
}

// household is the list of what stays in a house and what goes.
func household() pdf.Table {
	t := pdf.Table{Caption: "Lijst van zaken", Head: []string{"Ruimte", "Zaak", "Blijft achter", "Gaat mee"}, RowHeaders: true}
	for _, room := range []struct {
		name   string
		things []string
	}{
		{"Tuin", []string{"Tegels en bestrating", "Schuur met werkbank", "Buitenlamp met sensor", "Vlaggenmast*", "Regenton"}},
		{"Hal", []string{"Deurbel", "Brievenbus", "Kapstok", "Meterkast met inhoud", "Spiegel*"}},
		{"Woonkamer", []string{"Gordijnrails", "Gordijnen", "Rolgordijnen", "Houten vloer", "Losse kasten*", "Open haard", "Lampen*", "Boekenplanken"}},
		{"Keuken", []string{"Inbouwkeuken", "Kookplaat", "Afzuigkap", "Oven", "Vaatwasser", "Koelkast", "Wasmachine*"}},
		{"Badkamer", []string{"Badmeubel", "Toiletrolhouder", "Wastafel", "Douchewand", "Handdoekrek*"}},
		{"Slaapkamers", []string{"Vaste kasten", "Horren", "Zonwering", "Vloerbedekking", "Lampen*"}},
		{"Zolder", []string{"Cv-ketel (eigendom)", "Vlizotrap", "Stellingkast*", "Zonnepanelen met omvormer", "Mechanische ventilatie"}},
	} {
		for _, thing := range room.things {
			row := []string{room.name, thing, "ja", ""}
			if taken, ok := strings.CutSuffix(thing, "*"); ok {
				row = []string{room.name, taken, "", "ja"}
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// mortgage is a deed with the plan of thirty years' payments, month by month.
func mortgage(house string, loan int64, interest float64) kind {
	months := article{title: "Aflossingsschema", text: []string{"Dit schema hoort bij een annuïteit van dertig jaar met een vaste rente. Lost u meer af, dan verandert het schema."}, table: func() pdf.Table { return annuity(loan, interest) }}
	own := []article{
		{title: "Lening", text: []string{"De bank heeft aan de schuldenaar een lening gegeven van " + euros(loan) + ". De schuldenaar erkent dat hij dit bedrag schuldig is. De rente is " + decimal(interest) + "% per jaar en staat tien jaar vast."}},
		{title: "Hypotheek en pand", text: []string{"Tot zekerheid van alles wat de bank van de schuldenaar te vorderen heeft of krijgt, geeft de schuldenaar aan de bank het recht van eerste hypotheek op: " + house + ".", "Ook geeft hij een pandrecht op wat met het onderpand wordt verbonden, en op zijn rechten uit de verzekering van het onderpand."}},
		{title: "Aflossing", text: []string{"De schuldenaar betaalt elke maand een vast bedrag aan rente en aflossing, op de laatste dag van de maand. Hij mag elk jaar tien procent extra aflossen zonder vergoeding."}},
		{title: "Verplichtingen van de schuldenaar", text: []string{"- Hij onderhoudt het onderpand goed en verzekert het tegen brand en storm.\n- Hij verandert het onderpand niet ingrijpend zonder toestemming van de bank.\n- Hij verhuurt het onderpand niet zonder toestemming van de bank.\n- Hij betaalt belastingen en heffingen op tijd."}},
		{title: "Wanneer de lening ineens moet worden betaald", text: []string{"De bank kan de lening ineens opeisen als de schuldenaar, na een aanmaning, niet betaalt; als hij failliet gaat of schuldsanering krijgt; of als het onderpand wordt verkocht of door brand verloren gaat.", "De bank eist niet op vóór zij met de schuldenaar heeft gezocht naar een oplossing."}},
		{title: "Verkoop door de bank", text: []string{"Blijft de schuldenaar in gebreke, dan mag de bank het onderpand in het openbaar verkopen. De schuldenaar werkt eraan mee dat kijkers het onderpand kunnen zien."}},
		{title: "Opzegging en beëindiging", text: []string{"De hypotheek eindigt als alles is betaald. De bank tekent dan een verklaring, waarmee de notaris de hypotheek doorhaalt."}},
	}
	return deed("Hypotheekakte", "CONCEPT. Voor mij, mr. A. van der Linde, notaris in {plaats}, verschijnen de schuldenaar, {klant}, en een medewerker van mijn kantoor namens Volksbank Midden nv, hierna: de bank. Zij verklaren het volgende.",
		[]string{"{klant}\nschuldenaar", "namens Volksbank Midden nv\nbank"}, append(append(own, general[10:]...), months)...)
}

func decimal(f float64) string {
	b := []byte(strconv.FormatFloat(f, 'f', 2, 64))
	for n, c := range b {
		if c == '.' {
			b[n] = ','
		}
	}
	return string(b)
}

// annuity is a row for each month of thirty years.
func annuity(loan int64, interest float64) pdf.Table {
	t := pdf.Table{Caption: "Rente en aflossing per maand", Head: []string{"Maand", "Rente", "Aflossing", "Betaling", "Restschuld"}, RowHeaders: true}
	rate := interest / 1200
	pay := int64(math.Round(float64(loan) * rate / (1 - math.Pow(1+rate, -360))))
	for rest, n := loan, 1; n <= 360; n++ {
		due := int64(math.Round(float64(rest) * rate))
		back := min(pay-due, rest)
		if n == 360 {
			back = rest
		}
		rest -= back
		t.Rows = append(t.Rows, []string{fmt.Sprintf("Maand %d", n), euros(due), euros(back), euros(due + back), euros(rest)})
	}
	return t
}

// will is the draft of a testament.
var will = deed("Testament (concept)", "CONCEPT. Voor mij, mr. A. van der Linde, notaris in {plaats}, verschijnt: {klant}, hierna te noemen: de testateur. De testateur verklaart zijn laatste wil als volgt.",
	[]string{"{klant}\ntestateur", "mr. A. van der Linde\nnotaris"},
	article{title: "Herroeping", text: []string{"De testateur herroept alle eerdere uiterste wilsbeschikkingen."}},
	article{title: "Erfgenamen", text: []string{"De testateur benoemt tot zijn erfgenamen, voor gelijke delen: zijn kinderen Lotte en Ruben. Is een kind eerder overleden, dan treden de kinderen van dat kind in zijn plaats.", "Zijn er geen kinderen of kleinkinderen, dan erft de Stichting Vrienden van het Stadspark."}},
	article{title: "Legaten", text: []string{"De testateur legateert, vrij van kosten en binnen zes maanden na het overlijden:", "- aan zijn zus Hanna: het schilderij „Zicht op de haven” en de staande klok;\n- aan zijn buurman J. Bos: een bedrag van € 5.000,00;\n- aan de plaatselijke roeivereniging: een bedrag van € 2.500,00."}},
	article{title: "Executeur", text: []string{"De testateur benoemt tot executeur zijn zus Hanna. De executeur beheert de nalatenschap, betaalt de schulden en zorgt voor de uitvaart. Zij mag goederen verkopen als dat nodig is, na overleg met de erfgenamen.", "Kan of wil zij niet, dan is {kantoor} executeur. De executeur krijgt een redelijk loon en legt verantwoording af."}},
	article{title: "Uitsluiting", text: []string{"Wat iemand uit deze nalatenschap krijgt, valt niet in een gemeenschap van goederen waarin hij is of zal trouwen, en wordt niet verrekend. Dat geldt ook voor de opbrengst en voor wat ervoor in de plaats komt."}},
	article{title: "Bewind tot vijfentwintig jaar", text: []string{"Wat een erfgenaam krijgt vóór zijn vijfentwintigste verjaardag, staat onder bewind. De executeur is bewindvoerder. Zij mag betalen voor studie, wonen en gezondheid. Elk jaar legt zij rekening en verantwoording af."}},
	article{title: "Uitvaart", text: []string{"De testateur wil worden begraven in zijn woonplaats. Er komt een bijeenkomst met muziek. In plaats van bloemen vraagt hij om een gift voor het Stadspark."}},
	article{title: "Rechtskeuze", text: []string{"Op deze nalatenschap is Nederlands recht van toepassing, waar de testateur ook woont als hij overlijdt."}},
	article{title: "Voogdij en digitale nalatenschap", text: []string{"De executeur krijgt toegang tot digitale accounts en beslist, samen met de kinderen, wat er wordt bewaard. Wachtwoorden liggen in een gesloten envelop bij de notaris."}},
	general[13])

// settlement is the statement of costs as a letter with a table.
func settlement(lines ...cost) kind {
	return func(k desk) ([]byte, error) {
		blocks := append(k.letterhead("Nota van afrekening"), pdf.Paragraph{Text: k.client.greeting},
			pdf.Paragraph{Text: "Hieronder leest u welke kosten horen bij {dossier}. Klopt er iets niet? Laat het ons weten vóór {+10}."},
			costs("Nota "+k.story.number+"-1", "Te betalen", lines...),
			pdf.Paragraph{Text: "Maak het bedrag over vóór {+17} op rekening NL00 VOOR 0123 4567 89 van de Stichting Derdengelden {kantoor}. Zet erbij: {nummer}."},
			pdf.Paragraph{Text: "Let op: wij wijzigen ons rekeningnummer nooit per e-mail of per telefoon. Twijfelt u? Bel ons dan op " + k.office.phone + "."})
		return k.write("Nota van afrekening", blocks...)
	}
}

var fees = []cost{{"Honorarium notaris", 94500}, {"Recherche in registers", 4200}, {"Kadastraal recht", 17250}, {"Btw 21% over honorarium en recherche", 20727}}

// articlesOfAssociation found a company.
var articlesOfAssociation = deed("Akte van oprichting", "Voor mij, mr. A. van der Linde, notaris in {plaats}, verschijnt de heer W. Smit. Hij richt hierbij een besloten vennootschap op en stelt de volgende statuten vast.", []string{"W. Smit\noprichter", "mr. A. van der Linde\nnotaris"},
	article{title: "Naam en zetel", text: []string{"De vennootschap heet {klant} en heeft haar zetel in {plaats}."}},
	article{title: "Doel", text: []string{"De vennootschap heeft als doel: het bakken en verkopen van brood, banket en aanverwante producten, en alles wat daarbij hoort."}},
	article{title: "Kapitaal en aandelen", text: []string{"Het kapitaal is verdeeld in aandelen van één euro. De oprichter neemt honderd aandelen en stort die vol in geld. Er worden geen aandeelbewijzen uitgegeven."}},
	article{title: "Overdracht van aandelen", text: []string{"Voor de overdracht van een aandeel is een notariële akte nodig. Wie wil overdragen, biedt zijn aandelen eerst aan de andere aandeelhouders aan. De prijs wordt vastgesteld door een onafhankelijke deskundige."}},
	article{title: "Bestuur", text: []string{"De vennootschap heeft een bestuur van één of meer bestuurders. De algemene vergadering benoemt, schorst en ontslaat hen. Iedere bestuurder mag de vennootschap alleen vertegenwoordigen.", "Voor een lening van meer dan € 50.000,00, en voor koop of verkoop van een gebouw, is een besluit van de algemene vergadering nodig."}},
	article{title: "Boekjaar en jaarrekening", text: []string{"Het boekjaar is het kalenderjaar. Het bestuur maakt binnen vijf maanden een jaarrekening. De algemene vergadering stelt haar vast."}},
	article{title: "Winst", text: []string{"De algemene vergadering beslist over de winst. Uitkeren mag alleen als het bestuur dat goedkeurt en de vennootschap haar schulden kan blijven betalen."}},
	article{title: "Algemene vergadering", text: []string{"Er is elk jaar ten minste één vergadering, binnen zes maanden na het boekjaar. De oproep gaat ten minste acht dagen tevoren uit. Vergaderen mag ook langs elektronische weg. Elk aandeel geeft één stem."}},
	article{title: "Ontbinding", text: []string{"Bij ontbinding zijn de bestuurders de vereffenaars. Wat overblijft gaat naar de aandeelhouders."}},
	article{title: "Slotverklaringen", text: []string{"De heer W. Smit is de eerste bestuurder. Het eerste boekjaar eindigt op 31 december van dit jaar. De vennootschap neemt de rechtshandelingen over die voor haar oprichting zijn verricht."}})

// shares is a deed by which shares go to another.
var shares = deed("Concept akte van overdracht van aandelen", "CONCEPT. Voor mij, mr. A. van der Linde, notaris in {plaats}, verschijnen de heer W. Smit, verkoper, en mevrouw K. Smit, koper. Zij verklaren het volgende.", []string{"W. Smit\nverkoper", "K. Smit\nkoper"},
	article{title: "Koop en levering", text: []string{"De verkoper levert aan de koper de aandelen 51 tot en met 100 in {klant}, elk van één euro."}},
	article{title: "Prijs", text: []string{"De prijs is € 64.000,00. Zij is berekend door de accountant van de vennootschap, naar de stand van 31 december."}},
	article{title: "Betaling", text: []string{"De koper betaalt de prijs in vijf gelijke delen, elk jaar op 1 juli, met een rente van 2% per jaar. Eerder aflossen mag altijd, zonder kosten."}},
	article{title: "Verklaringen van de verkoper", text: []string{"- De aandelen zijn volgestort en niet belast met pand of vruchtgebruik.\n- Er is geen beslag op gelegd.\n- De jaarrekening geeft een getrouw beeld."}},
	article{title: "Erkenning", text: []string{"De vennootschap erkent de overdracht en schrijft haar in het aandeelhoudersregister."}},
	general[10], general[11], general[12], general[13])
