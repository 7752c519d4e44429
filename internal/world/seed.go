package world

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"voordeur/internal/access/authn"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/dossier"
	"voordeur/internal/message"
	"voordeur/internal/tenant"
)

// ErrInUse means that a tenant has dossiers that Seed did not make.
var ErrInUse = errors.New("world: the tenant has dossiers of its own")

const (
	seedChunk    = 10_000 // dossiers in a transaction: below the time limit of a statement, also on a slow machine
	seedMoment   = 50     // dossiers with the same time
	seedMessages = 20     // one dossier in so many has an unread message
	seedMost     = 20_000 // messages at most
	seedPapers   = 10     // documents, which are encrypted one by one
)

// Seed adds dossiers with clients, handlers, lists, words and unread messages to a tenant, as rows
// and not by the operations of the pages: to measure with, and nowhere else. It refuses a tenant
// with dossiers of its own unless force. Seeding again goes on after the last one.
func (b Builder) Seed(ctx context.Context, tenantID string, n int, force bool) error {
	t, err := b.Tenants.Get(ctx, tenantID)
	if err != nil {
		return fmt.Errorf("world: tenant %q: %w", tenantID, err)
	}
	if n < 1 || n > 100_000_000 {
		return fmt.Errorf("world: %d dossiers cannot be made", n)
	}
	s := seeder{Builder: b, t: t}
	if err := s.look(ctx, force); err != nil {
		return err
	}
	s.last = s.first + int64(n) - 1
	s.handlers = max(1, min(50, int64(n)/100))
	if err := s.all(ctx); err != nil {
		return fmt.Errorf("world: seed: %w", err)
	}
	return nil
}

type seeder struct {
	Builder
	t           *tenant.Tenant
	first, last int64 // numbers of the dossiers
	handlers    int64
	now         time.Time
}

// look finds where to go on, and whether the tenant may be seeded at all.
func (s *seeder) look(ctx context.Context, force bool) error {
	s.now = s.DB.Clock().Now()
	found, err := db.All(ctx, s.DB, db.Value[string], `select id from dossier where tenant_id = $1 and (id < 'seeddossier' or id >= 'seeddossies') limit 1`, s.t.ID)
	if err != nil {
		return err
	}
	if len(found) > 0 && !force {
		return ErrInUse
	}
	last, err := db.One(ctx, s.DB, db.Value[string], `select coalesce(max(id), '') from dossier where tenant_id = $1 and id >= 'seeddossier' and id < 'seeddossies'`, s.t.ID)
	if err != nil || last == "" {
		return err
	}
	number, err := strconv.ParseInt(last[len("seeddossier1"):], 10, 64)
	s.first = number + 1
	return err
}

func (s *seeder) all(ctx context.Context) error {
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, seedBigClient, s.t.ID, tx.Now()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, seedAccounts, s.t.ID, `seedclient0000000000000big`, `seedclient0000000000000big`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, seedHandlers, s.t.ID, 0, s.handlers-1, tx.Now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, authn.System(s.t.ID, "seed"), audit.Entry{Event: "tenant.seeded", Detail: map[string]string{"dossiers": fmt.Sprint(s.last - s.first + 1)}})
	})
	if err != nil {
		return err
	}
	for from := s.first; from <= s.last; from += seedChunk {
		if err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return s.chunk(ctx, tx, from, min(s.last, from+seedChunk-1))
		}); err != nil {
			return err
		}
	}
	return s.papers(ctx)
}

func dossierID(i int64) string { return "seeddossier" + strconv.FormatInt(100_000_000_000_000+i, 10) }
func clientID(i int64) string  { return "seedclient" + strconv.FormatInt(1_000_000_000_000_000+i, 10) }
func messageID(i int64) string { return "seedmessage" + strconv.FormatInt(100_000_000_000_000+i, 10) }

// chunk makes the dossiers of a transaction, with all that hangs on them.
func (s *seeder) chunk(ctx context.Context, tx *db.Tx, from, to int64) error {
	firstClient, lastClient := from/1000*100, to/1000*100+99
	if _, err := tx.Exec(ctx, seedClients, s.t.ID, firstClient, lastClient, tx.Now()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, seedAccounts, s.t.ID, clientID(firstClient), clientID(lastClient)); err != nil {
		return err
	}
	closed, open := s.statuses()
	for i := from; i <= to; i += seedMoment {
		at := db.At(s.now.Add(-time.Duration(s.last-i) * time.Second))
		args := []any{s.t.ID, i, min(to, i+seedMoment-1), s.handlers, closed, open, at}
		if _, err := tx.Exec(ctx, seedPublished, args...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, seedHidden, args...); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, seedParties, s.t.ID, from, to, tx.Now()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, seedStaff, s.t.ID, from, to, s.handlers); err != nil {
		return err
	}
	if err := tx.ExecAll(ctx, []any{s.t.ID, from, to}, seedWords, seedNames); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, seedShown, s.t.ID, dossierID(from), dossierID(to)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, seedTimeline, s.t.ID, dossierID(from), dossierID(to)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, seedList, s.t.ID, dossierID(from), dossierID(to)); err != nil {
		return err
	}
	return s.messages(ctx, tx, from, to)
}

// statuses returns a status of closed and one of open dossiers.
func (s *seeder) statuses() (closed, open string) {
	for _, st := range s.t.Settings.Statuses {
		if st.Closed {
			closed = st.ID
		} else {
			open = st.ID
		}
	}
	return closed, open
}

const (
	seedSubject = "Welkom bij ons kantoor"
	seedText    = "Geachte heer, mevrouw,\n\nUw dossier is geopend. In dit portaal leest u waar wij mee bezig zijn en wat wij van u nodig hebben.\n\nMet vriendelijke groet"
)

// messages seals a few messages; the database cannot make those itself.
func (s *seeder) messages(ctx context.Context, tx *db.Tx, from, to int64) error {
	every := max(seedMessages, (s.last-s.first)/seedMost)
	for i := from + (every-from%every)%every; i <= to; i += every {
		id := messageID(i)
		_, err := tx.Exec(ctx, seedMessage, s.t.ID, dossierID(i), id, seedSubject, message.Seal(s.t, id, seedText))
		if err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, seedUnread, s.t.ID, messageID(from), messageID(to))
	return err
}

// papers puts a document in the newest dossiers by the operation that the office uses.
func (s *seeder) papers(ctx context.Context) error {
	now := s.DB.Clock().Now()
	data, err := engagement(desk{office: notary(), client: person{name: s.t.Name}, story: story{number: "S", title: "een proefdossier"}, day: now, now: now})
	if err != nil {
		return err
	}
	for i := max(s.first, s.last-seedPapers+1); i <= s.last; i++ {
		id, err := db.One(ctx, s.DB, db.Value[string], `select handler_id from dossier where tenant_id = $1 and id = $2`, s.t.ID, dossierID(i))
		if err != nil {
			return err
		}
		a, err := s.actor(ctx, s.t.ID, id)
		if err != nil {
			return err
		}
		in := dossier.NewUpload{FileName: "Opdrachtbevestiging.pdf", Category: dossier.Correspondence}
		if _, err := s.Dossiers.Receive(ctx, a.Scope(), dossierID(i), in, bytes.NewReader(data)); err != nil {
			return err
		}
	}
	return nil
}
