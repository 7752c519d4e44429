package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"

	"voordeur/internal/world"
)

// What PocketBase is asked: who somebody is, and the list without a count of all there is.
const (
	pocketBaseFolder = "scripts/bench/peers/pocketbase"
	pocketBaseLogin  = "/api/collections/users/auth-with-password"
	pocketBaseList   = "/api/collections/dossiers/records?perPage=25&skipTotal=1&sort=-changed,-id&filter=closed=false"
)

// openPocketBase starts PocketBase over as many records as there are dossiers, and logs in its client.
func openPocketBase(ctx context.Context, r *run, program string, _ *stage, _ installation) (*process, target, error) {
	p, err := r.startAt(ctx, "pocketbase", func(addr string) *exec.Cmd {
		cmd := exec.Command(program, "serve", "--http", addr, "--dir", filepath.Join(r.work, "pocketbase"), "--migrationsDir", pocketBaseFolder) // #nosec G204 -- built for this
		cmd.Env = []string{"PASSWORD=" + world.Password, fmt.Sprintf("DOSSIERS=%d", r.Many)}
		return cmd
	})
	if err != nil {
		return nil, target{}, err
	}
	theirs := &person{on: p, host: p.addr}
	token, err := pocketBaseToken(ctx, theirs)
	if err == nil {
		var list string
		list, err = theirs.answer(ctx, http.MethodGet, pocketBaseList, map[string]string{"Authorization": token}, nil)
		err = errors.Join(err, r.listed("PocketBase", list, `"number":`))
	}
	if err != nil {
		return nil, target{}, errors.Join(err, p.stop())
	}
	return p, theirs.asks("PocketBase", pocketBaseList, "Authorization: "+token), nil
}

func pocketBaseToken(ctx context.Context, p *person) (string, error) {
	form := fmt.Sprintf(`{"identity": "client@example.invalid", "password": %q}`, world.Password)
	body, err := p.answer(ctx, http.MethodPost, pocketBaseLogin, map[string]string{"Content-Type": "application/json"}, strings.NewReader(form))
	if err != nil {
		return "", err
	}
	var said struct{ Token string }
	err = json.Unmarshal([]byte(body), &said)
	return said.Token, err
}
