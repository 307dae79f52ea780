//go:build unix

package main

import "syscall"

func newSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// unixPrograms are programs of the tests that no other system has a use for.
func unixPrograms() map[string]func() {
	return map[string]func(){"hears": hears, "counts": counts}
}
