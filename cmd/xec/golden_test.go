package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// The files below fixtures/render are such as people keep: plain as they would be
// without xec, refs with references. golden/render holds what must come out of refs with
// the values of values.json. XEC_UPDATE_GOLDEN=1 writes it anew; read the difference
// before you keep it.

const renderFixtures = "../../fixtures/render"

// valuesHome is a home folder whose store holds the values of values.json.
func valuesHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	values, err := filepath.Abs(filepath.Join(renderFixtures, "values.json"))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := inHome(t, home, "secrets", "import", "-f", values); err != nil {
		t.Fatalf("%v, %d bytes", err, len(out))
	}
	return home
}

func inHome(t *testing.T, home string, args ...string) ([]byte, error) {
	t.Helper()
	cmd := exec.Command(program(t, "xec"), args...)
	cmd.Env = cleanEnv(home)
	return cmd.Output()
}

func namesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	for _, e := range filesIn(t, folder) {
		names = append(names, e.Name())
	}
	return names
}

func TestGoldenFiles(t *testing.T) {
	home := valuesHome(t)
	refs := namesIn(t, filepath.Join(renderFixtures, "refs"))
	if len(refs) < 12 {
		t.Fatalf("only %d fixtures", len(refs))
	}
	for _, folder := range []string{filepath.Join(renderFixtures, "plain"), "../../golden/render"} {
		if others := namesIn(t, folder); !slices.Equal(others, refs) && os.Getenv("XEC_UPDATE_GOLDEN") == "" {
			t.Errorf("%s holds %v, and refs %v: an orphan tests nothing", folder, others, refs)
		}
	}
	for _, name := range refs {
		t.Run(name, func(t *testing.T) {
			got, err := inHome(t, home, "render", filepath.Join(renderFixtures, "refs", name))
			if err != nil {
				var exit *exec.ExitError
				errors.As(err, &exit)
				t.Fatalf("%v\n%s", err, exit.Stderr)
			}
			requireGolden(t, filepath.Join("../../golden/render", name), got)
			plain := filepath.Join(renderFixtures, "plain", name)
			want, err := os.ReadFile(plain)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := inHome(t, home, "render", plain); err != nil || string(got) != string(want) {
				t.Errorf("a file without references comes out otherwise, error %v", err)
			}
		})
	}
}

// requireGolden compares with a golden file, whose values are no secrets.
func requireGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if os.Getenv("XEC_UPDATE_GOLDEN") != "" {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, got, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		for _, line := range diffLines(string(want), string(got)) {
			if line.mark != ' ' {
				t.Errorf("%c%s", line.mark, line.text)
			}
		}
	}
}
