package shell

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// context is what stands around a part of a word.
type context uint8

const (
	plain     context = iota
	quoted            // in double quotes
	document          // in a here-document
	pattern           // the pattern of an expansion that stands in either of them
	quotedArg         // in double quotes that stand in an expansion in either of them
)

// A walk goes where a value can stand. What it does not come to has no place, and is
// refused; so has what a later version of the parser may read in addition.

func (r *reading) stmts(all []*syntax.Stmt) {
	for _, s := range all {
		r.stmt(s)
	}
}

func (r *reading) stmt(s *syntax.Stmt) {
	r.command(s.Cmd)
	for _, redirect := range s.Redirs {
		r.redirect(redirect)
	}
	if s.Cmd != nil && slices.ContainsFunc(s.Redirs, r.feeds) && r.runsInput(s.Cmd) {
		r.refuseInput(s.Redirs)
	}
}

// feeds reports whether a redirection has a reference.
func (r *reading) feeds(d *syntax.Redirect) bool {
	return r.has(d.Word) || d.Hdoc != nil && r.has(d.Hdoc)
}

func (r *reading) command(c syntax.Command) {
	switch c := c.(type) {
	case *syntax.CallExpr:
		r.call(c)
	case *syntax.Block:
		r.stmts(c.Stmts)
	case *syntax.Subshell:
		r.stmts(c.Stmts)
	case *syntax.IfClause:
		for ; c != nil; c = c.Else {
			r.stmts(c.Cond)
			r.stmts(c.Then)
		}
	case *syntax.WhileClause:
		r.stmts(c.Cond)
		r.stmts(c.Do)
	case *syntax.ForClause:
		r.loop(c)
	case *syntax.CaseClause:
		r.caseClause(c)
	case *syntax.BinaryCmd:
		r.binary(c)
	case *syntax.FuncDecl:
		r.stmt(c.Body)
	case *syntax.TestClause:
		r.condition(c.X)
	case *syntax.DeclClause:
		r.declClause(c)
	case *syntax.TimeClause:
		r.optional(c.Stmt)
	case *syntax.CoprocClause:
		r.optional(c.Stmt)
	case *syntax.ArithmCmd, *syntax.LetClause:
		r.refuse(c, &arithmetic)
	}
}

func (r *reading) optional(s *syntax.Stmt) {
	if s != nil {
		r.stmt(s)
	}
}

func (r *reading) binary(b *syntax.BinaryCmd) {
	r.stmt(b.X)
	r.stmt(b.Y)
	if (b.Op == syntax.Pipe || b.Op == syntax.PipeAll) && r.has(b.X) && r.runsInput(b.Y) {
		r.refuse(b.X, &asInput)
	}
}

func (r *reading) loop(f *syntax.ForClause) {
	switch loop := f.Loop.(type) {
	case *syntax.WordIter:
		r.listed(loop.Items)
		for _, w := range loop.Items {
			r.assigned(loop.Name.Value, w)
		}
	case *syntax.CStyleLoop:
		r.refuse(loop, &arithmetic)
	}
	r.stmts(f.Do)
}

func (r *reading) caseClause(c *syntax.CaseClause) {
	r.word(c.Word, plain)
	for _, item := range c.Items {
		for _, p := range item.Patterns {
			r.word(p, plain)
		}
		r.stmts(item.Stmts)
	}
}

func (r *reading) redirect(d *syntax.Redirect) {
	r.word(d.Word, plain)
	if d.Hdoc == nil {
		return
	}
	if isQuoted(d.Word) {
		r.refuse(d.Hdoc, &quotedBody)
	}
	r.parts(d.Hdoc.Parts, document)
}

// isQuoted reports whether a delimiter has quotes, so that its document is not expanded.
func isQuoted(delimiter *syntax.Word) bool {
	for _, part := range delimiter.Parts {
		lit, ok := part.(*syntax.Lit)
		if !ok || containsByte(lit.Value, '\\') {
			return true
		}
	}
	return false
}

// condition walks what stands in [[ ]].
func (r *reading) condition(x syntax.TestExpr) {
	switch x := x.(type) {
	case *syntax.Word:
		r.word(x, plain)
	case *syntax.ParenTest:
		r.condition(x.X)
	case *syntax.UnaryTest:
		switch x.Op {
		case syntax.TsVarSet, syntax.TsRefVar, syntax.TsOptSet:
			r.refuse(x.X, &asName)
		case syntax.TsFdTerm:
			r.refuse(x.X, &asNumber)
		}
		r.condition(x.X)
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
			r.refuse(x.X, &arithmetic)
			r.refuse(x.Y, &arithmetic)
		case syntax.TsReMatch:
			if r.dialect == Zsh {
				r.refuse(x.Y, &inRegexp)
			}
		}
		r.condition(x.X)
		r.condition(x.Y)
	}
}

// listed walks words among which lists can stand.
func (r *reading) listed(all []*syntax.Word) {
	for _, w := range all {
		if ref, ok := r.whole(w); ok && r.refs[ref].List {
			r.places[ref] = words
			continue
		}
		r.word(w, plain)
	}
}

// whole gives the number of the reference that a word consists of.
func (r *reading) whole(w *syntax.Word) (ref int, ok bool) {
	if len(w.Parts) != 1 {
		return 0, false
	}
	p, ok := w.Parts[0].(*syntax.ParamExp)
	if !ok {
		return 0, false
	}
	return r.maskAt(p)
}

func (r *reading) word(w *syntax.Word, in context) {
	if w != nil {
		r.parts(w.Parts, in)
	}
}

func (r *reading) parts(all []syntax.WordPart, in context) {
	for _, part := range all {
		switch part := part.(type) {
		case *syntax.ParamExp:
			if ref, ok := r.maskAt(part); ok {
				r.stand(ref, in)
			} else {
				r.expansion(part, in)
			}
		case *syntax.SglQuoted:
			r.singleQuoted(part, in)
		case *syntax.DblQuoted:
			r.doubleQuoted(part, in)
		case *syntax.CmdSubst:
			if !part.TempFile && !part.ReplyVar {
				r.stmts(part.Stmts)
			}
		case *syntax.ProcSubst:
			r.stmts(part.Stmts)
		case *syntax.ArithmExp:
			r.refuse(part, &arithmetic)
		}
	}
}

// stand gives a reference that stands for itself its place.
func (r *reading) stand(ref int, in context) {
	if r.refs[ref].List {
		r.refuseRef(ref, &listInside)
	}
	switch in {
	case plain, pattern:
		r.places[ref] = bare
	default:
		r.places[ref] = double
	}
}

func (r *reading) singleQuoted(q *syntax.SglQuoted, in context) {
	first, last := r.within(int(q.Left.Offset()), int(q.Right.Offset()))
	for ; first < last; first++ {
		r.stand(first, plain)
		r.places[first] = single
		if q.Dollar {
			r.places[first] = ansi
		}
		if in != plain {
			r.refuseRef(first, &inQuotes)
		}
	}
}

func (r *reading) doubleQuoted(q *syntax.DblQuoted, in context) {
	if q.Dollar {
		r.refuse(q, &translated)
	}
	if in != plain {
		in = quotedArg
	} else {
		in = quoted
	}
	r.parts(q.Parts, in)
}

// expansion walks an expansion of the command's own: ${x:-...}, ${x#...} and their like.
func (r *reading) expansion(p *syntax.ParamExp, in context) {
	if !r.has(p) {
		return
	}
	if p.Index != nil {
		r.refuse(p.Index, &subscript)
	}
	if p.Slice != nil {
		r.refuse(p, &arithmetic)
	}
	if p.Exp == nil && p.Repl == nil && p.NestedParam == nil {
		return
	}
	if p.Exp == nil || p.Param == nil || p.Flags != nil || p.NestedParam != nil || p.Excl || p.Length || p.IsSet ||
		p.Split != 0 || p.GlobSubst != 0 || p.RcExpand != 0 {
		r.refuse(p, &inReplace)
		return
	}
	switch p.Exp.Op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull, syntax.DefaultUnset, syntax.DefaultUnsetOrNull,
		syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		r.word(p.Exp.Word, in)
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		r.word(p.Exp.Word, in)
		r.assigned(p.Param.Value, p.Exp.Word)
	case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		if in != plain {
			in = pattern
		}
		r.word(p.Exp.Word, in)
	default:
		r.refuse(p, &inReplace)
	}
}
