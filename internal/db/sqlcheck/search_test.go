package sqlcheck

import (
	"go/ast"
	"go/constant"
	"go/types"
	"maps"
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"
)

const (
	home = "voordeur/internal/db"
	join = home + ".Join"
)

// statement is a text that the program can send to a database, and where it stands.
type statement struct{ at, text string }

// search looks for statements in one package.
type search struct {
	t     *testing.T
	pkg   *packages.Package
	found map[string]string // text -> where
}

// texts are what each variable that holds a statement may be at a point in a function.
type texts map[types.Object][]string

// statements returns every statement in the packages, each text once.
func statements(t *testing.T, pattern string) []statement {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
		packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo}, pattern)
	if err != nil {
		t.Fatal(err)
	}
	s := &search{t: t, found: map[string]string{}}
	for _, p := range pkgs {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
		if p.PkgPath == home+"/dbtest" { // it alone may ask one database only
			continue
		}
		s.pkg = p
		for _, file := range p.Syntax {
			s.file(file)
		}
	}
	var out []statement
	for _, text := range slices.Sorted(maps.Keys(s.found)) {
		out = append(out, statement{s.found[text], text})
	}
	return out
}

func (s *search) file(f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Body != nil {
				s.stmt(d.Body, texts{})
			}
		case *ast.GenDecl:
			s.look(d, texts{})
		}
	}
}

// isStatement reports whether an expression has package db's type for SQL.
func (s *search) isStatement(e ast.Expr) bool {
	named, ok := s.pkg.TypesInfo.TypeOf(e).(*types.Named)
	return ok && named.Obj().Name() == "stmt" && named.Obj().Pkg().Path() == home
}

// stmt follows a statement of Go and changes what the variables may be.
func (s *search) stmt(n ast.Stmt, env texts) {
	switch n := n.(type) {
	case nil:
	case *ast.BlockStmt:
		for _, each := range n.List {
			s.stmt(each, env)
		}
	case *ast.IfStmt:
		s.stmt(n.Init, env)
		s.look(n.Cond, env)
		other := maps.Clone(env)
		s.stmt(n.Body, env)
		s.stmt(n.Else, other)
		merge(env, other)
	case *ast.ForStmt:
		s.stmt(n.Init, env)
		s.maybe(n.Body, env)
	case *ast.RangeStmt:
		s.look(n.X, env)
		s.maybe(n.Body, env)
	case *ast.SwitchStmt:
		s.stmt(n.Init, env)
		s.choice(n.Body, env)
	case *ast.AssignStmt:
		s.assign(n, env)
	default:
		s.look(n, env)
	}
}

// choice follows the cases of a switch, of which one happens, or none when there is no default.
func (s *search) choice(body *ast.BlockStmt, env texts) {
	before, whole := maps.Clone(env), false
	clear(env)
	for _, c := range body.List {
		clause := c.(*ast.CaseClause)
		whole = whole || clause.List == nil
		for _, e := range clause.List {
			s.look(e, before)
		}
		inside := maps.Clone(before)
		for _, each := range clause.Body {
			s.stmt(each, inside)
		}
		merge(env, inside)
	}
	if !whole {
		merge(env, before)
	}
}

// maybe follows a statement that may be left out.
func (s *search) maybe(n ast.Stmt, env texts) {
	inside := maps.Clone(env)
	s.stmt(n, inside)
	merge(env, inside)
}

func merge(into, from texts) {
	for v, list := range from {
		for _, text := range list {
			if !slices.Contains(into[v], text) {
				into[v] = append(slices.Clip(into[v]), text)
			}
		}
	}
}

func (s *search) assign(n *ast.AssignStmt, env texts) {
	for i, e := range n.Rhs {
		name, ok := n.Lhs[i].(*ast.Ident)
		if len(n.Lhs) != len(n.Rhs) || !ok || !s.isStatement(e) {
			s.look(e, env)
			continue
		}
		obj := s.pkg.TypesInfo.ObjectOf(name)
		env[obj] = s.value(e, env)
	}
}

// look finds the statements in an expression: they are what is handed to a function other than
// Join.
func (s *search) look(n ast.Node, env texts) {
	ast.Inspect(n, func(n ast.Node) bool {
		if body, ok := n.(*ast.BlockStmt); ok { // of a function literal
			s.stmt(body, maps.Clone(env))
			return false
		}
		e, ok := n.(ast.Expr)
		if !ok || s.pkg.TypesInfo.Types[e].Type == nil || s.pkg.TypesInfo.Types[e].IsType() || !s.isStatement(e) {
			return true
		}
		if s.pkg.PkgPath != home || s.pkg.TypesInfo.Types[e].Value != nil {
			for _, text := range s.value(e, env) {
				s.found[text] = s.pkg.Fset.Position(e.Pos()).String()
			}
		}
		return false
	})
}

// value returns every text that an expression may be.
func (s *search) value(e ast.Expr, env texts) []string {
	if v := s.pkg.TypesInfo.Types[e].Value; v != nil {
		return []string{constant.StringVal(v)}
	}
	switch e := e.(type) {
	case *ast.Ident:
		if list := env[s.pkg.TypesInfo.ObjectOf(e)]; len(list) > 0 {
			return list
		}
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && s.pkg.TypesInfo.ObjectOf(f.Sel).(*types.Func).FullName() == join {
			return s.joined(e.Args, env)
		}
	}
	s.t.Errorf("%s: the search does not understand how this statement is made", s.pkg.Fset.Position(e.Pos()))
	return nil
}

func (s *search) joined(parts []ast.Expr, env texts) []string {
	all := []string{""}
	for _, part := range parts {
		var next []string
		for _, had := range all {
			for _, text := range s.value(part, env) {
				next = append(next, had+text+" ")
			}
		}
		all = next
	}
	return all
}
