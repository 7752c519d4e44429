package db

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// layout is fixed-width UTC, so that SQLite's text compares as the time does.
const layout = "2006-01-02T15:04:05.000000Z"

// Time is a time in the database: UTC with microseconds, text in SQLite, timestamptz in
// PostgreSQL. Plain time.Time compares wrongly in SQLite. A nullable column is a *Time.
type Time struct{ time.Time }

// At returns t as the databases keep it.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Microsecond)} }

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) { return t.UTC().Format(layout), nil }

// Scan implements sql.Scanner.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case time.Time:
		t.Time = v.UTC()
	case string:
		p, err := time.Parse(layout, v)
		if err != nil {
			return fmt.Errorf("db: time: %w", err)
		}
		t.Time = p
	case []byte:
		return t.Scan(string(v))
	default:
		return fmt.Errorf("db: time from %T", src)
	}
	return nil
}
