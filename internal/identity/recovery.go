package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/passwords"
	"voordeur/internal/tenant"
)

const (
	// RecoveryCodes is how many an account has at a time, and FewCodes when it is told to make new ones.
	RecoveryCodes = 10
	FewCodes      = 3
	codeSigns     = 16 // of five bits each
	signs         = "0123456789abcdefghjkmnpqrstvwxyz"
)

// newRecoveryCode returns 80 random bits in signs that nobody takes for another.
func newRecoveryCode() string {
	b := make([]byte, codeSigns)
	_, _ = rand.Read(b) // never fails
	for n := range b {
		b[n] = signs[b[n]%32]
	}
	return string(b)
}

// groupsOf writes a recovery code as people copy it: abcd-efgh-jkmn-pqrs.
func groupsOf(code string) string {
	return code[:4] + "-" + code[4:8] + "-" + code[8:12] + "-" + code[12:]
}

// plainCode takes out of a recovery code what people put into it: dashes, spaces, capitals, and the
// letters that look like digits.
func plainCode(typed string) string {
	return strings.NewReplacer(" ", "", "-", "", "\u2010", "", "\u2013", "", "i", "1", "l", "1", "o", "0").Replace(strings.ToLower(typed))
}

// recoverySet is what a new set of codes is kept as: one salt, and a hash for each.
type recoverySet struct {
	codes  []string // as the owner gets them
	salt   []byte
	hashes [][]byte
}

// newRecoverySet makes a set. It hashes ten times, outside any transaction.
func (i *Identity) newRecoverySet(ctx context.Context, tenantID string) (recoverySet, error) {
	set := recoverySet{salt: make([]byte, 16)}
	_, _ = rand.Read(set.salt) // never fails
	for range RecoveryCodes {
		code := newRecoveryCode()
		hash, err := i.hash.run(ctx, tenantID, code, set.salt)
		if err != nil {
			return set, err
		}
		set.codes, set.hashes = append(set.codes, groupsOf(code)), append(set.hashes, hash)
	}
	return set, nil
}

// storeRecoverySet keeps a set in place of the one before it.
func storeRecoverySet(ctx context.Context, tx *db.Tx, tenantID, account string, set recoverySet) error {
	if _, err := tx.Exec(ctx, `delete from recovery_code where tenant_id = $1 and account_id = $2`, tenantID, account); err != nil {
		return err
	}
	for _, h := range set.hashes {
		_, err := tx.Exec(ctx, `insert into recovery_code (tenant_id, id, account_id, salt, hash, created_at) values ($1, $2, $3, $4, $5, $6)`,
			tenantID, tx.NewID(), account, set.salt, h, tx.Now())
		if err != nil {
			return err
		}
	}
	return nil
}

const selectSalt = `select salt from recovery_code where tenant_id = $1 and account_id = $2 order by id limit 1`

// hashRecovery returns what a typed code would be kept as. It takes as long for an account without
// codes.
func (i *Identity) hashRecovery(ctx context.Context, tenantID, account, typed string) ([]byte, error) {
	salt, err := db.One(ctx, i.db, db.Value[[]byte], selectSalt, tenantID, account)
	if errs.Is(err, errs.NotFound) {
		salt, err = make([]byte, 16), nil
	}
	if err != nil {
		return nil, err
	}
	code := plainCode(typed)
	if len(code) > passwords.Most {
		code = ""
	}
	return i.hash.run(ctx, tenantID, code, salt)
}

// useRecovery uses up the recovery code of a hash.
func useRecovery(ctx context.Context, tx *db.Tx, tenantID, account string, hash []byte) (bool, error) {
	type kept struct {
		id   string
		hash []byte
	}
	list, err := db.All(ctx, tx, func(scan db.Scan) (kept, error) {
		var k kept
		err := scan(&k.id, &k.hash)
		return k, err
	}, `select id, hash from recovery_code where tenant_id = $1 and account_id = $2 and used_at is null`, tenantID, account)
	if err != nil {
		return false, err
	}
	found := ""
	for _, k := range list {
		if subtle.ConstantTimeCompare(k.hash, hash) == 1 {
			found = k.id
		}
	}
	if found == "" {
		return false, nil
	}
	// Where two tries come at once, one finds that the other has used the code.
	n, err := tx.Exec(ctx, `update recovery_code set used_at = $3 where tenant_id = $1 and id = $2 and used_at is null`, tenantID, found, tx.Now())
	return n == 1, err
}

const countCodes = `select count(*) from recovery_code where tenant_id = $1 and account_id = $2 and used_at is null`

// codesLeft returns how many recovery codes an account has.
func codesLeft(ctx context.Context, r db.Reader, tenantID, account string) (int, error) {
	return db.One(ctx, r, db.Value[int], countCodes, tenantID, account)
}

// SealCodes wraps new recovery codes for the one page that shows them: the browser carries them there,
// so that they are kept nowhere.
func SealCodes(t *tenant.Tenant, account string, codes []string) string {
	return base64.RawURLEncoding.EncodeToString(t.Key.Seal([]byte(strings.Join(codes, " ")), shownAAD(t.ID, account)))
}

// OpenCodes returns what SealCodes wrapped for the account, or nothing.
func OpenCodes(t *tenant.Tenant, account, wrapped string) []string {
	sealed, err := base64.RawURLEncoding.DecodeString(wrapped)
	if err != nil || wrapped == "" {
		return nil
	}
	plain, err := t.Key.Open(sealed, shownAAD(t.ID, account))
	if err != nil {
		return nil
	}
	return strings.Fields(string(plain))
}

func shownAAD(tenantID, account string) string {
	return "recovery_code|shown|" + tenantID + "|" + account
}
