package identity

import (
	"context"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
)

// changed is what is told of a change of factors beside the journal's event: the kind of mail to the
// owner, and the factor if it is about one.
type changed struct {
	mail string
	kind Kind
}

// tell ends the account's other sessions, and tells of a change of its factors (ASVS 6.3.7, 7.4.3).
func (i *Identity) tell(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, account, event string, c changed) error {
	_, err := tx.Exec(ctx, `update session set ended_at = $4 where tenant_id = $1 and account_id = $2 and id <> $3 and ended_at is null`,
		t.ID, account, s.Session(), tx.Now())
	if err != nil {
		return err
	}
	client, err := i.mailAbout(ctx, tx, t, account, c.mail)
	if err != nil {
		return err
	}
	e := audit.Entry{Event: event, Client: client, Objects: []audit.Object{{Kind: "account", ID: account}}}
	if c.kind != "" {
		e.Detail = map[string]string{"factor": string(c.kind)}
	}
	return audit.Record(ctx, tx, s, e)
}

// mailAbout mails the owner of an account, and returns the client that it is of.
func (i *Identity) mailAbout(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, kind string) (client string, err error) {
	var email, name string
	var face access.Face
	err = tx.QueryRow(ctx, `select email, name, face, coalesce(client_id, '') from account where tenant_id = $1 and id = $2`, t.ID, account).
		Scan(&email, &name, &face, &client)
	if err != nil {
		return client, err
	}
	return client, i.send(ctx, tx, t, account, email, name, letter{kind: kind, face: face, path: "/"})
}

// OwnFactors is what a client sees of his factors.
type OwnFactors struct {
	Factors  []Factor
	Offers   []Kind // what he can link and has not, or can have several of
	Recovery bool   // the organisation has recovery codes
	Left     int    // of them
	Required bool   // the last factor stays
	Dropped  *db.Time
	ByPIN    bool // a telephone is linked with the PIN of a letter
}

// Has returns the client's factor of a kind.
func (o OwnFactors) Has(k Kind) (Factor, bool) { return Step{Factors: o.Factors}.Has(k) }

// OwnFactors returns the client's factors, and what he can do with them. Where the organisation has
// none it is NotFound.
func (i *Identity) OwnFactors(ctx context.Context, a access.Client) (OwnFactors, error) {
	s := a.Scope()
	t, err := i.withFactors(ctx, s)
	if err != nil {
		return OwnFactors{}, err
	}
	rule := t.Settings.SecondFactor
	o := OwnFactors{Recovery: rule.RecoveryCodes, Required: rule.Required()}
	if o.Factors, err = factors(ctx, i.db, t, s.Account()); err != nil {
		return o, err
	}
	o.ByPIN = rule.ByPIN()
	offers := i.offers(t, access.Portal)
	if len(o.Factors) == 0 {
		offers = i.firstOffers(t, access.Portal)
	}
	for _, k := range offers {
		if _, has := o.Has(k); !has || k == Passkey {
			o.Offers = append(o.Offers, k)
		}
	}
	if o.Left, err = codesLeft(ctx, i.db, t.ID, s.Account()); err != nil {
		return o, err
	}
	o.Dropped, err = db.One(ctx, i.db, db.Value[*db.Time], `select due_at from factor_reset where tenant_id = $1 and account_id = $2 and ended_at is null`, t.ID, s.Account())
	if errs.Is(err, errs.NotFound) {
		err = nil
	}
	return o, err
}

func (i *Identity) withFactors(ctx context.Context, s access.Scope) (*tenant.Tenant, error) {
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err == nil && !t.Settings.SecondFactor.On() {
		err = errs.Missing()
	}
	if err != nil {
		return nil, err
	}
	return t, i.RequirePassword(ctx, s)
}

// offered returns the tenant when a client can link a factor of the kind now.
func (i *Identity) offered(ctx context.Context, s access.Scope, k Kind) (*tenant.Tenant, error) {
	t, err := i.withFactors(ctx, s)
	if err == nil {
		err = i.mayLink(ctx, t, s, access.Portal, k)
	}
	return t, err
}

// mayLink returns NotFound for a factor that the account cannot link now.
func (i *Identity) mayLink(ctx context.Context, t *tenant.Tenant, s access.Scope, face access.Face, k Kind) error {
	had, err := factors(ctx, i.db, t, s.Account())
	if err != nil {
		return err
	}
	list := i.offers(t, face)
	if len(had) == 0 {
		list = i.firstOffers(t, face)
	}
	if !slices.Contains(list, k) {
		return errs.Missing()
	}
	return nil
}

// NewApp returns the app that a page would link; once is the page's key.
func (i *Identity) NewApp(ctx context.Context, a access.Client, once string) (Enrolment, error) {
	s := a.Scope()
	t, err := i.offered(ctx, s, TOTP)
	if err != nil {
		return Enrolment{}, err
	}
	address, err := db.One(ctx, i.db, db.Value[string], `select email_key from account where tenant_id = $1 and id = $2`, t.ID, s.Account())
	if err != nil {
		return Enrolment{}, err
	}
	return enrolment(t, address, enrolSecret(t, s.Account(), once))
}

// LinkApp links the app of a page, in place of the one before it, when its code is right. It returns
// the recovery codes that come with a first factor. The second of two clicks does nothing.
func (i *Identity) LinkApp(ctx context.Context, a access.Client, once, code string) ([]string, error) {
	s := a.Scope()
	t, err := i.offered(ctx, s, TOTP)
	if err != nil {
		return nil, err
	}
	return i.link(ctx, t, s, once, TOTP, func(ctx context.Context, tx *db.Tx) (bool, error) {
		return linkTOTP(ctx, tx, t, s.Account(), enrolSecret(t, s.Account(), once), noSpace(code))
	})
}

// SendOwn sends a code to a number that the client wants to link (N42).
func (i *Identity) SendOwn(ctx context.Context, a access.Client, typed string) error {
	s := a.Scope()
	t, err := i.offered(ctx, s, SMS)
	if err != nil {
		return err
	}
	if t.Settings.SecondFactor.ByPIN() {
		return errs.Missing()
	}
	n, err := i.number(t, access.Portal, typed)
	if err != nil {
		return err
	}
	return i.sending(ctx, func(ctx context.Context, tx *db.Tx) error { return i.sendCode(ctx, tx, t, ownNumber(s), n, false) })
}

// ownNumber is the act of linking a number from the own page. A session gets another name whenever its
// owner proves himself, so the code is not bound to it.
func ownNumber(s access.Scope) act { return act{account: s.Account(), purpose: forLink, action: "own"} }

// OwnNumber returns the number to which a code was sent that still counts; the zero value for none.
func (i *Identity) OwnNumber(ctx context.Context, a access.Client) (sms.Number, error) {
	s := a.Scope()
	t, err := i.offered(ctx, s, SMS)
	if err != nil {
		return sms.Number{}, err
	}
	_, number, err := i.pending(ctx, t, s.Account(), ownNumber(s).action)
	return number, err
}

// LinkNumber links the number to which a code was sent when the code is right (N43). It returns the
// recovery codes that come with a first factor.
func (i *Identity) LinkNumber(ctx context.Context, a access.Client, once, code string) ([]string, error) {
	s := a.Scope()
	t, err := i.offered(ctx, s, SMS)
	if err != nil {
		return nil, err
	}
	return i.link(ctx, t, s, once, SMS, func(ctx context.Context, tx *db.Tx) (bool, error) {
		return linkNumber(ctx, tx, t, access.Portal, ownNumber(s), noSpace(code))
	})
}

// link links a factor with use, which checks its code, and makes the recovery codes of a first one.
func (i *Identity) link(ctx context.Context, t *tenant.Tenant, s access.Scope, once string, k Kind, use func(context.Context, *db.Tx) (bool, error)) ([]string, error) {
	right, again := false, false
	err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		had, fresh, err := tx.Once(ctx, t.ID, s.Account(), once)
		if err != nil {
			return err
		}
		if again = !fresh && had == linked; again {
			return nil
		}
		if right, err = use(ctx, tx); err != nil || !right {
			return err
		}
		if err := i.tell(ctx, tx, t, s, s.Account(), "account.factor_linked", changed{"factor_added", k}); err != nil {
			return err
		}
		return tx.Finish(ctx, t.ID, s.Account(), once, linked)
	})
	if err == nil && !again && !right {
		var f errs.Fields
		f.Add("code", "code.wrong")
		err = f.Err()
	}
	if err != nil || again {
		return nil, err
	}
	return i.firstCodes(ctx, t, access.Portal, s.Account())
}

// linked is what a form that linked a factor came to.
const linked = "linked"

// Unlink takes a factor from the client's account (N46); the last one stays where every client must
// have one. With the last one go the recovery codes.
func (i *Identity) Unlink(ctx context.Context, a access.Client, k Kind) error {
	s := a.Scope()
	t, err := i.withFactors(ctx, s)
	if err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `delete from factor where tenant_id = $1 and account_id = $2 and kind = $3`, t.ID, s.Account(), string(k))
		if err != nil || n == 0 { // the second of two clicks
			return err
		}
		if err := lastFactor(ctx, tx, t, s); err != nil {
			return err
		}
		return i.tell(ctx, tx, t, s, s.Account(), "account.factor_unlinked", changed{"factor_removed", k})
	})
}

// NewRecoveryCodes makes ten recovery codes in place of the ones before, for who has a factor.
func (i *Identity) NewRecoveryCodes(ctx context.Context, a access.Client) ([]string, error) {
	s := a.Scope()
	t, err := i.withFactors(ctx, s)
	if err == nil && !t.Settings.SecondFactor.RecoveryCodes {
		err = errs.Missing()
	}
	if err != nil {
		return nil, err
	}
	if err := anyFactor(ctx, i.db, t, s.Account()); err != nil { // hashing costs something
		return nil, err
	}
	set, err := i.newRecoverySet(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	return set.codes, i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := anyFactor(ctx, tx, t, s.Account()); err != nil {
			return err
		}
		if err := storeRecoverySet(ctx, tx, t.ID, s.Account(), set); err != nil {
			return err
		}
		return i.tell(ctx, tx, t, s, s.Account(), "account.recovery_codes_made", changed{"recovery_made", ""})
	})
}

// anyFactor returns a Conflict for an account that has no factor to recover.
func anyFactor(ctx context.Context, r db.Reader, t *tenant.Tenant, account string) error {
	had, err := factors(ctx, r, t, account)
	if err == nil && len(had) == 0 {
		err = errs.New(errs.Conflict, "twostep.none_yet")
	}
	return err
}

// StoreNumber links a telephone to an account, for fixtures; nobody is told.
func (i *Identity) StoreNumber(ctx context.Context, tenantID, account string, n sms.Number) error {
	t, err := i.tenants.Get(ctx, tenantID)
	if err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := storeFactor(ctx, tx, t, account, SMS, n.E164()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, authn.System(tenantID, "admin"), audit.Entry{
			Event: "account.factor_linked", Objects: []audit.Object{{Kind: "account", ID: account}}, Detail: map[string]string{"factor": string(SMS)},
		})
	})
}
