package command

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
)

// Options are what a store takes from the process around it.
type Options struct {
	Dir     string    // where commands run; "" is the working directory
	Environ []string  // of commands; nil is an empty one
	Stderr  io.Writer // takes what commands complain about; nil drops it
}

type settings struct {
	Get         []string `json:"get"`
	Set         []string `json:"set"`
	Delete      []string `json:"delete"`
	List        []string `json:"list"`
	Timeout     any      `json:"timeout"` // a number of seconds, or a duration as text; nil is 30 s
	KeepNewline bool     `json:"keepNewline"`
	Exit        statuses `json:"exit"`
	Says        texts    `json:"stderr"`
	Parallel    int      `json:"parallel"` // 0 is store.Parallel
}

// statuses are exit statuses that mean something.
type statuses struct {
	NotFound []int `json:"notFound"`
	Denied   []int `json:"denied"`
	Locked   []int `json:"locked"`
}

// texts are parts of what a failed command says on standard error that mean something.
type texts struct {
	NotFound []string `json:"notFound"`
	Denied   []string `json:"denied"`
	Locked   []string `json:"locked"`
}

const (
	defaultTimeout = 30 * time.Second
	maxTimeout     = 24 * time.Hour
	maxParallel    = 64
	keyMark        = "{key}"
)

// Open checks the settings. No command runs.
func Open(said store.Settings, opt Options) (*Store, error) {
	var set settings
	if err := said.Decode("command", &set); err != nil {
		return nil, err
	}
	return open(set, opt)
}

func open(set settings, opt Options) (*Store, error) {
	timeout, err := timeOf(set.Timeout)
	if err != nil {
		return nil, err
	}
	for _, c := range []struct {
		name   string
		argv   []string
		marked bool
	}{{"get", set.Get, true}, {"set", set.Set, true}, {"delete", set.Delete, true}, {"list", set.List, false}} {
		if err := checkCommand(c.name, c.argv, c.marked); err != nil {
			return nil, err
		}
	}
	if err := set.Says.check(); err != nil {
		return nil, err
	}
	if set.Parallel < 0 || set.Parallel > maxParallel {
		return nil, wrong("parallel", "not a number from 1 to %d", maxParallel)
	}
	if set.Parallel == 0 {
		set.Parallel = store.Parallel
	}
	return &Store{set: set, opt: opt, timeout: timeout}, nil
}

func wrong(setting, format string, args ...any) error {
	return secret.Errorf(secret.Invalid, "secrets.command."+setting+": "+format, args...)
}

// timeOf reads the setting timeout.
func timeOf(setting any) (t time.Duration, err error) {
	switch v := setting.(type) {
	case nil:
		return defaultTimeout, nil
	case float64:
		if v < maxTimeout.Seconds() {
			t = time.Duration(v * float64(time.Second))
		}
	case string:
		t, err = time.ParseDuration(v)
	}
	if err != nil || t <= 0 || t > maxTimeout {
		return 0, secret.WithHint(wrong("timeout", "not a length of time"), `write seconds, as 30, or a duration, as "1m30s"`)
	}
	return t, nil
}

// checkCommand checks the shape of a command, which may be absent unless it is get.
func checkCommand(name string, argv []string, marked bool) error {
	isMarked := func(arg string) bool { return strings.Contains(arg, keyMark) }
	switch {
	case len(argv) == 0 && (name == "get" || argv != nil):
		return secret.WithHint(wrong(name, "there is no command"), `write a list, as [op, read, "op://prod/{key}/password"]`)
	case len(argv) == 0:
		return nil
	case argv[0] == "":
		return wrong(name, "the program has no name")
	case isMarked(argv[0]):
		return secret.WithHint(wrong(name, "the name of the program holds %s", keyMark), "which program runs cannot depend on the key")
	case slices.ContainsFunc(argv, func(arg string) bool { return strings.Contains(arg, "\x00") }):
		return wrong(name, "an argument holds a NUL")
	case marked && !slices.ContainsFunc(argv, isMarked):
		return secret.WithHint(wrong(name, "no argument holds %s", keyMark), "it stands for the key; without it all keys would be one")
	case !marked && slices.ContainsFunc(argv, isMarked):
		return wrong(name, "there is no key to put in the place of %s", keyMark)
	}
	return nil
}

// check refuses an empty text, which everything holds.
func (t texts) check() error {
	for name, texts := range map[string][]string{"notFound": t.NotFound, "denied": t.Denied, "locked": t.Locked} {
		if slices.Contains(texts, "") {
			return wrong("stderr."+name, "an empty text")
		}
	}
	return nil
}

// argvFor puts key into the arguments of a command.
func argvFor(command []string, key string) []string {
	argv := slices.Clone(command)
	for i := range argv[1:] {
		argv[i+1] = strings.ReplaceAll(argv[i+1], keyMark, key)
	}
	return argv
}

// meaning is what the failure of a command means, as far as it is told.
func (s *settings) meaning(status int, complaint string) (kind secret.Kind, told bool) {
	classes := []struct {
		kind     secret.Kind
		statuses []int
		texts    []string
	}{
		{secret.Permission, s.Exit.Denied, s.Says.Denied},
		{secret.Encryption, s.Exit.Locked, s.Says.Locked},
		{secret.NotFound, s.Exit.NotFound, s.Says.NotFound},
	}
	for _, c := range classes {
		if slices.ContainsFunc(c.texts, func(text string) bool { return strings.Contains(complaint, text) }) {
			return c.kind, true
		}
	}
	for _, c := range classes {
		if slices.Contains(c.statuses, status) {
			return c.kind, true
		}
	}
	return secret.General, false
}
