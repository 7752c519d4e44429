package main

import (
	"context"
	"net"
	"net/http"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/eid"
	"voordeur/internal/eidsim"
	"voordeur/internal/federation"
	"voordeur/internal/server"
	"voordeur/internal/tenant"
	"voordeur/internal/world"
)

// eidName is the host on which the demo plays the other side of a log-in.
const eidName = "eid.localhost"

// eidHost shows the simulator on its own host and leaves every other one to the program.
type eidHost struct {
	sim  *eidsim.Sim
	next http.Handler
}

func (e eidHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host == eidName {
		e.sim.ServeHTTP(w, r)
		return
	}
	e.next.ServeHTTP(w, r)
}

// demoParties connects the demo's tenants with a simulator of other parties. Its keys are new at every start.
func demoParties(ctx context.Context, h *server.House, sum world.Summary, port string) (*eidsim.Sim, error) {
	base := "http://" + net.JoinHostPort(eidName, port)
	sim, err := eidsim.New(eidsim.Options{Base: base, Now: h.DB.Clock().Now, HTTP: eid.HTTPClient(true, nil)})
	if err != nil {
		return nil, err
	}
	parties := map[string]world.Party{}
	for _, p := range eidsim.Providers() {
		party := world.Party{Issuer: sim.Issuer(p)}
		if slices.Contains(eidsim.SpeakSAML(), p) {
			if party.Metadata, err = sim.Describe(p); err != nil {
				return nil, err
			}
		}
		parties[string(p)] = party
	}
	if err := world.Connect(ctx, world.Builder{DB: h.DB}, h.Parties, parties); err != nil {
		return nil, err
	}
	for _, t := range sum.Tenants {
		of, err := h.Tenants.Get(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		for _, face := range []access.Face{access.Portal, access.Office} {
			if err := introduce(ctx, h, sim, of, face); err != nil {
				return nil, err
			}
		}
	}
	return sim, nil
}

// introduce tells the simulator who asks it on a face of a tenant.
func introduce(ctx context.Context, h *server.House, sim *eidsim.Sim, t *tenant.Tenant, face access.Face) error {
	list, err := h.Parties.Offered(ctx, t, face)
	if err != nil {
		return err
	}
	c := eidsim.Client{ID: world.PartyClient(t.ID, face), Secret: world.PartySecret}
	for _, con := range list {
		if con.Protocol == federation.ByOIDC {
			c.RedirectURIs = append(c.RedirectURIs, h.Parties.Return(t, con))
			c.LogoutURIs = append(c.LogoutURIs, h.Parties.LoggedOut(t, con))
			continue
		}
		metadata, err := h.Parties.Metadata(ctx, t, face, con.ID)
		if err != nil {
			return err
		}
		if err := sim.Trust(metadata); err != nil {
			return err
		}
	}
	if len(c.RedirectURIs) > 0 {
		sim.Register(c)
	}
	return nil
}
