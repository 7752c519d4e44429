package federation_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/client"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/eid"
	"voordeur/internal/eid/oidc/oidctest"
	"voordeur/internal/errs"
	"voordeur/internal/federation"
	"voordeur/internal/identity"
	"voordeur/internal/mail/mailtest"
	"voordeur/internal/tenant"
	"voordeur/internal/world/worldtest"
)

var ctx = context.Background()

const (
	town     = "gemeente"
	yilmaz   = "mevrouw A. Yilmaz"
	handler  = "Noor Bakker"
	admin    = "Ro Beheer"
	bsn      = "999990019"
	stranger = "999990111"
)

var kept = worldtest.Keep(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), town, "notaris")

// desk is a world with connections to a provider of the test.
type desk struct {
	*worldtest.World
	t   *testing.T
	p   *oidctest.Provider
	f   *federation.Federation
	now *clock.Manual
}

func each(t *testing.T, f func(t *testing.T, d *desk)) {
	kept.Each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		d := &desk{w, t, oidctest.New(t, now.Now), federation.New(w.DB, w.Tenants, w.Identity, slog.New(slog.DiscardHandler), true), now}
		d.entitle("Wabb, artikel 10")
		f(t, d)
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// recently is an employee who has just proved himself.
func (d *desk) recently(name string) access.Staff { return d.Staff(d.t, town, name) }

// entitle says on what ground the town uses the BSN.
func (d *desk) entitle(ground string) {
	d.t.Helper()
	must(d.t, d.Tenants.Edit(ctx, d.recently(admin), d.Tenant(d.t, town).Version, "entry", func(e *tenant.Edition) error {
		e.Settings.BSN = ground
		return nil
	}))
}

// connect makes a connection that is on; change is what differs from the usual.
func (d *desk) connect(means, preset string, change func(*federation.Draft)) string {
	d.t.Helper()
	id, err := d.f.Create(ctx, d.recently(admin), means+preset, federation.Fresh{Means: means, Preset: preset, Name: means})
	must(d.t, err)
	c, err := d.f.Get(ctx, d.recently(admin), id)
	must(d.t, err)
	in := federation.Draft{Name: means, Issuer: d.p.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret, Level: max(c.Level, eid.Basic).String(), Enabled: true, Claims: map[string]string{}, Roles: map[access.Role]string{}}
	if means == federation.Other {
		in.Level = eid.Level(0).String()
	}
	for _, name := range federation.Paths(means) {
		in.Claims[name] = federation.Path(&c.Settings.OIDC.Claims, name).String()
	}
	if change != nil {
		change(&in)
	}
	must(d.t, d.f.Change(ctx, d.recently(admin), id, c.Version, in))
	return id
}

const (
	midden = "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract"
	eh3    = "urn:etoegang:core:assurance-class:loa3"
	eh2    = "urn:etoegang:core:assurance-class:loa2"
	high   = "http://eidas.europa.eu/LoA/high"
)

func citizen(number string) map[string]any {
	return map[string]any{"bsn": number, "acr": midden, "name": "A. Iemand"}
}

func company(number, level, acting string) map[string]any {
	return map[string]any{"urn:etoegang:core:LegalSubjectID": number, "namequalifier": "urn:etoegang:1.9:EntityConcernedID:KvKnr", "urn:etoegang:core:ActingSubjectID": acting, "acr": level}
}

func visitor(origin string) access.Scope { return authn.Nobody(town, origin) }

// gone is somebody who has left for the provider, with what he comes back with.
func (d *desk) gone(id string, in federation.Going, claims map[string]any) federation.Back {
	d.t.Helper()
	face := access.Portal
	if d.office(id) {
		face = access.Office
	}
	if in.Purpose == "" {
		in.Purpose = federation.ToLogin
	}
	if in.Scope == (access.Scope{}) {
		in.Scope = visitor("192.0.2.0/24")
	}
	away, err := d.f.Go(ctx, d.Tenant(d.t, town), face, id, in)
	must(d.t, err)
	return federation.Back{Query: d.p.Authorize(d.t, away.URL, claims), Secret: away.Secret, Scope: in.Scope}
}

func (d *desk) office(id string) bool {
	c, err := d.f.Get(ctx, d.recently(admin), id)
	must(d.t, err)
	return c.Face == access.Office
}

// come logs somebody in.
func (d *desk) come(id string, claims map[string]any) (access.Scope, string, error) {
	d.t.Helper()
	face := access.Portal
	if d.office(id) {
		face = access.Office
	}
	a, err := d.f.Take(ctx, d.Tenant(d.t, town), face, id, d.gone(id, federation.Going{}, claims))
	if err != nil {
		return access.Scope{}, "", err
	}
	s, ok := d.alive(face, a.Outcome.Session)
	if !ok {
		d.t.Fatal("the session does not live")
	}
	return s, a.Outcome.Session, nil
}

func (d *desk) alive(f access.Face, token string) (access.Scope, bool) {
	s, err := authn.Load(ctx, d.DB, town, d.Tenant(d.t, town).Settings.Sessions.Limits(), f, token, "")
	return s.Scope, err == nil
}

// end is the provider that tells that somebody has logged out.
func (d *desk) end(id, token string) error {
	_, err := d.f.End(ctx, d.Tenant(d.t, town), access.Portal, id, federation.Told{Token: token}, "")
	return err
}

func (d *desk) clientOf(name string) string {
	d.t.Helper()
	return d.Client(d.t, town, name).Scope().Client()
}

// count counts an event in the journal.
func (d *desk) count(event string) int {
	d.t.Helper()
	n, err := db.One(ctx, d.DB, db.Value[int], `select count(*) from journal where tenant_id = 'gemeente' and event = $1`, event)
	must(d.t, err)
	return n
}

// dump returns all that stands in a column.
func (d *desk) dump(table, column string) string {
	d.t.Helper()
	rows, err := dbtest.Raw(d.t, d.DB).QueryContext(ctx, "select "+column+" from "+table)
	must(d.t, err)
	defer rows.Close()
	var all strings.Builder
	for rows.Next() {
		var b []byte
		must(d.t, rows.Scan(&b))
		all.Write(b)
	}
	must(d.t, rows.Err())
	return all.String()
}

func TestD8_E2_WhoHasTheNumberSeesItsCases(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		digid := d.connect(federation.DigiD, "digid", nil)
		s, token, err := d.come(digid, citizen(bsn))
		must(t, err)
		if s.Client() != d.clientOf(yilmaz) || s.Account() != d.Login(t, town, yilmaz).ID || s.Means() != "digid+medium" {
			t.Errorf("client %s, account %s, %s", s.Client(), s.Account(), s.Means())
		}
		again, _, err := d.come(digid, citizen(bsn))
		must(t, err)
		if again.Account() != s.Account() || again.Session() == s.Session() {
			t.Error("the second log-in is of another account, or of the same session")
		}
		// A quarter of an hour without a request ends it, though the town allows more (DigiD T14).
		d.now.Advance(authn.Silence - time.Second)
		must(t, d.Identity.Touch(ctx, s))
		d.now.Advance(authn.Silence - time.Second)
		if _, ok := d.alive(access.Portal, token); !ok {
			t.Error("it ended while it was in use")
		}
		d.now.Advance(2 * time.Second)
		if _, ok := d.alive(access.Portal, token); ok {
			t.Error("it goes on after a quarter of an hour of silence")
		}
	})
}

func TestD8_E2_WhoDoesNotGetThereIsNotLoggedIn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		digid := d.connect(federation.DigiD, "digid", nil)
		other := d.connect(federation.EIDAS, "eidas", nil)
		home := d.Tenant(t, town)
		with := func(change func(*federation.Back)) federation.Back {
			b := d.gone(digid, federation.Going{}, citizen(bsn))
			change(&b)
			return b
		}
		used := d.gone(digid, federation.Going{}, citizen(bsn))
		_, err := d.f.Take(ctx, home, access.Portal, digid, used)
		must(t, err)
		late := d.gone(digid, federation.Going{}, citizen(bsn))
		d.now.Advance(identity.AwayLife + time.Second)
		low := citizen(bsn)
		low["acr"] = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
		none := citizen(bsn)
		none["acr"] = nil
		before := d.count("session.started")
		for name, c := range map[string]struct {
			id   string
			back federation.Back
			want string
		}{
			"he cancelled": {digid, with(func(b *federation.Back) {
				b.Query = url.Values{"error": {"access_denied"}, "state": b.Query["state"], "iss": b.Query["iss"]}
			}), "cancelled"},
			"the same answer twice":    {digid, used, "refused"},
			"too late":                 {digid, late, "refused"},
			"another browser":          {digid, with(func(b *federation.Back) { b.Secret = strings.Repeat("x", 52) }), "refused"},
			"no cookie":                {digid, with(func(b *federation.Back) { b.Secret = "" }), "refused"},
			"another state":            {digid, with(func(b *federation.Back) { b.Query.Set("state", "x") }), "refused"},
			"no state":                 {digid, with(func(b *federation.Back) { b.Query.Del("state") }), "refused"},
			"two states":               {digid, with(func(b *federation.Back) { b.Query.Add("state", "x") }), "refused"},
			"two codes":                {digid, with(func(b *federation.Back) { b.Query.Add("code", "x") }), "refused"},
			"another connection":       {other, with(func(*federation.Back) {}), "refused"},
			"too low a level":          {digid, d.gone(digid, federation.Going{}, low), "level"},
			"no level":                 {digid, d.gone(digid, federation.Going{}, none), "level"},
			"a number that nobody has": {digid, d.gone(digid, federation.Going{}, citizen("999990018")), "refused"},
		} {
			a, err := d.f.Take(ctx, home, access.Portal, c.id, c.back)
			if got := federation.Refusal(err); got != c.want || a.Outcome.Session != "" {
				t.Errorf("%s: %q, %v, want %q", name, got, err, c.want)
			}
		}
		if n := d.count("session.started"); n != before {
			t.Errorf("%d sessions were opened", n-before)
		}
		// What nobody was away for is not written down: everybody could fill the journal with it.
		if n := d.count("session.refused"); n != 6 {
			t.Errorf("%d refusals are in the journal", n)
		}
		// Another organisation has no such connection, and neither has the office.
		for face, at := range map[access.Face]string{access.Portal: "notaris", access.Office: town} {
			if _, err := d.f.Go(ctx, d.Tenant(t, at), face, digid, federation.Going{Purpose: federation.ToLogin, Scope: visitor("")}); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s of %s: %v", face, at, err)
			}
		}
		// Blocked by staff is blocked here too.
		must(t, d.Identity.Block(ctx, d.recently(handler), d.clientOf(yilmaz), d.Login(t, town, yilmaz).ID))
		if _, _, err := d.come(digid, citizen(bsn)); federation.Refusal(err) != "unknown" {
			t.Errorf("blocked: %v", err)
		}
	})
}

func TestD8_OneAnswerIsUsedOnceByTwoHundred(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		back := d.gone(d.connect(federation.DigiD, "digid", nil), federation.Going{}, citizen(bsn))
		list, err := d.f.Offered(ctx, d.Tenant(t, town), access.Portal)
		must(t, err)
		in := crowd(func() bool {
			a, err := d.f.Take(ctx, d.Tenant(t, town), access.Portal, list[0].ID, back)
			return err == nil && a.Outcome.Session != ""
		})
		if in != 1 {
			t.Errorf("%d came in", in)
		}
	})
}

// crowd has 200 do something at once, and counts to how many of them it was given.
func crowd(do func() bool) int64 {
	var in atomic.Int64
	var all sync.WaitGroup
	barrier := make(chan struct{})
	for range 200 {
		all.Go(func() {
			<-barrier
			if do() {
				in.Add(1)
			}
		})
	}
	close(barrier)
	all.Wait()
	return in.Load()
}

func TestD10_D27_E15_WhoIsNotKnownIsLoggedInWithoutCases(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		digid := d.connect(federation.DigiD, "digid", nil)
		same := citizen(stranger)
		same["name"] = yilmaz // a name proves nothing
		s, token, err := d.come(digid, same)
		must(t, err)
		if s.Client() == d.clientOf(yilmaz) || s.Role() != access.RoleExtra {
			t.Fatalf("client %s as %s", s.Client(), s.Role())
		}
		c, _ := access.AsClient(s)
		counts, err := d.Dossiers.Count(ctx, c)
		must(t, err)
		if counts.Total != 0 {
			t.Errorf("%d dossiers", counts.Total)
		}
		again, _, err := d.come(digid, same)
		must(t, err)
		if again.Account() != s.Account() {
			t.Error("he came twice and is two")
		}
		list, err := d.Clients.ListUnmatched(ctx, d.recently(handler))
		must(t, err)
		if len(list) != 1 || list[0].ID != s.Client() {
			t.Fatalf("on the worklist: %+v", list)
		}
		all, err := d.Clients.Choose(ctx, d.recently(handler), "", "", "")
		must(t, err)
		for _, one := range all {
			if one.ID == s.Client() {
				t.Error("he stands among the clients")
			}
		}
		// Staff say who he is, and his next page has the cases; he has no password and gets none.
		must(t, d.f.Match(ctx, d.recently(handler), s.Client(), d.clientOf(yilmaz)))
		must(t, d.f.Match(ctx, d.recently(handler), s.Client(), d.clientOf(yilmaz)))
		now, ok := d.alive(access.Portal, token)
		if !ok || now.Client() != d.clientOf(yilmaz) {
			t.Errorf("after that he sees %s", now.Client())
		}
		if err := d.f.Match(ctx, d.recently(handler), s.Client(), d.clientOf("de heer H. Veenstra")); !errs.Is(err, errs.Conflict) {
			t.Errorf("matched with another one: %v", err)
		}
		third, _, err := d.come(digid, same)
		must(t, err)
		if third.Client() != d.clientOf(yilmaz) {
			t.Errorf("the next time he sees %s", third.Client())
		}
		// Negative: nobody who is no employee, and no company for a person.
		b, _, err := d.come(digid, citizen("999990032"))
		must(t, err)
		must(t, d.f.Accept(ctx, d.recently(handler), b.Client(), "de heer N. Nieuw"))
		if err := d.f.Accept(ctx, d.recently(handler), b.Client(), "x"); !errs.Is(err, errs.NotFound) {
			t.Errorf("twice: %v", err)
		}
		if list, err = d.Clients.ListUnmatched(ctx, d.recently(handler)); err != nil || len(list) != 0 {
			t.Errorf("still on the worklist: %v %v", list, err)
		}
	})
}

func TestD9_E3_E26_ACompanyAndItsPeopleAreApart(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		eh := d.connect(federation.EHerkenning, "eherkenning", nil)
		digid := d.connect(federation.DigiD, "digid", nil)
		first, _, err := d.come(eh, company("90000001", eh3, "een@x"))
		must(t, err)
		second, _, err := d.come(eh, company("90000001", eh3, "twee@x"))
		must(t, err)
		private, _, err := d.come(digid, citizen(stranger))
		must(t, err)
		if first.Client() != second.Client() || first.Account() == second.Account() || private.Client() == first.Client() {
			t.Errorf("clients %s %s %s, accounts %s %s", first.Client(), second.Client(), private.Client(), first.Account(), second.Account())
		}
		c, _ := access.AsClient(first)
		if c.Can(access.ManageUsers) || c.Gives() {
			t.Error("who is authorised by his company manages it")
		}
		// Negative: too low, for a branch alone, and a number of a kind that the means may say nothing of.
		if _, _, err := d.come(eh, company("90000001", eh2, "een@x")); federation.Refusal(err) != "level" {
			t.Errorf("EH2: %v", err)
		}
		branch := company("90000001", eh3, "drie@x")
		branch["urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"] = "000012345678"
		restricted, _, err := d.come(eh, branch)
		must(t, err)
		if restricted.Client() == first.Client() {
			t.Error("who is authorised for a branch sees the company")
		}
		branch["urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"] = "nonsense"
		if _, _, err := d.come(eh, branch); federation.Refusal(err) != "refused" {
			t.Errorf("a branch that is none: %v", err)
		}
		mixed := citizen(bsn)
		maps.Copy(mixed, company("90000001", midden, ""))
		mine, _, err := d.come(digid, mixed)
		must(t, err)
		if mine.Client() == first.Client() {
			t.Error("DigiD lets in as a company")
		}
	})
}

func TestD8_WhoRepresentsSeesTheOther(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		digid := d.connect(federation.DigiD, "digid", nil)
		claims := citizen(stranger)
		claims["urn:nl-eid-gdi:1.0:LegalSubjectID"] = bsn
		s, _, err := d.come(digid, claims)
		must(t, err)
		if s.Client() != d.clientOf(yilmaz) || s.Account() == d.Login(t, town, yilmaz).ID || s.Role() != access.RoleExtra {
			t.Errorf("%s as %s of %s", s.Account(), s.Role(), s.Client())
		}
		own, _, err := d.come(digid, citizen(stranger))
		must(t, err)
		if own.Client() == s.Client() || own.Account() == s.Account() {
			t.Error("without the mandate he sees the same")
		}
	})
}

func TestD10_EIDASIsFoundByItsNumberAlone(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		eidas := d.connect(federation.EIDAS, "eidas", nil)
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.Pseudo, "p-1"))
		known := map[string]any{"urn:etoegang:1.12:EntityConcernedID:PseudoID": "p-1", "acr": high}
		s, _, err := d.come(eidas, known)
		must(t, err)
		unknown, _, err := d.come(eidas, map[string]any{"urn:etoegang:1.12:EntityConcernedID:PseudoID": "p-2", "urn:etoegang:1.9:attribute:FamilyName": yilmaz, "acr": high})
		must(t, err)
		if s.Client() != d.clientOf(yilmaz) || unknown.Client() == s.Client() {
			t.Errorf("known %s, unknown %s", s.Client(), unknown.Client())
		}
		// Two numbers of two clients are nobody's.
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf("de heer H. Veenstra"), eid.BSN, bsn))
		known["urn:etoegang:1.12:EntityConcernedID:BSN"] = bsn
		if _, _, err := d.come(eidas, known); federation.Refusal(err) != "unclear" {
			t.Errorf("two clients: %v", err)
		}
	})
}

func TestD8_WithoutAGroundThereIsNoBSN(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		digid := d.connect(federation.DigiD, "digid", nil)
		eidas := d.connect(federation.EIDAS, "eidas", nil)
		d.entitle("")
		list, err := d.f.Offered(ctx, d.Tenant(t, town), access.Portal)
		must(t, err)
		if len(list) != 1 || list[0].ID != eidas {
			t.Errorf("offered: %v", list)
		}
		if _, err := d.f.Go(ctx, d.Tenant(t, town), access.Portal, digid, federation.Going{Purpose: federation.ToLogin, Scope: visitor("")}); !errs.Is(err, errs.NotFound) {
			t.Errorf("DigiD all the same: %v", err)
		}
		if err := d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn); !errs.Is(err, errs.Invalid) {
			t.Errorf("typed all the same: %v", err)
		}
		if _, _, err := d.come(eidas, map[string]any{"urn:etoegang:1.12:EntityConcernedID:BSN": bsn, "acr": high}); federation.Refusal(err) != "refused" {
			t.Errorf("came all the same: %v", err)
		}
		n, err := db.One(ctx, d.DB, db.Value[int], `select count(*) from identifier where tenant_id = 'gemeente' and kind = 'bsn'`)
		if err != nil || n != 0 {
			t.Errorf("%d are kept, %v", n, err)
		}
	})
}

func TestD8_NumbersAreSealedMaskedAndSeenInTheJournal(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a, client := d.recently(handler), d.clientOf(yilmaz)
		must(t, d.f.Add(ctx, a, client, eid.BSN, " 9999.90.019 "))
		must(t, d.f.Add(ctx, a, client, eid.BSN, bsn)) // a second click
		list, err := d.f.Identifiers(ctx, a, client)
		must(t, err)
		if len(list) != 1 || list[0].Value != "•••••••19" || list[0].AddedBy != handler {
			t.Fatalf("%+v", list)
		}
		whole, err := d.f.Reveal(ctx, a, client, list[0].ID)
		must(t, err)
		if whole.Value != bsn || d.count("client.identifier_seen") != 1 {
			t.Errorf("%s, %d times in the journal", whole.Value, d.count("client.identifier_seen"))
		}
		for _, column := range []string{"identifier value", "identifier mac", "journal detail", "journal objects", "client search"} {
			table, name, _ := strings.Cut(column, " ")
			if strings.Contains(d.dump(table, name), bsn) {
				t.Errorf("the number stands in %s", column)
			}
		}
		for name, c := range map[string]struct {
			client string
			kind   eid.Kind
			value  string
			want   errs.Kind
		}{
			"another client":   {d.clientOf("de heer H. Veenstra"), eid.BSN, bsn, errs.Invalid},
			"no such number":   {client, eid.BSN, "999990018", errs.Invalid},
			"nothing":          {client, eid.BSN, "", errs.Invalid},
			"no such kind":     {client, "x", "1", errs.Invalid},
			"not for staff":    {client, eid.Sub, "x", errs.Invalid},
			"no such client":   {"x", eid.KvK, "90000001", errs.NotFound},
			"another office's": {d.Client(t, "notaris", "mevrouw C. de Wit").Scope().Client(), eid.KvK, "90000001", errs.NotFound},
		} {
			if err := d.f.Add(ctx, a, c.client, c.kind, c.value); !errs.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := d.f.Reveal(ctx, a, d.clientOf("de heer H. Veenstra"), list[0].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("of another client: %v", err)
		}
		// Without the number nobody is in any more.
		digid := d.connect(federation.DigiD, "digid", nil)
		_, token, err := d.come(digid, citizen(bsn))
		must(t, err)
		must(t, d.f.Remove(ctx, a, client, list[0].ID))
		if _, ok := d.alive(access.Portal, token); ok {
			t.Error("the session goes on")
		}
		s, _, err := d.come(digid, citizen(bsn))
		must(t, err)
		if s.Client() == client {
			t.Error("he is still found")
		}
	})
}

func TestA4_WhoCameByAPartyConfirmsThere(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		digid := d.connect(federation.DigiD, "digid", nil)
		s, token, err := d.come(digid, citizen(bsn))
		must(t, err)
		home := d.Tenant(t, town)
		back := d.gone(digid, federation.Going{Purpose: federation.ToConfirm, Scope: s, Next: "/sessions"}, citizen(bsn))
		a, err := d.f.Take(ctx, home, access.Portal, digid, back)
		must(t, err)
		if _, old := d.alive(access.Portal, token); old || a.Token == "" || a.Next != "/sessions" {
			t.Errorf("%+v", a)
		}
		now, ok := d.alive(access.Portal, a.Token)
		if !ok || now.Account() != s.Account() {
			t.Fatal("the session is gone")
		}
		// Negative: somebody else's DigiD, another session, long ago, and a session that began with a password.
		old := citizen(bsn)
		old["auth_time"] = d.now.Now().Add(-time.Hour).Unix()
		stray := d.gone(digid, federation.Going{Purpose: federation.ToConfirm, Scope: now}, citizen(bsn))
		stray.Scope = visitor("")
		for name, b := range map[string]federation.Back{
			"somebody else":   d.gone(digid, federation.Going{Purpose: federation.ToConfirm, Scope: now}, citizen(stranger)),
			"long ago":        d.gone(digid, federation.Going{Purpose: federation.ToConfirm, Scope: now}, old),
			"another session": stray,
		} {
			if a, err := d.f.Take(ctx, home, access.Portal, digid, b); federation.Refusal(err) != "refused" || a.Token != "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		fixture := d.Client(t, town, yilmaz).Scope()
		if _, err := d.f.Go(ctx, home, access.Portal, digid, federation.Going{Purpose: federation.ToConfirm, Scope: fixture}); err == nil {
			t.Error("a session of another means confirms by DigiD")
		}
	})
}

func TestE27_ThePartyEndsSessionsAndSoDoesSwitchingItOff(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		digid := d.connect(federation.DigiD, "digid", nil)
		claims := citizen(bsn)
		claims["sid"] = "there"
		_, token, err := d.come(digid, claims)
		must(t, err)
		over := func(jti, subject, session string) string {
			return d.p.Sign(oidctest.Token{Claims: map[string]any{
				"iss": d.p.URL, "aud": oidctest.ClientID, "iat": d.now.Now().Unix(), "exp": d.now.Now().Add(time.Minute).Unix(), "jti": jti, "sub": subject, "sid": session,
				"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
			}})
		}
		for _, other := range []string{over("1", "s-2", ""), over("2", "", "elsewhere")} {
			must(t, d.end(digid, other))
		}
		if err := d.end(digid, "x"); !errs.Is(err, errs.Invalid) {
			t.Errorf("no token: %v", err)
		}
		if _, ok := d.alive(access.Portal, token); !ok {
			t.Fatal("somebody else's log-out ended it")
		}
		must(t, d.end(digid, over("3", "s-1", "there")))
		if _, ok := d.alive(access.Portal, token); ok {
			t.Error("it goes on")
		}
		_, token, err = d.come(digid, claims)
		must(t, err)
		must(t, d.end(digid, over("3", "s-1", "there")))
		if _, ok := d.alive(access.Portal, token); !ok {
			t.Error("the same message counted twice")
		}
		c, err := d.f.Get(ctx, d.recently(admin), digid)
		must(t, err)
		must(t, d.f.Change(ctx, d.recently(admin), digid, c.Version, federation.Draft{Name: "DigiD", Issuer: d.p.URL, ClientID: "x", Level: "medium"}))
		if _, ok := d.alive(access.Portal, token); ok {
			t.Error("it goes on after the connection was switched off")
		}
	})
}

func TestStaffComeInByTheirDirectoryWithTheRoleOfTheirGroups(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		sso := d.connect(federation.Directory, "staff", func(in *federation.Draft) {
			in.Roles = map[access.Role]string{access.RoleHandler: "behandelaars", access.RoleAdministrator: " beheerders \n"}
		})
		employee := func(sub string, groups ...string) map[string]any {
			return map[string]any{"sub": sub, "name": "Nieuwe Collega", "email": sub + "@town.example", "groups": groups, "amr": []string{"pwd", "mfa"}}
		}
		s, token, err := d.come(sso, employee("a", "behandelaars", "anders"))
		must(t, err)
		if s.Role() != access.RoleHandler || s.Name() != "Nieuwe Collega" {
			t.Errorf("%s %s", s.Name(), s.Role())
		}
		up, _, err := d.come(sso, employee("a", "behandelaars", "beheerders"))
		must(t, err)
		if up.Account() != s.Account() || up.Role() != access.RoleAdministrator {
			t.Errorf("%s is %s", up.Account(), up.Role())
		}
		if _, ok := d.alive(access.Office, token); ok {
			t.Error("the session of the old role goes on")
		}
		// Who is in no group any more has left: at once, and for as long as that is so.
		_, token, err = d.come(sso, employee("a", "beheerders"))
		must(t, err)
		if _, _, err := d.come(sso, employee("a", "anders")); federation.Refusal(err) != "unknown" {
			t.Errorf("in no group: %v", err)
		}
		if _, ok := d.alive(access.Office, token); ok {
			t.Error("he has left and is still in")
		}
		once := employee("b", "behandelaars")
		delete(once, "amr")
		for name, claims := range map[string]map[string]any{"never in a group": employee("c"), "with one factor": once} {
			if _, _, err := d.come(sso, claims); err == nil {
				t.Errorf("%s came in", name)
			}
		}
		// An address that an employee has here is no proof of being him: he links it himself, and has no password then.
		taken := employee("d", "behandelaars")
		taken["email"] = d.Login(t, town, handler).Email
		if _, _, err := d.come(sso, taken); federation.Refusal(err) != "unknown" {
			t.Errorf("by an address: %v", err)
		}
		here := d.Login(t, town, handler)
		out := enter(t, d, here.ID)
		back := d.gone(sso, federation.Going{Purpose: federation.ToLink, Scope: out}, taken)
		_, err = d.f.Take(ctx, d.Tenant(t, town), access.Office, sso, back)
		must(t, err)
		linked, _, err := d.come(sso, taken)
		must(t, err)
		if linked.Account() != here.ID {
			t.Errorf("%s came in for %s", linked.Account(), here.ID)
		}
		if _, err := d.Identity.Login(ctx, d.Tenant(t, town), access.Office, identity.Attempt{Email: here.Email, Password: here.Password, Origin: "x"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("his password: %v", err)
		}
	})
}

func TestD10_ACompanyFromElsewhereIsNotItsHead(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		eidas := d.connect(federation.EIDAS, "eidas", nil)
		firm, err := d.Clients.Create(ctx, d.recently(handler), "firm", client.Draft{Kind: client.Company, Name: "Firma"})
		must(t, err)
		head, err := d.Identity.Invite(ctx, d.recently(handler), "head", identity.NewAccount{Client: firm, Name: "Hoofd", Email: "hoofd@firma.example", Role: access.RoleClient})
		must(t, err)
		must(t, d.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update account set state = 'active' where tenant_id = $1 and id = $2`, town, head)
			return err
		}))
		must(t, d.f.Add(ctx, d.recently(handler), firm, eid.EIDAS, "DE/NL/1"))
		s, _, err := d.come(eidas, map[string]any{"urn:etoegang:1.11:EntityConcernedID:eIDASLegalIdentifier": "DE/NL/1", "acr": high})
		must(t, err)
		if s.Client() != firm || s.Account() == head || s.Role() != access.RoleExtra {
			t.Errorf("%s as %s of %s", s.Account(), s.Role(), s.Client())
		}
	})
}

// enter opens a session for an employee, as if he had just logged in.
func enter(t *testing.T, d *desk, account string) access.Scope {
	t.Helper()
	var out identity.Outcome
	list, err := d.f.List(ctx, d.recently(admin))
	must(t, err)
	must(t, d.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = d.Identity.EnterFrom(ctx, tx, d.Tenant(t, town), identity.Elsewhere{Face: access.Office, Account: account, Connection: list[0].ID, Means: "password"})
		return err
	}))
	s, ok := d.alive(access.Office, out.Session)
	if !ok {
		t.Fatal("no session")
	}
	return s
}

func TestN2_WhoComesByAPartyGetsNoPassword(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		digid := d.connect(federation.DigiD, "digid", nil)
		s, _, err := d.come(digid, citizen(stranger))
		must(t, err)
		must(t, d.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update account set email = 'new@post.example', email_key = 'new@post.example' where tenant_id = $1 and id = $2`, town, s.Account())
			return err
		}))
		must(t, d.Identity.RequestPassword(ctx, d.Tenant(t, town), access.Portal, "new@post.example", "x"))
		d.Work(t)
		n, err := db.One(ctx, d.DB, db.Value[int], `select count(*) from account_token where tenant_id = 'gemeente' and account_id = $1`, s.Account())
		if err != nil || n != 0 {
			t.Errorf("%d links, %v", n, err)
		}
	})
}

func TestD8_LeavingWithoutEndIsLimited(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		digid := d.connect(federation.DigiD, "digid", nil)
		home := d.Tenant(t, town)
		leave := func(origin string) error {
			_, err := d.f.Go(ctx, home, access.Portal, digid, federation.Going{Purpose: federation.ToLogin, Scope: visitor(origin)})
			return err
		}
		var err error
		for range 60 {
			if err = leave("198.51.100.0/24"); err != nil {
				break
			}
		}
		if !errs.Is(err, errs.Limited) {
			t.Errorf("sixty times: %v", err)
		}
		must(t, leave("203.0.113.0/24"))
		// A whole town behind one address comes and goes.
		for range 60 {
			back := d.gone(digid, federation.Going{Scope: visitor("192.0.2.0/24")}, citizen(bsn))
			_, err := d.f.Take(ctx, home, access.Portal, digid, back)
			must(t, err)
		}
		d.p.Down = true
		away := federation.New(d.DB, d.Tenants, d.Identity, slog.New(slog.DiscardHandler), true)
		if _, err := away.Go(ctx, home, access.Portal, digid, federation.Going{Purpose: federation.ToLogin, Scope: visitor("")}); !errors.Is(err, eid.ErrAway) {
			t.Errorf("a provider that is down: %v", err)
		}
	})
}

func TestConnectionsAreCheckedBeforeTheyLetAnybodyIn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		id := d.connect(federation.DigiD, "digid", nil)
		sso := d.connect(federation.Directory, "staff", func(in *federation.Draft) { in.Roles = map[access.Role]string{access.RoleHandler: "a"} })
		good := federation.Draft{Name: "DigiD", Issuer: d.p.URL, ClientID: "x", Level: "medium", Enabled: true}
		for name, c := range map[string]struct {
			id     string
			change func(*federation.Draft)
			field  string
		}{
			"no name":                 {id, func(in *federation.Draft) { in.Name = " " }, "name"},
			"a long name":             {id, func(in *federation.Draft) { in.Name = strings.Repeat("x", 61) }, "name"},
			"no address":              {id, func(in *federation.Draft) { in.Issuer = "" }, "issuer"},
			"not by TLS":              {id, func(in *federation.Draft) { in.Issuer = "http://idp.example" }, "issuer"},
			"an address with a query": {id, func(in *federation.Draft) { in.Issuer = "https://idp.example/?x" }, "issuer"},
			"a file":                  {id, func(in *federation.Draft) { in.Issuer = "file:///etc/passwd" }, "issuer"},
			"nobody there":            {id, func(in *federation.Draft) { in.Issuer = "http://127.0.0.1:1" }, "issuer"},
			"no client":               {id, func(in *federation.Draft) { in.ClientID = "" }, "client_id"},
			"no level":                {id, func(in *federation.Draft) { in.Level = "none" }, "level"},
			"nonsense for a level":    {id, func(in *federation.Draft) { in.Level = "x" }, "level"},
			"a bad path":              {id, func(in *federation.Draft) { in.Claims = map[string]string{"bsn": "[1]"} }, "claim_bsn"},
			"staff at a low level":    {sso, func(in *federation.Draft) { in.Roles = map[access.Role]string{access.RoleHandler: "a"} }, "level"},
			"no groups":               {sso, func(in *federation.Draft) { in.Level = "substantial" }, "groups_administrator"},
			"a group with two roles": {sso, func(in *federation.Draft) {
				in.Level, in.Roles = "substantial", map[access.Role]string{access.RoleAdministrator: "a", access.RoleHandler: "a"}
			}, "groups_handler"},
		} {
			in := good
			c.change(&in)
			con, err := d.f.Get(ctx, d.recently(admin), c.id)
			must(t, err)
			err = d.f.Change(ctx, d.recently(admin), c.id, con.Version, in)
			if f := errs.FieldsOf(err); len(f) == 0 || f[0].Name != c.field {
				t.Errorf("%s: %v, %v", name, f, err)
			}
		}
		con, err := d.f.Get(ctx, d.recently(admin), id)
		must(t, err)
		if err := d.f.Change(ctx, d.recently(admin), id, con.Version-1, good); !errs.Is(err, errs.Conflict) {
			t.Errorf("an old page: %v", err)
		}
		if _, err := d.f.List(ctx, d.recently(handler)); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a handler: %v", err)
		}
		if got := fmt.Sprintf("%+v", con); strings.Contains(got, oidctest.Secret) {
			t.Error("the secret stands in what is read")
		}
	})
}

func TestD11_E7_WhoCameByAPartyIsAskedOnceForAnAddress(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		contact := func(rule tenant.ContactRule) {
			must(t, d.Tenants.Edit(ctx, d.recently(admin), d.Tenant(t, town).Version, "contact", func(e *tenant.Edition) error {
				e.Settings.Contact = rule
				return nil
			}))
		}
		contact(tenant.ContactRule{Email: tenant.Edit, Phone: tenant.Edit})
		digid := d.connect(federation.DigiD, "digid", nil)
		come := func(number string) access.Client {
			t.Helper()
			s, _, err := d.come(digid, citizen(number))
			must(t, err)
			a, _ := access.AsClient(s)
			return a
		}
		asks := func(what string, a access.Client, want bool) {
			t.Helper()
			if got, err := d.Identity.AsksAddress(ctx, a); err != nil || got != want {
				t.Errorf("%s: %v, %v", what, got, err)
			}
		}
		first := come(stranger)
		asks("his first log-in", first, true)
		asks("who has an address", d.Client(t, town, yilmaz), false)
		contact(tenant.ContactRule{Email: tenant.Read, Phone: tenant.Edit})
		asks("where nobody may give one", first, false)
		contact(tenant.ContactRule{Email: tenant.Edit, Phone: tenant.Edit})
		// He gives one: while that waits nobody asks, when it was never confirmed somebody does, and never once it was.
		address := "nieuw@post.example"
		_, err := d.Identity.ChangeContact(ctx, first, "1", identity.NewContact{Email: &address})
		must(t, err)
		asks("while a link is on its way", first, false)
		d.now.Advance(48 * time.Hour)
		second := come(stranger)
		asks("when it was not confirmed", second, true)
		_, err = d.Identity.ChangeContact(ctx, second, "2", identity.NewContact{Email: &address})
		must(t, err)
		must(t, d.Identity.ConfirmEmail(ctx, d.Tenant(t, town), second.Scope(), d.emailLink(address)))
		asks("who has given one", second, false)
		// Another puts it away, twice, and is not asked at his next log-in.
		other := come("012345672")
		asks("another", other, true)
		must(t, d.Identity.PutAsideAddress(ctx, other))
		must(t, d.Identity.PutAsideAddress(ctx, other))
		asks("put away", other, false)
		asks("at the next log-in", come("012345672"), false)
		if n := d.count("account.ask_put_away"); n != 1 {
			t.Errorf("%d entries", n)
		}
	})
}

// emailLink returns the secret of the newest link that was mailed to an address.
func (d *desk) emailLink(to string) (secret string) {
	d.t.Helper()
	d.Work(d.t)
	link := regexp.MustCompile(`/email/([a-z0-9]+)`)
	for _, l := range mailtest.Outbox(d.t, d.Outbox) {
		if m := link.FindStringSubmatch(l.Text); m != nil && l.To == to {
			secret = m[1]
		}
	}
	return secret
}

func TestE3_TheLogInPageAsksOnceWhatTheOthersAsk(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		digid := d.connect(federation.DigiD, "digid", nil)
		d.connect(federation.Directory, "staff", func(in *federation.Draft) { in.Roles[access.RoleAdministrator] = "beheer" })
		for _, without := range []bool{false, true} {
			must(t, d.Tenants.Edit(ctx, d.recently(admin), d.Tenant(t, town).Version, "entry", func(e *tenant.Edition) error {
				e.Settings.Login.NoPassword = without
				return nil
			}))
			for _, on := range []bool{true, false} {
				c, err := d.f.Get(ctx, d.recently(admin), digid)
				must(t, err)
				in := c.Draft()
				in.Enabled = on
				must(t, d.f.Change(ctx, d.recently(admin), digid, c.Version, in))
				ways, alone, err := d.f.Ways(ctx, d.Tenant(t, town), access.Portal)
				must(t, err)
				list, err := d.f.Alone(ctx, d.Tenant(t, town))
				must(t, err)
				if alone != (without && on) || alone != (len(list) > 0) || (len(ways) == 1) != on {
					t.Errorf("without passwords %v, on %v: %d ways, alone %v, and %d of Alone", without, on, len(ways), alone, len(list))
				}
				if ways, alone, err := d.f.Ways(ctx, d.Tenant(t, town), access.Office); err != nil || alone || len(ways) != 1 {
					t.Errorf("staff: %d ways, alone %v, %v", len(ways), alone, err)
				}
			}
		}
	})
}
