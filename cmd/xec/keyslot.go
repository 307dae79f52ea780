package main

import (
	"slices"

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

// printRecovery prints a recovery key, the only time. Nobody reads what goes to the null
// device, which a standard output that was closed has become.
func (a *app) printRecovery(key secret.Value) error {
	if isNull(a.files[1]) {
		return secret.Errorf(secret.General, "the recovery key cannot be shown, and nothing was changed: standard output is closed, or the null device")
	}
	line := slices.Concat(key.Reveal(), []byte("\n"))
	defer clear(line)
	if _, err := a.out.Write(line); err != nil {
		return secret.Errorf(secret.General, "the recovery key cannot be shown, and nothing was changed: %w", err)
	}
	a.say("this recovery key opens the store; write it down, it is shown only now")
	return nil
}
