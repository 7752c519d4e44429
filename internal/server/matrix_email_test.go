package server_test

import (
	"fmt"
	"time"

	"voordeur/internal/access/authn"
)

// goodToken is a link that the row's route takes: one to a new address, which only an active account
// can have asked for, where it says so, and else one that sets a password.
func (p *probe) goodToken() string {
	p.t.Helper()
	if !p.row.address {
		return p.token(p.face)
	}
	secret := p.tokenOf(p.spare[p.face], "new_email", time.Hour)
	p.fresh++
	p.exec(`update account set state = 'active' where tenant_id = $1 and id = $2`, p.id, p.spare[p.face])
	p.exec(`update account_token set email = $3 where tenant_id = $1 and id = $2`, p.id, authn.HashToken(secret), fmt.Sprintf("adres%d@post.example", p.fresh))
	return secret
}
