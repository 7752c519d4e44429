package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/eid"
	"voordeur/internal/eid/oidc"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/saml"
	"voordeur/internal/tenant"
)

// Why somebody goes to another party.
const (
	ToLogin   = "login"
	ToConfirm = "confirm" // that it is still he
	ToLink    = "link"    // the account of an employee with his name in the directory
)

// within is how lately somebody must have proved himself there when he confirms.
const within = 5 * time.Minute

// Going is somebody who leaves for another party.
type Going struct {
	Purpose, Next string
	Scope         access.Scope // who confirms or links, and from where everybody comes
	Secret        string       // of the cookie that the browser has already, "" for none
}

// Gone is where the browser goes, with what it posts there if anything, and the secret of its cookie without which it
// does not come back.
type Gone struct {
	saml.Sent
	Secret     string
	Connection Connection
}

// content is what is kept of somebody who is away.
type content struct {
	Next            string
	Nonce, Verifier string `json:",omitempty"` // of OpenID Connect
	Request         string `json:",omitempty"` // the id of what SAML asked
}

func contentAAD(tenantID, id string) string {
	return "connection_request|content|" + tenantID + "|" + id
}

// Return is our address to which browsers come back from a connection: the other party knows it.
func (f *Federation) Return(t *tenant.Tenant, c Connection) string {
	return f.address(t, c) + "/return"
}

// Over is our address to which the other party says that somebody has logged out there.
func (f *Federation) Over(t *tenant.Tenant, c Connection) string { return f.address(t, c) + "/logout" }

func (f *Federation) address(t *tenant.Tenant, c Connection) string {
	return f.tenants.URL(t, c.Face) + pathOf(c)
}

// pathOf is where the pages of a connection are.
func pathOf(c Connection) string { return "/login/" + c.ID }

// Go begins a log-in at another party. One that does not answer is eid.ErrAway.
func (f *Federation) Go(ctx context.Context, t *tenant.Tenant, face access.Face, id string, in Going) (Gone, error) {
	c, err := f.Connection(ctx, t, face, id)
	gone := Gone{Connection: c, Secret: in.Secret}
	if err != nil {
		return gone, err
	}
	session := ""
	if in.Purpose != ToLogin {
		if session, err = f.mayProve(ctx, c, in); err != nil {
			return gone, err
		}
	}
	state := identity.NewSecret()
	gone.Secret = ofBrowser(gone.Secret)
	kept := content{Next: in.Next}
	if c.Protocol == BySAML {
		kept.Request = saml.NewID()
		gone.Sent, err = f.start(t, c, in.Purpose, state, kept)
	} else {
		kept.Nonce, kept.Verifier = identity.NewSecret(), identity.NewSecret()
		gone.URL, err = f.providers.Away(ctx, c.Settings.OIDC, f.asked(t, c, in.Purpose, state, kept))
	}
	if err != nil {
		f.log.Warn("connection", "tenant", t.ID, "connection", c.ID, "err", err)
		return gone, err
	}
	plain, err := json.Marshal(kept)
	if err != nil {
		return gone, fmt.Errorf("federation: %w", err)
	}
	key := authn.HashToken(state)
	err = f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := identity.Away(ctx, tx, t.ID, in.Scope.Origin()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from connection_request where tenant_id = $1 and expires_at <= $2`, t.ID, tx.Now()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into connection_request (tenant_id, id, browser, connection_id, purpose, session_id, content, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			t.ID, key, authn.HashToken(gone.Secret), c.ID, in.Purpose, session, t.Key.Seal(plain, contentAAD(t.ID, key)), db.At(tx.Now().Add(identity.AwayLife)))
		return err
	})
	return gone, err
}

// ofBrowser is the secret of a browser's cookie: the one that it has, or a new one.
func ofBrowser(had string) string {
	if fresh := identity.NewSecret(); len(had) != len(fresh) {
		return fresh
	}
	return had
}

// mayProve returns the session of somebody who confirms or links. Who came by a connection confirms by that one, and only
// staff have anything to link.
func (f *Federation) mayProve(ctx context.Context, c Connection, in Going) (string, error) {
	if in.Scope.Session() == "" {
		return "", &errs.Error{Kind: errs.Unauthenticated}
	}
	if in.Purpose == ToLink {
		if _, staff := access.AsStaff(in.Scope); !staff || c.Face != access.Office {
			return "", errs.Missing()
		}
		return in.Scope.Session(), access.RequireRecent(in.Scope, f.db.Clock().Now(), within)
	}
	by, err := f.ids.ConnectionOf(ctx, in.Scope)
	if err == nil && by != c.ID {
		err = errs.Missing()
	}
	return in.Scope.Session(), err
}

func (f *Federation) asked(t *tenant.Tenant, c Connection, purpose, state string, k content) oidc.Asked {
	a := oidc.Asked{State: state, Nonce: k.Nonce, Verifier: k.Verifier, Return: f.Return(t, c)}
	if purpose == ToConfirm {
		a.Within = within
	}
	return a
}

// Back is what a browser came back with.
type Back struct {
	Query  url.Values
	Raw    string // the query as it is, where what is signed is that
	Secret string // of its cookie
	Scope  access.Scope
}

// Arrival is somebody who has come back.
type Arrival struct {
	Purpose, Next string
	Connection    Connection
	Outcome       identity.Outcome // of a log-in
	Token         string           // of the session that was confirmed
}

// Take takes back somebody who was away. What he brings counts once, whatever it is worth. Not let in are eid.ErrCancelled,
// eid.ErrLevel, eid.ErrService, eid.ErrAway, ErrUnknown and ErrUnclear, and eid.ErrRefused for everything else.
func (f *Federation) Take(ctx context.Context, t *tenant.Tenant, face access.Face, id string, b Back) (Arrival, error) {
	var a Arrival
	var err error
	if a.Connection, err = f.Connection(ctx, t, face, id); err != nil {
		return a, err
	}
	state := b.Query.Get("state")
	if a.Connection.Protocol == BySAML {
		state = b.Query.Get("RelayState")
	}
	r, err := f.take(ctx, t, id, state, b.Secret)
	if err != nil {
		return a, err
	}
	a.Purpose, a.Next = r.purpose, r.Next
	p, err := f.verify(ctx, t, a.Connection, r, state, b.Query)
	if err == nil {
		err = f.settle(ctx, t, &a, r, b.Scope, p)
	}
	if err != nil && !errors.Is(err, eid.ErrCancelled) {
		f.log.Warn("connection", "tenant", t.ID, "connection", id, "err", err)
	}
	if why := Refusal(err); why != "" {
		err = errors.Join(err, f.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
			return identity.Refused(ctx, tx, t.ID, b.Scope.Origin(), a.Connection.Means, why)
		}))
	}
	return a, err
}

// Refusal is one word for why somebody was not let in, "" for what is no refusal.
func Refusal(err error) string {
	for _, r := range []struct {
		err  error
		word string
	}{
		{eid.ErrCancelled, "cancelled"},
		{eid.ErrLevel, "level"},
		{eid.ErrService, "service"},
		{eid.ErrAway, "away"},
		{ErrUnknown, "unknown"},
		{ErrUnclear, "unclear"},
		{eid.ErrRefused, "refused"},
	} {
		if errors.Is(err, r.err) {
			return r.word
		}
	}
	return ""
}

// request is one that was taken back.
type request struct {
	content
	purpose, session string
	answer           string // that the browser posted, by SAML
}

// take uses a request up. One that is over, or of another browser or connection, is refused.
func (f *Federation) take(ctx context.Context, t *tenant.Tenant, connection, state, secret string) (request, error) {
	var r request
	var sealed, posted []byte
	key, found := authn.HashToken(state), false
	err := f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := tx.QueryRow(ctx, `delete from connection_request where tenant_id = $1 and id = $2 and browser = $3 and connection_id = $4 and expires_at > $5
			returning purpose, session_id, content, answer`, t.ID, key, authn.HashToken(secret), connection, tx.Now()).Scan(&r.purpose, &r.session, &sealed, &posted)
		if found = err == nil; errs.Is(err, errs.NotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return r, err
	}
	if !found {
		return r, fmt.Errorf("%w: nobody of this browser is away", eid.ErrRefused)
	}
	if err := open(t, sealed, contentAAD(t.ID, key), &r.content); err != nil {
		return r, err
	}
	if posted != nil {
		plain, err := t.Key.Open(posted, answerAAD(t.ID, key))
		if err != nil {
			return r, fmt.Errorf("federation: request: %w", err)
		}
		r.answer = string(plain)
	}
	return r, nil
}

// open reads what was sealed.
func open(t *tenant.Tenant, sealed []byte, aad string, into any) error {
	plain, err := t.Key.Open(sealed, aad)
	if err == nil {
		err = json.Unmarshal(plain, into)
	}
	if err != nil {
		return fmt.Errorf("federation: %w", err)
	}
	return nil
}

// proof is what another party says of somebody, and the name of its answer where that may come again.
type proof struct {
	eid.Login
	session saml.Session // to end at the other party, nobody's where it has no log-out
	id      string       // "" for what cannot come again
	until   time.Time
}

// verify returns what the other party says, once it is certain that it does, of what it may say something of.
func (f *Federation) verify(ctx context.Context, t *tenant.Tenant, c Connection, r request, state string, q url.Values) (proof, error) {
	for name, values := range q {
		if len(values) > 1 {
			return proof{}, fmt.Errorf("%w: %.40q comes twice", eid.ErrRefused, name)
		}
	}
	var p proof
	if c.Protocol == BySAML {
		a, err := f.answer(ctx, t, c, r, q.Get("SAMLart"))
		if err != nil {
			return p, err
		}
		if p = (proof{a.Login, a.Session, a.ID, a.Expires}); r.purpose == ToConfirm && p.At.Before(f.db.Clock().Now().Add(-within)) {
			return p, fmt.Errorf("%w: proved too long ago", eid.ErrRefused)
		}
	} else {
		secret, err := c.secret(t)
		if err != nil {
			return p, err
		}
		p.Login, err = f.providers.Finish(ctx, c.Settings.OIDC, secret, f.asked(t, c, r.purpose, state, r.content), oidc.Back{Code: q.Get("code"), Error: q.Get("error"), Issuer: q.Get("iss")})
		if err != nil {
			return p, err
		}
	}
	if p.Level < c.Level {
		return p, fmt.Errorf("%w: %s, not %s", eid.ErrLevel, p.Level, c.Level)
	}
	var err error
	p.Login, err = believed(t, c, p.Login)
	return p, err
}
