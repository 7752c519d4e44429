package notify_test

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/sms"
	"voordeur/internal/sms/smstest"
	"voordeur/internal/tenant"
	"voordeur/internal/world/worldtest"
)

// envTexter has the test's own program work the queue of text messages instead of testing.
const envTexter = "VOORDEUR_TEST_TEXTER"

// errand is what such a process is told.
type errand struct {
	Address, KeyFile string
	Now              time.Time
	Gateway          sms.Config
	Roots            []byte
}

func TestMain(m *testing.M) {
	if text := os.Getenv(envTexter); text != "" {
		if err := run(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func run(text string) error {
	var e errand
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return err
	}
	now := clock.NewManual(e.Now)
	d, err := db.Open(ctx, e.Address, db.Options{Clock: now})
	if err != nil {
		return err
	}
	keys, err := crypt.OpenKeyFile(e.KeyFile)
	if err != nil {
		return err
	}
	e.Gateway.Clock, e.Gateway.RootCAs = now, x509.NewCertPool()
	e.Gateway.RootCAs.AppendCertsFromPEM(e.Roots)
	s, err := sms.Open(e.Gateway)
	if err != nil {
		return err
	}
	p := &post{World: &worldtest.World{}, now: now}
	p.DB, p.Tenants = d, tenant.New(d, keys, tenant.Origin{Scheme: "http"})
	_, err = p.texts(s).Drain(ctx)
	return errors.Join(err, d.Close())
}

// A program is killed with SIGKILL at any moment while it sends, and another goes on: each message has
// left once at most, and where it says so it has left.
func TestG18_AProgramKilledWhileItSendsSendsNothingTwice(t *testing.T) {
	each(t, func(p *post) {
		for n := range 8 {
			provider := []string{"cm", "http"}[n%2]
			p.rich()
			p.now.Advance(time.Second)
			g := smstest.Start(t, provider)
			if n < 2 { // it has the message, and the program waits for its answer
				g.Now(smstest.Hangs)
			}
			must(t, p.text(fmt.Sprintf("06 1%07d", n), code))
			p.killed(g, n < 2)
			g.Now(smstest.Well)
			p.now.Advance(2 * time.Minute)
			p.drain(p.texts(p.provider(g)))
			k, took := p.kept(), len(g.Took())
			if took > 1 || k.state == "accepted" && took != 1 || k.state != "accepted" && (k.state != "unknown" || provider == "http") || k.content != nil {
				t.Errorf("%s, round %d: it is %s, sent %d times", provider, n, k.state, took)
			}
		}
	})
}

// killed has another program work the queue, and kills it: when it has asked the gateway, or any moment
// after it began.
func (p *post) killed(g *smstest.Gateway, asked bool) {
	p.t.Helper()
	c := g.Config()
	c.RootCAs, c.Timeout = nil, 10*time.Second
	text, err := json.Marshal(errand{dbtest.Address(p.t, p.DB), filepath.Join(filepath.Dir(p.Outbox), "key"), p.now.Now(), c, g.Certificate()})
	must(p.t, err)
	cmd := exec.Command(os.Args[0]) // #nosec G204 -- this program itself
	cmd.Env, cmd.Stderr = append(os.Environ(), envTexter+"="+string(text)), os.Stderr
	must(p.t, cmd.Start())
	if asked {
		for wait := 0; g.Calls() == 0 && wait < 4000; wait++ {
			time.Sleep(5 * time.Millisecond)
		}
	} else {
		time.Sleep(time.Duration(rand.IntN(250)) * time.Millisecond) // #nosec G404 -- no secret
	}
	must(p.t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed, or had come to its end
}
