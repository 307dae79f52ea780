// Package shell.
package shell
