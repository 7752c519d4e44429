// Package deploy_test holds what is installed to what the manual promises.
package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var exposure = regexp.MustCompile(`Overall exposure level for \S+: ([0-9.]+)`)

// atMost is the exposure that DigiD's norm U/PW.07 is read as.
const atMost = 2.0

func TestTheUnitIsShutIn(t *testing.T) {
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed; scripts/install-test-tools installs it")
	}
	for _, unit := range []string{"voordeur", "voordeur-backup", "voordeur-drill", "voordeur-heic"} {
		out, err := exec.Command(tool, "security", "--offline=true", "systemd/"+unit+".service").CombinedOutput()
		found := exposure.FindSubmatch(out)
		if err != nil || found == nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if level, err := strconv.ParseFloat(string(found[1]), 64); err != nil || level > atMost {
			t.Errorf("%s: exposure %s is above %v\n%s", unit, found[1], atMost, out)
		}
	}
}

// packed is all that the package has.
var packed = []string{
	"usr/bin/voordeur",
	"usr/lib/systemd/system/voordeur-backup.service", "usr/lib/systemd/system/voordeur-backup.timer",
	"usr/lib/systemd/system/voordeur-drill.service", "usr/lib/systemd/system/voordeur-drill.timer",
	"usr/lib/systemd/system/voordeur-heic.service", "usr/lib/systemd/system/voordeur-heic.socket", "usr/lib/systemd/system/voordeur.service",
	"usr/share/doc/voordeur/copyright", "usr/share/doc/voordeur/operations.md", "usr/share/doc/voordeur/performance.md", "usr/share/doc/voordeur/security.md",
	"usr/share/voordeur/voordeur.env.example", "usr/share/voordeur/voordeur.rules.yml",
}

// made are the folders that postinst makes or the manual asks for, and what the operator puts in them.
var made = []string{"/etc/voordeur", "/etc/voordeur/voordeur.env", "/var/lib/voordeur", "/backup", "/backup/voordeur"}

// pathsIn finds the paths that a unit names.
var pathsIn = regexp.MustCompile(`(?m)(?:^[A-Za-z]+=|file:| )(/[a-zA-Z0-9./_-]+)`)

func TestThePackageHasWhatTheUnitNeedsAndNothingElse(t *testing.T) {
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("dpkg-deb is part of Debian, and this is another system")
	}
	dir := t.TempDir()
	build := exec.Command("../scripts/deb", dir)
	build.Env = append(os.Environ(), "COMPRESS=none")
	out, err := build.CombinedOutput()
	debs, globErr := filepath.Glob(dir + "/voordeur_*.deb")
	if err != nil || globErr != nil || len(debs) != 1 {
		t.Fatalf("%v, %v\n%s", err, debs, out)
	}
	out, err = exec.Command("dpkg-deb", "--fsys-tarfile", debs[0]).Output()
	if err != nil {
		t.Fatal(err)
	}
	list := exec.Command("tar", "--list", "--file=-")
	list.Stdin = strings.NewReader(string(out))
	if out, err = list.Output(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for name := range strings.FieldsSeq(string(out)) {
		if !strings.HasSuffix(name, "/") {
			got = append(got, strings.TrimPrefix(name, "./"))
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, packed) {
		t.Errorf("the package has\n%s", strings.Join(got, "\n"))
	}
	units, err := filepath.Glob("systemd/*.service")
	if err != nil || len(units) != 4 {
		t.Fatalf("%v, %v", units, err)
	}
	for _, unit := range units {
		text, err := os.ReadFile(unit)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pathsIn.FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(packed, m[1][1:]) && !slices.Contains(made, m[1]) && m[1] != "/bin/kill" {
				t.Errorf("%s names %s, which is nowhere", unit, m[1])
			}
		}
	}
}

// The image is made of what the repository has and builds, for a user that is nobody, and asks the
// program by a command that there is.
func TestTheImageNamesWhatThereIs(t *testing.T) {
	b, err := os.ReadFile("Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	main, err := os.ReadFile("../cmd/voordeur/main.go")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, m := range regexp.MustCompile(`(?m)^COPY (\S+) `).FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat("../" + m[1]); err != nil && m[1] != "bin/voordeur" { // make build makes that one
			t.Errorf("%v", err)
		}
	}
	commands := regexp.MustCompile(`(?m)^(?:HEALTHCHECK .*|CMD \[)"([a-z]+)"\]$`).FindAllStringSubmatch(text, -1)
	if len(commands) != 2 {
		t.Errorf("%d commands", len(commands))
	}
	for _, m := range commands {
		if !strings.Contains(string(main), `{"`+m[1]+`", "`) {
			t.Errorf("there is no command %s", m[1])
		}
	}
	for _, want := range []string{"\nFROM scratch\n", "\nUSER 65532:65532\n", "\nENTRYPOINT [\"/usr/bin/voordeur\"]\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q", want)
		}
	}
}
