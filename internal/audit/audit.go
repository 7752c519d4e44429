// Package audit keeps the journal: every change and every look at personal data, who, when, with
// which means of login. Entries of a change stand in the change's own transaction; looks are
// committed in small groups before the page is answered. A sealer numbers the entries and puts
// them in a Merkle log, so that a change afterwards shows.
package audit

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// Object is a thing an entry is about.
type Object struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// Entry is what happened. Event is a dotted name (dossier.published, document.read); Detail holds
// short facts without texts of messages, secrets or numbers of citizens.
type Entry struct {
	Event   string
	Dossier string
	Client  string
	Objects []Object
	Detail  map[string]string
}

const kindMandate = "mandate"

// maxSearch is how much of a search an entry keeps, in characters.
const maxSearch = 100

// Searched returns the detail of a look through a list: what was searched for, if anything.
func Searched(search string) map[string]string {
	typed := []rune(strings.TrimSpace(search))
	if len(typed) == 0 {
		return nil
	}
	return map[string]string{"search": string(typed[:min(len(typed), maxSearch)])}
}

const insertEntry = `insert into journal (tenant_id, id, at, event, actor_kind, actor_id, actor_role, means, origin,
	dossier_id, client_id, objects, detail, salt) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

// Record appends an entry in the transaction of the change it tells of. What somebody does for another names the
// mandate among its objects.
func Record(ctx context.Context, tx *db.Tx, s access.Scope, e Entry) error {
	if m := s.Behalf().Mandate; m != "" {
		e.Objects = append(slices.Clone(e.Objects), Object{kindMandate, m})
	}
	objects, err := json.Marshal(e.Objects)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	_, err = tx.Exec(ctx, insertEntry, s.Tenant(), db.RandomID(), tx.Now(), e.Event, kind(s), s.Account(), string(s.Role()),
		s.Means(), s.Origin(), e.Dossier, e.Client, string(objects), string(detail), salt)
	if err != nil {
		return fmt.Errorf("audit: record: %w", err)
	}
	return nil
}

func kind(s access.Scope) string {
	switch s.Role() {
	case access.RoleClient, access.RoleHead, access.RoleExtra, access.RoleRepresentative:
		return "client"
	case access.RoleSystem:
		return "system"
	case "":
		return "visitor"
	}
	return "staff"
}
