package notify_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/jobs"
	"voordeur/internal/mail"
	"voordeur/internal/mail/mailtest"
	"voordeur/internal/notify"
	"voordeur/internal/world/worldtest"
)

var (
	ctx     = context.Background()
	discard = slog.New(slog.DiscardHandler)
)

const (
	tenantID = "gemeente"
	secret   = "Uw vergunning ligt klaar."
	year     = 365 * 24 * time.Hour
)

// post is a queue of mail over a world, with the SMTP server that it goes to.
type post struct {
	*worldtest.World
	t       *testing.T
	now     *clock.Manual
	server  *mailtest.Server
	account string
	client  string
	subject string // of the mail that the test is about
}

func each(t *testing.T, f func(p *post)) {
	dbtest.EachWith(t, func(t *testing.T, d *db.DB, now *clock.Manual) {
		p := &post{World: worldtest.Build(t, d, tenantID), t: t, now: now, server: mailtest.Start(t, mailtest.Config{}), subject: "Er staat iets voor u klaar"}
		must(t, d.QueryRow(ctx, `select id, client_id from account where tenant_id = $1 and face = 'portal' order by id limit 1`, tenantID).Scan(&p.account, &p.client))
		f(p)
	}, func() *clock.Manual { return clock.NewManual(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)) })
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *post) smtp(addr string) mail.Sender {
	p.t.Helper()
	s, err := mail.NewSMTP(mail.SMTPConfig{Addr: addr, RootCAs: p.server.Roots})
	must(p.t, err)
	return s
}

// runner works the queue through a sender.
func (p *post) runner(s mail.Sender) *jobs.Runner {
	r := jobs.New(p.DB, discard, map[string]jobs.Func{notify.JobSend: notify.SendJob(p.DB, p.keyOf, s, nil)})
	r.Insist(notify.JobSend, notify.Tries)
	return r
}

func (p *post) keyOf(ctx context.Context, id string) (*crypt.TenantKey, error) {
	t, err := p.Tenants.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return t.Key, nil
}

func (p *post) drain(r *jobs.Runner) {
	p.t.Helper()
	_, err := r.Drain(ctx)
	must(p.t, err)
}

func (p *post) letter() mail.Message {
	return mail.Message{From: "portaal@gemeente.example", To: "jan@post.example", Subject: p.subject, Text: secret, HTML: "<p>" + secret + "</p>"}
}

func (p *post) queue(m mail.Message) error {
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return notify.Queue(ctx, tx, p.Tenant(p.t, tenantID).Key, tenantID, notify.Outgoing{Account: p.account, Purpose: "documents", Message: m})
	})
}

// row is what is kept of the mail that the test is about.
type row struct {
	id, state, err string
	attempts       int
	content        []byte
}

func (p *post) row() row {
	p.t.Helper()
	var r row
	must(p.t, p.DB.QueryRow(ctx, `select id, state, error, attempts, content from mail where tenant_id = $1 and subject = $2`, tenantID, p.subject).
		Scan(&r.id, &r.state, &r.err, &r.attempts, &r.content))
	return r
}

// misbehaviours are what a server can do to a mail.
var misbehaviours = []struct {
	name             string
	fault            mailtest.Fault
	state            string // after the first attempt
	arrived, inAll   int    // after the first attempt, and in the end
	attempts, finals int
}{
	{"none", mailtest.None, "sent", 1, 1, 1, 1},
	{"sender refused for now", mailtest.TemporarySender, "queued", 0, 1, 0, 2},
	{"login asked", mailtest.LoginAskedAtSender, "queued", 0, 1, 0, 2},
	{"recipient refused for now", mailtest.TemporaryRecipient, "queued", 0, 1, 0, 2},
	{"content refused for now", mailtest.TemporaryData, "queued", 0, 1, 0, 2},
	{"taken without a word", mailtest.DropAfterData, "queued", 1, 2, 0, 2},
	{"taken, then broken off", mailtest.DropAfterConfirm, "sent", 1, 1, 1, 1},
	{"recipient unknown", mailtest.PermanentRecipient, "failed", 0, 0, 1, 1},
	{"content refused", mailtest.PermanentData, "failed", 0, 0, 1, 1},
}

// What a failure means: after a temporary one the same mail goes again later, after a permanent one
// never, and a mail that the server has confirmed never goes twice.
func TestWhatBecomesOfAMailWhoseServerMisbehaves(t *testing.T) {
	each(t, func(p *post) {
		for _, c := range misbehaviours {
			p.server, p.subject = mailtest.Start(p.t, mailtest.Config{}), c.name
			p.server.Misbehave(c.fault)
			r := p.runner(p.smtp(p.server.Addr))
			must(p.t, p.queue(p.letter()))
			p.drain(r)
			got := p.row()
			if got.state != c.state || got.attempts != c.attempts || len(p.server.Received()) != c.arrived {
				p.t.Errorf("%s: after one attempt %s by %d attempts, %d arrived", c.name, got.state, got.attempts, len(p.server.Received()))
			}
			if kept := len(got.content) > 0; kept != (c.state == "queued") {
				p.t.Errorf("%s: %s, and its text is kept: %t", c.name, got.state, kept)
			}
			p.drain(r) // too early
			if len(p.server.Received()) != c.arrived {
				p.t.Errorf("%s: it was sent again at once", c.name)
			}
			p.now.Advance(time.Hour)
			p.drain(r)
			p.now.Advance(year)
			p.drain(r)
			end := p.row()
			if failed := c.state == "failed"; (end.state == "failed") != failed || (end.err != "") != failed || end.attempts != c.finals || end.content != nil {
				p.t.Errorf("%s: in the end %+v", c.name, end)
			}
			p.arrived(c.inAll, end.id)
		}
	})
}

// arrived checks how often the mail arrived: each time the same to the byte, so that its receiver
// knows a repetition by its Message-ID.
func (p *post) arrived(want int, id string) {
	p.t.Helper()
	all := p.server.Received()
	if len(all) != want {
		p.t.Errorf("%d deliveries, want %d", len(all), want)
	}
	for _, m := range all {
		if l := mailtest.Read(p.t, m.Raw); !strings.Contains(l.ID, id) || !strings.Contains(l.Text, secret) || !bytes.Equal(m.Raw, all[0].Raw) {
			p.t.Errorf("mail %s arrived as %s: %q", id, l.ID, l.Text)
		}
	}
}

func TestAMailThatNobodyTakesIsGivenUpAndWiped(t *testing.T) {
	each(t, func(p *post) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(p.t, err)
		must(p.t, l.Close())
		r := p.runner(p.smtp(l.Addr().String()))
		must(p.t, p.queue(p.letter()))
		for n := range notify.Tries {
			if got := p.row(); got.state != "queued" || got.content == nil {
				p.t.Fatalf("after %d attempts: %s", n, got.state)
			}
			p.drain(r)
			p.now.Advance(time.Hour)
		}
		if got := p.row(); got.state != "failed" || got.content != nil || got.attempts != notify.Tries || got.err == "" {
			p.t.Errorf("%+v", got)
		}
		p.now.Advance(year)
		p.drain(p.runner(p.smtp(p.server.Addr)))
		p.arrived(0, "")
	})
}

// dying is a sender whose process is killed at the moment that the server has the mail.
type dying struct{ mail.Sender }

func (d dying) Send(ctx context.Context, m mail.Message) error {
	if err := d.Sender.Send(ctx, m); err != nil {
		return err
	}
	runtime.Goexit()
	return nil
}

func TestAMailIsRepeatedAtMostOnceForEveryKill(t *testing.T) {
	const kills = 3
	each(t, func(p *post) {
		s := p.smtp(p.server.Addr)
		must(p.t, p.queue(p.letter()))
		for range kills {
			killed := make(chan struct{})
			go func() {
				defer close(killed)
				_, _ = p.runner(dying{s}).Drain(ctx) // does not return
			}()
			<-killed
			p.drain(p.runner(s)) // another worker leaves it alone while the dead one's lease lasts
			p.now.Advance(time.Minute + time.Second)
		}
		p.arrived(kills, p.row().id)
		p.drain(p.runner(s))
		if got := p.row(); got.state != "sent" {
			p.t.Errorf("after the kills it is %s", got.state)
		}
		p.arrived(kills+1, p.row().id)
	})
}

func TestAMailThatWasSentIsNotSentByAnotherJob(t *testing.T) {
	each(t, func(p *post) {
		r := p.runner(p.smtp(p.server.Addr))
		must(p.t, p.queue(p.letter()))
		p.drain(r)
		must(p.t, p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return jobs.Enqueue(ctx, tx, tenantID, notify.JobSend, p.row().id)
		}))
		p.drain(r)
		p.arrived(1, p.row().id)
		failed, err := db.One(ctx, p.DB, db.Value[int], `select count(*) from job where kind = $1 and (done_at is null or error <> '')`, notify.JobSend)
		must(p.t, err)
		if failed != 0 {
			p.t.Errorf("%d jobs failed", failed)
		}
	})
}

func TestTheTextOfAMailIsSealedForItsOwnRow(t *testing.T) {
	each(t, func(p *post) {
		must(p.t, p.queue(p.letter()))
		sealed := p.row()
		if bytes.Contains(sealed.content, []byte("vergunning")) {
			p.t.Error("the text stands in the database")
		}
		other := p.letter()
		other.Subject, other.Text = "Iets anders", "Iets anders."
		must(p.t, p.queue(other))
		must(p.t, p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update mail set content = $1 where tenant_id = $2 and subject = 'Iets anders'`, sealed.content, tenantID)
			return err
		}))
		p.drain(p.runner(p.smtp(p.server.Addr)))
		p.arrived(1, sealed.id)
	})
}

func TestOnlyAMailThatCanBeSentIsQueued(t *testing.T) {
	each(t, func(p *post) {
		for name, spoil := range map[string]func(*mail.Message){
			"a second line":  func(m *mail.Message) { m.Subject = "a\r\nBcc: x@y.example" },
			"two addresses":  func(m *mail.Message) { m.To = "a@post.example, b@post.example" },
			"without a text": func(m *mail.Message) { m.Text = "" },
		} {
			m := p.letter()
			spoil(&m)
			if err := p.queue(m); !mail.Permanent(err) {
				p.t.Errorf("%s: %v", name, err)
			}
		}
		p.drain(p.runner(p.smtp(p.server.Addr)))
		p.arrived(0, "")
	})
}

func TestN2_TheMailLogShowsWhatBecameOfMailAndNoText(t *testing.T) {
	each(t, func(p *post) {
		p.server.Misbehave(mailtest.PermanentRecipient)
		p.now.Advance(time.Second) // after the mails of the world
		must(p.t, p.queue(p.letter()))
		p.drain(p.runner(p.smtp(p.server.Addr)))
		list, err := notify.Log(ctx, p.DB, tenantID, p.client)
		must(p.t, err)
		if len(list) == 0 || list[0].State != "failed" || !strings.Contains(list[0].Error, "no such user") || list[0].Address != "jan@post.example" || list[0].Purpose != "documents" {
			p.t.Errorf("%+v", list)
		}
		for who, client := range map[string]struct{ tenant, client string }{"another client": {tenantID, "none"}, "another tenant": {"notaris", p.client}} {
			if list, err := notify.Log(ctx, p.DB, client.tenant, client.client); err != nil || len(list) != 0 {
				p.t.Errorf("%s: %+v, %v", who, list, err)
			}
		}
	})
}
