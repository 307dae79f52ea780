package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// group checks the arguments of a command that only holds others: any argument is
// a command that does not exist.
func group(path string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		err := secret.Errorf(secret.Invalid, "unknown command%s for %q", word(args[0]), path)
		if near := nearestCommand(cmd, args[0]); near != "" {
			return secret.WithHint(err, "did you mean %s?", near)
		}
		return secret.WithHint(err, "%s --help lists the commands", path)
	}
}

// mayBeEmpty are flags whose empty value means something.
var mayBeEmpty = []string{"value", "prefix"}

// noEmptyFlag refuses a flag that is given and empty, as --only "$KEY" is where the
// variable is not set: without it the command would do something else.
func noEmptyFlag(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		empty := f.Value.String() == ""
		if list, ok := f.Value.(pflag.SliceValue); ok {
			empty = len(list.GetSlice()) == 0 || slices.Contains(list.GetSlice(), "")
		}
		if empty && !slices.Contains(mayBeEmpty, f.Name) {
			err = secret.Errorf(secret.Invalid, "--%s is given, but empty", f.Name)
		}
	})
	return err
}

// oneKey checks that there is one argument and that it is a key. It repeats no
// other argument: that might be a value.
func oneKey(cmd *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return secret.WithHint(secret.Errorf(secret.Invalid, "%s: which KEY?", cmd.Name()), "%s", cmd.UseLine())
	case 1:
		if name, _, pair := strings.Cut(args[0], "="); pair && cmd.Name() == "set" && secret.CheckKey(name) == nil {
			return secret.WithHint(secret.Errorf(secret.Invalid, "set takes a KEY, and no value behind it"), valueComes)
		}
		return secret.CheckKey(args[0])
	}
	err := secret.Errorf(secret.Invalid, "%s takes one KEY, not %d arguments", cmd.Name(), len(args))
	if cmd.Name() == "set" {
		return secret.WithHint(err, valueComes)
	}
	return secret.WithHint(err, "%s", cmd.UseLine())
}

// valueComes is for who typed a value behind the key.
const valueComes = "the value is asked for on a terminal, or comes from a pipe or --file; what was typed here may stay in the shell's history"

// none checks that there is no argument.
func none(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		err := secret.Errorf(secret.Invalid, "%s takes no arguments", cmd.Name())
		return secret.WithHint(err, "%s", cmd.UseLine())
	}
	return nil
}

// synonyms are what other programs, or a person at first, call a command: the first of those
// that there is.
var synonyms = map[string]string{
	"add": "set", "create": "set", "new": "set", "put": "set", "write": "set", "edit": "set", "update": "set", "init": "set",
	"del": "delete unset", "remove": "delete unset", "rm": "delete unset", "unset": "delete",
	"read": "get", "show": "get", "view": "get", "reveal": "get", "gen": "generate",
	"run": "exec", "env": "exec", "shell": "exec", "start": "exec", "task": "run", "tasks": "run",
	"inject": "render", "template": "render", "eval": "render", "fill": "render",
	"validate": "check", "lint": "check", "audit": "check", "status": "doctor", "mask": "redact",
	"mv": "copy", "rename": "copy", "dump": "export", "load": "import", "allow": "trust", "approve": "trust",
	"versions": "history", "log": "history", "restore": "rollback", "undo": "rollback", "rotate": "rekey", "passwd": "keyslot",
	"version": "--version",
}

// nearestCommand gives the command that was probably meant by name: one of the
// group, or one of that name in a group below it.
func nearestCommand(group *cobra.Command, name string) string {
	var names []string
	for _, sub := range group.Commands() {
		if !sub.Hidden {
			names = append(names, sub.Name())
		}
	}
	meant := append(strings.Fields(synonyms[name]), name)
	for _, each := range meant {
		if slices.Contains(names, each) || each == "--version" && group.Version != "" {
			return group.CommandPath() + " " + each
		}
	}
	path := map[string]string{} // of what is one group below
	for _, sub := range group.Commands() {
		for _, below := range sub.Commands() {
			if _, taken := path[below.Name()]; !taken || sub.Name() == "secrets" {
				path[below.Name()] = below.CommandPath()
			}
			if below.HasAlias(name) {
				meant[0] = below.Name()
			}
		}
	}
	if below := path[meant[0]]; below != "" {
		return below
	}
	if near := resolve.Nearest(name, names); near != "" {
		return group.CommandPath() + " " + near
	}
	return path[resolve.Nearest(name, slices.Sorted(maps.Keys(path)))]
}

// flagError gives cobra's complaints about flags a kind, and a text that repeats
// no more of an argument than the name of a flag: a value that begins with a dash
// is parsed as flags.
func flagError(err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	text := "a flag that is not of the form --name=value"
	switch {
	case errors.As(err, &unknown) && len(unknown.GetSpecifiedShortnames()) > 0:
		text = fmt.Sprintf("unknown flag -%.1s", unknown.GetSpecifiedName())
	case errors.As(err, &unknown):
		text = "unknown flag"
		if name := unknown.GetSpecifiedName(); isWord(name) {
			text += " --" + name
		}
	case errors.As(err, &missing):
		text = fmt.Sprintf("--%s needs a value", missing.GetFlag().Name)
	case errors.As(err, &invalid):
		text = fmt.Sprintf("--%s does not take this value", invalid.GetFlag().Name)
		if invalid.GetFlag().Value.Type() == "int" {
			text += ": it takes a whole number"
		}
	}
	return secret.Errorf(secret.Invalid, "%s", text)
}

// word quotes an argument if it looks like the name of a command; anything else may
// be a value.
func word(arg string) string {
	if !isWord(arg) {
		return ""
	}
	return fmt.Sprintf(" %q", arg)
}

func isWord(s string) bool {
	return len(s) <= 24 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == ""
}
