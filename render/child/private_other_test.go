//go:build !linux

package child

func private() {}
