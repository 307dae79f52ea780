package main

import "golang.org/x/sys/unix"

// remote are file systems on which locks and syncing may not mean what they say, because
// another machine or another program keeps them.
var remote = map[string]bool{
	"nfs": true, "smbfs": true, "afpfs": true, "webdav": true, "ftp": true, "osxfuse": true, "macfuse": true, "fuse": true,
}

// fileSystem names the file system that a path lies on, "" if it cannot be told.
func fileSystem(path string) string {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return ""
	}
	return unix.ByteSliceToString(s.Fstypename[:])
}

// readOnly reports whether nothing can be written to the file system of a path.
func readOnly(path string) bool {
	var s unix.Statfs_t
	return unix.Statfs(path, &s) == nil && s.Flags&unix.MNT_RDONLY != 0
}
