package notify_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/bounce"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/i18n"
	"voordeur/internal/identity"
	"voordeur/internal/jobs"
	"voordeur/internal/mail"
	"voordeur/internal/mail/mailtest"
	"voordeur/internal/notify"
)

var (
	nobodyThere = bounce.Report{Failed: true, Why: mail.NoSuchAddress, Words: "550 5.1.1 no such user"}
	notYet      = bounce.Report{Delayed: true, Words: "451 later"}
)

// own is the letter to the account's own address.
func (p *post) own() mail.Message {
	p.t.Helper()
	m := p.letter()
	must(p.t, p.DB.QueryRow(ctx, `select email from account where tenant_id = $1 and id = $2`, tenantID, p.account).Scan(&m.To))
	return m
}

// send queues and sends a letter to the account's own address, and returns its id.
func (p *post) send(subject string) string {
	p.t.Helper()
	p.subject = subject
	must(p.t, p.queue(p.own()))
	p.drain(p.runner(p.smtp(p.server.Addr)))
	return p.row().id
}

func (p *post) returned(id string, r bounce.Report) {
	p.t.Helper()
	must(p.t, notify.Returned(ctx, p.DB, tenantID, id, r))
}

// staff acts as an employee with the role.
func (p *post) staff(role access.Role) access.Staff {
	p.t.Helper()
	id, err := db.One(ctx, p.DB, db.Value[string], `select id from account where tenant_id = $1 and role = $2 order by email limit 1`, tenantID, string(role))
	must(p.t, err)
	s, err := authn.Act(ctx, p.DB, tenantID, id)
	must(p.t, err)
	a, _ := access.AsStaff(s)
	return a
}

// lost are the accounts that staff see as unreachable, and how often the journal says so.
func (p *post) lost() (list []notify.Unreachable, told int) {
	p.t.Helper()
	list, err := notify.Lost(ctx, p.DB, p.staff(access.RoleHandler), notify.LostFilter{})
	must(p.t, err)
	n, err := notify.CountLost(ctx, p.DB, p.staff(access.RoleHandler))
	must(p.t, err)
	if n != len(list) {
		p.t.Errorf("%d are counted, %d listed", n, len(list))
	}
	told, err = db.One(ctx, p.DB, db.Value[int], `select count(*) from journal where tenant_id = $1 and event = 'account.unreachable'`, tenantID)
	must(p.t, err)
	return list, told
}

func (p *post) said() string {
	p.t.Helper()
	list, err := notify.Log(ctx, p.DB, tenantID, p.client)
	must(p.t, err)
	i := slices.IndexFunc(list, func(s notify.Sent) bool { return s.Subject == p.subject })
	return list[i].StateText(i18n.For(i18n.NL, nil), p.now.Now())
}

// A mail that comes back is told to staff in words, once, and its receiver is unreachable until that
// is mended. A report that it is late is none that it failed.
func TestAMailThatComesBackMakesItsReceiverUnreachable(t *testing.T) {
	each(t, func(p *post) {
		id := p.send("De eerste")
		p.returned(id, notYet)
		if list, told := p.lost(); len(list) != 0 || told != 0 || !strings.Contains(p.said(), "nog niet aangekomen") {
			p.t.Errorf("late: %+v, told %d times, %q", list, told, p.said())
		}
		for range 2 { // a mail server may repeat what it was not sure of
			p.returned(id, nobodyThere)
			p.returned(id, notYet)
		}
		list, told := p.lost()
		if len(list) != 1 || told != 1 || list[0].Account != p.account || list[0].Client != p.client || list[0].Why != mail.NoSuchAddress || list[0].Words != nobodyThere.Words || list[0].ClearsAt != nil {
			p.t.Fatalf("%+v, told %d times", list, told)
		}
		if got := p.row(); got.state != "failed" || got.attempts != 1 || got.content != nil || p.said() != "niet aangekomen: het e-mailadres bestaat niet" {
			p.t.Errorf("%+v: %q", got, p.said())
		}
		p.returned(p.send("De tweede"), bounce.Report{Failed: true, Why: mail.Full})
		if again, told := p.lost(); len(again) != 1 || told != 1 || again[0].Why != mail.NoSuchAddress {
			p.t.Errorf("a second mail that comes back: %+v, told %d times", again, told)
		}
	})
}

// returning is a sender whose mail comes back before it has heard that the server took it.
type returning struct {
	mail.Sender
	p *post
}

func (r returning) Send(ctx context.Context, m mail.Message) error {
	if err := r.Sender.Send(ctx, m); err != nil {
		return err
	}
	return notify.Returned(ctx, r.p.DB, tenantID, m.ID, nobodyThere)
}

func TestAMailThatComesBackAtOnceIsNotSent(t *testing.T) {
	each(t, func(p *post) {
		must(p.t, p.queue(p.own()))
		p.drain(p.runner(returning{p.smtp(p.server.Addr), p}))
		if got := p.row(); got.state != "failed" || got.content != nil {
			p.t.Errorf("%+v", got)
		}
		p.now.Advance(year)
		p.drain(p.runner(p.smtp(p.server.Addr)))
		p.arrived(1, p.row().id)
	})
}

// What does not tell of the account's own address, or of nothing that was sent lately, makes nobody
// unreachable.
func TestReportsThatMakeNobodyUnreachable(t *testing.T) {
	each(t, func(p *post) {
		none := func(name string) {
			p.t.Helper()
			if list, told := p.lost(); len(list) != 0 || told != 0 {
				p.t.Errorf("%s: %+v, told %d times", name, list, told)
			}
		}
		p.returned("no-such-mail", nobodyThere)
		none("of a mail that never was")
		id := p.send("Van een ander")
		must(p.t, notify.Returned(ctx, p.DB, "notaris", id, nobodyThere))
		if none("of another tenant"); p.row().state != "sent" {
			p.t.Error("another tenant ended the mail")
		}
		p.now.Advance(15 * 24 * time.Hour)
		p.returned(id, nobodyThere)
		if none("two weeks later"); p.row().state != "sent" {
			p.t.Error("a report of two weeks later ended the mail")
		}
		p.subject = "Naar een oud adres"
		must(p.t, p.queue(p.letter()))
		p.drain(p.runner(p.smtp(p.server.Addr)))
		p.returned(p.row().id, nobodyThere)
		if none("of an address that is another now"); p.row().state != "failed" {
			p.t.Error("the mail did arrive, it says")
		}
		p.account = p.staff(access.RoleHandler).Scope().Account()
		p.returned(p.send("Aan een medewerker"), nobodyThere)
		none("of an employee")
	})
}

// What our own server says of a receiver counts as what comes back; what it says of us does not.
func TestWhatOurOwnServerRefuses(t *testing.T) {
	each(t, func(p *post) {
		lost := func() int {
			list, _ := p.lost()
			return len(list)
		}
		p.server.Misbehave(mailtest.PermanentData)
		if p.send("Geweigerd"); lost() != 1 || !strings.Contains(p.said(), "weigert onze e-mail") {
			p.t.Errorf("%d, %q", lost(), p.said())
		}
		must(p.t, p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := notify.Found(ctx, tx, tenantID, p.account)
			return err
		}))
		p.subject = "Niemand thuis"
		must(p.t, p.queue(p.own()))
		r := p.runner(p.smtp("127.0.0.1:1"))
		p.drain(r)
		if p.now.Advance(6 * time.Minute); !strings.Contains(p.said(), "opnieuw") {
			p.t.Errorf("while it is tried: %q", p.said())
		}
		for range notify.Tries {
			p.now.Advance(time.Hour)
			p.drain(r)
		}
		if lost() != 0 || !strings.Contains(p.said(), "onze eigen mailserver") {
			p.t.Errorf("%d, %q", lost(), p.said())
		}
	})
}

func (p *post) write(f func(ctx context.Context, tx *db.Tx) (bool, error)) bool {
	p.t.Helper()
	var had bool
	must(p.t, p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		had, err = f(ctx, tx)
		return err
	}))
	return had
}

// notified counts the mails that the account gets of something new.
func (p *post) notified() int {
	p.t.Helper()
	count := func() int {
		n, err := db.One(ctx, p.DB, db.Value[int], `select count(*) from mail where tenant_id = $1 and account_id = $2`, tenantID, p.account)
		must(p.t, err)
		return n
	}
	before := count()
	dossier, err := db.One(ctx, p.DB, db.Value[string], `select p.dossier_id from dossier_party p join dossier d on d.tenant_id = p.tenant_id and d.id = p.dossier_id
		where d.tenant_id = $1 and p.client_id = $2 and d.published_at is not null order by d.number limit 1`, tenantID, p.client)
	must(p.t, err)
	must(p.t, p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return p.Identity.Notify(ctx, tx, tenantID, notify.Change{Reader: notify.Reader{Account: p.account, Client: p.client}, Event: string(identity.StatusChanged), Dossier: dossier})
	}))
	p.Mail(p.t)
	return count() - before
}

// Who cannot be reached is mailed of nothing new. Mail that was sent anew and does not come back for
// three days mends that; when it does come back, all begins anew.
func TestMailThatWasSentAnewMendsOrDoesNot(t *testing.T) {
	each(t, func(p *post) {
		anew := func(ctx context.Context, tx *db.Tx) (bool, error) {
			return notify.SentAnew(ctx, tx, tenantID, p.account)
		}
		_, err := dbtest.Raw(p.t, p.DB).Exec(`update account set notify = $3 where tenant_id = $1 and id = $2`, tenantID, p.account, identity.GroupDocuments)
		must(p.t, err)
		if p.write(anew) || p.notified() != 1 {
			p.t.Error("who can be reached could not")
		}
		p.returned(p.send("Kwijt"), nobodyThere)
		if p.notified() != 0 {
			p.t.Error("who cannot be reached was mailed")
		}
		if !p.write(anew) || p.notified() != 1 {
			p.t.Error("after mail was sent anew nothing is mailed")
		}
		if list, told := p.lost(); len(list) != 1 || list[0].ClearsAt == nil || told != 1 {
			p.t.Errorf("on trial: %+v, told %d times", list, told)
		}
		p.returned(p.send("Weer kwijt"), bounce.Report{Failed: true, Why: mail.Full})
		if list, told := p.lost(); len(list) != 1 || list[0].ClearsAt != nil || list[0].Why != mail.Full || told != 2 || p.notified() != 0 {
			p.t.Errorf("back again: %+v, told %d times", list, told)
		}
		p.write(anew)
		p.now.Advance(3*24*time.Hour - time.Minute)
		if list, _ := p.lost(); len(list) != 1 {
			p.t.Errorf("before three days are over: %+v", list)
		}
		p.now.Advance(2 * time.Minute)
		if list, _ := p.lost(); len(list) != 0 || p.write(anew) {
			p.t.Errorf("three days later: %+v", list)
		}
		p.returned(p.send("Een maand later"), nobodyThere)
		if list, told := p.lost(); len(list) != 1 || told != 3 {
			p.t.Errorf("a month later: %+v, told %d times", list, told)
		}
	})
}

// Each employee sees those of his own tenant; of his own dossiers when he asks for that; and no one
// who is blocked.
func TestWhoSeesTheUnreachable(t *testing.T) {
	each(t, func(p *post) {
		p.returned(p.send("Kwijt"), nobodyThere)
		raw := dbtest.Raw(p.t, p.DB)
		exec := func(query string, args ...any) {
			_, err := raw.Exec(query, args...)
			must(p.t, err)
		}
		count := func(role access.Role, f notify.LostFilter) int {
			list, err := notify.Lost(ctx, p.DB, p.staff(role), f)
			must(p.t, err)
			return len(list)
		}
		for _, role := range []access.Role{access.RoleHandler, access.RoleAdministrator, access.RoleAuditor} {
			if n := count(role, notify.LostFilter{}); n != 1 {
				p.t.Errorf("%s sees %d", role, n)
			}
		}
		if a, b := count(access.RoleHandler, notify.LostFilter{Mine: true}), count(access.RoleAuditor, notify.LostFilter{Mine: true}); a+b != 1 {
			p.t.Errorf("in their own dossiers the handler sees %d, the auditor %d", a, b)
		}
		first, _ := p.lost()
		if n := count(access.RoleHandler, notify.LostFilter{AfterName: first[0].ClientName, After: first[0].Account}); n != 0 {
			p.t.Errorf("after the last one there are %d", n)
		}
		of, err := notify.LostOf(ctx, p.DB, p.staff(access.RoleHandler), p.client)
		must(p.t, err)
		other, err := notify.LostOf(ctx, p.DB, p.staff(access.RoleHandler), "another")
		must(p.t, err)
		if len(of) != 1 || len(other) != 0 {
			p.t.Errorf("of the client %d, of another %d", len(of), len(other))
		}
		exec(`insert into tenant (id, name, settings, wrapped_key, created_at) select 'ander', name, settings, wrapped_key, created_at from tenant where id = $1`, tenantID)
		exec(`insert into account (tenant_id, id, face, role, email, email_key, name, state, created_at)
			select 'ander', id, face, role, email, email_key, name, state, created_at from account where tenant_id = $1 and face = 'office'`, tenantID)
		s, err := authn.Act(ctx, p.DB, "ander", p.staff(access.RoleHandler).Scope().Account())
		must(p.t, err)
		stranger, _ := access.AsStaff(s)
		if list, err := notify.Lost(ctx, p.DB, stranger, notify.LostFilter{}); err != nil || len(list) != 0 {
			p.t.Errorf("another tenant sees %+v, %v", list, err)
		}
		exec(`update account set state = 'blocked' where tenant_id = $1 and id = $2`, tenantID, p.account)
		if list, _ := p.lost(); len(list) != 0 {
			p.t.Errorf("blocked: %+v", list)
		}
	})
}

func TestAReturnPathIsTheMailsOwn(t *testing.T) {
	each(t, func(p *post) {
		paths, err := bounce.NewPaths("bounce@mail.example", func(parts ...string) []byte { return p.Keys.MAC("bounce", parts...) })
		must(p.t, err)
		must(p.t, p.queue(p.own()))
		p.drain(jobs.New(p.DB, discard, map[string]jobs.Func{notify.JobSend: notify.SendJob(p.DB, p.keyOf, p.smtp(p.server.Addr), paths)}))
		got := p.server.Received()
		if len(got) != 1 {
			p.t.Fatalf("%d mails", len(got))
		}
		tenant, id, ok := paths.Whose(got[0].From, []string{"notaris", tenantID})
		if !ok || tenant != tenantID || id != p.row().id {
			p.t.Errorf("%s is the return path of %s of %s, %t", got[0].From, id, tenant, ok)
		}
	})
}
