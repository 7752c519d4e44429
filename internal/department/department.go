// Package department is who takes care of what at the office: departments with their members, and who stands in for
// whom. It knows no dossier.
package department

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/errs"
)

// Departments reads and changes departments and absence.
type Departments struct {
	db *db.DB
	// Leaving is called in the transaction that removes a department, and moves what is in it. The wiring sets it.
	Leaving func(ctx context.Context, tx *db.Tx, s access.Scope, from, to string) error
}

// New returns the departments of a database.
func New(d *db.DB) *Departments {
	return &Departments{d, func(context.Context, *db.Tx, access.Scope, string, string) error { return nil }}
}

// Department is a part of the office, with those who work in it.
type Department struct {
	ID, Name string
	Members  []string // ids of their accounts, in order
	Version  int64
}

const (
	maxName        = 60
	maxDepartments = 100
)

func scanDepartment(scan db.Scan) (Department, error) {
	var d Department
	err := scan(&d.ID, &d.Name, &d.Version)
	return d, err
}

// List returns all departments by name, without their members.
func (ds *Departments) List(ctx context.Context, a access.Staff) ([]Department, error) {
	return db.All(ctx, ds.db, scanDepartment, `select id, name, version from department where tenant_id = $1 order by name, id`, a.Scope().Tenant())
}

// Mine returns the departments whose waiting dossiers an employee may see: his own, or all of them for who sees everything.
func (ds *Departments) Mine(ctx context.Context, a access.Staff) ([]Department, error) {
	return db.All(ctx, ds.db, scanDepartment, `select d.id, d.name, d.version from department d where d.tenant_id = $1 and (cast($3 as boolean)
		or exists (select 1 from department_member m where m.tenant_id = d.tenant_id and m.department_id = d.id and m.account_id = $2)) order by d.name, d.id`,
		a.Scope().Tenant(), a.Scope().Account(), a.SeesAll())
}

// Get returns a department with its members; one of another organisation is NotFound.
func (ds *Departments) Get(ctx context.Context, a access.Staff, id string) (Department, error) {
	d, err := db.One(ctx, ds.db, scanDepartment, `select id, name, version from department where tenant_id = $1 and id = $2`, a.Scope().Tenant(), id)
	if err != nil {
		return d, err
	}
	d.Members, err = members(ctx, ds.db, a.Scope().Tenant(), id)
	return d, err
}

func members(ctx context.Context, r db.Reader, tenantID, id string) ([]string, error) {
	return db.All(ctx, r, db.Value[string], `select account_id from department_member where tenant_id = $1 and department_id = $2 order by account_id`, tenantID, id)
}

// Manned reports whether somebody works in a department now.
func Manned(ctx context.Context, r db.Reader, tenantID, id string) (bool, error) {
	return db.One(ctx, r, db.Value[bool], `select exists (select 1 from department_member m join account a on a.tenant_id = m.tenant_id and a.id = m.account_id
		where m.tenant_id = $1 and m.department_id = $2 and a.state = 'active' and a.role in ('handler', 'administrator'))`, tenantID, id)
}

// check holds a department as it was typed to the rules; who is asked for is to work here.
func (d *Department) check(ctx context.Context, tx *db.Tx, s access.Scope) error {
	var f errs.Fields
	switch d.Name = strings.TrimSpace(d.Name); {
	case d.Name == "":
		f.Add("name", "field.required")
	case utf8.RuneCountInString(d.Name) > maxName:
		f.Add("name", "field.too_long", "max", maxName)
	case strings.ContainsFunc(d.Name, unicode.IsControl):
		f.Add("name", "settings.one_line")
	}
	d.Members = slices.Compact(slices.Sorted(slices.Values(d.Members)))
	for _, id := range d.Members {
		err := Works(ctx, tx, s.Tenant(), id)
		if errs.Is(err, errs.NotFound) {
			f.Add("member", "field.choose")
			break
		}
		if err != nil {
			return err
		}
	}
	return f.Err()
}

// Works is NotFound for an account that is no active employee who handles dossiers.
func Works(ctx context.Context, r db.Reader, tenantID, account string) error {
	return r.QueryRow(ctx, `select 1 from account where tenant_id = $1 and id = $2 and face = 'office' and state = 'active' and role in ('handler', 'administrator')`, tenantID, account).Scan(new(int))
}

// Save makes a department, when it has no id, or changes one that nobody changed since its version; otherwise it is a
// Conflict, unless it is so already. Once is the form's key: a double click makes one.
func (ds *Departments) Save(ctx context.Context, a access.Staff, once string, in Department) error {
	if !a.Can(access.Manage) {
		return errs.New(errs.Forbidden, "")
	}
	s := a.Scope()
	return ds.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := in.check(ctx, tx, s); err != nil {
			return err
		}
		if in.ID == "" {
			return add(ctx, tx, s, once, in)
		}
		was, err := db.One(ctx, tx, scanDepartment, `select id, name, version from department where tenant_id = $1 and id = $2`, s.Tenant(), in.ID)
		if err != nil {
			return err
		}
		if was.Members, err = members(ctx, tx, s.Tenant(), in.ID); err != nil || was.Name == in.Name && slices.Equal(was.Members, in.Members) {
			return err
		}
		n, err := tx.Exec(ctx, `update department set name = $4, version = version + 1 where tenant_id = $1 and id = $2 and version = $3`, s.Tenant(), in.ID, in.Version, in.Name)
		if err := db.Guard(n, taken(err), errs.New(errs.Conflict, "error.changed_meanwhile")); err != nil {
			return err
		}
		return fill(ctx, tx, s, "department.changed", in)
	})
}

func add(ctx context.Context, tx *db.Tx, s access.Scope, once string, in Department) error {
	_, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
	if err != nil || !fresh {
		return err
	}
	n, err := db.One(ctx, tx, db.Value[int], `select count(*) from department where tenant_id = $1`, s.Tenant())
	if err != nil {
		return err
	}
	if n >= maxDepartments {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "name", Key: "department.too_many", Args: []any{"max", maxDepartments}}}}
	}
	in.ID = tx.NewID()
	if _, err := tx.Exec(ctx, `insert into department (tenant_id, id, name, created_at) values ($1, $2, $3, $4)`, s.Tenant(), in.ID, in.Name, tx.Now()); err != nil {
		return taken(err)
	}
	if err := fill(ctx, tx, s, "department.made", in); err != nil {
		return err
	}
	return tx.Finish(ctx, s.Tenant(), s.Account(), once, in.ID)
}

// taken says of a name that another department has it.
func taken(err error) error {
	if db.IsUnique(err, "department.name") || db.IsUnique(err, "department_name") {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "name", Key: "department.name_taken"}}, Err: err}
	}
	return err
}

// fill makes the members of a department those that were chosen.
func fill(ctx context.Context, tx *db.Tx, s access.Scope, event string, in Department) error {
	if _, err := tx.Exec(ctx, `delete from department_member where tenant_id = $1 and department_id = $2`, s.Tenant(), in.ID); err != nil {
		return err
	}
	for _, id := range in.Members {
		if _, err := tx.Exec(ctx, `insert into department_member (tenant_id, department_id, account_id) values ($1, $2, $3)`, s.Tenant(), in.ID, id); err != nil {
			return err
		}
	}
	objects := []audit.Object{{Kind: "department", ID: in.ID}}
	for _, id := range in.Members {
		objects = append(objects, audit.Object{Kind: "account", ID: id})
	}
	return audit.Record(ctx, tx, s, audit.Entry{Event: event, Objects: objects})
}
