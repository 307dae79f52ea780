package task

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// fake carries out commands by their texts: "fail" fails, "fail 2" twice, "say x" says x,
// "break" is an error of who starts, "wait" waits for the context.
type fake struct {
	mu    sync.Mutex
	ran   []string
	tries map[string]int
}

func (f *fake) Start(ctx context.Context, s *Step, in *Scope) (Outcome, error) {
	text := ""
	if s.Command != nil {
		text = s.Command.Text
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	shown := text
	if v, ok := in.Vars["out"]; ok {
		shown += " out=" + string(v.Reveal())
	}
	if p, ok := in.Params["p"]; ok {
		shown += " p=" + string(p.Reveal())
	}
	f.ran = append(f.ran, shown)
	var times int
	switch {
	case text == "break":
		return Outcome{}, errors.New("broken")
	case text == "wait":
		<-ctx.Done()
		return Outcome{Failure: ctx.Err()}, nil
	case strings.HasPrefix(text, "say "):
		return Outcome{Output: []byte(" \n" + text[len("say "):] + "\n\n")}, nil
	case text == "fail":
		times = 1000
	default:
		fmt.Sscanf(text, "fail %d", &times)
	}
	if f.tries[text]++; f.tries[text] <= times {
		return Outcome{Failure: errors.New("failed: " + text)}, nil
	}
	return Outcome{}, nil
}

// carryOut runs the task a, and gives what ran, what was told and how it ended.
func carryOut(t *testing.T, tasks string) (ran, told []string, failure, err error) {
	t.Helper()
	plan, err := NewPlan(load(t, tasks), "a")
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{tries: map[string]int{}}
	var mu sync.Mutex
	r := &Runner{
		Starter: f,
		Call: func(_ context.Context, s *Step, _ *Task, _ *Scope) (*Scope, error) {
			params := map[string]secret.Value{}
			for _, p := range s.With {
				params[p.Key] = p.Value.Value()
			}
			return NewScope(params), nil
		},
		Value: func(_ context.Context, _ *Step, in *Scope, ref *resolve.Reference) (secret.Value, error) {
			if v, ok := in.Vars[ref.Name]; ok {
				return v, nil
			}
			return secret.Value{}, secret.Errorf(secret.NotFound, "%s not found", ref.Name)
		},
		Tell: func(s *Step, e Event) {
			mu.Lock()
			defer mu.Unlock()
			if e != Began {
				told = append(told, fmt.Sprint(s.Title(), " ", [...]string{"", "skipped", "failed", "continued", "retried"}[e]))
			}
		},
		Sleep: func(_ context.Context, d time.Duration) error {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, "sleep "+d.String())
			return nil
		},
	}
	failure, err = r.Run(context.Background(), plan, NewScope(nil))
	return f.ran, told, failure, err
}

func TestRun(t *testing.T) {
	for name, test := range map[string]struct {
		tasks, ran, told, failure string
	}{
		"in order":                {"a: {steps: [x, y]}", "x; y", "", ""},
		"abort":                   {"a: {steps: [fail, y]}", "fail", "tasks.a.steps[0] failed; tasks.a.steps[1] skipped", "failed: fail"},
		"continue":                {"a: {steps: [{command: fail, onFailure: continue}, y]}", "fail; y", "tasks.a.steps[0] continued", ""},
		"always":                  {"a: {steps: [fail, {command: x, alwaysRun: true}, y]}", "fail; x", "tasks.a.steps[0] failed; tasks.a.steps[2] skipped", "failed: fail"},
		"the first failure":       {"a: {steps: [fail, {command: fail 1, alwaysRun: true}]}", "fail; fail 1", "tasks.a.steps[0] failed; tasks.a.steps[1] failed", "failed: fail"},
		"on failure":              {"a: {steps: [fail, {command: x, when: failure()}, {command: y, when: success()}]}", "fail; x", "tasks.a.steps[0] failed; tasks.a.steps[2] skipped", "failed: fail"},
		"no failure":              {"a: {steps: [x, {name: Undo, command: y, when: failure()}]}", "x", "Undo skipped", ""},
		"always, under condition": {"a: {steps: [fail, {command: x, alwaysRun: true, when: 1 == 2}]}", "fail", "tasks.a.steps[0] failed; tasks.a.steps[1] skipped", "failed: fail"},
		"retry":                   {"a: {steps: [{command: fail 2, onFailure: {retry: 3, delay: 2s}}, y]}", "fail 2; fail 2; fail 2; y", "tasks.a.steps[0] retried; sleep 2s; tasks.a.steps[0] retried; sleep 2s", ""},
		"retry in vain":           {"a: {steps: [{command: fail, onFailure: {retry: 1}}, y]}", "fail; fail", "tasks.a.steps[0] retried; sleep 0s; tasks.a.steps[0] failed; tasks.a.steps[1] skipped", "failed: fail"},
		"register":                {"a: {steps: [{command: say it, register: out}, x]}", "say it; x out=it", "", ""},
		"register in a condition": {"a: {steps: [{command: say it, register: out}, {command: x, when: \"${out} == 'it'\"}]}", "say it; x out=it", "", ""},
		"a call":                  {"a: {steps: [{command: say it, register: out}, {task: b, with: {p: 1}}, x]}\nb: {params: {p: 0}, steps: [y, z]}", "say it; y p=1; z p=1; x out=it", "", ""},
		"a call that fails":       {"a: {steps: [{task: b}, x]}\nb: {steps: [fail, {command: y, alwaysRun: true}]}", "fail; y", "tasks.b.steps[0] failed; tasks.a.steps[0] failed; tasks.a.steps[1] skipped", "failed: fail"},
		"a timeout":               {"a: {steps: [{command: wait, timeout: 10ms}, x]}", "wait", "tasks.a.steps[0] failed; tasks.a.steps[1] skipped", "context deadline exceeded"},
		"a timeout of all":        {"a: {timeout: 10ms, steps: [wait, x, {command: y, alwaysRun: true}, {command: z, when: failure()}]}", "wait; y; z", "tasks.a.steps[0] failed; tasks.a.steps[1] skipped", "context deadline exceeded"},
		"a timeout of a call":     {"a: {steps: [{task: b, timeout: 10ms}]}\nb: wait", "wait", "tasks.b failed; tasks.a.steps[0] failed", "context deadline exceeded"},
	} {
		ran, told, failure, err := carryOut(t, test.tasks)
		got := ""
		if failure != nil {
			got = failure.Error()
		}
		if err != nil || strings.Join(ran, "; ") != test.ran || strings.Join(told, "; ") != test.told || got != test.failure {
			t.Errorf("%s: ran %q, told %q, failure %q, error %v", name, ran, told, got, err)
		}
	}
}

func TestParallel(t *testing.T) {
	ran, told, failure, err := carryOut(t, "a:\n  steps:\n    - parallel: [fail, {command: say it, register: out}, {command: x, when: failure()}]\n    - {command: y, alwaysRun: true}\n")
	slices.Sort(ran)
	slices.Sort(told)
	if err != nil || failure == nil || failure.Error() != "failed: fail" || strings.Join(ran, "; ") != "fail; say it; y out=it" {
		t.Errorf("ran %q, failure %v, error %v", ran, failure, err)
	}
	want := []string{"tasks.a.steps[0] failed", "tasks.a.steps[0].parallel[0] failed", "tasks.a.steps[0].parallel[2] skipped"}
	if !slices.Equal(told, want) {
		t.Errorf("told %q", told)
	}
}

func TestRegisters(t *testing.T) {
	task, err := Read(load(t, "a: {steps: [{command: x, register: own}, {parallel: [{command: y, register: out}, z]}]}"), "a")
	if err != nil {
		t.Fatal(err)
	}
	first, group := task.Steps[0], task.Steps[1]
	for _, test := range []struct {
		name   string
		beside *Step
		want   bool
	}{
		{"own", first, false}, {"own", group.Steps[1], true}, {"out", first, true}, {"out", group.Steps[0], false}, {"out", group.Steps[1], true}, {"none", first, false}, {"", first, false},
	} {
		if got := task.Registers(test.name, test.beside); got != test.want {
			t.Errorf("%q beside %s: %v", test.name, test.beside.Path, got)
		}
	}
}

func TestErrorsEndEverything(t *testing.T) {
	for tasks, want := range map[string]string{
		"a: {steps: [break, {command: x, alwaysRun: true}]}":                     "broken",
		"a: {steps: [x, {command: y, when: \"${params.q} == 1\"}]}":              "config.yaml:2:37: tasks.a.steps[1].when: q not found",
		"a: {steps: [{parallel: [x, break]}]}":                                   "broken",
		"a: {steps: [{task: b, onFailure: {retry: 3}}]}\nb: {steps: [x, break]}": "broken",
	} {
		_, _, _, err := carryOut(t, tasks)
		if err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", tasks, err, want)
		}
	}
}

func TestPlanNamesEachTaskOnce(t *testing.T) {
	plan, err := NewPlan(load(t, "a: {steps: [{task: b}, {parallel: [{task: c}, {task: b}]}]}\nb: {task: c}\nc: x\nd: y"), "a")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	plan.Tasks(func(t *Task) { names = append(names, t.Name) })
	if strings.Join(names, " ") != "a b c" {
		t.Errorf("tasks %v", names)
	}
}

// TestAnInterruptLeavesTheCleanup: what is to run in any case does, in a context that has
// not ended.
func TestAnInterruptLeavesTheCleanup(t *testing.T) {
	plan, err := NewPlan(load(t, "a: {steps: [x, {command: y, alwaysRun: true}, z, {command: undo, when: failure()}]}"), "a")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	interrupted := errors.New("interrupted")
	cancel(interrupted)
	f := &fake{tries: map[string]int{}}
	r := &Runner{Starter: alive{f, t}}
	failure, err := r.Run(ctx, plan, NewScope(nil))
	if failure != interrupted || err != nil || strings.Join(f.ran, " ") != "y undo" {
		t.Errorf("ran %q, failure %v, error %v", f.ran, failure, err)
	}
}

// alive fails a test in which something is started in a context that has ended.
type alive struct {
	*fake
	t *testing.T
}

func (a alive) Start(ctx context.Context, s *Step, in *Scope) (Outcome, error) {
	if ctx.Err() != nil {
		a.t.Error("the context has ended")
	}
	return a.fake.Start(ctx, s, in)
}
