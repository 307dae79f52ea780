package shell

import (
	"reflect"

	"mvdan.cc/sh/v3/syntax"
)

// prove parses text, the command with variables in it. It must be the tree of the masked
// command with, for each reference, what its place calls for.
func (r *reading) prove(text []byte) error {
	file, err := parse(text, r.language)
	if err != nil || !r.same(reflect.ValueOf(r.file.Stmts), reflect.ValueOf(file.Stmts)) {
		return unproved(r.refs[0].Start)
	}
	return nil
}

func unproved(offset int) error {
	return hinted(offset, "with variables in the places of its references, the command would be read as another one", "give the text around the references another form")
}

// same compares what was read of the masked command with what was read of the result.
// Where something stands counts only as whether it is there, and comments do not.
func (r *reading) same(want, got reflect.Value) bool {
	if want.Type() != got.Type() {
		return false
	}
	switch at := want.Interface().(type) {
	case syntax.Pos:
		return at.IsValid() == got.Interface().(syntax.Pos).IsValid()
	case []syntax.Comment:
		return true
	case []syntax.WordPart:
		want = reflect.ValueOf(r.expected(at))
	case []*syntax.Word:
		want = reflect.ValueOf(r.expectedWords(at))
	case []*syntax.ArrayElem:
		want = reflect.ValueOf(r.expectedElements(at))
	}
	switch want.Kind() {
	case reflect.Pointer, reflect.Interface:
		if want.IsNil() || got.IsNil() {
			return want.IsNil() == got.IsNil()
		}
		return r.same(want.Elem(), got.Elem())
	case reflect.Slice:
		return r.sameList(want, got)
	case reflect.Struct:
		for i := range want.NumField() {
			if !r.same(want.Field(i), got.Field(i)) {
				return false
			}
		}
		return true
	}
	return want.Equal(got)
}

func (r *reading) sameList(want, got reflect.Value) bool {
	if want.Len() != got.Len() {
		return false
	}
	for i := range want.Len() {
		if !r.same(want.Index(i), got.Index(i)) {
			return false
		}
	}
	return true
}

// variable is "$NAME".
func variable(name string) *syntax.DblQuoted {
	somewhere := syntax.NewPos(0, 1, 1)
	param := &syntax.Lit{ValuePos: somewhere, ValueEnd: somewhere, Value: name}
	return &syntax.DblQuoted{Left: somewhere, Right: somewhere, Parts: []syntax.WordPart{
		&syntax.ParamExp{Dollar: somewhere, Short: true, Param: param},
	}}
}

// inner is ${NAME}, in quotes that are the command's own.
func inner(name string) *syntax.ParamExp {
	somewhere := syntax.NewPos(0, 1, 1)
	param := &syntax.Lit{ValuePos: somewhere, ValueEnd: somewhere, Value: name}
	return &syntax.ParamExp{Dollar: somewhere, Rbrace: somewhere, Param: param}
}

// expected gives the parts of a word, with variables in the places of references.
func (r *reading) expected(parts []syntax.WordPart) (all []syntax.WordPart) {
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.ParamExp:
			if ref, ok := r.maskAt(p); ok {
				part = r.expectedVariable(ref)
			}
		case *syntax.SglQuoted:
			all = append(all, r.expectedQuotes(p)...)
			continue
		}
		all = append(all, part)
	}
	return all
}

func (r *reading) expectedVariable(ref int) syntax.WordPart {
	if r.places[ref] == double {
		return inner(r.refs[ref].Name)
	}
	return variable(r.refs[ref].Name)
}

// expectedQuotes are single quotes, closed and opened again around each variable.
func (r *reading) expectedQuotes(q *syntax.SglQuoted) (all []syntax.WordPart) {
	begin := int(q.Left.Offset()) + 1
	if q.Dollar {
		begin++
	}
	rest, at := q.Value, begin
	first, last := r.within(begin, int(q.Right.Offset()))
	for ; first < last; first++ {
		before, length := r.refs[first].Start-at, r.refs[first].End-r.refs[first].Start
		if before+length > len(rest) {
			return nil // the quotes hold less than their text
		}
		piece := *q
		piece.Value = rest[:before]
		all = append(all, &piece, variable(r.refs[first].Name))
		rest, at = rest[before+length:], r.refs[first].End
	}
	tail := *q
	tail.Value = rest
	return append(all, &tail)
}

// expectedWords gives words, with one for each element of a list.
func (r *reading) expectedWords(list []*syntax.Word) (all []*syntax.Word) {
	for _, w := range list {
		ref, ok := r.whole(w)
		if !ok || r.places[ref] != words {
			all = append(all, w)
			continue
		}
		for i := range r.refs[ref].Len {
			all = append(all, &syntax.Word{Parts: []syntax.WordPart{variable(r.refs[ref].element(i))}})
		}
	}
	return all
}

// expectedElements does so for the elements of an array.
func (r *reading) expectedElements(list []*syntax.ArrayElem) (all []*syntax.ArrayElem) {
	for _, e := range list {
		if e.Value == nil || e.Index != nil {
			all = append(all, e)
			continue
		}
		for _, w := range r.expectedWords([]*syntax.Word{e.Value}) {
			all = append(all, &syntax.ArrayElem{Value: w})
		}
	}
	return all
}
