package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestEveryCommandExplainsItself: a purpose line, examples, and a description for
// every flag.
func TestEveryCommandExplainsItself(t *testing.T) {
	count := 0
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		count++
		if cmd.Short == "" || cmd.Example == "" {
			t.Errorf("%s: no purpose line or no example: help is where people learn a command", cmd.CommandPath())
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if strings.TrimSpace(f.Usage) == "" {
				t.Errorf("%s --%s: a flag without a description is one that nobody can use", cmd.CommandPath(), f.Name)
			}
		})
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(newRootCommand(newApp(), nil))
	if count < 10 {
		t.Errorf("only %d commands", count)
	}
}

// TestACommandIsFoundAlone: by its name and by each alias, and without the other commands
// of its group.
func TestACommandIsFoundAlone(t *testing.T) {
	var visit func(cmd *cobra.Command, path []string)
	visit = func(cmd *cobra.Command, path []string) {
		for _, sub := range cmd.Commands() {
			for _, name := range append(sub.Aliases, sub.Name()) {
				line := append(slices.Clone(path), name)
				root := newRootCommand(newApp(), line)
				found, rest, err := root.Find(line)
				if err != nil || len(rest) > 0 || found.CommandPath() != sub.CommandPath() {
					t.Errorf("%q: found %s, error %v", line, found.CommandPath(), err)
				}
				if n := len(root.Commands()); n != 1 {
					t.Errorf("%q: %d commands are made", line, n)
				}
			}
			visit(sub, append(slices.Clone(path), sub.Name()))
		}
	}
	visit(newRootCommand(newApp(), nil), nil)
}
