package main

// keepPrivate has nothing to do: other users may not read a process, and there are no
// core files.
func keepPrivate() (undo func()) { return func() {} }
