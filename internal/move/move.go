// Package move takes tenants from a SQLite database over into a PostgreSQL one. Documents stay where
// they are: both databases name the same files, under the same key.
package move

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"voordeur/internal/audit"
	"voordeur/internal/db"
)

// Move is what is to be moved. Nothing may write to either database meanwhile.
type Move struct {
	From *db.DB // SQLite
	To   *db.DB // PostgreSQL, with the same schema
	MAC  audit.MAC
	Only string // one tenant; all when empty
	Say  func(form string, args ...any)
}

// Run moves one tenant after the other, each in one transaction that is compared table by table, row
// by row, and journal by journal before it commits. So a tenant is there as a whole or not at all,
// and a run that was broken off is simply run again: what is there already is compared once more and
// passed by, or refused when it is not the same.
func (m Move) Run(ctx context.Context) error {
	err := m.From.Snapshot(ctx, func(ctx context.Context, from *db.Snapshot) error {
		tables, err := m.tables(ctx, from)
		if err != nil {
			return err
		}
		ids, err := db.All(ctx, from, db.Value[string], `select id from tenant order by id`)
		if err != nil {
			return err
		}
		if m.Only != "" && !slices.Contains(ids, m.Only) {
			return fmt.Errorf("there is no tenant %q; there are %v", m.Only, ids)
		}
		for _, id := range ids {
			if m.Only != "" && id != m.Only {
				continue
			}
			if err := m.tenant(ctx, from, tables, id); err != nil {
				return fmt.Errorf("tenant %s: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("move: %w", err)
	}
	return nil
}

// tables returns what is to be copied, parents first: every table that the schema has, which must be
// the same on both sides.
func (m Move) tables(ctx context.Context, from *db.Snapshot) ([]db.Table, error) {
	tables, have, err := schema(ctx, from)
	if err != nil {
		return nil, err
	}
	err = m.To.Snapshot(ctx, func(ctx context.Context, to *db.Snapshot) error {
		others, there, err := schema(ctx, to)
		if err == nil && (have != there || !reflect.DeepEqual(columns(tables), columns(others))) {
			err = fmt.Errorf("the schemas differ: version %d and %d; migrate both with this program", have, there)
		}
		return err
	})
	for _, t := range tables {
		if err == nil && t.Owner() == "" {
			err = fmt.Errorf("table %s does not tell whose its rows are", t.Name)
		}
	}
	return tables, err
}

func schema(ctx context.Context, s *db.Snapshot) ([]db.Table, int64, error) {
	have, known, err := s.Schema(ctx)
	if err == nil && have != known {
		err = fmt.Errorf("the schema is version %d and this program's is %d: run voordeur migrate first", have, known)
	}
	if err != nil {
		return nil, have, err
	}
	tables, err := s.Tables(ctx)
	return tables, have, err
}

func columns(tables []db.Table) map[string][]db.Column {
	by := map[string][]db.Column{}
	for _, t := range tables {
		by[t.Name] = t.Columns
	}
	return by
}

// tenant moves one tenant.
func (m Move) tenant(ctx context.Context, from *db.Snapshot, tables []db.Table, id string) error {
	journal, err := m.journal(ctx, from, id)
	if err != nil {
		return fmt.Errorf("where it comes from, %w", err)
	}
	want, rows, err := digests(ctx, from, tables, id)
	if err != nil {
		return err
	}
	there, err := db.One(ctx, m.To, db.Value[bool], `select exists (select 1 from tenant where id = $1)`, id)
	if err != nil {
		return err
	}
	if there {
		if err := m.same(ctx, tables, id, want); err != nil {
			return err
		}
		m.Say("%s: was there already, the same row by row: %d rows in %d tables, %d sealed entries", id, rows, len(tables), journal.Sealed)
		return nil
	}
	err = m.To.Intake(ctx, func(ctx context.Context, in *db.Intake) error {
		for _, t := range tables {
			if err := in.Copy(ctx, from, t, id); err != nil {
				return err
			}
		}
		got, _, err := digests(ctx, in, tables, id)
		if err != nil {
			return err
		}
		if err := differ(tables, want, got); err != nil {
			return err
		}
		if arrived, err := m.journal(ctx, in, id); err != nil || !reflect.DeepEqual(arrived, journal) {
			return errors.Join(err, fmt.Errorf("the journal arrives as %+v, it was %+v", arrived, journal))
		}
		return nil
	})
	if err != nil {
		return err
	}
	m.Say("%s: moved, the same row by row: %d rows in %d tables, %d sealed entries", id, rows, len(tables), journal.Sealed)
	return nil
}

// same compares what is there with what would be moved.
func (m Move) same(ctx context.Context, tables []db.Table, id string, want map[string]db.Digest) error {
	return m.To.Snapshot(ctx, func(ctx context.Context, to *db.Snapshot) error {
		got, _, err := digests(ctx, to, tables, id)
		if err != nil {
			return err
		}
		if err := differ(tables, want, got); err != nil {
			return fmt.Errorf("is there already with other content: %w", err)
		}
		return nil
	})
}

// digester tells what a tenant's rows in a table are.
type digester interface {
	Digest(ctx context.Context, t db.Table, tenant string) (db.Digest, error)
}

func digests(ctx context.Context, d digester, tables []db.Table, id string) (all map[string]db.Digest, rows int64, err error) {
	all = map[string]db.Digest{}
	for _, t := range tables {
		if all[t.Name], err = d.Digest(ctx, t, id); err != nil {
			return nil, 0, err
		}
		rows += all[t.Name].Rows
	}
	return all, rows, nil
}

func differ(tables []db.Table, want, got map[string]db.Digest) error {
	for _, t := range tables {
		if w, g := want[t.Name], got[t.Name]; w != g {
			return fmt.Errorf("table %s has %d rows there and %d here, and they are not the same", t.Name, g.Rows, w.Rows)
		}
	}
	return nil
}

// journal recomputes a journal; one that is not as it was sealed is not moved, since nobody could say
// afterwards where it was changed.
func (m Move) journal(ctx context.Context, r db.Reader, id string) (audit.Report, error) {
	rep, err := audit.Verify(ctx, r, id, m.MAC)
	if err == nil && rep.Wrong != "" {
		err = fmt.Errorf("the journal is not as it was sealed: %s", rep.Wrong)
	}
	return rep, err
}
