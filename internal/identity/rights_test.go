package identity_test

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

// company is one whose head gives its people rights.
type company struct {
	*worldtest.World
	t      *testing.T
	head   access.Client
	client string
	kim    string
}

// companies runs a test in an office where companies choose rights, in steps or not.
func companies(t *testing.T, f func(t *testing.T, c company, now *clock.Manual)) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		c := company{World: w, t: t}
		c.rule(tenant.UserRule{Rights: true, Wizard: true})
		must(t, w.DB.QueryRow(ctx, `select client_id, id from account where tenant_id = 'notaris' and email_key = 'kim@bakkerijsmit.example'`).Scan(&c.client, &c.kim))
		c.head = c.as("directie@bakkerijsmit.example")
		f(t, c, now)
	})
}

func (c company) rule(r tenant.UserRule) {
	c.t.Helper()
	must(c.t, c.Tenants.Edit(ctx, c.Staff(c.t, "notaris", "Bea Beheer"), c.Tenant(c.t, "notaris").Version, "accounts", func(e *tenant.Edition) error {
		e.Settings.Users = r
		return nil
	}))
}

// as logs somebody in.
func (c company) as(address string) access.Client {
	c.t.Helper()
	out, err := login(c.World, c.t, "notaris", address, world.Password, "")
	must(c.t, err)
	a, _ := access.AsClient(load(c.t, c.World, access.Portal, out.Session))
	return a
}

func (c company) give(rights string) {
	c.t.Helper()
	must(c.t, c.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `update account set rights = $2 where tenant_id = 'notaris' and id = $1`, c.kim, rights)
		return err
	}))
}

func (c company) accounts() int {
	c.t.Helper()
	n, err := db.One(ctx, c.DB, db.Value[int], `select count(*) from account where tenant_id = 'notaris'`)
	must(c.t, err)
	return n
}

// A17: of two hundred who confirm at once one makes the user, and all hear that it is made.
func TestA17_TheLastStepMakesOneUserHoweverOftenItIsPressed(t *testing.T) {
	companies(t, func(t *testing.T, c company, _ *clock.Manual) {
		had := c.accounts()
		must(t, c.Identity.DraftExtra(ctx, c.head, "d1", "Piet", "piet@bakkerijsmit.example"))
		must(t, c.Identity.DraftRights(ctx, c.head, "d1", []string{"dossiers:see"}))
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				if d, err := c.Identity.MakeExtra(ctx, c.head, "d1"); err != nil || d.Email != "piet@bakkerijsmit.example" {
					t.Errorf("%q: %v", d.Email, err)
				}
			})
		}
		wg.Wait()
		if n := c.accounts() - had; n != 1 {
			t.Errorf("%d users", n)
		}
		if n := len(mails(t, c.World, "piet@bakkerijsmit.example")); n != 1 {
			t.Errorf("%d invitations", n)
		}
	})
}

// A17: what is not confirmed is forgotten after a day, and of one maker only so many wait.
func TestA17_WhatIsNotConfirmedIsForgotten(t *testing.T) {
	companies(t, func(t *testing.T, c company, now *clock.Manual) {
		drafts := func() int {
			n, err := db.One(ctx, c.DB, db.Value[int], `select count(*) from account_draft`)
			must(t, err)
			return n
		}
		for n := range 15 {
			now.Advance(time.Second)
			must(t, c.Identity.DraftExtra(ctx, c.head, "d"+string(rune('a'+n)), "Piet", "piet@bakkerijsmit.example"))
		}
		if n := drafts(); n != 10 {
			t.Errorf("%d wait", n)
		}
		if _, err := c.Identity.DraftOf(ctx, c.head, "do"); err != nil {
			t.Errorf("the last one: %v", err)
		}
		sealed, err := db.One(ctx, c.DB, db.Value[[]byte], `select content from account_draft where id = 'do'`)
		must(t, err)
		if string(sealed) == "" || bytes.Contains(sealed, []byte("piet@")) {
			t.Error("what was typed is readable in the database")
		}
		now.Advance(25 * time.Hour)
		c.head = c.as("directie@bakkerijsmit.example")
		if _, err := c.Identity.DraftOf(ctx, c.head, "do"); !errs.Is(err, errs.NotFound) {
			t.Errorf("a day later: %v", err)
		}
		if _, err := c.Identity.MakeExtra(ctx, c.head, "do"); !errs.Is(err, errs.NotFound) {
			t.Errorf("a day later it is confirmed: %v", err)
		}
		must(t, c.Identity.DraftExtra(ctx, c.head, "new", "Piet", "piet@bakkerijsmit.example"))
		if n := drafts(); n != 1 {
			t.Errorf("%d wait after a day", n)
		}
		for _, id := range []string{"", "a-key-that-is-longer-than-any-that-the-program-makes"} {
			if err := c.Identity.DraftExtra(ctx, c.head, id, "Piet", "piet@bakkerijsmit.example"); !errs.Is(err, errs.Invalid) {
				t.Errorf("with key %q: %v", id, err)
			}
		}
	})
}

// A18, A21: each operation asks for the right itself, for proof, and for no more than one has.
func TestA18_A21_EachOperationRefusesWhomItMust(t *testing.T) {
	companies(t, func(t *testing.T, c company, now *clock.Manual) {
		kim := c.as("kim@bakkerijsmit.example")
		change := func(a access.Client, id, was string, ticked ...string) error {
			return c.Identity.ChangeExtra(ctx, a, id, identity.NewRights{Name: "Kim Smit", Was: was, Ticked: ticked})
		}
		_, made := c.Identity.MakeExtra(ctx, kim, "d1")
		for what, err := range map[string]error{
			"change": change(kim, c.kim, "", "dossiers:see"), "draft": c.Identity.DraftExtra(ctx, kim, "d1", "Piet", "piet@x.nl"),
			"draft rights": c.Identity.DraftRights(ctx, kim, "d1", []string{"dossiers:see"}), "make": made,
			"list": second(c.Identity.Extras(ctx, kim)), "one": second(c.Identity.Extra(ctx, kim, c.kim)),
			"remove": c.Identity.RemoveExtra(ctx, kim, c.kim), "resend": c.Identity.ResendExtra(ctx, kim, c.kim, "k"),
			"invite": second(c.Identity.InviteExtra(ctx, kim, "k", "Piet", "piet@x.nl")),
		} {
			if !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s without the right: %v", what, err)
			}
		}
		all := access.ExtraRights.String()
		must(t, change(c.head, c.kim, all, "dossiers:see", "users:manage"))
		kim = c.as("kim@bakkerijsmit.example")
		// He lacks messages: what another has of them he leaves, and he gives nobody any.
		bas, err := db.One(ctx, c.DB, db.Value[string], `select id from account where tenant_id = 'notaris' and email_key = 'bas@bakkerijsmit.example'`)
		must(t, err)
		if err := change(kim, bas, all, "messages:see"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("what he lacks: %v", err)
		}
		if err := change(kim, bas, all); errs.FieldsOf(err) == nil {
			t.Errorf("messages without dossiers: %v", err)
		}
		must(t, change(kim, bas, all, "dossiers:see", "users:manage"))
		if got, _ := c.Identity.Extra(ctx, c.head, bas); got.Rights != access.ExtraRights|access.ManageUsers {
			t.Errorf("after that he may %q", got.Rights)
		}
		must(t, c.Identity.DraftExtra(ctx, kim, "d2", "Piet", "piet@bakkerijsmit.example"))
		must(t, c.Identity.DraftRights(ctx, kim, "d2", []string{"dossiers:see", "users:manage"}))
		must(t, change(c.head, c.kim, "dossiers:see users:manage", "users:manage"))
		kim = c.as("kim@bakkerijsmit.example")
		if _, err := c.Identity.MakeExtra(ctx, kim, "d2"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("rights that he no longer has: %v", err)
		}
		now.Advance(identity.ManageWithin + time.Second)
		must(t, c.Identity.DraftExtra(ctx, c.head, "d3", "Piet", "piet@bakkerijsmit.example"))
		must(t, c.Identity.DraftRights(ctx, c.head, "d3", []string{"dossiers:see"}))
		for what, err := range map[string]error{"change": change(c.head, c.kim, "users:manage", "dossiers:see"), "make": second(c.Identity.MakeExtra(ctx, c.head, "d3"))} {
			if !errs.Is(err, errs.Unproved) {
				t.Errorf("%s without recent proof: %v", what, err)
			}
		}
	})
}

// A16: a person has no users, so that nobody of his can be given the right to manage them.
func TestA16_StaffGiveNobodyOfAPersonTheRightOverUsers(t *testing.T) {
	companies(t, func(t *testing.T, c company, _ *clock.Manual) {
		staff := c.Staff(t, "notaris", office)
		person, err := db.One(ctx, c.DB, db.Value[string], `select client_id from account where tenant_id = 'notaris' and email_key = $1`, email)
		must(t, err)
		id, err := c.Identity.Invite(ctx, staff, "k", identity.NewAccount{Client: person, Name: "Zoon", Email: "zoon@post.example", Role: access.RoleExtra})
		must(t, err)
		change := func(client, id string, ticked ...string) error {
			return c.Identity.ChangeRights(ctx, staff, client, id, identity.NewRights{Name: "Zoon", Was: access.ExtraRights.String(), Ticked: ticked})
		}
		if err := change(person, id, "users:manage"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("of a person: %v", err)
		}
		must(t, change(person, id, "dossiers:see"))
		must(t, change(c.client, c.kim, "users:manage"))
		if err := change(c.client, id, "dossiers:see"); !errs.Is(err, errs.NotFound) {
			t.Errorf("of another client: %v", err)
		}
		if err := c.Identity.ChangeRights(ctx, c.Staff(t, "notaris", "Ada Controle"), c.client, c.kim, identity.NewRights{Name: "Kim"}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("by an auditor: %v", err)
		}
	})
}

// A20: what is unread counts as far as it may be seen.
func TestA20_TheCounterTellsNothingOfWhatMayNotBeSeen(t *testing.T) {
	companies(t, func(t *testing.T, c company, _ *clock.Manual) {
		out, err := login(c.World, t, "notaris", "kim@bakkerijsmit.example", world.Password, "")
		must(t, err)
		must(t, c.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `delete from unread where tenant_id = 'notaris' and account_id = $1`, c.kim); err != nil {
				return err
			}
			for n, kind := range []string{"document", "message", "message"} {
				_, err := tx.Exec(ctx, `insert into unread (tenant_id, account_id, client_id, kind, object_id, dossier_id, tab, at)
					select d.tenant_id, $1, $5, $2, $3, min(d.id), 'messages', $4 from dossier d where d.tenant_id = 'notaris' group by d.tenant_id`, c.kim, kind, string(rune('a'+n)), tx.Now(), c.client)
				if err != nil {
					return err
				}
			}
			return nil
		}))
		for rights, want := range map[string]int{access.ExtraRights.String(): 3, "dossiers:see": 1, "users:manage": 0, "": 0, "messages:see": 0} {
			c.give(rights)
			s, err := authn.Load(ctx, c.DB, "notaris", limits, access.Portal, out.Session, "")
			must(t, err)
			if s.Unread != want {
				t.Errorf("with %q: %d, want %d", rights, s.Unread, want)
			}
		}
	})
}
