package eidsim

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"

	"voordeur/internal/eid"
)

// The names of claims, as brokers give them.
const (
	claimLegal     = "urn:etoegang:core:LegalSubjectID"
	claimActing    = "urn:etoegang:core:ActingSubjectID"
	claimBranch    = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
	claimCompany   = "urn:etoegang:1.11:attribute-represented:CompanyName"
	claimBSN       = "urn:etoegang:1.12:EntityConcernedID:BSN"
	claimPseudo    = "urn:etoegang:1.12:EntityConcernedID:PseudoID"
	claimForeign   = "urn:etoegang:1.11:EntityConcernedID:eIDASLegalIdentifier"
	claimGiven     = "urn:etoegang:1.9:attribute:FirstName"
	claimFamily    = "urn:etoegang:1.9:attribute:FamilyName"
	claimBorn      = "urn:etoegang:1.9:attribute:DateOfBirth"
	qualifierKvK   = "urn:etoegang:1.9:EntityConcernedID:KvKnr"
	claimQualifier = "namequalifier"
)

// claims are what a provider says of who logged in, in the words of its kind.
func claims(g *grant) map[string]any {
	p := g.choice.person
	c := map[string]any{"sub": p.Subject()}
	switch p.At {
	case DigiD:
		c["bsn"] = p.Legal.Value
	case EHerkenning:
		c[claimLegal], c[claimQualifier] = p.Legal.Value, qualifierKvK
		c[claimActing], c[claimCompany] = p.Acting(g.client), p.Company
		if p.Branch != "" {
			c[claimBranch] = p.Branch
		}
	case EIDAS:
		c[claimGiven], c[claimFamily], c[claimBorn] = p.Given, p.Family, p.Born
		c[map[eid.Kind]string{eid.BSN: claimBSN, eid.Pseudo: claimPseudo, eid.EIDAS: claimForeign}[p.Legal.Kind]] = p.Legal.Value
		if p.Company != "" {
			c[claimCompany] = p.Company
		}
	case Entra:
		c["email"], c["name"], c["given_name"], c["family_name"], c["groups"] = p.Email, p.Name(), p.Given, p.Family, p.Groups
	}
	return c
}

// idToken returns the signed answer to a question, or a wrong one if that was chosen.
func (s *Sim) idToken(g *grant) (string, error) {
	wrong := g.choice.wrong
	if wrong == Replayed {
		return s.lastAnswer(g.provider, g.client), nil
	}
	now := s.now()
	if wrong == Expired {
		now = now.Add(-time.Hour)
	}
	c := claims(g)
	c["iss"], c["aud"], c["nonce"], c["sid"] = s.Issuer(g.provider), g.client, g.nonce, g.sessionID
	c["iat"], c["exp"], c["auth_time"] = now.Unix(), now.Add(tokenLife).Unix(), now.Unix()
	switch level := g.choice.level.value; {
	case level == "": // nothing is below the lowest level but none
	case g.provider == Entra:
		c["amr"] = methods(level)
	default:
		c["acr"] = level
	}
	switch wrong {
	case OtherAudience:
		c["aud"] = "another-party"
	case OtherIssuer:
		c["iss"] = s.base + "/oidc/elsewhere"
	case OtherNonce:
		c["nonce"] = rand.Text()
	}
	token, err := s.signToken(c, wrong)
	if err == nil && wrong == "" {
		s.mu.Lock()
		s.last[lastKey(g.provider, g.client)] = token
		s.mu.Unlock()
	}
	return token, err
}

// methods are the steps with which an employee proved himself (RFC 8176).
func methods(level string) []string {
	if level == "mfa" {
		return []string{"pwd", "mfa"}
	}
	return []string{level}
}

func (s *Sim) signToken(claims map[string]any, wrong Misbehaviour) (string, error) {
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	if wrong == Unsigned {
		head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
		return head + "." + base64.RawURLEncoding.EncodeToString(body) + ".", nil
	}
	key, err := s.keys.of(wrong)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: s.keys.id}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(body)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// hint is what an old token says of the session to end.
type hint struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	Session  string `json:"sid"`
}

// hinted reads a token of this provider. It may have expired: people log out later than they log in.
func (s *Sim) hinted(token string, p Provider) (hint, error) {
	var h hint
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return h, err
	}
	body, err := signed.Verify(s.keys.right.Public())
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(body, &h); err != nil {
		return h, err
	}
	if h.Issuer != s.Issuer(p) {
		return h, errors.New("eidsim: a token of another provider")
	}
	return h, nil
}
