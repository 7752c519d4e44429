package world

import (
	"context"
	"fmt"

	"voordeur/internal/audit"
	"voordeur/internal/dossiertype"
	"voordeur/internal/i18n"
	"voordeur/internal/product"
)

// sold is a product of an office; kind is the key of its type of dossier.
type sold struct {
	kind string
	product.Product
}

// sell makes the products of the office. Its handler gets what comes of them.
func (b Builder) sell(ctx context.Context, o office, logins []Login) error {
	manager, err := b.actor(ctx, o.id, logins[2].ID)
	if err != nil {
		return err
	}
	products := product.New(b.DB, b.Tenants, b.Identity, b.Dossiers, b.Asked, audit.NewLooks(b.DB))
	for _, s := range o.products {
		p := s.Product
		p.Type, p.Handler, p.Active = o.made[s.kind], logins[0].ID, true
		b.IDs.expect("product")
		if _, err := products.Add(ctx, manager, "product-"+p.Form, p); err != nil {
			return fmt.Errorf("product %s: %w", p.Form, err)
		}
	}
	return nil
}

func outside() dossiertype.Words { return say("Buiten en op straat", "Outdoors and in the street") }

func streetReport() sold {
	return sold{kind: "melding", Product: product.Product{
		Form: "melding_openbare_ruimte", Public: true,
		Content: product.Content{
			Name: say("Iets melden op straat", "Report something in the street"), Lead: say("Een gat in de weg, een kapotte lamp of afval. U zegt waar het is, wij lossen het op.", "A hole in the road, a broken lamp or rubbish. You say where it is, and we mend it."),
			Explain: say("Wij kijken binnen drie werkdagen. U leest hier wat wij ermee doen.\n\nIs er nu gevaar? Bel dan 112.", "We come and see within three working days. You can read here what we do about it.\n\nIs there danger now? Then call 112."),
			Needs:   say("Een adres in de buurt of een beschrijving van de plek. Een foto helpt, maar hoeft niet.", "An address nearby or a description of the place. A photo helps, but is not needed."),
			Costs:   say("Gratis.", "Free."), Term: say("Binnen tien werkdagen opgelost, of u hoort waarom het langer duurt.", "Mended within ten working days, or you hear why it takes longer."),
			Category: outside(), Search: "kapot stuk lantaarnpaal lamp afval vuilnis stoep tegel gat overlast melding openbare ruimte",
		},
	}}
}

func fellingPermit(kind string) sold {
	return sold{kind: kind, Product: product.Product{
		Form: "kapvergunning",
		Content: product.Content{
			Name: say("Boom kappen, vergunning aanvragen", "Felling a tree, apply for a permit"), Lead: say("Voor het kappen van een dikke boom heeft u vaak een vergunning nodig.", "You often need a permit for felling a thick tree."),
			Explain: say("U vult in om welke boom het gaat en waarom u hem wilt kappen. Een deskundige komt kijken.", "You fill in which tree it is and why you want to fell it. An expert comes and looks."),
			Needs:   say("Een foto van de hele boom, en de omtrek van de stam op 1,30 meter hoogte.", "A photo of the whole tree, and the girth of the trunk at a height of 1.30 metres."),
			Costs:   say("€ 124,50 voor de behandeling.", "€ 124.50 for the handling."), Term: say("Wij beslissen binnen acht weken.", "We decide within eight weeks."),
			Category: outside(), Search: "boom omzagen kapvergunning omgevingsvergunning tuin",
		},
	}}
}

func parkingCard() sold {
	return sold{kind: "gehandicaptenparkeerkaart", Product: product.Product{
		Form: "parkeerkaart",
		Content: product.Content{
			Name: say("Gehandicaptenparkeerkaart aanvragen", "Apply for a disabled parking permit"), Lead: say("Voor wie slecht loopt en dichtbij wil parkeren.", "For those who have difficulty walking and want to park close by."),
			Explain: say("Het formulier is lang, want een arts moet weten wat u wel en niet kunt. U kunt tussendoor stoppen: wij bewaren wat u heeft ingevuld.", "The form is long, because a doctor has to know what you can and cannot do. You can stop in between: we keep what you filled in."),
			Needs:   say("De namen van uw artsen, en een lijst van uw medicijnen.", "The names of your doctors, and a list of your medicines."),
			Costs:   say("€ 85,20.", "€ 85.20."), Term: say("Wij beslissen binnen zes weken.", "We decide within six weeks."),
			Category: dossiertype.Words{i18n.NL: "Vervoer en parkeren", i18n.EN: "Transport and parking"}, Search: "invalide parkeren parkeerkaart gpk auto handicap",
		},
	}}
}
