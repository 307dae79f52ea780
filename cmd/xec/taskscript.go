package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

// runtimes are what runs a script, by its extension: the first that is there. A script
// with any other extension is a program.
var runtimes = map[string][][]string{
	".js": {{"node"}, {"bun"}, {"deno", "run", "-A"}}, ".mjs": {{"node"}, {"bun"}, {"deno", "run", "-A"}}, ".cjs": {{"node"}, {"bun"}},
	".ts": {{"tsx"}, {"bun"}, {"deno", "run", "-A"}}, ".mts": {{"tsx"}, {"bun"}, {"deno", "run", "-A"}},
	".py": {{"python3"}}, ".sh": {{"sh"}},
}

// script gives the arguments of the program that runs a script.
func (r *taskStarter) script(ctx context.Context, s *task.Step, in *task.Scope) (argv []string, err error) {
	var texts []string
	e := r.evaluator(in)
	for _, n := range append([]*config.Node{s.Script}, s.Args...) {
		if refs, _ := n.Refs(); slices.ContainsFunc(refs, func(ref config.Ref) bool { return ref.Kind == resolve.Secret }) {
			err := secret.Errorf(secret.Invalid, "%s: %s: a secret would stand on a command line, where others can read it", n.Place, s.Path)
			return nil, secret.WithHint(err, "hand it over in env")
		}
		resolved, err := e.Resolve(ctx, n)
		if err != nil {
			return nil, err
		}
		v, err := scalarOf(resolved, s.Path)
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(v.Reveal()))
	}
	if !filepath.IsAbs(texts[0]) {
		texts[0] = filepath.Join(r.config.Dir(), texts[0])
	}
	known := runtimes[strings.ToLower(filepath.Ext(texts[0]))]
	for _, runtime := range known {
		if _, err := exec.LookPath(runtime[0]); err == nil {
			return append(slices.Clone(runtime), texts...), nil
		}
	}
	if known != nil {
		var names []string
		for _, runtime := range known {
			names = append(names, runtime[0])
		}
		return nil, secret.Errorf(secret.General, "%s: %s: none of %s is there to run it", s.Place, s.Path, strings.Join(names, ", "))
	}
	return texts, nil
}
