package lint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

// load gives a configuration whose file is called c.
func load(t testing.TB, text string) (*config.Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Load(config.Options{File: path, Name: func(string) string { return "c" }})
}

// found gives what is found in a configuration, over a store with the key K.
func found(t *testing.T, text string, p Project) (all []Finding) {
	t.Helper()
	var r Report
	r.UserPart = func(before, after []byte) bool {
		return strings.HasSuffix(string(before), "://u:") && strings.HasPrefix(string(after), "@")
	}
	c, err := load(t, text)
	if err != nil {
		r.ConfigError("c", err)
		return r.Findings()
	}
	p.Config = c
	r.Project(p)
	r.Keys([]string{"K"})
	return r.Findings()
}

func lines(findings []Finding) string {
	var all []string
	for _, f := range findings {
		all = append(all, fmt.Sprintf("%v %v %v: %s", f.Position, f.Level, f.Rule, f.Message))
	}
	return strings.Join(all, "\n")
}

// TestOneOfEachInAConfiguration: each problem at its place, and nothing of what is right.
func TestOneOfEachInAConfiguration(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"nothing": {"vars: {a: '${secret:K}', b: '${a} ${env.NOT_SET} ${cmd:false}', c: '${secret:NO:-D3FAULT}'}\nenv: {A: '${vars.a}'}", ""},
		"missing": {"vars:\n  a: x ${secret:NO}", `2:8 error missing: vars.a: secret "NO" not found`},
		"missing in a variable that others need, once": {"vars: {a: '${secret:NO}', b: '${a}', c: '${a}${b}'}\nenv: {A: '${a}'}",
			`1:12 error missing: vars.a: secret "NO" not found`},
		"a bad key":        {"vars: {a: '${secret:1}'}", "1:12 error grammar: vars.a: the key does not start with a letter"},
		"a filter":         {"vars: {a: '${secret:K|nope:-D3FAULT}'}", `1:12 error grammar: vars.a: unknown filter "nope", there are base64, base64url, hex, json, sh, trim, url, xml`},
		"kept":             {"vars: {a: '${secret:K@prod}'}", `1:12 error grammar: vars.a: '@' behind "K" is kept for a later version`},
		"misspelt":         {"vars: {a: '${SECRET:K:-D3FAULT}'}", `1:12 error misspelt: vars.a: unknown prefix "SECRET:", meant is "secret:"`},
		"not even xec's":   {"vars: {a: '{{secret:K}}'} # {{secret:K}}", `1:12 warning misspelt: "{{secret:" is no reference, and is left as it is`},
		"synonyms":         {"vars: {a: '${secrets:K} ${secret.K} ${secrets.K}'}", ""},
		"unclosed":         {"vars:\n  a: '${secret:K'", "2:7 error unclosed: vars.a: no closing bracket on the line"},
		"a ring":           {"vars: {a: '${b}', b: '${a}'}", "1:23 error cycle: vars.b: variables refer to each other in a ring: vars.a → vars.b → vars.a"},
		"no such variable": {"vars: {a: '${vars.nope:D3FAULT} ${vars.nope}'}", "1:33 error undeclared: vars.a: there is no variable vars.nope"},
		"a map in a text":  {"vars: {m: {a: 1}, a: 'x ${m}'}", "1:25 error place: vars.a: vars.m is a map, which cannot stand in a text"},
		"a key":            {"taks: {}\nvars: {}", "1:1 warning unknown-key: taks: xec knows no such key, so it has no effect"},
		"env of the whole": {"env: {A: b, C: d, E: f}\ntasks: {t: {command: 'echo $A ${C} $ENV $E', env: {E: f}}}",
			"2:22 warning undeclared: tasks.t: A is of the configuration's env, which xec exec hands over and a task does not get\n" +
				"2:22 warning undeclared: tasks.t: C is of the configuration's env, which xec exec hands over and a task does not get"},
		"a key of profiles": {"profiles: {p: {extends: q, env: {}, vras: {}}, q: {}}", "1:37 warning unknown-key: profiles.p.vras: xec knows no such key, so it has no effect"},
		"a URL":             {"vars: {a: 'pg://u:${secret:K}@h', b: 'pg://u:${secret:K|url}@h'}", "1:19 warning url: K stands in the user part of a URL without |url"},
		"no YAML":           {"a: [", "1:1 error config: not YAML: did not find expected node content"},
		"no map":            {"vars: [a]", "1:7 error config: vars: not a map"},
		"a secrets block":   {"secrets: {provider: '${secret:K}'}", "1:21 error config: secrets.provider: a secrets block takes no references"},
		"an escape":         {`vars: {a: "\x24{secret:NO}"}`, `1:11 error missing: vars.a: secret "NO" not found`},
		"a mark":            {"\ufeffvars: {a: '${secret:NO}'}", `1:12 error missing: vars.a: secret "NO" not found`},
		"tasks that are none": {"tasks:\n  a: {target: x, command: b}\n  c: {task: nope}\n  d: {steps: [{command: x, when: 'a ='}]}",
			"2:7 error task: tasks.a.target: xec does not carry this out; a task runs on this machine, when it is called\n" +
				"3:6 error task: tasks.c: there is no task \"nope\"\n" +
				"4:34 error task: tasks.d.steps[0].when: character 3: unexpected character '='"},
		"a ring of tasks": {"tasks:\n  a: {task: b}\n  b: {task: b}",
			"3:6 error task: tasks.b: tasks call each other in a ring: b → b"},
		"references of tasks": {"vars: {v: 1}\ntasks:\n  a:\n    params: {p: {default: '${secret:NO}'}}\n    steps:\n      - {command: 'echo ${HOME} ${v} ${o} ${secret:NO1}', register: o}\n      - {command: 'echo ${o} ${params.p} ${params.q}', when: \"${o} == '${secret:NO2}'\", env: {A: '${secret:NO3}'}}",
			"4:28 error missing: tasks.a.params.p: secret \"NO\" not found\n" +
				"6:43 error missing: tasks.a.steps[0].command: secret \"NO1\" not found\n" +
				"7:42 error undeclared: tasks.a.steps[1].command: there is no parameter q, and no default\n" +
				"7:72 error missing: tasks.a.steps[1].when: secret \"NO2\" not found\n" +
				"7:99 error missing: tasks.a.steps[1].env.A: secret \"NO3\" not found"},
		"registered later": {"vars: {w: 1}\ntasks: {a: {steps: [{command: 'x ${v} ${w}', register: u}, {command: 'x ${u} ${v}', register: v}, {command: y, register: w}]}}",
			"2:34 warning undeclared: tasks.a.steps[0].command: no step before registers v, so it is empty here"},
		"arguments of a script": {"tasks: {a: {script: s.py, args: [a, '${secret:K}']}}",
			"1:38 error command-line: tasks.a: a secret would stand on a command line, where others can read it"},
		"arguments of a script, by way of variables": {"vars: {a: '${secret:K}', b: ['x ${vars.a}']}\ntasks: {a: {script: s.py, args: ['${b[0]}', '${vars.c:-}']}}",
			"2:35 error command-line: tasks.a: a secret would stand on a command line, where others can read it"},
		"names of variables": {"env: {A: 1, B-C: 2}\ntasks: {a: {command: b, env: {D-E: 1}}}",
			"1:13 error config: env.B-C: not the name of a variable\n2:31 error task: tasks.a.env.D-E: not the name of a variable"},
		"a shell's own, misspelt": {"tasks: {a: 'echo ${SECRET:K}'}", `1:18 warning misspelt: "${SECRET:" is no reference, and is left as it is`},
	} {
		t.Run(name, func(t *testing.T) {
			all := found(t, test.text, Project{})
			if got := lines(all); got != test.want {
				t.Errorf("%s\nfound\n%s\nwant\n%s", test.text, got, test.want)
			}
			for _, f := range all {
				if strings.Contains(f.Message+f.Hint, "D3FAULT") {
					t.Errorf("%v quotes a default", f.Rule)
				}
				if f.Length > 0 && !strings.ContainsRune("${", rune(test.text[f.Offset])) {
					t.Errorf("%v: no bracket at offset %d", f.Rule, f.Offset)
				}
				if before := test.text[:min(int(f.Offset), len(test.text))]; strings.Count(before, "\n")+1 != f.Line {
					t.Errorf("%v: offset %d is not on line %d", f.Rule, f.Offset, f.Line)
				}
			}
		})
	}
}

// TestVariablesThatLeadTooFar: 64 in turn are the most.
func TestVariablesThatLeadTooFar(t *testing.T) {
	text := "vars:\n  v0: x\n"
	for i := 1; i <= 70; i++ {
		text += fmt.Sprintf("  v%d: ${vars.v%d}\n", i, i-1)
	}
	all := found(t, text, Project{})
	if len(all) == 0 {
		t.Fatal("nothing is found")
	}
	for _, f := range all {
		if f.Rule != Cycle || f.Line < 66 {
			t.Errorf("%v %v: %s", f.Position, f.Rule, f.Message)
		}
	}
}

// TestProfilesAreLookedAt: what is wrong with one only, and what only one mends.
func TestProfilesAreLookedAt(t *testing.T) {
	all := found(t, `vars: {url: "${host} ${port}"}
profiles:
  a: {vars: {host: a, x: "${secret:ONLY}"}, tasks: {t: {target: x, command: y}}}
  b: {extends: a, vars: {host: "${host2}"}}
  c: {extends: nope, vars: {host: c}}
  d: {extends: e}
  e: {extends: d}`, Project{})
	want := `1:14 warning undeclared: vars.url: there is no variable vars.host
1:22 error undeclared: vars.url: there is no variable vars.port
3:27 error missing: vars.x: secret "ONLY" not found
3:57 error task: tasks.t.target: xec does not carry this out; a task runs on this machine, when it is called, with the profile a
4:33 error undeclared: vars.host: there is no variable vars.host2, with the profile b
5:6 error config: profile "nope": there is none of that name, with the profile c
6:16 error config: profiles.d.extends: profiles extend each other in a ring: e → d → e, with the profile e
7:16 error config: profiles.e.extends: profiles extend each other in a ring: d → e → d, with the profile d`
	if got := lines(all); got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
}

// TestAShellIsAsked: what it makes of the references of a command stands at each.
func TestAShellIsAsked(t *testing.T) {
	asked := 0
	shell := func(_ *config.Config, s *task.Step, refs []config.Ref) []Told {
		asked++
		if len(refs) == 0 {
			return []Told{{Ref: -1, Rule: Place, Err: errors.New("as a whole")}}
		}
		return []Told{{Ref: len(refs) - 1, Rule: CommandLine, Err: secret.WithHint(errors.New(s.Path), "do that")}}
	}
	all := found(t, "tasks: {a: 'x ${secret:K} ${secret:K}', b: y, c: 'x ${params.none}'}", Project{Shell: shell})
	want := "1:27 warning command-line: tasks.a: tasks.a\n1:44 error place: tasks.b: as a whole\n1:53 error undeclared: tasks.c.command: there is no parameter none, and no default"
	if got := lines(all); got != want || asked != 2 || all[0].Hint != "do that" || all[0].Length != len("${secret:K}") {
		t.Errorf("asked %d times, found\n%s\nwant\n%s", asked, got, want)
	}
}

// TestTheFolderOfTheProjectIsLookedAt: what several steps lack is told once.
func TestTheFolderOfTheProjectIsLookedAt(t *testing.T) {
	folder := func(_ *config.Config, s *task.Step) error {
		if s.Workdir == nil {
			return nil
		}
		return &config.PlacedError{Place: s.Workdir.Place, Path: s.Path, Err: errors.New("not there")}
	}
	env := func(path, name string) error {
		if name == "OK" {
			return nil
		}
		return errors.New(path + ": refused")
	}
	all := found(t, "tasks: {a: {workdir: x, steps: [b, c]}, d: e}\nenv: {PATH: x, OK: y, A-B: z}", Project{Folder: folder, Env: env})
	want := "1:22 warning task: tasks.a.steps[0]: not there\n2:7 warning config: env.PATH: refused\n2:23 error config: env.A-B: not the name of a variable"
	if got := lines(all); got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
}

// FuzzProject: whatever a configuration is, what is told of it stands in it.
func FuzzProject(f *testing.F) {
	f.Add("vars: {a: '${b}', b: '${a}${secret:K}${SECRET:K}'}")
	f.Add("\ufefftasks: {a: {command: 'x ${secret:K', when: '${a} =='}}\nprofiles: {p: {extends: p}}")
	f.Add("a: &a {b: \"\\x24{secret:K}\"}\nvars: {c: *a, d: '${c}'}\nsecrets: {provider: x}")
	f.Fuzz(func(t *testing.T, text string) {
		for _, f := range found(t, text, Project{}) {
			if f.File != "c" || f.Offset < 0 || f.Length < 0 || f.Offset+int64(f.Length) > int64(len(text)) {
				t.Fatalf("%v: %d bytes at %d, of %d", f.Rule, f.Length, f.Offset, len(text))
			}
			if f.Message == "" || f.Level == ofRule || f.Line < 1 || f.Column < 1 {
				t.Fatalf("%v: no message, no level or no place", f.Rule)
			}
		}
	})
}

// TestTheDocIsTheListOfRules: by identifier and level.
func TestTheDocIsTheListOfRules(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, line := range strings.Split(string(doc), "\n") {
		words := strings.Fields(line)
		if strings.HasPrefix(line, "//\t") && !strings.HasPrefix(line, "//\t ") && len(words) > 3 {
			listed = append(listed, words[1]+" "+words[2])
		}
	}
	var known []string
	for _, rule := range Rules() {
		a := rule.About()
		known = append(known, a.ID+" "+a.Level.String())
		if a.Title == "" || a.Why == "" || a.Remedy == "" {
			t.Errorf("%s: a rule says what it is about, why, and what to do", a.ID)
		}
	}
	if len(known) < 15 {
		t.Fatalf("only %d rules", len(known))
	}
	inDoc := map[string]bool{}
	for _, each := range listed {
		inDoc[each] = true
	}
	for _, each := range known {
		if !inDoc[each] {
			t.Errorf("%q is not in the package doc, which is the list", each)
		}
	}
	if len(listed) != len(known) {
		t.Errorf("%d rules in the doc, %d in the table", len(listed), len(known))
	}
}

func TestKeysAreCompared(t *testing.T) {
	var r Report
	r.Text("f", []byte("${secret:DB_PASWORD}\n${secret:USED} ${secret:OPTIONAL:-D3FAULT} ${secret:NOWHERE}"), nil)
	r.Mention("g", resolve.Find([]byte("${secret:MENTIONED}")))
	unused := r.Keys([]string{"DB_PASSWORD", "MENTIONED", "OTHER", "USED"})
	if got := fmt.Sprint(unused); got != "[DB_PASSWORD OTHER]" {
		t.Errorf("unused are %s", got)
	}
	all := r.Findings()
	if len(all) != 2 || all[0].Hint != "did you mean DB_PASSWORD?" || all[1].Hint != "xec secrets set NOWHERE makes it" {
		t.Errorf("found\n%s", lines(all))
	}
}

// TestFindingsAreToldOnceAndNotWithoutEnd.
func TestFindingsAreToldOnceAndNotWithoutEnd(t *testing.T) {
	var r Report
	r.Text("b", []byte(strings.Repeat("${SECRET:K}\n", maxTold+7)), nil)
	r.Text("a", []byte("${SECRET:K}"), nil)
	r.Text("a", []byte("${SECRET:K}"), nil)
	all := r.Findings()
	if len(all) != 1+maxTold || all[0].File != "a" {
		t.Fatalf("%d findings", len(all))
	}
	if last := all[len(all)-1]; last.Line != maxTold || !strings.HasSuffix(last.Message, "(and 7 more of misspelt in this file)") {
		t.Errorf("the last is at %v: %s", last.Position, last.Message)
	}
}
