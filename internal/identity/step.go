package identity

import (
	"context"
	"slices"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
)

// step is a log-in between the password and the second factor.
type step struct {
	id, account, emailKey string
	face                  access.Face
}

// act is what a code that is sent within the step is for.
func (s step) act(purpose string) act { return act{account: s.account, purpose: purpose, action: s.id} }

// step returns the step of a secret that can still be finished.
func (i *Identity) step(ctx context.Context, tenantID, secret string) (step, error) {
	s := step{id: authn.HashToken(secret)}
	var tries int
	err := i.db.QueryRow(ctx, `select k.account_id, k.tries, a.email_key, a.face from account_token k join account a on a.tenant_id = k.tenant_id and a.id = k.account_id
		where k.tenant_id = $1 and k.id = $2 and k.purpose = 'login' and k.used_at is null and k.expires_at > $3`,
		tenantID, s.id, db.At(i.db.Clock().Now())).Scan(&s.account, &tries, &s.emailKey, &s.face)
	if err == nil && tries >= maxCodes {
		err = errs.Missing()
	}
	return s, err
}

// proceed goes on from a right password, or from a link that set one: to a session, or to the step of
// the second factor. An employee always has one, a client as his organisation has it and he chose.
func (i *Identity) proceed(ctx context.Context, tx *db.Tx, t *tenant.Tenant, face access.Face, account, origin string) (Outcome, error) {
	rule := t.Settings.SecondFactor
	if face == access.Portal && !rule.On() {
		return i.openSession(ctx, tx, t, face, account, "password", origin)
	}
	had, err := factors(ctx, tx, t, account)
	if err != nil {
		return Outcome{}, err
	}
	if face == access.Portal && len(had) == 0 && !rule.Required() {
		return i.openSession(ctx, tx, t, face, account, "password", origin)
	}
	out := Outcome{Enrol: len(had) == 0, Account: account}
	if out.Step, err = putToken(ctx, tx, t.ID, account, forLogin, stepLife); err != nil || out.Enrol {
		return out, err
	}
	if out.With = had[0].Kind; out.With == SMS {
		err = i.sendToFactor(ctx, tx, t, act{account: account, purpose: forLogin, action: authn.HashToken(out.Step)}, false)
	}
	if errs.Is(err, errs.Limited) { // the page says that none was sent
		err = nil
	}
	return out, err
}

// offers are the factors that can be linked on a face: in the office an app and passkeys at any rate, and a
// telephone where there is a provider of text messages. A passkey is linked from the own page alone: it works in
// one browser or so, and who has lost that must have another way.
func (i *Identity) offers(t *tenant.Tenant, face access.Face) []Kind {
	var list []Kind
	if face == access.Office || t.Settings.SecondFactor.Offers(tenant.FactorTOTP) {
		list = append(list, TOTP)
	}
	if i.tenants.Texting && t.Settings.SecondFactor.Offers(tenant.FactorSMS) {
		list = append(list, SMS)
	}
	if face == access.Office || t.Settings.SecondFactor.On() && t.Settings.SecondFactor.Offers(tenant.FactorPasskey) {
		list = append(list, Passkey)
	}
	return list
}

// firstOffers are the factors that somebody who has none can link on a face: where a PIN comes by post, only a
// telephone, since whoever knows a password could link another.
func (i *Identity) firstOffers(t *tenant.Tenant, face access.Face) []Kind {
	list := i.offers(t, face)
	if face == access.Portal && t.Settings.SecondFactor.ByPIN() {
		list = slices.DeleteFunc(list, func(k Kind) bool { return k != SMS })
	}
	return list
}

// Step is what the page between password and session shows.
type Step struct {
	Factors  []Factor   // the one that was used last first
	Recovery bool       // there is a recovery code left
	Sent     bool       // a code that was sent for this step still counts
	Number   sms.Number // of a telephone that is being linked
	Calls    bool       // a code can be spoken on a call
	Offers   []Kind     // what can be linked, when there is no factor
	PIN      *PIN       // of the letter that linking takes, nil where it takes none
}

// Has returns the account's factor of a kind.
func (s Step) Has(k Kind) (Factor, bool) {
	for _, f := range s.Factors {
		if f.Kind == k {
			return f, true
		}
	}
	return Factor{}, false
}

const selectSent = `select purpose, id, number from sent_code where tenant_id = $1 and account_id = $2 and action = $3 and used_at is null and expires_at > $4 and tries < $5
	order by created_at desc limit 1`

// AtStep returns what is shown at a step; one that is over, or of another face, is NotFound.
func (i *Identity) AtStep(ctx context.Context, t *tenant.Tenant, face access.Face, secret string) (Step, error) {
	s, err := i.step(ctx, t.ID, secret)
	if err == nil && s.face != face {
		err = errs.Missing()
	}
	if err != nil {
		return Step{}, err
	}
	v := Step{Calls: i.Calls(t), Offers: slices.DeleteFunc(i.firstOffers(t, face), func(k Kind) bool { return k == Passkey })}
	if v.Factors, err = factors(ctx, i.db, t, s.account); err != nil {
		return v, err
	}
	left, err := codesLeft(ctx, i.db, t.ID, s.account)
	if err != nil {
		return v, err
	}
	v.Recovery = left > 0 && len(v.Factors) > 0
	if v.Sent, v.Number, err = i.pending(ctx, t, s.account, s.id); err != nil {
		return v, err
	}
	if face == access.Portal && t.Settings.SecondFactor.ByPIN() && len(v.Factors) == 0 {
		v.PIN = &PIN{}
		v.PIN.Works, err = pinWorks(ctx, i.db, t.ID, s.account)
	}
	return v, err
}

// pending returns whether a code that was sent for an action still counts, and the number that it links.
func (i *Identity) pending(ctx context.Context, t *tenant.Tenant, account, action string) (sent bool, number sms.Number, err error) {
	var purpose, id string
	var sealed []byte
	err = i.db.QueryRow(ctx, selectSent, t.ID, account, action, db.At(i.db.Clock().Now()), maxCodes).Scan(&purpose, &id, &sealed)
	if errs.Is(err, errs.NotFound) {
		return false, number, nil
	}
	if err != nil || purpose != forLink {
		return err == nil, number, err
	}
	number, err = openNumber(t, sealed, numberAAD(t.ID, id))
	return true, number, err
}

// Enrol returns the app that a step would link.
func (i *Identity) Enrol(ctx context.Context, t *tenant.Tenant, secret string) (Enrolment, error) {
	s, err := i.step(ctx, t.ID, secret)
	if err != nil {
		return Enrolment{}, err
	}
	return enrolment(t, s.emailKey, enrolSecret(t, secret))
}

// SendCode sends a code for a step once more, or for the first time where another factor was asked
// before; aloud speaks it on a call. Soon after another one, or when too many were sent, it is Limited.
func (i *Identity) SendCode(ctx context.Context, t *tenant.Tenant, face access.Face, secret string, aloud bool) error {
	s, err := i.stepOn(ctx, t, face, secret)
	if err != nil {
		return err
	}
	return i.sending(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := i.sendToFactor(ctx, tx, t, s.act(forLogin), aloud)
		if errs.Is(err, errs.NotFound) { // somebody made it up
			return nil
		}
		return err
	})
}

// SendToNew sends a code to a telephone that a step is to link, with the PIN of a letter where the organisation
// asks for one. Who has a factor already links nothing before he has shown it.
func (i *Identity) SendToNew(ctx context.Context, t *tenant.Tenant, face access.Face, secret, typed, pin, origin string) error {
	s, err := i.stepOn(ctx, t, face, secret)
	if err != nil {
		return err
	}
	// One that is linked at this moment makes no difference: nothing is linked beside it.
	if had, err := factors(ctx, i.db, t, s.account); err != nil || len(had) > 0 {
		return err
	}
	if s.face == access.Portal && t.Settings.SecondFactor.ByPIN() {
		return i.sendWithPIN(ctx, t, authn.Nobody(t.ID, origin), s.act(forLink), typed, pin)
	}
	n, err := i.number(t, face, typed)
	if err != nil {
		return err
	}
	return i.sending(ctx, func(ctx context.Context, tx *db.Tx) error { return i.sendCode(ctx, tx, t, s.act(forLink), n, false) })
}

// number reads a number that can be linked on a face.
func (i *Identity) number(t *tenant.Tenant, face access.Face, typed string) (sms.Number, error) {
	if !slices.Contains(i.offers(t, face), SMS) {
		return sms.Number{}, errs.Missing()
	}
	if i.Calls(t) {
		return sms.ParseCalled(typed, t.Settings.SMS.Countries)
	}
	return sms.Parse(typed, t.Settings.SMS.Countries)
}

// sending commits what f does also when a budget is spent, so that the journal tells of that.
func (i *Identity) sending(ctx context.Context, f func(context.Context, *db.Tx) error) error {
	var limited error
	err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		limited = nil
		err := f(ctx, tx)
		if errs.Is(err, errs.Limited) {
			limited, err = err, nil
		}
		return err
	})
	if err == nil {
		err = limited
	}
	return err
}

func (i *Identity) stepOn(ctx context.Context, t *tenant.Tenant, face access.Face, secret string) (step, error) {
	s, err := i.step(ctx, t.ID, secret)
	if errs.Is(err, errs.NotFound) || err == nil && face != "" && s.face != face {
		return s, errs.New(errs.Unauthenticated, "login.step_over")
	}
	return s, err
}

// noSpace takes the spaces out of a code, which people type as they see it.
func noSpace(code string) string { return strings.Join(strings.Fields(code), "") }
