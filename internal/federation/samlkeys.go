package federation

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/saml"
	"voordeur/internal/tenant"
)

// MaxPEM is the size of a key with its certificates, as it is brought.
const MaxPEM = 64 << 10

// seal returns what is stored of the keys.
func (k keys) seal(t *tenant.Tenant, id string) ([]byte, error) {
	plain, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("federation: %w", err)
	}
	return t.Key.Seal(plain, secretAAD(t.ID, id)), nil
}

// newKey makes a key, as PEM with a certificate in the name of the address that people see.
func (f *Federation) newKey(t *tenant.Tenant, face access.Face) ([]byte, error) {
	u, err := url.Parse(f.tenants.URL(t, face))
	if err != nil {
		return nil, fmt.Errorf("federation: %w", err)
	}
	k, err := saml.NewKey(f.db.Clock().Now(), u.Hostname())
	if err != nil {
		return nil, fmt.Errorf("federation: %w", err)
	}
	return k.MarshalPEM()
}

// errState is the answer to an act on a key that is not there, or is there already.
func errState() error { return errs.New(errs.Conflict, "error.changed_meanwhile") }

// PrepareKey makes the next key of ours: it stands in our metadata and decrypts, and does not sign yet. Once is the
// form's key, here and below.
func (f *Federation) PrepareKey(ctx context.Context, a access.Staff, id string, version int64, once string) error {
	t, c, err := f.own(ctx, a, id, BySAML)
	if err != nil {
		return err
	}
	next, err := f.newKey(t, c.Face)
	if err != nil {
		return err
	}
	return f.changeKeys(ctx, a, id, version, once, "connection.key_prepared", func(k *keys) error { return k.prepare(next) })
}

// prepare keeps the next key, when there is none yet.
func (k *keys) prepare(next []byte) error {
	if k.Next != nil {
		return errState()
	}
	k.Next = next
	return nil
}

// BringKey takes a key and its certificate from elsewhere as the next one.
func (f *Federation) BringKey(ctx context.Context, a access.Staff, id string, version int64, once string, text []byte) error {
	var wrong errs.Fields
	k, err := saml.ParseKey(text)
	switch {
	case err != nil || len(text) > MaxPEM:
		wrong.Add("secret_key", "connection.bad_key")
	case !k.Certificate.NotAfter.After(f.db.Clock().Now()):
		wrong.Add("secret_key", "connection.key_over")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	next, err := k.MarshalPEM()
	if err != nil {
		return fmt.Errorf("federation: %w", err)
	}
	return f.changeKeys(ctx, a, id, version, once, "connection.key_brought", func(k *keys) error { return k.prepare(next) })
}

// SwitchKey makes the next key the one that signs. The one before it is gone.
func (f *Federation) SwitchKey(ctx context.Context, a access.Staff, id string, version int64, once string) error {
	return f.changeKeys(ctx, a, id, version, once, "connection.key_switched", func(k *keys) error {
		if k.Next == nil {
			return errState()
		}
		k.Current, k.Next = k.Next, nil
		return nil
	})
}

// DropKey throws the next key away.
func (f *Federation) DropKey(ctx context.Context, a access.Staff, id string, version int64, once string) error {
	return f.changeKeys(ctx, a, id, version, once, "connection.key_dropped", func(k *keys) error {
		if k.Next == nil {
			return errState()
		}
		k.Next = nil
		return nil
	})
}

// SetLine takes a key with its certificates, up to an authority, by which the other party's server knows ours.
func (f *Federation) SetLine(ctx context.Context, a access.Staff, id string, version int64, once string, text []byte) error {
	var wrong errs.Fields
	pair, err := tls.X509KeyPair(text, text)
	switch {
	case err != nil || len(text) > MaxPEM:
		wrong.Add("secret_line", "connection.bad_line")
	case !pair.Leaf.NotAfter.After(f.db.Clock().Now()):
		wrong.Add("secret_line", "connection.key_over")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return f.changeKeys(ctx, a, id, version, once, "connection.line_set", func(k *keys) error {
		k.Line = text
		return nil
	})
}

// DropLine has the other party's server know ours by the key that signs.
func (f *Federation) DropLine(ctx context.Context, a access.Staff, id string, version int64, once string) error {
	return f.changeKeys(ctx, a, id, version, once, "connection.line_dropped", func(k *keys) error {
		if k.Line == nil {
			return errState()
		}
		k.Line = nil
		return nil
	})
}

// changeKeys changes our keys of a connection, as they were at version.
func (f *Federation) changeKeys(ctx context.Context, a access.Staff, id string, version int64, once, event string, change func(*keys) error) error {
	t, c, err := f.own(ctx, a, id, BySAML)
	if err != nil {
		return err
	}
	s := a.Scope()
	return f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, fresh, err := tx.Once(ctx, t.ID, s.Account(), once); err != nil || !fresh {
			return err
		}
		if version != c.Version {
			return errState()
		}
		k, err := c.keysOf(t)
		if err != nil {
			return err
		}
		if err := change(&k); err != nil {
			return err
		}
		sealed, err := k.seal(t, c.ID)
		if err != nil {
			return err
		}
		// What was read before this transaction is still so when the version is.
		n, err := tx.Exec(ctx, `update connection set secret = $4, version = version + 1 where tenant_id = $1 and id = $2 and version = $3`, t.ID, c.ID, version, sealed)
		if err := db.Guard(n, err, errState()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s, changedEntry(c.ID, event))
	})
}

// Certificate is one as an administrator compares it.
type Certificate struct {
	Subject, Issuer, Fingerprint string // SHA-256, as other programs write it
	End                          time.Time
}

func shown(c *x509.Certificate) Certificate {
	sum := strings.ToUpper(saml.Key{Certificate: c}.Name())
	var pairs []string
	for pair := range slices.Chunk([]byte(sum), 2) {
		pairs = append(pairs, string(pair))
	}
	return Certificate{orElse(c.Subject.CommonName, c.Subject.String()), orElse(c.Issuer.CommonName, c.Issuer.String()), strings.Join(pairs, ":"), c.NotAfter}
}

// Sides are both sides of a connection by SAML, as an administrator sees them.
type Sides struct {
	EntityID, Metadata, Return, Over string       // ours; Over is "" where the other party says nothing of logging out
	Ready                            bool         // our metadata can be read
	Current, Next, Line              *Certificate // nil where there is none
	Theirs, Address                  string       // the other party's name, and where it has people log in; "" without metadata
	Certificates                     []Certificate
	Artifacts                        bool // answers come as one, or else in a form
	Ends                             []Ending
}

// Sides returns both sides of a connection by SAML. Where metadata was stored that cannot be read any more, there is
// nothing of the other party.
func (f *Federation) Sides(t *tenant.Tenant, c Connection) (Sides, error) {
	k, err := c.keysOf(t)
	if err != nil {
		return Sides{}, err
	}
	s := Sides{
		EntityID: f.EntityID(t, c), Metadata: f.address(t, c) + "/metadata", Return: f.Return(t, c),
		Current: leaf(k.Current), Next: leaf(k.Next), Line: leaf(k.Line),
	}
	sp, err := f.sp(t, c)
	if c.Settings.SAML.Profile == saml.DigiD || sp.LogsOut() {
		s.Over = f.Over(t, c)
	}
	if err == nil {
		s.Theirs, s.Address, s.Artifacts, s.Ready = sp.IdP.ID, sp.IdP.SSO.Address(), sp.Artifacts(), sp.Check() == nil
		for _, one := range sp.IdP.Certificates {
			s.Certificates = append(s.Certificates, shown(one))
		}
	}
	s.Ends = f.ends(k, sp.IdP)
	return s, nil
}

// leaf returns the first certificate of a PEM, which is that of its key.
func leaf(text []byte) *Certificate {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			if c, err := x509.ParseCertificate(block.Bytes); err == nil {
				one := shown(c)
				return &one
			}
		}
	}
	return nil
}

// soon is how long before its end something is warned about: a certificate of a government's authority takes weeks.
const soon = 60 * 24 * time.Hour

// What of a connection ends.
const (
	OurKey            = "key"
	OurLine           = "line"
	TheirCertificates = "theirs"
)

// Ending is what of a connection ends soon or has ended, and at what time.
type Ending struct {
	What string
	At   time.Time
	Over bool
}

// ends returns what ends. The other party's certificates count together: it has several when it changes them.
func (f *Federation) ends(k keys, them saml.IdP) []Ending {
	now := f.db.Clock().Now()
	var list []Ending
	add := func(what string, at time.Time) {
		if at.Before(now.Add(soon)) {
			list = append(list, Ending{what, at, !at.After(now)})
		}
	}
	if one := leaf(k.Current); one != nil {
		add(OurKey, one.End)
	}
	if one := leaf(k.Line); one != nil {
		add(OurLine, one.End)
	}
	var last time.Time
	for _, c := range them.Certificates {
		if c.NotAfter.After(last) {
			last = c.NotAfter
		}
	}
	if !last.IsZero() {
		add(TheirCertificates, last)
	}
	return list
}

// Endings returns what ends of each of List, by the id of the connection.
func (f *Federation) Endings(ctx context.Context, a access.Staff, list []Connection) (map[string][]Ending, error) {
	t, err := f.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return nil, err
	}
	found := map[string][]Ending{}
	for _, c := range list {
		if c.Protocol != BySAML {
			continue
		}
		k, err := c.keysOf(t)
		if err != nil {
			return nil, err
		}
		// Without metadata that can be read, there is nothing of theirs. Our keys are not read: that takes a while, and this
		// is asked at every look at what waits.
		them, _ := saml.ParseMetadata([]byte(c.Settings.SAML.Metadata), f.inside)
		if ends := f.ends(k, them); len(ends) > 0 {
			found[c.ID] = ends
		}
	}
	return found, nil
}

// CountEnding returns of how many connections that let people in something ends.
func (f *Federation) CountEnding(ctx context.Context, a access.Staff) (int, error) {
	list, err := f.List(ctx, a)
	if err != nil {
		return 0, err
	}
	ending, err := f.Endings(ctx, a, slices.DeleteFunc(list, func(c Connection) bool { return !c.Enabled }))
	return len(ending), err
}
