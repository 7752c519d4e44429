// Package product is the e-loket: what clients can apply for or report, and what they fill in for it until it becomes
// a dossier (E4, E5, D7, ADR 30).
package product

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/i18n"
	"voordeur/internal/identity"
	"voordeur/internal/questionnaire"
	"voordeur/internal/tenant"
)

// Products reads and changes products and what is filled in for them.
type Products struct {
	db       *db.DB
	tenants  *tenant.Tenants
	identity *identity.Identity
	dossiers *dossier.Dossiers
	asked    *questionnaire.Questionnaires
	looks    *audit.Looks
}

// New returns the products of a database.
func New(d *db.DB, tenants *tenant.Tenants, ids *identity.Identity, dossiers *dossier.Dossiers, asked *questionnaire.Questionnaires, looks *audit.Looks) *Products {
	return &Products{d, tenants, ids, dossiers, asked, looks}
}

// Words is a text in each language.
type Words = dossiertype.Words

// Content is what a product says.
type Content struct {
	Name     Words  `json:"name"`
	Lead     Words  `json:"lead"` // what it is, in a sentence
	Explain  Words  `json:"explanation,omitempty"`
	Needs    Words  `json:"needs,omitempty"` // what one has at hand
	Costs    Words  `json:"costs,omitempty"`
	Term     Words  `json:"term,omitempty"`
	Category Words  `json:"category,omitempty"`
	Search   string `json:"search,omitempty"` // other words by which people look for it
}

// Product is what clients can apply for or report.
type Product struct {
	ID      string
	Form    string // its name: the newest version is filled in
	Type    string // of the dossier that it begins
	Handler string // whose that dossier is to be, "" for nobody yet
	Active  bool
	Public  bool // can be filled in before one logs in
	Means   Means
	Content
	Version int64

	latest  int64 // version of its type with which dossiers begin, 0 for none
	offered bool  // its type is begun, and clients see it
}

// Offered reports whether clients can apply for it.
func (p Product) Offered() bool { return p.Active && p.offered }

// Means is how whoever sends a product must have logged in.
type Means string

// The means.
const (
	AnyMeans    Means = ""
	Strong      Means = "strong" // more than a password
	DigiD       Means = "digid"
	EHerkenning Means = "eherkenning"
	EIDAS       Means = "eidas"
)

// AllMeans are all of them, in the order of the page.
var AllMeans = []Means{AnyMeans, Strong, DigiD, EHerkenning, EIDAS}

// Met reports whether a log-in was by these means.
func (m Means) Met(s access.Scope) bool {
	with, _, further := strings.Cut(s.Means(), "+")
	switch m {
	case AnyMeans:
		return true
	case Strong:
		return further || with != "password"
	}
	return with == string(m)
}

const selectProduct = `select p.id, p.form, p.type_id, coalesce(p.handler_id, ''), p.active, p.public, p.means, p.content, p.version, y.latest from product p
	join dossier_type y on y.tenant_id = p.tenant_id and y.id = p.type_id where p.tenant_id = $1 `

func scanProduct(scan db.Scan) (Product, error) {
	var p Product
	var content string
	err := scan(&p.ID, &p.Form, &p.Type, &p.Handler, &p.Active, &p.Public, &p.Means, &content, &p.Version, &p.latest)
	if err == nil {
		err = json.Unmarshal([]byte(content), &p.Content)
	}
	return p, err
}

// ref is the version of its type with which a dossier begins.
func (p Product) ref() dossiertype.Ref { return dossiertype.Ref{ID: p.Type, Number: p.latest} }

// settle finds out which of the products can be offered.
func (ps *Products) settle(ctx context.Context, r db.Reader, s access.Scope, list []Product) error {
	var refs []dossiertype.Ref
	for _, p := range list {
		if p.latest > 0 {
			refs = append(refs, p.ref())
		}
	}
	defs, err := ps.dossiers.Types().At(ctx, r, s, refs...)
	for i, p := range list {
		def, begun := defs[p.ref()]
		list[i].offered = begun && def.Begins()
	}
	return err
}

// List returns the products of the organisation, those that are not offered too, by name.
func (ps *Products) List(ctx context.Context, a access.Staff) ([]Product, error) {
	return ps.list(ctx, a.Scope())
}

func (ps *Products) list(ctx context.Context, s access.Scope) ([]Product, error) {
	list, err := db.All(ctx, ps.db, scanProduct, selectProduct+`order by p.id`, s.Tenant())
	if err == nil {
		err = ps.settle(ctx, ps.db, s, list)
	}
	slices.SortStableFunc(list, func(a, b Product) int { return strings.Compare(folded(a.Name[i18n.NL]), folded(b.Name[i18n.NL])) })
	return list, err
}

// Offered returns what whoever asks can find: all that is offered for whoever is logged in, else what can be filled in
// before that. With words it is what has all of them, whatever their order, capitals and accents.
func (ps *Products) Offered(ctx context.Context, s access.Scope, words string) ([]Product, error) {
	list, err := ps.list(ctx, s)
	return slices.DeleteFunc(list, func(p Product) bool {
		return !p.Offered() || s.Account() == "" && !p.Public || !p.has(words)
	}), err
}

// Get returns a product; any that is not of the organisation is NotFound.
func (ps *Products) Get(ctx context.Context, s access.Scope, id string) (Product, error) {
	return ps.get(ctx, ps.db, s, id)
}

func (ps *Products) get(ctx context.Context, r db.Reader, s access.Scope, id string) (Product, error) {
	p, err := db.One(ctx, r, scanProduct, selectProduct+`and p.id = $2`, s.Tenant(), id)
	if err != nil {
		return p, err
	}
	one := []Product{p}
	err = ps.settle(ctx, r, s, one)
	return one[0], err
}

// has reports whether all words stand in what the product says.
func (p Product) has(words string) bool {
	text := folded(p.Search)
	for _, w := range []Words{p.Name, p.Lead, p.Explain, p.Category} {
		for _, said := range w {
			text += " " + folded(said)
		}
	}
	for word := range strings.FieldsSeq(folded(words)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// folded is a text in small letters without accents and signs.
func folded(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}
