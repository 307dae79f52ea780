package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/store/file"
	"github.com/xec-sh/xec-go/store/secret"
)

// built is the folder of the programs that tests and benchmarks start.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "xec-built-")
	if err != nil {
		return "", err
	}
	builtFolder = dir
	for name, pkg := range map[string]string{"xec": ".", "floor": "./testdata/floor"} {
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, name), pkg).CombinedOutput(); err != nil {
			return "", fmt.Errorf("go build %s: %w\n%s", pkg, err, out)
		}
	}
	return dir, nil
})

// builtFolder is removed when the tests have ended.
var builtFolder string

func program(t testing.TB, name string) string {
	t.Helper()
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// cleanEnv is an environment in which home is the home folder and nothing else of
// the person's is left.
func cleanEnv(home string, more ...string) []string {
	return append([]string{"HOME=" + home, "USERPROFILE=" + home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}, more...)
}

// homeWith makes a home folder whose store holds n secrets.
func homeWith(t testing.TB, n int) string {
	t.Helper()
	home := t.TempDir()
	values := make(map[string]secret.Value, n)
	for i := range n {
		values[fmt.Sprintf("SERVICE_%06d_PASSWORD", i)] = secret.Text(fmt.Sprintf("value-%026d", i))
	}
	s := file.Open(file.Options{Dir: filepath.Join(home, ".xec", "secrets"), KeyFile: filepath.Join(home, ".xec", "key")})
	if err := s.SetBatch(context.Background(), values); err != nil {
		t.Fatal(err)
	}
	return home
}

// need skips a test for want of a component, and fails where it is required.
func need(t testing.TB, name string) {
	t.Helper()
	if err := present(name); err != nil {
		machine.Lacking(t, name, err)
	}
}
