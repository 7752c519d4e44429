package dossier

import (
	"context"
	"strings"

	"voordeur/internal/access"
	"voordeur/internal/db"
)

// separators part a word: what stands behind one begins a word too. Who calls about 2026-01483 says 01483, and
// akte_van_levering.pdf is looked for as levering.
const separators = "-/._"

// words splits what is searched, or searched in.
func words(text string) []string { return strings.Fields(strings.ToLower(text)) }

// begins returns the words of a text and what begins within them.
func begins(text string) []string {
	var out []string
	for _, w := range words(text) {
		out = append(out, w)
		for i, c := range w {
			if strings.ContainsRune(separators, c) && i+1 < len(w) {
				out = append(out, w[i+1:])
			}
		}
	}
	return out
}

// selectSaid is what a dossier is found by: its own number and title, or what its clients and its documents are called.
const selectSaid = `select d.search, true from dossier d where d.tenant_id = $1 and d.id = $2
	union all select c.name, false from dossier_party p cross join client c where c.tenant_id = p.tenant_id and c.id = p.client_id and p.tenant_id = $1 and p.dossier_id = $2
	union all select x.title, false from document x where x.tenant_id = $1 and x.dossier_id = $2`

type word struct {
	text string
	own  bool
}

func scanWord(scan db.Scan) (word, error) {
	var w word
	err := scan(&w.text, &w.own)
	return w, err
}

// reword keeps the words of a dossier for the search. What is so already costs no write.
func reword(ctx context.Context, tx *db.Tx, tenantID, dossier string) error {
	said, err := db.All(ctx, tx, scanWord, selectSaid, tenantID, dossier)
	if err != nil {
		return err
	}
	want := map[string]bool{}
	for _, s := range said {
		for _, w := range begins(s.text) {
			want[w] = want[w] || s.own
		}
	}
	had, err := db.All(ctx, tx, scanWord, `select word, own from dossier_word where tenant_id = $1 and dossier_id = $2`, tenantID, dossier)
	if err != nil {
		return err
	}
	for _, w := range had {
		if own, wanted := want[w.text]; wanted && own == w.own {
			delete(want, w.text)
			continue
		}
		if _, err := tx.Exec(ctx, `delete from dossier_word where tenant_id = $1 and word = $2 and dossier_id = $3`, tenantID, w.text, dossier); err != nil {
			return err
		}
	}
	for text, own := range want {
		if err := addWord(ctx, tx, tenantID, dossier, text, own); err != nil {
			return err
		}
	}
	return nil
}

// named adds the words of the title of a new document.
func named(ctx context.Context, tx *db.Tx, tenantID, dossier, title string) error {
	for _, w := range begins(title) {
		if err := addWord(ctx, tx, tenantID, dossier, w, false); err != nil {
			return err
		}
	}
	return nil
}

func addWord(ctx context.Context, tx *db.Tx, tenantID, dossier, text string, own bool) error {
	_, err := tx.Exec(ctx, `insert into dossier_word (tenant_id, word, dossier_id, own) values ($1, $2, $3, $4) on conflict do nothing`, tenantID, text, dossier, own)
	return err
}

// Renamed keeps the words of the dossiers of a client who has another name. It is federation.Federation's hook.
func (ds *Dossiers) Renamed(ctx context.Context, tx *db.Tx, s access.Scope, client string) error {
	list, err := db.All(ctx, tx, db.Value[string], `select dossier_id from dossier_party where tenant_id = $1 and client_id = $2 order by dossier_id`, s.Tenant(), client)
	if err != nil {
		return err
	}
	for _, id := range list {
		if err := reword(ctx, tx, s.Tenant(), id); err != nil {
			return err
		}
	}
	return nil
}
