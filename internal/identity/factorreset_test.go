package identity_test

import (
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/clock"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

func TestN46_StaffDropFactorsByTwoPersonsAndADay(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		account, client := a.Scope().Account(), a.Scope().Client()
		asker, boss := w.Staff(t, "notaris", office), w.Staff(t, "notaris", "Bea Beheer")
		if err := w.Identity.AskReset(ctx, asker, client, account, "was here"); !errs.Is(err, errs.Conflict) {
			t.Errorf("without a factor: %v", err)
		}
		withSMS(t, w, a, now)
		for _, bad := range []string{"", " ", strings.Repeat("a", 1001)} {
			if f := errs.FieldsOf(w.Identity.AskReset(ctx, asker, client, account, bad)); len(f) != 1 || f[0].Name != "ground" {
				t.Errorf("a ground of %d signs: %v", len(bad), f)
			}
		}
		if err := w.Identity.ConfirmReset(ctx, boss, client, account); !errs.Is(err, errs.NotFound) {
			t.Errorf("confirmed what nobody asked: %v", err)
		}
		must(t, w.Identity.AskReset(ctx, asker, client, account, "was op kantoor, paspoort gezien"))
		must(t, w.Identity.AskReset(ctx, asker, client, account, "een tweede klik"))
		if err := w.Identity.ConfirmReset(ctx, asker, client, account); !errs.Is(err, errs.Forbidden) {
			t.Errorf("confirmed by who is no administrator: %v", err)
		}
		now.Advance(48 * time.Hour)
		w.Work(t)
		step := func() identity.Outcome {
			out, err := login(w, t, "notaris", email, world.Password, "")
			must(t, err)
			return out
		}
		if step().Step == "" {
			t.Error("one person dropped the factor")
		}
		must(t, w.Identity.ConfirmReset(ctx, boss, client, account))
		must(t, w.Identity.ConfirmReset(ctx, boss, client, account))
		told(t, w, "Over 24 uur doen wij dat")
		now.Advance(identity.ResetDelay - time.Second)
		w.Work(t)
		if step().Step == "" {
			t.Error("it is dropped before the day is over")
		}
		now.Advance(time.Second)
		w.Work(t)
		if out := step(); out.Session == "" {
			t.Errorf("it is not dropped: %+v", out)
		}
		told(t, w, "is gewist, zoals aan ons is gevraagd")
		if list, err := w.Identity.ResetsOf(ctx, boss, client); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestN46_WhatWaitsForASecondPersonIsListedForHim(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		withSMS(t, w, a, now)
		account, client := a.Scope().Account(), a.Scope().Client()
		asker, boss := w.Staff(t, "notaris", office), w.Staff(t, "notaris", "Bea Beheer")
		waits := func(who access.Staff) int {
			t.Helper()
			list, err := w.Identity.ResetsToConfirm(ctx, who)
			must(t, err)
			for _, r := range list {
				if r.Account != account || r.Client != client || r.Name == "" || r.ClientName == "" || r.Ground != "belde" {
					t.Errorf("%+v", r)
				}
			}
			if n, err := w.Identity.CountResetsToConfirm(ctx, who); err != nil || n != len(list) {
				t.Errorf("%d are counted, %d listed: %v", n, len(list), err)
			}
			return len(list)
		}
		if n := waits(boss); n != 0 {
			t.Errorf("%d wait before anybody asked", n)
		}
		must(t, w.Identity.AskReset(ctx, asker, client, account, "belde"))
		if n := waits(boss); n != 1 {
			t.Errorf("%d wait", n)
		}
		for _, name := range []string{office, "Ada Controle"} {
			if _, err := w.Identity.ResetsToConfirm(ctx, w.Staff(t, "notaris", name)); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s sees it: %v", name, err)
			}
		}
		must(t, w.Identity.ConfirmReset(ctx, boss, client, account))
		if n := waits(boss); n != 0 {
			t.Errorf("%d wait after the second person", n)
		}
		must(t, w.Identity.WithdrawReset(ctx, asker, client, account))
		must(t, w.Identity.AskReset(ctx, boss, client, account, "belde"))
		if n := waits(boss); n != 0 {
			t.Errorf("%d wait for who asked himself", n)
		}
	})
}

func TestN46_WhoAsksDoesNotConfirm(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		withSMS(t, w, a, now)
		account, client := a.Scope().Account(), a.Scope().Client()
		boss := w.Staff(t, "notaris", "Bea Beheer")
		must(t, w.Identity.AskReset(ctx, boss, client, account, "belde"))
		if err := w.Identity.ConfirmReset(ctx, boss, client, account); !errs.Is(err, errs.Conflict) {
			t.Errorf("confirmed by who asked: %v", err)
		}
		list, err := w.Identity.ResetsOf(ctx, boss, client)
		must(t, err)
		if len(list) != 1 || !list[0].Own || list[0].Ground != "belde" || list[0].DueAt != nil {
			t.Errorf("%+v", list)
		}
		other := w.Client(t, "notaris", "de heer P. van Houten").Scope()
		if err := w.Identity.WithdrawReset(ctx, boss, other.Client(), account); !errs.Is(err, errs.NotFound) {
			t.Errorf("under another client: %v", err)
		}
		if err := w.Identity.AskReset(ctx, w.Staff(t, "notaris", "Ada Controle"), client, account, "x"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an auditor asks: %v", err)
		}
	})
}

func TestN46_AResetEndsWhenItIsWithdrawnOrTheOwnerHasHisFactor(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		_, a := entered(t, w)
		codes := withSMS(t, w, a, now)
		account, client := a.Scope().Account(), a.Scope().Client()
		asker, boss := w.Staff(t, "notaris", office), w.Staff(t, "notaris", "Bea Beheer")
		ask := func() {
			must(t, w.Identity.AskReset(ctx, asker, client, account, "belde"))
			must(t, w.Identity.ConfirmReset(ctx, boss, client, account))
		}
		stays := func(what string) {
			t.Helper()
			now.Advance(identity.ResetDelay + time.Hour)
			w.Work(t)
			if out, err := login(w, t, "notaris", email, world.Password, ""); err != nil || out.Step == "" {
				t.Errorf("%s: the factor is dropped: %v", what, err)
			}
		}
		ask()
		must(t, w.Identity.WithdrawReset(ctx, asker, client, account))
		must(t, w.Identity.WithdrawReset(ctx, asker, client, account))
		stays("withdrawn")
		ask()
		now.Advance(time.Minute)
		out, err := login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		_, err = finish(w, t, out.Step, identity.Recovery, codes[0])
		must(t, err)
		if list, err := w.Identity.ResetsOf(ctx, boss, client); err != nil || len(list) != 1 {
			t.Errorf("a recovery code ended it: %+v, %v", list, err)
		}
		now.Advance(time.Minute)
		out, err = login(w, t, "notaris", email, world.Password, "")
		must(t, err)
		_, err = finish(w, t, out.Step, identity.SMS, codeOf(t, w))
		must(t, err)
		stays("logged in with the factor")
	})
}
