package identity

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
)

// Language returns the language that the account has chosen, "" for none.
func (i *Identity) Language(ctx context.Context, s access.Scope) (i18n.Lang, error) {
	return db.One(ctx, i.db, db.Value[i18n.Lang], `select language from account where tenant_id = $1 and id = $2`, s.Tenant(), s.Account())
}

// SetLanguage keeps the language in which the account reads and is mailed (N41, A5). One that the
// organisation does not offer is Invalid. When it shows is the organisation's choice (conflicts.md K3).
func (i *Identity) SetLanguage(ctx context.Context, s access.Scope, l i18n.Lang) error {
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	if !t.Offers(l) {
		var f errs.Fields
		f.Add("language", "field.choose")
		return f.Err()
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update account set language = $3, version = version + 1 where tenant_id = $1 and id = $2 and language <> $3`,
			t.ID, s.Account(), string(l))
		if err != nil || n == 0 { // it is so already
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "account.language_changed", Client: s.Client(), Detail: map[string]string{"language": string(l)}})
	})
}
