//go:build unix && !linux

package command

import "syscall"

// dieWithParent has nothing that it could ask the kernel for.
func dieWithParent(*syscall.SysProcAttr) {}
