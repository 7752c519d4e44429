package saml_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"voordeur/internal/eid"
	"voordeur/internal/saml"
	"voordeur/internal/saml/samltest"
)

// foreign is a provider that is not ours, and our side of it.
type foreign struct {
	*samltest.Provider
	sp saml.SP
}

// newForeign starts one, and lets the two read each other's metadata.
func newForeign(t *testing.T, by string) foreign {
	t.Helper()
	f := foreign{samltest.New(t, by), sp(saml.DigiD)}
	f.sp.Next = saml.Key{} // DigiD is told of the next key alone, and this one believes what it is told
	var err error
	f.sp.IdP, err = saml.ParseMetadata(f.Metadata, true)
	must(t, err)
	ours, err := f.sp.Metadata()
	must(t, err)
	f.Trust(ours)
	return f
}

// asks goes there to log in, and returns the id of the question and the page.
func (f foreign) asks(t *testing.T, b samltest.Browser) (string, samltest.Page) {
	t.Helper()
	id := saml.NewID()
	sent, err := f.sp.Start(id, "relay", false, time.Now())
	must(t, err)
	return id, b.Open(sent.URL)
}

func TestD8_ADigiDLogInAtAProviderThatIsNotOurs(t *testing.T) {
	f := newForeign(t, samltest.ByArtifact)
	resolve := func(p samltest.Page, id string) (saml.Answer, error) {
		t.Helper()
		if at := p.At; at.Scheme+"://"+at.Host+at.Path != f.sp.ACS || at.Query().Get("RelayState") != "relay" {
			t.Fatalf("back at %s: %s", p.At, p.Body)
		}
		return f.sp.Resolve(context.Background(), http.DefaultClient, p.At.Query().Get("SAMLart"), id, time.Now())
	}
	b := f.Browser()
	asked, p := f.asks(t, b)
	if p = b.LogIn(p, samltest.Resident, "verkeerd"); !p.LogIn() {
		t.Fatalf("a wrong password leads to %s", p.At)
	}
	p = b.LogIn(p, samltest.Resident, samltest.Password)
	a, err := resolve(p, asked)
	must(t, err)
	if want := id(t, eid.BSN, "999990019"); len(a.Login.Legal) != 1 || a.Login.Legal[0] != want || a.Login.Level != eid.Medium || a.Login.Session == "" || a.ID == "" {
		t.Errorf("got %+v, %s", a.Login, a.ID)
	}
	if _, err := resolve(p, asked); !errors.Is(err, eid.ErrRefused) {
		t.Errorf("an artifact twice: %v", err)
	}
	_, p = f.asks(t, f.Browser())
	if p = f.Browser().LogIn(p, samltest.Resident, samltest.Password); strings.HasPrefix(p.At.String(), f.sp.ACS) {
		t.Errorf("another browser goes on where this one was: %s", p.At)
	}
	for name, want := range map[string]error{samltest.Low: eid.ErrLevel, samltest.Canceller: eid.ErrCancelled} {
		b := f.Browser()
		asked, p := f.asks(t, b)
		if _, err := resolve(b.LogIn(p, name, samltest.Password), asked); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b = f.Browser()
	_, p = f.asks(t, b)
	if _, err := resolve(b.LogIn(p, samltest.Resident, samltest.Password), saml.NewID()); !errors.Is(err, eid.ErrRefused) {
		t.Errorf("an answer to another question: %v", err)
	}
	// It believes questions with our signature alone.
	other := f.sp
	other.Current = keys()["stranger"]
	sent, err := other.Start(saml.NewID(), "", false, time.Now())
	must(t, err)
	if f.Browser().Open(sent.URL).LogIn() {
		t.Error("it takes a question with the signature of somebody else")
	}
}

func TestD8_AFormOfAProviderThatIsNotOursHoldsAsItWasSigned(t *testing.T) {
	f := newForeign(t, samltest.ByForm)
	b := f.Browser()
	asked, p := f.asks(t, b)
	to, form := b.LogIn(p, samltest.Resident, samltest.Password).Form()
	if to != f.sp.ACS || form.Get("RelayState") != "relay" {
		t.Fatalf("a form to %s with %q", to, form.Get("RelayState"))
	}
	field := form.Get("SAMLResponse")
	a, err := f.sp.Response(field, asked, time.Now())
	must(t, err)
	if want := id(t, eid.BSN, "999990019"); len(a.Login.Legal) != 1 || a.Login.Legal[0] != want {
		t.Errorf("got %+v", a.Login)
	}
	plain, err := base64.StdEncoding.DecodeString(field)
	must(t, err)
	for name, change := range map[string][2]string{
		"somebody else":    {"999990019", "999990020"},
		"a higher level":   {"MobileTwoFactorContract", "SmartcardPKI"},
		"another audience": {"<saml:Audience>" + f.sp.ID, "<saml:Audience>" + f.sp.ID + "x"},
		"a comment":        {"999990019", "<!---->999990019"},
		"a space":          {`Version="2.0"`, `Version="2.0" `}, // which says nothing else
	} {
		changed := strings.ReplaceAll(string(plain), change[0], change[1])
		if changed == string(plain) {
			t.Errorf("%s changes nothing", name)
		}
		_, err := f.sp.Response(base64.StdEncoding.EncodeToString([]byte(changed)), asked, time.Now())
		if name == "a space" && err != nil || name != "a space" && !errors.Is(err, eid.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, at := range map[string]time.Time{"long after": time.Now().Add(15*time.Minute + 2*time.Minute), "before": time.Now().Add(-10 * time.Minute)} {
		if _, err := f.sp.Response(field, asked, at); !errors.Is(err, eid.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
