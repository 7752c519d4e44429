package db_test

import (
	"context"
	"strings"
	"testing"

	"voordeur/internal/db"
)

// ASVS 12.3.2: nothing goes to a database on another machine whose certificate is not checked. Nobody
// listens on any of these addresses: which error it is tells whether the program would have asked.
func TestADatabaseElsewhereNeedsACheckedCertificate(t *testing.T) {
	const refused = "sslmode=verify-full"
	for address, want := range map[string]bool{
		"postgres://u@db.invalid/v":                                           true,
		"postgres://u@db.invalid/v?sslmode=disable":                           true,
		"postgres://u@db.invalid/v?sslmode=prefer":                            true,
		"postgres://u@db.invalid/v?sslmode=require":                           true,
		"postgres://u@db.invalid/v?sslmode=verify-ca":                         true,
		"postgres://u@192.0.2.1/v?sslmode=require":                            true,
		"postgres://u@localhost:1,db.invalid:1/v?sslmode=require":             true,
		"postgres://u@db.invalid/v?sslmode=verify-full":                       false,
		"postgres://u@localhost:1/v":                                          false,
		"postgres://u@127.0.0.1:1/v":                                          false,
		"postgres://u@[::1]:1/v?sslmode=disable":                              false,
		"postgres:///v?host=/nowhere":                                         false,
		"postgres://u@db.invalid,other.invalid/v?sslmode=verify-full":         false,
		"postgres://u@db.invalid/v?sslmode=verify-full&connect_timeout=1":     false,
		"postgres://u@localhost.db.invalid/v":                                 true,
		"postgres://u@127.0.0.1.db.invalid/v":                                 true,
		"postgres://u@localhost/v?host=db.invalid&sslmode=allow&port=1":       true,
		"postgres://u@localhost/v?host=db.invalid&sslmode=verify-full&port=1": false,
	} {
		d, err := db.Open(context.Background(), address, db.Options{})
		if err == nil {
			t.Fatal(d.Close())
		}
		if got := strings.Contains(err.Error(), refused); got != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}
