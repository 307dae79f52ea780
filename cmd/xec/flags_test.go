package main

import (
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
	visit(newRootCommand(newApp()))
	if count < 10 {
		t.Errorf("only %d commands", count)
	}
}
