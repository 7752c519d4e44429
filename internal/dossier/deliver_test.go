package dossier_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/access/authn"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/message"
	"voordeur/internal/tenant"
)

const drawing = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"

// upload brings a file of the client to the server.
func (w town) upload(ctx context.Context, a access.Client, id, name string) string {
	w.Helper()
	u, err := w.Dossiers.Receive(ctx, a.Scope(), id, dossier.NewUpload{FileName: name, Category: dossier.Delivered}, strings.NewReader(drawing))
	w.must(err)
	return u.ID
}

// rule changes how clients hand in files.
func (w town) rule(ctx context.Context, r tenant.UploadRule) {
	w.Helper()
	t, err := w.Tenants.Get(ctx, "gemeente")
	w.must(err)
	w.must(w.Tenants.Edit(ctx, w.admin, t.Version, "files", func(e *tenant.Edition) error { e.Settings.Upload = r; return nil }))
}

// converse has clients' messages be read by both sides.
func (w town) converse(ctx context.Context) {
	w.Helper()
	t, err := w.Tenants.Get(ctx, "gemeente")
	w.must(err)
	w.must(w.Tenants.Edit(ctx, w.admin, t.Version, "modules", func(e *tenant.Edition) error { e.Settings.Messaging = ""; return nil }))
}

// own returns what the resident sees of what she added with a title.
func (w town) own(ctx context.Context, number, title string) []dossier.Document {
	w.Helper()
	d, err := dossier.ForClient(ctx, w.DB, w.me, w.dossier(number))
	w.must(err)
	list, err := w.Dossiers.ClientDocuments(ctx, w.me, d)
	w.must(err)
	return slices.DeleteFunc(list, func(doc dossier.Document) bool { return !strings.HasPrefix(doc.Title, title) })
}

// second gives the resident another account.
func (w town) second(ctx context.Context) access.Client {
	w.Helper()
	w.must(w.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into account (tenant_id, id, face, role, client_id, email, email_key, name, state, password_hash, rights, created_at)
			select tenant_id, 'spouse', face, 'extra', client_id, 'm.yilmaz@post.example', 'm.yilmaz@post.example', 'M. Yilmaz', state, password_hash, 'dossiers:see', created_at from account where tenant_id = 'gemeente' and id = $1`, w.me.Scope().Account())
		return err
	}))
	s, err := authn.Act(ctx, w.DB, "gemeente", "spouse")
	w.must(err)
	a, ok := access.AsClient(s)
	if !ok {
		w.Fatal("the other account is no client's")
	}
	return a
}

func TestD41_D42_K16_AResidentAddsADocumentToHerCase(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		id := w.dossier("Z-2026-0117")
		up := w.upload(ctx, w.me, id, "scan0001.pdf")
		for name, c := range map[string]struct {
			in    dossier.Delivery
			field string
		}{
			"no file":                        {dossier.Delivery{Type: "situatietekening", Title: "Tekening"}, "file"},
			"no type":                        {dossier.Delivery{Uploads: []string{up}, Title: "Tekening"}, "type"},
			"a type of the office":           {dossier.Delivery{Uploads: []string{up}, Type: "besluit", Title: "Tekening"}, "type"},
			"a type of other cases":          {dossier.Delivery{Uploads: []string{up}, Type: "verklaring-arts", Title: "Tekening"}, "type"},
			"no title":                       {dossier.Delivery{Uploads: []string{up}, Type: "situatietekening", Title: " "}, "document_title"},
			"a title that is a story":        {dossier.Delivery{Uploads: []string{up}, Type: "situatietekening", Title: strings.Repeat("a", 201)}, "document_title"},
			"more files than may be at once": {dossier.Delivery{Uploads: make([]string, 21), Type: "situatietekening", Title: "Tekening"}, "file"},
		} {
			if f := errs.FieldsOf(w.Dossiers.Deliver(ctx, w.me, id, "bad", c.in)); len(f) != 1 || f[0].Name != c.field {
				t.Errorf("%s: %v", name, f)
			}
		}
		good := dossier.Delivery{Uploads: []string{up}, Type: "situatietekening", Title: " Tekening van de tuin "}
		// Somebody else's case, and somebody else's file, are not there.
		other := w.Client(t, "gemeente", "de heer H. Veenstra")
		if err := w.Dossiers.Deliver(ctx, other, id, "k", good); !errs.Is(err, errs.NotFound) {
			t.Errorf("by another resident: %v", err)
		}
		if err := w.Dossiers.Deliver(ctx, other, w.dossier("Z-2026-0125"), "k", dossier.Delivery{Uploads: []string{up}, Type: "verklaring-arts", Title: "Van haar"}); !errs.Is(err, errs.NotFound) {
			t.Errorf("another resident's file: %v", err)
		}
		var both sync.WaitGroup // a double click
		for range 2 {
			both.Go(func() {
				if err := w.Dossiers.Deliver(ctx, w.me, id, "once", good); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		docs := w.own(ctx, "Z-2026-0117", "Tekening van de tuin")
		if len(docs) != 1 {
			t.Fatalf("%d documents", len(docs))
		}
		doc := docs[0]
		if doc.State != dossier.Checking || doc.Type != "situatietekening" || doc.FileName != "scan0001.pdf" || doc.Origin != "client" || doc.By != w.me.Scope().Account() || doc.Rank != dossiertype.CaseConfidential || doc.Reference == 0 {
			t.Errorf("the document is %+v", doc)
		}
		w.Work(t)
		if docs := w.own(ctx, "Z-2026-0117", "Tekening"); docs[0].State != dossier.Released {
			t.Errorf("after the check it is %s", docs[0].State)
		}
		// Of several files of one title each can be told.
		w.must(w.Dossiers.Deliver(ctx, w.me, id, "two", dossier.Delivery{Uploads: []string{w.upload(ctx, w.me, id, "a.pdf"), w.upload(ctx, w.me, id, "b.pdf")}, Type: "foto", Title: "Gevel"}))
		if docs := w.own(ctx, "Z-2026-0117", "Gevel"); len(docs) != 2 || docs[0].Title == docs[1].Title || docs[0].Reference == docs[1].Reference {
			t.Errorf("two files: %+v", docs)
		}
		// Where nothing is asked, it is of no other kind and has the name of its file (E19).
		w.rule(ctx, tenant.UploadRule{Routes: []string{tenant.InDossier}})
		w.must(w.Dossiers.Deliver(ctx, w.me, id, "bare", dossier.Delivery{Uploads: []string{w.upload(ctx, w.me, id, "Brief van de buren.pdf")}}))
		if docs := w.own(ctx, "Z-2026-0117", "Brief van de buren.pdf"); len(docs) != 1 || docs[0].Type != dossiertype.OtherDocument {
			t.Errorf("with nothing said: %+v", docs)
		}
	})
}

func TestD42_TheConfidentialityIsThatOfTheKindOrOfTheCase(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		w.change(ctx, "melding", func(d *dossiertype.Definition) {
			d.Documents = []dossiertype.DocumentType{{Key: "foto", Name: d.Name, Deliver: true, Rank: dossiertype.Public}, {Key: "overig", Name: d.Name, Deliver: true}}
		})
		id, err := w.Dossiers.Create(ctx, w.handler, "new", dossier.Draft{
			Number: "Z-9", Title: "Melding", Handler: w.handler.Scope().Account(), Parties: []string{w.me.Scope().Client()}, Type: w.kind(ctx, "melding").ID, Rank: dossiertype.Internal,
		})
		w.must(err)
		w.must(w.Dossiers.Publish(ctx, w.handler, id, true))
		for kind, want := range map[string]dossiertype.Rank{"foto": dossiertype.Public, "overig": dossiertype.Internal} {
			w.must(w.Dossiers.Deliver(ctx, w.me, id, kind, dossier.Delivery{Uploads: []string{w.upload(ctx, w.me, id, "x.pdf")}, Type: kind, Title: kind}))
			if docs := w.own(ctx, "Z-9", kind); len(docs) != 1 || docs[0].Rank != want {
				t.Errorf("%s: %+v", kind, docs)
			}
		}
		// What became too confidential to be seen cannot be added either, in the version of before: the case goes too.
		w.change(ctx, "melding", func(d *dossiertype.Definition) { d.Documents, d.Threshold = nil, dossiertype.Restricted })
		if _, err := w.Dossiers.PlaceFor(ctx, w.me, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("a case that is hidden: %v", err)
		}
	})
}

func TestD20_D44_E21_NothingComesIntoAClosedCaseAndNoFileStays(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		id := w.dossier("Z-2026-0117")
		in := dossier.Delivery{Uploads: []string{w.upload(ctx, w.me, id, "laat.pdf")}, Type: "situatietekening", Title: "Te laat"}
		w.must(w.set(ctx, "Z-2026-0117", dossier.Status{Key: "besluit", Result: "verleend"}))
		if err := w.Dossiers.Deliver(ctx, w.me, id, "k", in); !errs.Is(err, errs.Conflict) {
			t.Errorf("closed while the page was open: %v", err)
		}
		var uploads, documents int
		w.must(w.DB.QueryRow(ctx, `select count(*) from upload where tenant_id = 'gemeente' and dossier_id = $1`, id).Scan(&uploads))
		w.must(w.DB.QueryRow(ctx, `select count(*) from document where tenant_id = 'gemeente' and dossier_id = $1 and title = 'Te laat'`, id).Scan(&documents))
		if uploads != 0 || documents != 0 {
			t.Errorf("%d uploads and %d documents stay", uploads, documents)
		}
		if _, err := w.Dossiers.Receive(ctx, w.me.Scope(), id, dossier.NewUpload{FileName: "x.pdf"}, strings.NewReader(drawing)); !errs.Is(err, errs.Conflict) {
			t.Errorf("a file comes in: %v", err)
		}
		if p, err := w.Dossiers.PlaceFor(ctx, w.me, id); !errs.Is(err, errs.Conflict) || p.Title == "" {
			t.Errorf("the page of a closed case: %v", err)
		}
	})
}

func TestK15_FilesComeInWhereTheOrganisationWantsThem(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		id := w.dossier("Z-2026-0117")
		in := dossier.Delivery{Uploads: []string{w.upload(ctx, w.me, id, "x.pdf")}, Type: "overig", Title: "X"}
		w.rule(ctx, tenant.UploadRule{})
		if err := w.Dossiers.Deliver(ctx, w.me, id, "k", in); !errs.Is(err, errs.NotFound) {
			t.Errorf("by messages alone: %v", err)
		}
		w.rule(ctx, tenant.UploadRule{Routes: []string{tenant.InDossier}})
		w.converse(ctx)
		if _, err := w.Messages.SendAsClient(ctx, w.me, id, "m", message.Draft{Subject: "Foto", Body: "Hierbij.", Uploads: in.Uploads}); errs.FieldsOf(err) == nil {
			t.Errorf("with a message, where that is no way: %v", err)
		}
		w.must(w.Dossiers.Deliver(ctx, w.me, id, "k", in))
		// A type of which clients add nothing has no way in.
		w.change(ctx, "melding", func(d *dossiertype.Definition) { d.Documents = nil })
		made, err := w.Dossiers.Create(ctx, w.handler, "new", dossier.Draft{Number: "Z-9", Title: "Melding", Handler: w.handler.Scope().Account(), Parties: []string{w.me.Scope().Client()}, Type: w.kind(ctx, "melding").ID})
		w.must(err)
		w.must(w.Dossiers.Publish(ctx, w.handler, made, true))
		if _, err := w.Dossiers.PlaceFor(ctx, w.me, made); !errs.Is(err, errs.NotFound) {
			t.Errorf("nothing to add: %v", err)
		}
	})
}

func TestE9_D43_OthersHearOfWhatSomebodyAddsAndHeDoesNot(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		spouse := w.second(ctx)
		for _, a := range []access.Client{w.me, spouse} {
			w.must(w.Identity.SetNotify(ctx, a, []string{"all"}, false))
		}
		mails := func(a access.Client) int {
			w.Mail(t)
			n, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from mail where tenant_id = 'gemeente' and account_id = $1 and purpose = 'documents'`, a.Scope().Account())
			w.must(err)
			return n
		}
		id := w.dossier("Z-2026-0117")
		marks := func() int {
			n, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from unread where tenant_id = 'gemeente' and account_id = $1 and dossier_id = $2 and kind = 'document'`, w.handler.Scope().Account(), id)
			w.must(err)
			return n
		}
		before := marks()
		w.must(w.Dossiers.Deliver(ctx, w.me, id, "k", dossier.Delivery{Uploads: []string{w.upload(ctx, w.me, id, "x.pdf")}, Type: "foto", Title: "Gevel"}))
		if marks() != before {
			t.Error("it is told before it is checked")
		}
		w.Work(t)
		if mails(w.me) != 0 || mails(spouse) != 1 || marks() != before+1 {
			t.Errorf("%d mails to herself, %d to the other, %d marks", mails(w.me), mails(spouse), marks()-before)
		}
		// One that the check refuses is told to nobody.
		u, err := w.Dossiers.Receive(ctx, w.me.Scope(), id, dossier.NewUpload{FileName: "kapot.docx"}, strings.NewReader("PK\x03\x04 half a document"))
		if err == nil {
			w.must(w.Dossiers.Deliver(ctx, w.me, id, "bad", dossier.Delivery{Uploads: []string{u.ID}, Type: "foto", Title: "Kapot"}))
			w.Work(t)
			if docs := w.own(ctx, "Z-2026-0117", "Kapot"); len(docs) != 1 || docs[0].State != dossier.Refused || mails(spouse) != 1 || marks() != before+1 {
				t.Errorf("refused: %+v, %d mails", docs, mails(spouse))
			}
		}
	})
}

func TestD18_TickingAndUntickingGivesTwoMails(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		w.must(w.Identity.SetNotify(ctx, w.me, []string{"all"}, false))
		id := w.dossier("Z-2026-0117")
		_, err := w.Dossiers.Receive(ctx, w.handler.Scope(), id, dossier.NewUpload{FileName: "verkeerd.pdf", Category: dossier.Documents, Type: "besluit"}, strings.NewReader(drawing))
		w.must(err)
		w.Work(t)
		var doc, kind string
		w.must(w.DB.QueryRow(ctx, `select id, document_type from document where tenant_id = 'gemeente' and file_name = 'verkeerd.pdf'`).Scan(&doc, &kind))
		if kind != "besluit" {
			t.Errorf("it is of kind %q", kind)
		}
		twice := func() (added, removed int) {
			a, r := w.mails(ctx, "documents"), w.mails(ctx, "removed")
			w.must(w.Dossiers.Show(ctx, w.handler, id, doc, true))
			w.Mail(t)
			w.must(w.Dossiers.Show(ctx, w.handler, id, doc, false))
			return w.mails(ctx, "documents") - a, w.mails(ctx, "removed") - r
		}
		if a, r := twice(); a != 1 || r != 1 {
			t.Errorf("ticked and unticked: %d and %d mails", a, r)
		}
		w.must(w.Dossiers.SetRank(ctx, w.handler, id, doc, dossiertype.Confidential))
		if a, r := twice(); a != 0 || r != 0 {
			t.Errorf("above the threshold: %d and %d mails", a, r)
		}
		if _, err := w.Dossiers.Receive(ctx, w.handler.Scope(), id, dossier.NewUpload{FileName: "x.pdf", Category: dossier.Documents, Type: "verklaring-arts"}, strings.NewReader(drawing)); errs.FieldsOf(err) == nil {
			t.Errorf("a kind that the case does not have: %v", err)
		}
	})
}

func TestD39_ANumberIsGivenOnceAndNeverAgain(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		id := w.dossier("Z-2026-0117")
		var all sync.WaitGroup
		for n := range 6 {
			all.Go(func() {
				u, err := w.Dossiers.Receive(ctx, w.handler.Scope(), id, dossier.NewUpload{FileName: "tegelijk.pdf", Category: dossier.Documents}, strings.NewReader(drawing))
				if err != nil {
					t.Error(n, u, err)
				}
			})
		}
		all.Wait()
		numbers := func() (n, different, last int64) {
			w.must(w.DB.QueryRow(ctx, `select count(*), count(distinct reference), max(reference) from document where tenant_id = 'gemeente' and reference > 0`).Scan(&n, &different, &last))
			return n, different, last
		}
		n, different, last := numbers()
		if n != different || last != 10000+n {
			t.Errorf("%d documents have %d numbers up to %d", n, different, last)
		}
		// Two organisations count apart, and what was refused keeps its number.
		w.must(w.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `update document set state = 'refused' where tenant_id = 'gemeente' and reference = $1`, last)
			return err
		}))
		_, err := w.Dossiers.Receive(ctx, w.handler.Scope(), id, dossier.NewUpload{FileName: "daarna.pdf", Category: dossier.Documents}, strings.NewReader(drawing))
		w.must(err)
		if _, _, now := numbers(); now != last+1 {
			t.Errorf("the next number after %d is %d", last, now)
		}
	})
}
