package dossier

import (
	"context"
	"strings"
	"testing"

	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
)

// A table that keeps files and is forgotten here has them deleted as orphans and left out of backups.
func TestEveryTableThatKeepsFilesIsAsked(t *testing.T) {
	err := dbtest.SQLite(t, nil).Snapshot(context.Background(), func(ctx context.Context, s *db.Snapshot) error {
		tables, err := s.Tables(ctx)
		found := 0
		for _, table := range tables {
			if !table.Has("blob_key") {
				continue
			}
			found++
			for name, query := range map[string]string{"files": filesQuery, "keeps": keepsQuery} {
				if !strings.Contains(query, " from "+table.Name+" ") {
					t.Errorf("%s leaves %s out", name, table.Name)
				}
			}
		}
		if found < 3 {
			t.Errorf("only %d tables keep files", found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
