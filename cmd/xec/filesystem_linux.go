package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// remote are file systems on which locks and syncing may not mean what they say, because
// another machine or another program keeps them.
var remote = map[string]bool{
	"nfs": true, "cifs": true, "smb": true, "9p": true, "afs": true, "ceph": true, "coda": true, "fuse": true, "gfs2": true, "lustre": true, "ocfs2": true,
}

// fileSystems are names by the numbers that the kernel gives (linux/magic.h, and the
// sources of those that are not in it).
var fileSystems = map[uint32]string{
	unix.EXT4_SUPER_MAGIC: "ext4", unix.XFS_SUPER_MAGIC: "xfs", unix.BTRFS_SUPER_MAGIC: "btrfs", unix.F2FS_SUPER_MAGIC: "f2fs",
	unix.OVERLAYFS_SUPER_MAGIC: "overlay", unix.TMPFS_MAGIC: "tmpfs", unix.RAMFS_MAGIC: "ramfs", unix.MSDOS_SUPER_MAGIC: "vfat",
	unix.EXFAT_SUPER_MAGIC: "exfat", unix.ECRYPTFS_SUPER_MAGIC: "ecryptfs", 0x2fc12fc1: "zfs", 0xca451a4e: "bcachefs", 0x7366746e: "ntfs3",
	unix.NFS_SUPER_MAGIC: "nfs", unix.CIFS_SUPER_MAGIC: "cifs", unix.SMB2_SUPER_MAGIC: "cifs", unix.SMB_SUPER_MAGIC: "smb", unix.V9FS_MAGIC: "9p",
	unix.AFS_SUPER_MAGIC: "afs", unix.AFS_FS_MAGIC: "afs", unix.CEPH_SUPER_MAGIC: "ceph", unix.CODA_SUPER_MAGIC: "coda", unix.FUSE_SUPER_MAGIC: "fuse",
	0x01161970: "gfs2", 0x0bd00bd0: "lustre", unix.OCFS2_SUPER_MAGIC: "ocfs2",
}

// fileSystem names the file system that a path lies on, "" if it cannot be told.
func fileSystem(path string) string {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return ""
	}
	if name := fileSystems[uint32(s.Type)]; name != "" {
		return name
	}
	return fmt.Sprintf("unknown (%#x)", uint32(s.Type))
}

// readOnly reports whether nothing can be written to the file system of a path.
func readOnly(path string) bool {
	var s unix.Statfs_t
	return unix.Statfs(path, &s) == nil && s.Flags&unix.ST_RDONLY != 0
}
