package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/tenant"
)

const (
	// ChallengeLife is how long a browser has to come back with what a passkey signed.
	ChallengeLife = 10 * time.Minute
	// forStep is a passkey after the password; the other purposes are those of codes.
	forStep = "step"
	// maxAnswer is the size of a browser's answer; a real one has some thousand bytes.
	maxAnswer = 64 << 10
)

// ceremony is what a challenge is for: nothing else accepts its answer.
type ceremony struct {
	face    access.Face
	purpose string
	account string // "" where anybody's passkey may come
	action  string // which one of its kind: the step, the session
}

// Challenge is what a page asks a passkey: the options for the browser, as JSON, and the secret of the
// cookie without which the answer counts for nothing.
type Challenge struct {
	Options []byte
	Secret  string
}

// Answer is what a browser comes back with: that cookie, and what the passkey signed.
type Answer struct{ Secret, JSON string }

// putChallenge keeps a challenge, and forgets those that are over.
func putChallenge(ctx context.Context, tx *db.Tx, tenantID string, c ceremony, challenge string) (string, error) {
	if _, err := tx.Exec(ctx, `delete from passkey_challenge where tenant_id = $1 and expires_at <= $2`, tenantID, tx.Now()); err != nil {
		return "", err
	}
	var account *string
	if c.account != "" {
		account = &c.account
	}
	secret := NewSecret()
	_, err := tx.Exec(ctx, `insert into passkey_challenge (tenant_id, id, face, purpose, account_id, action, challenge, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tenantID, authn.HashToken(secret), string(c.face), c.purpose, account, c.action, challenge, db.At(tx.Now().Add(ChallengeLife)))
	return secret, err
}

// takeChallenge uses a challenge up and returns it, "" when there is none for the ceremony. Whatever
// the answer is worth, it was the only one.
func (i *Identity) takeChallenge(ctx context.Context, tenantID string, c ceremony, secret string) (challenge string, err error) {
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		challenge = ""
		err := tx.QueryRow(ctx, `delete from passkey_challenge where tenant_id = $1 and id = $2 and face = $3 and purpose = $4 and coalesce(account_id, '') = $5 and action = $6
			and expires_at > $7 returning challenge`, tenantID, authn.HashToken(secret), string(c.face), c.purpose, c.account, c.action, tx.Now()).Scan(&challenge)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		return err
	})
	return challenge, err
}

// party is the organisation as the owner of the address of a face. Every passkey has it that a finger, a
// face or a PIN unlocks it, and needs no name to be typed.
func (i *Identity) party(t *tenant.Tenant, face access.Face) (*webauthn.WebAuthn, error) {
	origin := i.tenants.URL(t, face)
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("identity: passkeys: the %s of %s has no address", face, t.ID)
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: t.Name, RPOrigins: []string{origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
		},
		// Extensions of a password manager add to the answer what nobody asked for; none of it is read.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, fmt.Errorf("identity: passkeys: %w", err)
	}
	return w, nil
}

// algorithms are the signatures that are asked for: what every device can.
var algorithms = []protocol.CredentialParameter{
	{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgES256},
	{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgEdDSA},
	{Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.AlgRS256},
}

// holder is an account as WebAuthn knows it. Its id says nothing of the person.
type holder struct {
	id, address, name string
	keys              []webauthn.Credential
}

// WebAuthnID returns what a passkey calls its owner.
func (h holder) WebAuthnID() []byte { return []byte(h.id) }

// WebAuthnName returns by what the owner tells his accounts apart.
func (h holder) WebAuthnName() string { return h.address }

// WebAuthnDisplayName returns the owner's name.
func (h holder) WebAuthnDisplayName() string { return h.name }

// WebAuthnCredentials returns the owner's passkeys.
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

const (
	selectKeys  = `select credential, transports from passkey where tenant_id = $1 and face = $2 and account_id = $3 order by created_at, id`
	selectOwner = `select email_key, name from account where tenant_id = $1 and id = $2`
)

// holder returns an account with its passkeys, as far as a browser is told of them.
func (i *Identity) holder(ctx context.Context, t *tenant.Tenant, face access.Face, account string) (holder, error) {
	h := holder{id: account}
	if err := i.db.QueryRow(ctx, selectOwner, t.ID, account).Scan(&h.address, &h.name); err != nil {
		return h, err
	}
	var err error
	h.keys, err = db.All(ctx, i.db, func(scan db.Scan) (webauthn.Credential, error) {
		var k webauthn.Credential
		var transports string
		err := scan(&k.ID, &transports)
		for _, s := range strings.Fields(transports) {
			k.Transport = append(k.Transport, protocol.AuthenticatorTransport(s))
		}
		return k, err
	}, selectKeys, t.ID, string(face), account)
	return h, err
}

// signed is a passkey that answered a challenge rightly, and what its device says now.
type signed struct {
	id, account, emailKey string
	stage                 string // of the first log-in
	count                 int64
	backedUp              bool
}

const selectKey = `select p.id, p.account_id, p.public_key, p.sign_count, p.backup_eligible, p.backed_up, a.email_key, a.stage from passkey p
	join account a on a.tenant_id = p.tenant_id and a.id = p.account_id where p.tenant_id = $1 and p.face = $2 and p.credential = $3 and a.face = $2 and a.state = 'active' and not ` + partyAlone

// found is a passkey that an answer names, and its owner.
type found struct {
	signed
	key webauthn.Credential
}

// find returns the passkey of an answer among those of this organisation and face, nil when there is
// none, or its owner may not come in.
func (i *Identity) find(ctx context.Context, t *tenant.Tenant, face access.Face, parsed *protocol.ParsedCredentialAssertionData) (*found, error) {
	var f found
	f.key.ID = parsed.RawID
	err := i.db.QueryRow(ctx, selectKey, t.ID, string(face), parsed.RawID).Scan(&f.id, &f.account, &f.key.PublicKey, &f.count, &f.key.Flags.BackupEligible, &f.key.Flags.BackupState, &f.emailKey, &f.stage)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	return &f, err
}

// parseAnswer reads what a browser says that a passkey signed; nil is what cannot be read.
func parseAnswer(answer string) *protocol.ParsedCredentialAssertionData {
	if len(answer) > maxAnswer {
		return nil
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil || len(parsed.RawID) == 0 {
		return nil
	}
	return parsed
}

// check checks the signature of a passkey, and all that it signed: the challenge, the address, and that
// its owner unlocked it. It returns nil for what is not right.
func (i *Identity) check(t *tenant.Tenant, c ceremony, challenge string, parsed *protocol.ParsedCredentialAssertionData, f *found) (*signed, error) {
	if challenge == "" || c.account != "" && f.account != c.account {
		return nil, nil
	}
	w, err := i.party(t, c.face)
	if err != nil {
		return nil, err
	}
	// The library takes addresses that differ in capitals, or have a path, for equal.
	if parsed.Response.CollectedClientData.Origin != w.Config.RPOrigins[0] {
		return nil, nil
	}
	session := webauthn.SessionData{Challenge: challenge, RelyingPartyID: w.Config.RPID, UserVerification: protocol.VerificationRequired}
	who := holder{id: f.account, keys: []webauthn.Credential{f.key}}
	var k *webauthn.Credential
	if c.account == "" {
		_, k, err = w.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return who, nil }, session, parsed)
	} else {
		session.UserID = who.WebAuthnID()
		k, err = w.ValidateLogin(who, session, parsed)
	}
	if err != nil {
		return nil, nil // what is not right is no failure of ours
	}
	s := f.signed
	s.count, s.backedUp = int64(parsed.Response.AuthenticatorData.Counter), k.Flags.BackupState
	return &s, nil
}

// answered uses up the challenge of a ceremony and checks its answer; nil is an answer that is not right.
func (i *Identity) answered(ctx context.Context, t *tenant.Tenant, c ceremony, in Answer) (*signed, error) {
	challenge, err := i.takeChallenge(ctx, t.ID, c, in.Secret)
	if err != nil {
		return nil, err
	}
	parsed := parseAnswer(in.JSON)
	if parsed == nil {
		return nil, nil
	}
	f, err := i.find(ctx, t, c.face, parsed)
	if err != nil || f == nil {
		return nil, err
	}
	return i.check(t, c, challenge, parsed, f)
}

// usePasskey notes that a passkey was used. Its counter goes up, or has always been zero; one that goes
// back is of a copy, and nobody gets in with that. A passkey that was removed a moment ago is gone.
func usePasskey(ctx context.Context, tx *db.Tx, t *tenant.Tenant, s *signed) (bool, error) {
	if s == nil {
		return false, nil
	}
	n, err := tx.Exec(ctx, `update passkey set sign_count = $3, backed_up = $4, used_at = $5 where tenant_id = $1 and id = $2 and (sign_count < $3 or sign_count = 0 and $3 = 0)`,
		t.ID, s.id, s.count, s.backedUp, tx.Now())
	return n == 1, err
}

// ask keeps the challenge of a ceremony and returns what the browser needs for it. An account without a
// passkey has nothing to show: NotFound.
func (i *Identity) ask(ctx context.Context, t *tenant.Tenant, c ceremony, gate []string) (Challenge, error) {
	var out Challenge
	options, challenge, err := i.options(ctx, t, c)
	if err != nil {
		return out, err
	}
	if out.Options, err = json.Marshal(options); err != nil {
		return out, fmt.Errorf("identity: passkeys: %w", err)
	}
	return out, i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := enter(ctx, tx, t.ID, gate); err != nil {
			return err
		}
		out.Secret, err = putChallenge(ctx, tx, t.ID, c, challenge)
		return err
	})
}

func (i *Identity) options(ctx context.Context, t *tenant.Tenant, c ceremony) (options any, challenge string, err error) {
	w, err := i.party(t, c.face)
	if err != nil {
		return nil, "", err
	}
	var who holder
	if c.account != "" {
		if who, err = i.holder(ctx, t, c.face, c.account); err != nil {
			return nil, "", err
		}
	}
	var session *webauthn.SessionData
	switch {
	case c.account == "":
		options, session, err = w.BeginDiscoverableLogin()
	case c.purpose == forLink:
		options, session, err = w.BeginRegistration(who, webauthn.WithCredentialParameters(algorithms), webauthn.WithExclusions(webauthn.Credentials(who.keys).CredentialDescriptors()))
	case len(who.keys) == 0:
		return nil, "", errs.Missing()
	default:
		options, session, err = w.BeginLogin(who)
	}
	if err != nil {
		return nil, "", fmt.Errorf("identity: passkeys: %w", err)
	}
	return options, session.Challenge, nil
}
