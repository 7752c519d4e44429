package world

import (
	"context"
	"time"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/department"
	"voordeur/internal/dossier"
	"voordeur/internal/errs"
	"voordeur/internal/note"
)

// talk is how a municipality works together: a department in which reports wait, one that nobody has taken yet, what a
// resident wrote, and what a colleague noted of it.
func (b Builder) talk(ctx context.Context, o office, t Tenant, now time.Time) error {
	if o.id != "gemeente" {
		return nil
	}
	handler, err := b.actor(ctx, o.id, t.Logins[0].ID)
	if err != nil {
		return err
	}
	manager, err := b.actor(ctx, o.id, t.Logins[2].ID)
	if err != nil {
		return err
	}
	b.setClock(moment(now, 1, 10, 20))
	deps := department.New(b.DB)
	if err := deps.Save(ctx, manager, "department", department.Department{Name: "Openbare ruimte", Members: []string{t.Logins[0].ID, t.Logins[1].ID}}); err != nil {
		return err
	}
	list, err := deps.List(ctx, manager)
	if err != nil {
		return err
	}
	if err := b.Dossiers.Types().SetDepartment(ctx, manager, o.made["melding"], list[0].ID); err != nil {
		return err
	}
	if err := b.waits(ctx, handler, "Z-2026-0131", list[0].ID); err != nil {
		return err
	}
	return b.noted(ctx, o, t, handler, now)
}

// waits takes the handler from a dossier, so that its department has it.
func (b Builder) waits(ctx context.Context, a access.Staff, number, dep string) error {
	id, err := b.numbered(ctx, a.Scope().Tenant(), number)
	if err != nil {
		return err
	}
	d, err := dossier.ForStaff(ctx, b.DB, a, id)
	if err != nil {
		return err
	}
	in := dossier.Draft{Number: d.Number, Title: d.Title, Rank: d.Rank, Department: dep}
	parties, err := b.Dossiers.Parties(ctx, a, id)
	if err != nil {
		return err
	}
	for _, p := range parties {
		in.Parties = append(in.Parties, p.ID)
	}
	return b.Dossiers.Edit(ctx, a, id, d.Version, in)
}

func (b Builder) numbered(ctx context.Context, tenantID, number string) (string, error) {
	return db.One(ctx, b.DB, db.Value[string], `select id from dossier where tenant_id = $1 and number = $2`, tenantID, number)
}

// noted has a resident ask something, and his handler note what came of it.
func (b Builder) noted(ctx context.Context, o office, t Tenant, handler access.Staff, now time.Time) error {
	id, err := b.numbered(ctx, o.id, "Z-2026-0117")
	if err != nil {
		return err
	}
	notes := note.New(b.DB, b.Tenants, b.Dossiers)
	b.setClock(moment(now, 1, 11, 5))
	if err := notes.Add(ctx, handler, id, "note-1", "Gebeld met mevrouw Yilmaz. De commissie wil ook de kleur van de dakpannen weten; zij zoekt het op."); err != nil {
		return err
	}
	for _, l := range t.Logins {
		if l.Email != yilmaz().email {
			continue
		}
		s, err := authn.Act(ctx, b.DB, o.id, l.ID)
		if err != nil {
			return err
		}
		a, ok := access.AsClient(s)
		if !ok {
			return errs.Missing()
		}
		b.setClock(moment(now, 1, 15, 40))
		return notes.Send(ctx, a, id, "note-2", "De dakpannen zijn antraciet. Is het goed als ik woensdag een foto breng?")
	}
	return nil
}
