package product

import (
	"context"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/form"
	"voordeur/internal/i18n"
	"voordeur/internal/questionnaire"
	"voordeur/internal/tenant"
)

const (
	// Kept is for how long what an account fills in is kept after it was last saved.
	Kept = 90 * 24 * time.Hour
	// KeptOpen is the same for what is filled in before one logs in.
	KeptOpen = 24 * time.Hour
	// keptSent is for how long a second click on "Versturen" still finds the dossier.
	keptSent = 7 * 24 * time.Hour

	maxOwn    = 50        // applications of an account that it has not sent
	maxOpen   = 1000      // that an organisation keeps of visitors who have not logged in
	maxOrigin = 30        // of those from one network
	maxBytes  = 256 << 10 // of the answers of one of those
)

// Application is what is filled in for a product until it becomes a dossier.
type Application struct {
	ID, Product, Form string
	Client            string // "" before one has logged in
	Dossier           string // what became of it, "" while it was not sent
	Name              Words  // of the product
	ChangedAt, EndsAt db.Time
}

const selectApplication = `select a.id, a.product_id, a.form_id, coalesce(a.client_id, ''), coalesce(a.dossier_id, ''), p.content, a.changed_at, a.ends_at
	from application a join product p on p.tenant_id = a.tenant_id and p.id = a.product_id where a.tenant_id = $1 `

func scanApplication(scan db.Scan) (Application, error) {
	var a Application
	var content string
	err := scan(&a.ID, &a.Product, &a.Form, &a.Client, &a.Dossier, &content, &a.ChangedAt, &a.EndsAt)
	if err == nil {
		a.Name, err = nameIn(content)
	}
	return a, err
}

// isOwn is the one predicate of an application that the account fills in for the client: $2 and $3. isHeld is that of
// one which the browser with a secret, $2, fills in before the log-in. Neither holds of one that is over, by $4 or $3.
const (
	isOwn  = ` and a.client_id = $2 and a.account_id = $3 and a.ends_at > $4 `
	isHeld = ` and a.secret = $2 and a.ends_at > $3 `
)

func own(ctx context.Context, r db.Reader, a access.Client, now db.Time, id string) (Application, error) {
	s := a.Scope()
	return db.One(ctx, r, scanApplication, selectApplication+isOwn+`and a.id = $5`, s.Tenant(), s.Client(), s.Account(), now, id)
}

func held(ctx context.Context, r db.Reader, s access.Scope, now db.Time, secret string) (Application, error) {
	return db.One(ctx, r, scanApplication, selectApplication+isHeld, s.Tenant(), authn.HashToken(secret), now)
}

func (ps *Products) now() db.Time { return db.At(ps.db.Clock().Now()) }

// Waiting returns what the account has begun and not sent, the newest first.
func (ps *Products) Waiting(ctx context.Context, a access.Client) ([]Application, error) {
	s := a.Scope()
	return db.All(ctx, ps.db, scanApplication, selectApplication+isOwn+`and a.dossier_id is null order by a.changed_at desc, a.id desc limit 50`, s.Tenant(), s.Client(), s.Account(), ps.now())
}

// Held returns what the browser with the secret fills in for a product before the log-in; nothing is NotFound.
func (ps *Products) Held(ctx context.Context, s access.Scope, secret, product string) (Application, error) {
	a, err := held(ctx, ps.db, s, ps.now(), secret)
	if err == nil && a.Product != product {
		err = errs.Missing()
	}
	return a, err
}

// Start begins an application for a client, and returns its id. One for the same product that he has begun goes on,
// unless he asks for a fresh one.
func (ps *Products) Start(ctx context.Context, a access.Client, product string, fresh bool) (string, error) {
	s, id := a.Scope(), ""
	err := ps.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, formID, err := ps.startable(ctx, tx, s, product)
		if err == nil {
			err = a.Require(access.UploadDocuments)
		}
		if err != nil {
			return err
		}
		had, err := db.All(ctx, tx, scanApplication, selectApplication+isOwn+`and a.dossier_id is null order by a.changed_at desc, a.id desc`, s.Tenant(), s.Client(), s.Account(), tx.Now())
		if err != nil {
			return err
		}
		for _, one := range had {
			if id = one.ID; one.Product == p.ID && !fresh {
				return nil
			}
		}
		if len(had) >= maxOwn {
			return errs.New(errs.Conflict, "product.too_many", "max", maxOwn)
		}
		id = tx.NewID()
		_, err = tx.Exec(ctx, `insert into application (tenant_id, id, product_id, form_id, client_id, account_id, created_at, changed_at, ends_at) values ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
			s.Tenant(), id, p.ID, formID, s.Client(), s.Account(), tx.Now(), db.At(tx.Now().Add(Kept)))
		return err
	})
	return id, err
}

// startable returns a product that is offered, with the form to fill in; any other is NotFound.
func (ps *Products) startable(ctx context.Context, r db.Reader, s access.Scope, id string) (Product, string, error) {
	p, err := ps.get(ctx, r, s, id)
	if err == nil && !p.Offered() {
		err = errs.Missing()
	}
	if err != nil {
		return p, "", err
	}
	formID, err := newestForm(ctx, r, s, p.Form)
	return p, formID, err
}

// StartOpen begins an application of a visitor who has not logged in. Who has the secret that it returns goes on with it. A
// product that asks for a log-in first is Unauthenticated.
func (ps *Products) StartOpen(ctx context.Context, s access.Scope, product string) (secret string, err error) {
	err = ps.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, formID, err := ps.startable(ctx, tx, s, product)
		if err != nil {
			return err
		}
		d, err := questionnaire.Definition(ctx, tx, s.Tenant(), formID)
		if err != nil {
			return err
		}
		if !p.Public || needsFiles(d) {
			return &errs.Error{Kind: errs.Unauthenticated}
		}
		origin := authn.HashToken(s.Origin())
		all, err := db.One(ctx, tx, db.Value[int], `select count(*) from application where tenant_id = $1 and account_id is null`, s.Tenant())
		if err != nil {
			return err
		}
		near, err := db.One(ctx, tx, db.Value[int], `select count(*) from application where tenant_id = $1 and account_id is null and origin = $2`, s.Tenant(), origin)
		if err != nil {
			return err
		}
		if all >= maxOpen || near >= maxOrigin {
			return errs.New(errs.Limited, "product.busy")
		}
		id := tx.NewID()
		secret = db.RandomID()
		_, err = tx.Exec(ctx, `insert into application (tenant_id, id, product_id, form_id, secret, origin, created_at, changed_at, ends_at) values ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
			s.Tenant(), id, p.ID, formID, authn.HashToken(secret), origin, tx.Now(), db.At(tx.Now().Add(KeptOpen)))
		return err
	})
	return secret, err
}

// Claim makes what the browser with the secret filled in the logged-in client's own, and returns its id.
func (ps *Products) Claim(ctx context.Context, a access.Client, secret string) (string, error) {
	if err := a.Require(access.UploadDocuments); err != nil {
		return "", err
	}
	s, id := a.Scope(), ""
	err := ps.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		one, err := held(ctx, tx, s, tx.Now(), secret)
		if err != nil {
			return err
		}
		id = one.ID
		n, err := tx.Exec(ctx, `update application set client_id = $3, account_id = $4, secret = null, origin = '', ends_at = $5, version = version + 1 where tenant_id = $1 and id = $2 and account_id is null`,
			s.Tenant(), id, s.Client(), s.Account(), db.At(tx.Now().Add(Kept)))
		if err := db.Guard(n, err, errs.Missing()); err != nil {
			return err
		}
		one.Client = s.Client()
		return audit.Record(ctx, tx, s, entry("application.claimed", one))
	})
	return id, err
}

func entry(event string, a Application) audit.Entry {
	return audit.Entry{Event: event, Client: a.Client, Dossier: a.Dossier, Objects: []audit.Object{{Kind: "application", ID: a.ID}}}
}

// Filling is an application with how far it is.
type Filling struct {
	Application
	*questionnaire.Sheet
	Goes bool // its product is offered
}

// Fill returns an application for the account that fills it in; it is NotFound for everybody else.
func (ps *Products) Fill(ctx context.Context, a access.Client, id string, lang i18n.Lang) (*Filling, error) {
	one, err := own(ctx, ps.db, a, ps.now(), id)
	if err != nil {
		return nil, err
	}
	f, err := ps.fold(ctx, ps.db, a.Scope(), one, lang)
	if err != nil {
		return nil, err
	}
	return f, ps.looks.Look(ctx, a.Scope(), entry("application.read", one))
}

// FillOpen returns what the browser with the secret fills in for a product before the log-in.
func (ps *Products) FillOpen(ctx context.Context, s access.Scope, secret, product string, lang i18n.Lang) (*Filling, error) {
	one, err := ps.Held(ctx, s, secret, product)
	if err != nil {
		return nil, err
	}
	return ps.fold(ctx, ps.db, s, one, lang)
}

func (ps *Products) fold(ctx context.Context, r db.Reader, s access.Scope, one Application, lang i18n.Lang) (*Filling, error) {
	t, err := ps.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return nil, err
	}
	d, err := questionnaire.Definition(ctx, r, t.ID, one.Form)
	if err != nil {
		return nil, err
	}
	saved, versions, err := load(ctx, r, t, one.ID)
	if err != nil {
		return nil, err
	}
	f := &Filling{Application: one, Sheet: questionnaire.NewSheet(d, saved, versions, ps.Today(lang))}
	p, err := ps.get(ctx, r, s, one.Product)
	if err != nil {
		return nil, err
	}
	f.Goes = p.Offered()
	if a, client := access.AsClient(s); client {
		f.Files, err = dossier.Uploaded(ctx, r, a, one.ID)
	}
	return f, err
}

// Today is the day on which answers are looked at now.
func (ps *Products) Today(lang i18n.Lang) form.Today {
	return form.Today{Day: i18n.Local(ps.db.Clock().Now()).Format(time.DateOnly), Lang: lang}
}

func aad(tenantID, id, page string) string {
	return "application|page|" + tenantID + "|" + id + "|" + page
}

func load(ctx context.Context, r db.Reader, t *tenant.Tenant, id string) (form.Saved, map[string]int64, error) {
	saved, versions := form.Saved{}, map[string]int64{}
	_, err := db.All(ctx, r, func(scan db.Scan) (struct{}, error) {
		var page string
		var sealed []byte
		var version int64
		err := scan(&page, &sealed, &version)
		if err == nil {
			saved[page], err = questionnaire.Unseal(t, sealed, aad(t.ID, id, page))
		}
		versions[page] = version
		return struct{}{}, err
	}, `select page, answers, version from application_page where tenant_id = $1 and application_id = $2`, t.ID, id)
	return saved, versions, err
}

// Discard forgets an application that its account has not sent. Its files go with it.
func (ps *Products) Discard(ctx context.Context, a access.Client, id string) error {
	return ps.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		one, err := own(ctx, tx, a, tx.Now(), id)
		if err != nil {
			return err
		}
		if one.Dossier != "" {
			return errs.New(errs.Conflict, "product.sent_already")
		}
		if err := forget(ctx, tx, a.Scope(), one); err != nil {
			return err
		}
		return audit.Record(ctx, tx, a.Scope(), entry("application.discarded", one))
	})
}

// DiscardOpen forgets what the browser with the secret filled in before the log-in.
func (ps *Products) DiscardOpen(ctx context.Context, s access.Scope, secret string) error {
	return ps.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		one, err := held(ctx, tx, s, tx.Now(), secret)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := forget(ctx, tx, s, one); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, entry("application.discarded", one))
	})
}

func forget(ctx context.Context, tx *db.Tx, s access.Scope, one Application) error {
	if _, err := tx.Exec(ctx, `delete from application_page where tenant_id = $1 and application_id = $2`, s.Tenant(), one.ID); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `delete from application where tenant_id = $1 and id = $2`, s.Tenant(), one.ID)
	return db.Guard(n, err, errs.Missing())
}

// Expire forgets the applications of a tenant whose time is over, and returns how many.
func (ps *Products) Expire(ctx context.Context, tenantID string) (int, error) {
	n, s := 0, authn.System(tenantID, "collect")
	list, err := db.All(ctx, ps.db, scanApplication, selectApplication+`and a.ends_at <= $2 order by a.ends_at`, tenantID, ps.now())
	for _, one := range list {
		err = ps.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			err := forget(ctx, tx, s, one)
			if err != nil || one.Dossier != "" {
				return err
			}
			return audit.Record(ctx, tx, s, entry("application.expired", one))
		})
		if errs.Is(err, errs.NotFound) { // gone meanwhile
			err = nil
			continue
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, err
}
