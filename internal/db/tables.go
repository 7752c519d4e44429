package db

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"
	"strings"
)

// Table is a table as the schema has it: a migration that adds one is known here without more.
type Table struct {
	Name    string
	Columns []Column
	Key     []string // columns of the primary key
	parents []string
}

// Column is a column of a Table with its type as the migrations write it.
type Column struct{ Name, Type string }

// tenantTable is the one table whose rows are tenants themselves.
const tenantTable = "tenant"

// Owner returns the column that says whose a row is, "" for a table that does not tell.
func (t Table) Owner() string {
	if t.Name == tenantTable {
		return "id"
	}
	if t.Has("tenant_id") {
		return "tenant_id"
	}
	return ""
}

// Has reports whether the table has a column of that name.
func (t Table) Has(column string) bool {
	return slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Name == column })
}

// What the two databases say of their schema, in the same columns: table, column, type, and its place
// in the primary key from 1, or 0.
const (
	sqliteColumns = `select m.name, c.name, lower(c.type), c.pk from sqlite_master m join pragma_table_info(m.name) c
		where m.type = 'table' and m.name not like 'sqlite\_%' escape '\' order by m.name, c.cid`
	pgColumns = `select t.relname, a.attname, format_type(a.atttypid, a.atttypmod), coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0)
		from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
		left join pg_index i on i.indrelid = t.oid and i.indisprimary
		where t.relkind = 'r' and t.relnamespace = 'public'::regnamespace order by t.relname collate "C", a.attnum`
	sqliteParents = `select m.name, f."table" from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table'`
	pgParents     = `select conrelid::regclass::text, confrelid::regclass::text from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`
)

// pgTypes are the names that PostgreSQL has for the types of the migrations, where they differ.
var pgTypes = map[string]string{"timestamp with time zone": "timestamptz"}

func (d *DB) ask(sqlite, pg string) string {
	if d.dialect == Postgres {
		return pg
	}
	return sqlite
}

// names returns the names of all tables, goose's own among them.
func (s *Snapshot) names(ctx context.Context) ([]string, error) {
	var names []string
	err := s.columns(ctx, func(table string, _ Column, _ int) {
		if !slices.Contains(names, table) {
			names = append(names, table)
		}
	})
	return names, err
}

func (s *Snapshot) columns(ctx context.Context, fn func(table string, c Column, key int)) error {
	return scanAll(ctx, s.tx, s.db.ask(sqliteColumns, pgColumns), func(scan Scan) error {
		var table string
		var c Column
		var key int
		if err := scan(&table, &c.Name, &c.Type, &key); err != nil {
			return err
		}
		if name, ok := pgTypes[c.Type]; ok {
			c.Type = name
		}
		fn(table, c, key)
		return nil
	})
}

// Tables returns every table of the schema but goose's own, each after those that it refers to.
func (s *Snapshot) Tables(ctx context.Context) ([]Table, error) {
	byName := map[string]*Table{}
	var order []string
	err := s.columns(ctx, func(table string, c Column, key int) {
		if table == versionTable {
			return
		}
		t := byName[table]
		if t == nil {
			t = &Table{Name: table}
			byName[table], order = t, append(order, table)
		}
		t.Columns = append(t.Columns, c)
		if key > 0 {
			t.Key = append(t.Key, make([]string, max(0, key-len(t.Key)))...)
			t.Key[key-1] = c.Name
		}
	})
	if err == nil {
		err = scanAll(ctx, s.tx, s.db.ask(sqliteParents, pgParents), func(scan Scan) error {
			var child, parent string
			err := scan(&child, &parent)
			if t := byName[child]; t != nil && child != parent {
				t.parents = append(t.parents, parent)
			}
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("db: tables: %w", err)
	}
	return parentsFirst(order, byName)
}

func parentsFirst(order []string, byName map[string]*Table) ([]Table, error) {
	var sorted []Table
	done := map[string]bool{}
	for len(sorted) < len(order) {
		before := len(sorted)
		for _, name := range order {
			waits := slices.ContainsFunc(byName[name].parents, func(p string) bool { return !done[p] })
			if !done[name] && !waits {
				done[name], sorted = true, append(sorted, *byName[name])
			}
		}
		if len(sorted) == before {
			return nil, fmt.Errorf("db: tables: some refer to each other in a circle, such as %s", order[slices.IndexFunc(order, func(n string) bool { return !done[n] })])
		}
	}
	return sorted, nil
}

// Count returns how many rows a table has.
func (s *Snapshot) Count(ctx context.Context, t Table) (int64, error) {
	var n int64
	if err := s.tx.QueryRowContext(ctx, "select count(*) from "+quote(t.Name)).Scan(&n); err != nil {
		return 0, fmt.Errorf("db: count %s: %w", t.Name, err)
	}
	return n, nil
}

// rows calls fn with every row of a tenant in the order of the key, each value as its type in Go.
func (t Table) rows(ctx context.Context, tx *sql.Tx, tenant string, fn func(row []any) error) error {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = quote(c.Name)
	}
	key := make([]string, len(t.Key))
	for i, c := range t.Key {
		key[i] = quote(c)
	}
	if t.Owner() == "" || len(key) == 0 {
		return fmt.Errorf("db: table %s does not tell whose its rows are, or has no key", t.Name)
	}
	q := "select " + strings.Join(columns, ", ") + " from " + quote(t.Name) + " where " + t.Owner() + " = $1 order by " + strings.Join(key, ", ")
	return scanAll(ctx, tx, q, func(scan Scan) error {
		cells, into := make([]cell, len(t.Columns)), make([]any, len(t.Columns))
		for i := range cells {
			cells[i].column, into[i] = t.Columns[i], &cells[i]
		}
		if err := scan(into...); err != nil {
			return err
		}
		row := make([]any, len(cells))
		for i := range cells {
			row[i] = cells[i].value
		}
		return fn(row)
	}, tenant)
}

// cell reads one value in the type of its column, whichever database it comes from.
type cell struct {
	column Column
	value  any
}

// Scan implements sql.Scanner.
func (c *cell) Scan(src any) error {
	if src == nil {
		c.value = nil
		return nil
	}
	var err error
	switch c.column.Type {
	case "text":
		c.value, err = scanAs[string](src)
	case "bigint":
		c.value, err = scanAs[int64](src)
	case "boolean":
		c.value, err = scanAs[bool](src)
	case "bytea":
		c.value, err = scanAs[[]byte](src)
	case "timestamptz":
		var at Time
		err = at.Scan(src)
		c.value = at.Time
	default:
		err = fmt.Errorf("db: column %s has type %s, which is not known", c.column.Name, c.column.Type)
	}
	return err
}

func scanAs[T any](src any) (any, error) {
	var v sql.Null[T]
	err := v.Scan(src)
	return v.V, err
}

// Digest is what two copies of the same rows agree on.
type Digest struct {
	Rows int64
	Sum  [32]byte
}

// digester hashes rows: of each value its length and its bytes, so that no two rows read the same.
type digester struct {
	sum  hash.Hash
	rows int64
}

func (d *digester) add(row []any) {
	d.rows++
	for _, v := range row {
		if v == nil {
			d.sum.Write([]byte{0})
			continue
		}
		b := plainBytes(v)
		d.sum.Write(binary.AppendUvarint([]byte{1}, uint64(len(b))))
		d.sum.Write(b)
	}
}

func plainBytes(v any) []byte {
	switch v := v.(type) {
	case []byte:
		return v
	case string:
		return []byte(v)
	}
	return fmt.Append(nil, v)
}

func (d *digester) digest() Digest { return Digest{d.rows, [32]byte(d.sum.Sum(nil))} }

// quote writes a name of the schema for use in a statement.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// scanAll runs a statement whose text the schema made, and calls fn for each row.
func scanAll(ctx context.Context, tx *sql.Tx, q string, fn func(Scan) error, args ...any) error {
	rows, err := tx.QueryContext(ctx, q, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
