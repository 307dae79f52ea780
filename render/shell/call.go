package shell

import (
	"path"

	"mvdan.cc/sh/v3/syntax"
)

// call walks a simple command: its words, and what it does with them.
func (r *reading) call(c *syntax.CallExpr) {
	r.assigns(c.Assigns)
	if len(c.Args) == 0 {
		return
	}
	r.listed(c.Args)
	if ref, ok := r.whole(c.Args[0]); ok && r.refs[ref].List && r.refs[ref].Len == 0 {
		r.refuseRef(ref, &noCommand)
	}
	if r.hasAny(c.Args) {
		r.arguments(c.Args)
	}
}

func (r *reading) hasAny(all []*syntax.Word) bool {
	first, last := r.within(int(all[0].Pos().Offset()), int(all[len(all)-1].End().Offset()))
	return first < last
}

func (r *reading) refuseAll(all []*syntax.Word, why *refusal) {
	for _, w := range all {
		r.refuse(w, why)
	}
}

// arguments looks at what a command does with its words.
func (r *reading) arguments(args []*syntax.Word) {
	name, whole := static(args[0])
	if !whole {
		name = ""
	}
	isFunction := whole && r.names.functions[name]
	if isFunction {
		r.warnDirect(args, functionNotice)
	}
	if !r.builtin(name, args) && !isFunction {
		r.program(args)
	}
}

// refuseSubstituted refuses references in process substitutions, which are read as code.
func (r *reading) refuseSubstituted(args []*syntax.Word) {
	for _, w := range args {
		for _, part := range w.Parts {
			if p, ok := part.(*syntax.ProcSubst); ok {
				r.refuse(p, &asInput)
			}
		}
	}
}

// direct gives the numbers of the references in a word that are not in a substitution.
func (r *reading) direct(w *syntax.Word) (refs []int) {
	return r.appendDirect(refs, w.Parts)
}

func (r *reading) appendDirect(refs []int, parts []syntax.WordPart) []int {
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.ParamExp:
			if ref, ok := r.maskAt(part); ok {
				refs = append(refs, ref)
			} else if part.Exp != nil && part.Exp.Word != nil {
				refs = r.appendDirect(refs, part.Exp.Word.Parts)
			}
		case *syntax.DblQuoted:
			refs = r.appendDirect(refs, part.Parts)
		case *syntax.SglQuoted:
			first, last := r.within(int(part.Left.Offset()), int(part.Right.Offset()))
			for ; first < last; first++ {
				refs = append(refs, first)
			}
		}
	}
	return refs
}

// warnDirect warns of the secrets among the words of a command.
func (r *reading) warnDirect(args []*syntax.Word, message string) {
	hint := argvHint
	for _, w := range args {
		if text, _ := static(w); path.Base(text) == "docker" || path.Base(text) == "podman" {
			hint = containerHint
		}
	}
	for _, w := range args {
		for _, ref := range r.direct(w) {
			if r.refs[ref].Secret {
				r.warn(ref, message, hint)
			}
		}
	}
}
