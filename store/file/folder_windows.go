package file

import (
	"io/fs"
	"os"

	"github.com/gofrs/flock"
)

// openNoFollow opens path for reading.
func openNoFollow(path string) (*os.File, error) { return os.Open(path) }

// checkOwn accepts every file: a profile folder on Windows is closed to other
// users by its access list, and mode bits say nothing.
func checkOwn(fs.FileInfo, string, fs.FileMode) error { return nil }

// isOwn accepts every file.
func isOwn(fs.FileInfo) bool { return true }

// checkParent accepts every folder, as checkOwn does every file.
func checkParent(string) error { return nil }

// checkLock accepts every file: there are no FIFOs.
func checkLock(string) error { return nil }

const lockFlags = os.O_CREATE | os.O_RDWR

// removeLock removes the file of a lock, which cannot be done while it is open, here or
// elsewhere.
func removeLock(l *flock.Flock) {
	l.Close()
	os.Remove(l.Path())
}

// syncFolder does nothing: NTFS journals its names.
func syncFolder(string) error { return nil }
