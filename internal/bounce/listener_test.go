package bounce_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"voordeur/internal/bounce"
)

// office keeps reports in memory, or is away.
type office struct {
	mu        sync.Mutex
	away      error
	awayFirst bool // already when the recipient is named
	got       []string
}

func (o *office) Tenants(context.Context) ([]string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.awayFirst {
		return nil, o.away
	}
	return []string{"linde", "gemeente"}, nil
}

func (o *office) Returned(_ context.Context, tenantID, id string, r bounce.Report) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.away == nil {
		o.got = append(o.got, tenantID+" "+id+" "+string(r.Why)+" "+r.Words)
	}
	return o.away
}

func (o *office) leave(err error, first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away, o.awayFirst = err, first
}

func listen(t *testing.T, o *office, log *bytes.Buffer) string {
	t.Helper()
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := bounce.NewListener(paths(t, "key"), o, slog.New(slog.NewTextHandler(log, nil)))
	ended := make(chan error, 1)
	go func() { ended <- l.Serve(on) }()
	t.Cleanup(func() {
		err := errors.Join(l.Close(), <-ended)
		if err != nil {
			t.Error(err)
		}
	})
	return on.Addr().String()
}

// hand gives a mail to the listener as a mail server does, and returns the code of its answer.
func hand(t *testing.T, addr, to, raw string) int {
	t.Helper()
	c, err := smtp.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err = c.SendMail("", []string{to}, strings.NewReader(raw)); err == nil {
		return 250
	}
	answer, ok := errors.AsType[*smtp.SMTPError](err)
	if !ok {
		t.Fatal(err)
	}
	return answer.Code
}

const nobodyThere = aboutMessage + "Final-Recipient: rfc822; jan@client.test\nAction: failed\nStatus: 5.1.1\n"

func TestReportsAreTakenInForTheirMail(t *testing.T) {
	var log bytes.Buffer
	o := &office{}
	addr := listen(t, o, &log)
	path := paths(t, "key").Of("gemeente", "mail1")
	if code := hand(t, addr, path, reported(nobodyThere)); code != 250 || len(o.got) != 1 || o.got[0] != "gemeente mail1 no_address 5.1.1" {
		t.Errorf("%d %v", code, o.got)
	}
	for name, to := range map[string]string{"forged": paths(t, "other").Of("gemeente", "mail1"), "anybody": "info@mail.test", "no token": "bounce@mail.test"} {
		if code := hand(t, addr, to, reported(nobodyThere)); code != 550 {
			t.Errorf("%s: %d", name, code)
		}
	}
	if code := hand(t, addr, path, "Subject: Ik ben er niet\r\n\r\nTot maandag.\r\n"); code != 250 {
		t.Errorf("an out-of-office reply: %d", code)
	}
	if code := hand(t, addr, path, reported(nobodyThere+strings.Repeat("x", 1000)+"\n"+strings.Repeat("yyyyyyyyy\n", 500<<10))); code != 552 {
		t.Errorf("a mail without end: %d", code)
	}
	if len(o.got) != 1 {
		t.Errorf("%v", o.got)
	}
	if strings.Contains(log.String(), "@") {
		t.Errorf("the log names an address:\n%s", &log)
	}
}

// A report that cannot be kept now comes again from the mail server's queue.
func TestAReportThatCannotBeKeptIsNotConfirmed(t *testing.T) {
	var log bytes.Buffer
	o := &office{}
	addr, path := listen(t, o, &log), paths(t, "key").Of("linde", "mail2")
	for _, first := range []bool{true, false} {
		o.leave(errors.New("the database is away"), first)
		if code := hand(t, addr, path, reported(nobodyThere)); code != 451 {
			t.Errorf("away, when the recipient is named already %t: %d", first, code)
		}
	}
	o.leave(nil, false)
	if code := hand(t, addr, path, reported(nobodyThere)); code != 250 || len(o.got) != 1 {
		t.Errorf("back: %d %v", code, o.got)
	}
}
