package main

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/config"
)

func TestEveryCommandHasHelpThatListsTheConfiguration(t *testing.T) {
	for _, c := range commands() {
		if c.name == "version" || c.name == "routes" {
			continue
		}
		var out bytes.Buffer
		if err := run(context.Background(), []string{c.name, "--help"}, &out); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		for _, want := range []string{"VOORDEUR_DB", "VOORDEUR_TLS_CERT", "-config", "-db"} {
			if !slices.Contains([]string{"demo", "eid-sim", "heic"}, c.name) && !strings.Contains(out.String(), want) {
				t.Errorf("%s --help lacks %s", c.name, want)
			}
		}
	}
	var out bytes.Buffer
	if err := run(context.Background(), []string{"srve"}, &out); err == nil || !strings.Contains(out.String(), "serve") {
		t.Errorf("an unknown command: %v, %s", err, out.String())
	}
}

// The manual's table of settings and its list of commands are made from the program.
func TestTheManualIsCurrent(t *testing.T) {
	b, err := os.ReadFile("../../docs/operations.md")
	must(t, err)
	if !strings.Contains(string(b), config.Table()) {
		t.Errorf("docs/operations.md needs this table:\n%s", config.Table())
	}
	readme, err := os.ReadFile("../../README.md")
	must(t, err)
	for _, c := range commands() {
		if !strings.Contains(string(b), "voordeur "+c.name) {
			t.Errorf("docs/operations.md does not tell of %s", c.name)
		}
		if !strings.Contains(string(readme), "`"+c.name+"`") {
			t.Errorf("README.md does not tell of %s", c.name)
		}
	}
	if !strings.Contains(string(readme), "docs/operations.md") {
		t.Error("README.md does not link the manual")
	}
}

func TestSeedAsksForATenantAndRefusesOneInUse(t *testing.T) {
	h := program(t, &journal{})
	ctx := context.Background()
	var out bytes.Buffer
	if err := run(ctx, []string{"seed"}, &out); err == nil || !strings.Contains(err.Error(), "--tenant") {
		t.Errorf("%v", err)
	}
	if err := run(ctx, []string{"seed", "--tenant", "notaris", "--dossiers", "10"}, &out); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Errorf("%v", err)
	}
	if err := run(ctx, []string{"seed", "--tenant", "notaris", "--dossiers", "10", "--force"}, &out); err != nil {
		t.Errorf("%v", err)
	}
	var n int
	must(t, h.DB.QueryRow(ctx, `select count(*) from dossier where id >= 'seeddossier' and id < 'seeddossies'`).Scan(&n))
	if n != 10 {
		t.Errorf("%d dossiers", n)
	}
}

func TestAdminMakesATenantAndItsAdministrator(t *testing.T) {
	h := program(t, &journal{})
	ctx := context.Background()
	var out bytes.Buffer
	for name, args := range map[string][]string{
		"a short name with a slash": {"tenant", "../x", "X", "x.example", "kantoor.x.example", "x@x.example"},
		"no mail address":           {"tenant", "linde", "De Linde", "linde.example", "kantoor.linde.example", "geen adres"},
		"too few words":             {"tenant", "linde"},
		"no such role":              {"staff", "notaris", "a@x.example", "A", "boss"},
	} {
		if err := run(ctx, append([]string{"admin"}, args...), &out); err == nil {
			t.Errorf("%s was let through", name)
		}
	}
	must(t, run(ctx, []string{"admin", "tenant", "linde", "De Linde", "linde.example", "kantoor.linde.example", "portaal@linde.example", "docs.linde.example"}, &out))
	if !strings.Contains(out.String(), "http://linde.example") || !strings.Contains(out.String(), "voordeur admin staff linde") {
		t.Errorf("it does not say what to do next: %s", out.String())
	}
	if err := newStaff(ctx, h, []string{"linde", "bea@linde.example", "Bea", "administrator"}, strings.NewReader("kort\n"), &out); err == nil || !strings.Contains(err.Error(), "8") {
		t.Errorf("a short password: %v", err)
	}
	must(t, newStaff(ctx, h, []string{"linde", "bea@linde.example", "Bea", "administrator"}, strings.NewReader("Abcdefg1\n"), &out))
	must(t, run(ctx, []string{"admin", "reset-factor", "linde", "bea@linde.example"}, &out))
}
