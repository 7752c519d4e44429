package federation_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/eid"
	"voordeur/internal/eidsim"
	"voordeur/internal/errs"
	"voordeur/internal/federation"
	"voordeur/internal/saml"
)

var callMe = map[string]saml.Contact{
	federation.Technical:      {Name: "Beheer", Mail: "beheer@waterland.example", Phone: "+31 20 000 00 00"},
	federation.Administrative: {Name: "Kantoor", Mail: "kantoor@waterland.example", Phone: "020 000 0000"},
}

const service = "urn:etoegang:DV:00000000000000000000:services:9052"

// made is a connection by SAML as an administrator makes it on the pages, to a provider of a simulator.
func (d *desk) made(means string, profile saml.Profile, p eidsim.Provider) (*party, federation.SAMLDraft) {
	d.t.Helper()
	var sim *eidsim.Sim
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { sim.ServeHTTP(w, r) }))
	d.t.Cleanup(server.Close)
	at := &party{desk: d, p: p}
	var err error
	sim, err = eidsim.New(eidsim.Options{Base: server.URL, Now: d.now.Now, HTTP: &http.Client{Transport: at}})
	must(d.t, err)
	at.sim = sim
	at.id, err = d.f.Create(ctx, d.recently(admin), "made"+means, federation.Fresh{Means: means, Profile: profile, Name: means})
	must(d.t, err)
	_, metadata := fetch(d.t, func() (*http.Response, error) { return browser.Get(sim.Metadata(p)) })
	in := at.con().SAMLDraft()
	in.Metadata, in.Contacts, in.ServiceIndex = metadata, callMe, "1"
	if profile != saml.DigiD {
		in.Services = service
	}
	return at, in
}

func (p *party) con() federation.Connection {
	p.t.Helper()
	c, err := p.f.Get(ctx, p.recently(admin), p.id)
	must(p.t, err)
	return c
}

func (p *party) sides() federation.Sides {
	p.t.Helper()
	s, err := p.f.Sides(p.Tenant(p.t, town), p.con())
	must(p.t, err)
	return s
}

// save keeps a draft over what is there.
func (p *party) save(in federation.SAMLDraft) error {
	p.t.Helper()
	return p.f.ChangeSAML(ctx, p.recently(admin), p.id, p.con().Version, in)
}

// reported is our metadata, as the other party takes it.
func (p *party) reported() []byte {
	p.t.Helper()
	ours, err := p.f.Metadata(ctx, p.Tenant(p.t, town), access.Portal, p.id)
	must(p.t, err)
	must(p.t, p.sim.Trust(ours))
	return ours
}

// wrongAt names the fields of an error, sorted.
func wrongAt(err error) string {
	var names []string
	for _, f := range errs.FieldsOf(err) {
		names = append(names, f.Name+":"+f.Key)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestD8_E2_AnAdministratorConnectsToDigiDBySAML(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		p, in := d.made(federation.DigiD, saml.DigiD, eidsim.DigiD)
		if s := p.sides(); s.Current == nil || s.Next != nil || s.Ready || s.Theirs != "" || len(s.Ends) != 0 {
			t.Errorf("as it was made: %+v", s)
		}
		if stored := d.dump("connection", "secret"); strings.Contains(stored, "PRIVATE KEY") || stored == "" {
			t.Error("our key is not sealed")
		}
		must(t, p.save(in)) // off: the other party must know us first
		s := p.sides()
		if !s.Ready || s.Theirs != p.sim.Metadata(eidsim.DigiD) || !s.Artifacts || len(s.Certificates) != 1 || !strings.HasPrefix(s.Address, "http") {
			t.Errorf("what was read: %+v", s)
		}
		if _, err := d.f.Go(ctx, d.Tenant(t, town), access.Portal, p.id, federation.Going{Purpose: federation.ToLogin, Scope: visitor("")}); !errs.Is(err, errs.NotFound) {
			t.Errorf("it is off: %v", err)
		}
		ours := p.reported()
		for _, told := range []string{"beheer@waterland.example", "020 000 0000", s.EntityID, s.Return, s.Over} {
			if !bytes.Contains(ours, []byte(told)) {
				t.Errorf("our metadata has no %s", told)
			}
		}
		in.Enabled = true
		must(t, p.save(in))
		who1, err := p.enter(who("yilmaz", midden, ""))
		must(t, err)
		if who1.Client() != d.clientOf(yilmaz) {
			t.Errorf("client %s", who1.Client())
		}
		// Who is in goes out when it is switched off.
		a, err := p.f.Take(ctx, d.Tenant(t, town), access.Portal, p.id, p.choose(p.away(federation.Going{}), who("yilmaz", midden, "")))
		must(t, err)
		in.Enabled = false
		must(t, p.save(in))
		if _, lives := d.alive(access.Portal, a.Outcome.Session); lives {
			t.Error("the session outlives the connection")
		}
		if n := d.count("connection.changed"); n != 3 {
			t.Errorf("%d changes in the journal", n)
		}
	})
}

func TestE1_E3_D9_WhatIsWrongWithAConnectionBySAMLIsSaidByItsField(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		p, good := d.made(federation.EHerkenning, saml.EHerkenning, eidsim.EHerkenning)
		must(t, p.save(good))
		good.Enabled = true
		long := "urn:" + strings.Repeat("x", 1021)
		for name, c := range map[string]struct {
			change func(*federation.SAMLDraft)
			want   string
		}{
			"no XML":         {func(in *federation.SAMLDraft) { in.Metadata = "metadata" }, "metadata:connection.bad_metadata"},
			"not of a party": {func(in *federation.SAMLDraft) { in.Metadata = "<EntityDescriptor/>" }, "metadata:connection.bad_metadata"},
			"no certificate": {func(in *federation.SAMLDraft) {
				in.Metadata = cut(in.Metadata, "<md:KeyDescriptor", "</md:KeyDescriptor>")
			}, "metadata:connection.bad_certificate"},
			"no address": {func(in *federation.SAMLDraft) {
				in.Metadata = strings.ReplaceAll(in.Metadata, `Location="http://`, `Location="ftp://`)
			}, "metadata:connection.bad_address"},
			"no metadata":      {func(in *federation.SAMLDraft) { in.Metadata = " " }, "metadata:field.required"},
			"no service":       {func(in *federation.SAMLDraft) { in.Services = "\n \n" }, "services:field.required"},
			"a space":          {func(in *federation.SAMLDraft) { in.Services = "urn:a b" }, "services:connection.bad_services"},
			"services":         {func(in *federation.SAMLDraft) { in.Services = strings.Repeat("urn:a\n", 21) }, "services:connection.bad_services"},
			"index":            {func(in *federation.SAMLDraft) { in.ServiceIndex = "-1" }, "service_index:connection.bad_index"},
			"a large index":    {func(in *federation.SAMLDraft) { in.ServiceIndex = "65536" }, "service_index:connection.bad_index"},
			"service name":     {func(in *federation.SAMLDraft) { in.ServiceName = strings.Repeat("é", 101) }, "service_name:field.too_long"},
			"no URI":           {func(in *federation.SAMLDraft) { in.EntityID = "waterland" }, "entity_id:connection.bad_entity"},
			"spaces in a URI":  {func(in *federation.SAMLDraft) { in.EntityID = "urn:water land" }, "entity_id:connection.bad_entity"},
			"a long URI":       {func(in *federation.SAMLDraft) { in.EntityID = long }, "entity_id:connection.bad_entity"},
			"the other's name": {func(in *federation.SAMLDraft) { in.EntityID = p.sides().Theirs }, "enabled:connection.incomplete"},
			"signed":           {func(in *federation.SAMLDraft) { in.Signed = "nothing" }, "signed:field.choose"},
			"level":            {func(in *federation.SAMLDraft) { in.Level = "none" }, "level:connection.level_too_low"},
			"no name":          {func(in *federation.SAMLDraft) { in.Name = "" }, "name:field.required"},
			"nobody to call": {func(in *federation.SAMLDraft) { in.Contacts = nil }, "administrative_mail:field.required administrative_name:field.required " +
				"administrative_phone:field.required technical_mail:field.required technical_name:field.required technical_phone:field.required"},
			"no address of mail": {func(in *federation.SAMLDraft) {
				in.Contacts = map[string]saml.Contact{federation.Technical: {Name: "a", Mail: "Beheer <a@b.nl>", Phone: "bel mij"}, federation.Administrative: callMe[federation.Administrative]}
			}, "technical_mail:email.invalid technical_phone:connection.bad_phone"},
			"authorities": {func(in *federation.SAMLDraft) {
				in.Roots = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
			}, "roots:connection.bad_roots"},
			"a private key instead": {func(in *federation.SAMLDraft) {
				in.Roots = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
			}, "roots:connection.bad_roots"},
		} {
			in := good
			c.change(&in)
			if err := p.save(in); wrongAt(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		if c := p.con(); c.Enabled || c.Version != 2 {
			t.Errorf("something of it was kept: %v, version %d", c.Enabled, c.Version)
		}
		// Half a contact is one too many even before it is on, and none is not.
		half := good
		half.Enabled, half.Contacts = false, map[string]saml.Contact{federation.Technical: {Name: "Beheer"}}
		if err := p.save(half); wrongAt(err) != "technical_mail:field.required technical_phone:field.required" {
			t.Errorf("half a contact: %v", err)
		}
		half.Contacts = nil
		must(t, p.save(half))
		must(t, p.save(good))
		// One of another protocol, of another organisation or of nobody's is not there, and a handler may not.
		oidc := d.connect(federation.Other, "private", nil)
		for name, err := range map[string]error{
			"of OpenID":         d.f.ChangeSAML(ctx, d.recently(admin), oidc, 1, good),
			"as if of OpenID":   d.f.Change(ctx, d.recently(admin), p.id, 1, federation.Draft{Name: "x"}),
			"key of OpenID":     d.f.PrepareKey(ctx, d.recently(admin), oidc, 1, "a"),
			"another office":    d.f.ChangeSAML(ctx, d.Staff(t, "notaris", "Bea Beheer"), p.id, 1, good),
			"another's key":     d.f.PrepareKey(ctx, d.Staff(t, "notaris", "Bea Beheer"), p.id, 1, "b"),
			"another's line":    d.f.DropLine(ctx, d.Staff(t, "notaris", "Bea Beheer"), p.id, 1, "c"),
			"another's switch":  d.f.SwitchKey(ctx, d.Staff(t, "notaris", "Bea Beheer"), p.id, 1, "d"),
			"never handed out":  d.f.DropKey(ctx, d.recently(admin), "nothing", 1, "e"),
			"another's to read": func() error { _, err := d.f.Get(ctx, d.Staff(t, "notaris", "Bea Beheer"), p.id); return err }(),
		} {
			if !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := d.f.SwitchKey(ctx, d.recently(handler), p.id, 1, "f"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a handler: %v", err)
		}
		if err := d.f.ChangeSAML(ctx, d.recently(admin), p.id, 2, good); !errs.Is(err, errs.Conflict) {
			t.Errorf("an old version: %v", err)
		}
		// Means and profile belong together.
		for _, in := range []federation.Fresh{{Means: federation.DigiD, Profile: saml.EHerkenning, Name: "x"}, {Means: federation.Directory, Profile: saml.TVS, Name: "x"}, {Means: federation.DigiD, Profile: "kerberos", Name: "x"}} {
			if _, err := d.f.Create(ctx, d.recently(admin), string(in.Profile), in); wrongAt(err) != "profile:field.choose" {
				t.Errorf("%s by %s: %v", in.Means, in.Profile, err)
			}
		}
	})
}

// cut takes away what stands from one text up to and including another.
func cut(s, from, to string) string {
	before, rest, _ := strings.Cut(s, from)
	_, after, _ := strings.Cut(rest, to)
	return before + after
}

func TestD8_WithoutAGroundDigiDBySAMLIsNotSwitchedOn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		p, in := d.made(federation.DigiD, saml.DigiD, eidsim.DigiD)
		in.Enabled = true
		d.entitle("")
		if err := p.save(in); wrongAt(err) != "enabled:connection.no_bsn" {
			t.Errorf("%v", err)
		}
	})
}

// act is one on the keys, with the version that the page has shown.
type act func(access.Staff, string, int64, string) error

func (p *party) do(once string, f act) error {
	p.t.Helper()
	return f(p.recently(admin), p.id, p.con().Version, once)
}

func (p *party) prepare(a access.Staff, id string, v int64, once string) error {
	return p.f.PrepareKey(ctx, a, id, v, once)
}

func (p *party) switchOver(a access.Staff, id string, v int64, once string) error {
	return p.f.SwitchKey(ctx, a, id, v, once)
}

func (p *party) drop(a access.Staff, id string, v int64, once string) error {
	return p.f.DropKey(ctx, a, id, v, once)
}

// Everybody may ask for our metadata, so it is signed once, until something of it changes.
func TestE1_OurMetadataIsSignedOnceUntilItChanges(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		p, in := d.made(federation.EHerkenning, saml.EHerkenning, eidsim.EHerkenning)
		must(t, p.save(in))
		last := p.reported()
		for _, c := range []struct {
			name   string
			change func()
			same   bool
		}{
			{"nothing", func() {}, true},
			{"the service", func() { in.ServiceName = "Mijn zaken"; must(t, p.save(in)) }, false},
			{"another key", func() { must(t, p.do("1", p.prepare)) }, false},
			{"to that key", func() { must(t, p.do("2", p.switchOver)) }, false},
			{"the office", func() { d.entitle("Wabb, artikel 11") }, false},
			{"nothing again", func() {}, true},
		} {
			c.change()
			now := p.reported()
			if same := bytes.Equal(now, last); same != c.same {
				t.Errorf("%s: the same is %v", c.name, same)
			}
			last = now
		}
		if other := d.bySAML(federation.EIDAS, saml.EIDAS, eidsim.EIDAS, eid.Substantial).reported(); bytes.Equal(other, last) {
			t.Error("another connection says the same")
		}
	})
}

func TestE1_E3_D9_OurKeyIsChangedWhilePeopleLogIn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf("de heer H. Veenstra"), eid.KvK, "90000001"))
		p, in := d.made(federation.EHerkenning, saml.EHerkenning, eidsim.EHerkenning)
		must(t, p.save(in))
		p.reported()
		in.Enabled = true
		must(t, p.save(in))
		comes := func(when string) {
			t.Helper()
			if _, err := p.enter(who("heuvellopers", eh3, "")); err != nil {
				t.Errorf("%s: %v", when, err)
			}
		}
		comes("before")
		first := p.sides().Current.Fingerprint
		version := p.con().Version
		must(t, p.do("prepare", p.prepare))
		// The second click of two does nothing, and neither does one on an old page.
		must(t, p.prepare(d.recently(admin), p.id, version, "prepare"))
		if err := p.prepare(d.recently(admin), p.id, version, "another page"); !errs.Is(err, errs.Conflict) {
			t.Errorf("an old page: %v", err)
		}
		if err := p.do("again", p.prepare); !errs.Is(err, errs.Conflict) {
			t.Errorf("a second new key: %v", err)
		}
		next := p.sides().Next.Fingerprint
		if next == first || p.sides().Current.Fingerprint != first {
			t.Error("the new key is the old one, or took its place")
		}
		comes("prepared, and not reported")
		p.reported()
		comes("reported")
		must(t, p.do("switch", p.switchOver))
		if s := p.sides(); s.Current.Fingerprint != next || s.Next != nil {
			t.Errorf("after the switch: %+v", s)
		}
		comes("switched, and not reported again")
		p.reported()
		comes("reported again")
		if err := p.do("nothing", p.switchOver); !errs.Is(err, errs.Conflict) {
			t.Errorf("a switch to nothing: %v", err)
		}
		must(t, p.do("third", p.prepare))
		must(t, p.do("drop", p.drop))
		if err := p.do("drop again", p.drop); !errs.Is(err, errs.Conflict) {
			t.Errorf("nothing to throw away: %v", err)
		}
		comes("thrown away")
		for event, want := range map[string]int{"connection.key_prepared": 2, "connection.key_switched": 1, "connection.key_dropped": 1} {
			if n := d.count(event); n != want {
				t.Errorf("%s %d times in the journal, want %d", event, n, want)
			}
		}
	})
}

// DigiD knows one key at a time: it and we change at the same moment.
func TestD8_E2_OurKeyAtDigiDIsChangedAtOneMoment(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		must(t, d.f.Add(ctx, d.recently(handler), d.clientOf(yilmaz), eid.BSN, bsn))
		p, in := d.made(federation.DigiD, saml.DigiD, eidsim.DigiD)
		must(t, p.save(in))
		p.reported()
		in.Enabled = true
		must(t, p.save(in))
		must(t, p.do("prepare", p.prepare))
		if _, err := p.enter(who("yilmaz", midden, "")); err != nil {
			t.Errorf("prepared: %v", err)
		}
		p.reported()
		must(t, p.do("switch", p.switchOver))
		if _, err := p.enter(who("yilmaz", midden, "")); err != nil {
			t.Errorf("switched: %v", err)
		}
	})
}

// elliptic is a key with its certificate that TLS takes and SAML does not, until an end.
func ellipticPEM(t *testing.T, end time.Time) []byte {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	about := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "line"}, NotBefore: end.Add(-24 * time.Hour), NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, about, about, k.Public(), k)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(k)
	must(t, err)
	return append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
}

func TestE1_KeysFromElsewhereMustBelongToTheirCertificate(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		p, _ := d.made(federation.EHerkenning, saml.EHerkenning, eidsim.EHerkenning)
		pemOf := func(name string, at time.Time) []byte {
			k, err := saml.NewKey(at, name)
			must(t, err)
			b, err := k.MarshalPEM()
			must(t, err)
			return b
		}
		one, others, olds := pemOf("one", d.now.Now()), pemOf("another", d.now.Now()), pemOf("old", d.now.Now().AddDate(-4, 0, 0))
		certificateOf := func(b []byte) []byte { return b[bytes.Index(b, []byte("-----BEGIN CERTIFICATE")):] }
		privateOf := func(b []byte) []byte { return b[:bytes.Index(b, []byte("-----BEGIN CERTIFICATE"))] }
		mixed := append(slices.Clone(privateOf(one)), certificateOf(others)...)
		lineOf := ellipticPEM(t, d.now.Now().AddDate(0, 1, 0))
		bring := func(text []byte) act {
			return func(a access.Staff, id string, v int64, once string) error {
				return p.f.BringKey(ctx, a, id, v, once, text)
			}
		}
		line := func(text []byte) act {
			return func(a access.Staff, id string, v int64, once string) error {
				return p.f.SetLine(ctx, a, id, v, once, text)
			}
		}
		for name, c := range map[string]struct {
			do   act
			want string
		}{
			"nothing":             {bring(nil), "secret_key:connection.bad_key"},
			"no PEM":              {bring([]byte("key")), "secret_key:connection.bad_key"},
			"a key alone":         {bring(privateOf(one)), "secret_key:connection.bad_key"},
			"a certificate alone": {bring(certificateOf(one)), "secret_key:connection.bad_key"},
			"of another":          {bring(mixed), "secret_key:connection.bad_key"},
			"of a curve":          {bring(lineOf), "secret_key:connection.bad_key"},
			"over":                {bring(olds), "secret_key:connection.key_over"},
			"too long":            {bring(append(slices.Clone(one), bytes.Repeat([]byte("\n"), federation.MaxPEM)...)), "secret_key:connection.bad_key"},
			"line: nothing":       {line(nil), "secret_line:connection.bad_line"},
			"line: of another":    {line(mixed), "secret_line:connection.bad_line"},
			"line: over":          {line(ellipticPEM(t, d.now.Now().Add(-time.Hour))), "secret_line:connection.key_over"},
		} {
			if err := p.do(name, c.do); wrongAt(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		must(t, p.do("bring", bring(append(slices.Clone(certificateOf(others)), privateOf(others)...)))) // in any order
		if s := p.sides(); s.Next == nil || s.Next.Subject != "another" {
			t.Errorf("brought: %+v", s.Next)
		}
		if err := p.do("bring two", bring(one)); !errs.Is(err, errs.Conflict) {
			t.Errorf("a second new key: %v", err)
		}
		must(t, p.do("switch", p.switchOver))
		must(t, p.do("line", line(lineOf)))
		s := p.sides()
		if s.Current.Subject != "another" || s.Line == nil || s.Line.Subject != "line" {
			t.Errorf("%+v", s)
		}
		if len(s.Ends) != 1 || s.Ends[0].What != federation.OurLine || s.Ends[0].Over {
			t.Errorf("what ends: %+v", s.Ends)
		}
		must(t, p.do("no line", func(a access.Staff, id string, v int64, once string) error { return p.f.DropLine(ctx, a, id, v, once) }))
		if s := p.sides(); s.Line != nil || len(s.Ends) != 0 {
			t.Errorf("without a line: %+v", s)
		}
		for _, event := range []string{"connection.key_brought", "connection.line_set", "connection.line_dropped"} {
			if n := d.count(event); n != 1 {
				t.Errorf("%s: %d in the journal", event, n)
			}
		}
		if all := d.dump("connection", "secret") + d.dump("journal", "objects"); strings.Contains(all, "PRIVATE KEY") {
			t.Error("a key lies open")
		}
	})
}

func TestE1_WhatEndsIsSaidInTime(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		p, in := d.made(federation.DigiD, saml.DigiD, eidsim.DigiD)
		must(t, p.save(in))
		p.reported()
		in.Enabled = true
		must(t, p.save(in))
		kinds := func() (list []string) {
			for _, e := range p.sides().Ends {
				word := e.What
				if e.Over {
					word += " over"
				}
				list = append(list, word)
			}
			return list
		}
		count := func() int {
			n, err := d.f.CountEnding(ctx, d.recently(admin))
			must(t, err)
			return n
		}
		if got := kinds(); len(got) != 0 || count() != 0 {
			t.Errorf("now: %v", got)
		}
		end := p.sides().Current.End
		d.now.Set(end.Add(-61 * 24 * time.Hour))
		early := kinds()
		d.now.Set(end.Add(-59 * 24 * time.Hour))
		if slices.Contains(early, federation.OurKey) || !slices.Contains(kinds(), federation.OurKey) || count() != 1 {
			t.Errorf("61 days before: %v, 59 days: %v", early, kinds())
		}
		d.now.Set(end.Add(time.Minute))
		if got := kinds(); !slices.Contains(got, federation.OurKey+" over") {
			t.Errorf("after it: %v", got)
		}
		in.Enabled = false
		must(t, p.save(in))
		if n := count(); n != 0 {
			t.Errorf("%d that let nobody in are counted", n)
		}
		must(t, p.do("prepare", p.prepare))
		must(t, p.do("switch", p.switchOver))
		if got := kinds(); slices.Contains(got, federation.OurKey+" over") {
			t.Errorf("with a new key: %v", got)
		}
	})
}
