package file

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

func TestLookAtAWholeStore(t *testing.T) {
	opt := made(t, "A", "B")
	before := tree(t, filepath.Dir(opt.Dir))
	r := Open(opt).Look()
	if !r.Exists || r.Keys != 2 || r.Generation != 1 || !slices.Equal(r.Slots, []Slot{{format.Keyfile, 100_000}}) || !r.KeyFileExists || !r.KeyFits {
		t.Errorf("told %+v", r)
	}
	if len(r.Problems)+len(r.Warnings)+len(r.Leftovers) > 0 || r.Nested != "" {
		t.Errorf("faults of a whole store: %v, %v, %v, %q", r.Problems, r.Warnings, r.Leftovers, r.Nested)
	}
	if after := tree(t, filepath.Dir(opt.Dir)); after != before {
		t.Error("looking changed files")
	}
	none := Open(options(t)).Look()
	if none.Exists || none.KeyFileExists || len(none.Problems)+len(none.Warnings) > 0 {
		t.Errorf("of no store it told %+v", none)
	}
}

// TestLookTellsEverything: each of several faults, where other methods end at the first.
func TestLookTellsEverything(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no mode bits")
	}
	opt := made(t, "A")
	path := func(name string) string { return filepath.Join(opt.Dir, name) }
	err := errors.Join(
		os.Chmod(opt.Dir, 0o750), os.Chmod(path("salt"), 0o644), os.Truncate(path("keyring.enc"), 10), os.Remove(path("config")),
		os.Chmod(opt.KeyFile, 0o000), os.Mkdir(opt.Dir+".lock2", 0o700), os.Remove(opt.Dir+".lock"), os.Rename(opt.Dir+".lock2", opt.Dir+".lock"),
	)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[secret.Kind]int{}
	r := Open(opt).Look()
	for _, problem := range r.Problems {
		kinds[secret.KindOf(problem)]++
	}
	// Permission: folder, salt, key file, lock. Encryption: config, keyring.enc.
	if kinds[secret.Permission] != 4 || kinds[secret.Encryption] != 2 || len(r.Problems) != 6 {
		t.Errorf("%d problems: %v", len(r.Problems), r.Problems)
	}
}
