//go:build race

package file

// underRace says that the race detector makes every call several times dearer.
const underRace = true
