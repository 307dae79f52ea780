package main

import "syscall"

func newSession() *syscall.SysProcAttr {
	const detachedProcess = 8
	return &syscall.SysProcAttr{CreationFlags: detachedProcess}
}

func unixPrograms() map[string]func() { return nil }
