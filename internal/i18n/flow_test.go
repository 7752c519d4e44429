package i18n_test

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// tail is what code puts behind a constant that begins a key: mid, then, when it is open, something
// that only the running program knows, then end.
type tail struct {
	mid, end string
	open     bool
}

// before is the tail of what stands before a constant, and unknown that of what stands before
// anything else.
func (t tail) before(s string) tail { return tail{s + t.mid, t.end, t.open} }

func (t tail) unknown() tail {
	if t.open {
		return tail{"", t.end, true}
	}
	return tail{"", t.mid, true}
}

// flow follows backwards what reaches Texts.T and Texts.N: through parameters, variables, fields,
// elements and results, whatever the order, to the constants that begin it.
type flow struct {
	pkgs  []*packages.Package
	pkg   *packages.Package        // being walked
	sinks map[string]map[tail]bool // what holds a key, by its place in the source
	more  bool                     // a pass found a new one
	found map[string]token.Position
	begun map[tail]token.Position // the beginnings and ends of keys that are put together; mid is the beginning
}

// follow loads the program and follows its keys.
func follow(t *testing.T) *flow {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo}, "voordeur/...")
	if err != nil {
		t.Fatal(err)
	}
	f := &flow{pkgs: pkgs, sinks: map[string]map[tail]bool{}, found: map[string]token.Position{}, begun: map[tail]token.Position{}, more: true}
	for f.more {
		f.more = false
		for _, p := range pkgs {
			if len(p.Errors) > 0 {
				t.Fatalf("%s: %v", p.PkgPath, p.Errors)
			}
			if strings.HasSuffix(p.PkgPath, "/i18n") { // its own T is where keys end
				continue
			}
			f.pkg = p
			for _, file := range p.Syntax {
				ast.Inspect(file, f.visit)
			}
		}
	}
	return f
}

// place names an object by where it is declared, for each package sees others through copies.
func (f *flow) place(o types.Object) string {
	at := f.pkg.Fset.Position(o.Pos())
	return fmt.Sprint(at.Filename, ":", at.Line, ":", o.Name())
}

func (f *flow) mark(place string, t tail) {
	if f.sinks[place] == nil {
		f.sinks[place] = map[tail]bool{}
	}
	if len(t.mid) < 60 && !f.sinks[place][t] { // a longer one is a loop
		f.sinks[place][t], f.more = true, true
	}
}

// into lets an expression flow into what is declared at a place.
func (f *flow) into(place string, e ast.Expr) {
	for t := range f.sinks[place] {
		f.reach(e, t)
	}
}

// reach notes that an expression with the tail behind it is a key.
func (f *flow) reach(e ast.Expr, t tail) {
	e = ast.Unparen(e)
	if v := f.pkg.TypesInfo.Types[e].Value; v != nil && v.Kind() == constant.String {
		f.constant(constant.StringVal(v), t, f.pkg.Fset.Position(e.Pos()))
		return
	}
	switch e := e.(type) {
	case *ast.Ident:
		f.object(f.pkg.TypesInfo.ObjectOf(e), t)
	case *ast.SelectorExpr:
		f.object(f.pkg.TypesInfo.ObjectOf(e.Sel), t)
	case *ast.StarExpr:
		f.reach(e.X, t)
	case *ast.IndexExpr:
		f.reach(e.X, t)
	case *ast.BinaryExpr:
		if v := f.pkg.TypesInfo.Types[e.Y].Value; v != nil {
			f.reach(e.X, t.before(constant.StringVal(v)))
		} else {
			f.reach(e.X, t.unknown())
		}
	case *ast.CompositeLit:
		f.elements(e, t)
	case *ast.CallExpr:
		f.result(e, 0, t)
	}
}

func (f *flow) constant(s string, t tail, at token.Position) {
	switch {
	case s == "": // an error without a text of its own
	case t.open:
		f.begun[tail{s + t.mid, t.end, true}] = at
	default:
		f.found[s+t.mid] = at
	}
}

func (f *flow) object(o types.Object, t tail) {
	if v, ok := o.(*types.Var); ok {
		f.mark(f.place(v), t)
	}
}

// elements are the values of a list or map.
func (f *flow) elements(c *ast.CompositeLit, t tail) {
	if _, isStruct := f.pkg.TypesInfo.TypeOf(c).Underlying().(*types.Struct); isStruct {
		return
	}
	for _, e := range c.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			e = kv.Value
		}
		f.reach(e, t)
	}
}

// result follows a call: a conversion and what chooses among its arguments to those, a function of
// the program to what it returns.
func (f *flow) result(c *ast.CallExpr, n int, t tail) {
	fn := f.callee(c)
	switch {
	case f.pkg.TypesInfo.Types[c.Fun].IsType(), fn == nil, fn.Pkg() != nil && fn.Pkg().Path() == "cmp":
		for _, a := range c.Args {
			f.reach(a, t)
		}
	case fn.Pkg() != nil && strings.HasPrefix(fn.Pkg().Path(), "voordeur"):
		f.mark(fmt.Sprint(f.place(fn), "#", n), t)
	}
}

// callee is the function that is called by its name; nil for a built-in one and for a variable.
func (f *flow) callee(c *ast.CallExpr) *types.Func {
	switch e := ast.Unparen(c.Fun).(type) {
	case *ast.Ident:
		fn, _ := f.pkg.TypesInfo.ObjectOf(e).(*types.Func)
		return fn
	case *ast.SelectorExpr:
		fn, _ := f.pkg.TypesInfo.ObjectOf(e.Sel).(*types.Func)
		return fn
	}
	return nil
}

// visit lets everything flow that is assigned, passed, put into a value or returned.
func (f *flow) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.ADD_ASSIGN {
			f.assign(n.Lhs, n.Rhs)
		}
	case *ast.ValueSpec:
		var names []ast.Expr
		for _, name := range n.Names {
			names = append(names, name)
		}
		f.assign(names, n.Values)
	case *ast.RangeStmt:
		if n.Value != nil {
			f.assign([]ast.Expr{n.Value}, []ast.Expr{n.X})
		}
	case *ast.CallExpr:
		f.call(n)
	case *ast.CompositeLit:
		f.fields(n)
	case *ast.FuncDecl:
		if n.Body != nil {
			f.returns(f.place(f.pkg.TypesInfo.ObjectOf(n.Name)), n.Body)
		}
	}
	return true
}

func (f *flow) assign(to, from []ast.Expr) {
	for i, l := range to {
		o := f.held(l)
		if o == nil {
			continue
		}
		if len(to) == len(from) {
			f.into(f.place(o), from[i])
		} else if c, ok := call(from); ok {
			for t := range f.sinks[f.place(o)] {
				f.result(c, i, t)
			}
		}
	}
}

func call(from []ast.Expr) (*ast.CallExpr, bool) {
	if len(from) != 1 {
		return nil, false
	}
	c, ok := from[0].(*ast.CallExpr)
	return c, ok
}

// held is the variable that an assignment changes: for an element the whole.
func (f *flow) held(e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return f.pkg.TypesInfo.ObjectOf(e)
	case *ast.SelectorExpr:
		return f.pkg.TypesInfo.ObjectOf(e.Sel)
	case *ast.IndexExpr:
		return f.held(e.X)
	}
	return nil
}

func (f *flow) call(c *ast.CallExpr) {
	sig, ok := types.Unalias(f.pkg.TypesInfo.TypeOf(c.Fun)).(*types.Signature)
	if !ok {
		return
	}
	if fn := f.callee(c); fn != nil && strings.HasSuffix(fn.FullName(), "voordeur/internal/i18n.Texts).T") {
		f.reach(c.Args[0], tail{})
	} else if fn != nil && strings.HasSuffix(fn.FullName(), "voordeur/internal/i18n.Texts).N") {
		for _, p := range plurals {
			f.reach(c.Args[0], tail{mid: p})
		}
	}
	for i, a := range c.Args {
		if n := sig.Params().Len(); n > 0 {
			f.into(f.place(sig.Params().At(min(i, n-1))), a)
		}
	}
}

func (f *flow) fields(c *ast.CompositeLit) {
	s, ok := f.pkg.TypesInfo.TypeOf(c).Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, e := range c.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			f.into(f.place(f.pkg.TypesInfo.ObjectOf(kv.Key.(*ast.Ident))), kv.Value)
		} else {
			f.into(f.place(s.Field(i)), e)
		}
	}
}

// returns lets flow what a function returns, but not the functions within it.
func (f *flow) returns(place string, body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok {
			for i, e := range r.Results {
				f.into(fmt.Sprint(place, "#", i), e)
			}
		}
		_, inner := n.(*ast.FuncLit)
		return !inner
	})
}

// missing returns the keys that code names and the texts lack.
func (f *flow) missing(texts map[string]string) map[string]token.Position {
	lacks := map[string]token.Position{}
	for key, at := range f.found {
		if _, ok := texts[key]; !ok {
			lacks[key] = at
		}
	}
	for shape, at := range f.begun {
		if !shape.any(texts) && !f.elsewhere(shape, texts) {
			lacks[shape.mid+"…"+shape.end] = at
		}
	}
	return lacks
}

// elsewhere reports whether a beginning has texts and an end too, but of other beginnings: code that
// serves several pages asks for the end only where a page has it.
func (f *flow) elsewhere(shape tail, texts map[string]string) bool {
	if !(tail{mid: shape.mid}).any(texts) {
		return false
	}
	for other := range f.begun {
		if other.end == shape.end && other.any(texts) {
			return true
		}
	}
	return false
}

func (t tail) fits(key string) bool {
	return len(key) >= len(t.mid)+len(t.end) && strings.HasPrefix(key, t.mid) && strings.HasSuffix(key, t.end)
}

func (t tail) any(texts map[string]string) bool {
	for key := range texts {
		if t.fits(key) {
			return true
		}
	}
	return false
}

// uses reports whether a key is one that code names, or can put together.
func (f *flow) uses(key string) bool {
	if _, ok := f.found[key]; ok {
		return true
	}
	for shape := range f.begun {
		if shape.fits(key) {
			return true
		}
	}
	return false
}
