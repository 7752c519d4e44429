package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// What becomes of an address that a client gave, where staff decide about it. While it waits it is "".
const (
	AddressAccepted  = "accepted"
	AddressRefused   = "refused"
	addressWithdrawn = "withdrawn"
	addressReplaced  = "replaced"
)

const maxReason = 500

// AskedAddress is an address that a client gave and that staff decide about (A15).
type AskedAddress struct {
	ID, Account, Name, Client, ClientName string
	Address                               Address // none once it is accepted, withdrawn or replaced
	Reason                                string  // why it was refused
	Outcome                               string
	AskedAt                               db.Time
	EndedAt                               *db.Time
}

// Waits reports whether nobody has decided about the address yet.
func (a AskedAddress) Waits() bool { return a.ID != "" && a.Outcome == "" }

const selectAsked = `select r.id, r.account_id, a.name, k.id, k.name, r.address, r.reason, r.outcome, r.asked_at, r.ended_at
	from asked_address r join account a on a.tenant_id = r.tenant_id and a.id = r.account_id and a.removed_at is null
	join client k on k.tenant_id = a.tenant_id and k.id = a.client_id
	where r.tenant_id = $1 `

func scanAsked(t *tenant.Tenant) func(db.Scan) (AskedAddress, error) {
	return func(scan db.Scan) (AskedAddress, error) {
		var r AskedAddress
		var address, reason []byte
		if err := scan(&r.ID, &r.Account, &r.Name, &r.Client, &r.ClientName, &address, &reason, &r.Outcome, &r.AskedAt, &r.EndedAt); err != nil {
			return r, err
		}
		if len(reason) > 0 {
			plain, err := t.Key.Open(reason, askedAAD("reason", t.ID, r.ID))
			if err != nil {
				return r, fmt.Errorf("identity: reason: %w", err)
			}
			r.Reason = string(plain)
		}
		if len(address) == 0 {
			return r, nil
		}
		plain, err := t.Key.Open(address, askedAAD("address", t.ID, r.ID))
		if err != nil {
			return r, fmt.Errorf("identity: asked address: %w", err)
		}
		return r, json.Unmarshal(plain, &r.Address)
	}
}

func askedAAD(what, tenantID, id string) string {
	return "asked_address|" + what + "|" + tenantID + "|" + id
}

// OwnAskedAddress returns what became of the last address that the client gave; the zero value where he
// gave none that staff decide about.
func (i *Identity) OwnAskedAddress(ctx context.Context, a access.Client) (AskedAddress, error) {
	t, err := i.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return AskedAddress{}, err
	}
	r, err := db.One(ctx, i.db, scanAsked(t), selectAsked+`and r.account_id = $2 order by r.asked_at desc, r.id desc limit 1`, t.ID, a.Scope().Account())
	if errs.Is(err, errs.NotFound) {
		return AskedAddress{}, nil
	}
	return r, err
}

// AskedAddresses returns the addresses that wait for a decision, oldest first.
func (i *Identity) AskedAddresses(ctx context.Context, a access.Staff) ([]AskedAddress, error) {
	t, err := i.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return nil, err
	}
	return db.All(ctx, i.db, scanAsked(t), selectAsked+`and r.outcome = '' order by r.asked_at, r.id limit 200`, t.ID)
}

// CountAskedAddresses counts them up to a hundred.
func (i *Identity) CountAskedAddresses(ctx context.Context, a access.Staff) (int, error) {
	return db.One(ctx, i.db, db.Value[int], `select count(*) from (select 1 from asked_address r join account a on a.tenant_id = r.tenant_id and a.id = r.account_id and a.removed_at is null
		where r.tenant_id = $1 and r.outcome = '' limit 100) w`, a.Scope().Tenant())
}

// AskedAddressesOf returns those of the accounts of a client.
func (i *Identity) AskedAddressesOf(ctx context.Context, a access.Staff, client string) ([]AskedAddress, error) {
	t, err := i.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return nil, err
	}
	return db.All(ctx, i.db, scanAsked(t), selectAsked+`and k.id = $2 and r.outcome = ''`, t.ID, client)
}

// AskedAddressOf returns the one of an account; without one it is NotFound.
func (i *Identity) AskedAddressOf(ctx context.Context, a access.Staff, client, id string) (AskedAddress, error) {
	t, err := i.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return AskedAddress{}, err
	}
	return db.One(ctx, i.db, scanAsked(t), selectAsked+`and k.id = $2 and r.account_id = $3 and r.outcome = ''`, t.ID, client, id)
}

// askAddress has staff decide about an address. The one before it, whether it waits or was refused, is gone.
func askAddress(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, plain []byte) error {
	if err := endAsked(ctx, tx, t.ID, s.Account(), addressReplaced); err != nil {
		return err
	}
	id := tx.NewID()
	_, err := tx.Exec(ctx, `insert into asked_address (tenant_id, id, account_id, address, asked_at) values ($1, $2, $3, $4, $5)`,
		t.ID, id, s.Account(), t.Key.Seal(plain, askedAAD("address", t.ID, id)), tx.Now())
	if err != nil {
		return err
	}
	return recordAsked(ctx, tx, s, "account.address_asked", AskedAddress{ID: id, Account: s.Account(), Client: s.Client()})
}

// endAsked ends and wipes the address of an account that waits or was refused.
func endAsked(ctx context.Context, tx *db.Tx, tenantID, account, outcome string) error {
	_, err := tx.Exec(ctx, `update asked_address set outcome = $3, address = null, reason = null, ended_at = $4, ended_by = account_id
		where tenant_id = $1 and account_id = $2 and outcome in ('', 'refused')`, tenantID, account, outcome, tx.Now())
	return err
}

func recordAsked(ctx context.Context, tx *db.Tx, s access.Scope, event string, r AskedAddress) error {
	return audit.Record(ctx, tx, s, audit.Entry{
		Event: event, Client: r.Client,
		Objects: []audit.Object{{Kind: "account", ID: r.Account}, {Kind: "asked_address", ID: r.ID}},
	})
}

// WithdrawAddress takes back an address that the client gave, as long as nobody decided about it.
func (i *Identity) WithdrawAddress(ctx context.Context, a access.Client, asked string) error {
	return unlessSo(i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return withdrawAddress(ctx, tx, a.Scope(), asked) }))
}

func withdrawAddress(ctx context.Context, tx *db.Tx, s access.Scope, asked string) error {
	n, err := tx.Exec(ctx, `update asked_address set outcome = 'withdrawn', address = null, ended_at = $4, ended_by = account_id
		where tenant_id = $1 and account_id = $2 and id = $3 and outcome = ''`, s.Tenant(), s.Account(), asked, tx.Now())
	if err != nil {
		return err
	}
	if n == 0 {
		return missedAsked(ctx, tx, s, s.Account(), asked, addressWithdrawn)
	}
	return recordAsked(ctx, tx, s, "account.address_withdrawn", AskedAddress{ID: asked, Account: s.Account(), Client: s.Client()})
}

// AcceptAddress makes the address that the employee saw the one of the account, and tells its owner.
func (i *Identity) AcceptAddress(ctx context.Context, a access.Staff, client, id, asked string) error {
	return i.change(ctx, a, client, id, "account.address_accepted", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, _ Account) error {
		r, err := db.One(ctx, tx, scanAsked(t), selectAsked+`and r.account_id = $2 and r.id = $3 and r.outcome = ''`, t.ID, id, asked)
		if errs.Is(err, errs.NotFound) {
			return missedAsked(ctx, tx, a.Scope(), id, asked, AddressAccepted)
		}
		if err != nil {
			return err
		}
		plain, err := json.Marshal(r.Address)
		if err != nil {
			return fmt.Errorf("identity: address: %w", err)
		}
		if err := storeAddress(ctx, tx, t, id, plain, r.AskedAt); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `update asked_address set outcome = 'accepted', address = null, ended_at = $4, ended_by = $5
			where tenant_id = $1 and account_id = $2 and id = $3 and outcome = ''`, t.ID, id, asked, tx.Now(), a.Scope().Account())
		if err != nil {
			return err
		}
		if n == 0 {
			return missedAsked(ctx, tx, a.Scope(), id, asked, AddressAccepted)
		}
		return i.mailDecided(ctx, tx, t, id)
	})
}

// RefuseAddress leaves the address of the account as it is, and tells its owner why.
func (i *Identity) RefuseAddress(ctx context.Context, a access.Staff, client, id, asked, reason string) error {
	reason = strings.TrimSpace(reason)
	var f errs.Fields
	switch {
	case reason == "":
		f.Add("reason", "field.required")
	case utf8.RuneCountInString(reason) > maxReason:
		f.Add("reason", "field.too_long", "max", maxReason)
	}
	if err := f.Err(); err != nil {
		return err
	}
	return i.change(ctx, a, client, id, "account.address_refused", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, _ Account) error {
		n, err := tx.Exec(ctx, `update asked_address set outcome = 'refused', reason = $6, ended_at = $4, ended_by = $5
			where tenant_id = $1 and account_id = $2 and id = $3 and outcome = ''`, t.ID, id, asked, tx.Now(), a.Scope().Account(),
			t.Key.Seal([]byte(reason), askedAAD("reason", t.ID, asked)))
		if err != nil {
			return err
		}
		if n == 0 {
			return missedAsked(ctx, tx, a.Scope(), id, asked, AddressRefused)
		}
		return i.mailDecided(ctx, tx, t, id)
	})
}

// missedAsked says why an address does not wait any more. The second click of who ended it so himself
// finds it as it is asked to be.
func missedAsked(ctx context.Context, tx *db.Tx, s access.Scope, account, asked, want string) error {
	var outcome, by string
	err := tx.QueryRow(ctx, `select outcome, coalesce(ended_by, '') from asked_address where tenant_id = $1 and account_id = $2 and id = $3`, s.Tenant(), account, asked).Scan(&outcome, &by)
	switch {
	case err != nil:
		return err
	case outcome == want && by == s.Account():
		return errUnchanged
	case outcome == AddressAccepted || outcome == AddressRefused:
		return errs.New(errs.Conflict, "asked.decided")
	}
	return errs.New(errs.Conflict, "asked.changed")
}

// mailDecided tells the owner of an account that there is a decision about his address, and not which. Nobody is mailed
// at an address that he has not shown to be his.
func (i *Identity) mailDecided(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account string) error {
	email, name, err := mailable(ctx, tx, t.ID, account)
	if err != nil || email == "" {
		return err
	}
	return i.send(ctx, tx, t, account, email, name, letter{kind: "address_decided", face: access.Portal, path: "/profile"})
}
