package trust

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xec-sh/xec-go/store/secret"
)

// here makes an absolute path of the system of a slashed one.
func here(path string) string {
	if runtime.GOOS == "windows" {
		return `C:` + filepath.FromSlash(path)
	}
	return path
}

// registry is one in a folder of the test's own.
func registry(t testing.TB) Registry {
	return Registry{Dir: filepath.Join(t.TempDir(), ".xec", "trust"), Now: func() time.Time { return noon }}
}

// approved is a registry in which s is approved, and the file of its record.
func approved(t testing.TB, s Subject) (r Registry, file string) {
	t.Helper()
	r = registry(t)
	if _, err := r.Approve(s); err != nil {
		t.Fatal(err)
	}
	return r, r.path(fileName(s.Path))
}

func TestNothingIsApprovedAtFirst(t *testing.T) {
	r := registry(t)
	a, last, err := r.Lookup(project())
	if err != nil || a.Covers(project()) || last != nil {
		t.Errorf("covered %v, parts %v, error %v", a.Covers(project()), last, err)
	}
	list, err := r.List()
	if err != nil || list != nil {
		t.Errorf("list %v, error %v", list, err)
	}
	if was, err := r.Revoke(project().Path); err != nil || was {
		t.Errorf("revoked %v, error %v", was, err)
	}
	if _, err := os.Lstat(filepath.Dir(r.Dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Error("looking made a folder")
	}
}

func TestWhatWasApprovedIsFoundAgain(t *testing.T) {
	r, _ := approved(t, project())
	a, last, err := r.Lookup(project())
	if err != nil || !a.Covers(project()) || !reflect.DeepEqual(last, project().Parts) {
		t.Errorf("covered %v, parts %v, error %v", a.Covers(project()), last, err)
	}
	a, err = r.Approve(project())
	if err != nil || !a.Covers(project()) {
		t.Errorf("approved again: covered %v, error %v", a.Covers(project()), err)
	}
}

func TestWhatChangedIsNotApproved(t *testing.T) {
	r, _ := approved(t, project())
	for name, s := range others() {
		a, last, err := r.Lookup(s)
		if err != nil || a.Covers(s) || a.Covers(project()) {
			t.Errorf("%s: something is covered, error %v", name, err)
		}
		if moved := s.Path != project().Path; moved != (last == nil) || !moved && !reflect.DeepEqual(last, project().Parts) {
			t.Errorf("%s: approved last were %d parts", name, len(last))
		}
	}
}

func TestANewApprovalReplacesTheOld(t *testing.T) {
	r, _ := approved(t, project())
	changed := others()["a changed program"]
	if a, err := r.Approve(changed); err != nil || !a.Covers(changed) || a.Covers(project()) {
		t.Errorf("error %v, or the approval is another", err)
	}
	if a, _, err := r.Lookup(project()); err != nil || a.Covers(project()) {
		t.Errorf("what was approved before is covered, error %v", err)
	}
	if a, _, err := r.Lookup(changed); err != nil || !a.Covers(changed) {
		t.Errorf("what was approved is not covered, error %v", err)
	}
}

func TestASubjectWithoutPartsIsNotLookedUp(t *testing.T) {
	still := Subject{Path: project().Path}
	r, file := approved(t, project())
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if a, last, err := r.Lookup(still); err != nil || last != nil || !a.Covers(still) || a.Covers(project()) {
		t.Errorf("parts %v, error %v", last, err)
	}
	if _, err := r.Approve(still); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the record is left, though nothing acts any more")
	}
}

func TestRevoke(t *testing.T) {
	r, _ := approved(t, project())
	elsewhere := others()["a moved project"]
	if _, err := r.Approve(elsewhere); err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		if was, err := r.Revoke(project().Path); err != nil || was != want {
			t.Errorf("revoked %v, want %v, error %v", was, want, err)
		}
	}
	if a, last, err := r.Lookup(project()); err != nil || a.Covers(project()) || last != nil {
		t.Errorf("covered %v, error %v", a.Covers(project()), err)
	}
	if a, _, err := r.Lookup(elsewhere); err != nil || !a.Covers(elsewhere) {
		t.Errorf("another project is revoked too, error %v", err)
	}
}

func TestListIsSortedByPath(t *testing.T) {
	r := registry(t)
	var want []Record
	for _, path := range []string{"/a", "/b/c", "/b/d\n", "/é"} {
		want = append(want, Record{here(path), noon, project().Parts})
	}
	for _, record := range slices.Backward(want) {
		if _, err := r.Approve(record.subject()); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{".a.tmp", "README", strings.Repeat("A", 64), strings.Repeat("a", 63)} {
		if err := os.WriteFile(r.path(name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := r.List(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, error %v, want %v", got, err, want)
	}
}

func TestListGivesWhatCanBeBelieved(t *testing.T) {
	r, file := approved(t, project())
	elsewhere := others()["a moved project"]
	if _, err := r.Approve(elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := r.List()
	if len(list) != 1 || list[0].Path != elsewhere.Path || !errors.Is(err, secret.Permission) || !strings.Contains(err.Error(), file) {
		t.Errorf("%d records, error %v", len(list), err)
	}
}

func TestPathsMustSayWhere(t *testing.T) {
	r := registry(t)
	for _, path := range []string{"", "config.yaml", "./x", here("/a/../b"), here("/a/"), here("/a//b")} {
		s := Subject{path, project().Parts}
		_, _, lookupErr := r.Lookup(s)
		_, approveErr := r.Approve(s)
		_, revokeErr := r.Revoke(path)
		if lookupErr == nil || approveErr == nil || revokeErr == nil {
			t.Errorf("%q: errors %v, %v, %v", path, lookupErr, approveErr, revokeErr)
		}
	}
	for _, dir := range []string{"", ".xec/trust"} {
		_, _, lookupErr := Registry{Dir: dir}.Lookup(project())
		_, approveErr := Registry{Dir: dir}.Approve(project())
		if lookupErr == nil || approveErr == nil {
			t.Errorf("the folder %q, which a project could bring along: errors %v, %v", dir, lookupErr, approveErr)
		}
	}
}

func TestTheClockIsOptional(t *testing.T) {
	r := registry(t)
	r.Now = nil
	before := time.Now().Add(-time.Second)
	if _, err := r.Approve(project()); err != nil {
		t.Fatal(err)
	}
	list, err := r.List()
	if err != nil || len(list) != 1 || list[0].Time.Before(before) || list[0].Time.After(time.Now()) || list[0].Time.Location() != time.UTC {
		t.Errorf("list %v, error %v", list, err)
	}
}

func TestARecordHasALimit(t *testing.T) {
	r, file := approved(t, project())
	large := with(project(), func(s *Subject) { s.Parts[0].Text = strings.Repeat("x", maxRecord) })
	if a, err := r.Approve(large); !errors.Is(err, secret.Permission) || a.Covers(large) {
		t.Errorf("covered %v, error %v", a.Covers(large), err)
	}
	if a, _, err := r.Lookup(project()); err != nil || !a.Covers(project()) {
		t.Errorf("%s: what was approved is lost, error %v", file, err)
	}
}

func TestApprovalsAtOnce(t *testing.T) {
	r := registry(t)
	var subjects []Subject
	for i := range 20 {
		subjects = append(subjects, with(project(), func(s *Subject) {
			s.Path = here([]string{"/a", "/b"}[i%2])
			s.Parts[0].Text = strings.Repeat("x", i*1000)
		}))
	}
	var group sync.WaitGroup
	for _, s := range subjects {
		group.Go(func() {
			if a, err := r.Approve(s); err != nil || !a.Covers(s) {
				t.Errorf("covered %v, error %v", a.Covers(s), err)
			}
			if _, last, err := r.Lookup(s); err != nil || last == nil {
				t.Errorf("%d parts, error %v", len(last), err)
			}
			if _, err := r.List(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	covered := 0
	for _, s := range subjects {
		if a, _, err := r.Lookup(s); err == nil && a.Covers(s) {
			covered++
		}
	}
	entries, err := os.ReadDir(r.Dir)
	if covered != 2 || len(entries) != 2 || err != nil {
		t.Errorf("%d are covered and %d files lie there, want one for each of 2 paths; error %v", covered, len(entries), err)
	}
}

func TestADamagedRecordApprovesNothing(t *testing.T) {
	for name, spoil := range map[string]func(good []byte) []byte{
		"empty":         func([]byte) []byte { return nil },
		"cut":           func(b []byte) []byte { return b[:len(b)-3] },
		"a changed bit": func(b []byte) []byte { return []byte(strings.Replace(string(b), "HEAD", "HEAE", 1)) },
		"of another path": func([]byte) []byte {
			return marshalled(t, Record{here("/other"), noon, project().Parts})
		},
		"too long": func(b []byte) []byte { return append(b, strings.Repeat(" ", maxRecord)...) },
	} {
		t.Run(name, func(t *testing.T) {
			r, file := approved(t, project())
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, spoil(b), 0o600); err != nil {
				t.Fatal(err)
			}
			checkUnbelieved(t, r, file, "")
		})
	}
}

// checkUnbelieved checks that the record of the project approves nothing, with an error
// that names the file, and that a person can mend it both by revoking and by approving.
func checkUnbelieved(t *testing.T, r Registry, file, want string) {
	t.Helper()
	a, last, err := r.Lookup(project())
	if a.Covers(project()) || last != nil || !errors.Is(err, secret.Permission) {
		t.Errorf("covered %v, %d parts, error %v", a.Covers(project()), len(last), err)
	}
	if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), want) || secret.Hint(err) == "" {
		t.Errorf("error %v with hint %q, want one with %s and %q", err, secret.Hint(err), file, want)
	}
	if list, err := r.List(); len(list) != 0 || !errors.Is(err, secret.Permission) {
		t.Errorf("listed are %d, error %v", len(list), err)
	}
	if was, err := r.Revoke(project().Path); err != nil || !was {
		t.Errorf("revoked %v, error %v", was, err)
	}
	if _, _, err := r.Lookup(project()); err != nil {
		t.Errorf("after it was revoked: %v", err)
	}
}
