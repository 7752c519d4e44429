package sms_test

import (
	"slices"
	"strings"
	"testing"

	"voordeur/internal/sms"
)

func providerOf(t testing.TB, name string) sms.Provider {
	t.Helper()
	c := sms.Config{Provider: name, URL: "https://sms.example.nl", Key: "k", From: "Voordeur", Account: "SPNL0000000", Body: `{"to":"{to}","text":"{text}"}`}
	if name == "bird" {
		c.Account = "a/b"
	}
	return open(t, c)
}

// reports are callbacks as the providers document them, with what each says.
var reports = []struct {
	provider, body string
	want           []sms.Report
}{
	{"spryng", `{"RequestId":"r","AccountReference":"SPNL0000000","Channel":"SMS","Status":"Delivered","Messages":[{"MessageId":"31b2dbc7","OccurredAtTime":"2026-02-18T15:18:08Z","Status":"Delivered"}]}`, []sms.Report{{Reference: "31b2dbc7", State: sms.Delivered}}},
	{"spryng", `{"Messages":[{"MessageId":"a","Status":"Failed","Reason":"absentSubscriber"},{"MessageId":"b","Status":"Expired"},{"MessageId":"c","Status":"Failed"}]}`, []sms.Report{{Reference: "a", State: sms.Failed, Why: sms.NoSuchNumber}, {Reference: "b", State: sms.Failed, Why: sms.Late}, {Reference: "c", State: sms.Failed, Why: sms.Undelivered}}},
	{"spryng", `{"Messages":[{"MessageId":"a","Status":"Received","Body":"STOP"}]}`, nil},
	{"cm", `{"messages":{"msg":{"received":"2026-11-24T09:00:00","to":"0031612345678","reference":"abc","status":{"code":"2","errorCode":"","errorDescription":""},"operator":"204 08"}}}`, []sms.Report{{Key: "abc", State: sms.Delivered}}},
	{"cm", `{"messages":{"msg":{"reference":"abc","status":{"code":0}}}}`, []sms.Report{{Key: "abc", State: sms.Accepted}}},
	{"cm", `{"messages":{"msg":{"reference":"abc","status":{"code":"1"}}}}`, []sms.Report{{Key: "abc", State: sms.Failed, Why: sms.Blocked}}},
	{"cm", `{"messages":{"msg":{"reference":"abc","status":{"code":"3"}}}}`, []sms.Report{{Key: "abc", State: sms.Failed, Why: sms.Undelivered}}},
	{"cm", `{"messages":{"msg":{"reference":"abc","status":{"code":"4"}}}}`, nil},
	{"bird", `{"service":"channels","event":"sms.outbound","payload":{"id":"3fa8","channelId":"b","reference":"abc","status":"delivered","reason":""}}`, []sms.Report{{Key: "abc", Reference: "3fa8", State: sms.Delivered}}},
	{"bird", `{"event":"sms.outbound","payload":{"id":"3fa8","reference":"abc","status":"delivery_failed"}}`, []sms.Report{{Key: "abc", Reference: "3fa8", State: sms.Failed, Why: sms.Undelivered}}},
	{"bird", `{"event":"sms.outbound","payload":{"id":"3fa8","reference":"abc","status":"sent"}}`, []sms.Report{{Key: "abc", Reference: "3fa8", State: sms.Accepted}}},
	{"bird", `{"event":"sms.outbound","payload":{"id":"3fa8","status":"something new"}}`, nil},
	{"http", `{"reference":"abc","status":"delivered"}`, []sms.Report{{Key: "abc", State: sms.Delivered}}},
	{"http", `{"reference":"abc","status":"expired"}`, []sms.Report{{Key: "abc", State: sms.Failed, Why: sms.Late}}},
	{"http", `{"reference":"abc","status":"failed"}`, []sms.Report{{Key: "abc", State: sms.Failed, Why: sms.Undelivered}}},
	{"http", `{"reference":"abc","status":"accepted"}`, []sms.Report{{Key: "abc", State: sms.Accepted}}},
}

func TestReportsAreReadAsTheProvidersWriteThem(t *testing.T) {
	for _, r := range reports {
		got, err := providerOf(t, r.provider).Reports([]byte(r.body))
		if err != nil || !slices.Equal(got, r.want) {
			t.Errorf("%s: %s\nis %+v, %v, should be %+v", r.provider, r.body, got, err, r.want)
		}
	}
}

func TestWhatIsNoReportIsRefused(t *testing.T) {
	for _, name := range providers {
		for _, body := range []string{"", "null", "[]", "{}", `{"messages":[]}`, `{"Messages":[]}`, `{"event":"sms.inbound","payload":{}}`, `{"reference":"a","status":"read"}`, "<MESSAGES/>", strings.Repeat("[", 100_000)} {
			if got, err := providerOf(t, name).Reports([]byte(body)); err == nil {
				t.Errorf("%s takes %.40s as %v", name, body, got)
			}
		}
	}
	o, err := sms.OpenOutbox(t.TempDir())
	must(t, err)
	if _, err := o.Reports([]byte(reports[0].body)); err == nil {
		t.Error("nobody reports of an outbox")
	}
}

// Who does not know the secret is nobody; and without a secret everybody is.
func TestACallbackIsKnownByItsSecret(t *testing.T) {
	const secret = "dit-is-een-geheim-van-de-beheerder"
	c := &sms.Callback{Secret: secret}
	if !c.Known(secret) || c.Known(secret[1:]) || c.Known("") || c.Known(secret+"x") {
		t.Error("not known by its secret alone")
	}
	if (&sms.Callback{}).Known("") || (*sms.Callback)(nil).Known("") || (*sms.Callback)(nil).Known(secret) {
		t.Error("without a secret somebody is known")
	}
	for s, good := range map[string]bool{"": true, secret: true, "kort": false, strings.Repeat("a", 129): false, "met een spatie erin en lang genoeg": false, "../../../../../../../../etc": false} {
		if (sms.CheckSecret(s) == nil) != good {
			t.Errorf("%q as a secret: %v", s, sms.CheckSecret(s))
		}
	}
}

// Nothing that comes in breaks the reading, or becomes a report without a name or a state.
func FuzzReports(f *testing.F) {
	for _, r := range reports {
		f.Add(r.body)
	}
	var all []sms.Provider
	for _, name := range providers {
		all = append(all, providerOf(f, name))
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, p := range all {
			list, err := p.Reports([]byte(body))
			for _, r := range list {
				if err != nil || r.State == "" || (r.State == sms.Failed) != (r.Why != "") {
					t.Errorf("%+v, %v of %s", r, err, body)
				}
			}
		}
	})
}
