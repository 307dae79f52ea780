package task

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/resolve/config"
	"github.com/xec-sh/xec-go/store/secret"
)

// load reads the tasks of a configuration.
func load(t *testing.T, tasks string) *config.Config {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, ".xec", "config.yaml")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("tasks:\n"+indent(tasks)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(config.Options{Dir: dir, Name: func(string) string { return "config.yaml" }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

const build = `
short: make all
build:
  description: Build it
  params:
    - {name: env, values: [staging, production], default: staging, description: where to}
    - {name: jobs, type: integer, min: 1, max: 64}
    - {name: tag, required: true, pattern: '^v[0-9]'}
  env: {A: 1, B: "${secret:B}"}
  workdir: src
  shell: bash
  steps:
    - make clean
    - name: Make
      command: make -j ${params.jobs}
      env: {B: 2}
      workdir: other
      shell: /bin/zsh
      when: ${params.env} == "production"
      register: out
      onFailure: {retry: 3, delay: 2s}
      alwaysRun: true
      timeout: 90
    - {task: short, onFailure: continue}
    - {script: ./x.py, args: [a, "${params.tag}"], timeout: 1m}
    - parallel: [echo 1, {command: echo 2, register: two}]
`

func TestRead(t *testing.T) {
	c := load(t, build)
	task, err := Read(c, "build")
	if err != nil {
		t.Fatal(err)
	}
	if got := Names(c); strings.Join(got, " ") != "short build" || Describe(c, "build") != "Build it" || Describe(c, "short") != "" {
		t.Errorf("names %v", got)
	}
	if len(task.Params) != 3 || task.Params[0].Default.Text != "staging" || *task.Params[1].Max != 64 || !task.Params[2].Required {
		t.Errorf("parameters %+v", task.Params)
	}
	if len(task.Steps) != 5 {
		t.Fatalf("%d steps", len(task.Steps))
	}
	first, second, call, script, group := task.Steps[0], task.Steps[1], task.Steps[2], task.Steps[3], task.Steps[4]
	if first.Command.Text != "make clean" || first.Shell != "bash" || first.Workdir.Text != "src" || len(first.Env) != 2 || first.Path != "tasks.build.steps[0]" {
		t.Errorf("the first step is %+v", first)
	}
	if second.Name != "Make" || second.Shell != "/bin/zsh" || second.Workdir.Text != "other" || len(second.Env) != 3 || second.Register != "out" || !second.AlwaysRun ||
		second.OnFailure.Retries != 3 || second.OnFailure.Delay.Seconds() != 2 || second.Timeout.Seconds() != 90 || second.When == nil {
		t.Errorf("the second step is %+v", second)
	}
	if call.Kind != Call || call.Task != "short" || !call.OnFailure.Continue {
		t.Errorf("the call is %+v", call)
	}
	if script.Kind != Script || script.Script.Text != "./x.py" || len(script.Args) != 2 {
		t.Errorf("the script is %+v", script)
	}
	if group.Kind != Parallel || len(group.Steps) != 2 || group.Steps[1].Register != "two" || group.Steps[1].Shell != "bash" || len(group.Steps[0].Env) != 2 || group.Steps[0].Path != "tasks.build.steps[4].parallel[0]" {
		t.Errorf("the group is %+v", group)
	}
	short, err := Read(c, "short")
	if err != nil || len(short.Steps) != 1 || short.Steps[0].Command.Text != "make all" || short.Steps[0].Path != "tasks.short" {
		t.Errorf("the short task is %+v, error %v", short, err)
	}
}

func TestWhatIsWrongIsToldAtOnce(t *testing.T) {
	for tasks, want := range map[string][]string{
		"a: [x]":                              {"config.yaml:2:6: tasks.a: a task is a command or a map, not a list"},
		"a:":                                  {"config.yaml:2:5: tasks.a: a task is a command or a map, not nothing"},
		"a: {env: x, command: y, args: {}}":   {"tasks.a.env: a map is expected, not a scalar"},
		"a: {}":                               {"2:6: tasks.a: a step needs one of command, task, script and parallel"},
		"a: {command: x, steps: [y]}":         {"2:16: tasks.a.command: a task has steps or a command, not both"},
		"a: {command: x, script: y}":          {"a step needs one of command, task, script and parallel, and has command and script"},
		"a: {command: x, targets: y}":         {"2:19: tasks.a.targets: xec does not carry this out"},
		"a: {command: x, hooks: y, cache: z}": {"tasks.a.hooks: xec does", "tasks.a.cache: xec does"},
		"a: {comand: x}":                      {"tasks.a.comand: not a key of a task or step"},
		"a: {steps: []}":                      {"tasks.a.steps: a list of steps is expected, not an empty list"},
		"a: {steps: x}":                       {"tasks.a.steps: a list of steps is expected, not a scalar"},
		"a: {steps: [{name: x}, [y], {command: [z]}, {command: }]}": {"steps[0]: a step needs", "steps[1]: a step is", "steps[2].command: a text is expected, not a list", "steps[3].command: a text is expected, not nothing"},
		"a: {command: x, when: 'a =='}":                             {"2:25: tasks.a.when: character 1: expected quotes"},
		"a: {command: x, when: ''}":                                 {"tasks.a.when: character 1: expected a text"},
		"a: {command: x, shell: fish}":                              {"tasks.a.shell: sh, bash, zsh are the shells"},
		"a: {command: x, timeout: soon}":                            {"tasks.a.timeout: a time is expected"},
		"a: {command: x, timeout: -1s}":                             {"tasks.a.timeout: a time is expected"},
		"a: {command: x, onFailure: ignore}":                        {"tasks.a.onFailure: abort, continue or {retry"},
		"a: {command: x, onFailure: {retry: 0, wait: 1}}":           {"onFailure.wait: retry and delay", "onFailure.retry: a number from 1"},
		"a: {command: x, alwaysRun: 'yes'}":                         {"tasks.a.alwaysRun: true or false"},
		"a: {command: x, register: a-b}":                            {"tasks.a.register: not the name of a variable"},
		"a: {task: b, register: x}\nb: y":                           {"tasks.a.register: only with command and script"},
		"a: {command: x, env: [y]}":                                 {"tasks.a.env: a map is expected"},
		"a: {command: x, env: {K: [y]}}":                            {"tasks.a.env.K: a text is expected"},
		"a: {command: x, args: [y]}":                                {"tasks.a.args: only with script"},
		"a: {command: x, with: {y: z}}":                             {"tasks.a.with: only with task"},
		"a: {params: [{type: x}], command: y}":                      {"params[0]: a parameter needs a name", "params[0].type: string, number, integer, boolean are"},
		"a: {params: {p: {min: x}, 'q!': 1}, command: y}":           {"params.p.min: a number is expected", "params.p: min and max are for numbers", "not the name of a parameter"},
		"a: {params: [{name: p}, {name: p}], command: y}":           {"the parameter p stands twice"},
		"a: {params: {p: {pattern: '('}}, command: y}":              {"params.p.pattern: not a regular expression"},
		"a: {params: {p: {type: integer, default: hush}, q: {values: [x], default: hush}, r: '', s: {type: number, max: 3, default: 4}, t: {default: '${vars.t}', type: integer}}, command: y}": {
			"2:44: tasks.a.params.p.default: not a whole number\n", "params.q.default: not one of x\n", "params.s.default: more than 3"},
		"a: {params: [{name: p, type: boolean, default: 1}], command: y}":                                                 {"2:50: tasks.a.params[0].default: neither true nor false"},
		"a: {params: [{name: p, type: number, min: x, default: -1}], command: y}":                                         {"params[0].min: a number is expected"},
		"a: {task: b, with: {p: hush}}\nb: {params: {p: {type: integer}}, command: x}":                                    {"2:26: tasks.a.with.p: not a whole number"},
		"a: {steps: [{task: b, with: {p: '\\${vars.x}'}}]}\nb: {params: {p: {pattern: '^[$]', values: [x]}}, command: x}": {"2:35: tasks.a.steps[0].with.p: not one of x"},
		"a: {task: a}": {"2:6: tasks.a: tasks call each other in a ring: a → a"},
		"a: {task: b}\nb: {steps: [{task: c}]}\nc: {task: b}": {"tasks call each other in a ring: b → c → b"},
		"a: {task: bb}\nb: x": {`tasks.a: there is no task "bb"`},
		"a: {task: b, with: {q: 1}}\nb: {params: [{name: p, required: true}], command: x}": {"b: the parameter p is missing", "b has no parameter q"},
	} {
		_, err := NewPlan(load(t, tasks), "a")
		for _, part := range want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: error %v, want %q", tasks, err, part)
			}
		}
	}
}

// TestValuesThatAreKnownLater are no error of a plan, and neither are those that fit.
func TestValuesThatAreKnownLater(t *testing.T) {
	plan, err := NewPlan(load(t, "a: {params: {p: {type: integer, default: '${vars.x}'}, q: {type: integer, default: 3}}, task: b, with: {p: '${params.p}', q: '\\${vars.x}', r: true}}\nb: {params: {p: {type: integer}, q: {values: ['${vars.x}']}, r: {type: boolean}}, command: x}"), "a")
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Task.Param("p").CheckDefault("hush"); err == nil || err.Error() != "config.yaml:2:44: tasks.a.params.p.default: not a whole number" || secret.KindOf(err) != secret.Invalid {
		t.Errorf("error %v", err)
	}
}

func TestAnUnknownTask(t *testing.T) {
	_, err := Read(load(t, "deploy: x"), "depoly")
	if secret.KindOf(err) != secret.Invalid || secret.Hint(err) != "did you mean deploy?" {
		t.Errorf("error %v, hint %q", err, secret.Hint(err))
	}
}

func TestParameters(t *testing.T) {
	c := load(t, "a:\n  command: x\n  params:\n    n: {type: number, min: 1.5, max: 3}\n    i: {type: integer}\n    b: {type: boolean}\n    v: {values: [x, 1]}\n    p: {pattern: '^v'}\n    s: default\n    r: {required: true}\n")
	task, err := Read(c, "a")
	if err != nil {
		t.Fatal(err)
	}
	params := map[string]Param{}
	for _, p := range task.Params {
		params[p.Name] = p
	}
	for _, test := range []struct{ name, value, want string }{
		{"n", "2", ""}, {"n", "1.5", ""}, {"n", "1.4", "less than 1.5"}, {"n", "3e1", "more than 3"}, {"n", "hush", "not a number"}, {"n", "", "not a number"}, {"n", "Inf", "not a number"},
		{"i", "-3", ""}, {"i", "3.0", "not a whole number"}, {"b", "true", ""}, {"b", "yes", "neither true nor false"},
		{"v", "1", ""}, {"v", "hush", "not one of x, 1"}, {"p", "v1", ""}, {"p", "hush", "does not match ^v"}, {"s", "", ""}, {"r", "anything\n", ""},
	} {
		err := params[test.name].Check(test.value)
		if (err == nil) != (test.want == "") || err != nil && err.Error() != "parameter "+test.name+": "+test.want {
			t.Errorf("%s=%s: error %v, want %q", test.name, test.value, err, test.want)
		}
	}
	if err := task.CheckNames([]string{"r", "n"}); err != nil {
		t.Errorf("error %v", err)
	}
	if err := task.CheckNames([]string{"nn", "s"}); err == nil || !strings.Contains(err.Error(), "the parameter r is missing") || !strings.Contains(err.Error(), "a has no parameter nn") {
		t.Errorf("error %v", err)
	}
}
