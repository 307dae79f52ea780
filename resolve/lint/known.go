package lint

import (
	"slices"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
)

// known are the keys at the top of a configuration.
var known = []string{"version", "name", "description", "vars", "env", "targets", "tasks", "profiles", "secrets", "scripts", "commands"}

// Known reports whether a key at the top of a configuration means something.
func Known(key string) bool { return slices.Contains(known, key) }

// keys tells the keys at the top of a file, and of its profiles, that nobody knows.
func (r *Report) keys(f *config.File) {
	r.unknown(f.Root, "", known)
	for _, profile := range f.Root.Get("profiles").All() {
		r.unknown(profile.Value, config.Join("profiles", profile.Key), append([]string{"extends"}, known...))
	}
}

func (r *Report) unknown(n *config.Node, path string, known []string) {
	for _, p := range n.All() {
		if slices.Contains(known, p.Key) {
			continue
		}
		f := Finding{File: p.File.Name, Position: p.Position(), Rule: UnknownKey}
		f.Message = config.Join(path, p.Key) + ": xec knows no such key, so it has no effect"
		if near := resolve.Nearest(p.Key, known); near != "" {
			f.Hint = "did you mean " + near + "?"
		}
		r.Add(f)
	}
}
