package federation

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/eid"
	"voordeur/internal/errs"
	"voordeur/internal/saml"
	"voordeur/internal/tenant"
)

// SAML is how a party that speaks it is reached, and what it is told of us.
type SAML struct {
	Profile      saml.Profile   `json:"profile"`
	Metadata     string         `json:"metadata"`            // of the other party, as it was given
	EntityID     string         `json:"entity_id,omitempty"` // ours, where the other party says what it is; "" for the address of our metadata
	Services     []string       `json:"services,omitempty"`  // ServiceID of eToegang, or ServiceUUID of TVS: the first is asked for
	ServiceIndex int            `json:"service_index,omitempty"`
	ServiceName  string         `json:"service_name,omitempty"` // as people read it at the other party; "" for the organisation's name
	Signed       saml.Signed    `json:"signed,omitempty"`
	Contacts     []saml.Contact `json:"contacts,omitempty"`
	NoLogout     bool           `json:"no_logout,omitempty"` // nobody is led to the other party's log-out
	Roots        string         `json:"roots,omitempty"`     // PEM, of the authorities of the other party's server; "" for those of the machine
}

// keys are ours of a connection by SAML, as PEM of a private key with its certificate; they are kept where another
// connection has its secret.
type keys struct {
	Current []byte
	Next    []byte `json:",omitempty"` // of a rollover
	Line    []byte `json:",omitempty"` // shown to the other party's server, with the certificates up to its authority; nil for the current one
}

// skew is by how much the other party's clock may differ.
const skew = 2 * time.Minute

// keysOf returns our keys of a connection.
func (c Connection) keysOf(t *tenant.Tenant) (keys, error) {
	var k keys
	plain, err := c.secret(t)
	if err == nil && plain != "" {
		err = json.Unmarshal([]byte(plain), &k)
	}
	return k, err
}

// EntityID is our name at a party that speaks SAML.
func (f *Federation) EntityID(t *tenant.Tenant, c Connection) string {
	if c.Settings.SAML.EntityID != "" {
		return c.Settings.SAML.EntityID
	}
	return f.address(t, c) + "/metadata"
}

// sp returns our side of a connection. What is missing of it its Check says.
func (f *Federation) sp(t *tenant.Tenant, c Connection) (saml.SP, error) {
	of := c.Settings.SAML
	sp := saml.SP{
		Profile: of.Profile, ID: f.EntityID(t, c), ACS: f.Return(t, c), SLO: f.Over(t, c), Signed: of.Signed, Skew: skew, Level: c.Level,
		ServiceIndex: of.ServiceIndex, ServiceName: orElse(of.ServiceName, t.Name), Services: of.Services,
		Organisation: saml.Organisation{Name: t.Name, DisplayName: t.Name, URL: f.tenants.URL(t, c.Face)}, Contacts: of.Contacts,
	}
	k, err := c.keysOf(t)
	if err == nil && len(k.Current) > 0 {
		sp.Current, err = saml.ParseKey(k.Current)
	}
	if err == nil && len(k.Next) > 0 {
		sp.Next, err = saml.ParseKey(k.Next)
	}
	if err == nil && of.Metadata != "" {
		sp.IdP, err = saml.ParseMetadata([]byte(of.Metadata), f.inside)
	}
	if err != nil {
		return sp, fmt.Errorf("federation: connection %s: %w", c.ID, err)
	}
	if of.NoLogout {
		sp.IdP.SLO = saml.Endpoint{}
	}
	return sp, nil
}

// line returns what calls the other party's server, which knows us by a certificate.
func (f *Federation) line(t *tenant.Tenant, c Connection) (*http.Client, error) {
	k, err := c.keysOf(t)
	if err != nil {
		return nil, err
	}
	pem := k.Line
	if len(pem) == 0 {
		pem = k.Current
	}
	own, err := tls.X509KeyPair(pem, pem)
	if err != nil {
		return nil, fmt.Errorf("federation: connection %s: %w", c.ID, err)
	}
	how := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{own}}
	if c.Settings.SAML.Roots != "" {
		how.RootCAs = x509.NewCertPool()
		how.RootCAs.AppendCertsFromPEM([]byte(c.Settings.SAML.Roots))
	}
	return eid.HTTPClient(f.inside, how), nil
}

// described is our metadata of a connection as it was signed, and of what: a signature takes milliseconds, and everybody
// may ask for one.
type described struct {
	connection, tenant int64 // their versions
	address            string
	data               []byte
}

// Metadata is what a party that speaks SAML must know of us, signed. Everybody may read it, also before anybody can come
// in by it: the other party needs it first.
func (f *Federation) Metadata(ctx context.Context, t *tenant.Tenant, face access.Face, id string) ([]byte, error) {
	c, err := db.One(ctx, f.db, scanConnection, selectConnection+`and face = $2 and id = $3 and protocol = $4`, t.ID, string(face), id, BySAML)
	if err != nil {
		return nil, err
	}
	now, key := described{connection: c.Version, tenant: t.Version, address: f.address(t, c)}, t.ID+"/"+c.ID
	if had, ok := f.said.Load(key); ok {
		if d, ok := had.(described); ok && d.connection == now.connection && d.tenant == now.tenant && d.address == now.address {
			return d.data, nil
		}
	}
	sp, err := f.sp(t, c)
	if err != nil {
		return nil, err
	}
	if sp.Check() != nil { // an administrator is still at it
		return nil, errs.Missing()
	}
	if now.data, err = sp.Metadata(); err == nil {
		f.said.Store(key, now)
	}
	return now.data, err
}

// start begins a log-in by SAML.
func (f *Federation) start(t *tenant.Tenant, c Connection, purpose, state string, k content) (saml.Sent, error) {
	sp, err := f.sp(t, c)
	if err != nil {
		return saml.Sent{}, err
	}
	return sp.Start(k.Request, state, purpose == ToConfirm, f.db.Clock().Now())
}

// Post keeps an answer that a browser brought from another site, until the same browser asks for it with its cookie. What
// nobody waits for is not kept, and the first is.
func (f *Federation) Post(ctx context.Context, t *tenant.Tenant, face access.Face, id, state, answer string) (Connection, error) {
	c, err := f.connectionBySAML(ctx, t, face, id)
	if err != nil {
		return c, err
	}
	key := authn.HashToken(state)
	return c, f.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update connection_request set answer = $4 where tenant_id = $1 and id = $2 and connection_id = $3 and answer is null and expires_at > $5`,
			t.ID, key, c.ID, t.Key.Seal([]byte(answer), answerAAD(t.ID, key)), tx.Now())
		return err
	})
}

// connectionBySAML returns one of Offered that speaks SAML.
func (f *Federation) connectionBySAML(ctx context.Context, t *tenant.Tenant, face access.Face, id string) (Connection, error) {
	c, err := f.Connection(ctx, t, face, id)
	if err == nil && c.Protocol != BySAML {
		err = errs.Missing()
	}
	return c, err
}

func answerAAD(tenantID, id string) string { return "connection_request|answer|" + tenantID + "|" + id }

// answer returns what the other party says by SAML.
func (f *Federation) answer(ctx context.Context, t *tenant.Tenant, c Connection, r request, artifact string) (saml.Answer, error) {
	sp, err := f.sp(t, c)
	if err != nil {
		return saml.Answer{}, err
	}
	now := f.db.Clock().Now()
	var a saml.Answer
	if artifact == "" {
		a, err = sp.Response(r.answer, r.Request, now)
	} else {
		var line *http.Client
		if line, err = f.line(t, c); err != nil {
			return a, err
		}
		a, err = sp.Resolve(ctx, line, artifact, r.Request, now)
	}
	if !sp.LogsOut() { // then nothing asks for it
		a.Session = saml.Session{}
	}
	return a, err
}
