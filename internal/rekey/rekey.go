// Package rekey replaces the master key: the tenants' keys are wrapped anew and the seals of their
// journals get the new key's mark. Documents and texts are encrypted with the tenants' keys and stay
// as they are.
package rekey

import (
	"context"
	"errors"
	"fmt"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
)

// Master is a master key with what it authenticates seals with.
type Master struct {
	Keys *crypt.Keyring
	MAC  audit.MAC
}

// Replacement is what is to be done. Nothing may serve the database meanwhile.
type Replacement struct {
	DB       *db.DB
	Old, New Master
	Say      func(form string, args ...any)
}

// Run takes one tenant after the other. What has the new key already is passed by, so a run that was
// broken off is simply run again; until then neither key opens everything.
func (r Replacement) Run(ctx context.Context) error {
	ids, err := db.All(ctx, r.DB, db.Value[string], `select id from tenant order by id`)
	if err != nil {
		return fmt.Errorf("rekey: %w", err)
	}
	for _, id := range ids {
		if err := r.seals(ctx, id); err != nil {
			return fmt.Errorf("rekey: tenant %s: %w", id, err)
		}
		if err := r.key(ctx, id); err != nil {
			return fmt.Errorf("rekey: tenant %s: %w", id, err)
		}
		r.Say("%s has the new key", id)
	}
	return nil
}

func (r Replacement) seals(ctx context.Context, tenant string) error {
	for after := int64(0); ; {
		err := r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			after, err = audit.Reseal(ctx, tx, tenant, after, r.Old.MAC, r.New.MAC)
			return err
		})
		if err != nil || after == 0 {
			return err
		}
	}
}

func (r Replacement) key(ctx context.Context, tenant string) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		wrapped, err := db.One(ctx, tx, db.Value[[]byte], `select wrapped_key from tenant where id = $1`, tenant)
		if err != nil {
			return err
		}
		anew, err := r.Old.Keys.Rewrap(wrapped, r.New.Keys)
		if errors.Is(err, crypt.ErrWrongKey) {
			_, err = r.New.Keys.Open(wrapped) // of a run before this one
			return err
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update tenant set wrapped_key = $2 where id = $1`, tenant, anew); err != nil {
			return err
		}
		return audit.Record(ctx, tx, authn.System(tenant, "rekey"), audit.Entry{Event: "tenant.key_replaced"})
	})
}
