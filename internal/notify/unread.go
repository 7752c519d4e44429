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

// Reader is an account that sees something, and for which client: its own or, by a mandate, one for whom it acts.
// Mandate and For, which is that client's name, are "" for its own.
type Reader struct{ Account, Client, Mandate, For string }

// Mark is one thing that one account has not read. Client is whose news it is for the account, "" for staff. Tab is the place in the dossier where it
// stands: correspondence, document, delivered or messages.
type Mark struct {
	Account string
	Client  string
	Kind    Kind
	Object  string
	Dossier string
	Tab     string
	At      db.Time
}

// Add marks things as unread; what is marked already stays.
func Add(ctx context.Context, tx *db.Tx, tenant string, marks ...Mark) error {
	for _, m := range marks {
		_, err := tx.Exec(ctx, `insert into unread (tenant_id, account_id, client_id, kind, object_id, dossier_id, tab, at)
			values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
			tenant, m.Account, m.Client, string(m.Kind), m.Object, m.Dossier, m.Tab, m.At)
		if err != nil {
			return fmt.Errorf("notify: add: %w", err)
		}
	}
	return nil
}

// Read removes an account's marks on a thing, for whomever it read it, and reports whether there was one.
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
		err := scan(&m.Account, &m.Client, &m.Kind, &m.Object, &m.Tab, &m.At)
		return m, err
	}, `delete from unread where tenant_id = $1 and dossier_id = $2 and exists
		(select 1 from account a where a.tenant_id = unread.tenant_id and a.id = unread.account_id and a.face = 'portal') returning account_id, client_id, kind, object_id, tab, at`, tenant, dossier)
}

// Forget removes an account's marks on what is a client's, for whom it no longer acts.
func Forget(ctx context.Context, tx *db.Tx, tenant, account, client string) error {
	_, err := tx.Exec(ctx, `delete from unread where tenant_id = $1 and account_id = $2 and client_id = $3`, tenant, account, client)
	return err
}

// Without returns the marks that are not among had.
func Without(marks, had []Mark) []Mark {
	return slices.DeleteFunc(slices.Clone(marks), func(m Mark) bool {
		return slices.ContainsFunc(had, func(h Mark) bool {
			return h.Account == m.Account && h.Client == m.Client && h.Kind == m.Kind && h.Object == m.Object
		})
	})
}

// Unread counts what the account has not read of what it may see of the client whose things it looks at, up to a
// hundred: no page says a higher number.
func Unread(ctx context.Context, r db.Reader, s access.Scope) (int, error) {
	c, client := access.AsClient(s)
	return db.One(ctx, r, db.Value[int], `select count(*) from (select 1 from unread where tenant_id = $1 and account_id = $2 and client_id = $3
		and (kind = 'document' and cast($4 as boolean) or kind = 'message' and cast($5 as boolean)) limit 100) u`,
		s.Tenant(), s.Account(), s.Client(), !client || c.Can(access.SeeDossiers), !client || c.Can(access.SeeMessages))
}

// Tabs counts what an account has not read in one dossier of a client's, "" for staff, by tab.
func Tabs(ctx context.Context, r db.Reader, tenant, account, client, dossier string) (map[string]int, error) {
	type count struct {
		tab string
		n   int
	}
	list, err := db.All(ctx, r, func(scan db.Scan) (count, error) {
		var c count
		err := scan(&c.tab, &c.n)
		return c, err
	}, `select tab, count(*) from unread where tenant_id = $1 and account_id = $2 and client_id = $3 and dossier_id = $4 group by tab`, tenant, account, client, dossier)
	tabs := map[string]int{}
	for _, c := range list {
		tabs[c.tab] = c.n
	}
	return tabs, err
}
