// Package identity is accounts and how they log in: invitation, password, second factor, session.
package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"net/mail"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

// Identity makes and changes accounts.
type Identity struct {
	db      *db.DB
	tenants *tenant.Tenants
	hash    hasher
	// Passwordless reports whether clients of an organisation come in by other parties alone (K2); nil where there are none.
	Passwordless func(context.Context, db.Reader, *tenant.Tenant) (bool, error)
	stands       map[Event]Stands // what is asked before a mail about an event goes
}

// New returns the accounts of a database.
func New(d *db.DB, tenants *tenant.Tenants) *Identity {
	return &Identity{db: d, tenants: tenants, hash: newHasher(), stands: map[Event]Stands{}}
}

// The states of an account.
const (
	Invited = "invited"
	Active  = "active"
	Blocked = "blocked"
)

// Account is an account as staff see it.
type Account struct {
	ID, Name, Email, State string
	Role                   access.Role
	InvitedAt, LastLogin   *db.Time
	Version                int64
	UserName               string        // of a letter, until the first log-in is over
	Stage                  string        // of the first log-in
	Rights                 access.Rights // of an extra account
}

// Icon names the picture that goes with the word for the account's state.
func (a Account) Icon() string {
	switch a.State {
	case Blocked:
		return "user-off"
	case Invited:
		return "mail"
	}
	return "user-check"
}

const accountColumns = `select id, name, email, state, role, invited_at, last_login_at, version, coalesce(login_name, ''), stage, rights from account `

func scanAccount(scan db.Scan) (Account, error) {
	var a Account
	var rights string
	err := scan(&a.ID, &a.Name, &a.Email, &a.State, &a.Role, &a.InvitedAt, &a.LastLogin, &a.Version, &a.UserName, &a.Stage, &rights)
	a.Rights, _ = access.ParseRights(rights)
	return a, err
}

// OfClient returns the portal accounts of a client, without those that were removed.
func (i *Identity) OfClient(ctx context.Context, a access.Staff, client string) ([]Account, error) {
	return db.All(ctx, i.db, scanAccount, accountColumns+`where tenant_id = $1 and face = 'portal' and client_id = $2 and removed_at is null order by created_at, id`,
		a.Scope().Tenant(), client)
}

const oneOfClient = `where tenant_id = $1 and face = 'portal' and client_id = $2 and id = $3 and removed_at is null`

// AccountOf returns one portal account of a client.
func (i *Identity) AccountOf(ctx context.Context, a access.Staff, client, id string) (Account, error) {
	return db.One(ctx, i.db, scanAccount, accountColumns+oneOfClient, a.Scope().Tenant(), client, id)
}

// Handlers returns the staff to whom a dossier can be given.
func (i *Identity) Handlers(ctx context.Context, a access.Staff) ([]Account, error) {
	return db.All(ctx, i.db, scanAccount, accountColumns+`where tenant_id = $1 and face = 'office' and state = 'active'
		and role in ('handler', 'administrator') order by name, id`, a.Scope().Tenant())
}

// CheckEmail returns the form in which an address is compared, or adds what is wrong to f.
func CheckEmail(f *errs.Fields, address string) string {
	address = strings.TrimSpace(address)
	if address == "" {
		f.Add("email", "field.required")
		return ""
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > 254 || !strings.Contains(address[strings.LastIndex(address, "@"):], ".") {
		f.Add("email", "email.invalid")
		return ""
	}
	return strings.ToLower(address)
}

// maxName is how long the name of a user may be, in characters.
const maxName = 200

// NewAccount is a portal account to be made (N1).
type NewAccount struct {
	Client, Name, Email string
	Role                access.Role   // client or extra
	Rights              access.Rights // of an extra account; none are those of its role
}

const insertAccount = `insert into account (tenant_id, id, face, role, client_id, email, email_key, name, phone, hours, state, password_hash, invited_at, created_at, rights)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)`

// given is what a new account of a role is given: only an extra one has other rights than its role's.
func given(r access.Role, chosen access.Rights) string {
	switch {
	case r != access.RoleExtra:
		return ""
	case chosen == 0:
		return access.ExtraRights.String()
	}
	return chosen.String()
}

// Invite makes a portal account and queues the first of the three mails (N1). An address that
// already has an account in this tenant is Invalid. Once is the form's key: a double click makes
// one account.
func (i *Identity) Invite(ctx context.Context, a access.Staff, once string, in NewAccount) (string, error) {
	if !a.Can(access.Work) {
		return "", errs.New(errs.Forbidden, "")
	}
	return i.invite(ctx, a.Scope(), once, in)
}

func (i *Identity) invite(ctx context.Context, s access.Scope, once string, in NewAccount) (string, error) {
	return i.inviteWith(ctx, s, once, in, func(context.Context, *db.Tx) error { return nil })
}

// checkNew holds the data of a new account to their rules, and returns the form in which its address is
// compared.
func checkNew(name, email string) (string, error) {
	var f errs.Fields
	key := CheckEmail(&f, email)
	_, err := checkName(name)
	f = append(f, errs.FieldsOf(err)...)
	return key, f.Err()
}

// inviteWith is invite, with more in the transaction.
func (i *Identity) inviteWith(ctx context.Context, s access.Scope, once string, in NewAccount, more func(context.Context, *db.Tx) error) (string, error) {
	key, err := checkNew(in.Name, in.Email)
	if err != nil {
		return "", err
	}
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return "", err
	}
	var id string
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		had, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			id = had
			return err
		}
		if err := i.mayInvite(ctx, tx, t); err != nil {
			return err
		}
		id = tx.NewID()
		_, err = tx.Exec(ctx, insertAccount, s.Tenant(), id, string(access.Portal), string(in.Role), in.Client, strings.TrimSpace(in.Email), key,
			strings.TrimSpace(in.Name), "", "", Invited, "", tx.Now(), given(in.Role, in.Rights))
		if err != nil {
			return taken(err)
		}
		entry := audit.Entry{Event: "account.invited", Client: in.Client, Objects: []audit.Object{{Kind: "account", ID: id}}}
		if in.Role == access.RoleExtra {
			entry.Detail = map[string]string{"new": given(in.Role, in.Rights)}
		}
		if err := audit.Record(ctx, tx, s, entry); err != nil {
			return err
		}
		if err := i.mailInvitation(ctx, tx, t, id, strings.TrimSpace(in.Email), in.Name); err != nil {
			return err
		}
		if err := more(ctx, tx); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, id)
	})
	return id, err
}

func taken(err error) error {
	if db.IsUnique(err, "email_key") {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "email", Key: "email.taken"}}, Err: err}
	}
	return err
}

// NewStaff is an employee's account to be made, active at once with a password set by an operator.
type NewStaff struct {
	Name, Email, Password, Phone, Hours string
	Role                                access.Role
	TOTP                                string // base32 secret, "" to enrol at the first login
}

// CreateStaff makes an employee's account; it is for the operator's commands and for fixtures.
func (i *Identity) CreateStaff(ctx context.Context, d *db.DB, tenantID string, in NewStaff) (string, error) {
	var f errs.Fields
	key := CheckEmail(&f, in.Email)
	if err := f.Err(); err != nil {
		return "", err
	}
	t, err := i.tenants.Get(ctx, tenantID)
	if err != nil {
		return "", err
	}
	hash, err := i.hash.hash(ctx, tenantID, in.Password)
	if err != nil {
		return "", err
	}
	var id string
	err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		id = tx.NewID()
		_, err := tx.Exec(ctx, insertAccount, tenantID, id, string(access.Office), string(in.Role), nil, in.Email, key, in.Name, in.Phone, in.Hours, Active, hash, tx.Now(), "")
		if err != nil {
			return taken(err)
		}
		if in.TOTP != "" {
			if err := storeFactor(ctx, tx, t, id, TOTP, in.TOTP); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, authn.System(tenantID, "admin"), audit.Entry{
			Event:   "account.staff_created",
			Objects: []audit.Object{{Kind: "account", ID: id}}, Detail: map[string]string{"role": string(in.Role)},
		})
	})
	return id, err
}

// Resend invites an account that has not been activated once more; a double click sends one mail.
func (i *Identity) Resend(ctx context.Context, a access.Staff, client, id, once string) error {
	return i.change(ctx, a, client, id, "account.reinvited", i.inviteAgain(a.Scope(), once))
}

func (i *Identity) inviteAgain(s access.Scope, once string) changing {
	return func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		if acc.State != Invited || acc.Stage == StageLetter {
			return errs.New(errs.Conflict, "account.not_invited")
		}
		if err := i.mayInvite(ctx, tx, t); err != nil {
			return err
		}
		_, fresh, err := tx.Once(ctx, t.ID, s.Account(), once)
		if err != nil {
			return err
		}
		if !fresh {
			return errUnchanged
		}
		if _, err := notify.SentAnew(ctx, tx, t.ID, acc.ID); err != nil {
			return err
		}
		return i.mailInvitation(ctx, tx, t, acc.ID, acc.Email, acc.Name)
	}
}

// Block ends an account's sessions at once and lets it in no more; one that is blocked stays so.
func (i *Identity) Block(ctx context.Context, a access.Staff, client, id string) error {
	return i.change(ctx, a, client, id, "account.blocked", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		if acc.State == Blocked {
			return errUnchanged
		}
		if _, err := tx.Exec(ctx, `update account set state = 'blocked', version = version + 1 where tenant_id = $1 and id = $2`, t.ID, id); err != nil {
			return err
		}
		return endSessions(ctx, tx, t.ID, id)
	})
}

// Unblock lets a blocked account in again; one that never had a password is invited again.
func (i *Identity) Unblock(ctx context.Context, a access.Staff, client, id string) error {
	return i.change(ctx, a, client, id, "account.unblocked", func(ctx context.Context, tx *db.Tx, t *tenant.Tenant, acc Account) error {
		if acc.State != Blocked {
			return errUnchanged
		}
		_, err := tx.Exec(ctx, `update account set state = case when password_hash = '' or stage = 'letter' then 'invited' else 'active' end, version = version + 1
			where tenant_id = $1 and id = $2`, t.ID, id)
		return err
	})
}

// errUnchanged ends a change that finds everything as it is asked to be: the second of two clicks.
var errUnchanged = errors.New("identity: it is so already")

// changing is what is changed of an account, in the transaction that has found it.
type changing func(context.Context, *db.Tx, *tenant.Tenant, Account) error

func (i *Identity) change(ctx context.Context, a access.Staff, client, id, event string, f changing) error {
	if !a.Can(access.Work) {
		return errs.New(errs.Forbidden, "")
	}
	return i.changeBy(ctx, a.Scope(), client, id, event, f)
}

// changeBy changes a portal account of a client in the name of whoever may, and notes that.
func (i *Identity) changeBy(ctx context.Context, s access.Scope, client, id, event string, f changing) error {
	return i.changeNoting(ctx, s, client, id, event, nil, f)
}

// changeNoting is changeBy with facts for the journal, which f fills in.
func (i *Identity) changeNoting(ctx context.Context, s access.Scope, client, id, event string, detail map[string]string, f changing) error {
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		acc, err := db.One(ctx, tx, scanAccount, accountColumns+oneOfClient, t.ID, client, id)
		if err != nil {
			return err
		}
		if err := f(ctx, tx, t, acc); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: event, Client: client, Objects: []audit.Object{{Kind: "account", ID: id}}, Detail: detail})
	})
	return unlessSo(err)
}

// unlessSo is the error of a change, which errUnchanged is not.
func unlessSo(err error) error {
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

func endSessions(ctx context.Context, tx *db.Tx, tenantID, account string) error {
	_, err := tx.Exec(ctx, `update session set ended_at = $3 where tenant_id = $1 and account_id = $2 and ended_at is null`, tenantID, account, tx.Now())
	return err
}

// NewSecret returns 260 random bits as text, for cookies and links.
func NewSecret() string { return strings.ToLower(rand.Text() + rand.Text()) }

// putToken stores the hash of a single-use secret and voids the older ones of its purpose.
func putToken(ctx context.Context, tx *db.Tx, tenantID, account, purpose string, life time.Duration) (string, error) {
	secret := NewSecret()
	_, err := tx.Exec(ctx, `update account_token set expires_at = $4 where tenant_id = $1 and account_id = $2 and purpose = $3 and used_at is null and expires_at > $4`,
		tenantID, account, purpose, tx.Now())
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `insert into account_token (tenant_id, id, account_id, purpose, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)`,
		tenantID, authn.HashToken(secret), account, purpose, tx.Now(), db.At(tx.Now().Add(life)))
	return secret, err
}
