package identity

import (
	"context"
	"errors"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// CodeAttempt is a try to finish a step.
type CodeAttempt struct {
	Face       access.Face // that is asked, "" for the account's own
	Step, Code string
	With       Kind   // of which factor the code is, "" for the account's own first
	Enrol      bool   // the code is of a factor that is being made
	Device     string // the device cookie, "" for an unknown browser
	Origin     string // network prefix

	Answer Answer // of a passkey

	hash   []byte  // of a recovery code
	signed *signed // by a passkey; nil when that was not right
}

// Code finishes a step with a code: of the app, of a text message, or a recovery code; or with a passkey. With Enrol it also
// links the factor. A code is used once. Five wrong ones end the step, and are counted for the account
// as wrong passwords are: who knows the password could begin steps without end.
func (i *Identity) Code(ctx context.Context, t *tenant.Tenant, in CodeAttempt) (Outcome, error) {
	s, err := i.stepOn(ctx, t, in.Face, in.Step)
	if err != nil {
		return Outcome{}, err
	}
	if in.With, err = i.with(ctx, t, s, in); err != nil {
		return Outcome{}, err
	}
	gate := gateFor("code", s.face, s.emailKey, i.deviceOf(t, in.Device, s.emailKey), in.Origin)
	if err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return enter(ctx, tx, t.ID, gate) }); err != nil {
		return Outcome{}, err
	}
	if in.With == Recovery {
		if in.hash, err = i.hashRecovery(ctx, t.ID, s.account, in.Code); err != nil { // busy: nobody failed
			return Outcome{}, errors.Join(err, i.giveBack(ctx, t.ID, gate))
		}
	}
	if in.With == Passkey {
		if in.signed, err = i.answered(ctx, t, s.atStep(), in.Answer); err != nil {
			return Outcome{}, errors.Join(err, i.giveBack(ctx, t.ID, gate))
		}
	}
	in.Code = noSpace(in.Code)
	var out Outcome
	right := false
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if out, right, err = i.tryCode(ctx, tx, t, s, in); err != nil {
			return err
		}
		if right {
			return forgive(ctx, tx, t.ID, gate)
		}
		return recordFor(ctx, tx, t.ID, s.account, in.Origin, "session.refused", "password+"+string(in.With))
	})
	if err == nil && !right {
		var f errs.Fields
		f.Add("code", "code.wrong")
		err = f.Err()
		if in.With == Passkey {
			err = errs.New(errs.Invalid, "passkey.failed")
		}
	}
	if err == nil && in.Enrol {
		out.Codes, err = i.firstCodes(ctx, t, s.face, s.account)
	}
	return out, err
}

// with returns the factor that is tried: the account's own first of those that give codes, unless another
// is named.
func (i *Identity) with(ctx context.Context, t *tenant.Tenant, s step, in CodeAttempt) (Kind, error) {
	switch in.With {
	case SMS, TOTP, Passkey, Recovery:
		return in.With, nil
	}
	had, err := codeFactors(ctx, i.db, t, s.account)
	if err != nil || in.Enrol || len(had) == 0 {
		return TOTP, err
	}
	return had[0].Kind, nil
}

// tryCode counts the try of a step and opens a session when the code is right.
func (i *Identity) tryCode(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s step, in CodeAttempt) (Outcome, bool, error) {
	n, err := tx.Exec(ctx, `update account_token set tries = tries + 1 where tenant_id = $1 and id = $2 and used_at is null and tries < $3`, t.ID, s.id, maxCodes)
	if err != nil || n == 0 {
		return Outcome{}, false, err
	}
	use := i.useCode
	if in.Enrol {
		use = i.enrolCode
	}
	if right, err := use(ctx, tx, t, s, in); err != nil || !right {
		return Outcome{}, false, err
	}
	if _, err := tx.Exec(ctx, `update account_token set used_at = $3 where tenant_id = $1 and id = $2`, t.ID, s.id, tx.Now()); err != nil {
		return Outcome{}, false, err
	}
	out, err := i.openSession(ctx, tx, t, s.face, s.account, "password+"+string(in.With), in.Origin)
	if err != nil {
		return Outcome{}, false, err
	}
	out.With = in.With
	if in.With == Recovery {
		out.Left, err = i.recovered(ctx, tx, t, s.account)
	}
	return out, err == nil, err
}

// useCode checks a code against the account's factors and uses it up.
func (i *Identity) useCode(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s step, in CodeAttempt) (right bool, err error) {
	switch in.With {
	case SMS:
		right, err = useSMS(ctx, tx, t, s.act(forLogin), in.Code)
	case TOTP:
		right, err = useTOTP(ctx, tx, t, s.account, in.Code)
	case Recovery:
		return useRecovery(ctx, tx, t.ID, s.account, in.hash)
	case Passkey:
		right, err = usePasskey(ctx, tx, t, in.signed)
	}
	if err == nil && right {
		err = lapseReset(ctx, tx, t.ID, s.account)
	}
	return right, err
}

// enrolCode links the factor of the step, for an account that has none.
func (i *Identity) enrolCode(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s step, in CodeAttempt) (right bool, err error) {
	if had, err := factors(ctx, tx, t, s.account); err != nil || len(had) > 0 || !slices.Contains(i.firstOffers(t, s.face), in.With) {
		return false, err
	}
	switch in.With {
	case SMS:
		right, err = linkNumber(ctx, tx, t, s.face, s.act(forLink), in.Code)
	case TOTP:
		right, err = linkTOTP(ctx, tx, t, s.account, enrolSecret(t, in.Step), in.Code)
	}
	if err != nil || !right {
		return false, err
	}
	return true, i.tell(ctx, tx, t, authn.Nobody(t.ID, in.Origin), s.account, "account.factor_linked", changed{"factor_added", in.With})
}

// firstCodes makes the recovery codes of a client who has linked his first factor.
func (i *Identity) firstCodes(ctx context.Context, t *tenant.Tenant, face access.Face, account string) ([]string, error) {
	if face != access.Portal || !t.Settings.SecondFactor.RecoveryCodes {
		return nil, nil
	}
	left, err := codesLeft(ctx, i.db, t.ID, account)
	if err != nil || left > 0 {
		return nil, err
	}
	set, err := i.newRecoverySet(ctx, t.ID)
	if errs.Is(err, errs.Unavailable) { // he is in, and makes them later
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return set.codes, i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return storeRecoverySet(ctx, tx, t.ID, account, set)
	})
}

// recovered tells the owner that a recovery code was used, and returns how many are left.
func (i *Identity) recovered(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account string) (int, error) {
	if _, err := i.mailAbout(ctx, tx, t, account, "recovery_used"); err != nil {
		return 0, err
	}
	return codesLeft(ctx, tx, t.ID, account)
}
