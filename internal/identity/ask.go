package identity

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/tenant"
)

// unreached is an account that came by another party alone and gave no address, of which none waits for its
// confirmation, and whose owner has not put the question away.
const unreached = partyAlone + ` and a.email = '' and a.ask_put_away_at is null and not exists (select 1 from account_token k where k.tenant_id = a.tenant_id
	and k.account_id = a.id and k.purpose = 'new_email' and k.used_at is null and k.expires_at > $3)`

// AsksAddress reports whether a client is to be asked at which address he can be mailed: nobody else has asked him, and
// he can give one himself. It is his own business, and not that of whom he acts for.
func (i *Identity) AsksAddress(ctx context.Context, a access.Client) (bool, error) {
	s := a.Scope()
	if s.Behalf().Mandate != "" {
		return false, nil
	}
	asks, err := db.One(ctx, i.db, db.Value[bool], `select `+unreached+` from account a where a.tenant_id = $1 and a.id = $2`, s.Tenant(), s.Account(), db.At(i.db.Clock().Now()))
	if err != nil || !asks { // nearly always
		return false, err
	}
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return false, err
	}
	return t.Settings.Contact.Whole().Email == tenant.Edit && t.Settings.Modules[tenant.ModuleProfile], nil
}

// PutAsideAddress puts that question away for good. A second click does nothing.
func (i *Identity) PutAsideAddress(ctx context.Context, a access.Client) error {
	s := a.Scope()
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update account set ask_put_away_at = $3, version = version + 1 where tenant_id = $1 and id = $2 and ask_put_away_at is null`, s.Tenant(), s.Account(), tx.Now())
		if err != nil || n == 0 {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "account.ask_put_away", Client: s.Client(), Objects: []audit.Object{{Kind: "account", ID: s.Account()}}})
	})
}
