package trust

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/xec-sh/xec-go/store/secret"
)

// Registry is a folder of records.
type Registry struct {
	Dir string           // ~/.xec/trust, absolute; made when it is needed
	Now func() time.Time // nil is time.Now
}

// Lookup gives the approval of s if it is recorded, and the parts that were approved
// last for the path, so that what changed can be shown; both are empty if there is no
// record. An error is of kind secret.Permission if the record is not to be believed.
// For a subject without parts it looks at nothing.
func (r Registry) Lookup(s Subject) (a Approval, last []Part, err error) {
	if len(s.Parts) == 0 {
		return Approval{}, nil, nil
	}
	if err := checkPath(s.Path); err != nil {
		return Approval{}, nil, err
	}
	if exists, err := r.exists(); err != nil || !exists {
		return Approval{}, nil, err
	}
	record, err := r.read(fileName(s.Path))
	if errors.Is(err, fs.ErrNotExist) {
		return Approval{}, nil, nil
	}
	if err != nil {
		return Approval{}, nil, err
	}
	if record.Fits(s) {
		a = Once(s)
	}
	return a, record.Parts, nil
}

// Approve records that a person approved s, in the place of what was approved for the
// path before. Of a subject without parts there is nothing to remember: it revokes.
func (r Registry) Approve(s Subject) (Approval, error) {
	if len(s.Parts) == 0 {
		_, err := r.Revoke(s.Path)
		return Approval{}, err
	}
	if err := checkPath(s.Path); err != nil {
		return Approval{}, err
	}
	b, err := Record{s.Path, r.now(), s.Parts}.marshal()
	if err != nil {
		return Approval{}, err
	}
	if len(b) > maxRecord {
		return Approval{}, secret.Errorf(secret.Permission, "%s: a record of what acts in it has %d bytes, and %d are the most", s.Path, len(b), maxRecord)
	}
	if err := r.makeFolder(); err != nil {
		return Approval{}, err
	}
	if err := r.write(fileName(s.Path), b); err != nil {
		return Approval{}, err
	}
	return Once(s), nil
}

// Revoke forgets what was approved for a path, and reports whether anything was.
func (r Registry) Revoke(path string) (bool, error) {
	if err := checkPath(path); err != nil {
		return false, err
	}
	if exists, err := r.exists(); err != nil || !exists {
		return false, err
	}
	err := os.Remove(r.path(fileName(path)))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, permission(err, r.path(fileName(path)))
	}
	return true, syncFolder(r.Dir)
}

// List gives the records, by their paths. Of those that are not to be believed it gives
// the errors, joined, beside the others. What is no record by its name, such as what an
// interrupted writer left behind, is not looked at.
func (r Registry) List() ([]Record, error) {
	if exists, err := r.exists(); err != nil || !exists {
		return nil, err
	}
	entries, err := os.ReadDir(r.Dir)
	if err != nil {
		return nil, permission(err, r.Dir)
	}
	var records []Record
	var failed []error
	for _, e := range entries {
		if !isFileName(e.Name()) {
			continue
		}
		record, err := r.read(e.Name())
		if errors.Is(err, fs.ErrNotExist) {
			continue // revoked meanwhile
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		records = append(records, record)
	}
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(a.Path, b.Path) })
	return records, errors.Join(failed...)
}

func (r Registry) path(name string) string { return filepath.Join(r.Dir, name) }

func (r Registry) now() time.Time {
	now := r.Now
	if now == nil {
		now = time.Now
	}
	return now().UTC().Truncate(time.Second)
}

// exists reports whether there is a folder, and returns an error if others can change
// what is in it.
func (r Registry) exists() (bool, error) {
	if !filepath.IsAbs(r.Dir) {
		// A relative one could lie in a project, and approve it.
		return false, secret.Errorf(secret.General, "%s: not an absolute path", r.Dir)
	}
	info, err := os.Stat(r.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, permission(err, r.Dir)
	}
	if !info.IsDir() {
		return false, secret.Errorf(secret.Permission, "%s: not a folder", r.Dir)
	}
	if err := checkOwn(info, r.Dir); err != nil {
		return false, secret.WithHint(err, "chmod 700 %s, if no other user wrote there", r.Dir)
	}
	return true, checkFolder(filepath.Dir(r.Dir))
}

// makeFolder makes the folder, durably, if it is missing.
func (r Registry) makeFolder() error {
	exists, err := r.exists()
	if err != nil || exists {
		return err
	}
	parent := filepath.Dir(r.Dir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return permission(err, parent)
	}
	if err := os.Mkdir(r.Dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return permission(err, r.Dir)
	}
	if exists, err := r.exists(); err != nil || !exists {
		return cmp.Or(err, secret.Errorf(secret.Permission, "%s: a symbolic link that leads nowhere", r.Dir))
	}
	return syncFolder(parent)
}

// write puts a record in its place, durably.
func (r Registry) write(name string, b []byte) error {
	f, err := os.CreateTemp(r.Dir, "."+name+".*.tmp")
	if err != nil {
		return permission(err, r.Dir)
	}
	err = fill(f, b)
	if err == nil {
		err = os.Rename(f.Name(), r.path(name))
	}
	if err != nil {
		os.Remove(f.Name())
		return secret.Errorf(secret.General, "%s: nothing was approved: %w", r.path(name), err)
	}
	return syncFolder(r.Dir)
}

// fill writes b to f, with mode 0600 whatever the umask, syncs it and closes it.
func fill(f *os.File, b []byte) error {
	err := f.Chmod(0o600)
	if err == nil {
		_, err = f.Write(b)
	}
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// read reads the record of a name. That there is none is fs.ErrNotExist. The hint is
// never to mend what is wrong: nobody knows what others wrote meanwhile.
func (r Registry) read(name string) (Record, error) {
	record, err := readRecord(r.path(name))
	if errors.Is(err, secret.Permission) {
		err = secret.WithHint(err, "rm %s, and what it approved will be asked about again", r.path(name))
	}
	return record, err
}

func readRecord(path string) (Record, error) {
	f, err := openNoFollow(path)
	if err != nil {
		return Record{}, permission(err, path)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Record{}, err
	}
	if !info.Mode().IsRegular() {
		return Record{}, secret.Errorf(secret.Permission, "%s: not a regular file", path)
	}
	if err := checkOwn(info, path); err != nil {
		return Record{}, err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxRecord+1))
	if err != nil {
		return Record{}, err
	}
	record, err := parse(b)
	if err == nil && fileName(record.Path) != filepath.Base(path) {
		err = errors.New("the record of another path")
	}
	if err != nil {
		return Record{}, secret.Errorf(secret.Permission, "%s: %w", path, err)
	}
	return record, nil
}

// permission gives a refusal by the operating system its kind.
func permission(err error, path string) error {
	if errors.Is(err, fs.ErrPermission) {
		return secret.Errorf(secret.Permission, "%s: permission denied", path)
	}
	return err
}
