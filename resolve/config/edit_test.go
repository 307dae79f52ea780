package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

const editable = `# the project
version: "1.0"   # quoted
name: demo
vars:
  port: 8080  # a number
  host: 'db.example.com'
  empty:
  text: |
    one
    two
  # a comment of list
  list:
  - a
  - b: 1
    c: 2

  flow: {a: 1, b: [x, y]}
env: {URL: "${secret:DB}"}

tasks:
    deploy: # comment
        steps:
            - name: first
              command: echo a
            - command: echo b
`

func TestOneValueChangesAndNoOtherByte(t *testing.T) {
	for _, test := range []struct{ path, value, old, fresh string }{
		{"version", "2.0", `"1.0"`, `"2.0"`},
		{"name", "other", "name: demo", "name: other"},
		{"name", "yes", "name: demo", `name: "yes"`},
		{"name", "a: b # c", "name: demo", `name: "a: b # c"`},
		{"name", "${secret:NAME}", "name: demo", "name: ${secret:NAME}"},
		{"vars.port", "9090", "8080", "9090"},
		{"vars.port", "text", "8080", "text"},
		{"vars.host", "it's", "'db.example.com'", "'it''s'"},
		{"vars.host", "a\nb", "'db.example.com'", `"a\nb"`},
		{"vars.empty", "now", "empty:\n", "empty: now\n"},
		{"vars.empty.a.b", "1", "empty:\n", "empty:\n    a:\n      b: 1\n"},
		{"vars.text", "one line", "|\n    one\n    two\n", "one line\n"},
		{"vars.text", "1\n2\n", "|\n    one\n    two\n", "|\n    1\n    2\n"},
		{"vars.text", "1\n\n2", "|\n    one\n    two\n", "|-\n    1\n\n    2\n"},
		{"vars.list[0]", "z", "- a\n", "- z\n"},
		{"vars.list[1].c", "3", "c: 2", "c: 3"},
		{"vars.list[1]", "z", "- b: 1\n    c: 2\n", "- z\n"},
		{"vars.list[2]", "z", "    c: 2\n", "    c: 2\n  - z\n"},
		{"vars.list", "z", "list:\n  - a\n  - b: 1\n    c: 2\n", "list: z\n"},
		{"vars.flow.a", "2", "{a: 1,", "{a: 2,"},
		{"vars.flow.b[1]", "z", "[x, y]", "[x, z]"},
		{"vars.flow.b[2]", "z,", "[x, y]", `[x, y, "z,"]`},
		{"vars.flow.c.d", "z", "[x, y]}", "[x, y], c: {d: z}}"},
		{"vars.new", "1", "[x, y]}\n", "[x, y]}\n  new: 1\n"},
		{"env.URL", "http://x", `"${secret:DB}"`, `"http://x"`},
		{"env.NEW", "v", `"${secret:DB}"}`, `"${secret:DB}", NEW: v}`},
		{"tasks.deploy.steps[0].command", "echo ${secret:K}", "echo a", "echo ${secret:K}"},
		{"tasks.deploy.steps[1].name", "x", "- command: echo b\n", "- command: echo b\n              name: x\n"},
		{"tasks.build.command", "make", "            - command: echo b\n", "            - command: echo b\n    build:\n        command: make\n"},
		{`tasks["a.b"]`, "make", "            - command: echo b\n", "            - command: echo b\n    a.b: make\n"},
		{"tasks.build.steps[0].command", "make", "            - command: echo b\n", "            - command: echo b\n    build:\n        steps: [{command: make}]\n"},
		{"vars.empty[0]", "x", "empty:\n", "empty: [x]\n"},
		{"description", "d", "            - command: echo b\n", "            - command: echo b\ndescription: d\n"},
	} {
		for _, newline := range []string{"\n", "\r\n"} {
			text := strings.ReplaceAll(editable, "\n", newline)
			want := strings.ReplaceAll(strings.Replace(editable, test.old, test.fresh, 1), "\n", newline)
			got, err := Set("c.yaml", []byte(text), test.path, Text(test.value))
			if newline == "\r\n" && strings.Contains(test.value, "\n") {
				continue // which lines end how is the business of the literal
			}
			if err != nil || string(got) != want {
				t.Errorf("%s = %q: error %v\n%s", test.path, test.value, err, difference(want, string(got)))
			}
		}
	}
}

// difference shows the lines that differ.
func difference(want, got string) string {
	var out strings.Builder
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		a, b := "", ""
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			fmt.Fprintf(&out, "%d: %q, want %q\n", i+1, b, a)
		}
	}
	return out.String()
}

func TestOnePartGoesAndNoOtherByte(t *testing.T) {
	for _, test := range []struct{ path, old, fresh string }{
		{"version", "version: \"1.0\"   # quoted\n", ""},
		{"vars.port", "  port: 8080  # a number\n", ""},
		{"vars.empty", "  empty:\n", ""},
		{"vars.text", "  text: |\n    one\n    two\n", ""},
		{"vars.list", "  list:\n  - a\n  - b: 1\n    c: 2\n", ""},
		{"vars.list[0]", "  - a\n", ""},
		{"vars.list[1]", "  - b: 1\n    c: 2\n", ""},
		{"vars.list[1].b", "b: 1\n    c", "c"},
		{"vars.list[1].c", "    c: 2\n", ""},
		{"vars.flow.a", "a: 1, ", ""},
		{"vars.flow.b", ", b: [x, y]", ""},
		{"vars.flow.b[0]", "x, ", ""},
		{"vars.flow.b[1]", ", y", ""},
		{"env.URL", `{URL: "${secret:DB}"}`, "{}"},
		{"env", "env: {URL: \"${secret:DB}\"}\n", ""},
		{"tasks.deploy.steps[0]", "            - name: first\n              command: echo a\n", ""},
		{"tasks.deploy.steps[0].name", "name: first\n              ", ""},
		{"tasks.deploy.steps[1].command", "command: echo b", "{}"},
	} {
		want := strings.Replace(editable, test.old, test.fresh, 1)
		got, err := Unset("c.yaml", []byte(editable), test.path)
		if err != nil || string(got) != want {
			t.Errorf("%s: error %v\n%s", test.path, err, difference(want, string(got)))
		}
	}
	for text, want := range map[string]string{
		"vars:\n  a: 1\n":             "vars: {}\n",
		"vars:\n  a:\n  - 1\nname: x": "vars: {}\nname: x",
	} {
		if got, err := Unset("c.yaml", []byte(text), "vars.a"); err != nil || string(got) != want {
			t.Errorf("%q: %q, error %v", text, got, err)
		}
	}
}

func TestAnEmptyFileTakesAValue(t *testing.T) {
	for text, want := range map[string]string{
		"":                "vars:\n  a: 1\n",
		"# only\n":        "# only\nvars:\n  a: 1\n",
		"# only":          "# only\nvars:\n  a: 1\n",
		"---\n":           "---\nvars:\n  a: 1\n",
		"{}\n":            "{vars: {a: 1}}\n",
		"name: x":         "name: x\nvars:\n  a: 1",
		"\ufeffname: x\n": "\ufeffname: x\nvars:\n  a: 1\n",
		"vars: {}\n":      "vars: {a: 1}\n",
		"vars: # none\n":  "vars: # none\n  a: 1\n",
		"vars: ~\n":       "vars: {a: 1}\n",
	} {
		if got, err := Set("c.yaml", []byte(text), "vars.a", Text("1")); err != nil || string(got) != want {
			t.Errorf("%q: %q, want %q, error %v", text, got, want, err)
		}
	}
}

// TestWhatStandsBehindAScalarOfSeveralLinesStays: its comment, and what follows in brackets.
func TestWhatStandsBehindAScalarOfSeveralLinesStays(t *testing.T) {
	for text, want := range map[string]string{
		"vars:\n  a: one\n    two # why\n  b: 1\n":              "vars:\n  a: v # why\n  b: 1\n",
		"vars:\n  a: one\n\n\n    two\n   three   # why\n":      "vars:\n  a: v   # why\n",
		"vars:\n  a:\n    one\n    two # why\n":                 "vars:\n  a:\n    v # why\n",
		"vars:\r\n  a: one\r\n    two # why\r\n  b: 1\r\n":      "vars:\r\n  a: v # why\r\n  b: 1\r\n",
		"vars: {a: one\n  two , b: 1} # why\n":                  "vars: {a: v , b: 1} # why\n",
		"vars:\n  a: one\n    two#\n    :three # why\n  b: 1\n": "vars:\n  a: v # why\n  b: 1\n",
		"vars:\n  a: one\n    two\n  # of b\n  b: 1\n":          "vars:\n  a: v\n  # of b\n  b: 1\n",
	} {
		got, err := Set("c.yaml", []byte(text), "vars.a", Text("v"))
		if err != nil || string(got) != want {
			t.Errorf("%q: %q, want %q, error %v", text, got, want, err)
		}
	}
}

func TestJSONIsSet(t *testing.T) {
	value, err := JSON(`{"a": [1, "x", true, null], "b": {}}`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Set("c.yaml", []byte("vars:\n  a: 1 # one\n  b: 2\n"), "vars.a", value)
	if want := "vars:\n  a: {\"a\": [1, \"x\", true, null], \"b\": {}} # one\n  b: 2\n"; err != nil || string(got) != want {
		t.Errorf("%q, error %v", got, err)
	}
	if _, err := JSON("{"); !errors.Is(err, secret.Invalid) {
		t.Errorf("of what is no JSON: %v", err)
	}
}

func TestWhatCannotBeChangedIsRefused(t *testing.T) {
	for text, path := range map[string]string{
		"vars: &a {x: 1}\nenv: *a\n":            "vars.x",
		"vars: {a: &x 1}\nenv: {B: *x}\n":       "vars.a",
		"base: &b {x: 1}\nvars:\n  <<: *b\n":    "base.x",
		"vars: {a: !!str 1}\n":                  "vars.a",
		"vars: [\n":                             "vars.a",
		"vars: {a: 1}\n":                        "vars.a.b.c",
		"a: [1]\n":                              "a[5]",
		"a: [1]\nb: 2\n":                        "a.x",
		"tasks: {}\n":                           "tasks",
		"vars: {}\nprofiles: {p: {vars: {}}}\n": "profiles.p.vars",
		"# a\rvars: {a: \"b\"}\n":               "vars.a",
		"name: 'a\u2028\n  b'\nvars: {a: 1}\n":  "vars.a",
	} {
		if got, err := Set("c.yaml", []byte(text), path, Text("v")); err == nil {
			t.Errorf("%q, %s: became %q", text, path, got)
		}
	}
	for _, path := range []string{"", ".", "a.", ".a", "a..b", "a[", "a[]", "a[x]", "a[-1]", `a["b]`, "a]b"} {
		if _, err := Path(path); !errors.Is(err, secret.Invalid) {
			t.Errorf("%q is a path: %v", path, err)
		}
	}
	if _, err := Unset("c.yaml", []byte("a: 1\n"), "b"); err == nil {
		t.Error("what is not there was taken away")
	}
}

func TestPaths(t *testing.T) {
	for path, want := range map[string]string{
		"a": "a", "a.b": "a|b", "a[0].b": "a|0|b", `a["x.y"].b`: "a|x.y|b", `["x"]["]"]`: "x|]", "a[0][1]": "a|0|1",
	} {
		steps, err := Path(path)
		var keys []string
		for _, step := range steps {
			keys = append(keys, step.Key)
		}
		if err != nil || strings.Join(keys, "|") != want {
			t.Errorf("%s: %q, error %v", path, keys, err)
		}
	}
}

// realistic are files as people have them, by their names.
func realistic(t testing.TB) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("../../fixtures/config/*.yaml")
	if err != nil || len(paths) != 20 {
		t.Fatalf("%d files, error %v", len(paths), err)
	}
	files := map[string]string{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = string(b)
	}
	return files
}

// TestRealisticFilesKeepEveryOtherByte changes each scalar of each file, and takes each key
// out: every line that is not that of the value is the same as before.
func TestRealisticFilesKeepEveryOtherByte(t *testing.T) {
	changed, refused := 0, 0
	for name, text := range realistic(t) {
		f := &File{Name: name, Text: []byte(text)}
		if err := f.parse(); err != nil {
			t.Fatal(err)
		}
		f.Root.Each("", func(path string, n *Node) {
			if n.Kind != Scalar {
				return
			}
			got, err := Set(name, []byte(text), path, Text("another value"))
			if err != nil {
				refused++
				if !strings.Contains(text, "&") && !strings.Contains(err.Error(), "not a map") {
					t.Errorf("%s: %s: %v", name, path, err)
				}
				return
			}
			changed++
			before, after := strings.Split(text, "\n"), strings.Split(string(got), "\n")
			if strings.Contains(text, "<<:") && len(after) > len(before) {
				return // a key that a merge brings gets one of its own
			}
			if n.IsNull() && len(before) == len(after) && before[n.Line-1] == after[n.Line-1] {
				return // nothing stands nowhere
			}
			kept := before[n.Line:]
			if !slices.Equal(before[:n.Line-1], after[:n.Line-1]) || len(after) < n.Line || !slices.Equal(after[n.Line:], kept[len(kept)-len(after[n.Line:]):]) {
				t.Errorf("%s: %s: another line than %d changed", name, path, n.Line)
			}
		})
	}
	if changed < 150 || refused > changed/10 {
		t.Errorf("%d changed, %d refused", changed, refused)
	}
}

// FuzzEdit: what is changed is read again as what it was but for the change, and what was
// changed back is the text that it was, as far as texts are plain.
func FuzzEdit(f *testing.F) {
	f.Add(editable, "vars.port", "x: y")
	f.Add("vars:\n- a\n", "vars[0]", "z")
	f.Add("vars:\n\n-", "vars[0]", "z")
	f.Add("{a: {b: c}}", "a.b", "\n")
	f.Add("# \"\r{0: \"\\\\\"}", "0", "0")
	for _, text := range realistic(f) {
		f.Add(text, "a.b", "v")
	}
	f.Fuzz(func(t *testing.T, text, path, value string) {
		before := &File{Text: bytes.TrimPrefix([]byte(text), []byte(resolve.ByteOrderMark))}
		if before.parse() != nil {
			return
		}
		got, err := Set("c.yaml", []byte(text), path, Text(value))
		if err != nil {
			return
		}
		steps, _ := Path(path)
		after := &File{Text: bytes.TrimPrefix(got, []byte(resolve.ByteOrderMark))}
		if err := after.parse(); err != nil {
			t.Fatalf("it cannot be read any more: %v", err)
		}
		if n := after.Root.Look(steps); n == nil || n.Text != value {
			t.Fatal("another value stands there")
		}
	})
}
