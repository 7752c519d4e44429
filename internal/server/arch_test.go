package server_test

import (
	"encoding/json"
	"errors"
	"go/parser"
	gotoken "go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ranks of the house: a package imports only lower ranks, and within a rank what is named before it.
var ranks = [][]string{
	{"errs", "clock", "i18n", "disk", "bulkhead", "trace"},
	{"crypt", "db", "access/internal/mint", "access", "access/authn", "blob", "scan", "filetype", "picture", "heic", "heic/heictest", "inspect", "inspect/hostile", "inspect/hostile/write", "jobs", "mail", "bounce", "sms", "eid", "saml", "saml/samltest", "eid/oidc", "eid/oidc/oidctest", "config", "pdf", "form", "form/design", "passwords", "ui", "web", "ops", "db/dbtest", "db/sqlcheck", "scan/scantest", "mail/mailtest", "sms/smstest"},
	{"audit", "notify", "tenant", "letter", "identity"},
	{"client", "mandate", "federation", "department", "dossiertype"},
	{"dossier"},
	{"message", "note", "questionnaire", "questionnaire/filling", "product", "request", "approval", "retention"},
	{"request/saying", "approval/saying"},
	{"home", "office", "approval/approvalweb", "audit/auditweb", "client/clientweb", "department/departmentweb", "dossier/dossierweb", "dossiertype/dossiertypeweb", "federation/federationweb", "home/homeweb", "identity/identityweb", "mandate/mandateweb", "message/messageweb", "office/officeweb", "questionnaire/designerweb", "questionnaire/questionnaireweb", "product/productweb", "request/requestweb", "retention/retentionweb", "tenant/tenantweb"},
	{"eidsim", "world", "world/worldtest", "backup", "move", "rekey", "server", "storm/trace", "storm/powercut", "storm", "bench"},
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "voordeur/...").Output()
	must(t, err)
	dec := json.NewDecoder(strings.NewReader(string(out)))
	var list []pkg
	for {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return list
		}
		must(t, err)
		list = append(list, p)
	}
}

func rank(name string) (int, int, bool) {
	for r, names := range ranks {
		if i := slices.Index(names, name); i >= 0 {
			return r, i, true
		}
	}
	return 0, 0, false
}

func TestArchitecture(t *testing.T) {
	seen := 0
	for _, p := range packages(t) {
		name, ours := strings.CutPrefix(p.ImportPath, "voordeur/internal/")
		if !ours {
			continue
		}
		seen++
		r, i, ok := rank(name)
		if !ok {
			t.Errorf("%s has no rank", name)
			continue
		}
		for _, imp := range p.Imports {
			other, ours := strings.CutPrefix(imp, "voordeur/internal/")
			if !ours {
				continue
			}
			or, oi, known := rank(other)
			switch {
			case !known || or > r || or == r && oi > i:
				t.Errorf("%s imports %s, which is not below it", name, other)
			case strings.HasSuffix(name, "web") && r == 6 && strings.HasSuffix(other, "web") && or == 6:
				t.Errorf("%s imports another web package, %s", name, other)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d packages looked at", seen)
	}
}

// The simulator lets everybody in as anybody, so nothing that serves people knows it.
func TestOnlyTheDemoAndItsOwnCommandKnowTheSimulator(t *testing.T) {
	const simulator = "voordeur/internal/eidsim"
	for _, p := range packages(t) {
		if slices.Contains(p.Imports, simulator) && p.ImportPath != "voordeur/cmd/voordeur" && p.ImportPath != "voordeur/internal/world" {
			t.Errorf("%s imports the simulator", p.ImportPath)
		}
	}
	files, err := filepath.Glob("../../cmd/voordeur/*.go")
	must(t, err)
	for _, name := range files {
		f, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, parser.ImportsOnly)
		must(t, err)
		for _, spec := range f.Imports {
			base := filepath.Base(name)
			if spec.Path.Value == strconv.Quote(simulator) && !strings.HasPrefix(base, "demo") && base != "eidsim.go" && !strings.HasSuffix(base, "_test.go") {
				t.Errorf("%s imports the simulator", base)
			}
		}
	}
}
