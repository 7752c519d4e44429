package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"voordeur/internal/config"
	"voordeur/internal/db"
)

const notDelivered = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
	"Reporting-MTA: dns; mail.test\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"

// What comes back is taken in while the program serves, and makes its receiver unreachable.
func TestServeTakesInWhatComesBack(t *testing.T) {
	t.Setenv("VOORDEUR_BOUNCE_ADDRESS", "bounce@mail.test")
	t.Setenv("VOORDEUR_BOUNCE_LISTEN", "127.0.0.1:0")
	h := program(t, io.Discard)
	ctx, stop := context.WithCancel(context.Background())
	c, err := config.Load("")
	must(t, err)
	c.Addr = "127.0.0.1:0"
	out, says := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- serveHouse(ctx, c, h, says) }()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal(lines.Err())
	}
	_, addr, _ := strings.Cut(lines.Text(), "comes back to ")
	go func() { _, _ = io.Copy(io.Discard, out) }()

	var id, account string
	must(t, h.DB.QueryRow(ctx, `select m.id, m.account_id from mail m join account a on a.tenant_id = m.tenant_id and a.id = m.account_id and a.email = m.address
		where m.tenant_id = 'notaris' and a.email = 'c.dewit@post.example' limit 1`).Scan(&id, &account))
	lost := func() int {
		n, err := db.One(ctx, h.DB, db.Value[int], `select count(*) from unreachable where tenant_id = 'notaris' and account_id = $1`, account)
		must(t, err)
		return n
	}
	for _, step := range []struct {
		to   string
		code int
		lost int
	}{
		{"bounce+" + id + "-0000000000000000@mail.test", 550, 0},
		{h.Returns.Of("gemeente", id), 550, 0},
		{h.Returns.Of("notaris", id), 0, 1},
	} {
		client, err := smtp.Dial(addr)
		must(t, err)
		err = client.SendMail("", []string{step.to}, strings.NewReader(notDelivered))
		code := 0
		if answer, ok := err.(*smtp.SMTPError); ok {
			code, err = answer.Code, nil
		}
		must(t, err)
		must(t, client.Close())
		if code != step.code || lost() != step.lost {
			t.Errorf("%s: %d, and %d unreachable", step.to, code, lost())
		}
	}
	stop()
	must(t, <-ended)
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("the address of what comes back outlives the program")
	}
}

func TestAnAddressForWhatComesBackThatIsTakenStopsTheStart(t *testing.T) {
	h := program(t, io.Discard)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	c, err := config.Load("")
	must(t, err)
	c.Addr, c.BounceListen = "127.0.0.1:0", l.Addr().String()
	if err := serveHouse(context.Background(), c, h, io.Discard); err == nil || !strings.Contains(err.Error(), "VOORDEUR_BOUNCE_LISTEN") {
		t.Errorf("%v", err)
	}
}
