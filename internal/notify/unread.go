// Package notify keeps what an account has not read yet, and the queue of outgoing mail.
package notify

import (
	"context"
	"fmt"
	"slices"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// Kind is the kind of thing that can be unread.
type Kind string

// The kinds.
const (
	Document Kind = "document"
	Message  Kind = "message"
)

// Mark is one thing that one account has not read. Tab is the place in the dossier where it
// stands: correspondence, document, delivered or messages.
type Mark struct {
	Account string
	Kind    Kind
	Object  string
	Dossier string
	Tab     string
	At      db.Time
}

// Add marks things as unread; what is marked already stays.
func Add(ctx context.Context, tx *db.Tx, tenant string, marks ...Mark) error {
	for _, m := range marks {
		_, err := tx.Exec(ctx, `insert into unread (tenant_id, account_id, kind, object_id, dossier_id, tab, at)
			values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
			tenant, m.Account, string(m.Kind), m.Object, m.Dossier, m.Tab, m.At)
		if err != nil {
			return fmt.Errorf("notify: add: %w", err)
		}
	}
	return nil
}

// Read removes an account's mark on a thing and reports whether there was one.
func Read(ctx context.Context, tx *db.Tx, tenant, account string, kind Kind, object string) (bool, error) {
	n, err := tx.Exec(ctx, `delete from unread where tenant_id = $1 and account_id = $2 and kind = $3 and object_id = $4`,
		tenant, account, string(kind), object)
	return n > 0, err
}

// Withdraw removes every account's mark on a thing in a dossier that is no longer shown.
func Withdraw(ctx context.Context, tx *db.Tx, tenant, dossier string, kind Kind, object string) error {
	_, err := tx.Exec(ctx, `delete from unread where tenant_id = $1 and dossier_id = $2 and kind = $3 and object_id = $4`, tenant, dossier, string(kind), object)
	return err
}

// WithdrawDossier removes the marks of portal accounts on everything in a dossier and returns them.
func WithdrawDossier(ctx context.Context, tx *db.Tx, tenant, dossier string) ([]Mark, error) {
	return db.All(ctx, tx, func(scan db.Scan) (Mark, error) {
		m := Mark{Dossier: dossier}
		err := scan(&m.Account, &m.Kind, &m.Object, &m.Tab, &m.At)
		return m, err
	}, `delete from unread where tenant_id = $1 and dossier_id = $2 and exists
		(select 1 from account a where a.tenant_id = unread.tenant_id and a.id = unread.account_id and a.face = 'portal') returning account_id, kind, object_id, tab, at`, tenant, dossier)
}

// Without returns the marks that are not among had.
func Without(marks, had []Mark) []Mark {
	return slices.DeleteFunc(slices.Clone(marks), func(m Mark) bool {
		return slices.ContainsFunc(had, func(h Mark) bool { return h.Account == m.Account && h.Kind == m.Kind && h.Object == m.Object })
	})
}

// Unread counts what the account has not read of what it may see, up to a hundred: no page says a
// higher number.
func Unread(ctx context.Context, r db.Reader, s access.Scope) (int, error) {
	c, client := access.AsClient(s)
	return db.One(ctx, r, db.Value[int], `select count(*) from (select 1 from unread where tenant_id = $1 and account_id = $2
		and (kind = 'document' and cast($3 as boolean) or kind = 'message' and cast($4 as boolean)) limit 100) u`,
		s.Tenant(), s.Account(), !client || c.Can(access.SeeDossiers), !client || c.Can(access.SeeMessages))
}

// Tabs counts what an account has not read in one dossier, by tab.
func Tabs(ctx context.Context, r db.Reader, tenant, account, dossier string) (map[string]int, error) {
	type count struct {
		tab string
		n   int
	}
	list, err := db.All(ctx, r, func(scan db.Scan) (count, error) {
		var c count
		err := scan(&c.tab, &c.n)
		return c, err
	}, `select tab, count(*) from unread where tenant_id = $1 and account_id = $2 and dossier_id = $3 group by tab`, tenant, account, dossier)
	tabs := map[string]int{}
	for _, c := range list {
		tabs[c.tab] = c.n
	}
	return tabs, err
}
