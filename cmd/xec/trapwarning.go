package main

import (
	"bytes"
	"path"
	"path/filepath"
	"strings"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// A format may carry a value that programs in wide use do not take from it. The file is
// right, so this is no error; who renders it is warned, once a reference.

// trap is what a value of a file had better not hold.
type trap struct {
	bytes  string // any of these
	why    string // behind "KEY holds "
	remedy func(key string, value []byte) string
}

var (
	lineTrap = trap{
		bytes: "\r\n",
		why:   "a line end, and many readers of .env files, docker run --env-file among them, take a line for a variable",
		remedy: func(key string, value []byte) string {
			inner := bytes.Trim(value, "\r\n")
			if bytes.Equal(inner, bytes.TrimSpace(value)) && !bytes.ContainsAny(inner, "\r\n") {
				return "${secret:" + key + "|trim} cuts it off"
			}
			return "${secret:" + key + "|base64} is one line, for a program that decodes it"
		},
	}
	nulTrap = trap{
		bytes: "\x00",
		why:   "a NUL byte, at which a reader of JSON that is written in C may end the string, and which PostgreSQL refuses",
		remedy: func(key string, _ []byte) string {
			return "${secret:" + key + "|base64} has none, for a program that decodes it"
		},
	}
	composeTrap = trap{
		bytes: "$",
		why:   "a $, which Docker Compose takes for a variable, and no filter can write $$ for it",
		remedy: func(string, []byte) string {
			return "put it into a file that env_file or secrets names, or name the variable without a value and start xec exec -- docker compose"
		},
	}
)

// trapOf gives what warns of the values of a file, by its format and its name.
func (a *app) trapOf(dialect, file string) warner {
	var t trap
	switch {
	case dialect == "dotenv":
		t = lineTrap
	case dialect == "json" || dialect == "jsonc":
		t = nulTrap
	case dialect == "yaml" && isCompose(file):
		t = composeTrap
	}
	return func(name string, ref *resolve.Reference, value secret.Value) {
		if bytes.ContainsAny(value.Reveal(), t.bytes) {
			a.say("warning: %s:%v: %s holds %s; %s", name, ref.Position, ref.Name, t.why, t.remedy(ref.Name, value.Reveal()))
		}
	}
}

// isCompose reports whether a file has the name of one for Docker Compose, which may have
// more behind it, as in compose.override.yaml.
func isCompose(file string) bool {
	name := shapedLike(filepath.Base(file))
	for _, begin := range []string{"docker-compose", "compose"} {
		if rest, ok := strings.CutPrefix(strings.TrimSuffix(name, path.Ext(name)), begin); ok {
			return rest == "" || strings.IndexByte(".-_", rest[0]) >= 0
		}
	}
	return false
}
