package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

func newKeyslotListCommand(a *app) *cobra.Command {
	var shape string
	cmd := &cobra.Command{
		Use:     "list [flags]",
		Aliases: []string{"ls"},
		Short:   "List what opens the store",
		Example: `  xec secrets keyslot list
  xec secrets keyslot list -o json`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return runKeyslotList(cmd.Context(), a, shape) },
	}
	addListFormat(cmd, &shape, "`text` or json")
	return cmd
}

func runKeyslotList(ctx context.Context, a *app, shape string) error {
	if err := checkListFormat(shape); err != nil {
		return err
	}
	s, err := a.openFileStore(nil)
	if err != nil {
		return err
	}
	slots, err := s.Slots(ctx)
	if err != nil {
		return err
	}
	if shape == "json" {
		type row struct {
			Kind       string `json:"kind"`
			Iterations int    `json:"iterations"`
		}
		rows := []row{}
		for _, slot := range slots {
			rows = append(rows, row{slot.Kind.String(), slot.Iterations})
		}
		return a.indentedJSON(rows)
	}
	return a.table(func(w io.Writer) {
		for _, slot := range slots {
			fmt.Fprintf(w, "%s\t%d iterations\n", slot.Kind, slot.Iterations)
		}
	})
}
