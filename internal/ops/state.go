// Package ops shows an operator how the program does: figures for Prometheus, the same in words on
// a page, alarms, and profiles. It counts and names nobody: no tenant, no person, no file, no path.
package ops

import (
	"context"
	"fmt"
	"time"

	"voordeur/internal/bulkhead"
	"voordeur/internal/clock"
	"voordeur/internal/db"
	"voordeur/internal/disk"
)

// Backlog is what waits: how much, and since when the oldest of it.
type Backlog struct {
	Count  int
	Oldest time.Duration
}

// State is how the program does at one moment.
type State struct {
	At        time.Time
	Jobs      map[string]Backlog // to be done, by kind
	GivenUp   map[string]Backlog // jobs that failed too often to be tried again, by kind
	Mail      map[string]Backlog // by state: queued, and what failed within recentMail
	Texts     map[string]Backlog // text messages by state: on their way to the provider, and what did not leave or arrive within recentMail
	Documents map[string]Backlog // by state, all that are not released
	Unsealed  Backlog            // entries of journals that no seal covers yet
	Sessions  int                // live ones
	Database  db.Size
}

const (
	// recentMail is how long a mail or a text message that could not be sent is counted.
	recentMail = 24 * time.Hour
	// finalPause is a pause that no job takes before its next attempt: what waits longer was given up.
	finalPause = 10 * 365 * 24 * time.Hour
)

// Each statement reads one index that holds only what is not finished (migration 6).
const (
	countJobs = `select kind, run_at > $1, count(*), min(created_at) from job where done_at is null group by 1, 2`
	countMail = `select state, count(*), min(created_at) from mail
		where state <> 'sent' and (state <> 'failed' or created_at > $1) group by state`
	countTexts = `select state, count(*), min(created_at) from sms
		where state not in ('accepted', 'delivered') and (state in ('waiting', 'sending') or created_at > $1) group by state`
	countDocuments = `select state, count(*), min(created_at) from document where state <> 'released' group by state`
	countUnsealed  = `select count(*), min(at) from journal where seq is null`
	countSessions  = `select count(*) from session where ended_at is null and expires_at > $1 and seen_at > $2`
)

// recentVisit is how long ago the last request of a session may be that counts as one that goes on.
const recentVisit = 30 * time.Minute

// look reads the state, one round to the database for each group of figures.
func look(ctx context.Context, d *db.DB) (State, error) {
	now := d.Clock().Now()
	s := State{At: now}
	for _, read := range []func(context.Context, *db.DB, *State) error{jobsOf, mailOf, textsOf, documentsOf, journalOf, sessionsOf, sizeOf} {
		if err := read(ctx, d, &s); err != nil {
			return State{}, fmt.Errorf("ops: look: %w", err)
		}
	}
	return s, nil
}

func jobsOf(ctx context.Context, d *db.DB, s *State) error {
	s.Jobs, s.GivenUp = map[string]Backlog{}, map[string]Backlog{}
	_, err := db.All(ctx, d, func(scan db.Scan) (struct{}, error) {
		var kind string
		var givenUp bool
		var n int
		var oldest db.Time
		err := scan(&kind, &givenUp, &n, &oldest)
		into := s.Jobs
		if givenUp {
			into = s.GivenUp
		}
		into[kind] = s.backlog(n, &oldest)
		return struct{}{}, err
	}, countJobs, db.At(s.At.Add(finalPause)))
	return err
}

func mailOf(ctx context.Context, d *db.DB, s *State) (err error) {
	s.Mail = map[string]Backlog{}
	_, err = db.All(ctx, d, s.byState(s.Mail), countMail, db.At(s.At.Add(-recentMail)))
	return err
}

func textsOf(ctx context.Context, d *db.DB, s *State) (err error) {
	s.Texts = map[string]Backlog{}
	_, err = db.All(ctx, d, s.byState(s.Texts), countTexts, db.At(s.At.Add(-recentMail)))
	return err
}

func documentsOf(ctx context.Context, d *db.DB, s *State) (err error) {
	s.Documents = map[string]Backlog{}
	_, err = db.All(ctx, d, s.byState(s.Documents), countDocuments)
	return err
}

func journalOf(ctx context.Context, d *db.DB, s *State) error {
	var n int
	var oldest *db.Time
	err := d.QueryRow(ctx, countUnsealed).Scan(&n, &oldest)
	s.Unsealed = s.backlog(n, oldest)
	return err
}

func sessionsOf(ctx context.Context, d *db.DB, s *State) (err error) {
	s.Sessions, err = db.One(ctx, d, db.Value[int], countSessions, db.At(s.At), db.At(s.At.Add(-recentVisit)))
	return err
}

func sizeOf(ctx context.Context, d *db.DB, s *State) (err error) {
	s.Database, err = d.Size(ctx)
	return err
}

// byState puts rows of a state, a number and the oldest moment into a map.
func (s *State) byState(into map[string]Backlog) func(db.Scan) (struct{}, error) {
	return func(scan db.Scan) (struct{}, error) {
		var state string
		var n int
		var oldest db.Time
		err := scan(&state, &n, &oldest)
		into[state] = s.backlog(n, &oldest)
		return struct{}{}, err
	}
}

// backlog has an age of at least 0: the clock of another machine may have made the row.
func (s *State) backlog(n int, oldest *db.Time) Backlog {
	if oldest == nil {
		return Backlog{Count: n}
	}
	return Backlog{n, max(0, s.At.Sub(oldest.Time))}
}

// Sources are what the figures come from.
type Sources struct {
	DB      *db.DB
	Version string
	Heavy   map[string]*bulkhead.Bulkhead // what bounds each kind of heavy work
	// Blobs tells the room for documents; nil when they are not on this machine's disk.
	Blobs func() (disk.Room, error)
	// Store asks a store of documents elsewhere whether it can be used; nil when they are on this machine's
	// disk.
	Store func(context.Context) error
	// Certificate tells when the first of the program's own certificates ends, zero before there is
	// one; nil when a proxy has it.
	Certificate func() time.Time
}

func (s Sources) clock() clock.Clock { return s.DB.Clock() }
