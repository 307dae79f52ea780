package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/xec-sh/xec-go/store/file"
	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

func newKeyslotAddCommand(a *app) *cobra.Command {
	var add file.NewSlot
	cmd := &cobra.Command{
		Use:   "add KIND [flags]",
		Short: "Let one more thing open the store, or replace it",
		Long: `Let one more thing open the store, or replace the one of that kind:

  keyfile     the key file, which is made where there is none
  passphrase  a passphrase: typed twice; or from XEC_NEW_PASSPHRASE, _FILE or
              _COMMAND; or, if there is none yet, from XEC_PASSPHRASE and its relatives
  keyring     a random key that the keyring of the operating system keeps
  recovery    a random key that is printed once, to be written down; a person types it
              where a passphrase is asked for, or sets it as the passphrase

A key file that somebody else may have is replaced like this: let something else open the
store, keyslot remove keyfile, move ~/.xec/key away, keyslot add keyfile, rekey. Whoever has
an older copy of the store still opens that by what it was locked with then.`,
		Example: `  xec secrets keyslot add recovery
  xec secrets keyslot add passphrase --iterations 600000`,
		Args:              slotKind(&add.Kind),
		ValidArgsFunction: choices(slotKinds...),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkIterations(cmd.Flags(), add.Iterations); err != nil {
				return err
			}
			return runKeyslotAdd(cmd.Context(), a, add)
		},
	}
	cmd.Flags().IntVar(&add.Iterations, "iterations", 0, "stretch its secret by `N` rounds of PBKDF2, 100000 to 10000000 (without it as many as the one that it replaces, or 100000)")
	return cmd
}

func runKeyslotAdd(ctx context.Context, a *app, add file.NewSlot) error {
	s, err := a.openFileStore(nil)
	if err == nil && add.Kind == format.Passphrase {
		s, add.Passphrase, err = a.newPassphrase(ctx, s)
		defer add.Passphrase.Clear()
	}
	if err != nil {
		return err
	}
	add.Show = a.printRecovery
	replaced, err := s.AddSlot(ctx, add)
	switch {
	case err != nil:
		return err
	case replaced && add.Kind == format.Recovery:
		a.say("the recovery key of before no longer opens the store")
	case replaced:
		a.done("%s opens the store in place of the one before", slotNames[add.Kind])
	default:
		a.done("%s opens the store too", slotNames[add.Kind])
	}
	return nil
}

// newPassphrase gives a new passphrase for s, and the store to put it into. XEC_PASSPHRASE
// and its relatives are for opening the store; what they hold is the new one where there is
// none yet. A store that does not open is told before a passphrase is typed for nothing.
func (a *app) newPassphrase(ctx context.Context, s *file.Store) (*file.Store, secret.Value, error) {
	source, err := a.passphraseSource(newPassphraseVars)
	if err != nil {
		return s, secret.Value{}, err
	}
	set, err := a.passphraseSource(passphraseVars)
	if err != nil {
		return s, secret.Value{}, err
	}
	if source == nil && set != nil {
		without, err := a.openFileStore(func(o *file.Options) { o.Passphrase, o.Prompt = nil, nil })
		if err != nil {
			return s, secret.Value{}, err
		}
		if slots, err := without.Slots(ctx); err == nil && !slices.ContainsFunc(slots, isPassphrase) {
			s, source = without, set
		}
	}
	if source == nil {
		source = a.askNewPassphrase
	}
	slots, err := s.Slots(ctx)
	if err != nil || len(slots) == 0 { // AddSlot says that there is no store
		return s, secret.Value{}, err
	}
	value, err := source()
	return s, value, err
}

func isPassphrase(s file.Slot) bool { return s.Kind == format.Passphrase }

// askNewPassphrase asks for a new passphrase, twice.
func (a *app) askNewPassphrase() (secret.Value, error) {
	t, err := a.terminal()
	if err != nil {
		return secret.Value{}, newPassphraseVars.missing("the new passphrase is needed", err)
	}
	defer t.close()
	value, same, err := t.hiddenTwice("New passphrase: ", func(first secret.Value) error {
		if first.Len() == 0 {
			return secret.Errorf(secret.Invalid, "the passphrase is empty")
		}
		return nil
	})
	if err == nil && !same {
		err = secret.Errorf(secret.Invalid, "the two passphrases differ; nothing was changed")
	}
	return value, err
}
