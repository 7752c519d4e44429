package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/eid"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/saml"
	"voordeur/internal/tenant"
)

// farewell is somebody whose session here has ended, and who can end the one that he has at a party by SAML.
type farewell struct {
	State   string // comes back with the answer
	Request string // the id of what the party is asked
	Session saml.Session
}

func farAAD(tenantID, connection, account string) string {
	return "session|far|" + tenantID + "|" + connection + "|" + account
}

// sealFar is what ends a session at another party as it is kept with ours, nil for nothing.
func sealFar(t *tenant.Tenant, c Connection, account string, of saml.Session) []byte {
	if of == (saml.Session{}) {
		return nil
	}
	plain, err := json.Marshal(of)
	if err != nil {
		panic(err) // texts are always JSON
	}
	return t.Key.Seal(plain, farAAD(t.ID, c.ID, account))
}

func farewellAAD(tenantID, id string) string {
	return "connection_farewell|content|" + tenantID + "|" + id
}

func repliedAAD(tenantID, id string) string {
	return "connection_farewell|answer|" + tenantID + "|" + id
}

// keepFarewell moves what ends a session at the party from a session of ours, which has ended, to the browser that had it,
// and returns the secret of its cookie; "" where the party is not to be asked.
func (f *Federation) keepFarewell(ctx context.Context, t *tenant.Tenant, c Connection, s access.Scope, secret string) (cookie string, err error) {
	sp, err := f.sp(t, c)
	if err != nil {
		return "", err
	}
	err = f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		cookie = ""
		far, err := identity.TakeFar(ctx, tx, s)
		if err != nil || far == nil || !sp.LogsOut() {
			return err
		}
		w := farewell{State: identity.NewSecret(), Request: saml.NewID()}
		if err := open(t, far, farAAD(t.ID, c.ID, s.Account()), &w.Session); err != nil {
			return err
		}
		plain, err := json.Marshal(w)
		if err != nil {
			return fmt.Errorf("federation: %w", err)
		}
		if _, err := tx.Exec(ctx, `delete from connection_farewell where tenant_id = $1 and expires_at <= $2`, t.ID, tx.Now()); err != nil {
			return err
		}
		cookie = ofBrowser(secret)
		key := authn.HashToken(w.State)
		_, err = tx.Exec(ctx, `insert into connection_farewell (tenant_id, id, browser, connection_id, content, expires_at) values ($1, $2, $3, $4, $5, $6)`,
			t.ID, key, authn.HashToken(cookie), c.ID, t.Key.Seal(plain, farewellAAD(t.ID, key)), db.At(tx.Now().Add(identity.AwayLife)))
		return err
	})
	return cookie, err
}

// farewell returns the last one of a browser that waits.
func (f *Federation) farewell(ctx context.Context, t *tenant.Tenant, c Connection, secret string) (farewell, error) {
	var w farewell
	var key string
	var sealed []byte
	err := f.db.QueryRow(ctx, `select id, content from connection_farewell where tenant_id = $1 and browser = $2 and connection_id = $3 and expires_at > $4 order by expires_at desc, id limit 1`,
		t.ID, authn.HashToken(secret), c.ID, db.At(f.db.Clock().Now())).Scan(&key, &sealed)
	if err != nil {
		return w, err
	}
	err = open(t, sealed, farewellAAD(t.ID, key), &w)
	return w, err
}

// Bye returns where a browser logs out at a party by SAML. It may go there more than once, until there is an answer;
// without a farewell there is nothing.
func (f *Federation) Bye(ctx context.Context, t *tenant.Tenant, c Connection, secret string) (Gone, error) {
	gone := Gone{Connection: c}
	w, err := f.farewell(ctx, t, c, secret)
	if err != nil {
		return gone, err
	}
	sp, err := f.sp(t, c)
	if err != nil {
		return gone, err
	}
	if !sp.LogsOut() { // since just now
		return gone, errs.Missing()
	}
	gone.Sent, err = sp.Logout(w.Request, w.State, w.Session, f.db.Clock().Now())
	return gone, err
}

// PostReply is Post for the answer to a log-out.
func (f *Federation) PostReply(ctx context.Context, t *tenant.Tenant, face access.Face, id, state, answer string) (Connection, error) {
	c, err := f.connectionBySAML(ctx, t, face, id)
	if err != nil {
		return c, err
	}
	key := authn.HashToken(state)
	return c, f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update connection_farewell set answer = $4 where tenant_id = $1 and id = $2 and connection_id = $3 and answer is null and expires_at > $5`,
			t.ID, key, c.ID, t.Key.Seal([]byte(answer), repliedAAD(t.ID, key)), tx.Now())
		return err
	})
}

// ErrPartly is that a party has logged somebody out, and not wherever else he had come in by it.
var ErrPartly = saml.ErrPartly

// SaidBye returns that the party has logged out whoever comes back from there with an answer: nil, ErrPartly, or
// eid.ErrRefused where that is not to be seen. The answer counts once, whatever it is worth.
func (f *Federation) SaidBye(ctx context.Context, t *tenant.Tenant, face access.Face, id string, b Back) (Connection, error) {
	c, err := f.connectionBySAML(ctx, t, face, id)
	if err != nil {
		return c, err
	}
	w, answer, err := f.takeFarewell(ctx, t, c, b)
	if err == nil {
		var sp saml.SP
		if sp, err = f.sp(t, c); err == nil {
			err = sp.LogoutAnswer(b.Raw, answer, w.Request, f.db.Clock().Now())
		}
	}
	if err != nil && !errors.Is(err, ErrPartly) {
		f.log.Warn("connection", "tenant", t.ID, "connection", id, "err", err)
	}
	return c, err
}

// takeFarewell uses one up. One that is over, or of another browser or connection, is refused.
func (f *Federation) takeFarewell(ctx context.Context, t *tenant.Tenant, c Connection, b Back) (w farewell, answer string, err error) {
	var sealed, posted []byte
	key, found := authn.HashToken(b.Query.Get("RelayState")), false
	err = f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := tx.QueryRow(ctx, `delete from connection_farewell where tenant_id = $1 and id = $2 and browser = $3 and connection_id = $4 and expires_at > $5 returning content, answer`,
			t.ID, key, authn.HashToken(b.Secret), c.ID, tx.Now()).Scan(&sealed, &posted)
		if found = err == nil; errs.Is(err, errs.NotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return w, "", err
	}
	if !found {
		return w, "", fmt.Errorf("%w: nobody of this browser logs out", eid.ErrRefused)
	}
	if posted != nil {
		plain, err := t.Key.Open(posted, repliedAAD(t.ID, key))
		if err != nil {
			return w, "", fmt.Errorf("federation: %w", err)
		}
		answer = string(plain)
	}
	err = open(t, sealed, farewellAAD(t.ID, key), &w)
	return w, answer, err
}
