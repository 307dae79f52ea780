// Package private keeps what a program that holds values has in memory from others, as far
// as the system can: on Linux no other process of the person can read it and the kernel
// writes no core of it, elsewhere on Unix it leaves no core.
package private
