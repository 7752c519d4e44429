package identity

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

const (
	// MaxPasskeyName is how long the name of a passkey may be, in characters.
	MaxPasskeyName = 60
	maxPasskeys    = 20
	// FactorWithin is how lately who changes his factors has shown the ones that he has (ASVS 7.5.1).
	FactorWithin = 5 * time.Minute
)

// keepers are the password managers that tell who they are, by the AAGUID of the passkeys they make. They
// are names, so they are the same in each language.
var keepers = map[string]string{
	"fbfc3007154e4ecc8c0b6e020557d7bd": "Apple",
	"dd4ec289e01d41c9bb8970fa845d4bf2": "Apple",
	"ea9b8d664d011d213ce4b6b48cb575d4": "Google",
	"adce000235bcc60a648b0b25f1f05503": "Chrome",
	"08987058cadc4b81b6e130de50dcbe96": "Windows Hello",
	"9ddd1817af5a4672a2b93e3dd95000a9": "Windows Hello",
	"6028b017b1d44c02b4b3afcdafc96bb2": "Windows Hello",
	"53414d53554e47000000000000000000": "Samsung Pass",
	"bada5566a7aa401fbd9645619a55120d": "1Password",
	"d548826e79b4db40a3d811116f7e8349": "Bitwarden",
	"531126d6e717415c93203d9aa6981239": "Dashlane",
	"0ea242b443c44a1b8b17dd6d0b6baec6": "Keeper",
	"fdb141b25d84443e8a354698c205a502": "KeePassXC",
	"50726f746f6e50617373506f746f6e00": "Proton Pass",
}

// linking returns the tenant when whoever asks can make a passkey now.
func (i *Identity) linking(ctx context.Context, s access.Scope) (*tenant.Tenant, error) {
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err == nil {
		err = i.RequirePassword(ctx, s)
	}
	if err == nil {
		err = i.mayLink(ctx, t, s, faceOf(s), Passkey)
	}
	return t, err
}

// ownKey is the ceremony of making a passkey. A session gets another name whenever its owner proves himself,
// so it is bound to the account and the browser alone.
func ownKey(s access.Scope) ceremony { return ceremony{faceOf(s), forLink, s.Account(), "own"} }

// MayLinkPasskey is NotFound where whoever asks can make no passkey.
func (i *Identity) MayLinkPasskey(ctx context.Context, s access.Scope) error {
	_, err := i.linking(ctx, s)
	return err
}

// AskLink returns what a browser needs to make a passkey.
func (i *Identity) AskLink(ctx context.Context, s access.Scope) (Challenge, error) {
	t, err := i.linking(ctx, s)
	if err != nil {
		return Challenge{}, err
	}
	if err := access.RequireRecent(s, i.db.Clock().Now(), FactorWithin); err != nil {
		return Challenge{}, err
	}
	return i.ask(ctx, t, ownKey(s), nil)
}

// LinkPasskey keeps the passkey that a browser made, under the name of the password manager that has it or
// else the one that is given. It returns the recovery codes that come with a first factor. The second of two clicks
// does nothing.
func (i *Identity) LinkPasskey(ctx context.Context, s access.Scope, in Answer, name string) ([]string, error) {
	t, err := i.linking(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := access.RequireRecent(s, i.db.Clock().Now(), FactorWithin); err != nil {
		return nil, err
	}
	c := ownKey(s)
	challenge, err := i.takeChallenge(ctx, t.ID, c, in.Secret)
	if err != nil {
		return nil, err
	}
	k, err := i.passkeyMade(t, c, challenge, in.JSON)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return nil, i.madeAlready(ctx, t, c, in.JSON)
	}
	if keeper, known := keepers[hex.EncodeToString(k.Authenticator.AAGUID)]; known {
		name = keeper
	}
	if err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return i.storePasskey(ctx, tx, t, s, k, name) }); err != nil {
		return nil, err
	}
	return i.firstCodes(ctx, t, c.face, s.Account())
}

func parseMade(answer string) *protocol.ParsedCredentialCreationData {
	if len(answer) > maxAnswer {
		return nil
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return nil
	}
	return parsed
}

// passkeyMade checks what a browser made; nil is what is not right.
func (i *Identity) passkeyMade(t *tenant.Tenant, c ceremony, challenge, answer string) (*webauthn.Credential, error) {
	parsed := parseMade(answer)
	if parsed == nil || challenge == "" {
		return nil, nil
	}
	w, err := i.party(t, c.face)
	if err != nil {
		return nil, err
	}
	if parsed.Response.CollectedClientData.Origin != w.Config.RPOrigins[0] {
		return nil, nil
	}
	k, err := w.CreateCredential(holder{id: c.account}, webauthn.SessionData{
		Challenge: challenge, RelyingPartyID: w.Config.RPID, UserID: []byte(c.account), UserVerification: protocol.VerificationRequired, CredParams: algorithms,
	}, parsed)
	if err != nil || !bytes.Equal(k.ID, parsed.RawID) || len(k.ID) > 1023 {
		return nil, nil // what is not right is no failure of ours
	}
	return k, nil
}

// madeAlready is nil for the second of two clicks, whose passkey the first has kept.
func (i *Identity) madeAlready(ctx context.Context, t *tenant.Tenant, c ceremony, answer string) error {
	if parsed := parseMade(answer); parsed != nil {
		err := i.db.QueryRow(ctx, `select 1 from passkey where tenant_id = $1 and face = $2 and credential = $3 and account_id = $4`, t.ID, string(c.face), parsed.RawID, c.account).Scan(new(int))
		if !errs.Is(err, errs.NotFound) {
			return err
		}
	}
	return errs.New(errs.Invalid, "passkey.not_made")
}

func (i *Identity) storePasskey(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope, k *webauthn.Credential, name string) error {
	// The row of the account is what two requests at once wait for each other at.
	if _, err := tx.Exec(ctx, `update account set version = version where tenant_id = $1 and id = $2`, t.ID, s.Account()); err != nil {
		return err
	}
	n, err := db.One(ctx, tx, db.Value[int], `select count(*) from passkey where tenant_id = $1 and account_id = $2`, t.ID, s.Account())
	if err != nil {
		return err
	}
	if n >= maxPasskeys {
		return errs.New(errs.Conflict, "passkey.many", "max", maxPasskeys)
	}
	var transports []string
	for _, tr := range k.Transport {
		if len(tr) < 20 && len(transports) < 8 {
			transports = append(transports, string(tr))
		}
	}
	_, err = tx.Exec(ctx, `insert into passkey (tenant_id, id, account_id, face, credential, public_key, name, transports, sign_count, backup_eligible, backed_up, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		t.ID, tx.NewID(), s.Account(), string(faceOf(s)), k.ID, k.PublicKey, name, strings.Join(transports, " "), int64(k.Authenticator.SignCount), k.Flags.BackupEligible, k.Flags.BackupState, tx.Now())
	if db.IsUnique(err, "credential") { // somebody else's, which no device makes
		return &errs.Error{Kind: errs.Invalid, Key: "passkey.not_made", Err: err}
	}
	if err != nil {
		return err
	}
	return i.tell(ctx, tx, t, s, s.Account(), "account.factor_linked", changed{"passkey_added", Passkey})
}

const selectOwnKey = `select id, name, created_at, used_at from passkey where tenant_id = $1 and account_id = $2 and id = $3`

// OwnPasskey returns one of the account's passkeys; one that is not his does not exist.
func (i *Identity) OwnPasskey(ctx context.Context, s access.Scope, id string) (Factor, error) {
	return db.One(ctx, i.db, scanPasskey, selectOwnKey, s.Tenant(), s.Account(), id)
}

// OwnPasskeys returns the passkeys of the account, the one that was used last first.
func (i *Identity) OwnPasskeys(ctx context.Context, s access.Scope) ([]Factor, error) {
	return passkeys(ctx, i.db, s.Tenant(), s.Account())
}

// RenamePasskey gives a passkey the name by which its owner knows it.
func (i *Identity) RenamePasskey(ctx context.Context, s access.Scope, id, name string) error {
	name = strings.TrimSpace(name)
	var f errs.Fields
	switch {
	case name == "":
		f.Add("name", "field.required")
	case utf8.RuneCountInString(name) > MaxPasskeyName:
		f.Add("name", "field.too_long", "max", MaxPasskeyName)
	}
	if err := f.Err(); err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `update passkey set name = $4 where tenant_id = $1 and account_id = $2 and id = $3`, s.Tenant(), s.Account(), id, name)
		if err := db.Guard(n, err, errs.Missing()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "account.passkey_renamed", Client: s.Client(), Objects: []audit.Object{{Kind: "account", ID: s.Account()}}})
	})
}

// RemovePasskey takes a passkey from the account; the last factor stays where everybody must have one,
// as all staff must. With the last one go the recovery codes.
func (i *Identity) RemovePasskey(ctx context.Context, s access.Scope, id string) error {
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	if err := access.RequireRecent(s, i.db.Clock().Now(), FactorWithin); err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `delete from passkey where tenant_id = $1 and account_id = $2 and id = $3`, t.ID, s.Account(), id)
		if err := db.Guard(n, err, errs.Missing()); err != nil {
			return err
		}
		if err := lastFactor(ctx, tx, t, s); err != nil {
			return err
		}
		return i.tell(ctx, tx, t, s, s.Account(), "account.factor_unlinked", changed{"passkey_removed", Passkey})
	})
}

// LastFactor reports whether the account has one factor only.
func (i *Identity) LastFactor(ctx context.Context, s access.Scope) (bool, error) {
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return false, err
	}
	had, err := factors(ctx, i.db, t, s.Account())
	return len(had) == 1, err
}

// lastFactor is called when a factor has gone: where none is left and everybody must have one, nothing
// goes; otherwise what came with factors goes too.
func lastFactor(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s access.Scope) error {
	left, err := factors(ctx, tx, t, s.Account())
	if err != nil || len(left) > 0 {
		return err
	}
	if faceOf(s) == access.Office || t.Settings.SecondFactor.Required() {
		return errs.New(errs.Conflict, "twostep.last")
	}
	return dropFactors(ctx, tx, t.ID, s.Account())
}

// passkeys returns those of an account as factors, the one that was used last first.
func passkeys(ctx context.Context, r db.Reader, tenantID, account string) ([]Factor, error) {
	return db.All(ctx, r, scanPasskey, `select id, name, created_at, used_at from passkey where tenant_id = $1 and account_id = $2 order by coalesce(used_at, created_at) desc, id`, tenantID, account)
}

func scanPasskey(scan db.Scan) (Factor, error) {
	f := Factor{Kind: Passkey}
	err := scan(&f.ID, &f.Name, &f.ConfirmedAt, &f.UsedAt)
	return f, err
}
