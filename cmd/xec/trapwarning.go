package main

import (
	"bytes"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// A format may carry a value that programs in wide use do not take from it. The file is
// right, so this is no error; who renders it is warned, once a reference.

// trap is what a value of a file had better not hold.
type trap struct {
	holds  func(value []byte) bool
	why    string // behind "KEY holds "
	remedy func(key string, value []byte) string
	unless string // a filter that leaves nothing of it
}

// anyOf is a trap's test for bytes of which any is one too many, hasText for a text.
func anyOf(chars string) func([]byte) bool {
	return func(value []byte) bool { return bytes.ContainsAny(value, chars) }
}

func hasText(part string) func([]byte) bool {
	return func(value []byte) bool { return bytes.Contains(value, []byte(part)) }
}

func encoded(key string, _ []byte) string {
	return "${secret:" + key + "|base64} has none, for a program that decodes it"
}

var (
	lineTrap = trap{
		holds: anyOf("\r\n"),
		why:   "a line end, and many readers of .env files, docker run --env-file among them, take a line for a variable",
		remedy: func(key string, value []byte) string {
			inner := bytes.Trim(value, "\r\n")
			if bytes.Equal(inner, bytes.TrimSpace(value)) && !bytes.ContainsAny(inner, "\r\n") {
				return "${secret:" + key + "|trim} cuts it off"
			}
			return "${secret:" + key + "|base64} is one line, for a program that decodes it"
		},
	}
	quotesTrap = trap{
		holds:  func(value []byte) bool { return anyOf("'")(value) && anyOf(`"`)(value) },
		why:    "both kinds of quotes, and readers of .env files in JavaScript, node --env-file among them, know no escape for one",
		remedy: encoded,
	}
	dotenvDollarTrap = trap{
		holds:  hasText("${"),
		why:    "a ${, which python-dotenv takes for a variable, also in quotes",
		remedy: encoded,
	}
	nulTrap = trap{
		holds:  anyOf("\x00"),
		why:    "a NUL byte, at which a reader of JSON that is written in C may end the string, and which PostgreSQL refuses",
		remedy: encoded,
	}
	springTrap = trap{
		holds:  hasText("${"),
		why:    "a ${, which Spring takes for a property",
		remedy: encoded,
	}
	shellTrap = trap{
		holds: anyOf("$`\\\"'&|;<>()*?[]{}~#!= \t\r\n"),
		why:   "characters that a shell acts on",
		remedy: func(key string, _ []byte) string {
			return "${secret:" + key + "|sh}, with no quotes around it, is one word"
		},
		unless: "sh",
	}
	composeTrap = trap{
		holds: anyOf("$"),
		why:   "a $, which Docker Compose takes for a variable, and no filter can write $$ for it",
		remedy: func(string, []byte) string {
			return "put it into a file that env_file or secrets names, or name the variable without a value and start xec exec -- docker compose"
		},
	}
)

// trapsOf are those that the values of a file had better not hold, by its format and its
// name.
func trapsOf(dialect, file string) []*trap {
	name := shapedLike(filepath.Base(file))
	isSpring := isNamed(name, "application") || isNamed(name, "bootstrap")
	switch {
	case dialect == "dotenv":
		return []*trap{&lineTrap, &quotesTrap, &dotenvDollarTrap}
	case dialect == "json" || dialect == "jsonc":
		return []*trap{&nulTrap}
	case dialect == "yaml" && (isNamed(name, "docker-compose") || isNamed(name, "podman-compose") || isNamed(name, "compose")):
		return []*trap{&composeTrap}
	case (dialect == "yaml" || dialect == "properties") && isSpring:
		return []*trap{&springTrap}
	case dialect == "text" && isShellScript(name):
		return []*trap{&shellTrap}
	}
	return nil
}

// warnTrap warns of a value of a file.
func (a *app) warnTrap(dialect, file string) warner {
	traps := trapsOf(dialect, file)
	return func(name string, ref *resolve.Reference, value secret.Value) {
		for _, t := range traps {
			if t.holds(value.Reveal()) && !slices.Contains(ref.Filters, t.unless) {
				a.say("warning: %s:%v: %s holds %s; %s", name, ref.Position, ref.Name, t.why, t.remedy(ref.Name, value.Reveal()))
			}
		}
	}
}

// isShellScript reports whether shells read files of a name. What make and builders of images
// read goes through two readers, for which no filter fits both.
func isShellScript(name string) bool {
	switch path.Ext(name) {
	case ".sh", ".bash", ".zsh", ".ksh", ".envrc", ".profile":
		return true
	}
	return strings.HasPrefix(name, ".") && slices.Contains(shellFiles, name)
}

// isNamed reports whether a file is called begin, or that with more behind it, as
// compose.override.yaml is.
func isNamed(name, begin string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSuffix(name, path.Ext(name)), begin)
	return ok && (rest == "" || strings.IndexByte(".-_", rest[0]) >= 0)
}
