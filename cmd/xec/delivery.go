package main

import (
	"strings"

	"github.com/xec-sh/xec-go/render/child"
	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// delivered is a value that a child takes from a file, whose path is in a variable, or,
// without a name, from its standard input.
type delivered struct {
	name string
	ref  *resolve.Reference
}

// addDelivered adds what --file and --stdin ask for.
func (cv *childVars) addDelivered(files []string, stdin string) error {
	for _, assignment := range files {
		name, key, ok := strings.Cut(assignment, "=")
		if !ok || !secret.IsName(name) {
			return secret.WithHint(secret.Errorf(secret.Invalid, "--file: not of the form NAME=KEY"), "the variable NAME gets the path of a file that holds the value")
		}
		if err := cv.addDelivery(name, key, "--file "+name); err != nil {
			return err
		}
	}
	if stdin == "" {
		return nil
	}
	return cv.addDelivery("", stdin, "--stdin")
}

func (cv *childVars) addDelivery(name, key, from string) error {
	ref, err := keyNeeded(cv.resolver, key, from)
	if err == nil {
		cv.delivered = append(cv.delivered, delivered{name, ref})
	}
	return err
}

// deliver makes the files, and gives vars with their paths.
func (cv *childVars) deliver(to *child.Delivery, vars []child.Var, command *child.Command) ([]child.Var, error) {
	for _, d := range cv.delivered {
		v, err := cv.resolver.Value(d.ref)
		if err != nil {
			return nil, err
		}
		if d.name == "" {
			if command.Streams[0], err = to.Stdin(v); err != nil {
				return nil, err
			}
			continue
		}
		path, err := to.File(v)
		if err != nil {
			return nil, err
		}
		vars = append(vars, child.Var{Name: d.name, Value: secret.Text(path), Source: "--file " + d.name})
	}
	return vars, nil
}
