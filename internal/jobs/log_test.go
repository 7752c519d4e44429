package jobs

import (
	"errors"
	"testing"
)

func TestLogNamesNoAddress(t *testing.T) {
	got := withoutAddresses(errors.New(`mail: smtp: recipient: 550 5.1.1 <c.dewit@post.example>: no such user`))
	if want := `mail: smtp: recipient: 550 5.1.1 <(address)>: no such user`; got != want {
		t.Error(got)
	}
}
