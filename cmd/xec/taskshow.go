package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/xec-sh/xec-go/resolve/task"
)

// showPlan shows what a task would do, step by step, with references as they are written:
// no value is looked up.
func (a *app) showPlan(p *task.Plan) error {
	w := bufio.NewWriter(a.out)
	first := true
	p.Tasks(func(t *task.Task) {
		if !first {
			fmt.Fprintln(w)
		}
		first = false
		title := t.Name
		if t.Description != "" {
			title += ": " + t.Description
		}
		fmt.Fprintln(w, onOneLine(title))
		for _, each := range t.Params {
			fmt.Fprintln(w, "  "+onOneLine(shownParam(each)))
		}
		showSteps(w, t.Steps, "  ")
	})
	return w.Flush()
}

func shownParam(p task.Param) string {
	text := "parameter " + p.Name + " (" + p.Type + ")"
	switch {
	case p.Default != nil:
		text += ", by default " + p.Default.Text
	case p.Required:
		text += ", required"
	}
	if p.Values != nil {
		text += ", one of " + strings.Join(p.Values, ", ")
	}
	return text
}

func showSteps(w io.Writer, steps []*task.Step, indent string) {
	for i, s := range steps {
		fmt.Fprintf(w, "%s%d. %s\n", indent, i+1, onOneLine(cmp.Or(s.Name, whatItIs(s))))
		showStep(w, s, indent+"   ")
	}
}

func whatItIs(s *task.Step) string {
	switch s.Kind {
	case task.Call:
		return "task " + s.Task
	case task.Script:
		return "script " + s.Script.Text
	case task.Parallel:
		return "at once"
	}
	return "command"
}

func showStep(w io.Writer, s *task.Step, indent string) {
	line := func(format string, args ...any) {
		fmt.Fprintf(w, "%s%s\n", indent, onOneLine(fmt.Sprintf(format, args...)))
	}
	if s.WhenPlace.Line > 0 {
		line("when %s", s.WhenText)
	}
	if s.AlwaysRun {
		line("always")
	}
	if s.Workdir != nil {
		line("in %s", s.Workdir.Text)
	}
	for _, p := range s.Env {
		line("env %s=%s", p.Key, p.Value.Text)
	}
	for _, p := range s.With {
		line("with %s=%s", p.Key, p.Value.Text)
	}
	if s.Name != "" && s.Kind != task.Command && s.Kind != task.Parallel {
		line("%s", whatItIs(s))
	}
	for _, arg := range s.Args {
		line("argument %s", arg.Text)
	}
	if s.Command != nil {
		prompt := cmp.Or(s.Shell, "sh") + "$ "
		for text := range strings.Lines(s.Command.Text) {
			fmt.Fprintf(w, "%s%s%s\n", indent, prompt, onOneLine(strings.TrimRight(text, "\r\n")))
			prompt = strings.Repeat(" ", len(prompt))
		}
	}
	showSteps(w, s.Steps, indent)
	switch h := s.OnFailure; {
	case h.Continue:
		line("if it fails, go on")
	case h.Retries > 0:
		line("if it fails, try again: %d times, %v apart", h.Retries, h.Delay)
	}
	if s.Timeout > 0 {
		line("for %v at most", s.Timeout)
	}
	if s.Register != "" {
		line("its output becomes vars.%s", s.Register)
	}
}
