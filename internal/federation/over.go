package federation

import (
	"context"
	"net/url"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/saml"
	"voordeur/internal/tenant"
)

// Told is how another party says that somebody has logged out: behind the browser's back with a token of OpenID Connect or
// a message of SAML in SOAP, or by the browser with a message in an address, whose query it is.
type Told struct {
	Token   string
	Message []byte
	Query   string
}

// Reply is what it is told back: nothing, a message, or where the browser goes on to with one.
type Reply struct {
	Message []byte
	URL     string
}

// over is what such a message says, once it is certain that the other party does.
type over struct {
	id, subject, session string
	until                time.Time // after which the message is worth nothing
	reply                Reply
}

// End ends what another party says is over, and returns what to answer. DigiD's word ends all that
// somebody has here, since it names a person and not a browser.
func (f *Federation) End(ctx context.Context, t *tenant.Tenant, face access.Face, id string, in Told, origin string) (Reply, error) {
	c, err := f.Connection(ctx, t, face, id)
	if err != nil {
		return Reply{}, err
	}
	o, err := f.told(ctx, t, c, in)
	if err != nil {
		f.log.Warn("connection", "tenant", t.ID, "connection", id, "err", err)
		return Reply{}, errs.New(errs.Invalid, "")
	}
	return o.reply, f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if fresh, err := first(ctx, tx, t.ID, c.ID, o.id, o.until); err != nil || !fresh { // it was told already
			return err
		}
		ended, err := identity.EndFrom(ctx, tx, t.ID, c.ID, mac(t, "far_subject", c.ID, o.subject), mac(t, "far_session", c.ID, o.session))
		if err != nil || ended == 0 {
			return err
		}
		return audit.Record(ctx, tx, authn.Nobody(t.ID, origin), audit.Entry{Event: "session.ended_by_party", Objects: []audit.Object{{Kind: "connection", ID: c.ID}}})
	})
}

func (f *Federation) told(ctx context.Context, t *tenant.Tenant, c Connection, in Told) (over, error) {
	if c.Protocol != BySAML {
		o, err := f.providers.LoggedOut(ctx, c.Settings.OIDC, in.Token)
		return over{id: o.ID, subject: o.Subject, session: o.Session, until: o.Expires}, err
	}
	sp, err := f.sp(t, c)
	if err != nil {
		return over{}, err
	}
	now := f.db.Clock().Now()
	var asked saml.LoggedOut
	var reply Reply
	if in.Query != "" {
		if asked, err = sp.ParseLogoutQuery(in.Query, now); err == nil {
			q, _ := url.ParseQuery(in.Query) // it was read just now
			reply.URL, err = sp.LogoutReplyAddress(asked, q.Get("RelayState"), true, now)
		}
	} else if asked, err = sp.ParseLogout(in.Message, now); err == nil {
		reply.Message, err = sp.LogoutReply(asked, true, now)
	}
	return over{id: asked.ID, subject: asked.Subject, until: asked.Expires, reply: reply}, err
}

// first reports whether a message of another party is here for the first time, and remembers it until it is worth nothing
// any more. One without a name always is.
func first(ctx context.Context, tx *db.Tx, tenantID, connection, id string, until time.Time) (bool, error) {
	if id == "" {
		return true, nil
	}
	if _, err := tx.Exec(ctx, `delete from connection_answer where tenant_id = $1 and expires_at <= $2`, tenantID, tx.Now()); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `insert into connection_answer (tenant_id, connection_id, id, expires_at) values ($1, $2, $3, $4) on conflict do nothing`,
		tenantID, connection, authn.HashToken(id), db.At(until))
	return n > 0, err
}
