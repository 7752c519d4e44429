package identity

import (
	"context"
	"errors"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// Proof is what somebody who is logged in shows to prove that it is still he.
type Proof struct {
	Password string
	Code     string // of his second factor, when he has one
	Device   string // the device cookie, "" for an unknown browser
	Origin   string // network prefix
}

// prover is the account that must prove itself.
type prover struct {
	id, emailKey, hash string
	face               access.Face
	factors            []Factor // of which a code is asked
}

func (p prover) has(k Kind) bool {
	return slices.ContainsFunc(p.factors, func(f Factor) bool { return f.Kind == k })
}

const selectProver = `select id, email_key, password_hash, face from account where tenant_id = $1 and id = $2 and state = 'active'`

func (i *Identity) prover(ctx context.Context, t *tenant.Tenant, s access.Scope) (prover, error) {
	var p prover
	err := i.db.QueryRow(ctx, selectProver, s.Tenant(), s.Account()).Scan(&p.id, &p.emailKey, &p.hash, &p.face)
	if err != nil || p.face == access.Portal && !t.Settings.SecondFactor.On() {
		return p, err
	}
	p.factors, err = factors(ctx, i.db, t, p.id)
	return p, err
}

// Asked is what an account proves itself with besides its password.
type Asked struct {
	App    bool   // a code of its app
	Number string // or one that is sent to this number, masked
	Sent   bool   // which was done
	Calls  bool   // or spoken on a call
	// Landline is whether that number is only called.
	Landline bool
	Passkey  bool // or a passkey, which needs no password either
}

// Any reports whether a code is asked at all.
func (a Asked) Any() bool { return a.App || a.Number != "" }

// Only reports whether a passkey alone will do, since there is nothing that gives a code.
func (a Asked) Only() bool { return a.Passkey && !a.Any() }

// ToConfirm returns what the account proves itself with besides its password.
func (i *Identity) ToConfirm(ctx context.Context, t *tenant.Tenant, s access.Scope) (Asked, error) {
	p, err := i.prover(ctx, t, s)
	if err != nil {
		return Asked{}, err
	}
	a := Asked{App: p.has(TOTP), Passkey: p.has(Passkey), Calls: i.Calls(t)}
	for _, f := range p.factors {
		if f.Kind == SMS {
			a.Number, a.Landline = f.Number, f.Landline
		}
	}
	a.Sent, _, err = i.pending(ctx, t, p.id, toConfirm(s).action)
	return a, err
}

// toConfirm is the act of proving oneself in a session.
func toConfirm(s access.Scope) act {
	return act{account: s.Account(), purpose: forConfirm, action: s.Session()}
}

// SendToConfirm sends a code with which the account proves itself; aloud speaks it on a call. Soon after another one, or when too
// many were sent, it is Limited.
func (i *Identity) SendToConfirm(ctx context.Context, t *tenant.Tenant, s access.Scope, aloud bool) error {
	return i.sending(ctx, func(ctx context.Context, tx *db.Tx) error { return i.sendToFactor(ctx, tx, t, toConfirm(s), aloud) })
}

// proveFactor checks the code of an account's second factor, and uses it up. It returns the means of
// log-in that the password and the code are together.
func (i *Identity) proveFactor(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, p prover, code string) (means string, right bool, err error) {
	if len(p.factors) == 0 {
		return "password", true, nil
	}
	code = noSpace(code)
	if p.has(TOTP) {
		if right, err = useTOTP(ctx, tx, t, p.id, code); err != nil || right {
			return "password+totp", right, err
		}
	}
	right, err = useSMS(ctx, tx, t, toConfirm(s), code)
	return "password+sms", right, err
}

// Confirm proves once more whose the session is, and returns its new token: whoever took the old one
// has it no longer. Tries pass the gates of the log-in, so that nobody can guess here what he cannot
// guess there; a wrong one changes nothing.
func (i *Identity) Confirm(ctx context.Context, t *tenant.Tenant, s access.Scope, in Proof) (string, error) {
	p, err := i.prover(ctx, t, s)
	if err != nil {
		return "", err
	}
	gate := i.gateOf(t, p, in)
	if err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return enter(ctx, tx, t.ID, gate) }); err != nil {
		return "", err
	}
	right, err := i.hash.matches(ctx, t.ID, p.hash, in.Password)
	if err != nil { // busy: nobody failed
		return "", errors.Join(err, i.giveBack(ctx, t.ID, gate))
	}
	token, proved := NewSecret(), false
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		means := ""
		proved = false
		if right && p.hash != "" {
			var err error
			if means, proved, err = i.proveFactor(ctx, tx, t, s, p, in.Code); err != nil {
				return err
			}
		}
		if !proved {
			return audit.Record(ctx, tx, s, audit.Entry{Event: "session.confirm_refused", Client: s.Client()})
		}
		return prove(ctx, tx, s, token, means, gate)
	})
	if err != nil {
		return "", err
	}
	if !proved {
		return "", notProved(p)
	}
	return token, nil
}

// gateOf names the counters of the password, and of the code where one is asked. What comes from one
// network counts once.
func (i *Identity) gateOf(t *tenant.Tenant, p prover, in Proof) []string {
	known := i.deviceOf(t, in.Device, p.emailKey)
	gate := gateFor("login", p.face, p.emailKey, known, in.Origin)
	if len(p.factors) > 0 {
		gate = append(gate, gateFor("code", p.face, p.emailKey, known, in.Origin)[0])
	}
	return gate
}

func notProved(p prover) error {
	var f errs.Fields
	if len(p.factors) > 0 {
		f.Add("password", "confirm.wrong_either")
	} else {
		f.Add("password", "confirm.wrong")
	}
	return f.Err()
}

// prove gives the session another token and notes when and how its owner proved himself.
func prove(ctx context.Context, tx *db.Tx, s access.Scope, token, means string, gate []string) error {
	if err := forgive(ctx, tx, s.Tenant(), gate); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `update session set id = $3, proved_at = $4, seen_at = $4, means = $5, silent_until = case when silent_until is null then silent_until else $6 end
		where tenant_id = $1 and id = $2 and ended_at is null`,
		s.Tenant(), s.Session(), authn.HashToken(token), tx.Now(), means, db.At(tx.Now().Add(authn.Silence)))
	if err := db.Guard(n, err, &errs.Error{Kind: errs.Unauthenticated}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s, audit.Entry{Event: "session.confirmed", Client: s.Client(), Detail: map[string]string{"means": means}})
}
