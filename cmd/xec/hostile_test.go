package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/hostile"
	"github.com/xec-sh/xec-go/store/secret"
	"github.com/xec-sh/xec-go/store/transfer"
)

// carried are the hostile values that an environment can hold, by key.
func carried() (keys []string, values map[string]secret.Value) {
	values = map[string]secret.Value{}
	for i, kind := range hostile.Kinds() {
		if strings.Contains(kind.Value, "\x00") {
			continue
		}
		key := fmt.Sprintf("KEY_%d", i)
		keys, values[key] = append(keys, key), secret.Text(kind.Value)
	}
	return keys, values
}

// hostileHome is a home folder whose store holds those values, by xec itself.
func hostileHome(t *testing.T, values map[string]secret.Value) string {
	t.Helper()
	home := t.TempDir()
	var text bytes.Buffer
	if err := transfer.WriteJSON(&text, values); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program(t, "xec"), "secrets", "import")
	cmd.Env, cmd.Stdin = cleanEnv(home), &text
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return home
}

// printAll is a shell script that prints variables, a NUL behind each.
func printAll(prefix string, keys []string) string {
	var script strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&script, "printf '%%s\\0' \"$%s%s\"\n", prefix, key)
	}
	return script.String()
}

// requireAll compares what was printed with the values, without showing one.
func requireAll(t *testing.T, printed []byte, keys []string, values map[string]secret.Value) {
	t.Helper()
	parts := bytes.Split(bytes.TrimSuffix(printed, []byte{0}), []byte{0})
	if len(parts) != len(keys) {
		t.Fatalf("%d values were printed of %d", len(parts), len(keys))
	}
	for i, key := range keys {
		if want := values[key].Reveal(); !bytes.Equal(parts[i], want) {
			t.Errorf("%s: %d bytes that are not the %d that were stored", key, len(parts[i]), len(want))
		}
	}
}

// TestHostileValuesArriveInShells runs the line that the product document gives.
func TestHostileValuesArriveInShells(t *testing.T) {
	keys, values := carried()
	if len(keys) < 60 {
		t.Fatalf("only %d kinds of value", len(keys))
	}
	home := hostileHome(t, values)
	t.Logf("%d kinds of value", len(keys))
	for _, shell := range groups["shells"] {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				need(t, "shells")
			}
			script := filepath.Join(t.TempDir(), "script")
			text := `eval "$(` + program(t, "xec") + ` secrets export -f env --force)"` + "\n" + printAll("SECRET_", keys)
			if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(shell, script)
			cmd.Dir, cmd.Env = t.TempDir(), cleanEnv(home)
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			requireAll(t, out, keys, values)
			if left := filesIn(t, cmd.Dir); len(left) > 0 {
				t.Errorf("a value made %d files", len(left))
			}
		})
	}
}

func TestHostileValuesArriveInChildrenAndTexts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the child is a program of Unix")
	}
	keys, values := carried()
	home := hostileHome(t, values)
	var template, env strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&template, "${secret:%s}\x00", key)
		fmt.Fprintf(&env, "F_%s='${secret:%s}'\n", key, key)
	}
	file := filepath.Join(home, "file.env")
	if err := os.WriteFile(file, []byte(env.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"render":          {"render", "-"},
		"exec":            {"exec", "--no-mask", "--", "sh", "-c", printAll("", keys)},
		"exec --env-file": {"exec", "--no-mask", "--env-file", file, "--", "sh", "-c", printAll("F_", keys)},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(program(t, "xec"), args...)
			cmd.Env, cmd.Stdin = cleanEnv(home), strings.NewReader(template.String())
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			requireAll(t, out, keys, values)
		})
	}
}
