package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

// parkLife is how long the text of a session that ended is kept, and how old that session may be.
const parkLife = 24 * time.Hour

// Parked is a form that came in after its session had ended, or that asks for proof of who sends it.
// It is kept for the account that the session was of, and for nobody else.
type Parked struct {
	Path   string      `json:"path"`
	Shows  bool        `json:"shows"`           // the page at Path shows it by itself
	Proof  bool        `json:"proof,omitempty"` // it waited for proof of who sent it, not for a log-in
	Fields [][2]string `json:"fields"`
}

// Values returns what was typed in the fields of a name.
func (p Parked) Values(name string) []string {
	var out []string
	for _, f := range p.Fields {
		if f[0] == name {
			out = append(out, f[1])
		}
	}
	return out
}

// Value returns what was typed in a field, or "".
func (p Parked) Value(name string) string {
	for _, v := range p.Values(name) {
		return v
	}
	return ""
}

func parkAAD(tenantID, account string) string { return "parked|" + tenantID + "|" + account }

// Park keeps the form for the account of an ended session; a later one replaces it. A token that
// was never a session's, or whose account is blocked, is NotFound, so that nobody else can store.
func (i *Identity) Park(ctx context.Context, t *tenant.Tenant, face access.Face, token string, p Parked) error {
	b, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("identity: park: %w", err)
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		account, err := db.One(ctx, tx, db.Value[string], `select s.account_id from session s join account a on a.tenant_id = s.tenant_id and a.id = s.account_id
			where s.tenant_id = $1 and s.id = $2 and s.face = $3 and a.state = 'active' and s.seen_at > $4`,
			t.ID, authn.HashToken(token), string(face), db.At(tx.Now().Add(-parkLife)))
		if err != nil {
			return err
		}
		return park(ctx, tx, t, account, b)
	})
}

// ParkOwn keeps the form for whoever is logged in; a later one replaces it.
func (i *Identity) ParkOwn(ctx context.Context, s access.Scope, p Parked) error {
	b, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("identity: park: %w", err)
	}
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return park(ctx, tx, t, s.Account(), b) })
}

func park(ctx context.Context, tx *db.Tx, t *tenant.Tenant, account string, content []byte) error {
	if _, err := tx.Exec(ctx, `delete from parked where tenant_id = $1 and at < $2`, t.ID, db.At(tx.Now().Add(-parkLife))); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into parked (tenant_id, account_id, content, at) values ($1, $2, $3, $4)
		on conflict (tenant_id, account_id) do update set content = $3, at = $4`, t.ID, account, t.Key.Seal(content, parkAAD(t.ID, account)), tx.Now())
	return err
}

// Parked returns the form kept for the account; none, or one that is too old, is NotFound.
func (i *Identity) Parked(ctx context.Context, s access.Scope) (Parked, error) {
	var p Parked
	t, err := i.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return p, err
	}
	sealed, err := db.One(ctx, i.db, db.Value[[]byte], `select content from parked where tenant_id = $1 and account_id = $2 and at > $3`,
		t.ID, s.Account(), db.At(i.db.Clock().Now().Add(-parkLife)))
	if err != nil {
		return p, err
	}
	b, err := t.Key.Open(sealed, parkAAD(t.ID, s.Account()))
	if err != nil {
		return p, fmt.Errorf("identity: parked: %w", err)
	}
	return p, json.Unmarshal(b, &p)
}

// ParkedAt returns the form kept for the account if it belongs to the path; otherwise an empty one.
func (i *Identity) ParkedAt(ctx context.Context, s access.Scope, path string) (Parked, error) {
	p, err := i.Parked(ctx, s)
	if errs.Is(err, errs.NotFound) || err == nil && p.Path != path {
		return Parked{}, nil
	}
	return p, err
}

// Unpark forgets what was kept for the account.
func (i *Identity) Unpark(ctx context.Context, s access.Scope) error {
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `delete from parked where tenant_id = $1 and account_id = $2`, s.Tenant(), s.Account())
		return err
	})
}
