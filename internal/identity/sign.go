package identity

import (
	"context"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	letters "voordeur/internal/letter"
	"voordeur/internal/tenant"
)

// freshly is how long ago who signs without a code may have logged in or proved himself.
const freshly = 5 * time.Minute

// Statement is what somebody signs: of which thing he says what. A code that is sent for one serves no other (A24).
type Statement struct {
	ID, Choice string
	// What is the thing and Whose it is, as the client knows them: the message with the code names both.
	What, Whose string
}

func (m Statement) act(s access.Scope) act {
	return act{account: s.Account(), purpose: forApproval, action: m.Choice + ":" + m.ID, about: m}
}

// Signing is with what an account can sign.
type Signing struct {
	Number   string // of the telephone that gets a code, masked; "" for none
	Landline bool   // which is only called
	Calls    bool   // the code can be spoken on a call
	App      bool   // a code of its app
	PIN      bool   // the PIN of its letter
	Login    bool   // or, having none of those, a log-in of a moment ago
}

// Codes reports whether a code is typed.
func (g Signing) Codes() bool { return g.App || g.Number != "" }

// None reports whether the account cannot sign at all: it must link something first.
func (g Signing) None() bool { return !g.Codes() && !g.PIN && !g.Login }

// ToSign returns with what the account can sign, by what it has and what its organisation allows.
func (i *Identity) ToSign(ctx context.Context, t *tenant.Tenant, s access.Scope) (Signing, error) {
	return i.signing(ctx, i.db, t, s)
}

func (i *Identity) signing(ctx context.Context, r db.Reader, t *tenant.Tenant, s access.Scope) (Signing, error) {
	rule, factor := t.Settings.Signing, t.Settings.SecondFactor
	had, err := codeFactors(ctx, r, t, s.Account())
	if err != nil {
		return Signing{}, err
	}
	g, linked := Signing{Calls: i.Calls(t)}, false
	for _, f := range had {
		switch {
		case f.Kind == SMS:
			linked = true
			if rule.Allows(tenant.SignSMS, factor) && i.tenants.Texting {
				g.Number, g.Landline = f.Number, f.Landline
			}
		case f.Kind == TOTP && rule.Allows(tenant.SignTOTP, factor):
			g.App = true
		}
	}
	if !linked && rule.Allows(tenant.SignPIN, factor) { // a linked telephone takes the place of the PIN (unclear.md Q20)
		if g.PIN, err = letters.Works(ctx, r, t.ID, s.Account(), letters.KindPIN, db.At(i.db.Clock().Now())); err != nil {
			return g, err
		}
	}
	g.Login = !g.Codes() && !g.PIN && rule.Allows(tenant.SignLogin, factor)
	return g, nil
}

// SendToSign sends a code with which the account signs a statement; aloud speaks it on a call. Soon after another one, or when
// too many were sent, it is Limited; without a telephone that counts it is NotFound.
func (i *Identity) SendToSign(ctx context.Context, t *tenant.Tenant, s access.Scope, m Statement, aloud bool) error {
	return i.sending(ctx, func(ctx context.Context, tx *db.Tx) error {
		g, err := i.signing(ctx, tx, t, s)
		if err != nil {
			return err
		}
		if g.Number == "" {
			return errs.Missing()
		}
		return i.sendToFactor(ctx, tx, t, m.act(s), aloud)
	})
}

// Signature is what somebody shows who signs.
type Signature struct{ Code, PIN string }

// Sign checks in the transaction that writes a statement what its author shows, and uses a code up. It returns the means, "" for
// what is wrong, which is counted and noted: whoever commits all the same then writes nothing else. Who signs by his log-in
// alone and did so too long ago is Unproved; after too many wrong ones it is Limited.
func (i *Identity) Sign(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, m Statement, in Signature) (string, error) {
	g, err := i.signing(ctx, tx, t, s)
	switch {
	case err != nil:
		return "", err
	case g.None():
		return "", errs.New(errs.Conflict, "approval.no_means")
	case g.Login:
		return tenant.SignLogin, access.RequireRecent(s, tx.Now().Time, freshly)
	}
	if noSpace(in.Code) == "" && noSpace(in.PIN) == "" { // nothing was tried
		return "", nil
	}
	gate := []string{"sign:portal:known:" + authn.HashToken(s.Account())}
	if err := enter(ctx, tx, t.ID, gate); err != nil {
		return "", err
	}
	means, err := i.shown(ctx, tx, t, s, m, g, in)
	switch {
	case err != nil:
		return "", err
	case means == "":
		return "", audit.Record(ctx, tx, s, audit.Entry{Event: "account.signature_refused", Client: s.Client(), Objects: []audit.Object{{Kind: "account", ID: s.Account()}}})
	}
	return means, forgive(ctx, tx, t.ID, gate)
}

// shown returns the means that a signature proves, "" for none.
func (i *Identity) shown(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, m Statement, g Signing, in Signature) (string, error) {
	type try struct {
		means string
		has   bool
		right func() (bool, error)
	}
	code := noSpace(in.Code)
	for _, one := range []try{
		{tenant.SignTOTP, g.App && code != "", func() (bool, error) { return useTOTP(ctx, tx, t, s.Account(), code) }},
		{tenant.SignSMS, g.Number != "" && code != "", func() (bool, error) { return useSMS(ctx, tx, t, m.act(s), code) }},
		{tenant.SignPIN, g.PIN && in.PIN != "", func() (bool, error) { return letters.RightPIN(ctx, tx, t, s.Account(), spaced(in.PIN)) }},
	} {
		if !one.has {
			continue
		}
		if right, err := one.right(); err != nil || right {
			return one.means, err
		}
	}
	return "", nil
}
