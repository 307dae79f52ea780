package main

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/xec-sh/xec-go/store/file"
	"github.com/xec-sh/xec-go/store/file/format"
	"github.com/xec-sh/xec-go/store/secret"
)

func newKeyslotCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keyslot",
		Short: "Say what opens the store",
		Long: `Say what opens the store: the key file, a passphrase, a key in the keyring of the
operating system, a recovery key that is written down. Each has a slot in which the
store's own key is sealed; any of them opens the store, and there is one of a kind.`,
		Example: `  xec secrets keyslot list
  xec secrets keyslot add recovery
  xec secrets keyslot add passphrase --iterations 600000
  xec secrets keyslot remove keyfile`,
		Args: group("xec secrets keyslot"),
		RunE: func(cmd *cobra.Command, _ []string) error { return groupHelp(cmd) },
	}
	cmd.AddCommand(newKeyslotListCommand(a), newKeyslotAddCommand(a), newKeyslotRemoveCommand(a))
	return cmd
}

// slotKinds are the kinds as they are typed.
var slotKinds = []string{"keyfile", "passphrase", "keyring", "recovery"}

// slotKind checks that there is one argument and that it is a kind.
func slotKind(kind *format.Kind) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			if k, ok := format.ParseKind(args[0]); ok {
				*kind = k
				return nil
			}
		}
		err := secret.Errorf(secret.Invalid, "%s: which KIND of slot?", cmd.CommandPath()[len("xec secrets "):])
		return secret.WithHint(err, "keyfile, passphrase, keyring and recovery are the kinds")
	}
}

// openFileStore gives the store for a command that is about its files.
func (a *app) openFileStore(adjust func(*file.Options)) (*file.Store, error) {
	opt, err := a.fileOptions()
	if err != nil {
		return nil, err
	}
	if adjust != nil {
		adjust(&opt)
	}
	return file.Open(opt), nil
}

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
	cmd.Flags().StringVarP(&shape, "format", "o", "text", "`text` or json")
	complete(cmd, "format", choices("text", "json"))
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
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	for _, slot := range slots {
		fmt.Fprintf(w, "%s\t%d iterations\n", slot.Kind, slot.Iterations)
	}
	return w.Flush()
}

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

// slotNames are what a person calls what opens a slot.
var slotNames = map[format.Kind]string{
	format.Keyfile: "the key file", format.Passphrase: "the passphrase", format.Keyring: "the keyring", format.Recovery: "the recovery key",
}

// checkIterations checks a flag that may be left out.
func checkIterations(flags *pflag.FlagSet, n int) error {
	if flags.Changed("iterations") && n == 0 {
		return secret.Errorf(secret.Invalid, "--iterations 0: it is %d to %d", format.MinIterations, format.MaxIterations)
	}
	if err := file.CheckIterations(n); err != nil {
		return secret.Errorf(secret.Invalid, "--iterations: %w", err)
	}
	return nil
}

// printRecovery prints a recovery key, the only time.
func (a *app) printRecovery(key secret.Value) error {
	line := slices.Concat(key.Reveal(), []byte("\n"))
	defer clear(line)
	if _, err := a.out.Write(line); err != nil {
		return secret.Errorf(secret.General, "the recovery key cannot be shown, and nothing was changed: %w", err)
	}
	a.say("this recovery key opens the store; write it down, it is shown only now")
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
