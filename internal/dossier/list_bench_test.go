package dossier_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/home"
	"voordeur/internal/identity"
	"voordeur/internal/tenant"
)

// BenchmarkPages measures what pages ask of a seeded database, named in VOORDEUR_BENCH_DB, with its
// key file in VOORDEUR_BENCH_KEY and its tenant in VOORDEUR_BENCH_TENANT; docs/performance.md has
// the commands.
func BenchmarkPages(b *testing.B) {
	address, tenantID := os.Getenv("VOORDEUR_BENCH_DB"), os.Getenv("VOORDEUR_BENCH_TENANT")
	if address == "" {
		b.Fatal("VOORDEUR_BENCH_DB names no database: see docs/performance.md")
	}
	ctx := context.Background()
	d, err := db.Open(ctx, address, db.Options{})
	check(b, err)
	defer d.Close()
	keys, err := crypt.OpenKeyFile(os.Getenv("VOORDEUR_BENCH_KEY"))
	check(b, err)
	disk, err := blob.OpenDisk(filepath.Join(b.TempDir(), "blobs"))
	check(b, err)
	defer disk.Close()
	tenants := tenant.New(d, keys, tenant.Origin{})
	ds := dossier.New(d, tenants, identity.New(d, tenants), blob.NewVault(disk), audit.NewLooks(d))
	act := func(where string) access.Scope {
		id, err := db.One(ctx, d, db.Value[string], `select min(id) from account where tenant_id = $1 and (id = $2 or role = $2)`, tenantID, where)
		check(b, err)
		s, err := authn.Act(ctx, d, tenantID, id)
		check(b, err)
		return s
	}
	few, _ := access.AsClient(act("seedaccount1000000000000007"))
	many, _ := access.AsClient(act("seedaccount0000000000000big"))
	handler, _ := access.AsStaff(act("seedhandler100000000000001"))
	all, _ := access.AsStaff(act("administrator"))

	client := func(a access.Client, f dossier.Filter) func() (dossier.Page, error) {
		return func() (dossier.Page, error) { return ds.ClientList(ctx, a, f) }
	}
	staff := func(a access.Staff, f dossier.Filter) func() (dossier.Page, error) {
		return func() (dossier.Page, error) { return ds.StaffList(ctx, a, f) }
	}
	deep := func(list func(f dossier.Filter) (dossier.Page, error), pages int) dossier.Filter {
		f := dossier.Filter{Statuses: []string{"in_progress", "closed"}}
		for range pages - 1 {
			p, err := list(f)
			check(b, err)
			if p.Next == "" {
				break
			}
			f.After = p.Next
		}
		return f
	}
	both := []string{"in_progress", "closed"}
	for _, c := range []struct {
		name string
		page func() (dossier.Page, error)
	}{
		{"client_few", client(few, dossier.Filter{})},
		{"client_many", client(many, dossier.Filter{})},
		{"client_many_deep", client(many, deep(func(f dossier.Filter) (dossier.Page, error) { return ds.ClientList(ctx, many, f) }, 1000))},
		{"client_many_search_common", client(many, dossier.Filter{Search: "linde", Statuses: both})},
		{"client_many_search_none", client(many, dossier.Filter{Search: "xyzzy", Statuses: both})},
		{"handler", staff(handler, dossier.Filter{})},
		{"handler_search_rare", staff(handler, dossier.Filter{Search: "s1000031", Statuses: both})},
		{"all", staff(all, dossier.Filter{})},
		{"all_statuses", staff(all, dossier.Filter{Statuses: both})},
		{"all_deep", staff(all, deep(func(f dossier.Filter) (dossier.Page, error) { return ds.StaffList(ctx, all, f) }, 1000))},
		{"all_search_number", staff(all, dossier.Filter{Search: "S10000123", Statuses: both})},
		{"all_search_common", staff(all, dossier.Filter{Search: "linde", Statuses: both})},
		{"all_search_two_common", staff(all, dossier.Filter{Search: "lindelaan 12", Statuses: both})},
		{"all_search_none", staff(all, dossier.Filter{Search: "xyzzy", Statuses: both})},
		{"all_search_never_together", staff(all, dossier.Filter{Search: "lindelaan lindelaan", Statuses: both})},
	} {
		b.Run(c.name, func(b *testing.B) {
			p, err := c.page()
			check(b, err)
			start := cpu(b)
			for b.Loop() {
				if _, err := c.page(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpu(b)-start)/float64(b.N)/1000, "cpu-us")
			b.ReportMetric(float64(len(p.Rows)), "rows")
		})
	}
	run := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			check(b, f())
			start := cpu(b)
			for b.Loop() {
				check(b, f())
			}
			b.ReportMetric(float64(cpu(b)-start)/float64(b.N)/1000, "cpu-us")
		})
	}
	run("home_few", func() error {
		_, err := home.New(ctx, d, few)
		_, more := ds.Count(ctx, few)
		return firstOf(err, more)
	})
	run("home_many", func() error {
		_, err := home.New(ctx, d, many)
		_, more := ds.Count(ctx, many)
		return firstOf(err, more)
	})
	run("has_closed_many", func() error { _, err := ds.HasClosed(ctx, many); return err })
	run("worklist", func() error { _, err := home.Waiting(ctx, d, handler); return err })
}

// cpu returns the nanoseconds of processor time that this process has used: unlike the time that
// passes it does not count what others do. With PostgreSQL the server's own is not in it.
func cpu(b *testing.B) int64 {
	b.Helper()
	var u syscall.Rusage
	check(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return u.Utime.Nano() + u.Stime.Nano()
}

func firstOf(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

func check(b testing.TB, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
