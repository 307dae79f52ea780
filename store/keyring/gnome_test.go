package keyring

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/store"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/storetest"
)

// inSession is set for the test's own program where it runs inside a session with a keyring.
const inSession = "XEC_TEST_IN_SESSION"

// need ends a test without the programs of a component.
func need(t *testing.T, component string, programs ...string) {
	t.Helper()
	for _, program := range programs {
		machine.Program(t, component, program)
	}
}

// slow are the tests of the suite with many values: the daemon writes its file for each.
const slow = "^TestInSessionConforms$/^(many_values|a_value_is_any)"

// TestWithGNOMEKeyring runs the tests below in a session of its own, whose keyring is open.
func TestWithGNOMEKeyring(t *testing.T) {
	need(t, "keyring", "dbus-run-session", "gnome-keyring-daemon", "sh")
	folder := t.TempDir()
	script := `printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"`
	args := []string{"--", "sh", "-c", script, "sh", os.Args[0], "-test.run=^TestInSession", "-test.v"}
	if !machine.Required("keyring") {
		args = append(args, "-test.skip="+slow)
	}
	cmd := exec.Command("dbus-run-session", args...)
	// Not in $TMPDIR, which may make the path of a socket too long.
	run, err := os.MkdirTemp("/tmp", "xec")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(run)
	cmd.Env = append(os.Environ(), inSession+"=1", "HOME="+folder, "XDG_DATA_HOME="+filepath.Join(folder, "data"), "XDG_RUNTIME_DIR="+run)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestInSessionConforms") {
		t.Fatalf("%v\n%s", err, out)
	}
}

func session(t *testing.T) {
	t.Helper()
	if os.Getenv(inSession) == "" {
		t.Skip("it runs inside a session with a keyring")
	}
}

func TestInSessionConforms(t *testing.T) {
	session(t)
	n := 0
	storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
		n++
		settings := store.Settings(fmt.Sprintf(`{"service": "xec-test-%d"}`, n))
		opt := Options{Lock: filepath.Join(t.TempDir(), "lock")}
		reopen := func() store.Store {
			s, err := Open(settings, opt)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		return reopen(), reopen
	})
}

// TestInSessionItems asks the keyring's own tool.
func TestInSessionItems(t *testing.T) {
	session(t)
	need(t, "keyring", "secret-tool")
	s, err := Open(store.Settings(`{"service": "xec-test"}`), Options{Lock: filepath.Join(t.TempDir(), "lock")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Set(ctx, "KEY", secret.Text("value")); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("secret-tool", "lookup", "service", "xec-test", "username", headName("KEY")).Output()
	if h, ok := parseHead(string(out)); err != nil || !ok || string(h.value) != "value" {
		t.Errorf("error %v, or no head with the value", err)
	}
}
