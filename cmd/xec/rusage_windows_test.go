package main

import "os"

// maxResident is not told by Windows after a process has ended.
func maxResident(*os.ProcessState) float64 { return 0 }
