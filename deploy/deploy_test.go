// Package deploy_test holds what is installed to what the manual promises.
package deploy_test

import (
	"os/exec"
	"regexp"
	"strconv"
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
	out, err := exec.Command(tool, "security", "--offline=true", "systemd/voordeur.service").CombinedOutput()
	found := exposure.FindSubmatch(out)
	if err != nil || found == nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if level, err := strconv.ParseFloat(string(found[1]), 64); err != nil || level > atMost {
		t.Errorf("exposure %s is above %v\n%s", found[1], atMost, out)
	}
}
