package server_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/errs"
	"voordeur/internal/retention"
	"voordeur/internal/server"
)

const (
	townSecond    = "beheer2@waterlandaanzee.example"
	closedLongAgo = `'2020-01-02T00:00:00.000000Z'`
)

// shredder is a town with two administrators and cases of which the term is over.
type shredder struct {
	*house
	one, two, clerk *visitor
}

func shredding(t *testing.T, h *house, numbers ...string) *shredder {
	t.Helper()
	for _, n := range numbers {
		h.exec(`update dossier set closed = true, closed_at = ` + closedLongAgo + `, expires_at = ` + closedLongAgo + ` where tenant_id = 'gemeente' and number = '` + n + `'`)
	}
	return &shredder{h, h.inTown(townDesk, townAdmin), h.inTown(townDesk, townSecond), h.inTown(townDesk, townClerk)}
}

// propose proposes cases, and returns the address of the proposal.
func (s *shredder) propose(once string, cases ...string) string {
	s.t.Helper()
	form := []string{"once", once, "reason", "De termijn is voorbij."}
	for _, c := range cases {
		form = append(form, "dossier", strings.TrimPrefix(c, "/dossiers/"))
	}
	a := s.one.post("/settings/retention", form...)
	if a.status != 303 {
		s.t.Fatalf("proposed: %d %s", a.status, words(mainOf(a.body)))
	}
	return a.header.Get("Location")
}

func TestTheTermOfACaseBeginsWhenItIsClosed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, clerk := h.inTown(townDesk, townAdmin), h.inTown(townDesk, townClerk)
		path := h.townCase("Z-2026-0131")
		id := strings.TrimPrefix(path, "/dossiers/")
		set := func(pairs ...string) {
			t.Helper()
			version := versionField.FindStringSubmatch(clerk.get(path + "/status").body)[1]
			if a := clerk.post(path+"/status", append([]string{"version", version}, pairs...)...); a.status != 303 {
				t.Fatalf("the status: %d %s", a.status, words(mainOf(a.body)))
			}
		}
		ends := func() *db.Time {
			end, err := db.One(context.Background(), h.DB, db.Value[*db.Time], `select expires_at from dossier where tenant_id = 'gemeente' and id = $1`, id)
			must(t, err)
			return end
		}
		// Its version says three months; what is taken into use after that holds for others.
		kind := h.townType("melding")
		version := func() string { return versionField.FindStringSubmatch(admin.get(kind + "/general").body)[1] }
		if a := admin.post(kind+"/general", "version", version(), "name_nl", "Melding", "name_en", "Report", "portal", "on", "threshold", "zaakvertrouwelijk", "rank", "intern", "progress", "both", "retention", "years", "keep", "9"); a.status != 303 {
			t.Fatal(a.status)
		}
		if a := admin.post(kind+"/use", "version", version()); a.status != 303 {
			t.Fatal(a.status)
		}
		set("status", "opgelost")
		first := ends()
		if first == nil {
			t.Fatal("it never becomes due")
		}
		closed := h.DB.Clock().Now()
		if least, most := closed.AddDate(0, 3, -4), closed.AddDate(0, 3, 3); first.Before(least) || first.After(most) {
			t.Errorf("it is kept until %s", first)
		}
		set("status", "opgelost", "note", "De lamp brandt weer.")
		if again := ends(); again == nil || !again.Equal(first.Time) {
			t.Errorf("another note makes another end: %v", again)
		}
		h.exec(`update dossier set closed_at = ` + closedLongAgo + `, expires_at = ` + closedLongAgo + ` where id = '` + id + `'`)
		if b := admin.get("/settings/retention").body; !strings.Contains(b, "Z-2026-0131") || !strings.Contains(b, path) {
			t.Error("it is not on the list")
		}
		set("status", "in-behandeling", "reason", "Hij is weer kapot.")
		if b := admin.get("/settings/retention").body; ends() != nil || strings.Contains(b, path) {
			t.Error("opened again, it is still due")
		}
		set("status", "opgelost")
		if again := ends(); again == nil || again.Before(closed) || strings.Contains(admin.get("/settings/retention").body, path) {
			t.Errorf("closed again, its term does not begin anew: %v", again)
		}
		for _, v := range []*visitor{clerk, h.inTown(townPortal, resident)} {
			if a := v.get("/settings/retention"); a.status != 403 && a.status != 404 {
				t.Errorf("for others: %d", a.status)
			}
		}
	})
}

func TestTwoAdministratorsDestroyWhatIsDue(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := shredding(t, h, "Z-2026-0089", "Z-2026-0098", "Z-2026-0117", "Z-2026-0125")
		goes, held, reopened, changed := h.townCase("Z-2026-0089"), h.townCase("Z-2026-0098"), h.townCase("Z-2026-0117"), h.townCase("Z-2026-0125")
		resident := h.inTown(townPortal, "h.veenstra@post.example")
		if a := resident.get(goes); a.status != 200 {
			t.Fatalf("the resident: %d", a.status)
		}
		id := func(c string) string { return strings.TrimPrefix(c, "/dossiers/") }
		for _, bad := range [][]string{
			{"once", "a", "reason", "", "dossier", id(goes)},
			{"once", "b", "reason", "Voorbij & <klaar>"},
			{"once", "c", "reason", "Voorbij", "dossier", id(goes), "dossier", never},
			{"once", "d", "reason", "Voorbij", "dossier", id(h.townCase("Z-2026-0131"))},
			{"once", "e", "reason", strings.Repeat("x", 1001), "dossier", id(goes)},
		} {
			a := s.one.post("/settings/retention", bad...)
			if a.status != 422 || len(bad) > 4 && !strings.Contains(a.body, `value="`+id(goes)+`" checked`) && bad[5] == id(goes) || h.count(`select count(*) from destruction_item`) != 0 {
				t.Errorf("%v: %d", bad, a.status)
			}
		}
		at := s.propose("f", goes, held, reopened, changed)
		if again := s.propose("f", goes, held, reopened, changed); again != at || h.count(`select count(*) from destruction`) != 1 {
			t.Error("a double click proposes twice")
		}
		if a := s.two.post("/settings/retention", "once", "g", "reason", "Ook", "dossier", id(goes)); a.status != 422 || !strings.Contains(a.body, "Z-2026-0089 staat al in een ander voorstel") {
			t.Errorf("proposed by both: %d", a.status)
		}
		// Who proposed it does not agree; nobody agrees without a reason; nobody else decides.
		if a := s.one.post(at, "do", "agreed", "reason", "Ik wil het."); a.status != 422 || !strings.Contains(a.body, "Een andere beheerder moet beslissen") || !strings.Contains(a.body, "Ik wil het.") {
			t.Errorf("by the same: %d", a.status)
		}
		if a, b := s.two.post(at, "do", "agreed", "reason", " "), s.two.post(at, "do", "burn", "reason", "x"); a.status != 422 || b.status != 422 {
			t.Errorf("without a reason %d, another act %d", a.status, b.status)
		}
		if a, b := s.clerk.post(at, "do", "agreed", "reason", "x"), s.clerk.get(at); a.status != 403 || b.status != 403 {
			t.Errorf("an employee: %d %d", a.status, b.status)
		}
		// What happens meanwhile keeps three of them.
		if a := s.clerk.post(held+"/hold", "do", "hold", "reason", ""); a.status != 422 {
			t.Errorf("on hold without a reason: %d", a.status)
		}
		for range 2 {
			if a := s.clerk.post(held+"/hold", "do", "hold", "reason", "Er loopt een bezwaar."); a.status != 303 {
				t.Fatalf("on hold: %d", a.status)
			}
		}
		h.exec(`update dossier set closed = false, expires_at = null, closed_at = null where id = '` + id(reopened) + `'`)
		h.exec(`update dossier set expires_at = '2021-01-01T00:00:00.000000Z' where id = '` + id(changed) + `'`)
		for range 2 {
			if a := s.two.post(at, "do", "agreed", "reason", "Akkoord, volgens de selectielijst."); a.status != 303 {
				t.Fatalf("decided: %d %s", a.status, words(mainOf(a.body)))
			}
		}
		page := words(mainOf(s.two.get(at).body))
		for _, want := range []string{"Blijft: de vernietiging is opgeschort.", "Blijft: het is intussen opnieuw geopend.", "Blijft: de termijn is intussen veranderd.", "Z-2026-0089", "Akkoord, volgens de selectielijst.", "Kim Beheer"} {
			if !strings.Contains(page, want) {
				t.Errorf("the decision lacks %q: %s", want, page)
			}
		}
		if a := s.one.post(at, "do", "refused", "reason", "Toch niet."); a.status != 409 || !strings.Contains(a.body, "al besloten") {
			t.Errorf("decided after that: %d", a.status)
		}
		for _, v := range []*visitor{resident, s.clerk, s.one} {
			v.get("/") // with what his last act led to
			if a, b := v.get(goes), v.get("/dossiers/"+never); a.status != 404 || a.body != b.body {
				t.Errorf("what is no more: %d", a.status)
			}
		}
		for _, c := range []string{held, reopened, changed} {
			if a := s.one.get(c); a.status != 200 {
				t.Errorf("what stays: %d", a.status)
			}
		}
		proofs := s.one.get("/settings/retention/destroyed").body
		if !strings.Contains(proofs, "Z-2026-0089") || strings.Contains(proofs, "kastanje") || strings.Contains(proofs, "Veenstra") {
			t.Error("the proof tells too little or too much")
		}
		if a := s.one.get(at + "/declaration"); a.status != 200 || !strings.HasPrefix(a.body, "%PDF") {
			t.Errorf("the declaration: %d", a.status)
		}
		if n := h.count(`select count(*) from journal where event = 'dossier.destroyed'`); n != 1 || h.count(`select count(*) from journal where event = 'destruction.agreed'`) != 1 {
			t.Errorf("%d entries", n)
		}
		if n := h.count(`select count(*) from client where tenant_id = 'gemeente' and name like '%Veenstra'`); n != 1 {
			t.Error("the client is gone")
		}
		// Lifted, it can be proposed again; refused, it stays.
		if a := s.clerk.post(held+"/hold", "do", "lift", "reason", "Het bezwaar is klaar."); a.status != 303 {
			t.Fatalf("lifted: %d", a.status)
		}
		again := s.propose("h", held)
		if a := s.one.post(again, "do", "refused", "reason", "Een vergissing."); a.status != 303 || s.one.get(held).status != 200 {
			t.Errorf("taken back: %d", a.status)
		}
		if a := s.one.get(again + "/declaration"); a.status != 404 {
			t.Errorf("a declaration of nothing: %d", a.status)
		}
	})
}

// Of many decisions at the same moment one counts, and none of the proposer.
func TestManyDecideAboutOneProposalAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		s := shredding(t, h, "Z-2026-0089", "Z-2026-0098")
		at := s.propose("x", h.townCase("Z-2026-0089"), h.townCase("Z-2026-0098"))
		ctx, id := context.Background(), at[strings.LastIndex(at, "/")+1:]
		one, two := h.townsman(townAdmin), h.townsman(townSecond)
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				a, decision := two, retention.Agreed
				if n%2 == 0 {
					a, decision = one, []string{retention.Agreed, retention.Refused}[n/2%2]
				}
				if err := h.Retention.Decide(ctx, a, id, decision, "Zo is het."); err != nil && !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.Conflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		gone := h.count(`select count(*) from destroyed`)
		agreed := h.count(`select count(*) from destruction where decision = 'agreed' and decided_by <> proposed_by`)
		if gone != 2*agreed || agreed == 0 && h.count(`select count(*) from destruction where decision = 'refused'`) != 1 || h.count(`select count(*) from journal where event in ('destruction.agreed', 'destruction.refused')`) != 1 {
			t.Errorf("%d are gone by %d decisions", gone, agreed)
		}
		if n := h.count(`select count(*) from dossier where tenant_id = 'gemeente' and number in ('Z-2026-0089', 'Z-2026-0098')`); n != 2-gone {
			t.Errorf("%d are left", n)
		}
		auditor := h.townsman("auditor@waterlandaanzee.example")
		if err := h.Retention.Decide(ctx, auditor, id, retention.Agreed, "x"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an auditor: %v", err)
		}
	})
}

// Each case that is due stands on one page, what has waited longest first, and under its own type alone.
func TestWhatIsDueIsPagedByKey(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, a := context.Background(), h.townsman(townAdmin)
		h.exec(`insert into dossier (tenant_id, id, number, title, status, closed, handler_id, search, created_at, updated_at, type_id, type_version, closed_at, expires_at)
			with recursive n (i) as (select 1 union all select i + 1 from n where i < 60)
			select d.tenant_id, d.id || n.i, 'due' || n.i, d.title, 'opgelost', true, d.handler_id, d.search, d.created_at, d.updated_at, d.type_id, d.type_version, ` + closedLongAgo + `, ` + closedLongAgo + `
			from dossier d cross join n where d.number = 'Z-2026-0131'`)
		kind := strings.TrimPrefix(h.townType("melding"), "/settings/types/")
		for _, of := range []string{"", kind} {
			var seen []string
			for after, page := "", 0; page == 0 || after != ""; page++ {
				p, err := h.Retention.Due(ctx, a, of, after)
				must(t, err)
				for _, d := range p.Rows {
					seen = append(seen, d.ID)
				}
				if after = p.Next; page > 4 {
					t.Fatal("it does not end")
				}
			}
			if slices.Sort(seen); len(slices.Compact(seen)) != 60 {
				t.Errorf("of type %q %d", of, len(seen))
			}
		}
		if p, err := h.Retention.Due(ctx, a, never, ""); err != nil || len(p.Rows) > 0 {
			t.Errorf("of no type: %d %v", len(p.Rows), err)
		}
	})
}

// refers are columns that lead to a dossier or to something in it.
var refers = []string{"dossier_id", "document_id", "message_id", "upload_id", "item_id", "request_id", "questionnaire_id", "application_id"}

// stay are the tables in which an identifier of what was destroyed stays. It leads nowhere: the journal whose chain must
// stay whole, the proof, and what keeps a form from being sent twice and a job from being done twice.
var stay = []string{"journal", "destroyed", "once", "job"}

// Whatever hangs on a dossier goes with it. A table that is added later is asked as well: it must have a row here.
func TestNothingOfADestroyedCaseIsLeft(t *testing.T) {
	eachStore(t, func(t *testing.T, st *store) {
		h, ctx := st.house, context.Background()
		s := shredding(t, h)
		path := h.townCase("Z-2026-0125")
		id := strings.TrimPrefix(path, "/dossiers/")
		h.crowd(id)
		h.exec(`update dossier set closed = true, closed_at = ` + closedLongAgo + `, expires_at = ` + closedLongAgo + ` where id = '` + id + `'`)
		var ids, keys []string
		tables, raw := h.tables(), dbtest.Raw(t, h.DB)
		for _, table := range tables {
			if table.Has("id") && table.Has("dossier_id") {
				ids = append(ids, h.texts(raw, `select id from `+table.Name+` where tenant_id = 'gemeente' and dossier_id = '`+id+`'`)...)
			}
			if table.Has("blob_key") && table.Has("dossier_id") {
				keys = append(keys, h.texts(raw, `select blob_key from `+table.Name+` where tenant_id = 'gemeente' and dossier_id = '`+id+`' and blob_key is not null`)...)
			}
		}
		ids = append(ids, id)
		for _, table := range tables {
			leads := slices.ContainsFunc(refers, table.Has)
			if n := h.hits(raw, table, ids); leads && n == 0 && !slices.Contains(stay, table.Name) && table.Name != "destruction_item" {
				t.Errorf("%s has no row of the dossier, so that this test does not ask for it", table.Name)
			}
		}
		at := s.propose("x", path)
		if a := s.two.post(at, "do", "agreed", "reason", "Akkoord."); a.status != 303 {
			t.Fatalf("destroyed: %d %s", a.status, words(mainOf(a.body)))
		}
		for _, table := range tables {
			if n := h.hits(raw, table, ids); n > 0 && !slices.Contains(stay, table.Name) {
				t.Errorf("%d cells of %s refer to it", n, table.Name)
			}
		}
		st.now.Advance(25 * time.Hour)
		_, _, err := h.Collector.Run(ctx)
		must(t, err)
		left := st.blobs()
		for _, key := range keys {
			if left[key] {
				t.Error("a file of it is left")
			}
		}
		if len(keys) == 0 || len(left) == 0 {
			t.Errorf("%d files of it, %d of others", len(keys), len(left))
		}
		must(t, h.Seal(ctx))
		report, err := audit.Verify(ctx, h.DB, "gemeente", server.JournalMAC(h.Keys))
		if err != nil || report.Wrong != "" {
			t.Errorf("the journal: %v %v", report.Wrong, err)
		}
	})
}

// crowd gives a dossier a row of everything that can hang on one.
func (h *house) crowd(id string) {
	h.t.Helper()
	const at = `'2026-01-02T00:00:00.000000Z'`
	one := func(q string) string { return h.value(q + ` limit 1`) }
	doc := one(`select id from document where tenant_id = 'gemeente' and dossier_id = '` + id + `' order by id`)
	letter := one(`select id from message where tenant_id = 'gemeente' and dossier_id = '` + id + `' order by id`)
	client := one(`select client_id from dossier_party where tenant_id = 'gemeente' and dossier_id = '` + id + `'`)
	staff := one(`select account_id from dossier_staff where tenant_id = 'gemeente' and dossier_id = '` + id + `'`)
	form := one(`select id from form where tenant_id = 'gemeente' order by id`)
	product := one(`select id from product where tenant_id = 'gemeente' order by id`)
	item := one(`select id from request_item where tenant_id = 'gemeente' and dossier_id = '` + id + `' order by id`)
	h.exec(`update document set message_id = '` + letter + `' where id = '` + doc + `'`)
	for _, row := range []string{
		`document_read (tenant_id, document_id, account_id, first_at, last_at) values ('gemeente', '` + doc + `', '` + staff + `', ` + at + `, ` + at + `)`,
		`document_verdict (tenant_id, document_id, account_id, verdict, reason, at) values ('gemeente', '` + doc + `', '` + staff + `', 'release', 'x', ` + at + `)`,
		`message (tenant_id, id, dossier_id, direction, author_id, reply_to, subject, body, sent_at) values ('gemeente', 'answered', '` + id + `', 'inbound', '` + staff + `', '` + letter + `', 'x', 'x', ` + at + `)`,
		`message_read (tenant_id, message_id, account_id, first_at) values ('gemeente', 'answered', '` + staff + `', ` + at + `)`,
		`unread (tenant_id, account_id, kind, object_id, dossier_id, tab, at) values ('gemeente', '` + staff + `', 'message', 'answered', '` + id + `', 'messages', ` + at + `)`,
		`progress_step (tenant_id, id, dossier_id, position, title) values ('gemeente', 'stepped', '` + id + `', 1, 'x')`,
		`upload (tenant_id, id, dossier_id, account_id, category, file_name, size, created_at, item_id, document_id, blob_key) values ('gemeente', 'coming', '` + id + `', '` + staff + `', 'document', 'x', 1, ` + at + `, '` + item + `', '` + doc + `', 'coming')`,
		`upload_part (tenant_id, upload_id, position, size, sha256, blob_key, blob_size, blob_sum) values ('gemeente', 'coming', 1, 1, 'x', 'part', 1, 'x')`,
		`questionnaire (tenant_id, id, form_id, dossier_id, client_id, state, sent_at, sent_by) values ('gemeente', 'asked', '` + form + `', '` + id + `', '` + client + `', 'open', ` + at + `, '` + staff + `')`,
		`questionnaire_page (tenant_id, questionnaire_id, page, answers, saved_at, saved_by) values ('gemeente', 'asked', 'p', 'x', ` + at + `, '` + staff + `')`,
		`application (tenant_id, id, product_id, form_id, client_id, dossier_id, created_at, changed_at, ends_at) values ('gemeente', 'applied', '` + product + `', '` + form + `', '` + client + `', '` + id + `', ` + at + `, ` + at + `, '2036-01-02T00:00:00.000000Z')`,
		`application_page (tenant_id, application_id, page, answers, saved_at) values ('gemeente', 'applied', 'p', 'x', ` + at + `)`,
		`note (tenant_id, id, dossier_id, author_id, body, at) values ('gemeente', 'noted', '` + id + `', '` + staff + `', 'x', ` + at + `)`,
		`notice (tenant_id, id, account_id, kind, dossier_id, at) values ('gemeente', 'noticed', '` + staff + `', 'note', '` + id + `', ` + at + `)`,
		`news (tenant_id, id, account_id, event, dossier_id, object_id, at) values ('gemeente', 'new', '` + staff + `', 'x', '` + id + `', '` + doc + `', ` + at + `)`,
		`request_document (tenant_id, item_id, document_id) values ('gemeente', '` + item + `', '` + doc + `')`,
		`required_document (tenant_id, dossier_id, document_type, state, reason, marked_at, marked_by) values ('gemeente', '` + id + `', 'x', 'received', '', ` + at + `, '` + staff + `')`,
		`approval (tenant_id, id, dossier_id, client_id, document_id, kind, file_name, size, sha256, state, offered_at, offered_by) values ('gemeente', 'offered', '` + id + `', '` + client + `', '` + doc + `', 'x', 'x', 1, 'x', 'offered', ` + at + `, '` + staff + `')`,
		`dossier_hold (tenant_id, id, dossier_id, reason, set_at, set_by, lifted_at) values ('gemeente', 'held', '` + id + `', 'x', ` + at + `, '` + staff + `', ` + at + `)`,
	} {
		h.exec(`insert into ` + row + ` on conflict do nothing`)
	}
}

// tables are those of the database, as it says itself.
func (h *house) tables() []db.Table {
	h.t.Helper()
	var list []db.Table
	must(h.t, h.DB.Snapshot(context.Background(), func(ctx context.Context, s *db.Snapshot) error {
		var err error
		list, err = s.Tables(ctx)
		return err
	}))
	return list
}

// texts are the values of the first column of a query.
func (h *house) texts(raw *sql.DB, q string) []string {
	h.t.Helper()
	rows, err := raw.Query(q)
	must(h.t, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		must(h.t, rows.Scan(&v))
		out = append(out, v)
	}
	must(h.t, rows.Err())
	return out
}

// hits counts the cells of a table in which one of the identifiers stands, alone or among other text.
func (h *house) hits(raw *sql.DB, t db.Table, ids []string) int {
	h.t.Helper()
	n := 0
	for _, c := range t.Columns {
		if c.Type != "text" {
			continue
		}
		for _, v := range h.texts(raw, `select `+c.Name+` from `+t.Name+` where `+c.Name+` is not null`) {
			if slices.ContainsFunc(ids, func(id string) bool { return v == id || len(id) > 20 && strings.Contains(v, id) }) {
				n++
			}
		}
	}
	return n
}
