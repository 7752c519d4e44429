package dossier

import (
	"context"
	"encoding/json"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/jobs"
	"voordeur/internal/tenant"
)

// threshold is up to which rank clients see the dossier d and what is in it: that of its type, 0 for a type that is not
// in the portal, and that of zaakvertrouwelijk for a dossier without a type (conflicts.md K20).
const threshold = `case when d.type_id is null then 4 else coalesce((select y.threshold from dossier_type y where y.tenant_id = d.tenant_id and y.id = d.type_id and y.portal), 0) end`

// InPortal is the chain by which the dossier d is shown to its parties: its type is in the portal, it is published, and
// it is not too confidential.
const InPortal = ` d.published_at is not null and d.rank <= ` + threshold + ` `

// tooHigh is whether a document x is too confidential for clients.
const tooHigh = ` x.rank > (select ` + threshold + ` from dossier d where d.tenant_id = x.tenant_id and d.id = x.dossier_id) `

// Types are the types of the organisation's dossiers.
func (ds *Dossiers) Types() *dossiertype.Types { return ds.types }

// Definition returns the version of its type that a dossier has, with what the organisation chose where the type leaves
// that to it. One without a type has the statuses and steps that the organisation gave all of them.
func (ds *Dossiers) Definition(ctx context.Context, r db.Reader, s access.Scope, ref dossiertype.Ref) (dossiertype.Definition, error) {
	defs, err := ds.Definitions(ctx, r, s, ref)
	return defs[ref], err
}

// Definitions is Definition for several dossiers.
func (ds *Dossiers) Definitions(ctx context.Context, r db.Reader, s access.Scope, refs ...dossiertype.Ref) (map[dossiertype.Ref]dossiertype.Definition, error) {
	defs, err := ds.types.At(ctx, r, s, refs...)
	if err != nil {
		return nil, err
	}
	t, err := ds.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return nil, err
	}
	defs[dossiertype.Ref{}] = untyped(t.Settings)
	for ref, d := range defs {
		if d.Messages == "" {
			d.Messages = messagesOf(t.Settings)
			defs[ref] = d
		}
	}
	return defs, nil
}

// messagesOf is what the organisation chose for what clients write (conflicts.md K4).
func messagesOf(s tenant.Settings) dossiertype.Messages {
	if s.MessagesAreNotes() {
		return dossiertype.NoteToHandler
	}
	return dossiertype.Conversation
}

// untyped is what holds for dossiers without a type.
func untyped(s tenant.Settings) dossiertype.Definition {
	d := dossiertype.Definition{Portal: true, Threshold: dossiertype.CaseConfidential, Rank: dossiertype.CaseConfidential, Progress: dossiertype.BySteps, Documents: []dossiertype.DocumentType{dossiertype.Other()}}
	for _, st := range s.Statuses {
		colour := dossiertype.Info
		if st.Closed {
			colour = dossiertype.Success
		}
		d.Statuses = append(d.Statuses, dossiertype.Status{Key: st.ID, Name: st.Name, Portal: true, Final: st.Closed, Colour: colour})
	}
	return d
}

// Statuses are all statuses that a list of dossiers can have, for an employee or as clients see them: those of dossiers
// without a type, and those of the types in use. What has the same key in several is one.
func (ds *Dossiers) Statuses(ctx context.Context, s access.Scope) ([]dossiertype.Status, error) {
	t, err := ds.tenants.Get(ctx, s.Tenant())
	if err != nil {
		return nil, err
	}
	defs, err := ds.types.InUse(ctx, s)
	if err != nil {
		return nil, err
	}
	_, staff := access.AsStaff(s)
	var out []dossiertype.Status
	for _, d := range append([]dossiertype.Definition{untyped(t.Settings)}, defs...) {
		for _, st := range d.Statuses {
			had := slices.ContainsFunc(out, func(o dossiertype.Status) bool { return o.Key == st.Key })
			if !had && (staff || st.Portal && d.Portal) {
				out = append(out, st)
			}
		}
	}
	return out, nil
}

// ofType finds the type of a new dossier: one that is offered, or none.
func (ds *Dossiers) ofType(ctx context.Context, r db.Reader, a access.Staff, id string) (dossiertype.Ref, dossiertype.Definition, error) {
	if id == "" {
		def, err := ds.Definition(ctx, r, a.Scope(), dossiertype.Ref{})
		return dossiertype.Ref{}, def, err
	}
	t, err := ds.types.Get(ctx, a, id)
	if errs.Is(err, errs.NotFound) || err == nil && !(t.Latest > 0 && t.Current.Offered) {
		err = &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "type", Key: "dossier.type_gone"}}}
	}
	return dossiertype.Ref{ID: id, Number: t.Latest}, t.Current, err
}

// JobShow is the kind of the job that shows what a type has put in the portal.
const JobShow = "dossier.show"

type showWork struct {
	Type  string `json:"type"`
	After string `json:"after"`
}

// showAtOnce is how many dossiers one run of the job shows.
const showAtOnce = 100

// typeChanged takes dossiers of a type out of the portal at once, when it is no longer in it or its threshold is lower,
// and leaves it to a job to show those that are in it now: there may be very many. It is dossiertype.Types' hook.
func (ds *Dossiers) typeChanged(ctx context.Context, tx *db.Tx, s access.Scope, id string) error {
	const hidden = ` from dossier d cross join dossier_party p where p.tenant_id = d.tenant_id and p.dossier_id = d.id and d.tenant_id = $1 and d.type_id = $2 and not (` + InPortal + `)`
	_, err := tx.Exec(ctx, `delete from dossier_list where (tenant_id, viewer, dossier_id) in (select d.tenant_id, 'client:' || p.client_id, d.id`+hidden+`)`, s.Tenant(), id)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from unread where tenant_id = $1 and client_id <> '' and dossier_id in (select d.id`+hidden+`)`, s.Tenant(), id); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `delete from unread where tenant_id = $1 and client_id <> '' and kind = 'document' and dossier_id in (select id from dossier where tenant_id = $1 and type_id = $2)
		and exists (select 1 from document x where x.tenant_id = unread.tenant_id and x.id = unread.object_id and `+tooHigh+`)`, s.Tenant(), id)
	if err != nil {
		return err
	}
	return jobs.Enqueue(ctx, tx, s.Tenant(), JobShow, showWork{Type: id})
}

// ShowJob returns the job that brings lists and marks of a type's dossiers in line, some at a time. Nobody is mailed:
// it was no dossier that changed.
func (ds *Dossiers) ShowJob() jobs.Func {
	return func(_ context.Context, j jobs.Job) (func(context.Context, *db.Tx) error, error) {
		var w showWork
		if err := json.Unmarshal(j.Payload, &w); err != nil {
			return nil, err
		}
		s := authn.System(j.Tenant, JobShow)
		return func(ctx context.Context, tx *db.Tx) error {
			ids, err := db.All(ctx, tx, db.Value[string], `select id from dossier where tenant_id = $1 and type_id = $2 and id > $3 order by id limit 100`, s.Tenant(), w.Type, w.After)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := hold(ctx, tx, s.Tenant(), id); err != nil {
					return err
				}
				if _, err := ds.remark(ctx, tx, s, id); err != nil {
					return err
				}
			}
			if len(ids) < showAtOnce {
				return nil
			}
			return jobs.Enqueue(ctx, tx, s.Tenant(), JobShow, showWork{Type: w.Type, After: ids[len(ids)-1]})
		}, nil
	}
}

// Running counts the dossiers of a type that are not closed, for the administrator who changes it.
func (ds *Dossiers) Running(ctx context.Context, a access.Staff, typeID string) (int, error) {
	return db.One(ctx, ds.db, db.Value[int], `select count(*) from dossier where tenant_id = $1 and type_id = $2 and closed = false`, a.Scope().Tenant(), typeID)
}
