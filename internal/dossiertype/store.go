package dossiertype

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"voordeur/internal/access"
	"voordeur/internal/audit"
	"voordeur/internal/db"
	"voordeur/internal/department"
	"voordeur/internal/errs"
)

// Types reads and changes the types of dossiers.
type Types struct {
	db *db.DB
	// Changed is called in the transaction that takes a version into use, so that who sees dossiers of the type
	// changes at once. The wiring sets it.
	Changed func(ctx context.Context, tx *db.Tx, s access.Scope, id string) error

	mu    sync.RWMutex
	known map[place]cached
}

type place struct {
	tenant, id string
	number     int64
}

type cached struct {
	stamp int64
	def   Definition
}

// New returns the types of a database.
func New(d *db.DB) *Types {
	return &Types{db: d, known: map[place]cached{}, Changed: func(context.Context, *db.Tx, access.Scope, string) error { return nil }}
}

// Type is a type as its page shows it.
type Type struct {
	ID      string
	Key     string
	Latest  int64      // number of the version in use, 0 for none
	Current Definition // that version
	Draft   Definition // what is worked on; as Current when Drafted is not set
	Drafted bool
	Version int64 // of the row, for a change
}

const selectType = `select y.id, y.key, y.latest, coalesce(v.definition, ''), y.draft, y.version from dossier_type y
	left join dossier_type_version v on v.tenant_id = y.tenant_id and v.type_id = y.id and v.number = y.latest where y.tenant_id = $1 `

func scanType(scan db.Scan) (Type, error) {
	var t Type
	var current, draft string
	if err := scan(&t.ID, &t.Key, &t.Latest, &current, &draft, &t.Version); err != nil {
		return t, err
	}
	var err error
	if current != "" {
		err = json.Unmarshal([]byte(current), &t.Current)
	}
	t.Draft, t.Drafted = t.Current, draft != ""
	if err == nil && t.Drafted {
		t.Draft = Definition{}
		err = json.Unmarshal([]byte(draft), &t.Draft)
	}
	return t, err
}

// List returns all types of the organisation, by key.
func (ts *Types) List(ctx context.Context, a access.Staff) ([]Type, error) {
	return db.All(ctx, ts.db, scanType, selectType+`order by y.key`, a.Scope().Tenant())
}

// Offered returns the types with which the employee may begin a dossier, by key.
func (ts *Types) Offered(ctx context.Context, a access.Staff) ([]Type, error) {
	return db.All(ctx, ts.db, scanType, selectType+`and y.offered and y.latest > 0 order by y.key`, a.Scope().Tenant())
}

// InUse returns the newest version of each type that has one, by key, for whoever looks at a list of dossiers.
func (ts *Types) InUse(ctx context.Context, s access.Scope) ([]Definition, error) {
	refs, err := db.All(ctx, ts.db, func(scan db.Scan) (Ref, error) {
		var r Ref
		err := scan(&r.ID, &r.Number)
		return r, err
	}, `select id, latest from dossier_type where tenant_id = $1 and latest > 0 order by key`, s.Tenant())
	if err != nil {
		return nil, err
	}
	defs, err := ts.At(ctx, ts.db, s, refs...)
	out := make([]Definition, 0, len(refs))
	for _, r := range refs {
		out = append(out, defs[r])
	}
	return out, err
}

// Get returns a type; one of another organisation is NotFound.
func (ts *Types) Get(ctx context.Context, a access.Staff, id string) (Type, error) {
	return get(ctx, ts.db, a.Scope(), id)
}

func get(ctx context.Context, r db.Reader, s access.Scope, id string) (Type, error) {
	return db.One(ctx, r, scanType, selectType+`and y.id = $2`, s.Tenant(), id)
}

// Newest returns the version of a type with which dossiers begin; a type without one is NotFound.
func (ts *Types) Newest(ctx context.Context, r db.Reader, s access.Scope, id string) (Ref, Definition, error) {
	n, err := db.One(ctx, r, db.Value[int64], `select latest from dossier_type where tenant_id = $1 and id = $2 and latest > 0`, s.Tenant(), id)
	if err != nil {
		return Ref{}, Definition{}, err
	}
	ref := Ref{ID: id, Number: n}
	defs, err := ts.At(ctx, r, s, ref)
	return ref, defs[ref], err
}

// Ref names a version of a type. Its zero is a dossier without a type.
type Ref struct {
	ID     string
	Number int64
}

// At returns the definitions of versions, for whoever sees a dossier that has them.
func (ts *Types) At(ctx context.Context, r db.Reader, s access.Scope, refs ...Ref) (map[Ref]Definition, error) {
	out := map[Ref]Definition{}
	var stamps map[string]int64
	for _, ref := range refs {
		if _, had := out[ref]; had || ref.ID == "" {
			continue
		}
		if stamps == nil {
			var err error
			if stamps, err = ts.stamps(ctx, r, s); err != nil {
				return nil, err
			}
		}
		def, err := ts.at(ctx, r, place{s.Tenant(), ref.ID, ref.Number}, stamps[ref.ID])
		if err != nil {
			return nil, fmt.Errorf("dossiertype: version %d of %s: %w", ref.Number, ref.ID, err)
		}
		out[ref] = def
	}
	return out, nil
}

// stamps returns the row version of every type: as long as it stands, what was read before holds.
func (ts *Types) stamps(ctx context.Context, r db.Reader, s access.Scope) (map[string]int64, error) {
	type stamp struct {
		id string
		n  int64
	}
	list, err := db.All(ctx, r, func(scan db.Scan) (stamp, error) {
		var x stamp
		err := scan(&x.id, &x.n)
		return x, err
	}, `select id, version from dossier_type where tenant_id = $1`, s.Tenant())
	out := make(map[string]int64, len(list))
	for _, x := range list {
		out[x.id] = x.n
	}
	return out, err
}

func (ts *Types) at(ctx context.Context, r db.Reader, p place, stamp int64) (Definition, error) {
	ts.mu.RLock()
	c, ok := ts.known[p]
	ts.mu.RUnlock()
	if ok && c.stamp == stamp {
		return c.def, nil
	}
	def, err := db.One(ctx, r, scanDefinition, `select definition from dossier_type_version where tenant_id = $1 and type_id = $2 and number = $3`, p.tenant, p.id, p.number)
	if err == nil {
		ts.mu.Lock()
		ts.known[p] = cached{stamp, def}
		ts.mu.Unlock()
	}
	return def, err
}

func scanDefinition(scan db.Scan) (Definition, error) {
	var text string
	if err := scan(&text); err != nil {
		return Definition{}, err
	}
	var d Definition
	return d, json.Unmarshal([]byte(text), &d)
}

// Create makes a type that nobody uses yet. Once is the form's key: a double click makes one.
func (ts *Types) Create(ctx context.Context, a access.Staff, once string, d Definition) (string, error) {
	if !a.Can(access.Manage) {
		return "", errs.New(errs.Forbidden, "")
	}
	if f := d.checkGeneral(); len(f) > 0 {
		return "", f.Err()
	}
	var id string
	err := ts.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		s := a.Scope()
		had, fresh, err := tx.Once(ctx, s.Tenant(), s.Account(), once)
		if err != nil || !fresh {
			id = had
			return err
		}
		id = tx.NewID()
		if err := insert(ctx, tx, s, id, d); err != nil {
			return err
		}
		return tx.Finish(ctx, s.Tenant(), s.Account(), once, id)
	})
	return id, err
}

func insert(ctx context.Context, tx *db.Tx, s access.Scope, id string, d Definition) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into dossier_type (tenant_id, id, key, portal, threshold, offered, latest, draft, created_at, changed_at)
		values ($1, $2, $3, false, 1, false, 0, $4, $5, $5)`, s.Tenant(), id, d.Key, string(text), tx.Now())
	if db.IsUnique(err, "dossier_type.key") || db.IsUnique(err, "dossier_type_key") {
		return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "key", Key: "type.key_taken"}}, Err: err}
	}
	if err != nil {
		return err
	}
	return record(ctx, tx, s, "dossier_type.created", id, nil)
}

func record(ctx context.Context, tx *db.Tx, s access.Scope, event, id string, detail map[string]string) error {
	return audit.Record(ctx, tx, s, audit.Entry{Event: event, Objects: []audit.Object{{Kind: "dossier_type", ID: id}}, Detail: detail})
}

// Change lets change work on the draft of a type as it was at version, and keeps it. What a colleague changed since is
// a Conflict, unless it is as asked already. What the draft lacks does not matter before it is taken into use; change
// itself refuses what is wrong in what was typed.
func (ts *Types) Change(ctx context.Context, a access.Staff, id string, version int64, change func(*Definition) error) error {
	return ts.write(ctx, a, id, func(ctx context.Context, tx *db.Tx, t Type) error {
		next := t.Draft.clean()
		if err := change(&next); err != nil {
			return err
		}
		next.Key = t.Key
		if same(next, t.Draft) {
			return nil
		}
		return ts.put(ctx, tx, a.Scope(), t, version, next)
	})
}

func same(a, b Definition) bool { return len(Compare(a, b)) == 0 }

func (ts *Types) put(ctx context.Context, tx *db.Tx, s access.Scope, t Type, version int64, next Definition) error {
	if t.Version != version {
		return errs.New(errs.Conflict, "error.changed_meanwhile")
	}
	text := ""
	if t.Latest == 0 || !same(next, t.Current) {
		b, err := json.Marshal(next)
		if err != nil {
			return err
		}
		text = string(b)
	}
	if _, err := tx.Exec(ctx, `update dossier_type set draft = $3, version = version + 1 where tenant_id = $1 and id = $2`, s.Tenant(), t.ID, text); err != nil {
		return err
	}
	return record(ctx, tx, s, "dossier_type.drafted", t.ID, nil)
}

func (ts *Types) write(ctx context.Context, a access.Staff, id string, act func(context.Context, *db.Tx, Type) error) error {
	if !a.Can(access.Manage) {
		return errs.New(errs.Forbidden, "")
	}
	return ts.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// Whoever changes the type too waits here.
		if _, err := tx.Exec(ctx, `update dossier_type set version = version where tenant_id = $1 and id = $2`, a.Scope().Tenant(), id); err != nil {
			return err
		}
		t, err := get(ctx, tx, a.Scope(), id)
		if err != nil {
			return err
		}
		return act(ctx, tx, t)
	})
}

// Take brings a type from a file: a new one, or the draft of the one with its key, so that its difference shows before
// anybody uses it. It returns the type's id.
func (ts *Types) Take(ctx context.Context, a access.Staff, d Definition) (string, error) {
	if !a.Can(access.Manage) {
		return "", errs.New(errs.Forbidden, "")
	}
	if f := d.checkGeneral(); f.Has("key") {
		return "", f.Err()
	}
	var id string
	err := ts.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		s := a.Scope()
		t, err := db.One(ctx, tx, scanType, selectType+`and y.key = $2`, s.Tenant(), d.Key)
		if errs.Is(err, errs.NotFound) {
			id = tx.NewID()
			return insert(ctx, tx, s, id, d)
		}
		if err != nil {
			return err
		}
		if id = t.ID; same(d, t.Draft) {
			return nil
		}
		return ts.put(ctx, tx, s, t, t.Version, d)
	})
	return id, err
}

// Discard throws the draft away. A type that was never used goes with it.
func (ts *Types) Discard(ctx context.Context, a access.Staff, id string, version int64) error {
	return ts.write(ctx, a, id, func(ctx context.Context, tx *db.Tx, t Type) error {
		if !t.Drafted {
			return nil
		}
		if t.Version != version {
			return errs.New(errs.Conflict, "error.changed_meanwhile")
		}
		s := a.Scope()
		var err error
		if t.Latest == 0 {
			_, err = tx.Exec(ctx, `delete from dossier_type where tenant_id = $1 and id = $2`, s.Tenant(), id)
		} else {
			_, err = tx.Exec(ctx, `update dossier_type set draft = '', version = version + 1 where tenant_id = $1 and id = $2`, s.Tenant(), id)
		}
		if err != nil {
			return err
		}
		return record(ctx, tx, s, "dossier_type.discarded", id, nil)
	})
}

// Use takes the draft into use. Words hold for all dossiers from now on; another structure is a version of its own, and
// running dossiers keep theirs. Nobody is mailed (D23). A draft with flaws is Invalid.
func (ts *Types) Use(ctx context.Context, a access.Staff, id string, version int64) error {
	return ts.write(ctx, a, id, func(ctx context.Context, tx *db.Tx, t Type) error {
		if !t.Drafted {
			return nil // the second of two clicks
		}
		if t.Version != version {
			return errs.New(errs.Conflict, "error.changed_meanwhile")
		}
		if f := t.Draft.Check(); len(f) > 0 {
			return errs.New(errs.Invalid, "type.flawed")
		}
		s, number := a.Scope(), t.Latest
		if t.Latest == 0 || !t.Draft.SameStructure(t.Current) {
			number++
		}
		if err := keep(ctx, tx, s, t, number); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update dossier_type set portal = $3, threshold = $4, offered = $5, latest = $6, draft = '', changed_at = $7, version = version + 1
			where tenant_id = $1 and id = $2`, s.Tenant(), id, t.Draft.Portal, int(t.Draft.Threshold), t.Draft.Offered, number, tx.Now())
		if err != nil {
			return err
		}
		if t.Draft.Portal != t.Current.Portal || t.Draft.Threshold != t.Current.Threshold {
			if err := ts.Changed(ctx, tx, s, id); err != nil {
				return err
			}
		}
		return record(ctx, tx, s, "dossier_type.used", id, map[string]string{"version": fmt.Sprint(number)})
	})
}

// keep writes the draft as version number, and its words into the versions before.
func keep(ctx context.Context, tx *db.Tx, s access.Scope, t Type, number int64) error {
	for n := int64(1); n <= number; n++ {
		def := t.Draft
		if n < number {
			old, err := db.One(ctx, tx, scanDefinition, `select definition from dossier_type_version where tenant_id = $1 and type_id = $2 and number = $3`, s.Tenant(), t.ID, n)
			if err != nil {
				return err
			}
			def = old.WithWords(t.Draft)
		}
		text, err := json.Marshal(def)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into dossier_type_version (tenant_id, type_id, number, definition, created_at, created_by) values ($1, $2, $3, $4, $5, $6)
			on conflict (tenant_id, type_id, number) do update set definition = $4`, s.Tenant(), t.ID, n, string(text), tx.Now(), s.Account())
		if err != nil {
			return err
		}
	}
	return nil
}

// Department returns that in which dossiers of a type wait, "" for none.
func (ts *Types) Department(ctx context.Context, r db.Reader, s access.Scope, id string) (string, error) {
	list, err := db.All(ctx, r, db.Value[string], `select coalesce(department_id, '') from dossier_type where tenant_id = $1 and id = $2`, s.Tenant(), id)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}

// DepartmentOf is Department for the administrator's page.
func (ts *Types) DepartmentOf(ctx context.Context, a access.Staff, id string) (string, error) {
	return ts.Department(ctx, ts.db, a.Scope(), id)
}

// LeaveDepartment has dossiers of the types that wait in one department wait in another one from now on, "" for none.
func (ts *Types) LeaveDepartment(ctx context.Context, tx *db.Tx, s access.Scope, from, to string) error {
	ids, err := db.All(ctx, tx, db.Value[string], `update dossier_type set department_id = nullif($3, '') where tenant_id = $1 and department_id = $2 returning id`, s.Tenant(), from, to)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := audit.Record(ctx, tx, s, audit.Entry{Event: "dossier_type.department_set", Objects: []audit.Object{{Kind: "dossier_type", ID: id}}}); err != nil {
			return err
		}
	}
	return nil
}

// SetDepartment says in which department dossiers of a type wait that nobody handles yet; "" is in none. It holds for
// new dossiers, and is no part of the definition: another organisation has other departments.
func (ts *Types) SetDepartment(ctx context.Context, a access.Staff, id, dep string) error {
	if !a.Can(access.Manage) {
		return errs.New(errs.Forbidden, "")
	}
	s := a.Scope()
	return ts.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if dep != "" {
			err := department.Hold(ctx, tx, s.Tenant(), dep)
			if errs.Is(err, errs.NotFound) {
				return &errs.Error{Kind: errs.Invalid, Fields: errs.Fields{{Name: "department", Key: "field.choose"}}}
			}
			if err != nil {
				return err
			}
		}
		if _, err := get(ctx, tx, s, id); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `update dossier_type set department_id = nullif($3, '') where tenant_id = $1 and id = $2 and coalesce(department_id, '') <> $3`, s.Tenant(), id, dep)
		if err != nil || n == 0 { // it is so already
			return err
		}
		return audit.Record(ctx, tx, s, audit.Entry{Event: "dossier_type.department_set", Objects: []audit.Object{{Kind: "dossier_type", ID: id}}})
	})
}
