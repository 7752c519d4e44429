package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// Address is where the owner of a portal account says that he lives. Country is "" for the Netherlands, whose
// postcodes are checked.
type Address struct {
	Street   string `json:"street"` // with the number
	Postcode string `json:"postcode"`
	City     string `json:"city"`
	Country  string `json:"country,omitempty"`
}

// Lines are the address as it stands on an envelope, with the two spaces that the post wants after a postcode;
// none for no address.
func (a Address) Lines() []string {
	if a == (Address{}) {
		return nil
	}
	list := []string{a.Street, strings.TrimSpace(a.Postcode + "  " + a.City)}
	if a.Country != "" {
		list = append(list, a.Country)
	}
	return list
}

const maxAddressField = 100

var dutchPostcode = regexp.MustCompile(`^([1-9][0-9]{3})\s*([A-Za-z]{2})$`)

// checked returns the address as it is kept, and says what is wrong with it.
func (a Address) checked() (Address, error) {
	var f errs.Fields
	fields := []struct {
		name     string
		value    *string
		optional bool
	}{{"street", &a.Street, false}, {"postcode", &a.Postcode, false}, {"city", &a.City, false}, {"country", &a.Country, true}}
	for _, one := range fields {
		*one.value = strings.Join(strings.Fields(*one.value), " ")
		switch {
		case *one.value == "" && !one.optional:
			f.Add(one.name, "field.required")
		case utf8.RuneCountInString(*one.value) > maxAddressField:
			f.Add(one.name, "field.too_long", "max", maxAddressField)
		}
	}
	if a.Country == "" && a.Postcode != "" {
		m := dutchPostcode.FindStringSubmatch(a.Postcode)
		if m == nil {
			f.Add("postcode", "address.postcode_invalid")
		} else {
			a.Postcode = m[1] + " " + strings.ToUpper(m[2])
		}
	}
	return a, f.Err()
}

func addressAAD(tenantID, account string) string {
	return "account|address|" + tenantID + "|" + account
}

// GiveAddress keeps the address that a client gives of himself (A15), where the organisation lets him. Where
// staff decide about it first, asked says that it waits for them. A form that changes nothing leaves no trace.
func (i *Identity) GiveAddress(ctx context.Context, a access.Client, in Address) (asked bool, err error) {
	s := a.Scope()
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return false, err
	}
	rule := t.Settings.Contact.Whole()
	if rule.Address != tenant.Edit {
		return false, errs.Missing()
	}
	if in, err = in.checked(); err != nil {
		return false, err
	}
	plain, err := json.Marshal(in)
	if err != nil {
		return false, fmt.Errorf("identity: address: %w", err)
	}
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// Two windows of one client come one after the other.
		if _, err := tx.Exec(ctx, `update account set version = version where tenant_id = $1 and id = $2`, t.ID, s.Account()); err != nil {
			return err
		}
		now, err := db.One(ctx, tx, scanContact(t), contactColumns+`id = $3`, t.ID, tx.Now(), s.Account())
		if err != nil {
			return err
		}
		waits, err := db.One(ctx, tx, scanAsked(t), selectAsked+`and r.account_id = $2 and r.outcome = ''`, t.ID, s.Account())
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		asked = rule.AddressApproval && now.Address != in
		switch {
		case waits.Waits() && waits.Address == in && asked, !waits.Waits() && now.Address == in:
			return errUnchanged
		case asked:
			return askAddress(ctx, tx, t, s, plain)
		case now.Address == in:
			return withdrawAddress(ctx, tx, s, waits.ID)
		}
		if err := endAsked(ctx, tx, t.ID, s.Account(), addressReplaced); err != nil {
			return err
		}
		if err := storeAddress(ctx, tx, t, s.Account(), plain, tx.Now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "account.address_given", Client: s.Client(), Objects: []audit.Object{{Kind: "account", ID: s.Account()}}})
	})
	return asked, unlessSo(err)
}

// storeAddress makes an address the one of an account, as it was given at a moment.
func storeAddress(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account string, plain []byte, at db.Time) error {
	_, err := tx.Exec(ctx, `update account set address = $3, address_at = $4, version = version + 1 where tenant_id = $1 and id = $2`,
		t.ID, account, t.Key.Seal(plain, addressAAD(t.ID, account)), at)
	return err
}
