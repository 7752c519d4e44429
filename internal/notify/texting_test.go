package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"voordeur/internal/db"
	"voordeur/internal/i18n"
	"voordeur/internal/jobs"
	"voordeur/internal/notify"
	"voordeur/internal/sms"
	"voordeur/internal/sms/smstest"
)

// texts returns what works the queue of text messages through a provider.
func (p *post) texts(s sms.Sender) *jobs.Runner {
	r := jobs.New(p.DB, discard, map[string]jobs.Func{})
	r.Aside(notify.JobText, notify.Texters, notify.TextJob(p.DB, p.keyOf, s))
	return r
}

func (p *post) provider(g *smstest.Gateway) sms.Provider {
	p.t.Helper()
	c := g.Config()
	c.Clock = p.now
	s, err := sms.Open(c)
	must(p.t, err)
	return s
}

// kept is what is kept of the message that was queued last.
type kept struct {
	id, state, why, reference string
	content                   []byte
}

func (p *post) kept() kept {
	p.t.Helper()
	var k kept
	must(p.t, p.DB.QueryRow(ctx, `select id, state, why, reference, content from sms order by created_at desc, id limit 1`).Scan(&k.id, &k.state, &k.why, &k.reference, &k.content))
	return k
}

// until works the queue for as long as a message is worth something, and a little longer.
func (p *post) until(r *jobs.Runner) {
	p.t.Helper()
	for range 4 {
		p.now.Advance(3 * time.Minute)
		p.drain(r)
	}
}

// rich is an organisation that does not look at how many it sends.
func (p *post) rich() {
	p.t.Helper()
	must(p.t, p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `delete from sms_count`)
		return err
	}))
}

// However a gateway misbehaves, and whether it comes back or not: no message is lost, none is sent twice,
// and of each it is known what became of it.
func TestG18_NoTextIsLostAndNoneIsSentTwice(t *testing.T) {
	each(t, func(p *post) {
		for _, provider := range []string{"cm", "http"} { // one that does not know a message again, and one that does
			for n, manner := range smstest.Manners {
				for _, back := range []bool{true, false} {
					if !back && fate(provider, manner, true) == fate(provider, manner, false) {
						continue
					}
					what := fmt.Sprintf("%s %s, back %v", provider, manner, back)
					p.rich()
					p.now.Advance(time.Second)
					g := smstest.Start(t, provider)
					g.Now(manner)
					r := p.texts(p.provider(g))
					must(t, p.text(fmt.Sprintf("06 1%07d", n), code))
					p.drain(r)
					if back {
						g.Now(smstest.Well)
					}
					p.until(r)
					k := p.kept()
					if want := fate(provider, manner, back); k.state != want || k.content != nil {
						t.Errorf("%s: it is %s (%s), should be %s; text kept: %v", what, k.state, k.why, want, k.content != nil)
					}
					took := len(g.Took())
					if took > 1 || (k.state == "accepted") && took != 1 || (k.state == "failed" || k.state == "expired") && took != 0 {
						t.Errorf("%s: %s, and sent %d times", what, k.state, took)
					}
				}
			}
		}
		p.count(0, "jobs")
	})
}

// fate is what becomes of a message with a gateway that misbehaves, and may come back.
func fate(provider string, manner smstest.Manner, back bool) string {
	switch {
	case manner == smstest.Well, provider == "http" && (manner == smstest.Garbage || manner == smstest.Empty):
		return "accepted"
	case manner == smstest.Refuses:
		return "failed"
	case !manner.Took() && back, provider == "http" && back:
		return "accepted"
	case !manner.Took():
		return "expired"
	}
	return "unknown"
}

// A program that is killed before, while or after it hands a message over: the next one does not send it
// a second time.
func TestG18_AKillInTheMiddleSendsNothingTwice(t *testing.T) {
	each(t, func(p *post) {
		for n, c := range []struct {
			provider, when, want string
			took                 int
		}{
			{"cm", "before", "unknown", 0}, // which nobody can tell from the next
			{"cm", "after", "unknown", 1},
			{"http", "before", "accepted", 1},
			{"http", "after", "accepted", 1},
		} {
			p.now.Advance(time.Second)
			g := smstest.Start(t, c.provider)
			s := p.provider(g)
			must(t, p.text(fmt.Sprintf("06 1%07d", n), code))
			dies := sms.Sender(s)
			if c.when == "before" {
				dies = dead{s}
			}
			p.claimAndDie(dies)
			if k := p.kept(); k.state != "sending" {
				t.Errorf("%s, killed %s: it is %s", c.provider, c.when, k.state)
			}
			r := p.texts(s)
			p.drain(r)
			if k := p.kept(); k.state != "sending" {
				t.Errorf("%s, killed %s: taken over before its lease ended", c.provider, c.when)
			}
			p.now.Advance(2 * time.Minute)
			p.drain(r)
			if k := p.kept(); k.state != c.want || len(g.Took()) != c.took {
				t.Errorf("%s, killed %s: it is %s, sent %d times", c.provider, c.when, k.state, len(g.Took()))
			}
			p.rich()
		}
	})
}

// dead never comes to hand a message over.
type dead struct{ sms.Sender }

func (dead) Send(context.Context, sms.Message) (string, error) { panic("killed") }

// claimAndDie does the job of the last message as a program that is killed before it writes the end.
func (p *post) claimAndDie(s sms.Sender) {
	p.t.Helper()
	id := p.kept().id
	payload, err := json.Marshal(id)
	must(p.t, err)
	must(p.t, p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update job set attempt = 1, lease_until = $2 where payload = $1`, string(payload), db.At(tx.Now().Add(time.Minute)))
		return err
	}))
	defer func() { _ = recover() }()
	_, err = notify.TextJob(p.DB, p.keyOf, s)(ctx, jobs.Job{Tenant: tenantID, Kind: notify.JobText, Payload: payload, Attempt: 1})
	must(p.t, err)
}

// Several programs that work one queue send each message once.
func TestG18_SeveralProgramsSendEachTextOnce(t *testing.T) {
	each(t, func(p *post) {
		g := smstest.Start(t, "cm")
		for n := range 10 {
			must(t, p.text(fmt.Sprintf("06 1%07d", n), code))
		}
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { _, _ = p.texts(p.provider(g)).Drain(ctx) })
		}
		all.Wait()
		p.until(p.texts(p.provider(g)))
		if got := len(g.Took()); got != 10 {
			t.Errorf("sent %d times", got)
		}
		if n, err := db.One(ctx, p.DB, db.Value[int], `select count(*) from sms where state = 'accepted' and content is null`); err != nil || n != 10 {
			t.Errorf("%d are accepted, %v", n, err)
		}
	})
}

// A message of which the code has expired is not sent any more; one without a provider ends at once.
func TestN42_AnExpiredTextIsNotSent(t *testing.T) {
	each(t, func(p *post) {
		g := smstest.Start(t, "http")
		must(t, p.text("06 12345678", code))
		p.now.Advance(10 * time.Minute)
		p.drain(p.texts(p.provider(g)))
		if k := p.kept(); k.state != "expired" || k.content != nil || g.Calls() != 0 {
			t.Errorf("%+v, %d calls", k, g.Calls())
		}
		p.now.Advance(time.Second)
		must(t, p.text("06 12345678", code))
		p.drain(p.texts(nil))
		if k := p.kept(); k.state != "failed" || k.why != "not_sent" || k.content != nil {
			t.Errorf("without a provider: %+v", k)
		}
	})
}

// The state of a message only goes forward, whatever is reported of it, how often, and in which order.
func TestReportsTakeATextForwardOnly(t *testing.T) {
	each(t, func(p *post) {
		g := smstest.Start(t, "bird")
		r := p.texts(p.provider(g))
		delivered, failed, accepted := sms.Report{State: sms.Delivered}, sms.Report{State: sms.Failed, Why: sms.Late}, sms.Report{State: sms.Accepted}
		for n, c := range []struct {
			manner  smstest.Manner
			reports []sms.Report
			want    string
		}{
			{smstest.Well, []sms.Report{accepted, delivered, delivered}, "delivered "},
			{smstest.Well, []sms.Report{delivered, failed, accepted}, "delivered "},
			{smstest.Well, []sms.Report{failed, accepted, delivered}, "failed late"},
			{smstest.Lost, []sms.Report{accepted}, "accepted "},
			{smstest.Lost, []sms.Report{delivered}, "delivered "},
			{smstest.Lost, []sms.Report{failed}, "failed late"},
			{smstest.Down, []sms.Report{accepted, failed}, "failed late"}, // it says that it did not take it, and did
			{smstest.Down, []sms.Report{failed}, "waiting not_sent"},      // it says so twice
			{smstest.Down, []sms.Report{delivered}, "delivered "},
		} {
			p.rich()
			p.now.Advance(time.Second)
			g.Now(c.manner)
			must(t, p.text(fmt.Sprintf("06 1%07d", n), code))
			p.drain(r)
			calls := g.Calls()
			for _, report := range c.reports {
				report.Key = p.kept().id
				must(t, notify.Reported(ctx, p.DB, report))
			}
			if k := p.kept(); k.state+" "+k.why != c.want {
				t.Errorf("%s, then %v: %s %s, should be %s", c.manner, c.reports, k.state, k.why, c.want)
			}
			if p.until(r); (c.want == "delivered " || len(c.reports) == 2) && g.Calls() != calls {
				t.Errorf("%s, then %v: it is asked again", c.manner, c.reports)
			}
		}
		for _, nobody := range []sms.Report{{State: sms.Delivered}, {Key: "nobody", State: sms.Delivered}, {Reference: "nobody", State: sms.Failed, Why: sms.Late}} {
			must(t, notify.Reported(ctx, p.DB, nobody))
		}
	})
}

// A provider that names a message in its own way is understood.
func TestAReportByTheProvidersOwnName(t *testing.T) {
	each(t, func(p *post) {
		g := smstest.Start(t, "spryng")
		must(t, p.text("06 12345678", code))
		p.drain(p.texts(p.provider(g)))
		if k := p.kept(); k.reference != "id-1" {
			t.Fatalf("its reference is %q", k.reference)
		}
		must(t, notify.Reported(ctx, p.DB, sms.Report{Reference: "id-1", State: sms.Delivered}))
		if k := p.kept(); k.state != "delivered" {
			t.Errorf("it is %s", k.state)
		}
	})
}

// Neither the number nor the text is in a log or in plain in the database, whatever the gateway says.
func TestTextsAreInNoLog(t *testing.T) {
	each(t, func(p *post) {
		var log bytes.Buffer
		for n, manner := range smstest.Manners {
			p.rich()
			p.now.Advance(time.Second)
			g := smstest.Start(t, "spryng")
			g.Now(manner)
			r := jobs.New(p.DB, slog.New(slog.NewJSONHandler(&log, nil)), map[string]jobs.Func{})
			r.Aside(notify.JobText, 1, notify.TextJob(p.DB, p.keyOf, p.provider(g)))
			must(t, p.text(fmt.Sprintf("06 123456%02d", n), code))
			p.drain(r)
		}
		errors, err := db.All(ctx, p.DB, db.Value[string], `select error || ' ' || payload from job where kind = 'sms.send'`)
		must(t, err)
		for _, secret := range []string{"123456", "482913", smstest.Key, "SPNL"} {
			if strings.Contains(log.String(), secret) || strings.Contains(strings.Join(errors, " "), secret) {
				t.Errorf("%s is in the log or with the job:\n%s\n%s", secret, log.String(), errors)
			}
		}
		if !strings.Contains(log.String(), "spryng") {
			t.Errorf("the log does not say why: %s", log.String())
		}
	})
}

// What became of a message is said in words, in every state that it can have.
func TestEveryStateOfATextIsSaidInWords(t *testing.T) {
	made := db.At(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	later, nextDay := db.At(made.Add(32*time.Minute)), db.At(made.Add(20*time.Hour))
	texts := i18n.For(i18n.NL, nil)
	for _, c := range []struct {
		s     notify.SentText
		after time.Duration
		want  string
	}{
		{notify.SentText{State: "waiting"}, 0, "wacht op verzending"},
		{notify.SentText{State: "sending"}, 0, "wacht op verzending"},
		{notify.SentText{State: "waiting"}, 2 * time.Minute, "nog niet verzonden, wij proberen het opnieuw"},
		{notify.SentText{State: "sending"}, 2 * time.Minute, "nog niet verzonden, wij proberen het opnieuw"},
		{notify.SentText{State: "accepted"}, time.Hour, "verzonden"},
		{notify.SentText{State: "delivered", EndedAt: &later}, time.Hour, "afgeleverd om 10.32 uur"},
		{notify.SentText{State: "delivered", EndedAt: &nextDay}, time.Hour, "afgeleverd op woensdag 25 november 2026"},
		{notify.SentText{State: "failed", Why: sms.NoSuchNumber}, time.Hour, "niet afgeleverd: dit nummer bestaat niet"},
		{notify.SentText{State: "failed", Why: sms.Blocked}, time.Hour, "niet afgeleverd: het netwerk of de ontvanger"},
		{notify.SentText{State: "failed", Why: sms.Refused}, time.Hour, "niet afgeleverd: de sms-dienst nam"},
		{notify.SentText{State: "failed", Why: sms.Late}, time.Hour, "niet afgeleverd: de telefoon stond"},
		{notify.SentText{State: "failed", Why: sms.Undelivered}, time.Hour, "niet afgeleverd: het netwerk kon"},
		{notify.SentText{State: "expired", Why: sms.NotSent}, time.Hour, "niet verzonden: de sms-dienst was niet bereikbaar"},
		{notify.SentText{State: "unknown"}, time.Hour, "wij weten niet of deze sms is verzonden"},
	} {
		c.s.CreatedAt = made
		if got := c.s.StateText(texts, made.Add(c.after)); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s %s is %q", c.s.State, c.s.Why, got)
		}
	}
}
