package identity

import (
	"cmp"
	"context"
	"crypto/rand"
	"regexp"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	letters "voordeur/internal/letter"
	"voordeur/internal/tenant"
)

// NewLetter is a portal account to be made for somebody who gets what he logs in with on paper (C6).
type NewLetter struct {
	Client, Name string
	UserName     string // lower case; "" to have one made
	Email        string // "" when it is not known
	Address      string // lines for the envelope
	Role         access.Role
}

// userName is what a name to log in with looks like. It has no @, so that it is never an address.
var userName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{2,39}$`)

const maxAddress = 6 // lines

func (n *NewLetter) check() (key string, err error) {
	var f errs.Fields
	n.Name, n.Email, n.UserName = strings.TrimSpace(n.Name), strings.TrimSpace(n.Email), strings.ToLower(strings.TrimSpace(n.UserName))
	if n.Name == "" {
		f.Add("name", "field.required")
	}
	if n.Email != "" {
		key = CheckEmail(&f, n.Email)
	}
	if n.UserName != "" && !userName.MatchString(n.UserName) {
		f.Add("user_name", "letter.bad_user_name")
	}
	checkLines(&f, n.Address)
	return key, f.Err()
}

func checkLines(f *errs.Fields, address string) {
	if len(addressLines(address)) > maxAddress || len(address) > 500 {
		f.Add("address", "letter.long_address", "max", maxAddress)
	}
}

// addressLines are the lines of an address that have something on them.
func addressLines(s string) []string {
	var list []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// alphabet has no two characters that look like one another on paper.
const alphabet = "abcdefghjkmnpqrstuvwxyz23456789"

// code returns n characters of the alphabet, 4.95 bits each.
func code(n int) string {
	out := make([]byte, 0, n)
	var b [1]byte
	for len(out) < n {
		_, _ = rand.Read(b[:]) // never fails
		if int(b[0]) < 256/len(alphabet)*len(alphabet) {
			out = append(out, alphabet[int(b[0])%len(alphabet)])
		}
	}
	return string(out)
}

// temporary is the password of a letter: 59 bits, in groups of four that one can copy.
func temporary() string {
	c := code(12)
	return c[:4] + "-" + c[4:8] + "-" + c[8:]
}

// InviteByLetter makes a portal account without a mail and puts a letter in the queue with a name and a
// temporary password. A name or address that is in use is Invalid. Once is the form's key.
func (i *Identity) InviteByLetter(ctx context.Context, a access.Staff, once string, in NewLetter) error {
	key, err := in.check()
	if err != nil {
		return err
	}
	if !a.Can(access.Work) {
		return errs.New(errs.Forbidden, "")
	}
	s := a.Scope()
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	in.UserName = cmp.Or(in.UserName, "k"+code(7))
	secret := temporary()
	hash, err := i.hash.hash(ctx, t.ID, fromPaper(secret))
	if err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, fresh, err := tx.Once(ctx, t.ID, s.Account(), once)
		if err != nil || !fresh {
			return err
		}
		if err := i.mayInvite(ctx, tx, t); err != nil {
			return err
		}
		id := tx.NewID()
		if err := putLettered(ctx, tx, t, id, in, key, hash); err != nil {
			return err
		}
		if err := i.queueLetter(ctx, tx, t, a, id, letters.KindLogin, letters.Content{Name: in.Name, Address: addressLines(in.Address), UserName: in.UserName, Secret: secret}); err != nil {
			return err
		}
		err = audit.Record(ctx, tx, s, audit.Entry{Event: "account.lettered", Client: in.Client, Objects: []audit.Object{{Kind: "account", ID: id}}})
		if err != nil {
			return err
		}
		return tx.Finish(ctx, t.ID, s.Account(), once, id)
	})
}

// putLettered makes the account of a letter.
func putLettered(ctx context.Context, tx *db.Tx, t *tenant.Tenant, id string, in NewLetter, key, hash string) error {
	if key == "" {
		key = noAddress(id)
	}
	_, err := tx.Exec(ctx, insertAccount, t.ID, id, string(access.Portal), string(in.Role), in.Client, in.Email, key, in.Name, "", "", Invited, hash, tx.Now(), given(in.Role, 0))
	if err != nil {
		return taken(err)
	}
	_, err = tx.Exec(ctx, `update account set login_name = $3, stage = 'letter', email_unproved = true where tenant_id = $1 and id = $2`, t.ID, id, in.UserName)
	return nameTaken(err)
}

// noAddress is the key of an account without an address: no address is like it, and no user name.
func noAddress(account string) string { return "-" + account }

func nameTaken(err error) error {
	if db.IsUnique(err, "login_name") {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "user_name", Key: "letter.name_taken"}}, Err: err}
	}
	return err
}

func (i *Identity) queueLetter(ctx context.Context, tx *db.Tx, t *tenant.Tenant, a access.Staff, account, kind string, c letters.Content) error {
	lang, err := db.One(ctx, tx, db.Value[string], `select language from account where tenant_id = $1 and id = $2`, t.ID, account)
	if err != nil {
		return err
	}
	c.Language = lang
	return letters.Queue(ctx, tx, t, a, account, kind, c)
}

// LetterAgain has a new letter printed for an account and begins its first log-in anew (C11): the
// password that it had, on paper or chosen, works no more, and its sessions end. A double click makes
// one letter.
func (i *Identity) LetterAgain(ctx context.Context, a access.Staff, client, id, once, address string) error {
	var f errs.Fields
	checkLines(&f, address)
	if err := f.Err(); err != nil {
		return err
	}
	secret := temporary()
	hash, err := i.hash.hash(ctx, a.Scope().Tenant(), fromPaper(secret))
	if err != nil {
		return err
	}
	return i.change(ctx, a, client, id, "account.lettered", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		if acc.State == Blocked {
			return errs.New(errs.Conflict, "account.is_blocked")
		}
		if err := i.mayInvite(ctx, tx, t); err != nil {
			return err
		}
		_, fresh, err := tx.Once(ctx, t.ID, a.Scope().Account(), once)
		if err != nil {
			return err
		}
		if !fresh {
			return errUnchanged
		}
		var name string
		err = tx.QueryRow(ctx, `update account set password_hash = $3, state = 'invited', stage = 'letter', version = version + 1,
			login_name = case when login_name is null and email = '' then $4 else login_name end where tenant_id = $1 and id = $2 returning coalesce(login_name, email)`,
			t.ID, id, hash, "k"+code(7)).Scan(&name)
		if err != nil {
			return err
		}
		if err := endSessions(ctx, tx, t.ID, id); err != nil {
			return err
		}
		if err := voidTokens(ctx, tx, t.ID, id); err != nil {
			return err
		}
		return i.queueLetter(ctx, tx, t, a, id, letters.KindLogin, letters.Content{Name: acc.Name, Address: addressLines(address), UserName: name, Secret: secret})
	})
}

// RevokeLetter ends a letter that got lost: its password or PIN works no more. A new letter lets the client in.
func (i *Identity) RevokeLetter(ctx context.Context, a access.Staff, letterID string) error {
	if !a.Can(access.Work) {
		return errs.New(errs.Forbidden, "")
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row, err := letters.Revoke(ctx, tx, a, letterID)
		if err != nil {
			return err
		}
		account := row.Account
		if row.Kind == letters.KindPIN {
			return voidLinks(ctx, tx, a.Scope().Tenant(), account)
		}
		if err := voidTokens(ctx, tx, a.Scope().Tenant(), account); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update account set password_hash = '', version = version + 1 where tenant_id = $1 and id = $2 and stage = 'letter'`, a.Scope().Tenant(), account)
		return err
	})
}

// NumbersOf returns how the accounts of a client say that they can be reached, by the id of the account.
func (i *Identity) NumbersOf(ctx context.Context, a access.Staff, client string) (map[string]Numbers, error) {
	t, err := i.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return nil, err
	}
	all := map[string]Numbers{}
	_, err = db.All(ctx, i.db, func(scan db.Scan) (struct{}, error) {
		var id string
		var sealed []byte
		if err := scan(&id, &sealed); err != nil {
			return struct{}{}, err
		}
		var c Numbers
		err := openNumbers(t, id, sealed, &c)
		all[id] = c
		return struct{}{}, err
	}, `select id, contact from account where tenant_id = $1 and client_id = $2 and contact is not null`, t.ID, client)
	return all, err
}
