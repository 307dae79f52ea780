package command

import "syscall"

// dieWithParent has the kernel kill the command when xec is killed: it is in a group of its
// own, so nothing else would. What it has started itself is not reached.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
