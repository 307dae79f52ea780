//go:build !linux && !darwin

package main

// remote is empty, since no file system is named here.
var remote = map[string]bool{}

// fileSystem cannot tell here.
func fileSystem(string) string { return "" }

// readOnly cannot tell here.
func readOnly(string) bool { return false }
