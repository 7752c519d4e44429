package approval

import (
	"context"
	"strings"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

const maxRemark = 1000

// Answer is what a client answers, and with what he confirms it.
type Answer struct {
	Choice, Remark string
	identity.Signature
}

// check holds an answer to the rules, but for the signature. Opened is whether he has opened the document.
func (in Answer) check(rule tenant.SigningRule, opened bool) errs.Fields {
	var f errs.Fields
	remark := strings.TrimSpace(in.Remark)
	switch {
	case in.Choice != Agree && in.Choice != Refuse:
		f.Add("choice", "approval.choice_needed")
	case rule.MustOpen && !opened:
		f.Add("choice", "approval.open_first")
	}
	switch {
	case rule.Remark && in.Choice == Refuse && remark == "":
		f.Add("remark", "approval.remark_needed")
	case utf8.RuneCountInString(remark) > maxRemark:
		f.Add("remark", "field.too_long", "max", maxRemark)
	}
	return f
}

// statement is what the client signs when he makes a choice. It names the document and the client as he knows them.
func (q Approval) statement(choice string) identity.Statement {
	return identity.Statement{ID: q.ID, Choice: choice, What: q.Kind, Whose: q.ClientName}
}

// ToSign returns with what the client can confirm his answer.
func (as *Approvals) ToSign(ctx context.Context, a access.Client) (identity.Signing, error) {
	t, err := as.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return identity.Signing{}, err
	}
	return as.identity.ToSign(ctx, t, a.Scope())
}

// SendCode sends the client a code that confirms this choice and nothing else (A24); aloud speaks it on a call. What is wrong
// with the answer so far is Invalid by field.
func (as *Approvals) SendCode(ctx context.Context, a access.Client, dossierID, id string, in Answer, aloud bool) error {
	s := a.Scope()
	t, err := as.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return err
	}
	q, err := as.answerable(ctx, as.db, t, a, dossierID, id, in)
	if err != nil {
		return err
	}
	return as.identity.SendToSign(ctx, t, s, q.statement(in.Choice), aloud)
}

// answerable loads an approval that still waits, when nothing is wrong with the answer but perhaps its signature.
func (as *Approvals) answerable(ctx context.Context, r db.Reader, t *tenant.Tenant, a access.Client, dossierID, id string, in Answer) (Approval, error) {
	q, err := forClient(ctx, r, t, a, dossierID, id)
	if err != nil {
		return q, err
	}
	if err := q.over(); err != nil {
		return q, err
	}
	opened, err := openedAt(ctx, r, a.Scope(), q)
	if err != nil {
		return q, err
	}
	q.Answer.OpenedAt = opened
	return q, in.check(t.Settings.Signing, opened != nil).Err()
}

// Declare writes what a client answers, for good: the second of two is a Conflict, whoever sends it (A35). A wrong signature is
// counted, and changes nothing.
func (as *Approvals) Declare(ctx context.Context, a access.Client, dossierID, id string, in Answer) error {
	t, err := as.tenants.Get(ctx, a.Scope().Tenant())
	if err != nil {
		return err
	}
	signed := false
	err = as.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		signed = false
		if err := dossier.Hold(ctx, tx, t.ID, dossierID); err != nil {
			return err
		}
		q, err := as.answerable(ctx, tx, t, a, dossierID, id, in)
		if err != nil {
			return err
		}
		means, err := as.identity.Sign(ctx, tx, t, a.Scope(), q.statement(in.Choice), in.Signature)
		if err != nil {
			return err
		}
		if signed = means != ""; !signed { // the try is counted all the same
			return nil
		}
		return as.declare(ctx, tx, t, a, q, means, in)
	})
	if err != nil || signed {
		return err
	}
	g, err := as.identity.ToSign(ctx, t, a.Scope())
	if err != nil {
		return err
	}
	return in.unsigned(g)
}

// unsigned says what is wrong with the code or the PIN, whichever is asked.
func (in Answer) unsigned(g identity.Signing) error {
	var f errs.Fields
	switch pin, code := strings.TrimSpace(in.PIN), strings.TrimSpace(in.Code); {
	case pin != "":
		f.Add("pin", "approval.wrong_pin")
	case code != "":
		f.Add("code", "approval.wrong_code")
	case g.PIN:
		f.Add("pin", "approval.pin_needed")
	default:
		f.Add("code", "approval.code_needed")
	}
	return f.Err()
}

func (as *Approvals) declare(ctx context.Context, tx *db.Tx, t *tenant.Tenant, a access.Client, q Approval, means string, in Answer) error {
	s, state, e := a.Scope(), Agreed, entry("approval.agreed", q)
	if in.Choice == Refuse {
		state, e = Refused, entry("approval.refused", q)
	}
	var remark []byte
	if said := strings.TrimSpace(in.Remark); said != "" {
		remark = t.Key.Seal([]byte(said), remarkPlace(t.ID, q.ID))
	}
	n, err := tx.Exec(ctx, `update approval set state = $3, answered_at = $4, answered_by = $5, answered_name = $6, client_name = $7, mandate_id = nullif($8, ''), means = $9, session_means = $10,
		opened_at = $11, remark = $12 where tenant_id = $1 and id = $2 and state = 'offered'`,
		t.ID, q.ID, state, tx.Now(), s.Account(), s.Name(), q.ClientName, s.Behalf().Mandate, means, s.Means(), q.Answer.OpenedAt, remark)
	if err := db.Guard(n, err, errs.New(errs.Conflict, "approval.answered")); err != nil {
		return err
	}
	if err := dossier.Touch(ctx, tx, t.ID, q.Dossier); err != nil {
		return err
	}
	e.Detail = map[string]string{"signed_with": means, "sha256": q.Hash()}
	if err := audit.Record(ctx, tx, s, e); err != nil {
		return err
	}
	return as.dossiers.TellStaff(ctx, tx, s, q.Dossier, notify.OfApproval)
}
