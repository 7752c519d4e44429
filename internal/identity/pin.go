package identity

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	letters "voordeur/internal/letter"
	"voordeur/internal/tenant"
)

// newPIN returns the PIN of a letter, in two groups of four digits.
func newPIN() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		return "", fmt.Errorf("identity: PIN: %w", err)
	}
	s := fmt.Sprintf("%08d", n.Int64())
	return s[:4] + " " + s[4:], nil
}

// spaced is a PIN as it stands in its letter, however somebody typed its digits.
func spaced(pin string) string {
	pin = noSpace(pin)
	return pin[:min(4, len(pin))] + " " + pin[min(4, len(pin)):]
}

// PINLetter has a letter printed with the PIN that links a telephone to a client's account (A22). The one
// before it works no more. A double click makes one letter.
func (i *Identity) PINLetter(ctx context.Context, a access.Staff, client, id, once, address string) error {
	var f errs.Fields
	checkLines(&f, address)
	if err := f.Err(); err != nil {
		return err
	}
	pin, err := newPIN()
	if err != nil {
		return err
	}
	return i.change(ctx, a, client, id, "account.pin_lettered", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		switch {
		case !t.Settings.SecondFactor.ByPIN():
			return errs.New(errs.Forbidden, "")
		case acc.State == Blocked:
			return errs.New(errs.Conflict, "account.is_blocked")
		}
		_, fresh, err := tx.Once(ctx, t.ID, a.Scope().Account(), once)
		if err != nil {
			return err
		}
		if !fresh {
			return errUnchanged
		}
		if err := voidLinks(ctx, tx, t.ID, id); err != nil {
			return err
		}
		return i.queueLetter(ctx, tx, t, a, id, letters.KindPIN, letters.Content{Name: acc.Name, Address: addressLines(address), Secret: pin})
	})
}

// voidLinks ends the codes that a PIN had sent: it works no more.
func voidLinks(ctx context.Context, tx *db.Tx, tenantID, account string) error {
	_, err := tx.Exec(ctx, voidCodes+` and purpose = $4`, tenantID, account, tx.Now(), forLink)
	return err
}

// PIN is what a client's page about the PIN of his letter shows.
type PIN struct {
	Works  bool   // there is a letter whose PIN works
	Number string // of the linked telephone, masked; "" for none
	Calls  bool   // it can be a landline, which is called
}

// OwnPIN returns how it stands with the client's PIN. Where the organisation sends none it is Forbidden (A25).
func (i *Identity) OwnPIN(ctx context.Context, a access.Client) (PIN, error) {
	s := a.Scope()
	t, err := i.byPIN(ctx, s)
	if err != nil {
		return PIN{}, err
	}
	had, err := factors(ctx, i.db, t, s.Account())
	if err != nil {
		return PIN{}, err
	}
	f, _ := Step{Factors: had}.Has(SMS)
	v := PIN{Number: f.Number, Calls: i.Calls(t)}
	v.Works, err = pinWorks(ctx, i.db, t.ID, s.Account())
	return v, err
}

func pinWorks(ctx context.Context, d *db.DB, tenantID, account string) (bool, error) {
	return letters.Works(ctx, d, tenantID, account, letters.KindPIN, db.At(d.Clock().Now()))
}

func (i *Identity) byPIN(ctx context.Context, s access.Scope) (*tenant.Tenant, error) {
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err == nil && !t.Settings.SecondFactor.ByPIN() {
		err = errs.New(errs.Forbidden, "")
	}
	return t, err
}

// SendWithPIN sends a code to a number that the client wants to link, when the PIN is that of his letter.
func (i *Identity) SendWithPIN(ctx context.Context, a access.Client, typed, pin string) error {
	s := a.Scope()
	t, err := i.byPIN(ctx, s)
	if err != nil {
		return err
	}
	return i.sendWithPIN(ctx, t, s, ownNumber(s), typed, pin)
}

// sendWithPIN sends the code of an act that links a client's number. A PIN is tried once the number is good.
func (i *Identity) sendWithPIN(ctx context.Context, t *tenant.Tenant, s access.Scope, of act, typed, pin string) error {
	n, err := i.number(t, access.Portal, typed)
	if err != nil {
		return err
	}
	right := false
	err = i.sending(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if right, err = letters.RightPIN(ctx, tx, t, of.account, spaced(pin)); err != nil {
			return err
		}
		if !right {
			return audit.Record(ctx, tx, s, audit.Entry{Event: "account.pin_refused", Objects: []audit.Object{{Kind: "account", ID: of.account}}})
		}
		return i.sendCode(ctx, tx, t, of, n, false)
	})
	if err == nil && !right {
		var f errs.Fields
		f.Add("pin", "pin.wrong")
		err = f.Err()
	}
	return err
}

// linkNumber links the number of a code that was sent. Where a PIN is asked, its letter must still work, and
// has done its work.
func linkNumber(ctx context.Context, tx *db.Tx, t *tenant.Tenant, face access.Face, of act, code string) (bool, error) {
	right, err := linkSMS(ctx, tx, t, of, code)
	if err != nil || !right || face != access.Portal || !t.Settings.SecondFactor.ByPIN() {
		return right, err
	}
	err = letters.Use(ctx, tx, t.ID, of.account, letters.KindPIN)
	if errs.Is(err, errs.NotFound) {
		err = errs.New(errs.Conflict, "pin.over")
	}
	return err == nil, err
}
