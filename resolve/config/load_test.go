package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store/secret"
)

// write writes files below a folder, and the folders that they lie in.
func write(t testing.TB, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// options are for a project of one file, which messages call "f".
func options(t testing.TB, text string) Options {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{".xec/config.yaml": text})
	return Options{Dir: dir, Name: func(string) string { return "f" }}
}

func load(t testing.TB, text string) *Config {
	t.Helper()
	return mustLoad(t, options(t, text))
}

func mustLoad(t testing.TB, opt Options) *Config {
	t.Helper()
	c, err := Load(opt)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// shown gives a node as JSON, a scalar as its text or, unless it is a string, with its
// tag before it.
func shown(n *Node) string {
	b, err := json.Marshal(shownTree(n))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func shownTree(n *Node) any {
	switch {
	case n == nil:
		return "nothing"
	case n.Kind == Map:
		m := map[string]any{}
		for _, p := range n.Pairs {
			m[p.Key] = shownTree(p.Value)
		}
		return m
	case n.Kind == List:
		list := []any{}
		for _, item := range n.Items {
			list = append(list, shownTree(item))
		}
		return list
	case n.Tag == "!!str":
		return string(n.Value().Reveal())
	}
	return n.Tag + " " + string(n.Value().Reveal())
}

func TestTheNearestFolderAboveIsTheProject(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		"home/.xec/config.yaml":           "name: home",
		"home/a/.xec/config.yml":          "name: a",
		"home/a/b/c/file":                 "",
		"home/a/both/.xec/config.yml":     "name: yml",
		"home/a/both/.xec/config.yaml":    "name: yaml",
		"home/a/empty/.xec/trust/x":       "",
		"home/other/deep/file":            "",
		"home/a/b/.xec.yaml":              "name: no",
		"home/a/folder/.xec/config.yaml/": "",
	})
	for dir, want := range map[string]string{
		"home/a/b/c":     "home/a/.xec/config.yml",
		"home/a":         "home/a/.xec/config.yml",
		"home/a/.xec":    "home/a/.xec/config.yml",
		"home/a/both":    "home/a/both/.xec/config.yaml",
		"home/a/empty":   "home/a/.xec/config.yml",
		"home/other":     "",
		"home":           "",
		"home/nowhere/x": "",
	} {
		got, err := Find(Options{Dir: filepath.Join(root, dir), Home: filepath.Join(root, "home", ".xec")})
		if want != "" {
			want = filepath.Join(root, filepath.FromSlash(want))
		}
		if err != nil || got != want {
			t.Errorf("%s: %s, error %v, want %s", dir, got, err, want)
		}
	}
	got, err := Find(Options{Dir: root, File: filepath.Join(root, "elsewhere.yaml"), Home: root})
	if err != nil || got != filepath.Join(root, "elsewhere.yaml") {
		t.Errorf("a file that is named: %s, error %v", got, err)
	}
}

func TestDirIsWhereTheProjectLies(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"p/.xec/config.yaml": "", "other/ci.yaml": ""})
	for file, want := range map[string]string{"p/.xec/config.yaml": "p", "other/ci.yaml": "other"} {
		c := mustLoad(t, Options{Dir: root, File: filepath.Join(root, file)})
		if got := c.Dir(); got != filepath.Join(root, want) {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
	if c := mustLoad(t, Options{Dir: t.TempDir()}); c.Project != nil || c.Dir() != "" || shown(c.Root) != "{}" {
		t.Errorf("outside of a project: %v in %q holds %s", c.Project, c.Dir(), shown(c.Root))
	}
}

func TestMerging(t *testing.T) {
	const user = `
name: user
vars: {a: 1, list: [1, 2], map: {x: 1, y: 1}, gone: {x: 1}, back: ~, text: user}
env: {A: user, B: user}
profiles:
  p: {vars: {from: user, both: user}}
`
	const project = `
name: project
vars: {list: [3], map: {y: 2, z: 2}, gone: ~, back: {x: 1}, text: {now: map}}
env: {B: project}
profiles:
  p: {vars: {both: project, list: [], map: {z: 3}}, extends: base}
  base: {vars: {both: base, base: base, map: {z: 4, w: 4}}, extends: ~}
  alone: {name: alone, unknown: {kept: yes}}
unknown: {kept: 1}
`
	for profile, want := range map[string]string{
		"":      `{"A":"user","B":"project"} {"a":"!!int 1","back":{"x":"!!int 1"},"gone":"!!null ~","list":["!!int 3"],"map":{"x":"!!int 1","y":"!!int 2","z":"!!int 2"},"text":{"now":"map"}} "project"`,
		"p":     `{"A":"user","B":"project"} {"a":"!!int 1","back":{"x":"!!int 1"},"base":"base","both":"project","from":"user","gone":"!!null ~","list":[],"map":{"w":"!!int 4","x":"!!int 1","y":"!!int 2","z":"!!int 3"},"text":{"now":"map"}} "project"`,
		"alone": `{"A":"user","B":"project"} {"a":"!!int 1","back":{"x":"!!int 1"},"gone":"!!null ~","list":["!!int 3"],"map":{"x":"!!int 1","y":"!!int 2","z":"!!int 2"},"text":{"now":"map"}} "alone"`,
	} {
		opt := options(t, project)
		opt.Home, opt.Profile = filepath.Join(t.TempDir(), ".xec"), profile
		write(t, opt.Home, map[string]string{"config.yaml": user})
		c := mustLoad(t, opt)
		if got := shown(c.Root.Get("env")) + " " + shown(c.Root.Get("vars")) + " " + shown(c.Root.Get("name")); got != want {
			t.Errorf("profile %q:\n%s, want\n%s", profile, got, want)
		}
		if got := shown(c.Root.Get("unknown").Get("kept")); (got == `"!!int 1"`) == (profile == "alone") {
			t.Errorf("profile %q: an unknown key is %s", profile, got)
		}
		if !c.User.Own || c.Project.Own {
			t.Error("whose file is whose?")
		}
	}
}

func TestAnEmptyFileChangesNothing(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing\n", "---\n", "~", "--- # nothing\n...\n", "\ufeff", "{}"} {
		opt := options(t, text)
		opt.Home = filepath.Join(t.TempDir(), ".xec")
		write(t, opt.Home, map[string]string{"config.yml": "vars: {a: b}"})
		if got := shown(mustLoad(t, opt).Root); got != `{"vars":{"a":"b"}}` {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestProfilesThatAreNone(t *testing.T) {
	const text = `
profiles:
  a: {extends: b}
  b: {extends: c}
  c: {extends: a}
  self: {extends: self}
  lost: {extends: nowhere}
  list: {extends: [a]}
  production: {}
`
	for profile, want := range map[string]string{
		"a":          "f:5:16: profiles.c.extends: profiles extend each other in a ring: a → b → c → a",
		"self":       "f:6:19: profiles.self.extends: profiles extend each other in a ring: self → self",
		"lost":       `profile "nowhere": there is none of that name`,
		"list":       "f:8:19: profiles.list.extends: not the name of a profile",
		"produktion": `profile "produktion": there is none of that name (did you mean production?)`,
		"x\x1b[2Jyz": `profile "x\x1b[2Jyz": there is none of that name (there are a, b, c, self, lost, list, production)`,
	} {
		opt := options(t, text)
		opt.Profile = profile
		_, err := Load(opt)
		if err == nil {
			t.Errorf("%q: no error", profile)
			continue
		}
		got := err.Error()
		if strings.Contains(want, "(") {
			got += " (" + secret.Hint(err) + ")"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", profile, got, want)
		}
		if kind := secret.KindOf(err); (kind == secret.Invalid) != strings.Contains(want, "of that name") {
			t.Errorf("%q: kind %v", profile, kind)
		}
	}
	opt := options(t, "vars: {}")
	opt.Profile = "p"
	if _, err := Load(opt); secret.Hint(err) != "the configuration has no profiles" {
		t.Errorf("error %v with the hint %q", err, secret.Hint(err))
	}
}

func TestMergeKeys(t *testing.T) {
	for text, want := range map[string]string{
		"b: &b {x: 1, y: 1}\na: {<<: *b, y: 2}":               `{"x":"!!int 1","y":"!!int 2"}`,
		"b: &b {x: 1, y: 1}\na: {y: 2, <<: *b}":               `{"x":"!!int 1","y":"!!int 2"}`,
		"b: &b {x: 1}\nc: &c {x: 2, z: 2}\na: {<<: [*b, *c]}": `{"x":"!!int 1","z":"!!int 2"}`,
		"b: &b {x: 1}\nc: &c {<<: *b, z: 2}\na: {<<: *c}":     `{"x":"!!int 1","z":"!!int 2"}`,
		"b: &b {x: {y: 1}}\na: {<<: *b, x: {z: 1}}":           `{"x":{"z":"!!int 1"}}`,
		"a: {<<: {x: 1}}":                           `{"x":"!!int 1"}`,
		"a: {\"<<\": {x: 1}}":                       `{"\u003c\u003c":{"x":"!!int 1"}}`,
		"b: &b [1]\na: [*b, *b]":                    `[["!!int 1"],["!!int 1"]]`,
		"b: &b {x: 1}\na: &a {<<: *b, y: {<<: *b}}": `{"x":"!!int 1","y":{"x":"!!int 1"}}`,
		"b: &b ${secret:A}\na: {x: *b}":             `{"x":"${secret:A}"}`,
		"a: [1, 1.5, yes, true, ~, null, '', \"1\", 0x1f, .inf, 2001-01-01, <<]": `["!!int 1","!!float 1.5","yes","!!bool true","!!null ~","!!null null","","1","!!int 0x1f","!!float .inf","!!timestamp 2001-01-01","!!merge \u003c\u003c"]`,
		// A tag makes nothing but a string of what is none without it.
		"a: [!!str 1, !!int \"2\", !!int \"x: y\", !own z, !!null q, !!float 3]": `["1","!!int 2","x: y","z","q","!!int 3"]`,
	} {
		if got := shown(load(t, text).Root.Get("a")); got != want {
			t.Errorf("%s:\n%s, want\n%s", text, got, want)
		}
	}
}

// secretText stands in files that are refused; no message may show it.
const secretText = "hunter2"

func TestWhatIsNoConfigurationIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"vars: [":                                 "f:1:1: not YAML: did not find expected node content",
		"vars:\n\ta: b":                           "f:2:2: not YAML: found character that cannot start any token",
		"a: 'hunter2":                             "f:1:1: not YAML: found unexpected end of stream",
		"a: \"\\hunter2\"":                        "f:1:1: not YAML: found unknown escape character",
		"a: *hunter2":                             "f:1:1: not YAML: an alias of an anchor that is not there",
		"a: b\n---\nc: hunter2":                   "f:2:1: a second document; a configuration is one",
		"a: b\n...\n- *hunter2":                   "f:3:1: not YAML: did not find expected <document start>",
		"hunter2":                                 "f:1:1: not a map",
		"- hunter2":                               "f:1:1: not a map",
		"vars: hunter2":                           "f:1:7: vars: not a map",
		"vars:\n  - hunter2":                      "f:2:3: vars: not a map",
		"env: {A: {b: hunter2}}":                  "f:1:10: env.A: not a text",
		"env: {A: [hunter2]}":                     "f:1:10: env.A: not a text",
		"targets: 1":                              "f:1:10: targets: not a map",
		"tasks: []":                               "f:1:8: tasks: not a map",
		"secrets: vault":                          "f:1:10: secrets: not a map",
		"profiles: []":                            "f:1:11: profiles: not a map",
		"profiles: {p: hunter2}":                  "f:1:15: profiles.p: not a map",
		"profiles: {p: {vars: hunter2}}":          "f:1:22: profiles.p.vars: not a map",
		"profiles: {p: {env: {A: [hunter2]}}}":    "f:1:25: profiles.p.env.A: not a text",
		"profiles: {\"a.\\eb\": {vars: hunter2}}": `f:1:28: profiles["a.\x1bb"].vars: not a map`,
		"a: hunter2\na: hunter2":                  "f:2:1: the key stands twice in its map",
		"a: {b: 1, \"b\": hunter2}":               "f:1:11: the key stands twice in its map",
		"1: a\n\"1\": b":                          "f:2:1: the key stands twice in its map",
		"{a: b}: hunter2":                         "f:1:1: a key that is no scalar",
		"[hunter2]: a":                            "f:1:1: a key that is no scalar",
		"b: &b k\na: {*b : hunter2}":              "f:2:5: a key that is no scalar",
		"a: {<<: hunter2}":                        "f:1:9: what a merge key brings is no map",
		"a: {<<: [{x: 1}, hunter2]}":              "f:1:18: what a merge key brings is no map",
		"a: &a [*a]":                              "f:1:8: an alias within its own anchor",
		"a: &a {b: {c: [*a]}}":                    "f:1:16: an alias within its own anchor",
		"a: &a {<<: *a}":                          "f:1:12: an alias within its own anchor",
		"a: \x01hunter2":                          "f:1:4: not YAML: control characters are not allowed",
		"a: \xffhunter2":                          "f:1:4: not UTF-8 text",
	} {
		_, err := Load(options(t, text))
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n%v, want\n%s", text, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), secretText) || secret.KindOf(err) != secret.General) {
			t.Errorf("%q: kind %v, or the text is quoted", text, secret.KindOf(err))
		}
	}
}

func TestWhatNeedsQuotesIsHinted(t *testing.T) {
	const hint = "within [ ] and { } a string with a reference needs quotes around it"
	for text, want := range map[string]string{
		"a: 1\nb: [${vars.a}]":                     hint,
		"a: 1\nb: {c: x${vars.a}, d: e}":           hint,
		"a: 1\nb: [\"it's\", ${vars.a}]":           hint,
		"a: [\n  ${vars.a}\n]":                     hint,
		"a: {b: \"\\q\", c: \"${vars.a}\"}":        "",
		"a: {b: \"\\q\", c: ${vars.a}}":            "",
		"a: [\"${vars.a}\", '${vars.a}'\nb: c":     "",
		"a: b\n- ${vars.a} {":                      "",
		"a: {b: *c, d: e}\n# [${vars.a}]":          "",
		"a: b\nc: [d\ne: \"${vars.a}\"\nf: [1, 2]": "",
	} {
		_, err := Load(options(t, text))
		if err == nil || secret.Hint(err) != want {
			t.Errorf("%q: error %v with the hint %q, want %q", text, err, secret.Hint(err), want)
		}
	}
}

// bombs are files that are small, and large when they are followed.
func bombs() map[string]string {
	repeat := strings.Repeat
	var laughs strings.Builder
	laughs.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&laughs, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	return map[string]string{
		"a billion laughs":           laughs.String(),
		"a billion merges":           strings.NewReplacer("[x, x, x, x, x, x, x, x, x, x]", "{x: x}", "[", "{<<: [", "]", "]}").Replace(laughs.String()),
		"a self-alias":               "a: &a [*a, *a]",
		"10,000 deep, flow lists":    repeat("[", 10_000) + repeat("]", 10_000),
		"10,000 deep, flow maps":     repeat("{a: ", 10_000) + repeat("}", 10_000),
		"10,000 deep, blocks":        repeat("- ", 10_000) + "x",
		"10,000 deep, keys":          repeat("? ", 10_000) + "x",
		"2 MiB of brackets":          repeat("[", maxSize),
		"2 MiB of items":             repeat("- a\n", maxSize/4),
		"more than 2 MiB":            "a: " + repeat("x", maxSize),
		"a long text, many aliases":  "a: &a " + repeat("x", 3<<20) + "\nb:\n" + repeat("- *a\n", 50_000),
		"a long key, many aliases":   "a: &a\n  ? " + repeat("x", 3<<20) + "\n  : y\nb:\n" + repeat("- *a\n", 50_000),
		"a long key above many":      "? " + repeat("x", 3<<20) + "\n:\n" + repeat("  - y\n", 50_000),
		"a million merges of one":    "a: &a {x: y}\nb: {<<: [" + repeat("*a, ", 200_000) + "*a]}",
		"deep blocks, by indenting":  deep(2000),
		"an alias as deep as it can": "a: &a " + repeat("[", 60) + repeat("]", 60) + "\nb: " + repeat("[", 60) + "*a" + repeat("]", 60),
	}
}

func deep(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestHostileYAMLIsRefusedFast(t *testing.T) {
	for name, text := range bombs() {
		opt := options(t, text)
		start := time.Now()
		_, err := Load(opt)
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s: took %v", name, took)
		}
		if err == nil || len(err.Error()) > 200 || secret.KindOf(err) != secret.General {
			t.Errorf("%s: kind %v, error %.200v", name, secret.KindOf(err), err)
		}
	}
}

func TestWhatIsLargeButHonestIsRead(t *testing.T) {
	for name, text := range map[string]string{
		"2 MiB in one text":    "vars: {a: " + strings.Repeat("x", maxSize-20) + "}",
		"50,000 lines":         "vars:\n" + numbered(50_000-2, "  key%05d: value\n"),
		"90 levels":            strings.Repeat("{a: ", 90) + strings.Repeat("}", 90),
		"2 MiB of comments":    strings.Repeat("# comment\n", maxSize/10),
		"an anchor used often": "vars:\n  a: &a {x: 1, y: [1, 2, 3]}\n  b:\n" + strings.Repeat("    - *a\n", 10_000),
	} {
		if _, err := Load(options(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestFilesThatAreNone(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"folder/.xec/config.yaml/x": "", "project/.xec/x": ""})
	name := func(path string) string { return filepath.Base(path) }
	for file, want := range map[string]string{
		"":         "config.yaml: not a regular file",
		"none":     "stat none: no such file or directory",
		"none/or":  "stat or: no such file or directory",
		"folder":   "folder: not a regular file",
		"/dev/tty": "tty: not a regular file",
	} {
		if runtime.GOOS == "windows" && file != "" {
			continue
		}
		opt := Options{Dir: filepath.Join(root, "folder"), File: file, Name: name}
		if file != "" && !filepath.IsAbs(file) {
			opt.File = filepath.Join(root, file)
		}
		if _, err := Load(opt); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", file, err, want)
		}
	}
}

// FuzzLoad: a file is read or refused, within bounds, and never quoted.
func FuzzLoad(f *testing.F) {
	for _, text := range bombs() {
		if len(text) < 50_000 {
			f.Add(text)
		}
	}
	for _, text := range []string{
		"vars: {a: '${secret:A|url:-x}', b: \"${vars.a}\", c: ${cmd:echo}}\nprofiles: {p: {extends: q}, q: {env: {A: 1}}}\n",
		"a: &a {x: 1}\nb: {<<: [*a, {y: ~}]}\n", "a: |\n  ${secret:A\n  }\n", "\ufeffvars:\r\n  a: \"\\x24{vars.b.c[0]}\"\r\n", "vars: {a: [${vars.a[00]}, \"${vars.a.0}\"]}", "a: !!int \"x\"\n\"b.c\": !t y\n",
		"vars: {a: \"${vars.b.x}\", b: \"${vars.a.y}\", c: {d: \"${vars.c}\"}}",
	} {
		f.Add(text)
	}
	dir := f.TempDir()
	write(f, dir, map[string]string{".xec/config.yaml": ""})
	opt := Options{Dir: dir, Profile: "", Name: func(string) string { return "f" }}
	f.Fuzz(func(t *testing.T, text string) {
		write(t, dir, map[string]string{".xec/config.yaml": text})
		start := time.Now()
		c, err := Load(opt)
		if err == nil {
			requireBounds(t, c)
			evaluateAll(c)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%d bytes took %v", len(text), took)
		}
	})
}

// requireBounds walks through a configuration as every command does.
func requireBounds(t *testing.T, c *Config) {
	t.Helper()
	nodes := 0
	c.Root.Each("", func(path string, n *Node) {
		nodes++
		refs, _ := n.Refs()
		for _, ref := range refs {
			if ref.Line < 1 || ref.Column < 1 {
				t.Errorf("a reference at %v", ref.Place)
			}
		}
	})
	if nodes > maxNodes+1 {
		t.Errorf("%d nodes", nodes)
	}
	c.Subject()
}
