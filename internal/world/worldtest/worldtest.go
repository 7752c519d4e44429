// Package worldtest gives tests the demo's world in a database of their own, with the operations
// and the jobs that go with it.
package worldtest

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/approval"
	"voordeur/internal/audit"
	"voordeur/internal/blob"
	"voordeur/internal/client"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/identity"
	"voordeur/internal/jobs"
	"voordeur/internal/mail"
	"voordeur/internal/mandate"
	"voordeur/internal/message"
	"voordeur/internal/notify"
	"voordeur/internal/questionnaire"
	"voordeur/internal/request"
	"voordeur/internal/scan"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
)

// World is a built world with everything that serves it.
type World struct {
	world.Builder
	Keys    *crypt.Keyring
	Blobs   *blob.Disk
	Vault   *blob.Vault
	Looks   *audit.Looks
	Jobs    *jobs.Runner
	Outbox  string // folder of the mails and the text messages
	Summary world.Summary
}

// Bare returns the operations over an empty database.
func Bare(t testing.TB, d *db.DB) *World {
	t.Helper()
	dir := t.TempDir()
	must(t, crypt.CreateKeyFile(filepath.Join(dir, "key")))
	w := over(t, d, dir)
	t.Cleanup(func() { must(t, w.Blobs.Close()) })
	return w
}

// over returns the operations over a database and the folder that goes with it.
func over(t testing.TB, d *db.DB, dir string) *World {
	t.Helper()
	keys, err := crypt.OpenKeyFile(filepath.Join(dir, "key"))
	must(t, err)
	disk, err := blob.OpenDisk(filepath.Join(dir, "blobs"))
	must(t, err)
	w := &World{Keys: keys, Blobs: disk, Vault: blob.NewVault(disk), Looks: audit.NewLooks(d), Outbox: filepath.Join(dir, "outbox")}
	w.DB = d
	w.Tenants = tenant.New(d, keys, tenant.Origin{Scheme: "http", Port: "8080"})
	w.Identity = identity.New(d, w.Tenants)
	w.Clients = client.New(d, w.Looks)
	w.Dossiers = dossier.New(d, w.Tenants, w.Identity, w.Vault, w.Looks)
	w.Messages = message.New(d, w.Tenants, w.Identity, w.Dossiers)
	w.Asked = questionnaire.New(d, w.Tenants, w.Identity, w.Dossiers, w.Looks)
	w.Requests = request.New(d, w.Tenants, w.Identity, w.Dossiers, w.Looks)
	w.Approvals = approval.New(d, w.Tenants, w.Identity, w.Dossiers, w.Looks)
	w.Dossiers.Shown = w.Messages.Shown
	w.Dossiers.Refused = w.Requests.Refused
	w.Mandates = mandate.New(d, w.Tenants, w.Identity)
	outbox, err := mail.OpenOutbox(w.Outbox)
	must(t, err)
	w.Jobs = jobs.New(d, slog.New(slog.DiscardHandler), map[string]jobs.Func{
		request.JobRemind: w.Requests.RemindJob(),
		identity.JobLink:  w.Identity.LinkJob(),
		identity.JobReset: w.Identity.ResetJob(),
		mandate.JobOffer:  w.Mandates.OfferJob(),
		dossier.JobShow:   w.Dossiers.ShowJob(),
		identity.JobNews:  w.Identity.NewsJob(),
		notify.JobSend:    notify.SendJob(d, w.key, outbox, nil),
	})
	texts, err := sms.OpenOutbox(w.Outbox)
	must(t, err)
	w.Tenants.Texting, w.Tenants.Calling = true, true
	w.Jobs.Aside(notify.JobText, notify.Texters, notify.TextJob(d, w.key, texts))
	w.Jobs.Aside(dossier.JobScan, dossier.Scanners, w.Dossiers.ScanJob(scan.Off{}))
	w.Builder.Work = func(ctx context.Context) error {
		_, err := w.Jobs.Drain(ctx)
		return err
	}
	return w
}

func (w *World) key(ctx context.Context, id string) (*crypt.TenantKey, error) {
	t, err := w.Tenants.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return t.Key, nil
}

// Build returns the world with the tenants that are named, or all five, and its jobs done.
func Build(t testing.TB, d *db.DB, only ...string) *World {
	t.Helper()
	w := Bare(t, d)
	w.build(t, only)
	return w
}

func (w *World) build(t testing.TB, only []string) {
	t.Helper()
	sum, err := world.Build(context.Background(), w.Builder, only...)
	must(t, err)
	w.Summary = sum
	w.Work(t)
}

// Work runs the jobs that are due.
func (w *World) Work(t testing.TB) {
	t.Helper()
	_, err := w.Jobs.Drain(context.Background())
	must(t, err)
}

// Mail runs the jobs, and has those be mailed whose last mail is less than five minutes ago as if it were not.
func (w *World) Mail(t testing.TB) {
	t.Helper()
	w.Work(t)
	must(t, w.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `update account set mailed_at = null where mailed_at is not null`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update job set run_at = $1 where kind = $2 and done_at is null`, tx.Now(), identity.JobNews)
		return err
	}))
	w.Work(t)
}

// Tenant returns a tenant.
func (w *World) Tenant(t testing.TB, id string) *tenant.Tenant {
	t.Helper()
	tn, err := w.Tenants.Get(context.Background(), id)
	must(t, err)
	return tn
}

// Login returns the account of a tenant with the name.
func (w *World) Login(t testing.TB, tenantID, name string) world.Login {
	t.Helper()
	for _, tn := range w.Summary.Tenants {
		for _, l := range tn.Logins {
			if tn.ID == tenantID && l.Name == name {
				return l
			}
		}
	}
	t.Fatalf("no %s in %s", name, tenantID)
	return world.Login{}
}

// Client acts as a portal account.
func (w *World) Client(t testing.TB, tenantID, name string) access.Client {
	t.Helper()
	s, err := authn.Act(context.Background(), w.DB, tenantID, w.Login(t, tenantID, name).ID)
	must(t, err)
	a, ok := access.AsClient(s)
	if !ok {
		t.Fatalf("%s is no client", name)
	}
	return a
}

// Staff acts as an employee.
func (w *World) Staff(t testing.TB, tenantID, name string) access.Staff {
	t.Helper()
	s, err := authn.Act(context.Background(), w.DB, tenantID, w.Login(t, tenantID, name).ID)
	must(t, err)
	a, ok := access.AsStaff(s)
	if !ok {
		t.Fatalf("%s is no employee", name)
	}
	return a
}

// Dossier returns the id of the dossier with the number.
func (w *World) Dossier(t testing.TB, tenantID, number string) string {
	t.Helper()
	id, err := db.One(context.Background(), w.DB, db.Value[string], `select id from dossier where tenant_id = $1 and number = $2`, tenantID, number)
	must(t, err)
	return id
}

// Counts returns how many clients, dossiers, documents and messages a tenant has.
func (w *World) Counts(t testing.TB, tenantID string) (clients, dossiers, documents, messages int) {
	t.Helper()
	must(t, w.DB.QueryRow(context.Background(), `select (select count(*) from client where tenant_id = $1), (select count(*) from dossier where tenant_id = $1),
		(select count(*) from document where tenant_id = $1), (select count(*) from message where tenant_id = $1)`, tenantID).Scan(&clients, &dossiers, &documents, &messages))
	return clients, dossiers, documents, messages
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
