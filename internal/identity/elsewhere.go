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

// Elsewhere is a log-in for which another party vouches (ADR 22).
type Elsewhere struct {
	Face                access.Face
	Account, Connection string
	Means               string
	Strict              bool   // it ends after authn.Silence, whatever the organisation's own rule
	Subject, Session    []byte // MACs of what the other party calls its owner and its own session; nil for nothing
	Far                 []byte // what ends its own session, sealed; nil where nothing does
	Origin              string // network prefix
}

// EnterFrom opens a session for somebody whom another party knows. The account is active, or it is NotFound.
func (i *Identity) EnterFrom(ctx context.Context, tx *db.Tx, t *tenant.Tenant, in Elsewhere) (Outcome, error) {
	out, err := i.openSession(ctx, tx, t, in.Face, in.Account, in.Means, in.Origin)
	if err != nil {
		return out, err
	}
	out.First = false // he has nothing to choose: his first page is what he came for
	var silent *db.Time
	if in.Strict {
		at := db.At(tx.Now().Add(authn.Silence))
		silent = &at
	}
	if err := forgetFar(ctx, tx, t.ID); err != nil {
		return out, err
	}
	_, err = tx.Exec(ctx, `update session set connection_id = $3, silent_until = $4, far_subject = $5, far_session = $6, far = $7 where tenant_id = $1 and id = $2`,
		t.ID, authn.HashToken(out.Session), in.Connection, silent, in.Subject, in.Session, in.Far)
	return out, err
}

// forgetFar wipes what sessions that are over, in whatever way, had kept to end those of other parties.
func forgetFar(ctx context.Context, tx *db.Tx, tenantID string) error {
	_, err := tx.Exec(ctx, `update session set far = null where tenant_id = $1 and far is not null and (ended_at is not null or expires_at <= $2 or silent_until <= $2)`, tenantID, tx.Now())
	return err
}

// TakeFar returns, once, what ends the other party's session of a session that has ended here; nil for nothing.
func TakeFar(ctx context.Context, tx *db.Tx, s access.Scope) ([]byte, error) {
	far, err := db.One(ctx, tx, db.Value[[]byte], `select far from session where tenant_id = $1 and id = $2 and far is not null and ended_at is not null`, s.Tenant(), s.Session())
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	n, err := tx.Exec(ctx, `update session set far = null where tenant_id = $1 and id = $2 and far is not null`, s.Tenant(), s.Session())
	if err != nil || n == 0 { // somebody took it at the same moment
		return nil, err
	}
	return far, nil
}

// partyAlone is whether an account comes in by another party alone: what opens it is shown there, so it has no
// password, link, passkey or factor here. Whoever asks, asks with this.
const partyAlone = `a.elsewhere`

// IsElsewhere reports whether whoever is logged in comes in by another party alone.
func (i *Identity) IsElsewhere(ctx context.Context, s access.Scope) (bool, error) {
	return isElsewhere(ctx, i.db, s.Tenant(), s.Account())
}

func isElsewhere(ctx context.Context, r db.Reader, tenantID, account string) (bool, error) {
	return db.One(ctx, r, db.Value[bool], `select `+partyAlone+` from account a where a.tenant_id = $1 and a.id = $2`, tenantID, account)
}

// RequirePassword is NotFound for whoever comes in by another party alone.
func (i *Identity) RequirePassword(ctx context.Context, s access.Scope) error {
	elsewhere, err := i.IsElsewhere(ctx, s)
	if err == nil && elsewhere {
		err = errs.Missing()
	}
	return err
}

// passwordless reports whether no client of an organisation can have a password now.
func (i *Identity) passwordless(ctx context.Context, r db.Reader, t *tenant.Tenant) (bool, error) {
	if i.Passwordless == nil {
		return false, nil
	}
	return i.Passwordless(ctx, r, t)
}

// withoutPassword reports whether a client's account has no password that it could choose anew.
func (i *Identity) withoutPassword(ctx context.Context, r db.Reader, t *tenant.Tenant, account string) (bool, error) {
	elsewhere, err := isElsewhere(ctx, r, t.ID, account)
	if err != nil || elsewhere {
		return elsewhere, err
	}
	return i.passwordless(ctx, r, t)
}

// mayInvite is a Conflict where an invitation would lead to a password that nobody can have.
func (i *Identity) mayInvite(ctx context.Context, r db.Reader, t *tenant.Tenant) error {
	without, err := i.passwordless(ctx, r, t)
	if err == nil && without {
		err = errs.New(errs.Conflict, "account.by_party")
	}
	return err
}

// ConnectionOf returns by which connection the scope's session began, "" for the program's own log-in.
func (i *Identity) ConnectionOf(ctx context.Context, s access.Scope) (string, error) {
	id, err := db.One(ctx, i.db, db.Value[string], `select coalesce(connection_id, '') from session where tenant_id = $1 and id = $2`, s.Tenant(), s.Session())
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return id, err
}

// ProveFrom is Confirm by the word of the party with which the session began. What ends the session there is new
// with it.
func (i *Identity) ProveFrom(ctx context.Context, tx *db.Tx, s access.Scope, means string, far []byte) (string, error) {
	token := NewSecret()
	if err := prove(ctx, tx, s, token, means, nil); err != nil {
		return "", err
	}
	_, err := tx.Exec(ctx, `update session set far = $3 where tenant_id = $1 and id = $2`, s.Tenant(), authn.HashToken(token), far)
	return token, err
}

// NewElsewhere is an account for somebody who comes by another party alone: it has no password and no address
// to get one by.
type NewElsewhere struct {
	Face         access.Face
	Role         access.Role
	Client, Name string // Client is "" for an employee
	Email        string // of an employee
}

// CreateElsewhere makes such an account, active at once.
func (i *Identity) CreateElsewhere(ctx context.Context, tx *db.Tx, s access.Scope, in NewElsewhere) (string, error) {
	id := tx.NewID()
	var client *string
	if in.Client != "" {
		client = &in.Client
	}
	key := noAddress(id)
	if in.Email != "" {
		var f errs.Fields
		if key = CheckEmail(&f, in.Email); len(f) > 0 {
			return "", f.Err()
		}
	}
	_, err := tx.Exec(ctx, insertAccount, s.Tenant(), id, string(in.Face), string(in.Role), client, in.Email, key, in.Name, "", "", Active, "", tx.Now(), given(in.Role, 0))
	if err != nil {
		return "", taken(err)
	}
	if _, err := tx.Exec(ctx, `update account set elsewhere = true, invited_at = null where tenant_id = $1 and id = $2`, s.Tenant(), id); err != nil {
		return "", err
	}
	return id, audit.Record(ctx, tx, s, audit.Entry{
		Event: "account.arrived", Client: in.Client, Objects: []audit.Object{{Kind: "account", ID: id}}, Detail: map[string]string{"role": string(in.Role)},
	})
}

// OwnAccount returns the account of a client who is a person, when he uses it: "" when there is none that is
// active and past its first log-in. Had is whether there is any, also one that is blocked.
func (i *Identity) OwnAccount(ctx context.Context, tx *db.Tx, tenantID, client string) (id string, had, blocked bool, err error) {
	type row struct{ id, state, stage string }
	list, err := db.All(ctx, tx, func(scan db.Scan) (row, error) {
		var r row
		err := scan(&r.id, &r.state, &r.stage)
		return r, err
	}, `select id, state, stage from account a where tenant_id = $1 and client_id = $2 and role = 'client' and removed_at is null and not `+partyAlone+` order by created_at, id`, tenantID, client)
	for _, r := range list {
		had, blocked = true, blocked || r.state == Blocked
		if id == "" && r.state == Active && r.stage == "" {
			id = r.id
		}
	}
	return id, had, blocked, err
}

// EndFrom ends the sessions of a connection that the other party says are over: all of one of its people, or one session.
// It returns how many.
func EndFrom(ctx context.Context, tx *db.Tx, tenantID, connection string, subject, session []byte) (int64, error) {
	const over = `update session set ended_at = $3 where tenant_id = $1 and connection_id = $2 and ended_at is null and `
	if session != nil {
		return tx.Exec(ctx, over+`far_session = $4`, tenantID, connection, tx.Now(), session)
	}
	return tx.Exec(ctx, over+`far_subject = $4`, tenantID, connection, tx.Now(), subject)
}

// Away counts somebody who leaves for another party, for each is a row; Home gives the count back when he is
// there. Too many from one network that do not come back are Limited.
func Away(ctx context.Context, tx *db.Tx, tenantID, origin string) error {
	return enter(ctx, tx, tenantID, awayFrom(origin))
}

// Home is the other half of Away.
func Home(ctx context.Context, tx *db.Tx, tenantID, origin string) error {
	return leave(ctx, tx, tenantID, awayFrom(origin))
}

func awayFrom(origin string) []string { return []string{originFailures + "away:" + origin} }

// Refused notes in the journal that somebody whom another party sent was not let in, and why in one word.
func Refused(ctx context.Context, tx *db.Tx, tenantID, origin, means, why string) error {
	return audit.Record(ctx, tx, authn.Nobody(tenantID, origin), audit.Entry{Event: "session.refused", Detail: map[string]string{"means": means, "why": why}})
}

// AwayLife is how long somebody may be away to another party.
const AwayLife = 15 * time.Minute

// ChangeRole gives an employee another role; his sessions end at once. Without a role he has no sessions, and
// the connection that says so does not let him in.
func (i *Identity) ChangeRole(ctx context.Context, tx *db.Tx, s access.Scope, id string, role access.Role) error {
	if role != "" {
		if _, err := tx.Exec(ctx, `update account set role = $3, version = version + 1 where tenant_id = $1 and id = $2`, s.Tenant(), id, string(role)); err != nil {
			return err
		}
	}
	if err := endSessions(ctx, tx, s.Tenant(), id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s, audit.Entry{Event: "account.role_changed", Objects: []audit.Object{{Kind: "account", ID: id}}, Detail: map[string]string{"role": string(role)}})
}

// OnlyElsewhere lets an account in by another party alone from now on: its password and what it has linked are
// gone, so that who leaves the directory has left here too.
func (i *Identity) OnlyElsewhere(ctx context.Context, tx *db.Tx, tenantID, id string) error {
	if _, err := tx.Exec(ctx, `update account set elsewhere = true, password_hash = '', version = version + 1 where tenant_id = $1 and id = $2`, tenantID, id); err != nil {
		return err
	}
	if err := voidTokens(ctx, tx, tenantID, id); err != nil {
		return err
	}
	return dropFactors(ctx, tx, tenantID, id)
}
