//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// maxResident is the peak resident size of an ended process in MiB.
func maxResident(state *os.ProcessState) float64 {
	size := float64(state.SysUsage().(*syscall.Rusage).Maxrss)
	if runtime.GOOS == "darwin" {
		return size / (1 << 20) // bytes there, KiB elsewhere
	}
	return size / (1 << 10)
}
