package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/mail"
	"voordeur/internal/tenant"
)

const (
	// ContactWithin is how lately somebody must have proved himself to change the address that he logs in with.
	ContactWithin = 10 * time.Minute

	emailLife    = time.Hour
	purposeEmail = "new_email"
	byOwner      = "owner"
)

// Contact is how the owner of a portal account can be reached.
type Contact struct {
	Account, Email, Phone string
	Name, Client          string
	Pending               string   // the address that a link was mailed to, "" for none
	EmailAt, PhoneAt      *db.Time // since when they are so, nil for since the invitation
	EmailByOwner          bool     // the owner changed it himself
	Elsewhere             bool     // he comes in by another party alone
	Address               Address
	AddressAt             *db.Time
	Mailed                bool // he switched on mail about changes (D13), and has an address for it
}

const contactColumns = `select id, name, client_id, email, contact_phone, email_at, phone_at, email_by, ` + partyAlone + `, address, address_at,
	a.state = 'active' and a.notify <> '' and a.email <> '' and not a.email_unproved,
	coalesce((select max(k.email) from account_token k where k.tenant_id = a.tenant_id and k.account_id = a.id
		and k.purpose = 'new_email' and k.used_at is null and k.expires_at > $2), '') from account a where tenant_id = $1 and face = 'portal' and `

func scanContact(t *tenant.Tenant) func(db.Scan) (Contact, error) {
	return func(scan db.Scan) (Contact, error) {
		var c Contact
		var phone, address []byte
		var by string
		if err := scan(&c.Account, &c.Name, &c.Client, &c.Email, &phone, &c.EmailAt, &c.PhoneAt, &by, &c.Elsewhere, &address, &c.AddressAt, &c.Mailed, &c.Pending); err != nil {
			return c, err
		}
		c.EmailByOwner = by == byOwner
		if len(address) > 0 {
			plain, err := t.Key.Open(address, addressAAD(t.ID, c.Account))
			if err != nil {
				return c, fmt.Errorf("identity: address: %w", err)
			}
			if err := json.Unmarshal(plain, &c.Address); err != nil {
				return c, fmt.Errorf("identity: address: %w", err)
			}
		}
		if len(phone) == 0 {
			return c, nil
		}
		plain, err := t.Key.Open(phone, phoneAAD(t.ID, c.Account))
		if err != nil {
			return c, fmt.Errorf("identity: contact: %w", err)
		}
		c.Phone = string(plain)
		return c, nil
	}
}

func phoneAAD(tenantID, account string) string {
	return "account|contact_phone|" + tenantID + "|" + account
}

// Contact returns how whoever is logged in can be reached.
func (i *Identity) Contact(ctx context.Context, a access.Client) (Contact, error) {
	t, err := i.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return Contact{}, err
	}
	return db.One(ctx, i.db, scanContact(t), contactColumns+`id = $3`, t.ID, db.At(i.db.Clock().Now()), a.Scope().Account())
}

// Contacts returns how the accounts of a client can be reached (D12).
func (i *Identity) Contacts(ctx context.Context, a access.Staff, client string) ([]Contact, error) {
	t, err := i.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return nil, err
	}
	return db.All(ctx, i.db, scanContact(t), contactColumns+`client_id = $3 order by created_at, id`, t.ID, db.At(i.db.Clock().Now()), client)
}

// ContactsAmong returns how the parties of a dossier can be reached, which the caller has loaded for the employee
// (D12).
func (i *Identity) ContactsAmong(ctx context.Context, a access.Staff, dossier string) ([]Contact, error) {
	t, err := i.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return nil, err
	}
	return db.All(ctx, i.db, scanContact(t), contactColumns+`removed_at is null and state <> 'blocked'
		and client_id in (select p.client_id from dossier_party p where p.tenant_id = $1 and p.dossier_id = $3) order by name, id`, t.ID, db.At(i.db.Clock().Now()), dossier)
}

// NewContact is what somebody makes of how he can be reached; nil is what he is not offered.
type NewContact struct{ Email, Phone *string }

// ChangeContact keeps a number at once, and mails a link to a new address: nothing changes before that
// is opened (D11, E7, A12). What the organisation does not let its clients change stays as it is.
// Whether somebody else has the address shows in nothing. Asked says that a link is on its way.
func (i *Identity) ChangeContact(ctx context.Context, a access.Client, once string, in NewContact) (asked bool, err error) {
	s := a.Scope()
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return false, err
	}
	now, err := i.Contact(ctx, a)
	if err != nil {
		return false, err
	}
	phone, email, err := newContact(t.Settings.Contact.Whole(), now, in)
	if err != nil {
		return false, err
	}
	if email != "" {
		if err := access.RequireRecent(s, i.db.Clock().Now(), ContactWithin); err != nil {
			return false, err
		}
	}
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, fresh, err := tx.Once(ctx, t.ID, s.Account(), once); err != nil || !fresh {
			return err
		}
		if phone != now.Phone {
			if err := storePhone(ctx, tx, t, s, phone); err != nil {
				return err
			}
		}
		if email == "" {
			return nil
		}
		return i.askEmail(ctx, tx, t, s, now.Email, email)
	})
	return email != "", err
}

// newContact returns the number that is to be kept, and the address to ask about, "" for none.
func newContact(may tenant.ContactRule, now Contact, in NewContact) (phone, email string, err error) {
	var f errs.Fields
	phone = now.Phone
	if in.Phone != nil && may.Phone == tenant.Edit {
		phone = CheckPhone(&f, *in.Phone)
	}
	if in.Email != nil && may.Email == tenant.Edit && strings.TrimSpace(*in.Email) != now.Email {
		email = strings.TrimSpace(*in.Email)
		if CheckEmail(&f, email); len(f) == 0 && !mail.ValidAddress(email) {
			f.Add("email", "email.invalid")
		}
	}
	return phone, email, f.Err()
}

// CheckPhone returns a number as it is kept: as it was typed, with single spaces. It adds to f what is
// wrong with it; none at all is right.
func CheckPhone(f *errs.Fields, typed string) string {
	phone := strings.Join(strings.Fields(typed), " ")
	digits := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(phone)
	abroad := strings.HasPrefix(digits, "+") || strings.HasPrefix(digits, "00")
	digits = strings.TrimPrefix(digits, "+")
	bad := strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
	switch {
	case phone == "":
	case bad, len(phone) > 30, abroad && (len(digits) < 8 || len(digits) > 17), !abroad && (len(digits) != 10 || digits[0] != '0'):
		f.Add("phone", "contact.phone_invalid")
	}
	return phone
}

func storePhone(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, phone string) error {
	var sealed []byte
	if phone != "" {
		sealed = t.Key.Seal([]byte(phone), phoneAAD(t.ID, s.Account()))
	}
	_, err := tx.Exec(ctx, `update account set contact_phone = $3, phone_at = $4, version = version + 1 where tenant_id = $1 and id = $2`, t.ID, s.Account(), sealed, tx.Now())
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, s, audit.Entry{Event: "account.phone_changed", Client: s.Client(), Objects: []audit.Object{{Kind: "account", ID: s.Account()}}})
}

// askEmail mails a link to the new address, unless somebody else has that, and tells the old one.
func (i *Identity) askEmail(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, old, email string) error {
	gate := []string{purposeEmail + ":" + s.Account(), originFailures + purposeEmail + ":" + s.Origin()}
	if err := enter(ctx, tx, t.ID, gate); err != nil {
		return err
	}
	secret, err := putToken(ctx, tx, t.ID, s.Account(), purposeEmail, emailLife)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update account_token set email = $3 where tenant_id = $1 and id = $2`, t.ID, authn.HashToken(secret), email); err != nil {
		return err
	}
	others, err := db.One(ctx, tx, db.Value[int], `select count(*) from account where tenant_id = $1 and face = 'portal' and email_key = $2 and id <> $3`,
		t.ID, strings.ToLower(email), s.Account())
	if err != nil {
		return err
	}
	if others == 0 {
		if err := i.send(ctx, tx, t, s.Account(), email, s.Name(), letter{kind: "email_confirm", face: access.Portal, path: "/email/" + secret}); err != nil {
			return err
		}
	}
	without, err := i.withoutPassword(ctx, tx, t, s.Account())
	if err != nil {
		return err
	}
	told := letter{kind: "email_asked", face: access.Portal, path: "/password"}
	if without {
		told.kind, told.path = "email_asked_party", "/login"
	}
	if err := i.send(ctx, tx, t, s.Account(), old, s.Name(), told); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s, audit.Entry{Event: "account.email_asked", Client: s.Client(), Objects: []audit.Object{{Kind: "account", ID: s.Account()}}})
}

const selectEmailLink = `select k.account_id, k.email from account_token k join account a on a.tenant_id = k.tenant_id and a.id = k.account_id
	where k.tenant_id = $1 and k.id = $2 and k.purpose = 'new_email' and k.used_at is null and k.expires_at > $3 and a.face = 'portal' and a.state = 'active'`

// EmailLink returns the address that a link confirms; one that does not work is NotFound.
func (i *Identity) EmailLink(ctx context.Context, t *tenant.Tenant, secret string) (email string, err error) {
	err = i.db.QueryRow(ctx, selectEmailLink, t.ID, authn.HashToken(secret), db.At(i.db.Clock().Now())).Scan(new(string), &email)
	return email, err
}

// ConfirmEmail gives an account the address that a link was mailed to, which is from now on what it logs
// in with (unclear.md Q32). Other links are void and all sessions end but the one that s is, if it is
// the account's own. Both addresses are mailed.
func (i *Identity) ConfirmEmail(ctx context.Context, t *tenant.Tenant, s access.Scope, secret string) error {
	err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var id, email string
		if err := tx.QueryRow(ctx, selectEmailLink, t.ID, authn.HashToken(secret), tx.Now()).Scan(&id, &email); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `update account_token set used_at = $3 where tenant_id = $1 and id = $2 and used_at is null`, t.ID, authn.HashToken(secret), tx.Now())
		if err := db.Guard(n, err, errs.Missing()); err != nil {
			return err
		}
		return i.moveEmail(ctx, tx, t, s, id, email)
	})
	if db.IsUnique(err, "email_key") { // somebody else has it meanwhile
		return errs.Missing()
	}
	return err
}

func (i *Identity) moveEmail(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, id, email string) error {
	var acc Account
	var client string
	err := tx.QueryRow(ctx, `select id, name, email, state, client_id from account where tenant_id = $1 and id = $2`, t.ID, id).
		Scan(&acc.ID, &acc.Name, &acc.Email, &acc.State, &client)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update account set email = $3, email_key = $4, email_at = $5, email_by = $6, email_unproved = false, version = version + 1 where tenant_id = $1 and id = $2`,
		t.ID, id, email, strings.ToLower(email), tx.Now(), byOwner)
	if err != nil {
		return err
	}
	if err := voidTokens(ctx, tx, t.ID, id); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update session set ended_at = $3 where tenant_id = $1 and account_id = $2 and id <> $4 and ended_at is null`, t.ID, id, tx.Now(), s.Session())
	if err != nil {
		return err
	}
	entry := audit.Entry{Event: "account.email_changed", Client: client, Objects: []audit.Object{{Kind: "account", ID: id}}, Detail: map[string]string{"by": byOwner}}
	if err := audit.Record(ctx, tx, authn.Nobody(t.ID, s.Origin()), entry); err != nil {
		return err
	}
	return i.mailMoved(ctx, tx, t, acc, email)
}
