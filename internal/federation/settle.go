package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/client"
	"voordeur/internal/db"
	"voordeur/internal/eid"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
)

var (
	// ErrUnknown is of an employee whom nothing here knows, or who may not come in any more.
	ErrUnknown = errors.New("federation: not somebody of the office")
	// ErrUnclear is of a log-in whose identifiers are those of several clients.
	ErrUnclear = errors.New("federation: of several clients")
)

// believed keeps of a log-in what its means may say something of, and no BSN where the organisation may not use that.
func believed(t *tenant.Tenant, c Connection, l eid.Login) (eid.Login, error) {
	foreign := func(id eid.Identifier) bool {
		return !slices.Contains(takes[c.Means], id.Kind) || id.Kind == eid.BSN && t.Settings.BSN == ""
	}
	represents := len(l.For) > 0
	l.Legal, l.For = slices.DeleteFunc(l.Legal, foreign), slices.DeleteFunc(l.For, foreign)
	if represents && len(l.For) == 0 || len(l.Legal) == 0 || len(l.Whose()) == 0 {
		return l, fmt.Errorf("%w: nothing that %s may say", eid.ErrRefused, c.Means)
	}
	return l, nil
}

// settle is what comes of a log-in that holds.
func (f *Federation) settle(ctx context.Context, t *tenant.Tenant, a *Arrival, r request, s access.Scope, p proof) error {
	l := p.Login
	var refused error
	work := func(ctx context.Context, tx *db.Tx) error {
		if err := identity.Home(ctx, tx, t.ID, s.Origin()); err != nil {
			return err
		}
		if fresh, err := first(ctx, tx, t.ID, a.Connection.ID, p.id, p.until); err != nil {
			return err
		} else if !fresh {
			return fmt.Errorf("%w: the answer has come before", eid.ErrRefused)
		}
		switch r.purpose {
		case ToConfirm:
			return f.confirm(ctx, tx, t, a, r, s, p)
		case ToLink:
			return f.link(ctx, tx, t, a.Connection, r, s, l)
		}
		account, err := f.accountOf(ctx, tx, t, a.Connection, s.Origin(), l)
		if refused = nil; errors.Is(err, ErrUnknown) { // what was ended with it stays ended
			refused, err = err, nil
			return err
		}
		if err != nil {
			return err
		}
		a.Outcome, err = f.ids.EnterFrom(ctx, tx, t, identity.Elsewhere{
			Face: a.Connection.Face, Account: account, Connection: a.Connection.ID, Means: means(a.Connection, l), Strict: a.Connection.strict(),
			Subject: mac(t, "far_subject", a.Connection.ID, l.Subject), Session: mac(t, "far_session", a.Connection.ID, l.Session),
			Far: sealFar(t, a.Connection, account, p.session), Origin: s.Origin(),
		})
		return err
	}
	err := f.db.Write(ctx, work)
	if db.IsUnique(err, "identifier_mac") || db.IsUnique(err, "connection_account") { // somebody came at the same moment, and is known now
		err = f.db.Write(ctx, work)
	}
	if errs.Is(err, errs.NotFound) { // the account was blocked
		err = fmt.Errorf("%w: blocked", ErrUnknown)
	}
	return errors.Join(err, refused)
}

// means is how somebody logged in, for the journal.
func means(c Connection, l eid.Login) string {
	if l.Level == 0 {
		return c.Means
	}
	return c.Means + "+" + l.Level.String()
}

func mac(t *tenant.Tenant, purpose, connection, value string) []byte {
	if value == "" {
		return nil
	}
	return t.Key.MAC(purpose, connection, value)
}

// person names in one value who sits at the keyboard and for whom: an account is of those.
func person(t *tenant.Tenant, c Connection, l eid.Login) []byte {
	parts := []string{c.ID, l.Acting}
	for _, list := range [][]eid.Identifier{l.Legal[:1], l.Whose()[:1]} {
		for _, id := range list {
			parts = append(parts, string(id.Kind), id.Value)
		}
	}
	return t.Key.MAC("connection_account", parts...)
}

// confirm renews the proof of a session, by the same person as the one who began it.
func (f *Federation) confirm(ctx context.Context, tx *db.Tx, t *tenant.Tenant, a *Arrival, r request, s access.Scope, p proof) error {
	account, err := linked(ctx, tx, t.ID, a.Connection.ID, person(t, a.Connection, p.Login))
	if err != nil {
		return err
	}
	if s.Session() == "" || r.session != s.Session() || account != s.Account() {
		return fmt.Errorf("%w: another session or somebody else", eid.ErrRefused)
	}
	a.Token, err = f.ids.ProveFrom(ctx, tx, s, means(a.Connection, p.Login), sealFar(t, a.Connection, account, p.session))
	return err
}

// linked returns the account of a person, "" for none.
func linked(ctx context.Context, r db.Reader, tenantID, connection string, person []byte) (string, error) {
	id, err := db.One(ctx, r, db.Value[string], `select account_id from connection_account where tenant_id = $1 and connection_id = $2 and mac = $3`, tenantID, connection, person)
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return id, err
}

const putLink = `insert into connection_account (tenant_id, connection_id, mac, account_id, created_at) values ($1, $2, $3, $4, $5)
	on conflict (tenant_id, connection_id, mac) do update set account_id = excluded.account_id`

// accountOf returns the account by which somebody is here, and makes what is missing of it.
func (f *Federation) accountOf(ctx context.Context, tx *db.Tx, t *tenant.Tenant, c Connection, origin string, l eid.Login) (string, error) {
	key := person(t, c, l)
	had, err := linked(ctx, tx, t.ID, c.ID, key)
	if err != nil {
		return "", err
	}
	if c.Face == access.Office {
		return f.staff(ctx, tx, t, c, had, key, origin, l)
	}
	whose, matched, err := f.match(ctx, tx, t, c, origin, l)
	if err != nil {
		return "", err
	}
	if had != "" {
		of, err := db.One(ctx, tx, db.Value[string], `select client_id from account where tenant_id = $1 and id = $2`, t.ID, had)
		if err != nil || of == whose {
			return had, err
		}
	}
	account, err := f.newAccount(ctx, tx, t, c, whose, matched, origin, l)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, putLink, t.ID, c.ID, key, account, tx.Now())
	return account, err
}

// match returns the client whose identifiers a log-in has. One whom nobody knows becomes a client of whom
// there is nothing yet, and stands on the worklist of the office.
func (f *Federation) match(ctx context.Context, tx *db.Tx, t *tenant.Tenant, c Connection, origin string, l eid.Login) (id string, matched bool, err error) {
	for _, known := range l.Whose() {
		got, err := db.One(ctx, tx, db.Value[string], `select client_id from identifier where tenant_id = $1 and kind = $2 and mac = $3`, t.ID, string(known.Kind), index(t, known))
		switch {
		case errs.Is(err, errs.NotFound):
			continue
		case err != nil:
			return "", false, err
		case id != "" && id != got:
			return "", false, ErrUnclear
		}
		id = got
	}
	if id != "" {
		open, err := db.One(ctx, tx, db.Value[bool], `select unmatched_at is not null from client where tenant_id = $1 and id = $2`, t.ID, id)
		return id, !open, err
	}
	kind := client.Person
	if k := l.Whose()[0].Kind; k == eid.KvK || k == eid.RSIN || k == eid.Branch {
		kind = client.Company
	}
	s := authn.Nobody(t.ID, origin)
	name := ""
	if len(l.For) == 0 {
		name = l.Name
	}
	if id, err = client.Arrive(ctx, tx, s, kind, orElse(name, c.Name)); err != nil {
		return "", false, err
	}
	for _, known := range l.Whose() {
		if err := putIdentifier(ctx, tx, t, id, known, ""); err != nil {
			return "", false, err
		}
	}
	return id, false, nil
}

// newAccount returns the account of somebody who comes for the first time. A person whom the office knows has
// his own, if he uses it; everybody else gets one that nothing but the connection opens, and that manages nothing.
func (f *Federation) newAccount(ctx context.Context, tx *db.Tx, t *tenant.Tenant, c Connection, whose string, matched bool, origin string, l eid.Login) (string, error) {
	role := access.RoleExtra
	var kind, called string
	if err := tx.QueryRow(ctx, `select kind, name from client where tenant_id = $1 and id = $2`, t.ID, whose).Scan(&kind, &called); err != nil {
		return "", err
	}
	himself := matched && kind == client.Person && len(l.For) == 0 && l.Acting == "" && c.Means != EHerkenning
	if himself {
		own, had, blocked, err := f.ids.OwnAccount(ctx, tx, t.ID, whose)
		switch {
		case err != nil:
			return "", err
		case blocked:
			return "", fmt.Errorf("%w: blocked", ErrUnknown)
		case own != "":
			return own, nil
		case !had:
			role = access.RoleClient
		}
	}
	name := orElse(l.Name, c.Name)
	if himself {
		name = called
	}
	return f.ids.CreateElsewhere(ctx, tx, authn.Nobody(t.ID, origin), identity.NewElsewhere{Face: access.Portal, Role: role, Client: whose, Name: name})
}

// orElse returns a name as it can be shown, of at most 200 characters, or another one where there is none.
func orElse(name, other string) string {
	name = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) && r != ' ' {
			return ' '
		}
		return r
	}, name)), " ")
	if name == "" || !utf8.ValidString(name) {
		return other
	}
	runes := []rune(name)
	return string(runes[:min(len(runes), 200)])
}
