package dossier_test

import (
	"context"
	"slices"
	"testing"

	"voordeur/internal/access"
	"voordeur/internal/db"
	"voordeur/internal/db/dbtest"
	"voordeur/internal/dossier"
	"voordeur/internal/dossiertype"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/world/worldtest"
)

// town is the demo's municipality, with who is in it.
type town struct {
	*worldtest.World
	*testing.T
	me             access.Client
	handler, admin access.Staff
}

func inTown(t *testing.T, f func(context.Context, town)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := worldtest.Build(t, d, "gemeente")
		f(context.Background(), town{w, t, w.Client(t, "gemeente", "mevrouw A. Yilmaz"), w.Staff(t, "gemeente", "Noor Bakker"), w.Staff(t, "gemeente", "Ro Beheer")})
	})
}

func (w town) must(err error) { w.Helper(); must(w.T, err) }

func (w town) dossier(number string) string {
	w.Helper()
	return w.World.Dossier(w.T, "gemeente", number)
}

// sees reports whether the resident finds the dossier: by its address, and in her list.
func (w town) sees(ctx context.Context, number string) bool {
	w.Helper()
	_, err := dossier.ForClient(ctx, w.DB, w.me, w.dossier(number))
	if err != nil && !errs.Is(err, errs.NotFound) {
		w.Fatal(err)
	}
	var listed bool
	for _, f := range []dossier.Filter{{}, {Closed: true}} {
		page, err := w.Dossiers.ClientList(ctx, w.me, f)
		w.must(err)
		listed = listed || slices.ContainsFunc(page.Rows, func(r dossier.Row) bool { return r.Number == number })
	}
	if listed != (err == nil) {
		w.Errorf("%s: in the list %v, by its address %v", number, listed, err == nil)
	}
	return listed
}

// documents are what the resident sees in a dossier.
func (w town) documents(ctx context.Context, number string) []string {
	w.Helper()
	d, err := dossier.ForClient(ctx, w.DB, w.me, w.dossier(number))
	w.must(err)
	list, err := w.Dossiers.ClientDocuments(ctx, w.me, d)
	w.must(err)
	var out []string
	for _, doc := range list {
		out = append(out, doc.ID)
	}
	return out
}

// mails counts the resident's mails of a kind.
func (w town) mails(ctx context.Context, kind string) int {
	w.Helper()
	w.Mail(w.T)
	n, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from mail where tenant_id = 'gemeente' and account_id = $1 and purpose = $2`, w.me.Scope().Account(), kind)
	w.must(err)
	return n
}

// kind is the type of a dossier.
func (w town) kind(ctx context.Context, key string) dossiertype.Type {
	w.Helper()
	list, err := w.Dossiers.Types().List(ctx, w.admin)
	w.must(err)
	i := slices.IndexFunc(list, func(t dossiertype.Type) bool { return t.Key == key })
	if i < 0 {
		w.Fatalf("no type %s", key)
	}
	return list[i]
}

// change takes another version of a type into use.
func (w town) change(ctx context.Context, key string, change func(*dossiertype.Definition)) {
	w.Helper()
	t := w.kind(ctx, key)
	w.must(w.Dossiers.Types().Change(ctx, w.admin, t.ID, t.Version, func(d *dossiertype.Definition) error { change(d); return nil }))
	w.must(w.Dossiers.Types().Use(ctx, w.admin, t.ID, t.Version+1))
	w.Work(w.T)
}

// set gives a dossier a status.
func (w town) set(ctx context.Context, number string, in dossier.Status) error {
	w.Helper()
	d, err := dossier.ForStaff(ctx, w.DB, w.handler, w.dossier(number))
	w.must(err)
	return w.Dossiers.SetStatus(ctx, w.handler, d.ID, d.Version, in)
}

func TestD19_OnlyCasesOfATypeInThePortalAreThere(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		if !w.sees(ctx, "Z-2026-0117") || !w.sees(ctx, "Z-2026-0131") {
			t.Fatal("the cases of types in the portal are not there")
		}
		w.must(w.Identity.SetNotify(ctx, w.me, []string{"all"}, false))
		w.change(ctx, "omgevingsvergunning", func(d *dossiertype.Definition) { d.Portal = false })
		if w.sees(ctx, "Z-2026-0117") || !w.sees(ctx, "Z-2026-0131") {
			t.Error("a case of a type that is not in the portal is there, or another one is gone")
		}
		if n, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from unread where tenant_id = 'gemeente' and account_id = $1 and dossier_id = $2`, w.me.Scope().Account(), w.dossier("Z-2026-0117")); err != nil || n > 0 {
			t.Errorf("%d marks of what is not there: %v", n, err)
		}
		before := w.mails(ctx, "status")
		w.must(w.set(ctx, "Z-2026-0117", dossier.Status{Key: "aanvullen"}))
		if w.mails(ctx, "status") != before {
			t.Error("a mail of a case that is not there")
		}
		w.change(ctx, "omgevingsvergunning", func(d *dossiertype.Definition) { d.Portal = true })
		if !w.sees(ctx, "Z-2026-0117") {
			t.Error("the case does not come back")
		}
	})
}

func TestD28_D30_D31_ACaseAboveTheThresholdIsNotThere(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		for _, rank := range dossiertype.Ranks {
			d, err := dossier.ForStaff(ctx, w.DB, w.handler, w.dossier("Z-2026-0117"))
			w.must(err)
			w.must(w.Dossiers.Edit(ctx, w.handler, d.ID, d.Version, dossier.Draft{Number: d.Number, Title: d.Title, Handler: d.Handler.ID, Parties: []string{w.me.Scope().Client()}, Rank: rank}))
			if got, want := w.sees(ctx, "Z-2026-0117"), rank <= dossiertype.CaseConfidential; got != want {
				t.Errorf("a case that is %s: there %v, should be %v", rank, got, want)
			}
		}
		// The threshold is the administrator's, and holds at once for cases that run.
		w.change(ctx, "omgevingsvergunning", func(d *dossiertype.Definition) { d.Threshold = dossiertype.TopSecret })
		if !w.sees(ctx, "Z-2026-0117") {
			t.Error("a case up to the threshold is not there")
		}
		w.change(ctx, "omgevingsvergunning", func(d *dossiertype.Definition) { d.Threshold = dossiertype.Public })
		if w.sees(ctx, "Z-2026-0117") {
			t.Error("a case above the threshold is there")
		}
	})
}

func TestD16_D17_D18_D29_ADocumentAboveTheThresholdIsNotThere(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		w.must(w.Identity.SetNotify(ctx, w.me, []string{"all"}, false))
		id, all := w.dossier("Z-2026-0117"), w.documents(ctx, "Z-2026-0117")
		var doc string
		w.must(w.DB.QueryRow(ctx, `select min(id) from document where tenant_id = 'gemeente' and dossier_id = $1 and origin = 'office' and published_at is not null`, id).Scan(&doc))
		for _, rank := range dossiertype.Ranks {
			w.must(w.Dossiers.SetRank(ctx, w.handler, id, doc, rank))
			if got, want := slices.Contains(w.documents(ctx, "Z-2026-0117"), doc), rank <= dossiertype.CaseConfidential; got != want {
				t.Errorf("a document that is %s: there %v, should be %v", rank, got, want)
			}
			if _, err := w.Dossiers.ClientFile(ctx, w.me, id, doc); errs.Is(err, errs.NotFound) != (rank > dossiertype.CaseConfidential) {
				t.Errorf("its file when it is %s: %v", rank, err)
			}
		}
		if w.mails(ctx, "removed") != 1 || len(w.documents(ctx, "Z-2026-0117")) != len(all)-1 {
			t.Errorf("%d mails that it went", w.mails(ctx, "removed"))
		}
		// Ticking and unticking it now shows and tells nothing.
		shown, removed := w.mails(ctx, "documents"), w.mails(ctx, "removed")
		w.must(w.Dossiers.Show(ctx, w.handler, id, doc, false))
		w.Mail(w.T)
		w.must(w.Dossiers.Show(ctx, w.handler, id, doc, true))
		if w.mails(ctx, "documents") != shown || w.mails(ctx, "removed") != removed || slices.Contains(w.documents(ctx, "Z-2026-0117"), doc) {
			t.Error("a document above the threshold is announced")
		}
		w.must(w.Dossiers.SetRank(ctx, w.handler, id, doc, dossiertype.Public))
		w.Mail(w.T)
		w.must(w.Dossiers.Show(ctx, w.handler, id, doc, false))
		w.Mail(w.T)
		w.must(w.Dossiers.Show(ctx, w.handler, id, doc, true))
		if w.mails(ctx, "documents") != shown+2 || w.mails(ctx, "removed") != removed+1 {
			t.Errorf("shown, taken away and shown: %d and %d mails", w.mails(ctx, "documents")-shown, w.mails(ctx, "removed")-removed)
		}
	})
}

func TestD15_D22_AStatusThatIsNotShownIsNowhere(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		w.must(w.Identity.SetNotify(ctx, w.me, []string{"all"}, false))
		look := func() (dossier.Dossier, []dossier.Moment) {
			d, err := dossier.ForClient(ctx, w.DB, w.me, w.dossier("Z-2026-0131"))
			w.must(err)
			def, err := w.Dossiers.Definition(ctx, w.DB, w.me.Scope(), d.Type)
			w.must(err)
			list, err := w.Dossiers.Timeline(ctx, w.me.Scope(), d, def)
			w.must(err)
			return d, list
		}
		w.change(ctx, "melding", func(d *dossiertype.Definition) { d.Statuses[1].Portal = false })
		_, had := look()
		// The running case keeps the version with which it began.
		w.must(w.set(ctx, "Z-2026-0131", dossier.Status{Key: "in-behandeling", Note: "Monteur komt"}))
		if d, list := look(); d.Shown != "in-behandeling" || len(list) != len(had)+1 || w.mails(ctx, "status") != 1 {
			t.Errorf("a running case has another version: %s, %d statuses, %d mails", d.Shown, len(list), w.mails(ctx, "status"))
		}
		id, err := w.Dossiers.Create(ctx, w.handler, "new", dossier.Draft{Number: "Z-9", Title: "Melding", Handler: w.handler.Scope().Account(), Parties: []string{w.me.Scope().Client()}, Type: w.kind(ctx, "melding").ID})
		w.must(err)
		w.must(w.Dossiers.Publish(ctx, w.handler, id, true))
		w.must(w.set(ctx, "Z-9", dossier.Status{Key: "in-behandeling", Note: "Alleen voor ons"}))
		d, err := dossier.ForClient(ctx, w.DB, w.me, id)
		w.must(err)
		def, err := w.Dossiers.Definition(ctx, w.DB, w.me.Scope(), d.Type)
		w.must(err)
		list, err := w.Dossiers.Timeline(ctx, w.me.Scope(), d, def)
		w.must(err)
		if d.Shown != "ontvangen" || d.Note != "" || len(list) != 1 || list[0].Status != "ontvangen" || w.mails(ctx, "status") != 1 {
			t.Errorf("a status that is not shown: %q with %q, %v, %d mails", d.Shown, d.Note, list, w.mails(ctx, "status"))
		}
		page, err := w.Dossiers.ClientList(ctx, w.me, dossier.Filter{})
		w.must(err)
		for _, r := range page.Rows {
			if r.Number == "Z-9" && r.Status != "ontvangen" {
				t.Errorf("the list says %s", r.Status)
			}
		}
	})
}

func TestD23_AnotherTextShowsAtOnceAndMailsNobody(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		w.must(w.Identity.SetNotify(ctx, w.me, []string{"all"}, false))
		before := w.kind(ctx, "melding").Latest
		w.change(ctx, "melding", func(d *dossiertype.Definition) {
			d.Statuses[0].Text = dossiertype.Words{i18n.NL: "Wij hebben het gezien."}
		})
		d, err := dossier.ForClient(ctx, w.DB, w.me, w.dossier("Z-2026-0131"))
		w.must(err)
		def, err := w.Dossiers.Definition(ctx, w.DB, w.me.Scope(), d.Type)
		w.must(err)
		if st, _ := def.Status(d.Shown); st.Text[i18n.NL] != "Wij hebben het gezien." || w.kind(ctx, "melding").Latest != before {
			t.Errorf("a running case says %v, in version %d", st.Text, w.kind(ctx, "melding").Latest)
		}
		if w.mails(ctx, "status")+w.mails(ctx, "documents") > 0 {
			t.Error("somebody is mailed of a text")
		}
		// Nobody but an administrator.
		err = w.Dossiers.Types().Change(ctx, w.handler, w.kind(ctx, "melding").ID, 1, func(*dossiertype.Definition) error { return nil })
		if !errs.Is(err, errs.Forbidden) {
			t.Errorf("a handler changes a type: %v", err)
		}
	})
}

func TestD45_D20_ResultsComeWithTheEndAndGoWithANewBeginning(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		number := "Z-2026-0117"
		for name, in := range map[string]dossier.Status{
			"an end without a result": {Key: "besluit"}, "a result of another type": {Key: "besluit", Result: "opgelost"}, "a status of another type": {Key: "opgehaald"},
		} {
			if err := w.set(ctx, number, in); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.must(w.set(ctx, number, dossier.Status{Key: "besluit", Result: "verleend", ResultText: "U mag beginnen."}))
		d, err := dossier.ForClient(ctx, w.DB, w.me, w.dossier(number))
		w.must(err)
		if !d.Closed || d.Result != "verleend" || d.ResultText != "U mag beginnen." {
			t.Errorf("closed %v with %q: %q", d.Closed, d.Result, d.ResultText)
		}
		if !w.sees(ctx, number) {
			t.Error("a closed case is gone")
		}
		// Twice the same is once; opening it again wants a reason, which the client does not read.
		w.must(w.set(ctx, number, dossier.Status{Key: "besluit", Result: "verleend", ResultText: "U mag beginnen."}))
		if err := w.set(ctx, number, dossier.Status{Key: "in-behandeling"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("opened again without a reason: %v", err)
		}
		w.must(w.set(ctx, number, dossier.Status{Key: "in-behandeling", Reason: "De rechter wil het"}))
		d, err = dossier.ForClient(ctx, w.DB, w.me, w.dossier(number))
		w.must(err)
		def, err := w.Dossiers.Definition(ctx, w.DB, w.me.Scope(), d.Type)
		w.must(err)
		list, err := w.Dossiers.Timeline(ctx, w.me.Scope(), d, def)
		w.must(err)
		if d.Closed || d.Result != "" || d.ResultText != "" || list[len(list)-1].Reason != "" {
			t.Errorf("opened again it is %+v, %+v", d, list[len(list)-1])
		}
		n := 0
		for _, m := range list {
			if m.Status == "besluit" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d decisions on the timeline", n)
		}
	})
}

func TestTwoWhoSetAStatusAtOnceAreToldApart(t *testing.T) {
	inTown(t, func(ctx context.Context, w town) {
		d, err := dossier.ForStaff(ctx, w.DB, w.handler, w.dossier("Z-2026-0131"))
		w.must(err)
		w.must(w.Dossiers.SetStatus(ctx, w.handler, d.ID, d.Version, dossier.Status{Key: "in-behandeling"}))
		err = w.Dossiers.SetStatus(ctx, w.admin, d.ID, d.Version, dossier.Status{Key: "opgelost"})
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("the second: %v", err)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
