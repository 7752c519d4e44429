package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	letters "voordeur/internal/letter"
	"voordeur/internal/tenant"
)

// The stages of a first log-in (conflicts.md K10). Each survives that somebody goes away: the next
// log-in goes on there. "" is that it is over, or that there is none.
const (
	StageLetter  = "letter"  // the password of a letter must be replaced (C7)
	StageContact = "contact" // contact data must be given (C9)
	StageConfirm = "confirm" // given; the log-in with the e-mail address is to come (C10)
)

const (
	purposeFirst = "first_login"
	firstLife    = 30 * time.Minute
)

// goesOn reports whether the right password leads on into the first log-in and not to a session. When
// the contact data are there, the e-mail address finishes it and the name from the letter shows them
// once more: who mistyped his address mends it there.
func (k known) goesOn(t *tenant.Tenant) bool {
	switch k.stage {
	case StageLetter:
		return true
	case StageContact:
		return t.Settings.Activation.After == tenant.SaveContact
	case StageConfirm:
		return t.Settings.Activation.After == tenant.SaveContact && !k.byEmail
	}
	return false
}

// startFirst gives a step of its own: it opens nothing but the pages of the first log-in.
func (i *Identity) startFirst(ctx context.Context, t *tenant.Tenant, who known, gate []string) (Outcome, error) {
	out := Outcome{Account: who.id, Stage: StageContact}
	if who.stage == StageLetter {
		out.Stage = StageLetter
	}
	err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if out.Step, err = putToken(ctx, tx, t.ID, who.id, purposeFirst, firstLife); err != nil {
			return err
		}
		return forgive(ctx, tx, t.ID, gate)
	})
	return out, err
}

// First is somebody in his first log-in.
type First struct {
	Account, Name, Stage string
	Contact              Numbers
}

// First returns who a step is of and how far he is; a step that is over is Unauthenticated.
func (i *Identity) First(ctx context.Context, t *tenant.Tenant, step string) (First, error) {
	return i.first(ctx, i.db, t, step)
}

func (i *Identity) first(ctx context.Context, r db.Reader, t *tenant.Tenant, step string) (First, error) {
	var f First
	var sealed []byte
	err := r.QueryRow(ctx, `select a.id, a.name, a.stage, a.email, a.contact from account_token k join account a on a.tenant_id = k.tenant_id and a.id = k.account_id
		where k.tenant_id = $1 and k.id = $2 and k.purpose = $3 and k.used_at is null and k.expires_at > $4 and a.face = 'portal' and a.stage <> '' and a.state <> 'blocked'`,
		t.ID, authn.HashToken(step), purposeFirst, db.At(i.db.Clock().Now())).Scan(&f.Account, &f.Name, &f.Stage, &f.Contact.Email, &sealed)
	if errs.Is(err, errs.NotFound) {
		return f, errs.New(errs.Unauthenticated, "login.step_over")
	}
	if err != nil {
		return f, err
	}
	email := f.Contact.Email
	err = openNumbers(t, f.Account, sealed, &f.Contact)
	f.Contact.Email = email
	return f, err
}

// EndFirst ends a step: somebody logs out in the middle of it.
func (i *Identity) EndFirst(ctx context.Context, t *tenant.Tenant, step string) error {
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update account_token set used_at = $3 where tenant_id = $1 and id = $2 and purpose = $4 and used_at is null`,
			t.ID, authn.HashToken(step), tx.Now(), purposeFirst)
		return err
	})
}

// ChooseFirst replaces the password of a letter by an own one (C7). It leads to the contact data, or
// into the portal where the tenant asks for none.
func (i *Identity) ChooseFirst(ctx context.Context, t *tenant.Tenant, step string, in NewPassword, origin string) (Outcome, error) {
	f, err := i.First(ctx, t, step)
	if err != nil {
		return Outcome{}, err
	}
	if f.Stage != StageLetter {
		return Outcome{Account: f.Account, Step: step, Stage: StageContact}, nil // the second of two clicks
	}
	stored, err := i.checkFirst(ctx, t, f.Account, in, origin)
	if err != nil {
		return Outcome{}, err
	}
	hash, err := i.hash.hash(ctx, t.ID, in.Password)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{Account: f.Account, Step: step, Stage: StageContact}
	err = i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := i.putFirst(ctx, tx, t, f, stored, hash, origin); err != nil {
			return err
		}
		if t.Settings.Activation.After == tenant.SaveContact {
			return nil
		}
		if err := voidTokens(ctx, tx, t.ID, f.Account); err != nil {
			return err
		}
		out, err = i.proceed(ctx, tx, t, access.Portal, f.Account, origin)
		return err
	})
	if errs.Is(err, errs.Unauthenticated) {
		if f, again := i.First(ctx, t, step); again == nil && f.Stage == StageContact { // the other of two clicks was first
			return Outcome{Account: f.Account, Step: step, Stage: StageContact}, nil
		}
	}
	return out, err
}

// checkFirst holds the three fields to their rules. A wrong password of the letter is counted, for the
// account and for the letter, as one at the log-in is.
func (i *Identity) checkFirst(ctx context.Context, t *tenant.Tenant, account string, in NewPassword, origin string) (string, error) {
	gate := []string{"first:portal:unknown:" + authn.HashToken(account)}
	if err := i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return enter(ctx, tx, t.ID, gate) }); err != nil {
		return "", err
	}
	stored, err := db.One(ctx, i.db, db.Value[string], `select password_hash from account where tenant_id = $1 and id = $2 and state = 'invited' and stage = 'letter'`, t.ID, account)
	if err != nil {
		return "", errs.New(errs.Unauthenticated, "login.step_over")
	}
	right, err := i.hash.matches(ctx, t.ID, stored, fromPaper(in.Current))
	right = right && stored != ""
	switch {
	case err != nil || right || in.Current == "":
		back := i.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error { return leave(ctx, tx, t.ID, gate) })
		if err == nil {
			err = back
		}
		if err != nil {
			return "", err
		}
	default:
		if err := i.failed(ctx, t, known{id: account, stage: StageLetter}, origin); !errs.Is(err, errs.Invalid) {
			return "", err
		}
	}
	in.same = fromPaper(in.Password) == fromPaper(in.Current)
	return stored, i.checkChange(ctx, t, account, in, right, true)
}

func (i *Identity) putFirst(ctx context.Context, tx *db.Tx, t *tenant.Tenant, f First, stored, hash, origin string) error {
	if err := letters.Use(ctx, tx, t.ID, f.Account, letters.KindLogin); err != nil {
		return errs.New(errs.Unauthenticated, "login.step_over")
	}
	var email, name string
	var unproved bool
	err := tx.QueryRow(ctx, `update account set password_hash = $4, state = 'active', stage = 'contact', version = version + 1
		where tenant_id = $1 and id = $2 and password_hash = $3 and stage = 'letter' and state = 'invited' returning email, name, email_unproved`, t.ID, f.Account, stored, hash).
		Scan(&email, &name, &unproved)
	if errs.Is(err, errs.NotFound) {
		return errs.New(errs.Unauthenticated, "login.step_over")
	}
	if err != nil {
		return err
	}
	if err := endSessions(ctx, tx, t.ID, f.Account); err != nil {
		return err
	}
	if err := recordFor(ctx, tx, t.ID, f.Account, origin, "account.password_set", "letter"); err != nil || email == "" || unproved {
		return err
	}
	return i.mailPasswordSet(ctx, tx, t, access.Portal, f.Account, email, name)
}

// Numbers is how a client can be reached (C9). The e-mail address is also what he logs in with.
type Numbers struct {
	Home          string `json:"home,omitempty"`
	Mobile        string `json:"mobile,omitempty"`
	MobilePrivate string `json:"mobile_private,omitempty"`
	Email         string `json:"-"`
}

func contactAAD(tenantID, account string) string {
	return "account|contact|" + tenantID + "|" + account
}

func openNumbers(t *tenant.Tenant, account string, sealed []byte, c *Numbers) error {
	if len(sealed) == 0 {
		return nil
	}
	plain, err := t.Key.Open(sealed, contactAAD(t.ID, account))
	if err != nil {
		return fmt.Errorf("identity: contact: %w", err)
	}
	return json.Unmarshal(plain, c)
}

// checkPhone adds to f what is wrong with a telephone number, which may be left out.
func checkPhone(f *errs.Fields, name, number string) {
	digits := 0
	for n, c := range strings.TrimSpace(number) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '+' && n == 0, strings.ContainsRune(" -()", c):
		default:
			digits = -100
		}
	}
	if number != "" && (digits < 8 || digits > 15) {
		f.Add(name, "first.phone_invalid")
	}
}

// SaveContact keeps the contact data of a first log-in (C9). After it one logs in with the e-mail address.
// A mail goes there, and nothing of a password does before its receiver has shown to be the client.
func (i *Identity) SaveContact(ctx context.Context, t *tenant.Tenant, step string, in Numbers, origin string) error {
	var f errs.Fields
	key := CheckEmail(&f, in.Email)
	checkPhone(&f, "home", in.Home)
	checkPhone(&f, "mobile", in.Mobile)
	checkPhone(&f, "mobile_private", in.MobilePrivate)
	if err := f.Err(); err != nil {
		return err
	}
	in.Email = strings.TrimSpace(in.Email)
	plain, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("identity: contact: %w", err)
	}
	return i.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		who, err := i.first(ctx, tx, t, step)
		if err != nil {
			return err
		}
		if who.Stage == StageLetter {
			return errs.New(errs.Unauthenticated, "login.step_over")
		}
		return i.putContact(ctx, tx, t, who, in, key, t.Key.Seal(plain, contactAAD(t.ID, who.Account)), origin)
	})
}

func (i *Identity) putContact(ctx context.Context, tx *db.Tx, t *tenant.Tenant, who First, in Numbers, key string, sealed []byte, origin string) error {
	var client, name string
	var unproved bool
	err := tx.QueryRow(ctx, `update account set email_unproved = (email_unproved or email_key <> $4), email = $3, email_key = $4, contact = $5, stage = 'confirm', version = version + 1
		where tenant_id = $1 and id = $2 and stage in ('contact', 'confirm') and state = 'active' returning client_id, name, email_unproved`, t.ID, who.Account, in.Email, key, sealed).
		Scan(&client, &name, &unproved)
	if err != nil {
		return taken(err)
	}
	if err := voidTokens(ctx, tx, t.ID, who.Account); err != nil {
		return err
	}
	err = audit.Record(ctx, tx, authn.Nobody(t.ID, origin), audit.Entry{
		Event: "account.contact_saved", Client: client, Objects: []audit.Object{{Kind: "account", ID: who.Account}},
	})
	if err != nil || !unproved {
		return err
	}
	return i.mailProof(ctx, tx, t, who.Account, in.Email, name)
}

// fromPaper is the password of a letter without what people add or change when they copy it from paper.
func fromPaper(s string) string {
	return strings.Map(func(c rune) rune {
		if c == '-' || unicode.IsSpace(c) {
			return -1
		}
		return unicode.ToLower(c)
	}, s)
}
