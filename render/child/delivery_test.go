package child

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/store/secret"
)

// values are such as files have: with NUL, without a line end, as long as one can be.
var values = []string{"v", "a\x00b\n", "\xff", strings.Repeat("x", 64<<10)}

func TestAFileIsReadAsOftenAsOneLikes(t *testing.T) {
	var d Delivery
	for i, v := range values {
		path, err := d.File(secret.Text(v))
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if b, err := os.ReadFile(path); err != nil || string(b) != v {
				t.Errorf("value %d: %d bytes, error %v", i, len(b), err)
			}
		}
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("value %d: mode %v, error %v", i, info.Mode(), err)
		}
	}
	if err := d.Remove(); err != nil {
		t.Error(err)
	}
}

func TestAFileInMemoryIsNotChanged(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there are none")
	}
	var d Delivery
	path, err := d.File(secret.Text("value"))
	if err != nil || d.Stays() || !strings.HasPrefix(path, "/dev/fd/") {
		t.Fatalf("path %q, stays %v, error %v", path, d.Stays(), err)
	}
	if f, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil { // root may
		if _, err := f.WriteString("x"); err == nil {
			t.Error("it is written to")
		}
		if err := f.Truncate(0); err == nil {
			t.Error("it is cut off")
		}
		f.Close()
	}
}

func TestAProgramInheritsTheFile(t *testing.T) {
	cat, err := exec.LookPath("cat")
	if err != nil {
		t.Skip(err)
	}
	var d Delivery
	defer d.Remove()
	for i, v := range values {
		path, err := d.File(secret.Text(v))
		if err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(cat, path, path).Output(); err != nil || string(out) != v+v {
			t.Errorf("value %d: %d bytes, error %v", i, len(out), err)
		}
	}
}

func TestStdin(t *testing.T) {
	for i, v := range values {
		var d Delivery
		f, err := d.Stdin(secret.Text(v))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(f); err != nil || string(b) != v {
			t.Errorf("value %d: %d bytes, error %v", i, len(b), err)
		}
		f.Close()
	}
}

// TestFilesOnADisk are what is left where there is no memory to put them in.
func TestFilesOnADisk(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var d Delivery
	for _, v := range values {
		path, err := d.onDisk(secret.Text(v))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(b, []byte(v)) || !d.Stays() {
			t.Errorf("%d bytes, error %v", len(b), err)
		}
		info, err := os.Stat(filepath.Dir(path))
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
			t.Errorf("mode of the folder %v, error %v", info.Mode(), err)
		}
	}
	if err := d.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(d.folder); err == nil {
		t.Error("the folder is still there")
	}
}

// TestFilesAreFoundFromElsewhere: the folder for temporary files may be relative.
func TestFilesAreFoundFromElsewhere(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, ".")
	}
	var d Delivery
	path, err := d.onDisk(secret.Text("value"))
	if err != nil || !filepath.IsAbs(path) {
		t.Errorf("path %q, error %v", path, err)
	}
	if err := d.Remove(); err != nil {
		t.Error(err)
	}
}
