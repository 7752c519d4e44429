package identity

import (
	"context"

	"voordeur/internal/db"
	"voordeur/internal/passwords"
	"voordeur/internal/tenant"
)

// Judge holds a password to the tenant's rule. Of are words of the person: name, address, number.
func Judge(t *tenant.Tenant, password string, of ...string) passwords.Verdict {
	words := append(of, t.Name)
	for _, host := range t.Hosts {
		words = append(words, host)
	}
	return passwords.Judge(t.Settings.Password, password, words...)
}

// judge is the one check of a new password: at activation, after it was forgotten, and when its owner
// changes it. An account that is not there has no words.
func (i *Identity) judge(ctx context.Context, r db.Reader, t *tenant.Tenant, account, password string) error {
	own, err := db.All(ctx, r, func(scan db.Scan) ([]string, error) {
		w := make([]string, 4)
		err := scan(&w[0], &w[1], &w[2], &w[3])
		return w, err
	}, `select a.name, a.email, coalesce(c.name, ''), coalesce(c.number, '') from account a left join client c on c.tenant_id = a.tenant_id and c.id = a.client_id
		where a.tenant_id = $1 and a.id = $2`, t.ID, account)
	if err != nil {
		return err
	}
	var words []string
	for _, w := range own {
		words = append(words, w...)
	}
	return Judge(t, password, words...).Err()
}
