package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"voordeur/internal/config"
)

func TestFileAndEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "voordeur.env")
	if err := os.WriteFile(file, []byte("# a remark\nVOORDEUR_ADDR=127.0.0.1:9\nVOORDEUR_DB = here.db\nVOORDEUR_TRUSTED_PROXIES=10.0.0.0/8,127.0.0.1/32\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VOORDEUR_ADDR", "127.0.0.1:10")
	c, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:10" || c.DB != "here.db" || len(c.Proxies) != 2 {
		t.Errorf("%+v", c)
	}
	for name, text := range map[string]string{"no =": "VOORDEUR_ADDR", "scheme": "VOORDEUR_ORIGIN_SCHEME=ftp", "proxy": "VOORDEUR_TRUSTED_PROXIES=x"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := config.Load(file); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestEverythingWrongIsReportedTogether(t *testing.T) {
	file := filepath.Join(t.TempDir(), "voordeur.env")
	text := "no equals sign\nVOORDEUR_ADR=127.0.0.1:9\nVOORDEUR_XYZZY=1\nVOORDEUR_ORIGIN_PORT=abc\nVOORDEUR_TLS_CERT=cert.pem\nVOORDEUR_SMTP_TLS=none\nVOORDEUR_SMTP_ADDR=mail.example:25\nVOORDEUR_SMTP_USER=me\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(file)
	if err == nil {
		t.Fatal("was taken")
	}
	for _, want := range []string{
		"line 1 has no =", "no setting VOORDEUR_ADR; is VOORDEUR_ADDR meant?", "no setting VOORDEUR_XYZZY\n", "VOORDEUR_ORIGIN_PORT",
		"go together", `"mail.example" is not this machine`, "VOORDEUR_SMTP_USER needs",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
}

func TestTheScannerIsOffOrNamed(t *testing.T) {
	if c, err := config.Load(""); err != nil || c.Scan != "off" {
		t.Errorf("%q, %v", c.Scan, err)
	}
	for value, good := range map[string]bool{"off": true, "clamd:unix:/run/clamav/clamd.ctl": true, "clamd:127.0.0.1:3310": true, "on": false, "clamav": false, "clamd:": false} {
		t.Setenv("VOORDEUR_SCAN", value)
		_, err := config.Load("")
		if (err == nil) != good || !good && !strings.Contains(err.Error(), `VOORDEUR_SCAN: "`+value+`" is not off`) {
			t.Errorf("%q: %v", value, err)
		}
	}
}

func TestDocumentsCrossANetworkByTLSAlone(t *testing.T) {
	t.Setenv("VOORDEUR_BLOBS", "s3://documents/linde")
	t.Setenv("VOORDEUR_S3_ACCESS_KEY", "access")
	t.Setenv("VOORDEUR_S3_SECRET_KEY", "very secret")
	for endpoint, good := range map[string]bool{
		"https://s3.example.nl": true, "http://127.0.0.1:9000": true, "http://localhost:9000": true, "http://[::1]:9000": true,
		"http://s3.example.nl": false, "http://10.0.0.5:9000": false, "": false, "s3.example.nl": false, "https://access:very%20secret@s3.example.nl": false,
	} {
		t.Setenv("VOORDEUR_S3_ENDPOINT", endpoint)
		c, err := config.Load("")
		if (err == nil) != good || err != nil && strings.Contains(err.Error(), "secret@") {
			t.Errorf("%q: %v", endpoint, err)
		}
		if s, err := c.S3("s3://other"); good && (err != nil || s.SecretKey != "very secret" || s.Address != "s3://other") {
			t.Errorf("%q: %+v, %v", endpoint, s, err)
		}
	}
	t.Setenv("VOORDEUR_S3_ENDPOINT", "https://s3.example.nl")
	t.Setenv("VOORDEUR_S3_SECRET_KEY", "")
	if _, err := config.Load(""); err == nil || !strings.Contains(err.Error(), "secret key is missing") {
		t.Errorf("without a secret: %v", err)
	}
}

func TestMailWithoutTLSOnThisMachine(t *testing.T) {
	for addr, mode := range map[string]string{"127.0.0.1:25": "none", "[::1]:25": "none", "localhost:25": "none", "mail.example:465": "tls"} {
		t.Setenv("VOORDEUR_SMTP_ADDR", addr)
		t.Setenv("VOORDEUR_SMTP_TLS", mode)
		if _, err := config.Load(""); err != nil {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestTheOperatorsAddressIsNotForOthers(t *testing.T) {
	for _, c := range []struct {
		addr, exposed string
		taken         bool
	}{
		{"", "", true},
		{"127.0.0.1:9180", "", true},
		{"[::1]:9180", "", true},
		{"localhost:9180", "", true},
		{":9180", "", false},
		{"0.0.0.0:9180", "", false},
		{"10.0.0.5:9180", "false", false},
		{"metrics.example:9180", "", false},
		{"0.0.0.0:9180", "true", true},
		{"9180", "true", false},
		{"127.0.0.1:9180", "perhaps", false},
	} {
		t.Setenv("VOORDEUR_OPS_ADDR", c.addr)
		t.Setenv("VOORDEUR_OPS_EXPOSED", c.exposed)
		if _, err := config.Load(""); (err == nil) != c.taken {
			t.Errorf("%q, exposed %q: %v", c.addr, c.exposed, err)
		}
	}
}

// The example sets nothing, and can be read with every line set to its default.
func TestExample(t *testing.T) {
	file := filepath.Join(t.TempDir(), "voordeur.env")
	for name, text := range map[string]string{"as it is": config.Example(), "all set": strings.ReplaceAll(config.Example(), "\n#VOORDEUR", "\nVOORDEUR")} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := config.Load(file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plain, err := config.Load("")
		if err != nil || !reflect.DeepEqual(got, plain) {
			t.Errorf("%s: %+v, want %+v (%v)", name, got, plain, err)
		}
	}
	if n := strings.Count(config.Example(), "\n#VOORDEUR_"); n != reflect.TypeFor[config.Config]().NumField() {
		t.Errorf("the example has %d settings", n)
	}
}

func TestTheWayBackIsWholeAndOfThisMachine(t *testing.T) {
	for _, c := range []struct {
		address, listen string
		wrong           string // "" when it is good
	}{
		{"", "", ""},
		{"bounce@mail.example.nl", "127.0.0.1:2525", ""},
		{"bounce@mail.example.nl", "localhost:2525", ""},
		{"bounce@mail.example.nl", "", "go together"},
		{"", "127.0.0.1:2525", "go together"},
		{"bounce", "127.0.0.1:2525", "VOORDEUR_BOUNCE_ADDRESS"},
		{"a+b@mail.example.nl", "127.0.0.1:2525", "VOORDEUR_BOUNCE_ADDRESS"},
		{"bounce@mail.example.nl", "0.0.0.0:2525", "VOORDEUR_BOUNCE_LISTEN"},
		{"bounce@mail.example.nl", ":2525", "VOORDEUR_BOUNCE_LISTEN"},
		{"bounce@mail.example.nl", "127.0.0.1", "VOORDEUR_BOUNCE_LISTEN"},
	} {
		t.Setenv("VOORDEUR_BOUNCE_ADDRESS", c.address)
		t.Setenv("VOORDEUR_BOUNCE_LISTEN", c.listen)
		got, err := config.Load("")
		if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%+v: %v", c, err)
		}
		if paths, err := got.Returns(nil); c.wrong == "" && (err != nil || (paths == nil) != (c.address == "")) {
			t.Errorf("%+v: %v, %v", c, paths, err)
		}
	}
}

func TestAnAuthorityMakesCertificatesWhereTheyFit(t *testing.T) {
	for _, c := range []struct {
		settings string
		wrong    string // "" when it is taken
	}{
		{"ACME_EMAIL=beheer@delinde.nl", ""},
		{"ACME_EMAIL=beheer@delinde.nl REDIRECT_ADDR=:80", ""},
		{"TLS_CERT=a TLS_KEY=b REDIRECT_ADDR=:80", ""},
		{"ACME_EMAIL=beheer@delinde.nl TLS_CERT=a TLS_KEY=b", "do not go together"},
		{"ACME_EMAIL=beheer", "not a mail address"},
		{"ACME_EMAIL=beheer@delinde.nl ORIGIN_SCHEME=http", "serves https"},
		{"ACME_EMAIL=beheer@delinde.nl ACME_CA=http://ca.example", "not https"},
		{"ACME_EMAIL=beheer@delinde.nl REDIRECT_ADDR=80", "not host:port"},
		{"REDIRECT_ADDR=:80", "needs TLS"},
	} {
		t.Run(c.settings, func(t *testing.T) {
			for setting := range strings.FieldsSeq(c.settings) {
				name, value, _ := strings.Cut(setting, "=")
				t.Setenv("VOORDEUR_"+name, value)
			}
			_, err := config.Load("")
			if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestTracesGoOverTLSOrNotFar(t *testing.T) {
	for value, good := range map[string]bool{
		"": true, "https://traces.example.nl/v1/traces": true, "http://127.0.0.1:4318/v1/traces": true, "http://localhost:4318/v1/traces": true,
		"http://traces.example.nl/v1/traces": false, "traces.example.nl:4317": false, "ftp://127.0.0.1/": false, "https://": false, "%zz": false,
	} {
		t.Setenv("VOORDEUR_OTLP_ENDPOINT", value)
		if _, err := config.Load(""); (err == nil) != good {
			t.Errorf("%q: %v", value, err)
		}
	}
}

func TestTextMessagesAreOffOrWhole(t *testing.T) {
	if c, err := config.Load(""); err != nil || c.SMS != "off" {
		t.Errorf("%q, %v", c.SMS, err)
	}
	file := filepath.Join(t.TempDir(), "voordeur.env")
	for text, want := range map[string]string{
		"VOORDEUR_SMS=spryng\nVOORDEUR_SMS_KEY=k\nVOORDEUR_SMS_ACCOUNT=SPNL0000000":                                        "",
		"VOORDEUR_SMS=cm\nVOORDEUR_SMS_KEY=k\nVOORDEUR_SMS_REPORTS=abcdefghijklmnopqrstuvwx":                               "",
		"VOORDEUR_SMS=bird\nVOORDEUR_SMS_KEY=k\nVOORDEUR_SMS_ACCOUNT=a/b":                                                  "",
		"VOORDEUR_SMS=http\nVOORDEUR_SMS_URL=https://sms.example.nl\nVOORDEUR_SMS_BODY={\"to\":\"{to}\",\"t\":\"{text}\"}": "",
		"VOORDEUR_SMS=twilio":                     `"twilio" is no provider`,
		"VOORDEUR_SMS=cm":                         "the key is missing",
		"VOORDEUR_SMS=spryng\nVOORDEUR_SMS_KEY=k": "SPNL0000000",
		"VOORDEUR_SMS=cm\nVOORDEUR_SMS_KEY=k\nVOORDEUR_SMS_URL=http://x.nl": "https",
		"VOORDEUR_SMS_REPORTS=short":                                        "VOORDEUR_SMS_REPORTS",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(file)
		if want == "" {
			p, opened := c.Texts()
			if err != nil || opened != nil || p == nil {
				t.Errorf("%s: %v, %v", text, err, opened)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
