package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store/file/format"
)

func newKeyslotRemoveCommand(a *app) *cobra.Command {
	var kind format.Kind
	return &cobra.Command{
		Use:     "remove KIND",
		Aliases: []string{"rm"},
		Short:   "Let something no longer open the store",
		Long: `Let something no longer open the store. The last slot cannot be removed. The key file
stays where it is, because other stores may be locked with it. Whoever has an older
copy of the store still opens that; xec secrets rekey shuts them out of what comes.`,
		Example:           `  xec secrets keyslot remove keyfile`,
		Args:              slotKind(&kind),
		ValidArgsFunction: choices(slotKinds...),
		RunE:              func(cmd *cobra.Command, _ []string) error { return runKeyslotRemove(cmd.Context(), a, kind) },
	}
}

func runKeyslotRemove(ctx context.Context, a *app, kind format.Kind) error {
	s, err := a.openFileStore(nil)
	if err != nil {
		return err
	}
	if err := s.RemoveSlot(ctx, kind); err != nil {
		return err
	}
	a.done("%s no longer opens the store", slotNames[kind])
	return nil
}
