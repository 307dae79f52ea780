package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/storetest"
)

var ctx = context.Background()

func TestConforms(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
		opt := newManaged(t)
		return opened(t, opt), func() store.Store { return opened(t, opt) }
	})
}

func TestConformsWhereItOnlyReads(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a value that ends with \\r is cut there")
	}
	storetest.RunReadOnly(t, func(t *testing.T, values map[string][]byte) store.Store {
		opt := newManaged(t)
		writer := opened(t, opt)
		for key, v := range values {
			if err := writer.Set(ctx, key, secret.New(bytes.Clone(v))); err != nil {
				t.Fatal(err)
			}
		}
		opt.Get[2], opt.KeepNewline = "getline", false
		opt.Set, opt.Delete = nil, nil
		return opened(t, opt)
	})
}

func TestWhatACommandIsGiven(t *testing.T) {
	opt := newManaged(t)
	get := func(args ...string) string {
		t.Helper()
		v, err := doing(t, opt, args...).Get(ctx, "a.KEY-1")
		if err != nil {
			t.Fatalf("%s: %v", args[0], err)
		}
		return string(v.Reveal())
	}
	if got, want := get("arguments", "{key}", "op://x/{key}/{key}", "{{key}}", "$HOME;`id`", "{Key}", ""), `["a.KEY-1" "op://x/a.KEY-1/a.KEY-1" "{a.KEY-1}" "$HOME;`+"`id`"+`" "{Key}" ""]`; got != want {
		t.Errorf("arguments %s, want %s", got, want)
	}
	want, _ := filepath.EvalSymlinks(opt.Dir)
	if got, _ := filepath.EvalSymlinks(get("where", "{key}")); got != want {
		t.Errorf("it runs in %s, want %s", got, want)
	}
	t.Setenv("NOT_HANDED_ON", "1")
	opt.Environ = []string{"ONLY=this"}
	if got := get("environment", "{key}"); !strings.Contains(got, "ONLY=this") || strings.Contains(got, "NOT_HANDED_ON") {
		t.Error("its environment is not the one that was given")
	}
}

func TestOneNewlineIsTheCommandsOwn(t *testing.T) {
	opt := newManaged(t)
	if err := opened(t, opt).Set(ctx, "K", secret.Text("a\n\n")); err != nil {
		t.Fatal(err)
	}
	for keep, want := range map[bool]string{true: "a\n\n", false: "a\n"} {
		opt.KeepNewline = keep
		if v, err := opened(t, opt).Get(ctx, "K"); err != nil || string(v.Reveal()) != want {
			t.Errorf("keepNewline %v: %d bytes, want %d, error %v", keep, v.Len(), len(want), err)
		}
	}
}

func TestWhatIsNoValueIsAnError(t *testing.T) {
	opt := newManaged(t)
	opt.KeepNewline = false
	for _, c := range []struct {
		args []string
		kind secret.Kind
		says string
	}{
		{[]string{"nothing", "{key}"}, secret.General, "printed nothing"},
		{[]string{"newline", "{key}"}, secret.General, "printed nothing"},
		{[]string{"exactly", "65537", "{key}"}, secret.Invalid, "longer than 65536 bytes"},
		{[]string{"flood", "{key}"}, secret.Invalid, "more than 64 KiB"},
	} {
		_, err := doing(t, opt, c.args...).Get(ctx, "KEY")
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "KEY: ") {
			t.Errorf("%s: %v", c.args[0], err)
		}
	}
	if v, err := doing(t, opt, "exactly", "65536", "{key}").Get(ctx, "KEY"); err != nil || v.Len() != secret.MaxValue {
		t.Errorf("64 KiB: %d bytes, %v", v.Len(), err)
	}
}

func TestAFailureMeansWhatTheSettingsSay(t *testing.T) {
	opt := newManaged(t)
	opt.Says = texts{NotFound: []string{"isn't an item"}, Denied: []string{"signed in", "forbidden"}, Locked: []string{"is locked"}}
	for _, c := range []struct {
		status, complaint string
		kind              secret.Kind
	}{
		{"10", "", secret.NotFound},
		{"5", "", secret.Permission},
		{"11", "", secret.Encryption},
		{"1", "", secret.General},
		{"1", `"X" isn't an item in the vault`, secret.NotFound},
		{"1", "the vault is locked", secret.Encryption},
		{"10", "you are not signed in", secret.Permission}, // a text says more than a status
		{"1", "forbidden: the vault is locked", secret.Permission},
	} {
		_, err := doing(t, opt, "fail", c.status, c.complaint, leak, "{key}").Get(ctx, "KEY")
		if err == nil || secret.KindOf(err) != c.kind {
			t.Errorf("status %s, %q: %v, want one of kind %v", c.status, c.complaint, err, c.kind)
			continue
		}
		if said := err.Error() + secret.Hint(err); strings.Contains(said, leak) {
			t.Errorf("status %s: the error shows what the command said", c.status)
		}
		if c.kind != secret.NotFound && secret.Hint(err) == "" {
			t.Errorf("status %s: no hint", c.status)
		}
	}
	opt.Set = append([]string{opt.Get[0]}, "manage", "fail", "10", "{key}")
	opt.List = append([]string{opt.Get[0]}, "manage", "fail", "10", "x")
	if err := opened(t, opt).Set(ctx, "KEY", secret.Text("v")); err == nil || secret.KindOf(err) != secret.General {
		t.Errorf("set: %v", err)
	}
	if _, err := opened(t, opt).List(ctx); err == nil || secret.KindOf(err) != secret.General {
		t.Errorf("list: %v", err)
	}
}

func TestWhatCommandsComplainAboutGoesToThePerson(t *testing.T) {
	var shown bytes.Buffer
	opt := newManaged(t)
	opt.Stderr = &shown
	s := doing(t, opt, "fail", "1", "bad weather", "{key}")
	var running sync.WaitGroup
	for i := range 4 {
		running.Go(func() { s.Get(ctx, fmt.Sprint("K", i)) })
	}
	running.Wait()
	if n := strings.Count(shown.String(), "bad weather K"); n != 4 {
		t.Errorf("%d of 4 complaints were shown", n)
	}
	_, err := doing(t, managed{settings{Get: opt.Get}, Options{Environ: opt.Environ}}, "fail", "1", "x", "{key}").Get(ctx, "KEY")
	if !strings.Contains(secret.Hint(err), "by hand") {
		t.Errorf("where it is dropped: hint %q", secret.Hint(err))
	}
}

func TestAProgramThatIsNotThereIsNamed(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "plain"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{"no-such-manager": "no such program", "./no-such-manager": "no such program"}
	if runtime.GOOS != "windows" {
		names["./plain"] = "may not be run"
	}
	for name, want := range names {
		s := opened(t, managed{settings{Get: []string{name, "{key}"}}, Options{Dir: folder, Environ: []string{"PATH=" + folder}}})
		_, err := s.Get(ctx, "KEY")
		if err == nil || secret.KindOf(err) != secret.General || !strings.Contains(err.Error(), "KEY: "+name+": ") || !strings.Contains(err.Error(), want) || secret.Hint(err) == "" {
			t.Errorf("%s: %v (hint %q)", name, err, secret.Hint(err))
		}
	}
}

func TestAProgramIsLookedForOnThePathThatIsGiven(t *testing.T) {
	opt := newManaged(t)
	folder, name := filepath.Split(opt.Get[0])
	t.Setenv("PATH", "")
	s := func(path, dir string) *Store {
		return opened(t, managed{settings{Get: []string{name, "manage", "arguments", "{key}"}}, Options{Dir: dir, Environ: []string{"PATH=/nowhere", "PATH=" + path}}})
	}
	if _, err := s(folder, opt.Dir).Get(ctx, "KEY"); err != nil {
		t.Error(err)
	}
	project := filepath.Dir(filepath.Clean(folder))
	t.Chdir(project)
	for _, path := range []string{"", ".", filepath.Base(folder)} { // a project's own folder
		if _, err := s(path, project).Get(ctx, "KEY"); err == nil {
			t.Errorf("PATH %q: a program of the project was run", path)
		}
	}
	relative := opened(t, managed{settings{Get: []string{"./" + name, "manage", "arguments", "{key}"}}, Options{Dir: folder}})
	if _, err := relative.Get(ctx, "KEY"); err != nil {
		t.Errorf("a path that counts from the project: %v", err)
	}
}

func TestACommandThatDoesNotEndIsEnded(t *testing.T) {
	opt := newManaged(t)
	opt.Timeout = "50ms"
	_, err := doing(t, opt, "hang", "{key}").Get(ctx, "KEY")
	if err == nil || secret.KindOf(err) != secret.General || !strings.Contains(err.Error(), "not ended within 50ms") {
		t.Errorf("%v", err)
	}
}

func TestAllThatACommandHasStartedEndsWithIt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process groups")
	}
	opt := newManaged(t)
	folder := strings.TrimPrefix(opt.Environ[len(opt.Environ)-1], "MANAGER_FOLDER=")
	stopped, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	s := doing(t, opt, "hang", "{key}")
	go func() { _, err := s.Get(stopped, "KEY"); ended <- err }()
	guard, done := context.WithTimeout(ctx, time.Minute)
	defer done()
	for { // until the child holds the lock
		if _, err := os.Stat(filepath.Join(folder, "held")); err == nil {
			break
		}
		select {
		case err := <-ended:
			t.Fatalf("it has ended by itself: %v", err)
		case <-guard.Done():
			t.Fatal("the child does not start")
		case <-time.After(time.Millisecond):
		}
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", err)
	}
	if ok, err := flock.New(filepath.Join(folder, "lock")).TryLockContext(guard, time.Millisecond); !ok {
		t.Errorf("the child lives on: %v", err)
	}
}

func TestWithoutACommandOnlyThatIsMissing(t *testing.T) {
	opt := newManaged(t)
	opt.List = nil
	_, err := opened(t, opt).List(ctx)
	if !errors.Is(err, secret.Invalid) || !strings.Contains(err.Error(), "no setting list") || !strings.Contains(secret.Hint(err), "secrets.command.list") {
		t.Errorf("list: %v", err)
	}
	opt.Set = nil
	if err := opened(t, opt).Set(ctx, "K", secret.Text("v")); !errors.Is(err, secret.Permission) || !strings.Contains(err.Error(), "only reads") {
		t.Errorf("set: %v", err)
	}
	if err := opened(t, opt).Delete(ctx, "K"); !errors.Is(err, secret.NotFound) {
		t.Errorf("delete: %v", err)
	}
}

func TestSettingsAreRead(t *testing.T) {
	settings := store.Settings(`{"get": ["op", "read", "op://prod/{key}"], "timeout": 1.5, "exit": {"notFound": [1, 2], "denied": [3]},
		"stderr": {"locked": ["is locked"]}, "parallel": 3, "keepNewline": true}`)
	s, err := Open(settings, Options{Dir: "/d"})
	if err != nil {
		t.Fatal(err)
	}
	if s.timeout != 1500*time.Millisecond || s.set.Parallel != 3 || s.opt.Dir != "/d" || !s.set.KeepNewline || len(s.set.Exit.NotFound) != 2 || len(s.set.Says.Locked) != 1 {
		t.Errorf("%v %v", s.set, s.opt)
	}
	if s, err := Open(store.Settings(`{"get": ["a", "{key}"], "timeout": "1m30s"}`), Options{}); err != nil || s.timeout != 90*time.Second || s.set.Parallel != store.Parallel {
		t.Errorf("%v", err)
	}
	if s, err := Open(store.Settings(`{"get": ["a", "{key}"]}`), Options{}); err != nil || s.timeout != 30*time.Second {
		t.Errorf("%v", err)
	}
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	for settings, want := range map[string]string{
		`{}`:                                                        "secrets.command.get: there is no command",
		`{"get": []}`:                                               "secrets.command.get: there is no command",
		`{"get": "op read {key}"}`:                                  "secrets.command.get: not a list of texts",
		`{"get": ["", "{key}"]}`:                                    "secrets.command.get: the program has no name",
		`{"get": ["/bin/{key}"]}`:                                   "secrets.command.get: the name of the program holds {key}",
		`{"get": ["op", "read"]}`:                                   "secrets.command.get: no argument holds {key}",
		`{"get": ["op", "{key}\u0000"]}`:                            "secrets.command.get: an argument holds a NUL",
		`{"get": ["op", "{key}"], "set": []}`:                       "secrets.command.set: there is no command",
		`{"get": ["op", "{key}"], "delete": ["rm"]}`:                "secrets.command.delete: no argument holds {key}",
		`{"get": ["op", "{key}"], "list": ["ls", "{key}"]}`:         "secrets.command.list: there is no key",
		`{"get": ["op", "{key}"], "timeout": 0}`:                    "secrets.command.timeout: not a length of time",
		`{"get": ["op", "{key}"], "timeout": "30"}`:                 "secrets.command.timeout: not a length of time",
		`{"get": ["op", "{key}"], "timeout": [1]}`:                  "secrets.command.timeout: not a length of time",
		`{"get": ["op", "{key}"], "timeout": 1e300}`:                "secrets.command.timeout: not a length of time",
		`{"get": ["op", "{key}"], "parallel": -1}`:                  "secrets.command.parallel: not a number from 1 to 64",
		`{"get": ["op", "{key}"], "parallel": 65}`:                  "secrets.command.parallel: not a number from 1 to 64",
		`{"get": ["op", "{key}"], "exit": {"notFound": ["one"]}}`:   "secrets.command.exit.notFound: not a whole number",
		`{"get": ["op", "{key}"], "exit": {"missing": [1]}}`:        `secrets.command: there is no setting "missing"`,
		`{"get": ["op", "{key}"], "stderr": {"notFound": ["", 1]}}`: "secrets.command.stderr.notFound: not a text",
		`{"get": ["op", "{key}"], "stderr": {"notFound": [""]}}`:    "secrets.command.stderr.notFound: an empty text",
		`{"get": ["op", "{key}"], "dir": "/"}`:                      `secrets.command: there is no setting "dir"`,
	} {
		_, err := Open(store.Settings(settings), Options{})
		if !errors.Is(err, secret.Invalid) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", settings, err, want)
		}
	}
}

func TestAListIsReadByLine(t *testing.T) {
	got := parseList([]byte("# heading\nB\r\nA\n\n a\n├── x\nB\nx/y\n1\nlast"))
	if want := []string{"A", "B", "last"}; !slices.Equal(got, want) {
		t.Errorf("keys %q, want %q", got, want)
	}
}

func FuzzParseList(f *testing.F) {
	f.Add([]byte("A\nB\r\nA\n"))
	f.Add([]byte("\r\n\x00\n├── a\n"))
	f.Fuzz(func(t *testing.T, out []byte) {
		keys := parseList(out)
		for i, key := range keys {
			if secret.CheckKey(key) != nil || i > 0 && keys[i-1] >= key {
				t.Fatalf("key %d is none, or out of order", i)
			}
			if !bytes.Contains(out, []byte(key)) {
				t.Fatalf("key %d does not stand in the output", i)
			}
		}
		again := parseList([]byte(strings.Join(keys, "\n")))
		if !slices.Equal(keys, again) {
			t.Fatal("the list of a list is another")
		}
	})
}

func FuzzArguments(f *testing.F) {
	f.Add(`["op", "op://x/{key}/{key}", "{{key}}"]`, "a.KEY-1")
	f.Add(`["x", "{ke{key}y}"]`, "K")
	f.Fuzz(func(t *testing.T, text, key string) {
		var command []string
		if json.Unmarshal([]byte(text), &command) != nil || checkCommand("get", command, true) != nil || secret.CheckKey(key) != nil {
			return
		}
		before := slices.Clone(command)
		argv := argvFor(command, key)
		if !slices.Equal(before, command) || len(argv) != len(command) || argv[0] != command[0] {
			t.Fatal("the command is another")
		}
		for i, arg := range argv {
			marks := strings.Count(command[i], keyMark)
			if strings.Contains(arg, keyMark) || len(arg) != len(command[i])+marks*(len(key)-len(keyMark)) {
				t.Fatalf("argument %d: {key} is left, or more than {key} was replaced", i)
			}
			if arg != strings.Join(strings.Split(command[i], keyMark), key) {
				t.Fatalf("argument %d is another", i)
			}
		}
	})
}
