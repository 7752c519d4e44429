// Package config is what an operator sets: a file of KEY=value lines, and the environment, which
// goes before it.
package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/caarlos0/env/v11"

	"voordeur/internal/blob"
	"voordeur/internal/bounce"
	"voordeur/internal/heic"
	"voordeur/internal/mail"
	"voordeur/internal/scan"
	"voordeur/internal/sms"
)

// Config is the configuration of an installation. The help tag is what --help prints.
type Config struct {
	Addr         string         `env:"VOORDEUR_ADDR" envDefault:"127.0.0.1:8080" help:"address to listen on"`
	TLSCert      string         `env:"VOORDEUR_TLS_CERT" help:"file of the certificate with its chain; empty behind a proxy that speaks TLS"`
	TLSKey       string         `env:"VOORDEUR_TLS_KEY" help:"file of the certificate's key; both are read again when they change"`
	ACMEEmail    string         `env:"VOORDEUR_ACME_EMAIL" help:"mail address for the authority that makes a certificate for each host of a tenant (ACME), whose terms are agreed to with it; empty makes none"`
	ACMECA       string         `env:"VOORDEUR_ACME_CA" envDefault:"https://acme-v02.api.letsencrypt.org/directory" help:"address of that authority"`
	RedirectAddr string         `env:"VOORDEUR_REDIRECT_ADDR" help:"address for those who come without TLS, as in :80: pages are sent on to https, and an authority may ask there; empty for none"`
	DB           string         `env:"VOORDEUR_DB" envDefault:"/var/lib/voordeur/voordeur.db" help:"SQLite file, or postgres://user:password@host/name"`
	Blobs        string         `env:"VOORDEUR_BLOBS" envDefault:"/var/lib/voordeur/blobs" help:"folder of the documents, or s3://BUCKET/PREFIX"`
	S3Endpoint   string         `env:"VOORDEUR_S3_ENDPOINT" help:"where the bucket is, as https://s3.eu-central-1.amazonaws.com; http:// to this machine only"`
	S3Region     string         `env:"VOORDEUR_S3_REGION" envDefault:"us-east-1" help:"region of the bucket"`
	S3AccessKey  string         `env:"VOORDEUR_S3_ACCESS_KEY" help:"access key there"`
	S3SecretKey  string         `env:"VOORDEUR_S3_SECRET_KEY" help:"secret key there"`
	S3PathStyle  bool           `env:"VOORDEUR_S3_PATH_STYLE" envDefault:"false" help:"true where the bucket stands in the path, as https://HOST/BUCKET, as with most stores of one's own"`
	KeyFile      string         `env:"VOORDEUR_KEY_FILE" envDefault:"/etc/voordeur/key" help:"file of the master key, mode 0600, made at the first start; keep it apart from the data"`
	OriginScheme string         `env:"VOORDEUR_ORIGIN_SCHEME" envDefault:"https" help:"https, or http for a try-out on this machine"`
	OriginPort   string         `env:"VOORDEUR_ORIGIN_PORT" help:"port that visitors see, empty for the scheme's own"`
	Proxies      []netip.Prefix `env:"VOORDEUR_TRUSTED_PROXIES" help:"networks of the proxies whose X-Forwarded-For is believed, as in 10.0.0.0/8,127.0.0.1/32"`
	Scan         string         `env:"VOORDEUR_SCAN" envDefault:"off" help:"virus scanner: clamd:unix:/run/clamav/clamd.ctl or clamd:HOST:PORT; off has none, and tells staff so"`
	HEIC         string         `env:"VOORDEUR_HEIC" envDefault:"off" help:"who makes JPEG of photos in HEIC: unix:/run/voordeur-heic.sock; off takes no HEIC, and telephones then send JPEG"`
	OpsAddr      string         `env:"VOORDEUR_OPS_ADDR" help:"address of the operator's page, metrics and profiles, as in 127.0.0.1:9180; empty for none"`
	OpsExposed   bool           `env:"VOORDEUR_OPS_EXPOSED" envDefault:"false" help:"true lets VOORDEUR_OPS_ADDR be one that other machines reach: it knows no log-in, so only the operator's network may"`
	OTLPEndpoint string         `env:"VOORDEUR_OTLP_ENDPOINT" help:"where traces are sent, OTLP over HTTP, as in https://traces.example.nl/v1/traces; http:// for this machine only; empty sends none"`
	Contact      string         `env:"VOORDEUR_SECURITY_CONTACT" help:"where a weakness is reported, as mailto:security@example.nl or https://..., for /.well-known/security.txt; empty has no such page"`
	SMTPAddr     string         `env:"VOORDEUR_SMTP_ADDR" envDefault:"localhost:587" help:"host:port of the mail server"`
	SMTPTLS      string         `env:"VOORDEUR_SMTP_TLS" envDefault:"starttls" help:"starttls: required, port 587; tls: from the first byte, port 465; none: for a server on this machine only"`
	SMTPUser     string         `env:"VOORDEUR_SMTP_USER" help:"user name there, empty for none"`
	SMTPPassword string         `env:"VOORDEUR_SMTP_PASSWORD" help:"password there"`
	BounceAddr   string         `env:"VOORDEUR_BOUNCE_ADDRESS" help:"where mail that does not arrive comes back to, as bounce@mail.example.nl, which becomes bounce+TOKEN@mail.example.nl; empty leaves it to the sender's mailbox"`
	BounceListen string         `env:"VOORDEUR_BOUNCE_LISTEN" help:"loopback address at which the mail server of this machine hands over what came back, as 127.0.0.1:2525"`
	SMS          string         `env:"VOORDEUR_SMS" envDefault:"off" help:"who sends text messages: spryng, cm, bird, or http for another gateway; off sends none"`
	SMSKey       string         `env:"VOORDEUR_SMS_KEY" help:"API key of Spryng, product token of CM.com, access key of Bird, or what {key} stands for in VOORDEUR_SMS_HEADER"`
	SMSAccount   string         `env:"VOORDEUR_SMS_ACCOUNT" help:"Spryng: the account, as SPNL0000000; Bird: WORKSPACE/CHANNEL"`
	SMSFrom      string         `env:"VOORDEUR_SMS_FROM" envDefault:"Voordeur" help:"sender that telephones show: at most 11 letters and digits, or a number; Bird has it with the channel"`
	SMSURL       string         `env:"VOORDEUR_SMS_URL" help:"address of the gateway; empty for the provider's own"`
	SMSHeader    string         `env:"VOORDEUR_SMS_HEADER" envDefault:"Authorization: Bearer {key}" help:"http: a header that goes along"`
	SMSBody      string         `env:"VOORDEUR_SMS_BODY" help:"http: the JSON that is posted, with {to}, {digits}, {text}, {from}, {reference} and {seconds}"`
	SMSRepeat    bool           `env:"VOORDEUR_SMS_REPEATABLE" envDefault:"false" help:"http: true when the gateway sends a message with an Idempotency-Key that it knows no second time"`
	SMSVoice     string         `env:"VOORDEUR_SMS_VOICE" help:"to call with a spoken code, CM.com: the number that calls, as +31201234567; Bird: the channel for calls; http: the JSON that is posted, with {language} too; empty makes no calls"`
	SMSVoiceURL  string         `env:"VOORDEUR_SMS_VOICE_URL" help:"address for calls; empty for the provider's own, or of http VOORDEUR_SMS_URL"`
	SMSReports   string         `env:"VOORDEUR_SMS_REPORTS" help:"secret of 24 letters and digits or more: the provider reports to https://HOST/sms/reports/SECRET; empty takes no reports"`
}

var tlsModes = map[string]mail.TLSMode{"starttls": mail.StartTLS, "tls": mail.ImplicitTLS, "none": mail.PlainText}

// SMTP returns how mail leaves the house.
func (c Config) SMTP() mail.SMTPConfig {
	return mail.SMTPConfig{Addr: c.SMTPAddr, TLS: tlsModes[c.SMTPTLS], Username: c.SMTPUser, Password: c.SMTPPassword}
}

// Scanner returns what looks for viruses.
func (c Config) Scanner() (scan.Scanner, error) {
	s, err := scan.New(c.Scan)
	if err != nil {
		return nil, fmt.Errorf("VOORDEUR_SCAN: %w", err)
	}
	return s, nil
}

// Photos returns what turns photos in HEIC, nil for nobody.
func (c Config) Photos() (*heic.Converter, error) {
	p, err := heic.New(c.HEIC)
	if err != nil {
		return nil, fmt.Errorf("VOORDEUR_HEIC: %w", err)
	}
	return p, nil
}

// S3 returns how to reach the bucket of an address, which may be another than that of Blobs while
// documents move. Documents cross a network by TLS alone.
func (c Config) S3(address string) (blob.S3Config, error) {
	s := blob.S3Config{Address: address, Endpoint: c.S3Endpoint, Region: c.S3Region, AccessKey: c.S3AccessKey, SecretKey: c.S3SecretKey, PathStyle: c.S3PathStyle}
	err := s.Check()
	if u, wrong := url.Parse(c.S3Endpoint); wrong == nil && u.Scheme == "http" && !Loopback(u.Hostname()) {
		err = errors.Join(err, fmt.Errorf("VOORDEUR_S3_ENDPOINT is http, and %q is not this machine: documents and keys would be readable on their way", u.Hostname()))
	}
	if err != nil {
		return s, fmt.Errorf("documents on S3 (VOORDEUR_BLOBS and VOORDEUR_S3_...): %w", err)
	}
	return s, nil
}

// testsOnly is the prefix of what only tests read.
const testsOnly = "VOORDEUR_TEST_"

// Load reads the file, when one is named, and the environment. All that is wrong is reported
// together.
func Load(file string) (Config, error) {
	var c Config
	var wrong []error
	values := map[string]string{}
	if file != "" {
		b, err := os.ReadFile(file) // #nosec G304 -- the file that the operator named
		if err != nil {
			return c, fmt.Errorf("config: %w", err)
		}
		wrong = append(wrong, parse(file, string(b), values)...)
	}
	for _, kv := range os.Environ() {
		if k, v, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(k, "VOORDEUR_") && !strings.HasPrefix(k, testsOnly) {
			values[k] = v
		}
	}
	for _, k := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(names(), k) {
			wrong = append(wrong, unknown(k))
		}
	}
	if err := env.ParseWithOptions(&c, env.Options{Environment: values}); err != nil {
		wrong = append(wrong, err)
	}
	wrong = append(wrong, c.check()...)
	if len(wrong) > 0 {
		return c, fmt.Errorf("config: %w", errors.Join(wrong...))
	}
	return c, nil
}

// check finds what no single value shows.
func (c Config) check() []error {
	var wrong []error
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if c.OriginScheme != "https" && c.OriginScheme != "http" {
		add("VOORDEUR_ORIGIN_SCHEME is %q, not https or http", c.OriginScheme)
	}
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		add("VOORDEUR_ADDR is %q, not host:port", c.Addr)
	}
	if n, err := strconv.Atoi(c.OriginPort); c.OriginPort != "" && (err != nil || n < 1 || n > 65535) {
		add("VOORDEUR_ORIGIN_PORT is %q, not a port", c.OriginPort)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		add("VOORDEUR_TLS_CERT and VOORDEUR_TLS_KEY go together")
	}
	if c.TLSCert != "" && c.OriginScheme == "http" {
		add("VOORDEUR_ORIGIN_SCHEME is http, but VOORDEUR_TLS_CERT serves https")
	}
	if _, err := c.Scanner(); err != nil {
		wrong = append(wrong, err)
	}
	if _, err := c.Photos(); err != nil {
		wrong = append(wrong, err)
	}
	wrong = append(wrong, c.checkACME()...)
	if c.Contact != "" && !strings.HasPrefix(c.Contact, "mailto:") && !strings.HasPrefix(c.Contact, "https://") || strings.ContainsAny(c.Contact, " \r\n") {
		add("VOORDEUR_SECURITY_CONTACT is %q, not mailto:ADDRESS or https://PAGE", c.Contact)
	}
	if blob.IsS3(c.Blobs) {
		if _, err := c.S3(c.Blobs); err != nil {
			wrong = append(wrong, err)
		}
	}
	wrong = append(wrong, c.checkOps()...)
	wrong = append(wrong, c.checkBounces()...)
	wrong = append(wrong, c.checkTexts()...)
	if u, err := url.Parse(c.OTLPEndpoint); c.OTLPEndpoint != "" && (err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !Loopback(u.Hostname()))) {
		add("VOORDEUR_OTLP_ENDPOINT is %q, not https://..., or http:// on this machine", c.OTLPEndpoint)
	}
	host, _, err := net.SplitHostPort(c.SMTPAddr)
	if err != nil {
		add("VOORDEUR_SMTP_ADDR is %q, not host:port", c.SMTPAddr)
	}
	mode, known := tlsModes[c.SMTPTLS]
	if !known {
		add("VOORDEUR_SMTP_TLS is %q, not starttls, tls or none", c.SMTPTLS)
	}
	if known && mode == mail.PlainText && !Loopback(host) {
		add("VOORDEUR_SMTP_TLS is none, and %q is not this machine: mail would be readable on its way", host)
	}
	if known && mode == mail.PlainText && c.SMTPUser != "" {
		add("VOORDEUR_SMTP_USER needs VOORDEUR_SMTP_TLS starttls or tls")
	}
	return wrong
}

// checkACME finds what keeps an authority from making certificates.
func (c Config) checkACME() []error {
	var wrong []error
	if c.ACMEEmail != "" {
		if c.TLSCert != "" {
			wrong = append(wrong, errors.New("VOORDEUR_ACME_EMAIL and VOORDEUR_TLS_CERT do not go together: one certificate is enough"))
		}
		if !mail.ValidAddress(c.ACMEEmail) {
			wrong = append(wrong, fmt.Errorf("VOORDEUR_ACME_EMAIL is %q, not a mail address", c.ACMEEmail))
		}
		if c.OriginScheme != "https" {
			wrong = append(wrong, errors.New("VOORDEUR_ORIGIN_SCHEME is http, but VOORDEUR_ACME_EMAIL serves https"))
		}
		if !strings.HasPrefix(c.ACMECA, "https://") {
			wrong = append(wrong, fmt.Errorf("VOORDEUR_ACME_CA is %q, not https", c.ACMECA))
		}
	}
	if c.RedirectAddr != "" {
		if _, _, err := net.SplitHostPort(c.RedirectAddr); err != nil {
			wrong = append(wrong, fmt.Errorf("VOORDEUR_REDIRECT_ADDR is %q, not host:port", c.RedirectAddr))
		}
		if c.ACMEEmail == "" && c.TLSCert == "" {
			wrong = append(wrong, errors.New("VOORDEUR_REDIRECT_ADDR needs TLS to lead to: VOORDEUR_ACME_EMAIL or VOORDEUR_TLS_CERT; behind a proxy that is the proxy's work"))
		}
	}
	return wrong
}

// checkOps refuses an operator's address that others can reach, unless that is said to be meant.
func (c Config) checkOps() []error {
	if c.OpsAddr == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(c.OpsAddr)
	if err != nil {
		return []error{fmt.Errorf("VOORDEUR_OPS_ADDR is %q, not host:port", c.OpsAddr)}
	}
	if !c.OpsExposed && !Loopback(host) {
		return []error{fmt.Errorf("VOORDEUR_OPS_ADDR is %q, which other machines may reach without a log-in: set VOORDEUR_OPS_EXPOSED=true if that is meant", c.OpsAddr)}
	}
	return nil
}

// checkBounces refuses half a way back, and one that others can reach: a mail server of this machine
// stands before it.
func (c Config) checkBounces() (wrong []error) {
	if (c.BounceAddr == "") != (c.BounceListen == "") {
		return []error{errors.New("VOORDEUR_BOUNCE_ADDRESS and VOORDEUR_BOUNCE_LISTEN go together")}
	}
	if c.BounceAddr == "" {
		return nil
	}
	if _, err := bounce.NewPaths(c.BounceAddr, nil); err != nil {
		wrong = append(wrong, fmt.Errorf("VOORDEUR_BOUNCE_ADDRESS is %q: %w", c.BounceAddr, err))
	}
	if host, _, err := net.SplitHostPort(c.BounceListen); err != nil || !Loopback(host) {
		wrong = append(wrong, fmt.Errorf("VOORDEUR_BOUNCE_LISTEN is %q, not host:port of this machine as in 127.0.0.1:2525", c.BounceListen))
	}
	return wrong
}

// Texts returns who sends text messages, nil for nobody. It asks nobody.
func (c Config) Texts() (sms.Provider, error) {
	p, err := sms.Open(sms.Config{
		Provider: c.SMS, URL: c.SMSURL, Key: c.SMSKey, Account: c.SMSAccount, From: c.SMSFrom, Header: c.SMSHeader, Body: c.SMSBody, Repeatable: c.SMSRepeat,
		Voice: c.SMSVoice, VoiceURL: c.SMSVoiceURL,
	})
	if err != nil {
		return nil, fmt.Errorf("VOORDEUR_SMS is %s: %w", c.SMS, err)
	}
	return p, nil
}

func (c Config) checkTexts() (wrong []error) {
	if _, err := c.Texts(); err != nil {
		wrong = append(wrong, err)
	}
	if err := sms.CheckSecret(c.SMSReports); err != nil {
		wrong = append(wrong, fmt.Errorf("VOORDEUR_SMS_REPORTS: %w", err))
	}
	return wrong
}

// Returns makes the return paths of mail with what authenticates them; nil when there are none.
func (c Config) Returns(mac bounce.MAC) (*bounce.Paths, error) {
	if c.BounceAddr == "" {
		return nil, nil
	}
	return bounce.NewPaths(c.BounceAddr, mac)
}

// Loopback reports whether a host is this machine seen from itself.
func Loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// names returns the names of all settings.
func names() []string {
	var list []string
	t := reflect.TypeFor[Config]()
	for i := range t.NumField() {
		list = append(list, t.Field(i).Tag.Get("env"))
	}
	return list
}

// unknown refuses a name and suggests the one that was probably meant.
func unknown(name string) error {
	best, least := "", 4
	for _, n := range names() {
		if d := distance(name, n); d < least {
			best, least = n, d
		}
	}
	if best == "" {
		return fmt.Errorf("there is no setting %s", name)
	}
	return fmt.Errorf("there is no setting %s; is %s meant?", name, best)
}

// distance counts the letters to add, drop or replace to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j]+1, row[j+1]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}

func parse(file, text string, into map[string]string) []error {
	var wrong []error
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, v, ok := strings.Cut(line, "=")
		if !ok {
			wrong = append(wrong, fmt.Errorf("%s: line %d has no =", file, n+1))
			continue
		}
		into[strings.TrimSpace(k)] = strings.TrimSpace(v)
	}
	return wrong
}

// Help lists every setting with its default.
func Help() string {
	var b strings.Builder
	t := reflect.TypeFor[Config]()
	for i := range t.NumField() {
		f := t.Field(i)
		fmt.Fprintf(&b, "  %-24s %s", f.Tag.Get("env"), f.Tag.Get("help"))
		if d := f.Tag.Get("envDefault"); d != "" {
			fmt.Fprintf(&b, " (%s)", d)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Table lists every setting as a table in Markdown, for the manual.
func Table() string {
	var b strings.Builder
	b.WriteString("| setting | default | meaning |\n|---|---|---|\n")
	t := reflect.TypeFor[Config]()
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		value := tag.Get("envDefault")
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", tag.Get("env"), value, tag.Get("help"))
	}
	return b.String()
}

// Example returns a file of settings to begin with: every one with its meaning and its default,
// none of them set.
func Example() string {
	var b strings.Builder
	b.WriteString("# Settings of Voordeur: take the # off a line to set it. docs/operations.md explains them.\n")
	for f := range reflect.TypeFor[Config]().Fields() {
		fmt.Fprintf(&b, "\n# %s\n#%s=%s\n", f.Tag.Get("help"), f.Tag.Get("env"), f.Tag.Get("envDefault"))
	}
	return b.String()
}
