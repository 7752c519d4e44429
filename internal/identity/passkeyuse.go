package identity

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// meansPasskey is a passkey alone: what one has, and what unlocks it, in one.
const meansPasskey = "passkey"

// PasskeyLogin reports whether a face is entered with a passkey alone. Where clients have no second
// factors, or no passkeys among them, only staff do.
func PasskeyLogin(rule tenant.SecondFactor, face access.Face) bool {
	return face == access.Office || rule.On() && rule.Offers(tenant.FactorPasskey)
}

// anybody is the ceremony of a log-in without a name.
func anybody(face access.Face) ceremony { return ceremony{face: face, purpose: forLogin} }

// askedFrom counts the log-ins with a passkey that a network began and did not finish: each is a row.
func askedFrom(origin string) []string { return []string{originFailures + "passkey:" + origin} }

// AskLogin returns what the log-in page asks a passkey.
func (i *Identity) AskLogin(ctx context.Context, t *tenant.Tenant, face access.Face, origin string) (Challenge, error) {
	if !PasskeyLogin(t.Settings.SecondFactor, face) {
		return Challenge{}, errs.Missing()
	}
	return i.ask(ctx, t, anybody(face), askedFrom(origin))
}

// PasskeyAttempt is a try to log in with a passkey alone.
type PasskeyAttempt struct {
	Answer Answer
	Device string // the device cookie, "" for an unknown browser
	Origin string // network prefix
}

// LoginPasskey logs in with a passkey, in place of password and second factor. Whatever is wrong gives
// the same error: a signature, a challenge that was used, a passkey that nobody has or whose owner is
// blocked. Tries are counted before they are judged, those of one passkey as those of one address are.
func (i *Identity) LoginPasskey(ctx context.Context, t *tenant.Tenant, face access.Face, in PasskeyAttempt) (Outcome, error) {
	gate, err := i.gateOfPasskey(ctx, t, face, in)
	if err != nil {
		return Outcome{}, err
	}
	if err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return enter(ctx, tx, t.ID, gate) }); err != nil {
		return Outcome{}, err
	}
	s, err := i.answered(ctx, t, anybody(face), in.Answer)
	if err != nil {
		return Outcome{}, err
	}
	if !PasskeyLogin(t.Settings.SecondFactor, face) {
		s = nil
	}
	var out Outcome
	right, stage := false, false
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if right, err = usePasskey(ctx, tx, t, s); err != nil {
			return err
		}
		if !right {
			return refusedPasskey(ctx, tx, t.ID, s, in.Origin)
		}
		if stage = s.known().goesOn(t); stage {
			return leave(ctx, tx, t.ID, askedFrom(in.Origin))
		}
		if err := lapseReset(ctx, tx, t.ID, s.account); err != nil {
			return err
		}
		if out, err = i.openSession(ctx, tx, t, face, s.account, meansPasskey, in.Origin); err != nil {
			return err
		}
		return forgive(ctx, tx, t.ID, append(gate, askedFrom(in.Origin)...))
	})
	switch {
	case errs.Is(err, errs.NotFound) || err == nil && !right: // the owner was blocked a moment ago, or it is wrong
		return Outcome{}, errs.New(errs.Invalid, "passkey.failed")
	case err == nil && stage:
		return i.startFirst(ctx, t, s.known(), gate)
	}
	return out, err
}

// known is the owner of a passkey as the log-in with a password knows him.
func (s *signed) known() known { return known{id: s.account, stage: s.stage, byEmail: true} }

// gateOfPasskey names the counters of a try. They are of the passkey that is named, whether there is
// one or not, so that a refusal tells nothing of that.
func (i *Identity) gateOfPasskey(ctx context.Context, t *tenant.Tenant, face access.Face, in PasskeyAttempt) ([]string, error) {
	parsed := parseAnswer(in.Answer.JSON)
	if parsed == nil {
		return gateFor("passkey", face, "", false, in.Origin)[1:], nil
	}
	f, err := i.find(ctx, t, face, parsed)
	if err != nil {
		return nil, err
	}
	return gateFor("passkey", face, string(parsed.RawID), f != nil && i.deviceOf(t, in.Device, f.emailKey), in.Origin), nil
}

// refusedPasskey notes a refusal, with whose passkey it was if that is known.
func refusedPasskey(ctx context.Context, tx *db.Tx, tenantID string, s *signed, origin string) error {
	account := ""
	if s != nil {
		account = s.account
	}
	return recordFor(ctx, tx, tenantID, account, origin, "session.refused", meansPasskey)
}

// atStep is the ceremony of a passkey after the password.
func (s step) atStep() ceremony { return ceremony{s.face, forStep, s.account, s.id} }

// AskStep returns what the page after the password asks a passkey. Without one it is NotFound.
func (i *Identity) AskStep(ctx context.Context, t *tenant.Tenant, face access.Face, secret string) (Challenge, error) {
	s, err := i.stepOn(ctx, t, face, secret)
	if err != nil {
		return Challenge{}, err
	}
	return i.ask(ctx, t, s.atStep(), nil)
}

// confirming is the ceremony of proving oneself in a session.
func confirming(s access.Scope, face access.Face) ceremony {
	return ceremony{face, forConfirm, s.Account(), s.Session()}
}

// AskConfirm returns what the page that asks once more who it is asks a passkey.
func (i *Identity) AskConfirm(ctx context.Context, t *tenant.Tenant, s access.Scope) (Challenge, error) {
	p, err := i.prover(ctx, t, s)
	if err != nil {
		return Challenge{}, err
	}
	if !p.has(Passkey) {
		return Challenge{}, errs.Missing()
	}
	return i.ask(ctx, t, confirming(s, p.face), nil)
}

// ConfirmPasskey is Confirm with a passkey, which needs no password beside it.
func (i *Identity) ConfirmPasskey(ctx context.Context, t *tenant.Tenant, s access.Scope, in PasskeyAttempt) (string, error) {
	p, err := i.prover(ctx, t, s)
	if err != nil {
		return "", err
	}
	gate := i.gateOf(t, p, Proof{Device: in.Device, Origin: in.Origin})
	if err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return enter(ctx, tx, t.ID, gate) }); err != nil {
		return "", err
	}
	k, err := i.answered(ctx, t, confirming(s, p.face), in.Answer)
	if err != nil {
		return "", err
	}
	if !p.has(Passkey) { // the organisation has no second factors any more
		k = nil
	}
	token, proved := NewSecret(), false
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if proved, err = usePasskey(ctx, tx, t, k); err != nil {
			return err
		}
		if !proved {
			return audit.Record(ctx, tx, s, audit.Entry{Event: "session.confirm_refused", Client: s.Client()})
		}
		return prove(ctx, tx, s, token, meansPasskey, gate)
	})
	if err == nil && !proved {
		err = errs.New(errs.Invalid, "passkey.failed")
	}
	if err != nil {
		return "", err
	}
	return token, nil
}
