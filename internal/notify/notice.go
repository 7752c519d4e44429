package notify

import (
	"context"
	"fmt"

	"voordeur/internal/db"
)

// About is what an employee is told of.
type About string

// What employees are told of.
const (
	OfNote     About = "note"     // a client's message, which became a note
	OfMessage  About = "message"  // a client's letter
	OfDocument About = "document" // a client added one
	OfAnswer   About = "answer"   // a client handed in what he was asked for
	OfApproval About = "approval" // a client agreed with a document, or did not
	OfTurn     About = "assigned" // a dossier is his
	OfWaiting  About = "waiting"  // a dossier of his department has nobody who handles it
)

// Tell leaves a notice of something in a dossier for each of the accounts, and returns those that had nothing unread of
// that dossier: who has knows that there is something, and is mailed no more.
func Tell(ctx context.Context, tx *db.Tx, tenantID, dossier string, about About, accounts ...string) ([]string, error) {
	var first []string
	for _, account := range accounts {
		had, err := db.One(ctx, tx, db.Value[bool], `select exists (select 1 from notice where tenant_id = $1 and account_id = $2 and dossier_id = $3 and read_at is null)`, tenantID, account, dossier)
		if err != nil {
			return nil, fmt.Errorf("notify: tell: %w", err)
		}
		if !had {
			first = append(first, account)
		}
		_, err = tx.Exec(ctx, `insert into notice (tenant_id, id, account_id, kind, dossier_id, at) values ($1, $2, $3, $4, $5, $6)`,
			tenantID, tx.NewID(), account, string(about), dossier, tx.Now())
		if err != nil {
			return nil, fmt.Errorf("notify: tell: %w", err)
		}
		ring(tx, tenantID, account)
	}
	return first, nil
}

// Seen marks the notices of a dossier as read by an account, "" for those of all dossiers.
func Seen(ctx context.Context, tx *db.Tx, tenantID, account, dossier string) error {
	_, err := tx.Exec(ctx, `update notice set read_at = $4 where tenant_id = $1 and account_id = $2 and read_at is null and (cast($3 as text) = '' or dossier_id = $3)`,
		tenantID, account, dossier, tx.Now())
	ring(tx, tenantID, account)
	return err
}

// SeenOne marks one notice of an account as read; any other is NotFound.
func SeenOne(ctx context.Context, tx *db.Tx, tenantID, account, id string) error {
	if err := tx.QueryRow(ctx, `select 1 from notice where tenant_id = $1 and account_id = $2 and id = $3`, tenantID, account, id).Scan(new(int)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update notice set read_at = $4 where tenant_id = $1 and account_id = $2 and id = $3 and read_at is null`, tenantID, account, id, tx.Now())
	ring(tx, tenantID, account)
	return err
}
