package world

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"voordeur/internal/dossier"
	"voordeur/internal/request"
)

// want is what the office asks of the client in a dossier, with some of it answered a day later, and judged the day after.
type want struct {
	days, due int // before now, and after it
	word      string
	items     []thing
}

// thing is an item of a request. It is answered by a paper, by what is said, or not yet; rejected is why that was not good.
type thing struct {
	name, explain, example, kind string
	paper                        *attachment
	said                         string
	rejected                     string
}

// wants are the acts of a request.
func (t *telling) wants(n int, w want) []act {
	acts := []act{{moment(t.now, w.days, 15, 40+n), func(ctx context.Context) error { return t.want(ctx, n, w) }}}
	at := moment(t.now, w.days-1, 19, 40+n)
	return append(acts, act{at, func(ctx context.Context) error { return t.give(ctx, n, w, at) }},
		act{moment(t.now, w.days-2, 9, 40+n), func(ctx context.Context) error { return t.judge(ctx, n, w) }})
}

func (t *telling) want(ctx context.Context, n int, w want) error {
	in := request.Draft{Client: t.clientID, Word: w.word, DueOn: t.now.AddDate(0, 0, w.due).Format(time.DateOnly), Remind: 3}
	for _, i := range w.items {
		in.Items = append(in.Items, request.Ask{Name: i.name, Explain: i.explain, Example: i.example, Kind: i.kind})
	}
	id, err := t.b.Requests.Send(ctx, t.staff, t.id, fmt.Sprintf("want-%d-%s", n, t.id), in)
	t.wanted = append(t.wanted, id)
	return err
}

// give is the client who answers what he has and hands it in.
func (t *telling) give(ctx context.Context, n int, w want, at time.Time) error {
	q, err := t.b.Requests.Read(ctx, t.me, t.id, t.wanted[n])
	if err != nil {
		return err
	}
	for k, i := range w.items {
		in := request.Answer{Way: request.ByText, Said: i.said}
		if i.paper != nil {
			desk := t.desk
			desk.day = at
			data, err := paper{name: i.paper.name, kind: i.paper.kind}.make(desk)
			if err != nil {
				return err
			}
			u, err := t.b.Dossiers.Receive(ctx, t.me.Scope(), t.id, dossier.NewUpload{FileName: i.paper.name}, bytes.NewReader(data))
			if err != nil {
				return err
			}
			in = request.Answer{Way: request.ByFiles, Uploads: []string{u.ID}}
		} else if i.said == "" {
			continue
		}
		if err := t.b.Requests.Save(ctx, t.me, t.id, q.Items[k].ID, fmt.Sprintf("give-%d-%d-%s", n, k, t.id), in); err != nil {
			return err
		}
	}
	if _, _, err := t.b.Requests.HandIn(ctx, t.me, t.id, q.ID, fmt.Sprintf("hand-%d-%s", n, t.id)); err != nil {
		return err
	}
	return t.work(ctx)
}

func (t *telling) judge(ctx context.Context, n int, w want) error {
	q, err := t.b.Requests.Open(ctx, t.staff, t.id, t.wanted[n])
	if err != nil {
		return err
	}
	for k, i := range w.items {
		if i.rejected == "" {
			continue
		}
		if err := t.b.Requests.Judge(ctx, t.staff, t.id, q.Items[k].ID, request.Verdict{Version: q.Items[k].Version, Reason: i.rejected}); err != nil {
			return err
		}
	}
	return nil
}

// The two requests of the demo: something of each was rejected, something waits to be judged, and something is to come.
func forTheParkingCard() want {
	return want{days: 5, due: 12, word: "Met deze drie dingen kunnen wij over uw parkeerkaart beslissen.", items: []thing{
		{
			name: "Verklaring van uw arts", explain: "Niet ouder dan drie maanden.", kind: "verklaring-arts", rejected: "De handtekening van uw arts ontbreekt. Vraag uw arts om de verklaring te ondertekenen.",
			paper: &attachment{"Verklaring huisarts.pdf", scanned("Verklaring", "Betreft: H. Veenstra", "Kan niet verder lopen dan 100 meter.", "Voorbeeldverklaring.")},
		},
		{name: "Pasfoto", explain: "Een foto van uw gezicht, voor op de kaart.", example: "een foto zonder zonnebril, tegen een lichte muur", kind: "overig"},
		{name: "Kenteken van uw auto", explain: "Rijdt u met iemand mee? Zeg dan dat dit niet voor u geldt.", said: "XX-999-X (voorbeeld)"},
	}}
}

func forTheRun() want {
	return want{days: 6, due: 9, word: "De politie en de brandweer willen dit weten voordat zij advies geven.", items: []thing{
		{name: "Lijst van verkeersregelaars", explain: "Met naam en de plek waar iemand staat.", said: "Wij hebben er elf.", rejected: "De politie vraagt er twaalf. Voegt u de lijst toe als bestand?"},
		{name: "Plattegrond van de route", explain: "Met de wegen die u afsluit.", example: "een kaart waarop u de route met de hand tekent", kind: "situatietekening"},
		{name: "Telefoonnummer op de dag zelf", said: "06 00 00 00 00 (voorbeeld)"},
	}}
}
