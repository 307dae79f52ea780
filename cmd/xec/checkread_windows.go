package main

import "os"

// openPlain opens a file that is read from its beginning and nothing else.
func openPlain(path string) (*os.File, error) { return os.Open(path) }
