package server_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"voordeur/internal/db"
)

// Nobody may lose a dossier because the office has more clients than a page of them shows.
func TestN54_SavingADossierKeepsPartiesFarDownTheList(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s, client, id := h.staff("behandelaar@delinde.example"), h.client("c.dewit@post.example"), h.dossier("2026-01482")
		must(t, h.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			for n := range 60 {
				_, err := tx.Exec(ctx, `insert into client (tenant_id, id, kind, name, search, created_at) values ('notaris', $1, 'person', $2, 'x', $3)`,
					tx.NewID(), fmt.Sprintf("Aa %d", n), tx.Now())
				if err != nil {
					return err
				}
			}
			return nil
		}))
		page := s.get("/dossiers/" + id + "/edit").body
		pairs := []string{
			"version", versionField.FindStringSubmatch(page)[1], "number", "2026-01482", "title", "Levering woning",
			"status", "in_progress", "handler", regexp.MustCompile(`<option value="([^"]*)" selected>Sanne`).FindStringSubmatch(page)[1],
		}
		for _, party := range regexp.MustCompile(`name="party" value="([^"]*)" checked`).FindAllStringSubmatch(page, -1) {
			pairs = append(pairs, "party", party[1])
		}
		if a := s.post("/dossiers/"+id+"/edit", pairs...); a.status != 303 {
			t.Fatalf("saved unchanged: %d", a.status)
		}
		if a := client.get("/dossiers/" + id); a.status != 200 {
			t.Errorf("the client's own dossier after saving it unchanged: %d", a.status)
		}
		if strings.Contains(s.get("/dossiers/new?party=nobody").body, "nobody") {
			t.Error("a client who does not exist can be chosen")
		}
	})
}
