package identity_test

import (
	"strings"
	"testing"

	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

// ASVS 11.4.2: argon2id at the costs that OWASP advises, with a salt for each: everybody in the world
// has the same password, and no two hashes are equal.
func TestPasswordsAreKeptAsSaltedArgon2id(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		hashes, err := db.All(ctx, w.DB, db.Value[string], `select password_hash from account where tenant_id = 'notaris' and password_hash <> ''`)
		must(t, err)
		seen := map[string]bool{}
		for _, h := range hashes {
			if !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") || len(h) < 90 || seen[h] || strings.Contains(h, world.Password) {
				t.Errorf("%s", h)
			}
			seen[h] = true
		}
		if len(seen) < 3 {
			t.Errorf("%d passwords", len(seen))
		}
	})
}
