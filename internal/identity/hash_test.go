package identity_test

import (
	"encoding/base64"
	"os"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/identity"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

// The other tests hash some fifteen hundred passwords, and not to see what it costs.
func TestMain(m *testing.M) {
	identity.HashWith(8) // the least that argon2 takes
	os.Exit(m.Run())
}

// ASVS 11.4.2: argon2id at the costs that OWASP advises, with a salt for each: everybody in the world
// has the same password, and no two hashes are equal.
func TestPasswordsAreKeptAsSaltedArgon2id(t *testing.T) {
	const costs = "$argon2id$v=19$m=19456,t=2,p=1$"
	defer identity.HashWith(identity.ArgonMemory)()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldtest.Build(t, d, "notaris")
		hashes, err := db.All(ctx, w.DB, db.Value[string], `select password_hash from account where tenant_id = 'notaris' and password_hash <> ''`)
		must(t, err)
		seen := map[string]bool{}
		for _, h := range hashes {
			salt, key, _ := strings.Cut(strings.TrimPrefix(h, costs), "$")
			raw, err := base64.RawStdEncoding.DecodeString(salt)
			if err != nil || len(raw) != 16 || !strings.HasPrefix(h, costs) || seen[salt] || strings.Contains(h, world.Password) {
				t.Errorf("%s: %v", h, err)
			}
			if base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte(world.Password), raw, 2, 19456, 1, 32)) != key {
				t.Errorf("%s has other costs than it says", h)
			}
			seen[salt] = true
		}
		if len(seen) < 3 {
			t.Errorf("%d passwords", len(seen))
		}
	})
}
