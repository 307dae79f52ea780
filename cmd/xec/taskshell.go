package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/render/shell"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

// shell gives the arguments of a shell, and the variables to which the command refers.
func (r *taskStarter) shell(ctx context.Context, s *task.Step, in *task.Scope) (argv []string, vars []child.Var, err error) {
	e := r.evaluator(in, s)
	refs, err := e.CommandRefs(s.Command)
	if err != nil {
		return nil, nil, err
	}
	spans := make([]shell.Ref, len(refs))
	for i, ref := range refs {
		n, err := e.Resolve(ctx, s.Path+".command", ref.Node())
		if err != nil {
			return nil, nil, err
		}
		spans[i] = spanOf(r.config, i, ref)
		name := spans[i].Name
		values := []*config.Node{n}
		if n.Kind == config.List {
			spans[i].List, spans[i].Len, values = true, len(n.Items), n.Items
		}
		for k, each := range values {
			v, err := scalarOf(each, fmt.Sprintf("%s: %s", ref.Place, s.Path))
			if err != nil {
				return nil, nil, err
			}
			v = secret.New(bytes.Clone(v.Reveal()))
			spans[i].Secret = spans[i].Secret || r.set.Holds(v.Reveal())
			one := child.Var{Name: name, Value: v, Source: s.Path}
			if spans[i].List {
				one.Name = fmt.Sprintf("%s_%d", name, k+1)
			}
			vars = append(vars, one)
		}
	}
	script, err := splice(s, spans)
	if err != nil {
		return nil, nil, prefixed(fmt.Sprintf("%s: %s", placeInCommand(s, refs, err), s.Path), unplaced(err))
	}
	for _, w := range script.Warnings {
		r.app.say("warning: %s: %s: %s; %s", refs[w.Ref].Place, s.Path, w.Message, w.Hint)
	}
	return []string{cmp.Or(s.Shell, "/bin/sh"), "-c", string(script.Text)}, vars, nil
}

// spanOf says where a reference stands in its command, and which variable carries it.
func spanOf(c *config.Config, i int, ref config.Ref) shell.Ref {
	begin := int(ref.Offset)
	return shell.Ref{
		Span: render.Span{Start: begin, End: begin + len(ref.Raw)}, Name: fmt.Sprintf("_XEC_%d", i+1), Secret: c.HoldsSecret(ref.Node()),
	}
}

func splice(s *task.Step, spans []shell.Ref) (shell.Script, error) {
	dialect := shell.Sh
	if s.Shell != "" {
		dialect, _ = shell.DialectOf(s.Shell)
	}
	return shell.Splice([]byte(s.Command.Text), spans, dialect)
}

// placeInCommand is where an error of a command is: at a reference, or at the command.
func placeInCommand(s *task.Step, refs []config.Ref, err error) config.Place {
	var placed *render.PlacedError
	if errors.As(err, &placed) {
		for _, ref := range refs {
			if int(ref.Offset) == placed.Offset {
				return ref.Place
			}
		}
	}
	return s.Command.Place
}

// unplaced gives an error of a format without its offset.
func unplaced(err error) error {
	var placed *render.PlacedError
	if errors.As(err, &placed) {
		return placed.Err
	}
	return err
}

// spansOf says where references stand in their command, as far as that is known without
// values.
func spansOf(c *config.Config, refs []config.Ref) []shell.Ref {
	spans := make([]shell.Ref, len(refs))
	for i, ref := range refs {
		spans[i] = spanOf(c, i, ref)
		if n := c.Root.Get("vars").At(ref.Name); ref.Kind == resolve.Vars && n != nil && n.Kind == config.List {
			spans[i].List, spans[i].Len = true, len(n.Items)
		}
	}
	return spans
}
