package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"voordeur/internal/bulkhead"
	"voordeur/internal/passwords"
)

// Costs of argon2id: 19 MiB, 2 passes, 1 lane; about 32 ms on one core.
const (
	argonMemory = 19 * 1024
	argonPasses = 2
	argonKey    = 32
)

// memory is argonMemory but in this package's own tests, of which most ask what a password opens and
// not what it costs to try one.
var memory uint32 = argonMemory

const hashQueue = 50 // of a tenant

// hasher runs argon2id on HashCores cores, also for one tenant alone: on the morning of its first
// letter that is all the program does.
type hasher struct{ *bulkhead.Bulkhead }

// HashCores is on how many cores passwords are hashed at once: all but one, which stays free for the
// pages of those who are in (ADR 12).
func HashCores() int { return max(1, runtime.GOMAXPROCS(0)-1) }

// Hashing is what bounds the hashing of passwords.
func (i *Identity) Hashing() *bulkhead.Bulkhead { return i.hash.Bulkhead }

func newHasher() hasher {
	return hasher{bulkhead.New(bulkhead.Limits{Total: HashCores(), Tenant: HashCores(), Queue: hashQueue, Wait: 20 * time.Second})}
}

func (h hasher) run(ctx context.Context, tenantID, password string, salt []byte) ([]byte, error) {
	leave, err := h.Enter(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	defer leave()
	return Stretch(password, salt), nil
}

// Stretch is the work of hashing a password, without a turn for it: outside this package for whoever
// measures what it costs.
func Stretch(password string, salt []byte) []byte {
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, argonPasses, memory, 1, argonKey)
}

const phc = "$argon2id$v=19$m=19456,t=2,p=1$"

func (h hasher) hash(ctx context.Context, tenantID, password string) (string, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	key, err := h.run(ctx, tenantID, password, salt)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return phc + b64(salt) + "$" + b64(key), nil
}

// dummy is what an unknown address is compared with, so that it takes as long as a known one.
const dummy = phc + "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func (h hasher) matches(ctx context.Context, tenantID, stored, password string) (bool, error) {
	if stored == "" {
		stored = dummy
	}
	parts := strings.Split(strings.TrimPrefix(stored, phc), "$")
	if len(parts) != 2 || len(password) > passwords.Most {
		return false, nil
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[0])
	if err != nil {
		return false, fmt.Errorf("identity: stored hash: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[1])
	if err != nil {
		return false, fmt.Errorf("identity: stored hash: %w", err)
	}
	got, err := h.run(ctx, tenantID, password, salt)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}
