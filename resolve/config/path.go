package config

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xec-sh/xec-go/store/secret"
)

// Step is one key or index of a path.
type Step struct {
	Key     string
	IsIndex bool // [0]
}

// Path parts a path into its keys and indices.
func Path(path string) ([]Step, error) {
	var all []Step
	for rest := path; rest != ""; {
		step, behind, ok := nextStep(rest)
		if !ok || step.Key == "" {
			err := secret.Errorf(secret.Invalid, "not a path")
			return nil, secret.WithHint(err, `write keys with dots between them, as in vars.port, tasks.deploy.steps[0], vars["a.b"]`)
		}
		all, rest = append(all, step), behind
		if strings.HasPrefix(rest, ".") && len(rest) > 1 && rest[1] != '[' {
			rest = rest[1:]
		} else if rest != "" && rest[0] != '[' {
			rest = "."
		}
	}
	if len(all) == 0 {
		return nil, secret.Errorf(secret.Invalid, "the path is empty")
	}
	return all, nil
}

// nextStep takes a key or an index from the front of a path.
func nextStep(path string) (step Step, rest string, ok bool) {
	if path[0] != '[' {
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		return Step{Key: path[:end]}, path[end:], !strings.ContainsAny(path[:end], `]"`)
	}
	if quoted, err := strconv.QuotedPrefix(path[1:]); err == nil {
		key, err := strconv.Unquote(quoted)
		rest, ok = strings.CutPrefix(path[1+len(quoted):], "]")
		return Step{Key: key}, rest, ok && err == nil
	}
	key, rest, ok := strings.Cut(path[1:], "]")
	_, err := strconv.ParseUint(key, 10, 31)
	return Step{key, true}, rest, ok && err == nil
}

// Join gives the path of what stands at a key of a map. A key that could be taken for
// more than one, or that a terminal would act on, stands between brackets and quotes: no
// two things share a path.
func Join(path, key string) string {
	switch {
	case !isPlain(key):
		return path + "[" + strconv.Quote(key) + "]"
	case path == "":
		return key
	}
	return path + "." + key
}

func isPlain(key string) bool {
	special := func(r rune) bool { return !strconv.IsPrint(r) || strings.ContainsRune("\".[]\\", r) }
	return key != "" && utf8.ValidString(key) && strings.IndexFunc(key, special) < 0
}

// index gives the path of an item of a list.
func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// steps are the keys and indices of a path.
func steps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}

// Look gives what stands at the steps of a path below a node, nil if nothing does.
func (n *Node) Look(steps []Step) *Node {
	n, _ = n.Below("", steps)
	return n
}

// Below is Look for a node that stands at a path, and gives the path of what it finds too.
func (n *Node) Below(path string, steps []Step) (*Node, string) {
	for _, step := range steps {
		if n == nil {
			return nil, ""
		}
		n, path = n.child(step.Key, path)
	}
	return n, path
}

// At gives what stands at a path below a node, nil if nothing does.
func (n *Node) At(path string) *Node {
	for _, step := range steps(path) {
		if n == nil {
			return nil
		}
		n, _ = n.child(step, "")
	}
	return n
}

// child is what stands in a map or list at a key or index.
func (n *Node) child(step, path string) (*Node, string) {
	if n != nil && n.Kind == List {
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Items) {
			return n.Items[i], index(path, i)
		}
		return nil, path + "[" + step + "]"
	}
	return n.Get(step), Join(path, step)
}
