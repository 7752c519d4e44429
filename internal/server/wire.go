package server

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"

	"voordeur/internal/access"
	"voordeur/internal/approval"
	"voordeur/internal/approval/approvalweb"
	"voordeur/internal/audit"
	"voordeur/internal/audit/auditweb"
	"voordeur/internal/blob"
	"voordeur/internal/bounce"
	"voordeur/internal/bulkhead"
	"voordeur/internal/client"
	"voordeur/internal/client/clientweb"
	"voordeur/internal/crypt"
	"voordeur/internal/db"
	"voordeur/internal/department"
	"voordeur/internal/department/departmentweb"
	"voordeur/internal/dossier"
	"voordeur/internal/dossier/dossierweb"
	"voordeur/internal/dossiertype/dossiertypeweb"
	"voordeur/internal/federation"
	"voordeur/internal/federation/federationweb"
	"voordeur/internal/heic"
	"voordeur/internal/home/homeweb"
	"voordeur/internal/identity"
	"voordeur/internal/identity/identityweb"
	"voordeur/internal/jobs"
	"voordeur/internal/mail"
	"voordeur/internal/mandate"
	"voordeur/internal/mandate/mandateweb"
	"voordeur/internal/message"
	"voordeur/internal/message/messageweb"
	"voordeur/internal/note"
	"voordeur/internal/notify"
	"voordeur/internal/office/officeweb"
	"voordeur/internal/product"
	"voordeur/internal/product/productweb"
	"voordeur/internal/questionnaire"
	"voordeur/internal/questionnaire/designerweb"
	"voordeur/internal/questionnaire/questionnaireweb"
	"voordeur/internal/request"
	"voordeur/internal/request/requestweb"
	"voordeur/internal/retention"
	"voordeur/internal/retention/retentionweb"
	"voordeur/internal/scan"
	"voordeur/internal/sms"
	"voordeur/internal/tenant"
	"voordeur/internal/tenant/tenantweb"
	"voordeur/internal/web"
)

// Parts is what the program stands on.
type Parts struct {
	DB      *db.DB
	Keys    *crypt.Keyring
	Blobs   blob.Store
	Sender  mail.Sender
	Returns *bounce.Paths // where mail that does not arrive comes back to, nil for the office's own address
	Texts   sms.Provider  // who sends text messages, nil for nobody
	Reports string        // the secret of the address to which that one reports, "" for nowhere
	Scanner scan.Scanner
	Photos  *heic.Converter // who makes JPEG of HEIC, nil for nobody
	Origin  tenant.Origin
	Proxies []netip.Prefix
	Inside  bool   // log-ins at other parties may be on this machine or its network: in tests and the demo
	Contact string // where weaknesses are reported, "" for nowhere
	Log     *slog.Logger
	Version string
}

// House is the wired program with the features that commands use.
type House struct {
	*App
	Store       blob.Store
	Clients     *client.Clients
	Dossiers    *dossier.Dossiers
	Messages    *message.Messages
	Notes       *note.Notes
	Departments *department.Departments
	Asked       *questionnaire.Questionnaires
	Requests    *request.Requests
	Approvals   *approval.Approvals
	Products    *product.Products
	Retention   *retention.Retention
	Mandates    *mandate.Mandates
	Parties     *federation.Federation
	Heavy       map[string]*bulkhead.Bulkhead // what bounds each kind of heavy work
}

// Wire puts the features on the parts. It is the one list of what the program has.
func Wire(p Parts) (*House, error) {
	tenants := tenant.New(p.DB, p.Keys, p.Origin)
	looks := audit.NewLooks(p.DB)
	ids := identity.New(p.DB, tenants)
	mandates := mandate.New(p.DB, tenants, ids)
	parties := federation.New(p.DB, tenants, ids, p.Log, p.Inside)
	ids.Passwordless = federation.Passwordless
	h := &House{Mandates: mandates, Parties: parties, Clients: client.New(p.DB, looks), Store: p.Blobs, Heavy: heavy(ids)}
	h.Dossiers = dossier.New(p.DB, tenants, ids, blob.NewVault(p.Blobs), looks)
	h.Messages = message.New(p.DB, tenants, ids, h.Dossiers)
	h.Notes = note.New(p.DB, tenants, h.Dossiers)
	h.Departments = department.New(p.DB)
	h.Departments.Leaving, parties.Renamed = h.Dossiers.LeaveDepartment, h.Dossiers.Renamed
	h.Asked = questionnaire.New(p.DB, tenants, ids, h.Dossiers, looks)
	h.Requests = request.New(p.DB, tenants, ids, h.Dossiers, looks)
	h.Approvals = approval.New(p.DB, tenants, ids, h.Dossiers, looks)
	h.Dossiers.Refused, h.Dossiers.Returned = h.Requests.Refused, h.Requests.Returned
	h.Products = product.New(p.DB, tenants, ids, h.Dossiers, h.Asked, looks)
	h.Retention = retention.New(p.DB, h.Dossiers, looks)
	h.Dossiers.Destroying = []func(context.Context, *db.Tx, access.Scope, string) error{h.Approvals.Destroy, h.Requests.Destroy, h.Asked.Destroy, h.Notes.Destroy, h.Messages.Destroy, h.Products.Destroy, h.Retention.Forget}
	tenants.Texting = p.Texts != nil
	tenants.Calling = tenants.Texting && p.Texts.Calls()
	tenants.HEIC, h.Dossiers.HEIC = p.Photos != nil, p.Photos
	tenants.StatusInUse = dossier.StatusInUse
	h.Dossiers.Shown = h.Messages.Shown
	h.Dossiers.Searches, h.Dossiers.Pictures, h.Clients.Searches = h.Heavy["search"], h.Heavy["picture"], h.Heavy["search"]
	keyOf := func(ctx context.Context, id string) (*crypt.TenantKey, error) {
		t, err := tenants.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return t.Key, nil
	}
	runner := jobs.New(p.DB, p.Log, map[string]jobs.Func{
		identity.JobLink:  ids.LinkJob(),
		identity.JobReset: ids.ResetJob(),
		mandate.JobOffer:  mandates.OfferJob(),
		dossier.JobShow:   h.Dossiers.ShowJob(),
		request.JobRemind: h.Requests.RemindJob(),
		identity.JobNews:  ids.NewsJob(),
		notify.JobSend:    notify.SendJob(p.DB, keyOf, p.Sender, p.Returns),
	})
	runner.Insist(notify.JobSend, notify.Tries)
	runner.Aside(notify.JobText, notify.Texters, notify.TextJob(p.DB, keyOf, p.Texts))
	runner.Aside(dossier.JobScan, dossier.Scanners, h.Dossiers.ScanJob(p.Scanner))
	var routes []web.Route
	routes = append(routes, identityweb.New(ids, tenants, parties).Routes()...)
	routes = append(routes, homeweb.New(p.DB, h.Dossiers, ids, h.Clients, parties, h.Asked, h.Products, h.Requests, h.Approvals).Routes()...)
	routes = append(routes, dossierweb.New(p.DB, h.Dossiers, h.Messages, h.Notes, ids, h.Clients, tenants, h.Products, h.Requests, h.Asked, h.Departments, h.Approvals, h.Retention).Routes()...)
	routes = append(routes, messageweb.New(p.DB, h.Messages, h.Dossiers, tenants, ids).Routes()...)
	routes = append(routes, questionnaireweb.New(h.Asked, h.Dossiers, ids).Routes()...)
	routes = append(routes, designerweb.New(h.Asked).Routes()...)
	routes = append(routes, requestweb.New(p.DB, h.Requests, h.Dossiers, tenants, ids).Routes()...)
	routes = append(routes, approvalweb.New(h.Approvals, h.Dossiers, ids).Routes()...)
	routes = append(routes, productweb.New(p.DB, h.Products, h.Asked, h.Dossiers, ids).Routes()...)
	routes = append(routes, clientweb.New(p.DB, h.Clients, ids, h.Dossiers, tenants, parties).Routes()...)
	routes = append(routes, mandateweb.New(p.DB, mandates, h.Clients).Routes()...)
	routes = append(routes, federationweb.New(parties, h.Clients, tenants).Routes()...)
	routes = append(routes, auditweb.New(p.DB, looks, JournalMAC(p.Keys)).Routes()...)
	routes = append(routes, tenantweb.New(tenants, ids).Routes()...)
	routes = append(routes, dossiertypeweb.New(h.Dossiers, h.Departments).Routes()...)
	routes = append(routes, retentionweb.New(h.Retention, h.Dossiers, tenants).Routes()...)
	routes = append(routes, departmentweb.New(h.Departments, h.Dossiers, ids).Routes()...)
	desk := officeweb.New(p.DB)
	stopping := make(chan struct{})
	desk.Streams, desk.Stopping = h.Heavy["live"], stopping
	routes = append(routes, desk.Routes()...)
	app, err := New(Deps{
		DB: p.DB, Tenants: tenants, Identity: ids, Keys: p.Keys, Jobs: runner, Log: p.Log, Version: p.Version,
		Secure: p.Origin.Scheme == "https", Proxies: p.Proxies, Returns: p.Returns, Contact: p.Contact, Callback: &sms.Callback{Provider: p.Texts, Secret: p.Reports}, Routes: routes,
	})
	if err != nil {
		return nil, err
	}
	h.App, app.Stop = app, sync.OnceFunc(func() { close(stopping) })
	app.Collector = &Collector{app: app, store: p.Blobs, dossiers: h.Dossiers, products: h.Products, uses: []func(context.Context, string, string) (bool, error){h.Dossiers.UsesBlob}}
	return h, nil
}
