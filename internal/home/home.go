// Package home is what is new and what waits, composed from the features: the client's Home and
// the employee's worklist read the same marks.
package home

import (
	"context"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// Item is one thing that an account has not read yet.
type Item struct {
	Kind, ID, Title, Dossier, DossierTitle, Number, Author string
	Behalf                                                 string // for whom its author acted, "" for himself
	At                                                     db.Time
}

const selectItems = `select u.kind, u.object_id, coalesce(m.subject, x.title), d.id, d.title, d.number, coalesce(mw.name, xw.name), coalesce(bc.name, ''), u.at from unread u
	join dossier d on d.tenant_id = u.tenant_id and d.id = u.dossier_id
	left join message m on u.kind = 'message' and m.tenant_id = u.tenant_id and m.id = u.object_id
	left join account mw on mw.tenant_id = m.tenant_id and mw.id = m.author_id
	left join document x on u.kind = 'document' and x.tenant_id = u.tenant_id and x.id = u.object_id
	left join account xw on xw.tenant_id = x.tenant_id and xw.id = x.created_by
	left join mandate b on b.tenant_id = u.tenant_id and b.id = coalesce(m.mandate_id, x.mandate_id)
	left join client bc on bc.tenant_id = b.tenant_id and bc.id = b.client_id
	where u.tenant_id = $1 and u.account_id = $2 and u.client_id = $3
		and (u.kind = 'document' and cast($4 as boolean) or u.kind = 'message' and cast($5 as boolean)) order by u.at desc, u.object_id desc limit `

func scanItem(scan db.Scan) (Item, error) {
	var it Item
	err := scan(&it.Kind, &it.ID, &it.Title, &it.Dossier, &it.DossierTitle, &it.Number, &it.Author, &it.Behalf, &it.At)
	return it, err
}

// New returns what is new for the account of what it may see of the client whose things it looks at, newest first.
func New(ctx context.Context, r db.Reader, a access.Client) ([]Item, error) {
	s := a.Scope()
	return db.All(ctx, r, scanItem, selectItems+`10`, s.Tenant(), s.Account(), s.Client(), a.Can(access.SeeDossiers), a.Can(access.SeeMessages))
}

// Waiting returns what waits for an employee, newest first: messages he has not read and documents
// that a client delivered.
func Waiting(ctx context.Context, r db.Reader, a access.Staff) ([]Item, error) {
	return db.All(ctx, r, scanItem, selectItems+`100`, a.Scope().Tenant(), a.Scope().Account(), a.Scope().Client(), true, true)
}
