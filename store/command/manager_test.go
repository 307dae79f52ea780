package command

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// TestMain lets the test's own program be the manager, so that the tests need nothing else.
// What it is to do stands behind "manage", its folder in the environment.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "manage" {
		os.Exit(manage(os.Getenv("MANAGER_FOLDER"), os.Args[2], os.Args[3:]))
	}
	os.Exit(m.Run())
}

// Statuses of the manager.
const (
	missing = 10
	denied  = 5
	locked  = 11
)

// manage is a manager that keeps each name and value in a file, whose own name every file
// system takes.
func manage(folder, verb string, args []string) int {
	path := func() string { return filepath.Join(folder, fmt.Sprintf("%x", sha256.Sum256([]byte(args[0])))) }
	switch verb {
	case "get", "getline":
		b, err := os.ReadFile(path())
		if err != nil {
			fmt.Fprintln(os.Stderr, "there is no", args[0])
			return missing
		}
		_, value, _ := bytes.Cut(b, []byte("\n"))
		os.Stdout.Write(value)
		if verb == "getline" {
			fmt.Println()
		}
	case "set":
		return managePut(path(), args[0])
	case "delete":
		if os.Remove(path()) != nil {
			return missing
		}
	case "list":
		entries, _ := os.ReadDir(folder)
		fmt.Println("# names")
		for _, e := range entries {
			b, _ := os.ReadFile(filepath.Join(folder, e.Name()))
			name, _, _ := bytes.Cut(b, []byte("\n"))
			fmt.Printf("%s\n", name)
		}
	default:
		return misbehave(folder, verb, args)
	}
	return 0
}

// managePut puts a name and standard input into a file, whole or not at all.
func managePut(path, name string) int {
	b, err := io.ReadAll(os.Stdin)
	if err != nil {
		return 1
	}
	f, err := os.CreateTemp(filepath.Dir(filepath.Dir(path)), "")
	if err != nil {
		return 1
	}
	defer os.Remove(f.Name())
	if _, err := fmt.Fprintf(f, "%s\n%s", name, b); err != nil || f.Close() != nil || os.Rename(f.Name(), path) != nil {
		return 1
	}
	return 0
}

// misbehave does what a manager should not.
func misbehave(folder, verb string, args []string) int {
	switch verb {
	case "fail": // with a status, saying something on both streams
		status := 0
		fmt.Sscan(args[0], &status)
		fmt.Fprintln(os.Stderr, strings.Join(args[1:], " "))
		fmt.Println(leak)
		return status
	case "nothing":
	case "newline":
		fmt.Println()
	case "flood":
		for {
			if _, err := os.Stdout.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
				return 1
			}
		}
	case "exactly": // so many bytes and a newline
		n := 0
		fmt.Sscan(args[0], &n)
		fmt.Println(strings.Repeat("x", n))
	case "environment":
		fmt.Print(strings.Join(os.Environ(), "\n"))
	case "where":
		here, _ := os.Getwd()
		fmt.Print(here)
	case "arguments":
		fmt.Printf("%q", args)
	case "hang": // with a child, which holds a lock as long as it lives
		child := exec.Command(os.Args[0], "manage", "hold")
		child.Stdout = os.Stdout
		if child.Start() != nil {
			return 1
		}
		time.Sleep(time.Hour)
	case "hold":
		if flock.New(filepath.Join(folder, "lock")).Lock() != nil {
			return 1
		}
		os.WriteFile(filepath.Join(folder, "held"), nil, 0o600)
		time.Sleep(time.Hour)
	default:
		return 2
	}
	return 0
}

// leak is a value that a manager says where it should not.
const leak = "s3cr3t-that-leaks"

// managed is what a store of a manager is opened with.
type managed struct {
	settings
	Options
}

// newManaged is one of a manager with a folder of its own.
func newManaged(t testing.TB) managed {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	verb := func(args ...string) []string { return append([]string{self, "manage"}, args...) }
	return managed{
		settings{
			Get:         verb("get", "{key}"),
			Set:         verb("set", "{key}"),
			Delete:      verb("delete", "{key}"),
			List:        verb("list"),
			KeepNewline: true,
			Exit:        statuses{NotFound: []int{missing}, Denied: []int{denied}, Locked: []int{locked}},
		},
		Options{
			Dir: t.TempDir(),
			// With the race detector a process waits for a second at its end, unless told.
			Environ: append(os.Environ(), "GORACE=atexit_sleep_ms=0", "MANAGER_FOLDER="+t.TempDir()),
		},
	}
}

// doing gives a store whose get does something else.
func doing(t *testing.T, opt managed, args ...string) *Store {
	t.Helper()
	opt.Get = append([]string{opt.Get[0], "manage"}, args...)
	return opened(t, opt)
}

func opened(t testing.TB, opt managed) *Store {
	t.Helper()
	s, err := open(opt.settings, opt.Options)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
