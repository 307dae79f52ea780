package main

import "syscall"

func newSession() *syscall.SysProcAttr {
	const detachedProcess = 8
	return &syscall.SysProcAttr{CreationFlags: detachedProcess}
}
