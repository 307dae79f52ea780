//go:build unix

package trust

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/fixtures/machine"
	"github.com/xec-sh/xec-go/store/secret"
)

// needRoot skips the test unless files can be given away.
func needRoot(t *testing.T) {
	if os.Geteuid() == 0 {
		return
	}
	machine.Lacking(t, "root", errors.New("only root can give files away"))
}

func TestRecordsAreClosedToOthers(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	r, file := approved(t, project())
	for path, want := range map[string]fs.FileMode{filepath.Dir(r.Dir): 0o700, r.Dir: 0o700, file: 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, want %v, error %v", path, info.Mode(), want, err)
		}
	}
	if entries, _ := os.ReadDir(r.Dir); len(entries) != 1 || entries[0].Name() != fileName(project().Path) {
		t.Errorf("the folder holds %v", entries)
	}
}

func TestARecordOfOthersApprovesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(file string) error
		want  string
	}{
		"others may read":  {func(f string) error { return os.Chmod(f, 0o604) }, "mode 0604"},
		"others may write": {func(f string) error { return os.Chmod(f, 0o602) }, "mode 0602"},
		"a group may read": {func(f string) error { return os.Chmod(f, 0o640) }, "mode 0640"},
		"a symbolic link": {func(f string) error {
			return errors.Join(os.Rename(f, f+".real"), os.Symlink(f+".real", f))
		}, "a symbolic link"},
		"a link that leads nowhere": {func(f string) error {
			return errors.Join(os.Remove(f), os.Symlink("/nonexistent/x", f))
		}, "a symbolic link"},
		"a folder": {func(f string) error { return errors.Join(os.Remove(f), os.Mkdir(f, 0o700)) }, "not a regular file"},
		"a FIFO":   {func(f string) error { return errors.Join(os.Remove(f), syscall.Mkfifo(f, 0o600)) }, "not a regular file"},
		"a socket": {socketAt, "not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			r, file := approved(t, project())
			if err := test.spoil(file); err != nil {
				t.Fatal(err)
			}
			checkUnbelieved(t, r, file, test.want)
		})
	}
}

// socketAt puts a socket in the place of a file. It is bound elsewhere, because a
// socket's path must be short.
func socketAt(file string) error {
	dir, err := os.MkdirTemp("", "xec")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bound := filepath.Join(dir, "s")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: bound, Net: "unix"})
	if err != nil {
		return err
	}
	listener.SetUnlinkOnClose(false)
	return errors.Join(listener.Close(), os.Rename(bound, file))
}

func TestARecordOfAnotherUserApprovesNothing(t *testing.T) {
	needRoot(t)
	r, file := approved(t, project())
	if err := os.Chown(file, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	checkUnbelieved(t, r, file, "belongs to user 12345")
}

// TestApprovingMendsARecord: a person who approves anew need not know what is wrong with
// the old record, and what a link leads to is not written.
func TestApprovingMendsARecord(t *testing.T) {
	r, file := approved(t, project())
	target := filepath.Join(t.TempDir(), "target")
	if err := errors.Join(os.WriteFile(target, []byte("x"), 0o600), os.Remove(file), os.Symlink(target, file)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Approve(project()); err != nil {
		t.Fatal(err)
	}
	if a, _, err := r.Lookup(project()); err != nil || !a.Covers(project()) {
		t.Errorf("covered %v, error %v", a.Covers(project()), err)
	}
	if b, err := os.ReadFile(target); string(b) != "x" {
		t.Errorf("what the link led to was written, error %v", err)
	}
}

func TestAFolderOfOthersIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"others may look":         func(dir string) error { return os.Chmod(dir, 0o705) },
		"a group may write":       func(dir string) error { return os.Chmod(dir, 0o770) },
		"a file":                  func(dir string) error { return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600)) },
		"others may rename it":    func(dir string) error { return os.Chmod(filepath.Dir(dir), 0o707) },
		"of another user":         func(dir string) error { return os.Chown(dir, 12345, 12345) },
		"in another user's":       func(dir string) error { return os.Chown(filepath.Dir(dir), 12345, 12345) },
		"a link to another's own": func(dir string) error { return givenAway(dir) },
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Contains(name, "another") {
				needRoot(t)
			}
			r, _ := approved(t, project())
			if err := spoil(r.Dir); err != nil {
				t.Fatal(err)
			}
			a, last, err := r.Lookup(project())
			if a.Covers(project()) || last != nil || !errors.Is(err, secret.Permission) {
				t.Errorf("covered %v, %d parts, error %v", a.Covers(project()), len(last), err)
			}
			_, approveErr := r.Approve(project())
			_, revokeErr := r.Revoke(project().Path)
			_, listErr := r.List()
			for _, err := range []error{approveErr, revokeErr, listErr} {
				if !errors.Is(err, secret.Permission) {
					t.Errorf("error %v, want one of kind %v", err, secret.Permission)
				}
			}
		})
	}
}

// givenAway puts a link to another user's folder in the place of dir.
func givenAway(dir string) error {
	real := dir + ".real"
	return errors.Join(os.Rename(dir, real), os.Chown(real, 12345, 12345), os.Symlink(real, dir))
}

func TestTheFolderMayBeALink(t *testing.T) {
	r, _ := approved(t, project())
	real := filepath.Join(t.TempDir(), "trust")
	if err := errors.Join(os.Rename(r.Dir, real), os.Symlink(real, r.Dir)); err != nil {
		t.Fatal(err)
	}
	if a, _, err := r.Lookup(project()); err != nil || !a.Covers(project()) {
		t.Errorf("covered %v, error %v", a.Covers(project()), err)
	}
	if err := os.RemoveAll(real); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Approve(project()); !errors.Is(err, secret.Permission) {
		t.Errorf("a link that leads nowhere: error %v", err)
	}
}

// configuration makes .xec/config.yaml in a folder that is closed to others.
func configuration(t *testing.T) (file string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), ".xec")
	file = filepath.Join(folder, "config.yaml")
	if err := errors.Join(os.Mkdir(folder, 0o755), os.WriteFile(file, nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAConfigurationOfOthersIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		spoil  func(file string) error
		want   string // "": accepted
		folder bool   // the error is about the folder
	}{
		"the person's own":         {func(f string) error { return nil }, "", false},
		"closed":                   {func(f string) error { return os.Chmod(f, 0o600) }, "", false},
		"others may write":         {func(f string) error { return os.Chmod(f, 0o646) }, "mode 0646", false},
		"others may write it only": {func(f string) error { return os.Chmod(f, 0o602) }, "mode 0602", false},
		"folder open":              {func(f string) error { return os.Chmod(filepath.Dir(f), 0o777) }, "mode 0777", true},
		"folder open and sticky":   {func(f string) error { return os.Chmod(filepath.Dir(f), 0o777|fs.ModeSticky) }, "", false},
		"file open, folder sticky": {func(f string) error {
			return errors.Join(os.Chmod(filepath.Dir(f), 0o777|fs.ModeSticky), os.Chmod(f, 0o666))
		}, "mode 0666", false},
		"root: own group writes":   {func(f string) error { return give(f, 0, 0, 0o664) }, "", false},
		"root: other group writes": {func(f string) error { return give(f, 0, 12345, 0o664) }, "mode 0664", false},
		"root: other group reads":  {func(f string) error { return give(f, 0, 12345, 0o644) }, "", false},
		"root: folder's group":     {func(f string) error { return give(filepath.Dir(f), 0, 12345, 0o775) }, "mode 0775", true},
		"root: another's":          {func(f string) error { return give(f, 12345, 12345, 0o644) }, "belongs to user 12345", false},
		"root: another's folder":   {func(f string) error { return give(filepath.Dir(f), 12345, 12345, 0o755) }, "belongs to user 12345", true},
		"root: another's, sticky":  {func(f string) error { return give(filepath.Dir(f), 12345, 12345, 0o777|fs.ModeSticky) }, "belongs to user 12345", true},
		"root: another's in sticky": {func(f string) error {
			return errors.Join(os.Chmod(filepath.Dir(f), 0o777|fs.ModeSticky), give(f, 12345, 0, 0o644))
		}, "belongs to user 12345", false},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(name, "root:") {
				needRoot(t)
			}
			file := configuration(t)
			if err := test.spoil(file); err != nil {
				t.Fatal(err)
			}
			at := file
			if test.folder {
				at = filepath.Dir(file)
			}
			checkVerdict(t, CheckFile(file), at, test.want)
		})
	}
}

// give gives a file to a user and a group; chmod comes last, since chown clears bits.
func give(path string, uid, gid int, mode fs.FileMode) error {
	return errors.Join(os.Chown(path, uid, gid), os.Chmod(path, mode))
}

// checkVerdict checks that err is about a path, says what is wanted and gives a hint; or
// that there is none if nothing is wanted.
func checkVerdict(t *testing.T, err error, path, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("error %v", err)
		}
		return
	}
	if !errors.Is(err, secret.Permission) || !strings.Contains(err.Error(), path+": "+want) {
		t.Fatalf("error %v, want one of kind %v with %s: %s", err, secret.Permission, path, want)
	}
	if hint := secret.Hint(err); !strings.Contains(hint, "chmod go-w "+path) && !strings.Contains(hint, "chown ") {
		t.Errorf("hint %q", hint)
	}
}

// TestLinksAreLookedBehind: a link is as safe as the file, the folder of the file, the
// link itself and the folder of the link are.
func TestLinksAreLookedBehind(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(link, file string) error
		at    func(link, file string) string
		want  string
	}{
		"all closed": {func(link, file string) error { return nil }, nil, ""},
		"the file":   {func(link, file string) error { return os.Chmod(file, 0o666) }, func(link, file string) string { return file }, "mode 0666"},
		"its folder": {func(link, file string) error { return os.Chmod(filepath.Dir(file), 0o777) }, func(link, file string) string { return filepath.Dir(file) }, "mode 0777"},
		"the folder of the link": {func(link, file string) error { return os.Chmod(filepath.Dir(link), 0o777) },
			func(link, file string) string { return filepath.Dir(link) }, "mode 0777"},
		"root: the link": {func(link, file string) error { return os.Lchown(link, 12345, 12345) },
			func(link, file string) string { return link }, "belongs to user 12345"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(name, "root:") {
				needRoot(t)
			}
			file, err := filepath.EvalSymlinks(configuration(t))
			if err != nil {
				t.Fatal(err)
			}
			link := configuration(t)
			if err := errors.Join(os.Remove(link), os.Symlink(file, link), test.spoil(link, file)); err != nil {
				t.Fatal(err)
			}
			at := ""
			if test.at != nil {
				at = test.at(link, file)
			}
			checkVerdict(t, CheckFile(link), at, test.want)
		})
	}
}

func TestAMissingConfigurationIsNoMatterOfTrust(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "config.yaml")
	if err := CheckFile(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if err := os.Symlink(missing+"2", missing); err != nil {
		t.Fatal(err)
	}
	if err := CheckFile(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a link that leads nowhere: error %v", err)
	}
}

// fakeInfo is a file of any owner, which only root could make.
type fakeInfo struct {
	uid, gid int
	mode     fs.FileMode
}

func (f fakeInfo) Name() string       { return "" }
func (f fakeInfo) Size() int64        { return 0 }
func (f fakeInfo) Mode() fs.FileMode  { return f.mode }
func (f fakeInfo) ModTime() time.Time { return time.Time{} }
func (f fakeInfo) IsDir() bool        { return f.mode.IsDir() }
func (f fakeInfo) Sys() any           { return &syscall.Stat_t{Uid: uint32(f.uid), Gid: uint32(f.gid)} }

// TestHands holds the rule for every user, root or not, that runs the tests.
func TestHands(t *testing.T) {
	me := os.Geteuid()
	other := me + 1
	for name, test := range map[string]struct {
		file fakeInfo
		want bool
	}{
		"own":                         {fakeInfo{me, me, 0o644}, true},
		"root's":                      {fakeInfo{0, 0, 0o644}, true},
		"another's":                   {fakeInfo{other, me, 0o600}, false},
		"own group writes":            {fakeInfo{me, me, 0o664}, true},
		"root's own group writes":     {fakeInfo{0, 0, 0o664}, true},
		"another group writes":        {fakeInfo{me, other, 0o660}, false},
		"another group of root's":     {fakeInfo{0, other, 0o660}, false},
		"another group reads":         {fakeInfo{me, other, 0o640}, true},
		"others write":                {fakeInfo{me, me, 0o602}, false},
		"a link":                      {fakeInfo{me, me, fs.ModeSymlink | 0o777}, true},
		"another's link":              {fakeInfo{other, me, fs.ModeSymlink | 0o777}, false},
		"a sticky folder":             {fakeInfo{0, 0, fs.ModeDir | fs.ModeSticky | 0o777}, true},
		"another's sticky folder":     {fakeInfo{other, 0, fs.ModeDir | fs.ModeSticky | 0o777}, false},
		"a file with that bit":        {fakeInfo{me, me, fs.ModeSticky | 0o666}, false},
		"a folder for everybody":      {fakeInfo{0, 0, fs.ModeDir | 0o777}, false},
		"a folder for another group":  {fakeInfo{me, other, fs.ModeDir | 0o775}, false},
		"a folder for the own group":  {fakeInfo{me, me, fs.ModeDir | 0o775}, true},
		"the own group with setgid":   {fakeInfo{me, me, fs.ModeDir | fs.ModeSetgid | 0o775}, true},
		"another group, with setgid":  {fakeInfo{me, other, fs.ModeDir | fs.ModeSetgid | 0o775}, false},
		"another group, with sticky":  {fakeInfo{me, other, fs.ModeDir | fs.ModeSticky | 0o770}, true},
		"others write, group may not": {fakeInfo{me, me, fs.ModeDir | 0o707}, false},
	} {
		err := checkHands(test.file, "/x")
		if (err == nil) != test.want || err != nil && (!errors.Is(err, secret.Permission) || secret.Hint(err) == "") {
			t.Errorf("%s: accepted %v, want %v: %v", name, err == nil, test.want, err)
		}
	}
}
