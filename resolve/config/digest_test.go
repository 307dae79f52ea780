package config

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestAProgramIsReadOnce: as long as it is the file that it was, under any profile.
func TestAProgramIsReadOnce(t *testing.T) {
	opt := options(t, `vars: {a: "${cmd:./tool}"}`+"\nprofiles: {p: {}}")
	tool := filepath.Join(opt.Dir, "tool")
	written := time.Now().Add(-time.Hour)
	writeTool := func(text string, at time.Time) {
		t.Helper()
		write(t, opt.Dir, map[string]string{"tool": text})
		if err := os.Chtimes(tool, at, at); err != nil {
			t.Fatal(err)
		}
	}
	writeTool("1", written)
	c := mustLoad(t, opt)
	with, err := c.With("p")
	if err != nil {
		t.Fatal(err)
	}
	first := parts(c)
	writeTool("2", written)
	for name, c := range map[string]*Config{"the same": c, "a profile": with} {
		if parts(c) != first {
			t.Errorf("%s: the program was read again", name)
		}
	}
	writeTool("2", written.Add(time.Second))
	if parts(c) == first || parts(c) != parts(mustLoad(t, opt)) {
		t.Error("a program that was written since is not seen")
	}
	other := filepath.Join(opt.Dir, "other")
	if err := os.Rename(tool, other); err != nil {
		t.Fatal(err)
	}
	writeTool("1", written.Add(time.Second))
	if got, want := parts(c), first; got != want {
		t.Errorf("of another file under the name:\n%s\nwant\n%s", got, want)
	}
}
