package identity

import (
	"context"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

const (
	purposeProof = "prove_email"
	proofLife    = 7 * 24 * time.Hour
)

func (i *Identity) mailProof(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account, email, name string) error {
	secret, err := putToken(ctx, tx, t.ID, account, purposeProof, proofLife)
	if err != nil {
		return err
	}
	return i.send(ctx, tx, t, account, email, name, letter{kind: "prove_email", face: access.Portal, path: "/profile/proof/" + secret})
}

// CheckProof reports whether the link of a mail proves an address of the client who is logged in, as a
// NotFound error when it does not.
func (i *Identity) CheckProof(ctx context.Context, a access.Client, secret string) error {
	return i.db.QueryRow(ctx, `select 1 from account_token where tenant_id = $1 and id = $2 and account_id = $3 and purpose = $4 and used_at is null and expires_at > $5`,
		a.Scope().Tenant(), authn.HashToken(secret), a.Scope().Account(), purposeProof, db.At(i.db.Clock().Now())).Scan(new(int))
}

// Prove notes that a mail reached the client: he followed its link and is logged in. From then on a link
// for a new password may go there. The link alone proves nothing, since its receiver may be a stranger.
func (i *Identity) Prove(ctx context.Context, a access.Client, secret string) error {
	s := a.Scope()
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update account_token set used_at = $5 where tenant_id = $1 and id = $2 and account_id = $3 and purpose = $4 and used_at is null and expires_at > $5`,
			s.Tenant(), authn.HashToken(secret), s.Account(), purposeProof, tx.Now())
		if err := db.Guard(n, err, errs.Missing()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update account set email_unproved = false, version = version + 1 where tenant_id = $1 and id = $2`, s.Tenant(), s.Account()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "account.email_proved", Client: s.Client(), Objects: []audit.Object{{Kind: "account", ID: s.Account()}}})
	})
}

// ProofAgain mails the link once more to a client whose address is not proved yet.
func (i *Identity) ProofAgain(ctx context.Context, a access.Client) error {
	s := a.Scope()
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := enter(ctx, tx, t.ID, []string{"proof:portal:known:" + authn.HashToken(s.Account())}); err != nil {
			return err
		}
		var email, name string
		err := tx.QueryRow(ctx, `select email, name from account where tenant_id = $1 and id = $2 and email_unproved and email <> ''`, t.ID, s.Account()).Scan(&email, &name)
		if errs.Is(err, errs.NotFound) {
			return errs.New(errs.Conflict, "proof.done_already")
		}
		if err != nil {
			return err
		}
		if err := i.mailProof(ctx, tx, t, s.Account(), email, name); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "account.proof_mailed", Client: s.Client(), Objects: []audit.Object{{Kind: "account", ID: s.Account()}}})
	})
}
