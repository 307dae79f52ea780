package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Dialect is what a command is written for.
type Dialect uint8

const (
	Sh   Dialect = iota // dash, the ash of BusyBox, or bash as /bin/sh
	Bash                // bash, from version 3.2
	Zsh                 // zsh, with the options it starts with
)

// DialectOf gives the dialect of a shell by its path, and whether it has one.
func DialectOf(shell string) (Dialect, bool) {
	switch strings.TrimSuffix(path.Base(strings.ReplaceAll(shell, `\`, "/")), ".exe") {
	case "sh", "dash", "ash":
		return Sh, true
	case "bash":
		return Bash, true
	case "zsh":
		return Zsh, true
	}
	return 0, false
}

func (d Dialect) String() string { return [...]string{"sh", "bash", "zsh"}[d] }

// languages are those that a command is read in. It must be of the first one.
func (d Dialect) languages() []syntax.LangVariant {
	switch d {
	case Bash:
		return []syntax.LangVariant{syntax.LangBash}
	case Zsh:
		return []syntax.LangVariant{syntax.LangZsh}
	}
	return []syntax.LangVariant{syntax.LangPOSIX, syntax.LangBash}
}
