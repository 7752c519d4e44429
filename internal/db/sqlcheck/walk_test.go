package sqlcheck

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
	"strings"
	"testing"

	"voordeur/internal/db/dbtest"
)

// large are the tables that grow with an organisation.
const large = `account|account_token|answer_set|application|client|document|document_read|dossier|dossier_list|dossier_party|dossier_staff|dossier_word|job|journal|mail|mandate|message|message_read|news|note|notice|` +
	`questionnaire|request|request_item|session|sms|unread`

// A walk reads a whole table, or all that one tenant has in it, by way of any index, or all on one face of it: its
// clients' accounts are as many as its clients. Names are those that a statement gives its tables; what is made in the
// statement itself, perhaps under the same name, is as large as what it was made of.
var (
	walk  = regexp.MustCompile(`^(?:SCAN (\w+)(?: USING .*)?|SEARCH (\w+) USING (?:COVERING )?INDEX \w+ \(tenant_id=\?(?: AND (?:face|role|state|kind|closed|purpose)=\?)?\))$`)
	named = regexp.MustCompile(`\b(?:from|join|update|into) (` + large + `) (?:as )?(\w+)`)
	made  = regexp.MustCompile(`\) (\w+)|with (\w+) as`)
)

// walkers are the statements that may walk, by what stands in them, and why.
var walkers = map[string]string{
	"c.search like":                                         "a client is found by any part of his name; a bulkhead bounds it",
	"and search like":                                       "as that, for the filter of the journal",
	"lower(name) like":                                      "an account is found by any part of its name, for the filter of the journal",
	"face = 'office'":                                       "an organisation's employees are few beside its clients",
	"where done_at is null":                                 "the index holds what waits alone",
	"and far is not null":                                   "as that",
	"where seq is null":                                     "the index holds what waits alone",
	"where state <> 'sent'":                                 "as that",
	"where state not in ('accepted', 'delivered')":          "as that",
	"where state <> 'released'":                             "as that",
	"x.state in ('quarantined', 'unscannable')":             "the index holds what is held alone",
	"from journal j where j.tenant_id = $1  and j.at >= $2": "which filters of the journal go together is for its own test",
}

func TestNoStatementWalksALargeTable(t *testing.T) {
	raw := dbtest.Raw(t, dbtest.SQLite(t, nil))
	for _, s := range statements(t, "voordeur/...") {
		if strings.Contains(s.at, "internal/world/") || strings.Contains(s.at, "internal/bench/") { // makes what is measured
			continue
		}
		for _, step := range walks(t, raw, s.text) {
			if !allowed(s.text) {
				t.Errorf("%s: %s\n%s", s.at, step, s.text)
			}
		}
	}
}

func TestAWalkIsFound(t *testing.T) {
	raw := dbtest.Raw(t, dbtest.SQLite(t, nil))
	for text, found := range map[string]bool{
		`update dossier_list set updated_at = $3 where tenant_id = $1 and updated_at = $2`:                           true,
		`select c.id from client c join dossier_party p on p.client_id = c.id where c.tenant_id = $1`:                true,
		`select id from account where tenant_id = $1 and face = 'portal' order by name`:                              true,
		`select id from account where tenant_id = $1 and face = 'portal' and client_id = $2 order by created_at, id`: false,
		`select id from message where subject = $1`:                                                                  true,
		`select id from client where tenant_id = $1 and id = $2`:                                                     false,
		`select count(*) from (select 1 from dossier_list l where l.tenant_id = $1 and l.viewer = $2 limit 9)`:       false,
	} {
		if got := len(walks(t, raw, text)) > 0; got != found {
			t.Errorf("a walk is found: %v, should be %v\n%s", got, found, text)
		}
	}
}

func allowed(text string) bool {
	for part := range walkers {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// walks returns the steps of SQLite's plan in which a large table is walked.
func walks(t *testing.T, raw *sql.DB, text string) []string {
	t.Helper()
	names := strings.Split(large, "|")
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		names = append(names, m[2])
	}
	for _, m := range made.FindAllStringSubmatch(text, -1) {
		names = slices.DeleteFunc(names, func(n string) bool { return n == m[1]+m[2] })
	}
	var found []string
	for _, step := range planOf(t, raw, text) {
		m := walk.FindStringSubmatch(step)
		if m != nil && slices.Contains(names, m[1]+m[2]) {
			found = append(found, step)
		}
	}
	return found
}

func planOf(t *testing.T, raw *sql.DB, text string) []string {
	t.Helper()
	rows, err := raw.QueryContext(context.Background(), "explain query plan "+text, slices.Repeat([]any{nil}, parameters(text))...)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
