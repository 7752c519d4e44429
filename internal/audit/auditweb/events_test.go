package auditweb

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"voordeur/internal/i18n"
)

// states complete the one event that is put together: the outcome of a check.
var states = map[string][]string{"document.": {"released", "refused", "quarantined", "unscannable"}}

// source is the parsed code of one package.
type source struct {
	t     *testing.T
	fset  *token.FileSet
	funcs []*ast.FuncDecl
}

// eventsInCode returns every event that some audit.Entry can get. An expression it cannot follow
// fails the test: then write the event as a literal.
func eventsInCode(t *testing.T) []string {
	t.Helper()
	byDir := map[string]*source{}
	err := filepath.WalkDir("../../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		dir := filepath.Dir(path)
		if byDir[dir] == nil {
			byDir[dir] = &source{t: t, fset: token.NewFileSet()}
		}
		f, err := parser.ParseFile(byDir[dir].fset, path, nil, 0)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
				byDir[dir].funcs = append(byDir[dir].funcs, fn)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var events []string
	for _, s := range byDir {
		for _, fn := range s.funcs {
			ast.Inspect(fn, func(n ast.Node) bool {
				events = append(events, s.ofEntry(fn, n)...)
				return true
			})
		}
	}
	slices.Sort(events)
	return slices.Compact(events)
}

// ofEntry returns the events of an audit.Entry{...}, and of an e.Event = "..." behind one.
func (s *source) ofEntry(fn *ast.FuncDecl, n ast.Node) []string {
	if a, ok := n.(*ast.AssignStmt); ok {
		if sel, ok := a.Lhs[0].(*ast.SelectorExpr); ok && sel.Sel.Name == "Event" {
			return s.values(fn, a.Rhs[0])
		}
	}
	lit, ok := n.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	sel, qualified := lit.Type.(*ast.SelectorExpr)
	id, plain := lit.Type.(*ast.Ident)
	if !(qualified && sel.Sel.Name == "Entry" || plain && id.Name == "Entry") {
		return nil
	}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && kv.Key.(*ast.Ident).Name == "Event" {
			return s.values(fn, kv.Value)
		}
	}
	return nil
}

func (s *source) values(fn *ast.FuncDecl, e ast.Expr) []string {
	var found []string
	switch e := e.(type) {
	case *ast.BasicLit:
		found = append(found, text(e))
	case *ast.BinaryExpr:
		if lit, ok := e.X.(*ast.BasicLit); ok {
			for _, end := range states[text(lit)] {
				found = append(found, text(lit)+end)
			}
		}
	case *ast.Ident:
		found = append(assigned(fn, e.Name), s.passed(fn, e.Name)...)
	}
	if len(found) == 0 {
		s.t.Errorf("%s: which event is this?", s.fset.Position(e.Pos()))
	}
	return found
}

func text(l *ast.BasicLit) string {
	v, err := strconv.Unquote(l.Value)
	if err != nil {
		return ""
	}
	return v
}

// assigned returns the literals that a variable of the function gets.
func assigned(fn *ast.FuncDecl, name string) []string {
	var found []string
	ast.Inspect(fn, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok || len(a.Lhs) != len(a.Rhs) {
			return true
		}
		for i, l := range a.Lhs {
			id, isName := l.(*ast.Ident)
			lit, isText := a.Rhs[i].(*ast.BasicLit)
			if isName && isText && id.Name == name {
				found = append(found, text(lit))
			}
		}
		return true
	})
	return found
}

// passed returns the literals that callers in the package give for a parameter, also through others.
func (s *source) passed(fn *ast.FuncDecl, name string) []string {
	at, i := -1, 0
	for _, field := range fn.Type.Params.List {
		for _, id := range field.Names {
			if id.Name == name {
				at = i
			}
			i++
		}
	}
	var found []string
	for _, caller := range s.funcs {
		ast.Inspect(caller, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || at < 0 || len(call.Args) <= at {
				return true
			}
			called := ""
			switch f := call.Fun.(type) {
			case *ast.Ident:
				called = f.Name
			case *ast.SelectorExpr:
				called = f.Sel.Name
			}
			if called != fn.Name.Name {
				return true
			}
			switch arg := call.Args[at].(type) {
			case *ast.BasicLit:
				found = append(found, text(arg))
			case *ast.Ident: // handed on
				if caller != fn {
					found = append(found, s.passed(caller, arg.Name)...)
				}
			}
			return true
		})
	}
	return found
}

func TestEveryEventHasATextAndAGroup(t *testing.T) {
	events := eventsInCode(t)
	if len(events) < 30 || !slices.Contains(events, "session.refused") || !slices.Contains(events, "account.blocked") || !slices.Contains(events, "document.withdrawn") {
		t.Fatalf("the search is broken, it found only %v", events)
	}
	for _, e := range events {
		for _, l := range i18n.Langs {
			if i18n.Keys(l)["journal.event."+e] == "" {
				t.Errorf("journal.event.%s has no text in %s", e, l)
			}
		}
		group, rest, _ := strings.Cut(e, ".")
		if !slices.Contains(groups, group) || rest == "" || strings.Trim(e, "abcdefghijklmnopqrstuvwxyz_.") != "" || strings.Contains(rest, ".") {
			t.Errorf("%s is not a group that can be filtered on, a dot and small letters", e)
		}
	}
	for k := range i18n.Keys(i18n.NL) {
		if e, ok := strings.CutPrefix(k, "journal.event."); ok && !slices.Contains(events, e) {
			t.Errorf("%s is the text of an event that does not happen", k)
		}
	}
	for _, g := range groups {
		if i18n.Keys(i18n.NL)["journal.group."+g] == "" {
			t.Errorf("group %s has no name", g)
		}
	}
}
