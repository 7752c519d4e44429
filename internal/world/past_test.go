package world_test

import (
	"context"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/world"
	"voordeur/internal/world/worldtest"
)

func times(t *testing.T, d *db.DB, from string) []time.Time {
	t.Helper()
	q := db.Join(`select sent_at from message where tenant_id = 'notaris' order by sent_at`)
	if from == "journal" {
		q = db.Join(`select at from journal where tenant_id = 'notaris' order by seq`)
	}
	list, err := db.All(context.Background(), d, db.Value[db.Time], q)
	if err != nil {
		t.Fatal(err)
	}
	var out []time.Time
	for _, at := range list {
		out = append(out, at.Time)
	}
	return out
}

func TestWorldHasAPastThatIsToldInOrder(t *testing.T) {
	d := dbtest.SQLite(t, &world.Clock{})
	worldtest.Build(t, d, "notaris")
	now := clock.System{}.Now()
	days := map[string]bool{}
	for _, at := range times(t, d, "message") {
		days[at.Format(time.DateOnly)] = true
		if at.After(now) {
			t.Errorf("a message of %s, which is still to come", at)
		}
	}
	if len(days) < 20 {
		t.Errorf("the messages were sent on %d days", len(days))
	}
	list := times(t, d, "journal")
	if len(list) < 200 {
		t.Fatalf("%d records in the journal", len(list))
	}
	for n := 1; n < len(list); n++ {
		if list[n].Before(list[n-1]) {
			t.Fatalf("record %d of the journal is of %s, after one of %s", n+1, list[n], list[n-1])
		}
	}
	if drift := d.Clock().Now().Sub(now); drift < 0 || drift > time.Hour {
		t.Errorf("the clock stands at %s from now after building", drift)
	}
}

func TestWorldHasReadAndUnreadAndEmptyDossiers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldtest.Build(t, d, "notaris")
		count := func(number string) (documents, unread int) {
			err := d.QueryRow(context.Background(), `select (select count(*) from document where tenant_id = $1 and dossier_id = $2),
				(select count(*) from unread u join account a on a.tenant_id = u.tenant_id and a.id = u.account_id and a.face = 'portal' where u.tenant_id = $1 and u.dossier_id = $2)`,
				"notaris", w.Dossier(t, "notaris", number)).Scan(&documents, &unread)
			if err != nil {
				t.Fatal(err)
			}
			return documents, unread
		}
		if docs, unread := count("2025-00977"); docs == 0 || unread != 0 {
			t.Errorf("the settled estate has %d documents, %d things unread", docs, unread)
		}
		if docs, _ := count("2026-01368"); docs != 0 {
			t.Errorf("the empty dossier has %d documents", docs)
		}
		if _, unread := count("2026-01482"); unread != 4 {
			t.Errorf("the purchase has %d things unread, want two documents and two messages", unread)
		}
	})
}
