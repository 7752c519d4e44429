package identity_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/errs"
	"voordeur/internal/i18n"
	"voordeur/internal/letter"
	"voordeur/internal/world/worldtest"
)

// queued makes letters that wait for one account; each is of a kind of its own, so that none replaces
// another.
func queued(t *testing.T, w *worldtest.World, n int) {
	t.Helper()
	a, tn := w.Staff(t, "notaris", office), w.Tenant(t, "notaris")
	account := w.Client(t, "notaris", dewit).Scope().Account()
	must(t, w.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for k := range n {
			if err := letter.Queue(ctx, tx, tn, a, account, fmt.Sprintf("kind %d", k), letter.Content{Name: fmt.Sprint(k)}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func names(all []letter.Filled) []string {
	var list []string
	for _, l := range all {
		list = append(list, l.Content.Name)
	}
	return list
}

// printings is how often the journal says that a letter was printed.
func printings(t *testing.T, w *worldtest.World) int {
	t.Helper()
	n, err := db.One(ctx, w.DB, db.Value[int], `select count(*) from journal where tenant_id = 'notaris' and event = 'letter.printed'`)
	must(t, err)
	return n
}

func TestC6_A22_AllLettersThatWaitArePrintedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		a, colleague, tn := w.Staff(t, "notaris", office), w.Staff(t, "notaris", "Jan Terpstra"), w.Tenant(t, "notaris")
		queued(t, w, 3)
		waiting, err := letter.Waiting(ctx, w.DB, a)
		must(t, err)
		must(t, w.Identity.RevokeLetter(ctx, a, waiting[1].ID))
		all, err := letter.PrintAll(ctx, w.DB, tn, a)
		if err != nil || len(all) != 2 || all[0].Row.ID != waiting[0].ID || all[1].Row.ID != waiting[2].ID {
			t.Fatalf("%v, %v", names(all), err)
		}
		if got := states(t, w); got != "printed revoked printed" {
			t.Errorf("the letters are %q", got)
		}
		if n := printings(t, w); n != 2 {
			t.Errorf("the journal has %d", n)
		}
		if _, err := letter.PrintAll(ctx, w.DB, tn, a); !errs.Is(err, errs.Conflict) {
			t.Errorf("nothing waits: %v", err)
		}
		b, err := letter.LastBatch(ctx, w.DB, a, now.Now())
		if err != nil || b.Letters != 2 {
			t.Fatalf("the batch: %+v, %v", b, err)
		}
		if other, err := letter.LastBatch(ctx, w.DB, colleague, now.Now()); err != nil || other.Letters != 0 {
			t.Errorf("a colleague's batch: %+v, %v", other, err)
		}
		again, err := letter.PrintAgain(ctx, w.DB, tn, a, b.At)
		if err != nil || !slices.Equal(names(again), names(all)) {
			t.Errorf("the printer jams: %v, %v", names(again), err)
		}
		if _, err := letter.PrintAgain(ctx, w.DB, tn, colleague, b.At); !errs.Is(err, errs.Conflict) {
			t.Errorf("a colleague prints them too: %v", err)
		}
		if _, err := letter.PrintAgain(ctx, w.DB, tn, a, db.At(b.At.Add(-time.Second))); !errs.Is(err, errs.Conflict) {
			t.Errorf("a moment at which nothing was printed: %v", err)
		}
		now.Advance(11 * time.Minute)
		if _, err := letter.PrintAgain(ctx, w.DB, tn, a, b.At); !errs.Is(err, errs.Conflict) {
			t.Errorf("after ten minutes: %v", err)
		}
		if b, err := letter.LastBatch(ctx, w.DB, a, now.Now()); err != nil || b.Letters != 0 {
			t.Errorf("after ten minutes: %+v, %v", b, err)
		}
		for _, print := range []func() ([]letter.Filled, error){
			func() ([]letter.Filled, error) {
				return letter.PrintAll(ctx, w.DB, tn, w.Staff(t, "notaris", "Ada Controle"))
			},
			func() ([]letter.Filled, error) {
				return letter.PrintAgain(ctx, w.DB, tn, w.Staff(t, "notaris", "Ada Controle"), b.At)
			},
		} {
			if _, err := print(); !errs.Is(err, errs.Forbidden) {
				t.Errorf("an auditor prints: %v", err)
			}
		}
	})
}

func TestC6_ALetterThatIsTooOldIsNotPrintedWithTheOthers(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		a, tn := w.Staff(t, "notaris", office), w.Tenant(t, "notaris")
		queued(t, w, 2)
		now.Advance(letter.Life)
		if all, err := letter.PrintAll(ctx, w.DB, tn, a); !errs.Is(err, errs.Conflict) {
			t.Errorf("%v, %v", names(all), err)
		}
	})
}

func TestC6_TwoColleaguesPrintEachLetterOnce(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, _ *clock.Manual) {
		tn := w.Tenant(t, "notaris")
		queued(t, w, 8)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var printed []string
		for _, name := range []string{office, "Jan Terpstra", "Bea Beheer"} {
			a := w.Staff(t, "notaris", name)
			wg.Go(func() {
				all, err := letter.PrintAll(ctx, w.DB, tn, a)
				mu.Lock()
				defer mu.Unlock()
				if err != nil && !errs.Is(err, errs.Conflict) {
					t.Errorf("%s: %v", name, err)
				}
				printed = append(printed, names(all)...)
			})
		}
		wg.Wait()
		slices.Sort(printed)
		if want := []string{"0", "1", "2", "3", "4", "5", "6", "7"}; !slices.Equal(printed, want) {
			t.Errorf("printed were %v", printed)
		}
		if n := printings(t, w); n != 8 {
			t.Errorf("the journal has %d", n)
		}
	})
}

func TestC6_TheOldestTwoHundredArePrintedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *worldtest.World, now *clock.Manual) {
		a, tn := w.Staff(t, "notaris", office), w.Tenant(t, "notaris")
		queued(t, w, letter.MaxBatch+3)
		if waiting, err := letter.Waiting(ctx, w.DB, a); err != nil || len(waiting) != letter.MaxBatch+1 {
			t.Errorf("%d wait, %v", len(waiting), err)
		}
		all, err := letter.PrintAll(ctx, w.DB, tn, a)
		if err != nil || len(all) != letter.MaxBatch {
			t.Fatalf("%d letters, %v", len(all), err)
		}
		for n := range all {
			all[n].Row.Kind = letter.KindLogin
		}
		if b, err := letter.Papers(tn, "https://portaal.example", tn.Texts(i18n.NL), now.Now(), all); err != nil || len(b) > 1<<20 {
			t.Errorf("a file of %d bytes, %v", len(b), err)
		}
		now.Advance(time.Minute)
		if all, err = letter.PrintAll(ctx, w.DB, tn, a); err != nil || len(all) != 3 {
			t.Errorf("%d letters after that, %v", len(all), err)
		}
		if b, err := letter.LastBatch(ctx, w.DB, a, now.Now()); err != nil || b.Letters != 3 || !b.At.Equal(now.Now()) {
			t.Errorf("the last batch: %+v, %v", b, err)
		}
	})
}
