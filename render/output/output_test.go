package output

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func names(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWriteMakesAndReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	for _, want := range []string{"first, longer", "second"} {
		if err := Write(path, text(want)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("%q, error %v, want %q", got, err, want)
		}
		info, err := os.Stat(path)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, error %v", info.Mode(), err)
		}
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if all := names(t, filepath.Dir(path)); len(all) != 1 {
		t.Errorf("files %v, want out alone", all)
	}
}

func TestFailureLeavesTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := errors.New("full")
	err := Write(path, func(w io.Writer) error {
		_, err := w.Write(make([]byte, 1<<20))
		return errors.Join(err, full)
	})
	if !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "old" {
		t.Errorf("the old file has %d bytes, error %v", len(got), err)
	}
	if all := names(t, filepath.Dir(path)); len(all) != 1 {
		t.Errorf("files %v, want out alone", all)
	}
}

// TestAKilledProcessLeavesNothing: what is being written has no name.
func TestAKilledProcessLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	f, err := openUnnamed(folder)
	if err != nil {
		t.Skip(err)
	}
	f.Close()
	var b Batch
	defer b.Drop()
	for i := range 2 * maxUnnamed {
		err := b.Add(filepath.Join(folder, fmt.Sprint(i)), func(w io.Writer) error {
			if n := len(names(t, folder)); n > max(0, i+1-maxUnnamed) {
				t.Errorf("file %d: there are %d names already", i, n)
			}
			return text("x")(w)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Commit(); err != nil || len(names(t, folder)) != 2*maxUnnamed {
		t.Errorf("%d files, error %v", len(names(t, folder)), err)
	}
}

func TestOnlyRegularFilesAreReplaced(t *testing.T) {
	folder := t.TempDir()
	target := filepath.Join(folder, "target")
	link := filepath.Join(folder, "link")
	dangling := filepath.Join(folder, "dangling")
	if err := errors.Join(os.WriteFile(target, nil, 0o600), os.Symlink(target, link), os.Symlink("nowhere", dangling)); err != nil {
		t.Skip(err)
	}
	for _, path := range []string{link, dangling, folder, os.DevNull} {
		err := Write(path, text("x"))
		if !errors.Is(err, secret.Invalid) || secret.Hint(err) == "" {
			t.Errorf("%s: error %v with hint %q", path, err, secret.Hint(err))
		}
	}
	if got, err := os.ReadFile(target); err != nil || len(got) > 0 {
		t.Errorf("something was written through the link: %d bytes, error %v", len(got), err)
	}
}

// TestABatchIsAllOrNone: a file that cannot take its place leaves the others as they were.
func TestABatchIsAllOrNone(t *testing.T) {
	folder := t.TempDir()
	old, fresh, bad := filepath.Join(folder, "old"), filepath.Join(folder, "new", "fresh"), filepath.Join(folder, "bad")
	if err := os.WriteFile(old, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	var b Batch
	defer b.Drop()
	if err := b.MakeFolder(folder, filepath.Dir(fresh)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{old, fresh, bad} {
		if err := b.Add(path, text("rendered")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(bad, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := b.Commit(); err == nil {
		t.Error("a folder was replaced")
	}
	b.Drop()
	if got, err := os.ReadFile(old); err != nil || string(got) != "old" {
		t.Errorf("%d bytes in the old file, error %v", len(got), err)
	}
	if all := names(t, folder); len(all) != 2 {
		t.Errorf("files %v, want old and the folder in the way", all)
	}
}

func TestABatchGoesThroughNoLink(t *testing.T) {
	folder := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(folder, "root"), 0o700), os.Symlink(t.TempDir(), filepath.Join(folder, "root", "link"))); err != nil {
		t.Skip(err)
	}
	var b Batch
	if err := b.MakeFolder(filepath.Join(folder, "root"), filepath.Join(folder, "root", "link", "x")); !errors.Is(err, secret.Invalid) {
		t.Errorf("error %v", err)
	}
}
