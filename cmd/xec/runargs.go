package main

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/xec-sh/xec-go/resolve/task"
	"github.com/xec-sh/xec-go/store/secret"
)

// parseBehind reads the flags of xec that stand behind the task, and gives what else does.
func parseBehind(f *pflag.FlagSet, args []string) (rest []string, err error) {
	own, rest := divide(f, args)
	if err := f.Parse(own); err != nil {
		return nil, flagError(err)
	}
	return rest, noEmptyFlag(f)
}

// divide takes the flags of xec out of what stands behind the task.
func divide(f *pflag.FlagSet, args []string) (own, rest []string) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		name, _, inOne := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		flag := f.Lookup(name)
		if len(arg) > 1 && arg[0] == '-' && arg[1] != '-' {
			flag, inOne = f.ShorthandLookup(arg[1:2]), len(arg) > 2
		}
		switch {
		case flag == nil || !strings.HasPrefix(arg, "-"):
			rest = append(rest, arg)
		case inOne || flag.NoOptDefVal != "" || len(args) == 0:
			own = append(own, arg)
		default:
			own = append(own, arg, args[0])
			args = args[1:]
		}
	}
	return own, rest
}

// addRest adds parameters of the form --NAME VALUE or --NAME=VALUE. A boolean one needs no
// value.
func (o *runOptions) addRest(t *task.Task, rest []string) error {
	for len(rest) > 0 {
		arg := rest[0]
		rest = rest[1:]
		name, value, inOne := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		if !strings.HasPrefix(arg, "--") || name == "" {
			err := secret.Errorf(secret.Invalid, "run: an argument behind the task that is no parameter")
			return secret.WithHint(err, "-p NAME=VALUE, or --NAME VALUE")
		}
		if err := t.CheckName(name); err != nil {
			return err
		}
		isSwitch := t.Param(name).Type == "boolean" && (len(rest) == 0 || rest[0] != "true" && rest[0] != "false")
		switch {
		case inOne:
		case isSwitch:
			value = "true"
		case len(rest) == 0:
			return secret.Errorf(secret.Invalid, "--%s needs a value", name)
		default:
			value, rest = rest[0], rest[1:]
		}
		o.params = append(o.params, name+"="+value)
	}
	return nil
}

// given gives the parameters of a call by their names.
func (o runOptions) given() (map[string]secret.Value, error) {
	given := map[string]secret.Value{}
	for _, p := range o.params {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			err := secret.Errorf(secret.Invalid, "-p: not of the form NAME=VALUE")
			return nil, secret.WithHint(err, "-p gives the task a parameter here; --profile NAME is the profile")
		}
		given[name] = secret.Text(value)
	}
	return given, nil
}
