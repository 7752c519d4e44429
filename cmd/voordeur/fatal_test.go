package main

import (
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"voordeur/internal/db/dbtest"
)

// brokenDisk names the variable that makes of the test the process whose disk breaks.
const brokenDisk = "VOORDEUR_TEST_BROKEN_DISK"

// A disk that breaks while a request is answered ends the whole process, which recovers when it is
// started again; a panic would be one answer of many.
func TestABrokenDiskEndsTheServer(t *testing.T) {
	if os.Getenv(brokenDisk) == "" {
		child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), brokenDisk+"=1")
		out, err := child.CombinedOutput()
		if err == nil {
			t.Skip("this system lets no thread filter its system calls")
		}
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok || exit.ExitCode() != 1 || !strings.Contains(string(out), `"msg":"the process ends"`) || strings.Contains(string(out), "lives") {
			t.Errorf("%v:\n%s", err, out)
		}
		return
	}
	h := program(t, os.Stderr)
	req := httptest.NewRequest("POST", "/login", strings.NewReader("email=c.dewit%40post.example&password=Fout1234"))
	req.Host = "notaris.localhost"
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	dbtest.Failing(t, dbtest.Syncs, syscall.EIO, func() {
		h.Handler().ServeHTTP(httptest.NewRecorder(), req)
		t.Error("the process lives")
	})
}
