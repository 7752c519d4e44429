package dossier_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/i18n"
	"voordeur/internal/identity"
	"voordeur/internal/mail/mailtest"
	"voordeur/internal/tenant"
	"voordeur/internal/world/worldtest"
)

// timed is the town with a clock that stands still until it is moved.
type timed struct {
	town
	now *clock.Manual
}

// inTime begins on a Tuesday at half past nine.
func inTime(t *testing.T, f func(context.Context, timed)) {
	t.Helper()
	dbtest.EachWith(t, func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := worldtest.Build(t, d, "gemeente")
		f(context.Background(), timed{town{w, t, w.Client(t, "gemeente", "mevrouw A. Yilmaz"), w.Staff(t, "gemeente", "Noor Bakker"), w.Staff(t, "gemeente", "Ro Beheer")}, now})
	}, func() *clock.Manual { return clock.NewManual(time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC)) })
}

// after lets time pass, and returns the mails of what happened that an account has by then.
func (w timed) after(d time.Duration, email string) []mailtest.Letter {
	w.Helper()
	w.now.Advance(d)
	w.Work(w.T)
	var out []mailtest.Letter
	for _, l := range mailtest.Outbox(w.T, filepath.Clean(w.Outbox)) {
		if l.To == email && l.Header.Get("List-Unsubscribe") != "" {
			out = append(out, l)
		}
	}
	return out
}

// asks has the resident be mailed.
func (w timed) asks(ctx context.Context, daily bool) (email string) {
	w.Helper()
	w.must(w.Identity.SetNotify(ctx, w.me, []string{"all"}, daily))
	w.must(w.DB.QueryRow(ctx, `select email from account where tenant_id = 'gemeente' and id = $1`, w.me.Scope().Account()).Scan(&email))
	return email
}

// document puts one that nobody sees yet into a dossier.
func (w timed) document(ctx context.Context, number, name string) string {
	w.Helper()
	_, err := w.Dossiers.Receive(ctx, w.handler.Scope(), w.dossier(number), dossier.NewUpload{FileName: name, Category: dossier.Documents, Type: "besluit"}, strings.NewReader(drawing))
	w.must(err)
	w.Work(w.T)
	id, err := db.One(ctx, w.DB, db.Value[string], `select id from document where tenant_id = 'gemeente' and file_name = $1`, name)
	w.must(err)
	return id
}

func (w timed) show(ctx context.Context, number, doc string, on bool) {
	w.Helper()
	w.must(w.Dossiers.Show(ctx, w.handler, w.dossier(number), doc, on))
	w.Work(w.T)
}

// points are what a mail lists.
func points(l mailtest.Letter) []string {
	var out []string
	for line := range strings.Lines(l.Text) {
		if p, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok && p != "" {
			out = append(out, p)
		}
	}
	return out
}

const theCase, otherCase = "Z-2026-0117", "Z-2026-0131"

func TestE9_TheFirstChangeIsMailedAtOnceAndMoreWithinFiveMinutesTogether(t *testing.T) {
	inTime(t, func(ctx context.Context, w timed) {
		a, b := w.document(ctx, theCase, "a.pdf"), w.document(ctx, theCase, "b.pdf")
		email := w.asks(ctx, false)
		w.show(ctx, theCase, a, true)
		all := w.after(0, email)
		if len(all) != 1 || !strings.Contains(all[0].Subject, "Er staat een document voor u klaar") || len(points(all[0])) != 0 || !strings.Contains(all[0].Text, "/dossiers/"+w.dossier(theCase)) {
			t.Fatalf("the first change: %v", all)
		}
		w.show(ctx, theCase, b, true)
		w.must(w.set(ctx, theCase, dossier.Status{Key: "aanvullen", Note: "Geheime reden"}))
		w.must(w.set(ctx, otherCase, dossier.Status{Key: "in-behandeling"}))
		w.show(ctx, theCase, a, false)
		if n := len(w.after(4*time.Minute+59*time.Second, email)); n != 1 {
			t.Fatalf("within the five minutes: %d mails", n)
		}
		all = w.after(time.Second, email)
		if len(all) != 2 {
			t.Fatalf("after five minutes: %d mails", len(all))
		}
		got := all[1]
		if !slices.Equal(points(got), []string{"een andere status, in 2 zaken", "een nieuw document", "een document dat is weggehaald"}) || !strings.Contains(got.Text, "in 2 zaken:") || got.Subject != "Er is nieuws voor u bij Gemeente Waterland aan Zee" {
			t.Errorf("together: %s\n%s", got.Subject, got.Text)
		}
		for _, secret := range []string{"Geheim", "a.pdf", "b.pdf", theCase, "dakkapel"} {
			if strings.Contains(got.Text+got.HTML+got.Subject, secret) {
				t.Errorf("the mail holds %q", secret)
			}
		}
		// Nothing more comes of it, and the next change is alone again.
		if n := len(w.after(time.Hour, email)); n != 2 {
			t.Errorf("an hour later: %d mails", n)
		}
		w.must(w.set(ctx, theCase, dossier.Status{Key: "in-behandeling"}))
		if all = w.after(0, email); len(all) != 3 || !strings.Contains(all[2].Text, "een andere status") || len(points(all[2])) != 0 {
			t.Errorf("another one: %d mails", len(all))
		}
	})
}

// What was taken back, became too confidential or is not wanted any more before the mail goes is in no mail.
func TestE9_WhatWasWithdrawnMeanwhileIsInNoMail(t *testing.T) {
	for name, undo := range map[string]func(ctx context.Context, w timed, doc string){
		"the document": func(ctx context.Context, w timed, doc string) { w.show(ctx, theCase, doc, false) },
		"its rank": func(ctx context.Context, w timed, doc string) {
			w.must(w.Dossiers.SetRank(ctx, w.handler, w.dossier(theCase), doc, dossiertype.Confidential))
		},
		"the dossier": func(ctx context.Context, w timed, _ string) {
			w.must(w.Dossiers.Publish(ctx, w.handler, w.dossier(theCase), false))
		},
		"the type": func(ctx context.Context, w timed, _ string) {
			w.change(ctx, "omgevingsvergunning", func(d *dossiertype.Definition) { d.Portal = false })
		},
		"the wish": func(ctx context.Context, w timed, _ string) { w.must(w.Identity.SetNotify(ctx, w.me, nil, false)) },
		"the party": func(ctx context.Context, w timed, _ string) {
			w.must(w.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `delete from dossier_party where tenant_id = 'gemeente' and dossier_id = $1`, w.dossier(theCase))
				return err
			}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			inTime(t, func(ctx context.Context, w timed) {
				doc, email := w.document(ctx, theCase, "a.pdf"), w.asks(ctx, false)
				w.must(w.set(ctx, otherCase, dossier.Status{Key: "in-behandeling"}))
				before := len(w.after(0, email))
				w.show(ctx, theCase, doc, true)
				undo(ctx, w, doc)
				if n := len(w.after(time.Hour, email)) - before; before != 1 || n != 0 {
					t.Errorf("%d mails, then %d", before, n)
				}
			})
		})
	}
}

// One who asked for nothing is mailed of nothing, also of what happened before he asked.
func TestE9_WhoAskedForNothingIsMailedOfNothing(t *testing.T) {
	inTime(t, func(ctx context.Context, w timed) {
		w.must(w.Identity.SetNotify(ctx, w.me, nil, true))
		w.must(w.set(ctx, theCase, dossier.Status{Key: "aanvullen"}))
		w.Work(t)
		email := w.asks(ctx, false)
		if n := len(w.after(48*time.Hour, email)); n != 0 {
			t.Errorf("%d mails", n)
		}
	})
}

func TestE9_OnceADayIsAtNineInTheMorningAndNeverOfNothing(t *testing.T) {
	inTime(t, func(ctx context.Context, w timed) {
		email := w.asks(ctx, true)
		w.must(w.set(ctx, theCase, dossier.Status{Key: "aanvullen"})) // at half past nine
		doc := w.document(ctx, theCase, "a.pdf")
		w.show(ctx, theCase, doc, true)
		if n := len(w.after(23*time.Hour+29*time.Minute, email)); n != 0 {
			t.Fatalf("before nine: %d mails", n)
		}
		all := w.after(time.Minute, email)
		if len(all) != 1 || !slices.Equal(points(all[0]), []string{"een andere status", "een nieuw document"}) {
			t.Fatalf("at nine: %v", all)
		}
		if n := len(w.after(3*24*time.Hour, email)); n != 1 {
			t.Errorf("days without news: %d mails", n)
		}
		// What waits goes at once for who wants that from now on.
		w.must(w.set(ctx, theCase, dossier.Status{Key: "in-behandeling"}))
		if n := len(w.after(time.Minute, email)); n != 1 {
			t.Errorf("it was not kept for nine: %d", n)
		}
		w.must(w.Identity.SetNotify(ctx, w.me, []string{"all"}, false))
		if n := len(w.after(0, email)); n != 2 {
			t.Errorf("at once from now on: %d", n)
		}
		if n := len(w.after(48*time.Hour, email)); n != 2 {
			t.Errorf("and once more at nine: %d", n)
		}
	})
}

// A program that stops before the mail goes loses nothing: another one sends it, once.
func TestE9_WhatWaitsSurvivesAProgramThatStopsAndIsMailedOnce(t *testing.T) {
	inTime(t, func(ctx context.Context, w timed) {
		email := w.asks(ctx, false)
		w.must(w.set(ctx, theCase, dossier.Status{Key: "aanvullen"}))
		w.must(w.set(ctx, otherCase, dossier.Status{Key: "in-behandeling"})) // nothing of either has run
		waiting, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from job where kind = $1 and done_at is null`, identity.JobNews)
		w.must(err)
		if all := w.after(7*24*time.Hour, email); waiting < 2 || len(all) != 1 || len(points(all[0])) != 1 {
			t.Errorf("%d jobs, %d mails", waiting, len(all))
		}
	})
}

// Nine o'clock is nine on the office's clock, the day it goes forward and the day it goes back.
func TestE9_NineIsNineInSummerAndInWinter(t *testing.T) {
	for from, want := range map[string]string{
		"2026-03-28T08:00:00Z": "2026-03-29T07:00:00Z", // summer begins that night
		"2026-10-24T07:00:00Z": "2026-10-25T08:00:00Z", // it ends
		"2026-11-24T07:59:59Z": "2026-11-24T08:00:00Z",
		"2026-11-24T08:00:00Z": "2026-11-25T08:00:00Z",
		"2026-12-31T12:00:00Z": "2027-01-01T08:00:00Z",
	} {
		at, err := time.Parse(time.RFC3339, from)
		if got := i18n.NextHour(at, identity.DailyHour).UTC().Format(time.RFC3339); err != nil || got != want {
			t.Errorf("after %s: %s, want %s", from, got, want)
		}
	}
}

// An employee hears of several cases in one mail, and of none that he has looked at meanwhile.
func TestE9_D35_NoticesOfSeveralCasesAreOneMail(t *testing.T) {
	inTime(t, func(ctx context.Context, w timed) {
		sent := func() (one, several int) {
			w.Work(t)
			w.must(w.DB.QueryRow(ctx, `select count(case when purpose = 'notice' then 1 end), count(case when purpose = 'notices' then 1 end) from mail where tenant_id = 'gemeente' and account_id = $1`,
				w.handler.Scope().Account()).Scan(&one, &several))
			return one, several
		}
		deliver := func(number string) {
			w.rule(ctx, tenant.UploadRule{Routes: []string{tenant.InDossier}})
			w.must(w.Dossiers.Deliver(ctx, w.me, w.dossier(number), rand.Text(), dossier.Delivery{Uploads: []string{w.upload(ctx, w.me, w.dossier(number), "x.pdf")}, Title: "Gevel"}))
			w.Work(t)
		}
		read := func() {
			w.must(w.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `update notice set read_at = $1 where read_at is null`, tx.Now())
				return err
			}))
		}
		read()
		w.must(w.Identity.SetNoticeMail(ctx, w.handler, identity.Directly))
		deliver(theCase)
		if one, several := sent(); one != 1 || several != 0 {
			t.Fatalf("the first: %d and %d", one, several)
		}
		read()
		deliver(theCase)
		deliver(otherCase)
		w.now.Advance(5 * time.Minute)
		if one, several := sent(); one != 1 || several != 1 {
			t.Errorf("of two cases within five minutes: %d and %d", one, several)
		}
		read()
		deliver(theCase)
		read()
		w.now.Advance(time.Hour)
		if one, several := sent(); one != 1 || several != 1 {
			t.Errorf("of what he has read: %d and %d", one, several)
		}
		w.must(w.Identity.SetNoticeMail(ctx, w.handler, identity.Daily))
		deliver(theCase)
		w.now.Advance(6 * time.Hour)
		if one, several := sent(); one != 1 || several != 1 {
			t.Errorf("once a day, before nine: %d and %d", one, several)
		}
		w.now.Advance(24 * time.Hour)
		if one, several := sent(); one != 2 || several != 1 {
			t.Errorf("once a day: %d and %d", one, several)
		}
	})
}
