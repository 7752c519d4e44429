package identity

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/jobs"
	"voordeur/internal/notify"
	"voordeur/internal/tenant"
)

const (
	// JobNews is the kind of the job that mails an account of all that happened since it was last mailed (ADR 33).
	JobNews = "mail.news"
	// together is how long an account is left alone after a mail: what happens meanwhile comes in one (E9).
	together = 5 * time.Minute
	// DailyHour is the hour of the day at which those are mailed who want one mail a day.
	DailyHour = 9
)

// Stands reports whether what an account waits to be mailed of is still so, and still for that account to know.
type Stands func(ctx context.Context, tx *db.Tx, tenantID string, c notify.Change) (bool, error)

// Ask has a feature asked about its events before a mail about one of them goes. An event that nobody is asked about is not mailed.
func (i *Identity) Ask(stands Stands, events ...Event) {
	for _, e := range events {
		i.stands[e] = stands
	}
}

// Asked reports whether a feature is asked about an event.
func (i *Identity) Asked(e Event) bool { return i.stands[e] != nil }

// Changes are an event in a dossier as the news of several readers. Object is the thing to which it happened.
func Changes(readers []notify.Reader, event Event, dossier, object string) []notify.Change {
	list := make([]notify.Change, len(readers))
	for n, r := range readers {
		list[n] = notify.Change{Reader: r, Event: string(event), Dossier: dossier, Object: object}
	}
	return list
}

// recipient is an account with what it wants to be mailed of, and when.
type recipient struct {
	id, email, name, groups, rights string
	face                            access.Face
	role                            access.Role
	daily                           bool
	mailedAt                        *db.Time
}

// Who is not active, and to whom mail does not arrive, is mailed of nothing: it waits in the portal.
const selectRecipient = `select id, face, email, name, role, rights, mail_daily, mailed_at, case when state <> 'active' or email_unproved or exists
	(select 1 from unreachable u where u.tenant_id = account.tenant_id and u.account_id = account.id and u.clears_at is null) then ''
	when face = 'portal' then notify when notice_mail then '` + groupNotices + `' else '' end from account where tenant_id = $1 and id = $2`

func recipientOf(ctx context.Context, tx *db.Tx, tenantID, account string) (recipient, error) {
	return db.One(ctx, tx, func(scan db.Scan) (recipient, error) {
		var r recipient
		err := scan(&r.id, &r.face, &r.email, &r.name, &r.role, &r.rights, &r.daily, &r.mailedAt, &r.groups)
		return r, err
	}, selectRecipient, tenantID, account)
}

// wants reports whether the account is mailed of changes like this one, and may see what it is about. What it may see of a
// client for whom it acts is what the mandate says, and without that it is no reader.
func (r recipient) wants(t *tenant.Tenant, c notify.Change) bool {
	group := Event(c.Event).group(t)
	switch {
	case group == "" || !slices.Contains(strings.Fields(r.groups), group):
		return false
	case r.face == access.Office:
		return true
	case c.Mandate != "":
		return t.Settings.Modules[tenant.ModuleMandates]
	}
	return access.RightsOf(r.role, r.rights).Has(groupNamed(group).Needs)
}

// due is when the account is mailed of what waits since a moment.
func (r recipient) due(since time.Time) db.Time {
	if r.daily {
		return db.At(i18n.NextHour(since, DailyHour))
	}
	if r.mailedAt != nil && r.mailedAt.Add(together).After(since) {
		return db.At(r.mailedAt.Add(together))
	}
	return db.At(since)
}

// Addressee is a reader who is mailed of something, with his name.
type Addressee struct {
	notify.Reader
	Name string
}

// Mailed returns the readers whom Notify would have be mailed of the changes, each once.
func (i *Identity) Mailed(ctx context.Context, tx *db.Tx, tenantID string, changes []notify.Change) ([]Addressee, error) {
	var list []Addressee
	err := i.wanted(ctx, tx, tenantID, changes, func(r recipient, c notify.Change) error {
		if a := (Addressee{c.Reader, r.name}); !slices.Contains(list, a) {
			list = append(list, a)
		}
		return nil
	})
	return list, err
}

// Notify has those be mailed of the changes who asked for that (N47, E9): at once, or together with what happens within
// five minutes of their last mail, or once a day, as they chose. Nothing of the contents stands in a mail.
func (i *Identity) Notify(ctx context.Context, tx *db.Tx, tenantID string, changes ...notify.Change) error {
	var told []recipient
	err := i.wanted(ctx, tx, tenantID, changes, func(r recipient, c notify.Change) error {
		if !slices.ContainsFunc(told, func(had recipient) bool { return had.id == r.id }) {
			told = append(told, r)
		}
		return notify.Await(ctx, tx, tenantID, c)
	})
	if err != nil {
		return err
	}
	for _, r := range told {
		if err := jobs.EnqueueAt(ctx, tx, tenantID, JobNews, r.due(tx.Now().Time), r.id); err != nil {
			return err
		}
	}
	return nil
}

// wanted calls do with each change of which its reader wants to be mailed.
func (i *Identity) wanted(ctx context.Context, tx *db.Tx, tenantID string, changes []notify.Change, do func(recipient, notify.Change) error) error {
	t, err := i.tenants.Get(ctx, tenantID)
	if err != nil {
		return err
	}
	found := map[string]recipient{}
	for _, c := range changes {
		r, known := found[c.Account]
		if !known {
			if r, err = recipientOf(ctx, tx, tenantID, c.Account); err != nil {
				return err
			}
			found[c.Account] = r
		}
		if !r.wants(t, c) || r.email == "" {
			continue
		}
		if err := do(r, c); err != nil {
			return err
		}
	}
	return nil
}

// NewsJob returns the job that mails one account of all that it waits for. Every change leaves one behind; the first that
// runs when the account may be mailed takes all there is, so the others have nothing to do.
func (i *Identity) NewsJob() jobs.Func {
	return func(_ context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
		var account string
		if err := json.Unmarshal(j.Payload, &account); err != nil {
			return nil, err
		}
		return func(ctx context.Context, tx *db.Tx) error { return i.mailNews(ctx, tx, j.Tenant, account) }, nil
	}
}

func (i *Identity) mailNews(ctx context.Context, tx *db.Tx, tenantID, account string) error {
	t, err := i.tenants.Get(ctx, tenantID)
	if err != nil {
		return err
	}
	// Another node's job for the same account waits for this one.
	if _, err := tx.Exec(ctx, `update account set mailed_at = mailed_at where tenant_id = $1 and id = $2`, tenantID, account); err != nil {
		return err
	}
	r, err := recipientOf(ctx, tx, tenantID, account)
	if err != nil {
		return err
	}
	since, err := notify.Oldest(ctx, tx, tenantID, account)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if at := r.due(since.Time); at.After(tx.Now().Time) {
		return jobs.EnqueueAt(ctx, tx, tenantID, JobNews, at, account)
	}
	changes, err := notify.Awaited(ctx, tx, tenantID, account)
	if err != nil {
		return err
	}
	if changes, err = i.standing(ctx, tx, t, r, changes); err != nil || len(changes) == 0 {
		return err
	}
	l, err := newsLetter(ctx, tx, t, r, changes)
	if err != nil {
		return err
	}
	if err := i.send(ctx, tx, t, account, r.email, r.name, l); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update account set mailed_at = $3 where tenant_id = $1 and id = $2`, tenantID, account, tx.Now())
	return err
}

// standing returns those of the changes that the account still wants to be mailed of, and that are still so. That a
// document goes is news only to whom it came: what came and went between two mails is in neither.
func (i *Identity) standing(ctx context.Context, tx *db.Tx, t *tenant.Tenant, r recipient, changes []notify.Change) ([]notify.Change, error) {
	var out []notify.Change
	came := map[string]bool{}
	for _, c := range changes {
		if _, known := came[c.Object]; !known {
			came[c.Object] = c.Event == string(DocumentShown)
		}
		check, known := i.stands[Event(c.Event)]
		if !known || !r.wants(t, c) || c.Event == string(DocumentRemoved) && came[c.Object] {
			continue
		}
		stands, err := check(ctx, tx, t.ID, c)
		if err != nil {
			return nil, err
		}
		if stands {
			out = append(out, c)
		}
	}
	return out, nil
}
