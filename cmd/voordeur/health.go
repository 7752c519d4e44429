package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"voordeur/internal/config"
)

// healthTime is how long the program may take to say that it is well.
const healthTime = 8 * time.Second

// health asks the program that runs here whether it and its database answer, for who starts it in a
// container.
func health(ctx context.Context, args []string, out io.Writer) error {
	flags := flagSet("health", out)
	host := flags.String("host", "", "host of a tenant whose certificate is asked for; needed where an authority makes them (VOORDEUR_ACME_EMAIL)")
	c, err := configured(flags, args, out)
	if err != nil {
		return helped(err)
	}
	if c.ACMEEmail != "" && *host == "" {
		return errors.New("there is a certificate for each host: name one of a tenant with --host")
	}
	url, err := readyz(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{ServerName: *host, InsecureSkipVerify: true}, // #nosec G402 -- it asks itself, and what it hears is no secret
	}}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, res.Status)
	}
	_, err = fmt.Fprintln(out, "well")
	return err
}

// readyz is where the program of this configuration tells how it does, seen from its own machine.
func readyz(c config.Config) (string, error) {
	scheme := "http"
	if c.TLSCert != "" || c.ACMEEmail != "" {
		scheme = "https"
	}
	host, number, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, number) + "/readyz", nil
}
